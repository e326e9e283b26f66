"""Loading an assistant's folder: what comes out, and every finding at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.conditions import Condition
from flows.errors import AssistantInvalid, Finding
from flows.loader import find_problems, load_assistant
from flows.model import ActionTask, Assistant, CallTask, CollectTask, SetSlotsTask
from flows.profiles import PROFILES

DOMAIN = "slots: {a: {type: text}, b: {type: bool}, c: {type: categorical, values: [Red, Blue]}, l: {type: list}}\n"
ASKS = (
    "responses: {utter_ask_a: [{text: a}], utter_ask_b: [{text: b}], utter_ask_c: [{text: c}], utter_x: [{text: x}]}\n"
)


def branching(condition: str) -> str:
    return f"""      - collect: a
        next:
          - if: {condition}
            then: END
          - else: END
"""


def problems(folder: Path, steps: str, domain: str = DOMAIN + ASKS) -> list[Finding]:
    write(folder, steps, domain)
    return [finding for finding in find_problems(folder) if not finding.code.startswith("unused")]


def write(folder: Path, steps: str, domain: str = DOMAIN + ASKS) -> None:
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "flows.yml").write_text("flows:\n  f:\n    description: d\n    steps:\n" + steps)
    (folder / "domain.yml").write_text(domain)


def test_a_clean_assistant_has_no_findings(folder: Path) -> None:
    assert problems(folder, "      - collect: a\n") == []


@pytest.mark.parametrize("profile", PROFILES)
def test_our_own_patterns_are_clean_in_every_profile(folder: Path, profile: str) -> None:
    write(folder, "      - collect: a\n")
    assistant = load_assistant(folder, profile=profile)
    own = [finding for finding in find_problems(folder, profile=profile) if finding.file.startswith("default")]
    assert own == []
    assert len([flow for flow in assistant.flows.values() if flow.is_pattern]) == 21
    assert all(flow.is_default for flow in assistant.flows.values() if flow.is_pattern)


@pytest.mark.parametrize(
    ("steps", "code", "line", "column", "words"),
    [
        ("      - collect: aa\n", "unknown-slot", 5, 9, "aa"),
        ("      - collect: l\n", "collect-type", 5, 9, "list"),
        ("      - action: utter_y\n", "unknown-response", 5, 9, "utter_y"),
        ("      - action: action_y\n", "unknown-action", 5, 9, "action_y"),
        ("      - link: g\n", "unknown-flow", 5, 9, "link"),
        ("      - link: pattern_chitchat\n", "link", 5, 9, "pattern"),
        ("      - call: g\n", "unknown-flow", 5, 9, "call"),
        ("      - call: pattern_chitchat\n", "call", 5, 9, "pattern"),
        ("      - set_slots: [{z: 1}]\n", "unknown-slot", 5, 9, "z"),
        ("      - set_slots: 3\n", "set-slots", 5, 20, "list"),
        ("      - collect: a\n        next: nowhere\n", "unknown-step", 6, 15, "nowhere"),
        (branching("slots.zz"),
         "unknown-slot", 7, 17, "zz"),
        (branching('"slots.a &&"'),
         "predicate", 7, 26, "&&"),
        (branching("slots.c = 'Green'"),
         "illegal-value", 7, 27, "Green"),
        (branching("slots.b = 'maybe'"),
         "illegal-value", 7, 27, "maybe"),
        (branching("slots.a matches '('"),
         "predicate", 7, 34, "regular expression"),
        ("      - collect: a\n        next: [{if: slots.a, then: END}]\n", "else-missing", 6, 15, "else"),
        ("      - collect: a\n        next:\n          - else: END\n          - if: slots.a\n            then: END\n",
         "else-not-last", 7, 11, "last"),
        ("      - collect: a\n        next: [{if: slots.a}, {else: END}]\n", "branch", 6, 16, "then"),
        ("      - id: s\n        collect: a\n      - id: s\n        collect: b\n", "duplicate-id", 7, 13, "line 5"),
        ("      - id: END\n        collect: a\n", "step-id", 5, 13, "reserved"),
        ("      - noop: true\n", "noop", 5, 9, "next"),
        ("      - collect: a\n        action: utter_x\n", "step-type", 6, 9, "both"),
        ("      - description: nothing\n", "step-type", 5, 9, "does nothing"),
        ("      - just text\n", "step", 5, 9, "map"),
        ("      - collect: a\n        ask_before_filing: true\n", "unknown-key", 6, 9, "ask_before_filing"),
        ("      - collect: a\n        rejections: [{if: slots.a, utter: utter_no}]\n",
         "unknown-response", 6, 27, "utter_no"),
        ("      - collect: a\n        rejections: [{if: slots.a}]\n", "rejection", 6, 22, "utter"),
        ("      - collect: a\n        dtmf: {length: 4, finish_on_key: '#'}\n", "dtmf", 6, 15, "not both"),
        ("      - collect: a\n        silence_timeout: -1\n", "silence-timeout", 6, 26, "seconds"),
        ("      - action: utter_x\n        effect: maybe\n", "effect", 6, 17, "maybe"),
        ("      - collect: a\n        next: END\n      - collect: b\n", "unreachable", 7, 9, "leads"),
        ("      - id: s\n        action: utter_x\n        next: s\n", "endless-loop", 5, 9, "never waits"),
        ("      - id: s\n        collect: a\n      - action: utter_x\n        next: s\n",
         "loop-without-question", 5, 9, "skipped"),
        (branching("context.x"), "context", 7, 17, "patterns"),
    ],
)  # fmt: skip
def test_findings_in_steps(folder: Path, steps: str, code: str, line: int, column: int, words: str) -> None:
    found = problems(folder, steps)
    assert [(finding.code, finding.line, finding.column) for finding in found] == [(code, line, column)]
    assert found[0].file == "data/flows.yml"
    assert words in found[0].message + found[0].suggestion


@pytest.mark.parametrize(
    ("domain", "code", "line", "column"),
    [
        ("slots:\n  a: {}\n", "slot-type", 2, 3),
        ("slots:\n  a: {type: txt}\n", "slot-type", 2, 13),
        ("slots:\n  a: {type: text}\n  c: {type: categorical}\n", "slot-values", 3, 3),
        ("slots:\n  a: {type: text}\n  a: {type: text}\n", "duplicate-key", 3, 3),
        ("slots:\n  a: {type: float, min_value: x}\n", "slot-range", 2, 31),
        ("slots:\n  a: {type: float, min_value: 2, max_value: 1}\n", "slot-range", 2, 3),
        ("slots:\n  a: {type: bool, initial_value: maybe}\n", "initial-value", 2, 3),
        ("slots:\n  a:\n    type: text\n    validation: {rejections: [{if: slots.zz, utter: utter_ask_a}]}\n",
         "unknown-slot", 4, 36),
        ("slots:\n  a: {type: text}\nslotz: {}\n", "unknown-key", 3, 1),
        ("slots:\n  a: {type: text}\nresponses:\n  utter_ask_a: []\n", "response", 4, 3),
        ("slots:\n  a: {type: text}\nresponses:\n  utter_ask_a: [{text: a, condition: slots.zz}]\n",
         "unknown-slot", 4, 38),
        ("slots: [\n", "yaml", 2, 1),
        ("slots:\n\ta: 1\n", "yaml", 2, 1),
        ("- a\n", "domain", 1, 1),
    ],
)  # fmt: skip
def test_findings_in_the_domain(folder: Path, domain: str, code: str, line: int, column: int) -> None:
    asks = "" if "responses" in domain or "yaml" in code or domain.startswith("-") else ASKS
    found = problems(folder, "      - collect: a\n", domain + asks)
    assert (code, line, column) in [(finding.code, finding.line, finding.column) for finding in found]


def test_suggestions(folder: Path) -> None:
    found = problems(folder, "      - action: utter_ask_aa\n      - collect: aa\n        next: en\n")
    assert [finding.suggestion for finding in found] == [
        "did you mean 'utter_ask_a'?", "did you mean 'a'?", "did you mean 'END'?",
    ]  # fmt: skip


def test_all_findings_at_once(folder: Path) -> None:
    write(folder, "      - collect: zz\n      - action: utter_zz\n", "slots: {a: {type: txt}}\n")
    (folder / "config.yml").write_text("- not a map\n")
    with pytest.raises(AssistantInvalid) as caught:
        load_assistant(folder)
    assert {finding.code for finding in caught.value.findings} >= {
        "unknown-slot", "unknown-response", "slot-type", "settings",
    }  # fmt: skip
    assert "data/flows.yml:5:9: error [unknown-slot]" in str(caught.value)


def test_flow_level_findings(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "a.yml").write_text(
        """flows:
  one:
    name: The same
    steps: [{collect: a}]
    persisted_slots: [b]
  two:
    name: the same!
    description: other
    block_digressions: true
    run_pattern_completed: maybe
    steps: []
  -bad:
    description: x
    nlu_trigger: [{intent: hello}]
    if: slots.a =
    steps: [{action: utter_ask_a}]
