"""Commands files: what is read, which case it belongs to, and that what is written is read back."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.errors import TestsInvalid
from dialogue.testing.commands_file import format_commands, normalised, read_commands
from dialogue.testing.recording import aligned, commands_of, strangers
from dialogue.testing.suite import load_suite
from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    HumanHandoff,
    KnowledgeAnswer,
    RepeatLastBotMessages,
    SetSlot,
    SkipQuestion,
    StartFlow,
)
from flows.findings import Findings
from flows.model import Assistant


def read(folder: Path, text: str, name: str = "c.yml") -> dict[str, object]:
    (folder / name).write_text(dedent(text), encoding="utf-8")
    return dict(read_commands(folder / name))


def test_every_syntax_and_every_shape_of_a_turn(tmp_path: Path) -> None:
    text = """
    case:
      - [start flow a, set slot b 1]
      - ["StartFlow(a)", 'SetSlot(b, "two words")']
      - []
      - null
      -
      - ""
      - start flow a
      - |
        start flow a
        set slot b it's
      - ["start flow a, set slot b 1", cancel flow]
      - "StartFlow(a), SetSlot(b, 1)"
      - [disambiguate flows a b, provide info]
      - ["Clarify(a, b)", "SearchAndReply()", "SkipQuestion()"]
      - [search and reply, offtopic reply, repeat message, hand over]
      - {command: set slot, name: b, value: 7}
      - [{command: start flow, flow: a}, {command: cancel flow}, {command: clarify, options: [a, b]}]
      - [{command: set slot, name: b, value: x, extractor: NLU}]
    empty: []
    nothing:
    """
    turns = read(tmp_path, text)
    both = (StartFlow("a"), SetSlot("b", "1"))
    assert turns["case"] == (
        both,
        (StartFlow("a"), SetSlot("b", "two words")),
        (),
        (),
        (),
        (),
        (StartFlow("a"),),
        (StartFlow("a"), SetSlot("b", "it's")),
        (*both, CancelFlow()),
        both,
        (Clarify(("a", "b")), KnowledgeAnswer()),
        (Clarify(("a", "b")), KnowledgeAnswer(), SkipQuestion()),
        (KnowledgeAnswer(), ChitChat(), RepeatLastBotMessages(), HumanHandoff()),
        (SetSlot("b", 7),),
        (StartFlow("a"), CancelFlow(), Clarify(("a", "b"))),
        (SetSlot("b", "x", "nlu"),),
    )
    assert turns["empty"] == turns["nothing"] == ()


def test_the_same_as_json(tmp_path: Path) -> None:
    text = '{\n\t"t.yml::a \\ud83c\\udf88": [["start flow a"], [], "cancel flow", null, {"command": "cancel flow"}]\n}'
    assert read(tmp_path, text, "c.json") == {
        "t.yml::a 🎈": ((StartFlow("a"),), (), (CancelFlow(),), (), (CancelFlow(),))
    }
    with pytest.raises(TestsInvalid, match=r"c.json:2:1: error \[json\]"):
        read(tmp_path, '{"a": \n}', "c.json")


def test_a_line_that_is_no_command_is_nothing_understood(tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text("a:\n  - [dance]\n  - [continue agent, start flow x]\n")
    findings = Findings()
    recorded = read_commands(tmp_path / "c.yml", findings)
    assert recorded == {"a": ((CannotHandle(),), (CannotHandle(), StartFlow("x")))}
    told = [str(finding) for finding in findings.sorted()]
    assert "2:6: warning [command] this is no command: dance" in told[0]
    assert "continue agent" in told[1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- a\n", "maps cases to lists of turns"),
        ("a: start flow x\n", "needs one list of commands"),
        ("a:\n  - [[start flow x]]\n", "this is no command: a list"),
        ("a:\n  - {set slot a: 7}\n", "this is no command: {"),
        ("a:\n  - [start flow x]\na:\n  - []\n", "duplicate-key"),
    ],
)
def test_what_is_no_recording(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(TestsInvalid) as caught:
        read(tmp_path, text)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "key",
    [
        "sub/t.yml::a",
        "e2e_tests/sub/t.yml::a",
        "./e2e_tests/sub/t.yml::a",
        "../bot/e2e_tests/sub/t.yml::a",
        "e2e_tests\\sub\\t.yml::a",
        ".\\sub\\t.yml::a",
        "t.yml::a",
        "a",
    ],
)
@pytest.mark.parametrize("path", ["", "e2e_tests/sub", "e2e_tests/sub/t.yml"])
def test_a_case_is_found_by_any_path_that_ends_in_its_file(tmp_path: Path, key: str, path: str) -> None:
    folder = tmp_path / "bot" / "e2e_tests" / "sub"
    folder.mkdir(parents=True)
    (folder / "t.yml").write_text("test_cases: [{test_case: a, steps: [{user: x}]}]")
    (found,) = load_suite([path] if path else [], tmp_path / "bot").cases
    recorded = {normalised(key): ((StartFlow("f"),),)}
    assert commands_of(found, recorded) == ((StartFlow("f"),),)
    assert commands_of(found, {normalised("other.yml::a"): ()}) is None
    assert strangers([*recorded, "b"], [found]) == ("b",)


def test_the_most_exact_name_wins(tmp_path: Path) -> None:
    (tmp_path / "t.yml").write_text("test_cases: [{test_case: a, steps: [{user: x}]}]")
    (found,) = load_suite(["t.yml"], tmp_path).cases
    assert commands_of(found, {"a": (), "t.yml::a": ((StartFlow("f"),),)}) == ((StartFlow("f"),),)


def test_a_recording_may_leave_out_the_payloads(tmp_path: Path, bank: Assistant) -> None:
    steps = "[{user: x}, {user: /SetSlots(amount=1)}, {user: y}]"
    (tmp_path / "t.yml").write_text(f"test_cases: [{{test_case: a, steps: {steps}}}]")
    (found,) = load_suite(["t.yml"], tmp_path).cases
    one, two = (StartFlow("a"),), (CancelFlow(),)
    assert aligned((one, two), found, bank) == (one, (), two)
    assert aligned((one, (), two), found, bank) == (one, (), two)
    assert aligned((one, ()), found, bank) == (one, ())
    assert aligned((one,), found, bank) == (one,)


NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20)
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    NAMES.map(StartFlow),
    st.builds(StartFlow, NAMES, st.just("nlu")),
    st.builds(SetSlot, NAMES, st.from_regex(r"[A-Za-z][A-Za-z ,:#'\[\]{}é🎈-]{0,15}[a-z]", fullmatch=True)),
    st.just(CancelFlow()),
    st.lists(NAMES, min_size=1, max_size=3).map(lambda names: Clarify(tuple(names))),
    st.just(CannotHandle()),
    st.builds(SetSlot, NAMES, st.one_of(TEXTS, st.integers(), st.booleans()), st.just("nlu")),
)


@given(st.dictionaries(TEXTS, st.lists(st.lists(COMMANDS, max_size=3).map(tuple), max_size=3).map(tuple), max_size=3))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, recorded: dict[str, tuple[tuple[Command, ...], ...]]
) -> None:
    file = tmp_path_factory.getbasetemp() / "round.yml"
    recorded = {normalised(key): turns for key, turns in recorded.items()}
    file.write_text(format_commands(recorded), encoding="utf-8")
    assert read_commands(file) == recorded


@pytest.mark.parametrize(
    "value", ["x, set slot b c", "a, cancel flow", "it's, start flow y", "a, StartFlow(b)", "say StartFlow(x)", "a, b)"]
)
def test_a_value_may_look_like_a_command(tmp_path: Path, value: str) -> None:
    recorded = {"a": ((SetSlot("note", value), SetSlot("other", "z"), CancelFlow()),)}
    (tmp_path / "c.yml").write_text(format_commands(recorded))
    assert read_commands(tmp_path / "c.yml") == recorded


def test_syntaxes_may_be_mixed_in_a_line(tmp_path: Path) -> None:
    text = """
    a:
      - "set slot a 1, SetSlot(b, 2), cancel flow"
      - "StartFlow(f), set slot b 'c, start flow d'"
      - "SetSlot(note, I said, StartFlow(x)), CancelFlow()"
    """
    assert read(tmp_path, text)["a"] == (
        (SetSlot("a", "1"), SetSlot("b", "2"), CancelFlow()),
        (StartFlow("f"), SetSlot("b", "c, start flow d")),
        (SetSlot("note", "I said, StartFlow(x)"), CancelFlow()),
    )


def test_a_very_long_name(tmp_path: Path) -> None:
    recorded = {"x" * 3000: ((StartFlow("a"),),), "y::" + '"' * 1200: ()}
    (tmp_path / "c.yml").write_text(format_commands(recorded))
    assert read_commands(tmp_path / "c.yml") == recorded
