"""Commands in a model's words: written and read back, read while they stream, read tolerantly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogue.understanding.naming import real_names, short_names
from dialogue.understanding.wording import CommandReader, read_commands, write_commands
from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    HumanHandoff,
    KnowledgeAnswer,
    RepeatLastBotMessages,
    SessionStart,
    SetSlot,
    SkipQuestion,
    StartFlow,
)
from flows.model import Assistant

NAMINGS = [short_names, real_names]
FLOWS = st.sampled_from(["transfer_money", "block_card", "check_balance"])
VALUES = st.one_of(
    st.text(max_size=30), st.sampled_from(['wait; f2, "and" so', "cancel flow", "f1", "'tis", "a\nb", "\\"])
)
COMMANDS = st.one_of(
    st.builds(StartFlow, FLOWS),
    st.builds(SetSlot, st.sampled_from(["recipient", "amount", "card_kind"]), VALUES),
    st.builds(Clarify, st.lists(FLOWS, min_size=1, max_size=3).map(tuple)),
    st.sampled_from(
        [
            CancelFlow(),
            SkipQuestion(),
            RepeatLastBotMessages(),
            HumanHandoff(),
            KnowledgeAnswer(),
            ChitChat(),
            CannotHandle(),
        ]
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(commands=st.lists(COMMANDS, min_size=1, max_size=5), naming_of=st.sampled_from(NAMINGS))
def test_what_is_written_is_read_back(bank: Assistant, commands: list[Command], naming_of: Any) -> None:
    naming = naming_of(bank)
    assert read_commands(write_commands(commands, naming), naming) == tuple(commands)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=200), cut=st.integers(1, 7), naming_of=st.sampled_from(NAMINGS))
def test_any_text_is_read_alike_however_it_comes(bank: Assistant, text: str, cut: int, naming_of: Any) -> None:
    naming = naming_of(bank)
    reader = CommandReader(naming)
    pieces = [text[at : at + cut] for at in range(0, len(text), cut)]
    streamed = [command for piece in pieces for command in reader.feed(piece)]
    assert (*streamed, *reader.finish()) == read_commands(text, naming)


def test_a_command_counts_before_the_next_is_written(bank: Assistant) -> None:
    reader = CommandReader(short_names(bank))
    assert reader.feed("f1") == ()  # may become f12
    assert reader.feed("; s1 Jo") == (StartFlow("transfer_money"),)
    assert reader.feed("e Smith; s2 50") == (SetSlot("recipient", "Joe Smith"),)
    assert reader.finish() == (SetSlot("amount", "50"),)


@pytest.mark.parametrize(
    ("written", "commands"),
    [
        ("f1; s1 John; s2 50\n", (StartFlow("transfer_money"), SetSlot("recipient", "John"), SetSlot("amount", "50"))),
        ("start f1;set s1 John", (StartFlow("transfer_money"), SetSlot("recipient", "John"))),
        ("- F1\n- s2 = 50", (StartFlow("transfer_money"), SetSlot("amount", "50"))),
        ('s1 "Joe; the one"; f2', (SetSlot("recipient", "Joe; the one"), StartFlow("check_balance"))),
        ('s1 "Joe; f2', (SetSlot("recipient", '"Joe; f2'),)),
        ("start flow block_card", (StartFlow("block_card"),)),
        ("clarify f1, f2 or f9", (Clarify(("transfer_money", "check_balance")),)),
        ("Cancel.", (CancelFlow(),)),
        ("f99; s99 x; I think; ask; ;;", ()),
        ("none", (CannotHandle(),)),
        ("", ()),
    ],
)
def test_aliases_are_read_tolerantly(bank: Assistant, written: str, commands: tuple[Command, ...]) -> None:
    assert read_commands(written, short_names(bank)) == commands


def test_what_has_no_words_is_left_out(bank: Assistant) -> None:
    naming = short_names(bank)
    assert write_commands([], naming) == "none\n"
    assert (
        write_commands([SessionStart({}), SetSlot("transfer_confirmed", True), StartFlow("gone")], naming) == "none\n"
    )
    assert write_commands([CancelFlow(), StartFlow("block_card")], naming) == "cancel; f3\n"
    assert write_commands([StartFlow("block_card"), ChitChat()], real_names(bank)) == (
        "start flow block_card\nofftopic reply\n"
    )


def test_an_endless_completion_is_not_read_to_its_end(bank: Assistant) -> None:
    assert len(read_commands("f1; " * 100_000, short_names(bank))) <= 1000
    assert read_commands('s1 "' + ";" * 100_000, short_names(bank))[0] == SetSlot("recipient", '"' + ";" * 3996)
