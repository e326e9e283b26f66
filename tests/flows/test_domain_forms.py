"""Every form in which a domain may be written: slots, mappings, responses and settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.loader import find_problems, load_assistant
from flows.model import Assistant

FLOWS = "flows:\n  f:\n    description: d\n    steps: [{collect: a}]\n"
ASK = "responses: {utter_ask_a: [{text: a}]}\n"


def domain(folder: Path, text: str) -> Assistant:
    (folder / "data").mkdir()
    (folder / "data" / "flows.yml").write_text(FLOWS)
    (folder / "data" / "nlu.yml").write_text("nlu:\n- intent: hello\n  examples: |\n    - hi\n")
    (folder / "domain.yml").write_text("slots:\n  a: {type: text}\n" + text)
    return load_assistant(folder)


def codes(folder: Path) -> list[str]:
    return [one.code for one in find_problems(folder) if not one.code.startswith("unused")]


@pytest.mark.parametrize(
    ("mappings", "kinds"),
    [
        ("", ["from_llm"]),
        ("mappings: []", ["from_llm"]),
        ("mappings: null", ["from_llm"]),
        ("mappings: [{type: from_llm, allow_nlu_correction: true}]", ["from_llm"]),
        ("mappings: {type: from_text}", ["from_text"]),
        ("mappings: [{type: from_llm}, {type: from_entity, entity: city, role: to, group: '1'}]",
         ["from_llm", "from_entity"]),
        ("mappings: [{type: from_entity, entity: city, intent: hello, not_intent: [hello]}]", ["from_entity"]),
        ("mappings: [{type: from_intent, intent: [hello], value: true}]", ["from_intent"]),
        ("mappings: [{type: from_trigger_intent, value: x}]", ["from_trigger_intent"]),
        ("mappings: [{type: controlled, run_action_every_turn: action_x, coexistence_system: NLU}]", ["controlled"]),
        ("mappings: [{type: custom, action: action_x}]", ["controlled"]),
        ("mappings: [{type: from_text, conditions: [{active_flow: f}, {active_loop: x}]}]", ["from_text"]),
    ],
)  # fmt: skip
def test_mappings(folder: Path, mappings: str, kinds: list[str]) -> None:
    rest = "entities: [{city: {roles: [to], groups: ['1']}}]\nactions: [action_x]\n" + ASK
    assistant = domain(folder, f"  s: {{type: text, {mappings}}}\n{rest}")
    assert [mapping.kind for mapping in assistant.slots["s"].mappings] == kinds
    assert codes(folder) == []


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ("{type: from_lm}", "slot-mapping"),
        ("{type: from_entity}", "slot-mapping"),
        ("{type: from_entity, entity: zz}", "unknown-entity"),
        ("{type: from_intent, intent: zz, value: 1}", "unknown-intent"),
        ("{type: controlled, run_action_every_turn: action_zz}", "unknown-action"),
        ("{type: from_text, conditions: [{active_flow: zz}]}", "unknown-flow"),
    ],
)
def test_mappings_that_lead_nowhere_are_warnings(folder: Path, mapping: str, code: str) -> None:
    domain(folder, f"  s: {{type: text, mappings: [{mapping}]}}\n" + ASK)
    assert codes(folder) == [code]


def test_slot_types(folder: Path) -> None:
    slots = domain(
        folder,
        "  l: {type: list, initial_value: []}\n"
        "  s: {type: strict_categorical, values: [1, yes, true, 2.50]}\n"
        "  f: {type: float, min_value: '0.5', max_value: 10, initial_value: 1}\n"
        "  y: {type: any, initial_value: {k: [1]}}\n"
        "  o: {type: my.own.SlotClass}\n"
        "  t: {type: bool, shared_for_coexistence: true, influence_conversation: false}\n" + ASK,
    ).slots
    assert slots["s"].values == ("1", "yes", "true", "2.50")
    assert (slots["f"].min_value, slots["f"].max_value) == (0.5, 10.0)
    assert slots["y"].initial_value == {"k": [1]}
    assert (slots["o"].type, slots["t"].shared_for_coexistence) == ("any", True)
    assert codes(folder) == ["slot-type"]


def test_validation(folder: Path) -> None:
    slot = domain(
        folder,
        "  v:\n    type: text\n    validation:\n      rejections:\n"
        "      - {if: \"not (slots.v matches '^[0-9]+$')\", utter: utter_bad}\n"
        "responses: {utter_ask_a: [{text: a}], utter_bad: [{text: b}], utter_ask_v: [{text: v}]}\n",
    ).slots["v"]
    assert slot.validation is not None
    assert slot.validation.refill_utter == "utter_ask_v"
    assert [one.utter for one in slot.validation.rejections] == ["utter_bad"]
    assert slot.validation.rejections[0].condition.test({"v": "x"}, {})


def test_variations(folder: Path) -> None:
    first, second, third = domain(
        folder,
        "  b: {type: bool}\nresponses:\n  utter_ask_a:\n"
        "  - text: |\n      two\n      lines\n    id: r1\n    channel: slack\n"
        "    condition: {type: slot, name: b, value: true}\n"
        '    buttons: [{title: 1, payload: \'/hello{"city": "Rome"}\'}, {title: x}]\n    image: http://x/y.png\n'
        "    attachment: {type: template}\n    elements: [{title: t}]\n    quick_replies: [{title: q, payload: p}]\n"
        "    translation: {de: zwei}\n    links: [{title: l, url: u}]\n    metadata: {rephrase: true}\n"
        "  - custom: {any: [json, 1]}\n  - just text\n",
    ).responses["utter_ask_a"]
    assert (first.text, first.id, first.channel, first.image) == ("two\nlines", "r1", "slack", "http://x/y.png")
    assert [(one.title, one.payload) for one in first.buttons] == [("1", '/hello{"city": "Rome"}'), ("x", "x")]
    assert (first.elements, first.quick_replies) == ([{"title": "t"}], [{"title": "q", "payload": "p"}])
    assert first.condition is not None
    assert first.condition.test({"b": True}, {})
    assert (second.custom, third.text) == ({"any": ["json", 1]}, "just text")
    assert codes(folder) == []


@pytest.mark.parametrize(
    "condition",
    ["slots.b", "'slots.b is true'", "[{type: slot, name: b, value: true}]", "[{name: b, value: true}]"],
)
def test_conditions(folder: Path, condition: str) -> None:
    text = f"  b: {{type: bool}}\nresponses: {{utter_ask_a: [{{text: a}}, {{text: b, condition: {condition}}}]}}\n"
    made = domain(folder, text).responses["utter_ask_a"][1].condition
    assert made is not None
    assert made.test({"b": True}, {})
    assert not made.test({"b": False}, {})


def test_an_older_condition_names_its_slot(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "flows.yml").write_text(FLOWS)
    response = "[{text: a, condition: [{type: slot, name: zz, value: 1}]}]"
    (folder / "domain.yml").write_text(f"slots: {{a: {{type: text}}}}\nresponses:\n  utter_ask_a: {response}\n")
    (found,) = find_problems(folder)
    assert (found.code, found.line, found.severity) == ("unknown-slot", 3, "error")


def test_actions_and_session(folder: Path) -> None:
    assistant = domain(
        folder,
        ASK + "actions: [action_a, {action_b: {send_domain: true}}, {action_c: {effect: read}}, action_a]\n"
        "session_config: {session_expiration_time: 0, carry_over_slots_to_new_session: false, "
        "start_session_after_expiry: false}\n",
    )
    assert assistant.action_effects == {"action_a": "write", "action_b": "write", "action_c": "read"}
    session = assistant.session
    assert (session.expiration_time_min, session.carry_over_slots, session.start_after_expiry) == (0, False, False)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("actions: nothing\n", "domain"),
        ("intents: nothing\n", "domain"),
        ("session_config: 5\n", "domain"),
        ("session_config: {session_expiration_time: -1}\n", "session"),
        ("session_config: {carry_over_slots_to_new_session: perhaps}\n", "not-a-bool"),
    ],
)
def test_what_has_another_shape(folder: Path, text: str, code: str) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "flows.yml").write_text(FLOWS)
    (folder / "domain.yml").write_text("slots: {a: {type: text}}\n" + ASK + text)
    assert [one.code for one in find_problems(folder)] == [code]
