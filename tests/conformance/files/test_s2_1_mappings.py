"""§2.1 mappings: who may set a slot, and with what. NLU speaks here through payloads `/intent{"entity": "value"}`."""

from __future__ import annotations

import pytest

from tests.conformance.assistant import Talk, slot
from tests.conformance.conftest import Write
from tests.conformance.files.domains import domain

FLOW = """
flows:
  book:
    description: book a trip
    run_pattern_completed: false
    nlu_trigger: [{intent: book}, {intent: travel}]
    steps:
      - collect: city
      - collect: other
"""


def _talk(write: Write, mappings: str, kind: str = "text", flows: str = FLOW, **more: object) -> Talk:
    slots = {"city": f"{{type: {kind}, mappings: {mappings}}}", "other": "text"}
    intents = "intents: [book, travel, inform, greet]\nentities: [place, city, number]\n"
    return Talk(write(flows, domain(slots, more=intents, **more)))  # type: ignore[arg-type]


def test_s2_1_from_llm_is_the_default_and_set_at_any_turn(write: Write) -> None:
    for mappings in ("[{type: from_llm}]", "[]"):
        talk = _talk(write, mappings)
        talk.hear("start flow book", "set slot other x")
        assert talk.asks == "city"
        talk.hear("set slot city Rome")
        assert talk.stack == ()


def test_s2_1_from_entity_takes_the_entity(write: Write) -> None:
    talk = _talk(write, "[{type: from_entity, entity: place}]")
    talk.hear('/book{"place": "Rome"}')
    assert talk.slots["city"] == "Rome"
    assert talk.asks == "other"


def test_s2_1_from_entity_takes_no_other_entity(write: Write) -> None:
    talk = _talk(write, "[{type: from_entity, entity: place}]")
    talk.hear('/book{"city": "Rome", "number": 4}')
    assert talk.slots["city"] is None
    assert talk.asks == "city"


def test_s8_24_a_models_value_for_a_slot_filled_only_from_entities_cannot_be_handled(write: Write) -> None:
    talk = _talk(write, "[{type: from_entity, entity: place}]")
    talk.hear("start flow book")
    assert talk.said("set slot city Rome") == ("utter_ask_rephrase", "utter_ask_city")
    assert talk.slots["city"] is None


def test_s2_1_from_entity_fills_a_question_that_is_asked(write: Write) -> None:
    talk = _talk(write, "[{type: from_entity, entity: place}]")
    talk.hear("start flow book")
    turn = talk.hear('/inform{"place": "Rome"}')
    assert talk.slots["city"] == "Rome"
    assert turn.said == ("utter_ask_other",)


def test_s2_1_the_intent_of_a_mapping_must_be_that_of_the_turn(write: Write) -> None:
    talk = _talk(write, "[{type: from_entity, entity: place, intent: travel}]")
    talk.hear('/book{"place": "Rome"}')
    assert talk.slots["city"] is None
    talk = _talk(write, "[{type: from_entity, entity: place, intent: [travel, inform]}]")
    talk.hear('/travel{"place": "Rome"}')
    assert talk.slots["city"] == "Rome"


def test_s2_1_not_intent_excludes(write: Write) -> None:
    for excluded in ("book", "[book, greet]"):
        talk = _talk(write, f"[{{type: from_entity, entity: place, not_intent: {excluded}}}]")
        talk.hear('/book{"place": "Rome"}')
        assert talk.slots["city"] is None
        talk = _talk(write, f"[{{type: from_entity, entity: place, not_intent: {excluded}}}]")
        talk.hear('/travel{"place": "Rome"}')
        assert talk.slots["city"] == "Rome"


def test_s2_1_from_intent_sets_its_value(write: Write) -> None:
    talk = _talk(write, "[{type: from_intent, intent: book, value: Paris}]")
    talk.hear("/book")
    assert talk.slots["city"] == "Paris"
    talk = _talk(write, "[{type: from_intent, not_intent: travel, value: Paris}]")
    talk.hear("/travel")
    assert talk.slots["city"] is None


def test_s2_1_mappings_are_ordered(write: Write) -> None:
    mappings = "[{type: from_entity, entity: place}, {type: from_intent, intent: book, value: Paris}]"
    talk = _talk(write, mappings)
    talk.hear("/book")
    assert talk.slots["city"] == "Paris"
    talk = _talk(write, mappings)
    talk.hear('/book{"place": "Rome"}')
    assert talk.slots["city"] == "Rome"


def test_s2_1_conditions_of_a_mapping_name_the_active_flow(write: Write) -> None:
    mappings = "[{type: from_entity, entity: place, conditions: [{active_flow: visit}]}]"
    talk = _talk(write, mappings)
    talk.hear("start flow book")
    talk.hear('/inform{"place": "Rome"}')
    assert talk.slots["city"] is None
    mappings = mappings.replace("visit", "book")
    talk = _talk(write, mappings)
    talk.hear("start flow book")
    talk.hear('/inform{"place": "Rome"}')
    assert talk.slots["city"] == "Rome"