"""
    )
    (folder / "data" / "b.yml").write_text("flows:\n  one:\n    description: z\n    steps: [{collect: a}]\n")
    (folder / "domain.yml").write_text(DOMAIN + ASKS)
    found = {(finding.code, finding.file, finding.line) for finding in find_problems(folder)}
    assert found >= {
        ("description-missing", "data/a.yml", 2),
        ("persisted-slot", "data/a.yml", 2),
        ("removed-key", "data/a.yml", 9),
        ("steps-missing", "data/a.yml", 6),
        ("flow-id", "data/a.yml", 12),
        ("predicate", "data/a.yml", 15),
        ("unknown-intent", "data/a.yml", 12),
        ("duplicate-flow", "data/b.yml", 2),
    }


@pytest.mark.parametrize(("kind", "other"), [("name", "description: e"), ("description", "name: n")])
def test_flows_must_differ(folder: Path, kind: str, other: str) -> None:
    one = f"  f:\n    {kind}: Pay a bill\n    {other}\n    steps: [{{collect: a}}]\n"
    two = f"  g:\n    {kind}: pay a bill.\n    {other}x\n    steps: [{{collect: a}}]\n"
    (folder / "data").mkdir()
    (folder / "data" / "flows.yml").write_text("flows:\n" + one + two)
    (folder / "domain.yml").write_text(DOMAIN + ASKS)
    assert f"duplicate-{kind}" in [finding.code for finding in find_problems(folder)]


def test_questions(folder: Path) -> None:
    domain = "slots: {a: {type: text}, i: {type: text, initial_value: x}}\n"
    assert [finding.code for finding in problems(folder, "      - collect: a\n", domain)] == ["no-question"]
    assert problems(folder, "      - collect: i\n", domain) == []
    again = "      - collect: i\n        ask_before_filling: true\n"
    assert [finding.code for finding in problems(folder, again, domain)] == ["no-question"]
    both = domain + "responses: {utter_ask_a: [{text: a}]}\nactions: [action_ask_a]\n"
    assert [finding.code for finding in problems(folder, "      - collect: a\n", both)] == ["two-questions"]
    unknown = "      - collect: a\n        utter: utter_ask_me\n"
    assert [finding.code for finding in problems(folder, unknown, both)] == ["unknown-response"]


def test_unused_names_are_warnings_unless_code_uses_them(folder: Path) -> None:
    domain = DOMAIN + ASKS
    write(folder, "      - collect: a\n", domain)
    assert {finding.message for finding in find_problems(folder)} >= {
        "nothing uses slot 'l'",
        "nothing uses response 'utter_x'",
    }
    (folder / "actions").mkdir()
    (folder / "actions" / "more.py").write_text(
        'dispatcher.utter_message(response="utter_x", l=tracker.get_slot("l"))\n'
    )
    assert not {finding.message for finding in find_problems(folder)} & {
        "nothing uses slot 'l'", "nothing uses response 'utter_x'",
    }  # fmt: skip
    load_assistant(folder)


def test_missing_and_empty_folders(folder: Path) -> None:
    assert [finding.code for finding in find_problems(folder / "nowhere")] == ["no-folder"]
    assert {finding.code for finding in find_problems(folder)} == {"no-flows", "no-domain"}
    assert "profile" in {finding.code for finding in find_problems(folder, profile="old")}


def test_unreadable_bytes(folder: Path) -> None:
    write(folder, "      - collect: a\n")
    (folder / "domain.yml").write_bytes(b"\xff\xfe\x00broken")
    assert "unreadable" in [finding.code for finding in find_problems(folder)]


def test_aliases_that_unfold_without_end(folder: Path) -> None:
    write(folder, "      - collect: a\n")
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    (folder / "config.yml").write_text("\n".join(lines))
    assert "too-many-values" in [finding.code for finding in find_problems(folder)]


class TestWhatIsRead:
    @pytest.fixture
    def assistant(self, folder: Path) -> Assistant:
        (folder / "data" / "deep").mkdir(parents=True)
        (folder / "data" / "deep" / "flows.yaml").write_text(
            """flows:
  1_first:
    name: first flow
    description: "  d  "
    if: slots.b
    nlu_trigger:
      - intent: hello
      - intent: {name: bye, confidence_threshold: 0.9}
    always_include_in_prompt: true
    steps:
      - collect: {name: a, silence_timeout: [{browser_audio: 3}, {twilio: 5.5}]}
        description: something
        utter: utter_x
        force_slot_filling: true
        reset_after_flow_ends: false
        dtmf: {finish_on_key: "#"}
        voice: {expects: digits}
        next:
          - if: slots.a = "yes"
            then:
              - set_slots: {c: Red}
              - id: deep
                action: action_do
                effect: read
                next:
                  - if: slots.b
                    then: END
                  - else:
                      - call: second
                        next: deep
          - else: "END"
  second:
    description: e
    if: false
    steps:
      - id: once
        collect: c
        silence_timeout: 4
      - link: 1_first
        id: jump
