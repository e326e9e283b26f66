"""Test files as people write them: definitions from several files, odd values, and faults told with their place."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from dialogue.errors import TestsInvalid
from dialogue.testing.case import Case
from dialogue.testing.checks import doubts
from dialogue.testing.expectations import BotSays, SlotIsSet
from dialogue.testing.suite import load_suite
from flows.model import Assistant


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text), encoding="utf-8")


def load(folder: Path, files: dict[str, str], *paths: str) -> tuple[Case, ...]:
    write(folder, files)
    return load_suite(paths, folder).cases


def case(name: str = "a", more: str = "") -> str:
    return f"test_cases:\n- test_case: {name}\n  {more}\n  steps: [{{user: hi}}]\n"


def test_the_file_goes_before_its_folder_and_the_folder_before_the_root(tmp_path: Path) -> None:
    fixture = "fixtures: [{who: [{name: %s}]}, {%s: [{x: %s}]}]\nmetadata: [{m: {from: %s}}]\n"
    files = {
        "conftest.yml": fixture % ("root", "root_only", 1, "root"),
        "e2e_tests/conftest.yml": fixture % ("folder", "folder_only", 2, "folder"),
        "e2e_tests/sub/conftest.yml": fixture % ("sub", "sub_only", 3, "sub"),
        "e2e_tests/a.yml": case("folder", "fixtures: [who, root_only, folder_only]\n  metadata: m"),
        "e2e_tests/b.yml": fixture % ("file", "file_only", 4, "file") + case("file", "fixtures: [who]\n  metadata: m"),
        "e2e_tests/sub/c.yml": case("sub", "fixtures: [who, root_only]\n  metadata: [m]"),
        "other/d.yml": case("root", "fixtures: who"),
    }
    found = {one.name: one for one in load(tmp_path, files, "e2e_tests", "other")}
    assert {name: one.slots["name"] for name, one in found.items()} == {
        "folder": "folder",
        "file": "file",
        "sub": "sub",
        "root": "root",
    }
    assert found["folder"].slots["x"] == 2
    assert found["sub"].slots["x"] == 1
    assert [found[name].steps[0].metadata for name in ("folder", "file", "sub", "root")] == [
        {"from": "folder"},
        {"from": "file"},
        {"from": "sub"},
        {},
    ]


def test_a_definition_of_another_file_is_unknown(tmp_path: Path) -> None:
    files = {
        "e2e_tests/a.yml": "fixtures: [{who: [{name: x}]}]\n" + case("a"),
        "e2e_tests/b.yml": case("b", "fixtures: [woh]"),
    }
    with pytest.raises(TestsInvalid, match=r"e2e_tests/b.yml:3:14: error \[unknown-fixtures\]"):
        load(tmp_path, files)


def test_a_step_overrides_the_metadata_of_its_case(tmp_path: Path) -> None:
    text = """
    metadata:
      - user_info: {language: English, age: 7}
      - other: {language: German}
    test_cases:
      - test_case: a
        metadata: user_info
        steps:
          - {user: one}
          - {user: two, metadata: other}
    """
    (found,) = load(tmp_path, {"e2e_tests/a.yml": text})
    assert [step.metadata for step in found.steps] == [
        {"language": "English", "age": 7},
        {"language": "German", "age": 7},
    ]


def test_words_and_numbers_stay_what_was_written(tmp_path: Path) -> None:
    text = """
    test_cases:
      - test_case: 12
        steps:
          - user: yes
          - bot: no
          - slot_was_set: [{confirmed: yes}, {amount: 1.50}, {flag: true}]
          - user: 007
          - bot: 1.50
          - user: "quoted \\"word\\" – ünïcode 🎈"
          - bot: |
              Two
              lines
          - user: >
              folded
              text
          - user:
          - user: null
    """
    (found,) = load(tmp_path, {"e2e_tests/a.yml": text})
    assert found.name == "12"
    assert [step.text for step in found.steps] == [
        "yes",
        "007",
        'quoted "word" – ünïcode 🎈',
        "folded text\n",
        "",
        "",
    ]
    said = [one.expected for step in found.steps for one in step.wanted]
    assert said == [
        BotSays(text="no"),
        SlotIsSet("confirmed", "yes", True),
        SlotIsSet("amount", 1.5, True),
        SlotIsSet("flag", True, True),
        BotSays(text="1.50"),
        BotSays(text="Two\nlines\n"),
    ]


def test_what_holds_no_tests_is_passed_over(tmp_path: Path) -> None:
    files = {
        "e2e_tests/comment.yml": "# nothing here\n",
        "e2e_tests/empty.yaml": "",
        "e2e_tests/commands.yml": "a:\n  - [start flow x]\n",
        "e2e_tests/null.yml": "test_cases:\n",
        "e2e_tests/notes.txt": "test_cases: [",
        "e2e_tests/list.yml": "- 1\n",
        "e2e_tests/bom.yml": "\ufeff" + case("bom"),
    }
    assert [one.name for one in load(tmp_path, files)] == ["bom"]


def test_a_case_runs_once_however_often_it_is_named(tmp_path: Path) -> None:
    files = {"e2e_tests/a.yml": "test_cases: [{test_case: a, steps: [{user: x}]}, {test_case: a, steps: [{user: y}]}]"}
    found = load(tmp_path, files, "e2e_tests", "e2e_tests/a.yml", str(tmp_path / "e2e_tests/a.yml::a"))
    assert [one.steps[0].text for one in found] == ["x", "y"]
    assert [one.keys[0] for one in found] == ["a.yml::a", "a.yml::a #2"]


def test_stubs_for_all_and_for_one_case(tmp_path: Path) -> None:
    text = """
    stub_custom_actions:
      action_a: {events: [{event: slot, name: x, value: 1}]}
      action_b:
      a::b::action_a: {responses: [{text: hi}]}
    test_cases:
      - {test_case: a::b, steps: [{user: x}]}
      - {test_case: c, steps: [{user: x}]}
    """
    first, second = load(tmp_path, {"e2e_tests/a.yml": text})
    assert first.stubs["action_a"].responses == ({"text": "hi"},)
    assert second.stubs["action_a"].events == ({"event": "slot", "name": "x", "value": 1},)
    assert second.stubs.keys() == {"action_a", "action_b"}
    assert second.stubs["action_b"].events == ()
    assert first.has_stubs


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("test_cases: 3", "1:13: error [test-cases]"),
        ("test_cases:\n- just text", "2:3: error [test-case]"),
        ("test_cases:\n- {test_case: a, steps: hello}", "2:25: error [steps]"),
        ("test_cases:\n- test_case: a\n  steps: [{user: [1]}]", "3:18: error [step]"),
        ("test_cases:\n- test_case: a\n  steps: [{user: x}, {bot: {a: 1}}]", "error [step] `bot` must be a text"),
        ("test_cases:\n- test_case: a\n  steps: [{user: x}, {slot_was_set: [[1]]}]", "error [slot]"),
        ("stub_custom_actions: {a: {events: 3}}\n" + case(), "error [stub]"),
        ("fixtures: 3\n" + case(), "error [fixtures]"),
        ("fixtures: [{a: 3}]\n" + case(), "error [fixture]"),
        ("metadata: [{a: 3}]\n" + case(), "error [metadata]"),
        ("test_cases: [", "error [yaml]"),
        ("test_cases:\n- test_case: a\n  test_case: b\n  steps: [{user: x}]", "error [duplicate-key]"),
    ],
)
def test_a_fault_has_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(TestsInvalid) as caught:
        load(tmp_path, {"e2e_tests/a.yml": text})
    assert told in str(caught.value)
    assert str(caught.value).startswith("e2e_tests/a.yml:")


@pytest.mark.parametrize(
    ("assertion", "told"),
    [
        ("bot_uttered: {}", "needs utter_name, text_matches or buttons"),
        ("bot_uttered:", "needs utter_name, text_matches or buttons"),
        ("bot_uttered: {utter_nam: x}", "did you mean 'utter_name'?"),
        ("bot_did_not_utter: {text: x}", "bot_did_not_utter has no 'text'"),
        ("bot_uttered: {buttons: [x]}", "a button needs a title"),
        ("flow_completed: {flow_id: a, step: b}", "flow_completed has no 'step'"),
        ("flow_started: {operator: some, flow_ids: [a]}", "operator: all|any"),
        ("flow_started: []", "flow_started needs a name"),
        ("action_executed: {name: x}", "action_executed needs a name"),
        ("pattern_clarification_contains:", "needs a name"),
        ("utter: x", "this is no assertion: utter"),
        ("bot_uttered: {text_matches: '('}", "this is no regular expression"),
    ],
)
def test_an_assertion_that_could_not_fail_is_refused(tmp_path: Path, assertion: str, told: str) -> None:
    text = f"test_cases:\n- test_case: a\n  steps:\n  - user: x\n    assertions:\n    - {assertion}\n"
    with pytest.raises(TestsInvalid) as caught:
        load(tmp_path, {"e2e_tests/a.yml": text})
    assert told in str(caught.value)
    assert str(caught.value).startswith("e2e_tests/a.yml:6:")


def test_binary_and_missing_files(tmp_path: Path) -> None:
    (tmp_path / "e2e_tests").mkdir()
    (tmp_path / "e2e_tests" / "a.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TestsInvalid, match="it is not UTF-8 text"):
        load_suite([], tmp_path)


def test_what_is_probably_not_meant_is_a_warning(tmp_path: Path, bank: Assistant) -> None:
    text = """
    fixture: []
    stub_custom_actions: {b::action_x: {events: []}}
    fixtures: [{f: [{nickname: x}, {nicknam: y}, {mocked_datetime: soon}]}]
    test_cases:
      - test_case: a
        fixtures: [f]
        step: []
        steps:
          - user: x
            assertions:
              - bot_did_not_utter: {utter_name: utter_balanc}
              - flow_started: transfer_moneys
              - slot_was_set: [{name: amont}]
              - pattern_clarification_contains: [transfer money, block_card]
    """
    write(tmp_path, {"e2e_tests/a.yml": text})
    suite = load_suite([], tmp_path)
    told = [str(warning) for warning in (*suite.warnings, *doubts(suite, bank))]
    assert [line.split(" (")[0].partition(": warning ")[2] for line in told] == [
        "[key] nobody reads 'fixture'",
        "[stub] no case of this file is named 'b'",
        "[fixture] fixture 'f' sets mocked_datetime to 'soon', which is no ISO 8601 time",
        "[key] nobody reads 'step'",
        "[unknown-slot] the assistant has no slot 'nicknam'",
        "[unknown-response] the assistant has no response 'utter_balanc'",
        "[unknown-flow] the assistant has no flow 'transfer_moneys'",
        "[unknown-slot] the assistant has no slot 'amont'",
    ]
    assert "did you mean 'utter_balance'?" in told[5]


def test_many_cases_of_one_name_load_in_linear_time(tmp_path: Path) -> None:
    rows = "".join(f"- {{test_case: same, steps: [{{user: u{n}}}]}}\n" for n in range(300))
    found = load(tmp_path, {"e2e_tests/a.yml": "test_cases:\n" + rows})
    assert found[299].keys[0] == "a.yml::same #300"


@pytest.mark.parametrize(
    ("working", "path"), [("", "suite/happy"), ("suite", "happy/deep/a.yml"), ("bot", "../suite/happy")]
)
def test_a_part_of_a_suite_that_lies_elsewhere_has_the_conftest_files_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, working: str, path: str
) -> None:
    conftest = "fixtures: [{f: [{s: %s}]}, {%s: [{t: 1}]}]\n"
    write(
        tmp_path,
        {
            "bot/domain.yml": "slots: {}\n",
            "suite/conftest.yml": conftest % ("top", "above"),
            "suite/happy/conftest.yml": conftest % ("inner", "near"),
            "suite/happy/deep/a.yml": "test_cases: [{test_case: a, fixtures: [f, above, near], steps: [{user: x}]}]\n",
        },
    )
    monkeypatch.chdir(tmp_path / working)
    (case,) = load_suite([path], tmp_path / "bot").cases
    assert case.slots == {"s": "inner", "t": 1}


def test_an_assistant_without_tests_is_told_where_they_would_be(tmp_path: Path) -> None:
    with pytest.raises(TestsInvalid, match=r"e2e_tests:1:1: .*name the test files or folders to run"):
        load_suite([], tmp_path)
