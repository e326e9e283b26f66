"""§6.1 test files: fixtures, metadata, stubs, choosing cases; and §8 "Files" as far as tests go."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogue.errors import TestsInvalid
from tests.conformance.files.e2e import failures, outcome, run, write_files

FLOWS = """
flows:
  greet_member:
    description: greet a member
    run_pattern_completed: false
    steps:
      - collect: membership
      - action: action_lookup
      - action: utter_member
  ask_date:
    description: tell the date
    run_pattern_completed: false
    steps:
      - action: action_date
"""
DOMAIN = """
slots:
  membership: {type: text}
  logged_in: {type: bool}
  points: {type: float, mappings: [{type: controlled}]}
  mocked_datetime: {type: text, mappings: [{type: controlled}]}
responses:
  utter_ask_membership: [{text: Which membership?}]
  utter_member: [{text: "{membership} {points} {logged_in}"}]
actions: [action_lookup, action_date, action_session_start]
"""
ACTIONS = """
from rasa_sdk import Action
from rasa_sdk.events import ActionExecuted, SessionStarted, SlotSet


class Lookup(Action):
    def name(self):
        return "action_lookup"

    def run(self, dispatcher, tracker, domain):
        return [SlotSet("points", 7)]


class Date(Action):
    def name(self):
        return "action_date"

    def run(self, dispatcher, tracker, domain):
        user = tracker.latest_message.get("metadata", {}).get("user", "nobody")
        dispatcher.utter_message(text=f"{tracker.get_slot('mocked_datetime')} {user}")


class Session(Action):
    def name(self):
        return "action_session_start"

    async def run(self, dispatcher, tracker, domain):
        return [SessionStarted(), SlotSet("membership", "from session start"), ActionExecuted("action_listen")]
"""
NO_SESSION = ACTIONS[: ACTIONS.index("class Session")]
BASE = {
    "data/flows.yml": FLOWS,
    "domain.yml": DOMAIN.replace(", action_session_start", ""),
    "actions/__init__.py": "",
    "actions/actions.py": NO_SESSION,
}
COMMANDS = "commands.yml"


def _case(name: str, body: str) -> str:
    return f"  - test_case: {name}\n{body}"


def test_s6_1_fixtures_are_set_before_the_first_step(tmp_path: Path) -> None:
    tests = """
    fixtures:
      - premium: [{membership: gold}, {logged_in: true}]
      - guest:
          - membership: none at all
    test_cases:
      - test_case: member
        fixtures: [premium]
        steps: [{user: hi}, {bot: gold 7 True}]
      - test_case: guest
        fixtures: [guest]
        steps: [{user: hi}, {bot: none at all 7 None}]
      - test_case: both
        fixtures: [premium, guest]
        steps: [{user: hi}, {bot: none at all 7 True}]
      - test_case: neither
        steps: [{user: hi}, {utter: utter_ask_membership}]
    """
    commands = "".join(f"{name}: [[start flow greet_member]]\n" for name in ("member", "guest", "both", "neither"))
    write_files(tmp_path, {**BASE, "e2e_tests/t.yml": tests, COMMANDS: commands})
    result = run(tmp_path)
    assert result.failed == 0, failures(result)


def test_s6_1_fixtures_come_after_action_session_start(tmp_path: Path) -> None:
    tests = """
    fixtures: [{premium: [{membership: gold}]}]
    test_cases:
      - test_case: with
        fixtures: [premium]
        steps: [{user: hi}, {bot: gold 7 None}]
      - test_case: without
        steps: [{user: hi}, {bot: from session start 7 None}]
      - test_case: seen
        steps:
          - assertions: [{slot_was_set: [{name: membership, value: from session start}]}]
          - user: hi
    """
    commands = "".join(f"{name}: [[start flow greet_member]]\n" for name in ("with", "without", "seen"))
    files = {**BASE, "domain.yml": DOMAIN, "actions/actions.py": ACTIONS}
    write_files(tmp_path, {**files, "e2e_tests/t.yml": tests, COMMANDS: commands})
    result = run(tmp_path)
    assert result.failed == 0, failures(result)


def test_s6_1_conftest_fixtures_root_below_folder_below_file(tmp_path: Path) -> None:
    def tests(value: str) -> str:
        steps = f"[{{user: hi}}, {{bot: {value} 7 None}}]"
        return f"test_cases:\n  - {{test_case: {value}, fixtures: [who], steps: {steps}}}\n"

    head = "fixtures: [{who: [{membership: file}]}]\n"
    files = {
        "conftest.yml": "fixtures: [{who: [{membership: root}]}]\n",
        "e2e_tests/deep/conftest.yml": "fixtures: [{who: [{membership: folder}]}]\n",
        "e2e_tests/root.yml": tests("root"),
        "e2e_tests/deep/folder.yml": tests("folder"),
        "e2e_tests/deep/file.yml": head + tests("file"),
        COMMANDS: "".join(f"{name}: [[start flow greet_member]]\n" for name in ("root", "folder", "file")),
    }
    write_files(tmp_path, {**BASE, **files})
    result = run(tmp_path)
    assert len(result.cases) == 3
    assert result.failed == 0, failures(result)


def test_s6_1_an_unknown_fixture_is_told(tmp_path: Path) -> None:
    tests = "test_cases: [{test_case: a, fixtures: [nothing], steps: [{user: hi}]}]\n"
    write_files(tmp_path, {**BASE, "e2e_tests/t.yml": tests})
    with pytest.raises(TestsInvalid, match="nothing"):
        run(tmp_path)


def test_s2_1_mocked_datetime_is_a_slot_of_fixtures(tmp_path: Path) -> None:
    tests = """
    fixtures: [{then: [{mocked_datetime: "2024-02-29T10:00:00+00:00"}]}]
    test_cases:
      - test_case: a
        fixtures: [then]
        steps: [{user: what day}, {bot: "2024-02-29T10:00:00+00:00 nobody"}]
    """
    write_files(tmp_path, {**BASE, "e2e_tests/t.yml": tests, COMMANDS: "a: [[start flow ask_date]]\n"})
    result = run(tmp_path)
    assert result.failed == 0, failures(result)


def test_s6_1_metadata_of_case_and_step(tmp_path: Path) -> None:
    tests = """
    metadata:
      - ann: {user: Ann, kind: x}
      - bob: {user: Bob}
    test_cases:
      - test_case: of the case
        metadata: ann
        steps: [{user: day}, {bot: None Ann}]
      - test_case: the step wins
        metadata: ann
        steps: [{user: day, metadata: bob}, {bot: None Bob}, {user: day}, {bot: None Ann}]
      - test_case: none
        steps: [{user: day}, {bot: None nobody}]
    """
    commands = """
    of the case: [[start flow ask_date]]
    the step wins: [[start flow ask_date], [start flow ask_date]]
    none: [[start flow ask_date]]
    """
    write_files(tmp_path, {**BASE, "e2e_tests/t.yml": tests, COMMANDS: commands})
    result = run(tmp_path)
    assert result.failed == 0, failures(result)


STUBBED = """
stub_custom_actions:
  action_lookup:
    events: [{event: slot, name: points, value: 1200}]
    responses: [{text: looked up}]
  special::action_lookup:
    events: [{event: slot, name: points, value: "99"}]
  action_date: {responses: [{text: stubbed}]}