"""
        )
        (folder / "data" / "comment.yml").write_text("# nothing here\n")
        (folder / "data" / "notes.txt").write_text("flows: [\n")
        (folder / "data" / "nlu.yml").write_text(
            "nlu:\n- intent: hello\n  examples: |\n    - hi [Jo](person)\n    - hello there\n- intent: bye\n"
        )
        (folder / "domain").mkdir()
        (folder / "domain" / "one.yml").write_text(DOMAIN + "actions: [action_do, {action_look: {effect: read}}]\n")
        (folder / "domain" / "two.yml").write_text(
            """responses:
  utter_x:
    - text: "yes"
      condition: [{type: slot, name: b, value: true}]
      buttons: [{title: Yes, payload: /SetSlots(b=true)}]
      allow_interruptions: false
    - text: |
        no
      channel: browser_audio
      condition: slots.b is false
  utter_ask_c: [{text: which}]
  utter_ask_a: [{text: what}]
session_config: {session_expiration_time: 5, carry_over_slots_to_new_session: false}
intents: [hello, {bye: {use_entities: []}}]
"""
        )
        (folder / "config.yml").write_text("language: de\nassistant_id: my-bot\n")
        (folder / "endpoints.yml").write_text("action_endpoint:\n  actions_module: actions\n  token: ${TOKEN}\n")
        (folder / "voice.yml").write_text("name: My bot\nvoice: piper-en-us-joe\n")
        steps = find_problems(folder)
        assert [finding for finding in steps if finding.code == "call"], "a called flow that links is refused"
        text = (
            (folder / "data" / "deep" / "flows.yaml")
            .read_text()
            .replace("      - link: 1_first\n        id: jump\n", "")
        )
        (folder / "data" / "deep" / "flows.yaml").write_text(text)
        return load_assistant(folder)

    def test_settings(self, assistant: Assistant) -> None:
        assert (assistant.id, assistant.name, assistant.language) == ("my-bot", "My bot", "de")
        assert assistant.endpoints["action_endpoint"]["token"] == "${TOKEN}"
        assert assistant.session.expiration_time_min == 5
        assert not assistant.session.carry_over_slots
        assert assistant.intents == ("hello", "bye")
        assert assistant.examples == {"hello": ("hi Jo", "hello there"), "bye": ()}
        assert set(assistant.domain["slots"]) == {"a", "b", "c", "l"}

    def test_actions(self, assistant: Assistant) -> None:
        assert assistant.action_effects == {"action_do": "write", "action_look": "read"}

    def test_flow(self, assistant: Assistant) -> None:
        flow = assistant.flows["1_first"]
        assert (flow.name, flow.description, flow.always_include_in_prompt) == ("first flow", "d", True)
        assert [(trigger.intent, trigger.confidence_threshold) for trigger in flow.nlu_trigger] == [
            ("hello", 0.0),
            ("bye", 0.9),
        ]
        assert flow.persisted_slots == {"a"}
        assert flow.all_collected == ("a", "c")
        assert flow.resets == ("c",)
        assert assistant.flows["second"].is_only_called
        assert assistant.flows["second"].name == "second"

    def test_steps(self, assistant: Assistant) -> None:
        steps = assistant.flows["1_first"].steps
        assert [step.id for step in steps] == ["0_collect_a", "1_set_slots", "deep", "3_call_second"]
        collect = steps[0].task
        assert isinstance(collect, CollectTask)
        assert (collect.slot, collect.utter, collect.description, collect.force_slot_filling) == (
            "a",
            "utter_x",
            "something",
            True,
        )
        assert collect.silence_timeout_s == {"browser_audio": 3.0, "twilio": 5.5}
        assert collect.dtmf is not None
        assert collect.dtmf.finish_on_key == "#"
        assert steps[0].voice == {"expects": "digits"}
        assert [branch.target for branch in steps[0].next] == ["1_set_slots", "END"]
        assert steps[1].task == SetSlotsTask((("c", "Red"),))
        assert steps[2].task == ActionTask("action_do", None, "read")
        assert [branch.target for branch in steps[2].next] == ["END", "3_call_second"]
        assert steps[3].task == CallTask("second")
        assert [branch.target for branch in steps[3].next] == ["deep"]
        assert steps[2].place is not None
        assert steps[2].place.line == 22

    def test_responses(self, assistant: Assistant) -> None:
        first, second = assistant.responses["utter_x"]
        assert (first.text, first.allow_interruptions) == ("yes", False)
        assert (first.buttons[0].title, first.buttons[0].payload) == ("Yes", "/SetSlots(b=true)")
        assert (second.text, second.channel) == ("no", "browser_audio")
        assert isinstance(first.condition, Condition)
        assert isinstance(second.condition, Condition)
        assert first.condition.test({"b": True}, {})
        assert second.condition.test({"b": False}, {})
