"""Command lines: three syntaxes read, one written, and what is written is read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.line_layout import QUOTES
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


_MARKS = (*"()\"'`,\\! .{[", "\x85", "\u2028", "\n", '","')
_HOSTILE = (
    *(*_MARKS, "x(", "SetSlot(", "SetSlot(a, ", '"a', "\\a", "'a", "a.", "start flow ", "set slot a ", "set slot a b"),
    *(
        "StartFlow(b)",
        "Clarify(a",
        "cannot handle ",
        "failed x {",
        "cancel flow",
        "disambiguate flows ",
        "1. ",
        "set  ",
    ),
)
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


_NASTY = st.sampled_from(
    (*_MARKS, "cancel flow", "start flow x", "SetSlot(a, 1)", "StartFlow(", "CancelFlow()", '\\"', "\\'", "it's", "🚗")
)
nasty_values = st.lists(_NASTY, max_size=12).map("".join)


@given(st.lists(st.tuples(names, nasty_values), min_size=1, max_size=3))
def test_any_value_is_read_back_whatever_commands_it_names(pairs: list[tuple[str, str]]) -> None:
    wanted = tuple(SetSlot(name, value) for name, value in pairs)
    for command in wanted:
        assert parse_commands(format_command(command)) == (command,)
    assert parse_commands(format_command(CorrectSlots(tuple(pairs)))) == wanted


@given(names, nasty_values, st.sampled_from(QUOTES))
def test_a_quoted_value_of_a_call_is_read_whole(name: str, value: str, quote: str) -> None:
    escaped = value.replace("\\", "\\\\").replace(quote, "\\" + quote)
    line = f"SetSlot({name}, {quote}{escaped.replace(chr(10), chr(92) + 'n').replace(chr(13), chr(92) + 'r')}{quote})"
    assert parse_commands(line + ", StartFlow(pay)") == (SetSlot(name, value), StartFlow("pay"))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("head", ["", 'SetSlot(a, "', "failed x {"])
@pytest.mark.parametrize("unit", [*_HOSTILE, *(f", {unit}" for unit in ("SetSlot(", '"', "set slot a "))])
def test_twenty_thousand_hostile_characters_are_read_in_linear_time(head: str, unit: str) -> None:
    """What takes the square of the length needs minutes for these, and an exponent of it for ever."""
    parse_commands((head + unit * 20_000)[:20_000] + "x")


@given(st.lists(st.sampled_from(_HOSTILE), max_size=400).map("".join))
def test_any_mixture_of_commands_and_marks_is_read_without_error(text: str) -> None:
    parse_commands(text)


MIXED = [
    ("start flow f, SetSlot(q, 5)", [StartFlow("f"), SetSlot("q", "5")]),
    ("StartFlow(f), set slot q 5, CancelFlow()", [StartFlow("f"), SetSlot("q", "5"), CancelFlow()]),
    ("set slot note he said 'wait, cancel flow", [SetSlot("note", "he said 'wait"), CancelFlow()]),
    ("set slot note O'Neill, set slot b d'Arc", [SetSlot("note", "O'Neill"), SetSlot("b", "d'Arc")]),
    ('set slot note 5" pipe, cancel flow', [SetSlot("note", '5" pipe'), CancelFlow()]),
    ("SetSlot(note, wait, cancel flow now)", [SetSlot("note", "wait, cancel flow now")]),
    ("SetSlot(a, 1) SetSlot(b, 2)", [SetSlot("a", "1"), SetSlot("b", "2")]),
    ("set slot a (one, cancel flow", [SetSlot("a", "(one"), CancelFlow()]),
    ("set slot a 5,", [SetSlot("a", "5")]),
    ('set slot a "5".', [SetSlot("a", "5")]),
    ("failed oh {broken}", [Failed("oh")]),
    ('failed oh {"a": NaN}', [Failed("oh")]),
    ("failed oh " + '{"a":' * 3000 + "1" + "}" * 3000, [Failed("oh")]),
]


@pytest.mark.parametrize(("text", "commands"), MIXED)
def test_reads_what_shares_a_line(text: str, commands: list[Command]) -> None:
    assert list(parse_commands(text)) == commands


def test_values_that_are_no_text_are_written_plainly() -> None:
    written = [format_command(SetSlot("a", value)) for value in (None, True, 50, 2.5)]
    assert written == ["set slot a null", "set slot a True", "set slot a 50", "set slot a 2.5"]


def test_a_correction_is_written_as_its_slots() -> None:
    assert format_command(CorrectSlots((("a", 1), ("b", "x")))) == "set slot a 1, set slot b x"