test_cases:
  - test_case: general
    steps: [{user: /greet}, {user: gold}, {bot: looked up}, {bot: gold 1200 None}]
  - test_case: special
    steps:
      - user: /greet
      - user: gold
        assertions:
          - bot_did_not_utter: {text_matches: looked up}
          - bot_uttered: {text_matches: gold 99 None}
          - action_executed: action_lookup
          - slot_was_set: [{name: points, value: 99}]
  - test_case: no events
    steps: [{user: day}, {bot: stubbed}]
"""
STUBBED_COMMANDS = """
general: [[start flow greet_member], [set slot membership gold]]
special: [[start flow greet_member], [set slot membership gold]]
no events: [[start flow ask_date]]
"""


@pytest.mark.parametrize("stubs", ["before", "only"])
def test_s6_1_stubs(tmp_path: Path, stubs: str) -> None:
    tests = STUBBED.replace("/greet", "hello")
    write_files(tmp_path, {**BASE, "e2e_tests/t.yml": tests, COMMANDS: STUBBED_COMMANDS})
    result = run(tmp_path, stubs=stubs)  # type: ignore[arg-type]
    assert result.failed == 0, failures(result)


def test_s6_1_with_stubs_only_every_action_must_be_stubbed(tmp_path: Path) -> None:
    tests = STUBBED.replace("/greet", "hello").replace("action_date: {responses", "action_other: {responses")
    write_files(tmp_path, {**BASE, "e2e_tests/t.yml": tests, COMMANDS: STUBBED_COMMANDS})
    result = run(tmp_path, stubs="only")
    assert outcome(result) == {"general": True, "special": True, "no events": False}


def test_s8_files_comment_only_and_stray_files(tmp_path: Path) -> None:
    tests = "test_cases: [{test_case: a, steps: [{user: hi}, {utter: utter_ask_membership}]}]\n"
    files = {
        "e2e_tests/t.yml": tests,
        "e2e_tests/empty.yml": "",
        "e2e_tests/comments.yml": "# nothing\n# at all\n",
        "e2e_tests/stray.yml": "notes: [1, 2]\n",
        "e2e_tests/readme.md": "# not yaml: [\n",
        "data/empty.yml": "# nothing\n",
        "data/README.md": "hello",
        "data/nlu.yml": 'version: "3.1"\nnlu: [{intent: greet, examples: "- hi"}]\n',
        "data/stories.yml": 'version: "3.1"\nstories: [{story: s, steps: [{intent: greet}]}]\n',
        "data/rules.yml": 'version: "3.1"\nrules: [{rule: r, steps: [{intent: greet}, {action: utter_member}]}]\n',
        COMMANDS: "a: [[start flow greet_member]]\n",
    }
    write_files(tmp_path, {**BASE, **files})
    result = run(tmp_path)
    assert outcome(result) == {"a": True}


def test_s8_files_duplicate_case_names(tmp_path: Path) -> None:
    tests = """
    test_cases:
      - test_case: a
        steps: [{user: hi}, {utter: utter_ask_membership}]
      - test_case: a
        steps: [{user: day}, {bot: None nobody}]
    """
    commands = "a: [[start flow greet_member]]\n'a #2': [[start flow ask_date]]\n"
    write_files(tmp_path, {**BASE, "e2e_tests/t.yml": tests, COMMANDS: commands})
    result = run(tmp_path)
    assert [case.passed for case in result.cases] == [True, True], failures(result)


def test_s6_1_one_case_by_path_and_name(tmp_path: Path) -> None:
    tests = "test_cases: [{test_case: a, steps: [{user: hi}]}, {test_case: b, steps: [{user: hi}]}]\n"
    write_files(tmp_path, {**BASE, "e2e_tests/t.yml": tests, COMMANDS: "a: [[]]\nb: [[]]\n"})
    assert outcome(run(tmp_path, "e2e_tests/t.yml::b")) == {"b": True}
    with pytest.raises(TestsInvalid, match="zzz"):
        run(tmp_path, "e2e_tests/t.yml::zzz")


@pytest.mark.parametrize("key", ["e2e_tests/t.yml::a", "t.yml::a", "a"])
def test_design_4_the_keys_of_a_commands_file(tmp_path: Path, key: str) -> None:
    tests = "test_cases: [{test_case: a, steps: [{user: hi}, {utter: utter_ask_membership}]}]\n"
    write_files(tmp_path, {**BASE, "e2e_tests/t.yml": tests, COMMANDS: f'"{key}": [[start flow greet_member]]\n'})
    assert outcome(run(tmp_path)) == {"a": True}


@pytest.mark.parametrize(
    "turn",
    [
        '["StartFlow(greet_member)", "SetSlot(membership, gold)"]',
        '["start flow greet_member, set slot membership gold"]',
        '["start flow greet_member", "set slot membership \\"gold\\""]',
        "['1. start flow greet_member', '- set slot membership `gold`']",
        "[\"StartFlow(greet_member), SetSlot(membership, 'gold')\"]",
        '"start flow greet_member\\nset slot membership gold"',
    ],
)
def test_s8_31_quotes_are_stripped_and_two_commands_may_share_a_line(tmp_path: Path, turn: str) -> None:
    tests = "test_cases: [{test_case: a, steps: [{user: hi}, {bot: gold 7 None}]}]\n"
    write_files(tmp_path, {**BASE, "e2e_tests/t.yml": tests, COMMANDS: f"a: [{turn}]\n"})
    result = run(tmp_path)
    assert result.failed == 0, failures(result)


def test_s8_files_an_action_that_returns_nothing(tmp_path: Path) -> None:
    tests = "test_cases: [{test_case: a, steps: [{user: hi}, {bot: None nobody}]}]\n"
    write_files(tmp_path, {**BASE, "e2e_tests/t.yml": tests, COMMANDS: "a: [[start flow ask_date]]\n"})
    assert outcome(run(tmp_path)) == {"a": True}


def test_s8_32_text_matches_searches(tmp_path: Path) -> None:
    tests = """
    test_cases:
      - test_case: a
        steps:
          - user: hi
            assertions:
              - bot_uttered: {text_matches: "member"}
              - bot_uttered: {text_matches: "(?i)WHICH"}
              - bot_uttered: {text_matches: "Which membership\\\\?$"}
    """
    write_files(tmp_path, {**BASE, "e2e_tests/t.yml": tests, COMMANDS: "a: [[start flow greet_member]]\n"})
    result = run(tmp_path)
    assert result.failed == 0, failures(result)


def test_design_4_without_a_path_the_assistants_own_tests_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tests = "test_cases: [{test_case: a, steps: [{user: hi}, {utter: utter_ask_membership}]}]\n"
    write_files(tmp_path / "bot", {**BASE, "e2e_tests/t.yml": tests, COMMANDS: "a: [[start flow greet_member]]\n"})
    elsewhere = tests.replace("test_case: a", "test_case: of another assistant")
    write_files(tmp_path, {"e2e_tests/t.yml": elsewhere})
    monkeypatch.chdir(tmp_path)
    assert outcome(run(tmp_path / "bot")) == {"a": True}
