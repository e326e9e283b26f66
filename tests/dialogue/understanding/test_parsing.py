"""Command lines: three syntaxes read, one written, and what is written is read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.parsing import format_command, parse_commands
from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    CorrectSlots,
    Failed,
    HandleCodeChange,
    HumanHandoff,
    KnowledgeAnswer,
    Noop,
    RepeatLastBotMessages,
    Restart,
    SessionEnd,
    SessionStart,
    SetSlot,
    SkipQuestion,
    StartFlow,
    UserSilence,
)

READ = [
    ("StartFlow(transfer_money)", [StartFlow("transfer_money")]),
    ("SetSlot(amount, 50)", [SetSlot("amount", "50")]),
    ("SetSlot(name, 'O'Brien')", [SetSlot("name", "O'Brien")]),
    ('SetSlot(note, "a, b (c)")', [SetSlot("note", "a, b (c)")]),
    ("SetSlot(a, 1), SetSlot(b, 2)\nCancelFlow()", [SetSlot("a", "1"), SetSlot("b", "2"), CancelFlow()]),
    ("Clarify(add-card, b)", [Clarify(("add-card", "b"))]),
    ("Clarify()", [Clarify()]),
    ("SearchAndReply()", [KnowledgeAnswer()]),
    ("SkipQuestion()\nChitChat()\nHumanHandoff()", [SkipQuestion(), ChitChat(), HumanHandoff()]),
    ("start flow transfer_money", [StartFlow("transfer_money")]),
    ("- start flow `transfer_money`", [StartFlow("transfer_money")]),
    ('  1. start flow "transfer-money"', [StartFlow("transfer-money")]),
    ("* set slot recipient John Smith", [SetSlot("recipient", "John Smith")]),
    ('set slot recipient "John Smith"', [SetSlot("recipient", "John Smith")]),
    ("set slot 'amount' 50\nset slot b x", [SetSlot("amount", "50"), SetSlot("b", "x")]),
    ("start flow a, set slot b 1, 2", [StartFlow("a"), SetSlot("b", "1, 2")]),
    ('set slot note "say \\"hi\\"\\nthere"', [SetSlot("note", 'say "hi"\nthere')]),
    ("set slot amount", [SetSlot("amount", "")]),
    ("disambiguate flows add-card block_card", [Clarify(("add-card", "block_card"))]),
    ("disambiguate flows", [Clarify()]),
    ("provide info", [KnowledgeAnswer()]),
    ("search and reply", [KnowledgeAnswer()]),
    ("offtopic reply\nrepeat message\nhand over", [ChitChat(), RepeatLastBotMessages(), HumanHandoff()]),
    ("Cancel Flow.", [CancelFlow()]),
    ("cannot handle", [CannotHandle()]),
    ("I think the caller wants money.", []),
    ("start", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "commands"), READ)
def test_reads_every_syntax(text: str, commands: list[Command]) -> None:
    assert list(parse_commands(text)) == commands


names = st.from_regex(r"\A[A-Za-z_][A-Za-z0-9_-]{0,20}\Z")
values = st.text(st.characters(blacklist_categories=["Cs"]), max_size=60)
commands = st.one_of(
    st.builds(StartFlow, names),
    st.builds(SetSlot, names, values),
    st.builds(Clarify, st.lists(names, max_size=4).map(tuple)),
    st.builds(CannotHandle, names),
    st.builds(Failed, names, st.dictionaries(names, st.integers(), max_size=2)),
    *(
        st.just(command)
        for command in (
            CancelFlow(),
            SkipQuestion(),
            KnowledgeAnswer(),
            ChitChat(),
            RepeatLastBotMessages(),
            HumanHandoff(),
            SessionStart(),
            SessionEnd(),
            Restart(),
            UserSilence(),
            HandleCodeChange(),
            Noop(),
        )
    ),
)


@given(commands)
def test_what_is_written_is_read_back(command: Command) -> None:
    assert parse_commands(format_command(command)) == (command,)


@given(st.lists(commands, max_size=5))
def test_lines_are_read_in_order(listed: list[Command]) -> None:
    assert parse_commands("\n".join(map(format_command, listed))) == tuple(listed)


@given(st.text(max_size=200))
def test_any_text_is_read_without_error(text: str) -> None:
    parse_commands(text)


def test_values_that_are_no_text_are_written_plainly() -> None:
    written = [format_command(SetSlot("a", value)) for value in (None, True, 50, 2.5)]
    assert written == ["set slot a null", "set slot a True", "set slot a 50", "set slot a 2.5"]


def test_a_correction_is_written_as_its_slots() -> None:
    assert format_command(CorrectSlots((("a", 1), ("b", "x")))) == "set slot a 1, set slot b x"