ROLES = """
flows:
  fly:
    description: fly
    run_pattern_completed: false
    nlu_trigger: [{intent: fly}]
    steps: [{collect: origin}, {collect: target}]
"""


@pytest.mark.parametrize("kind", ["role", "group"])
def test_s2_1_a_mapping_with_a_role_or_group_takes_no_entity_without(write: Write, kind: str) -> None:
    slots = {
        "origin": f"{{type: text, mappings: [{{type: from_entity, entity: city, {kind}: from}}]}}",
        "target": "{type: text, mappings: [{type: from_entity, entity: city}]}",
    }
    text = domain(slots, more="intents: [fly]\nentities: [{city: {roles: [from, to], groups: [from]}}]\n")
    talk = Talk(write(ROLES, text))
    talk.hear('/fly{"city": "Rome"}')
    assert (talk.slots["origin"], talk.slots["target"]) == (None, "Rome")


def test_s2_1_an_nlu_filled_slot_is_not_overwritten_by_a_model(write: Write) -> None:
    mappings = "[{type: from_llm}, {type: from_entity, entity: place}]"
    talk = _talk(write, mappings)
    talk.hear('/book{"place": "Rome"}')
    assert talk.slots["city"] == "Rome"
    talk.hear("set slot city Oslo")
    assert talk.slots["city"] == "Rome"


def test_s2_1_allow_nlu_correction_lets_the_model_overwrite(write: Write) -> None:
    mappings = "[{type: from_llm, allow_nlu_correction: true}, {type: from_entity, entity: place}]"
    talk = _talk(write, mappings)
    talk.hear('/book{"place": "Rome"}')
    turn = talk.hear("set slot city Oslo")
    assert turn.said[0] == "utter_corrected_previous_input"
    assert talk.slots["city"] == "Oslo"


CONTROLLED = """
flows:
  f:
    description: f
    run_pattern_completed: false
    persisted_slots: [tier]
    steps:
      - collect: name
      - action: action_tier
      - collect: tier
      - action: utter_done
  g:
    description: g
    steps: [{set_slots: [{tier: from step}]}]
"""


@pytest.mark.parametrize("kind", ["controlled", "custom"])
def test_s2_1_controlled_slots_are_closed_to_models(write: Write, kind: str) -> None:
    slots = {"name": "text", "tier": f"{{type: text, mappings: [{{type: {kind}}}]}}"}
    assistant = write(CONTROLLED, domain(slots, say=["utter_done"], actions=["action_tier"]))
    talk = Talk(assistant)
    talk.hear("start flow f", "set slot name Ann")
    assert talk.asks == "tier"
    assert talk.said("set slot tier gold") == ("utter_ask_rephrase", "utter_ask_tier")
    assert talk.said("/SetSlots(tier=gold)") == ("utter_done",)
    talk = Talk(assistant, {"action_tier": [slot("tier", "silver")]})
    assert talk.said("start flow f", "set slot name Ann") == ("utter_done",)
    talk = Talk(assistant)
    talk.hear("start flow g")
    assert ("tier", "from step") in talk.turns[-1].slot_events


def test_s2_1_run_action_every_turn(write: Write) -> None:
    slots = {"name": "text", "tier": "{type: text, mappings: [{type: controlled, run_action_every_turn: action_tier}]}"}
    talk = Talk(
        write(CONTROLLED, domain(slots, say=["utter_done"], actions=["action_tier"])),
        {"action_tier": [slot("tier", "silver")]},
    )
    talk.hear("start flow f")
    assert talk.turns[-1].ran == ("action_tier",)
    assert talk.slots["tier"] == "silver"
    talk.hear("offtopic reply")
    assert talk.turns[-1].ran == ("action_tier",)


def test_s4_3_5_payload_entities_of_an_unknown_intent_are_refused(write: Write) -> None:
    talk = _talk(write, "[{type: from_entity, entity: place}]")
    assert talk.said('/no_such_intent{"place": "Rome"}') == ("utter_ask_rephrase",)
    assert talk.slots["city"] is None


def test_s4_3_8_an_invalid_intent_gives_its_reason(write: Write) -> None:
    flows = (
        FLOW
        + """
  pattern_cannot_handle:
    description: tells why
    steps:
      - noop: true
        next:
          - if: context.reason = 'cannot_handle_invalid_intent'
            then: [{action: utter_invalid, next: END}]
          - else: [{action: utter_other, next: END}]
    """
    )
    talk = _talk(write, "[{type: from_llm}]", flows=flows, say=["utter_invalid", "utter_other"])
    assert talk.said("/nonsense") == ("utter_invalid",)
    assert talk.said("start flow nonsense") == ("utter_other",)


def test_s8_29_entities_are_coerced_to_the_slots_type(write: Write) -> None:
    talk = _talk(write, "[{type: from_entity, entity: number}]", kind="float")
    talk.hear('/book{"number": "42"}')
    assert talk.slots["city"] == 42.0
