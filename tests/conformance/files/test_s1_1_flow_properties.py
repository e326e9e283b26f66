"""§1.1 Flow properties, and the resets at a flow's end, as a conversation sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.errors import AssistantInvalid
from flows.loader import find_problems
from tests.conformance.assistant import Talk, slot
from tests.conformance.conftest import Write
from tests.conformance.files.domains import domain

COMPLETED = "utter_ask_continue_conversation"
ONE_QUESTION = """
flows:
  book_car:
    {more}
    description: book a car
    steps:
      - collect: city
      - action: utter_done
"""
CITY = domain({"city": "text"}, say=["utter_done"])


def _one(more: str) -> str:
    return ONE_QUESTION.format(more=more)


def test_s1_1_name_is_what_the_caller_hears(write: Write) -> None:
    talk = Talk(write(_one("name: book a car"), CITY))
    talk.hear("start flow book_car")
    assert "book a car" in " ".join(talk.hear("cancel flow").texts)


def test_s1_1_id_is_the_name_where_none_is_given(write: Write) -> None:
    assistant = write(_one("always_include_in_prompt: false"), CITY)
    assert assistant.flows["book_car"].name == "book_car"


@pytest.mark.parametrize("missing", ["description", "steps"])
def test_s1_1_description_and_steps_are_required(write: Write, missing: str) -> None:
    parts = {"description": "description: d", "steps": "steps: [{action: utter_done}]"}
    del parts[missing]
    body = "\n".join(f"    {part}" for part in ["name: n", *parts.values()])
    with pytest.raises(AssistantInvalid):
        write(f"flows:\n  f:\n{body}\n", domain(say=["utter_done"]))


GUARDED = """
flows:
  refund:
    description: give money back
    if: slots.is_member
    nlu_trigger: [{{intent: refund}}]
    steps:
      - action: utter_refunded
  hidden:
    description: only reached from elsewhere
    if: {never}
    nlu_trigger: [{{intent: hidden}}]
    steps:
      - action: utter_hidden
  linker:
    description: goes there by link
    steps:
      - link: refund
  caller:
    description: goes there by call
    steps:
      - call: refund
      - call: hidden
"""
MEMBERS = domain(
    {"is_member": "{type: bool, mappings: [{type: controlled}]}"},
    say=["utter_refunded", "utter_hidden"],
    unasked=["is_member"],
    actions=["action_join"],
    more="intents: [refund, hidden]\n",
)


def test_s1_1_a_false_guard_makes_a_flow_not_startable(write: Write) -> None:
    talk = Talk(write(GUARDED.format(never="False"), MEMBERS))
    assert talk.said("start flow refund") == ("utter_ask_rephrase",)
    assert talk.said("start flow hidden") == ("utter_ask_rephrase",)


def test_s1_1_a_guard_is_asked_at_each_turn(write: Write) -> None:
    flows = GUARDED.format(never="False") + "  join:\n    description: join\n    steps: [{action: action_join}]\n"
    talk = Talk(write(flows, MEMBERS), {"action_join": [slot("is_member", True)]})
    talk.hear("start flow join")
    assert "utter_refunded" in talk.said("start flow refund")


@pytest.mark.parametrize("never", ["False", "false", '"False"', '"slots.is_member and not slots.is_member"'])
def test_s1_1_the_guard_does_not_apply_to_link_call_and_intents(write: Write, never: str) -> None:
    assistant = write(GUARDED.format(never=never), MEMBERS)
    assert "utter_refunded" in Talk(assistant).said("start flow linker")
    assert Talk(assistant).said("start flow caller")[:2] == ("utter_refunded", "utter_hidden")
    assert "utter_refunded" in Talk(assistant).said("/refund")
    assert "utter_hidden" in Talk(assistant).said("/hidden")


TRIGGERS = """
flows:
  help:
    description: help
    nlu_trigger:
      - intent: help
      - intent: {name: assist, confidence_threshold: 0.9}
    steps:
      - action: utter_help
"""


@pytest.mark.parametrize("intent", ["help", "assist"])
def test_s1_1_any_listed_intent_starts_the_flow(write: Write, intent: str) -> None:
    talk = Talk(write(TRIGGERS, domain(say=["utter_help"], more="intents: [help, assist]\n")))
    assert talk.said(f"/{intent}")[0] == "utter_help"


def test_s1_1_run_pattern_completed_false(write: Write) -> None:
    talk = Talk(write(_one("run_pattern_completed: false"), CITY))
    assert talk.hear("start flow book_car", "set slot city Rome").said == ("utter_done",)
    talk = Talk(write(_one("run_pattern_completed: true"), CITY))
    assert talk.hear("start flow book_car", "set slot city Rome").said == ("utter_done", COMPLETED)


def test_s1_1_run_pattern_completed_is_that_of_the_parent(write: Write) -> None:
    flows = """
    flows:
      parent:
        description: parent
        run_pattern_completed: {parent}
        steps:
          - call: child
          - action: utter_parent
      child:
        description: child
        if: False
        run_pattern_completed: {child}
        steps:
          - action: utter_child
    """
    said = ("utter_child", "utter_parent")
    texts = domain(say=said)
    quiet = Talk(write(flows.format(parent="false", child="true"), texts))
    assert quiet.said("start flow parent") == said
    asking = Talk(write(flows.format(parent="true", child="false"), texts))
    assert asking.said("start flow parent") == (*said, COMPLETED)


RESETS = """
flows:
  order:
    description: order
    {more}
    steps:
      - collect: item
      - set_slots:
          - size: 5
      - action: action_price
      - action: utter_ordered
"""
RESET_SLOTS = domain(
    {
        "item": "text",
        "size": "{type: float, initial_value: 2}",
        "price": "{type: float, mappings: [{type: controlled}]}",
    },
    unasked=["price", "size"],
    actions=["action_price"],
    responses='utter_ordered: [{text: "{item} {size} {price}"}]',
)


def _ordered(write: Write, more: str) -> Talk:
    talk = Talk(write(RESETS.format(more=more), RESET_SLOTS), {"action_price": [slot("price", 9.5)]})
    turn = talk.hear("start flow order", "set slot item tent")
    assert turn.texts[0] == "tent 5 9.5"
    return talk


def test_s1_1_collected_and_set_slots_reset_and_those_of_actions_do_not(write: Write) -> None:
    talk = _ordered(write, "run_pattern_completed: false")
    assert talk.slots["item"] is None
    assert talk.slots["size"] == 2
    assert talk.slots["price"] == 9.5


def test_s1_1_persisted_slots_stay(write: Write) -> None:
    talk = _ordered(write, "persisted_slots: [item, size]")
    assert talk.slots["item"] == "tent"
    assert talk.slots["size"] == 5


def test_s1_1_reset_after_flow_ends_false_still_keeps_the_slot(write: Write) -> None:
    flows = _one("name: n").replace("collect: city", "collect: city\n        reset_after_flow_ends: false")
    talk = Talk(write(flows, CITY))
    talk.hear("start flow book_car", "set slot city Rome")
    assert talk.slots["city"] == "Rome"


def test_s1_1_persisted_slots_cannot_be_combined_with_reset_after_flow_ends(write: Write) -> None:
    flows = _one("persisted_slots: [city]").replace(
        "collect: city", "collect: city\n        reset_after_flow_ends: false"
    )
    with pytest.raises(AssistantInvalid):
        write(flows, CITY)


def test_s1_1_persisted_slots_must_be_set_by_the_flow(write: Write) -> None:
    texts = domain({"city": "text", "other": "text"}, say=["utter_done"])
    with pytest.raises(AssistantInvalid, match="other"):
        write(_one("persisted_slots: [other]"), texts)


CALLED = """
flows:
  parent:
    description: parent
    steps:
      - call: child
      - action: action_look
      - collect: after
      - action: utter_done
  child:
    description: child
    if: False
    {more}
    steps:
      - collect: kept
      - collect: dropped
"""
CALLED_SLOTS = domain({"kept": "text", "dropped": "text", "after": "text"}, say=["utter_done"], actions=["action_look"])


def test_s1_1_slots_of_called_flows_reset_together_with_the_parent(write: Write) -> None:
    talk = Talk(write(CALLED.format(more=""), CALLED_SLOTS))
    talk.hear("start flow parent", "set slot kept 1", "set slot dropped 2")
    assert talk.asks == "after"
    assert (talk.slots["kept"], talk.slots["dropped"]) == ("1", "2"), "not at the child's own end"
    talk.hear("set slot after 3")
    assert (talk.slots["kept"], talk.slots["dropped"], talk.slots["after"]) == (None, None, None)


def test_s1_1_a_called_flows_own_persisted_slots_hold_when_the_parent_ends(write: Write) -> None:
    talk = Talk(write(CALLED.format(more="persisted_slots: [kept]"), CALLED_SLOTS))
    talk.hear("start flow parent", "set slot kept 1", "set slot dropped 2")
    talk.hear("set slot after 3")
    assert (talk.slots["kept"], talk.slots["dropped"]) == ("1", None)


def test_s1_1_removed_keys_are_accepted_with_a_warning(write: Write, tmp_path: Path) -> None:
    write(_one("ask_confirm_digressions: true\n    block_digressions: [other]"), CITY)
    (folder,) = tmp_path.iterdir()
    named = [finding.message for finding in find_problems(folder) if finding.severity == "warning"]
    assert any("ask_confirm_digressions" in message for message in named)
    assert any("block_digressions" in message for message in named)


def test_s1_1_translated_names_are_heard_in_the_callers_language(write: Write) -> None:
    flows = _one("name: book a car\n    translation: {de: {name: Auto buchen}}")
    more = {"config.yml": "language: en\nadditional_languages: [de]\n"}
    talk = Talk(write(flows, CITY, more=more), {})
    talk.hear("start flow book_car")
    assert "book a car" in " ".join(talk.hear("cancel flow").texts)
    german = Talk(write(flows + ONLY_GERMAN, CITY, more=more))
    german.hear("start flow speak_german")
    german.hear("start flow book_car")
    assert "Auto buchen" in " ".join(german.hear("cancel flow").texts)


ONLY_GERMAN = """
  speak_german:
    description: speak German from now on
    persisted_slots: [language]
    steps:
      - set_slots:
          - language: de
"""


@pytest.mark.parametrize("flow_id", ["24_hours", "a-b", "A_1", "_under"])
def test_s1_flow_ids_are_alphanumerics_underscore_and_dash(write: Write, flow_id: str) -> None:
    talk = Talk(
        write(f"flows:\n  {flow_id}:\n    description: d\n    steps: [{{action: utter_x}}]\n", domain(say=["utter_x"]))
    )
    assert talk.said(f"start flow {flow_id}")[0] == "utter_x"


@pytest.mark.parametrize("flow_id", ["-a", "a b", "a.b", "ä"])
def test_s1_other_flow_ids_are_refused(write: Write, flow_id: str) -> None:
    with pytest.raises(AssistantInvalid):
        write(f"flows:\n  {flow_id}:\n    description: d\n    steps: [{{action: utter_x}}]\n", domain(say=["utter_x"]))


def test_s1_a_pattern_id_overrides_the_built_in_one(write: Write) -> None:
    flows = _one("name: n") + ("  pattern_completed:\n    description: done\n    steps: [{action: utter_done}]\n")
    talk = Talk(write(flows, CITY))
    assert talk.said("start flow book_car", "set slot city Rome") == ("utter_done", "utter_done")


def test_s1_flows_may_be_in_any_yaml_below_data(write: Write) -> None:
    other = "flows:\n  deep:\n    description: deep\n    steps: [{action: utter_done}]\n"
    assistant = write(_one("name: n"), CITY, more={"data/a/b/c/deep.yaml": other, "data/x.yml": "# nothing\n"})
    assert Talk(assistant).said("start flow deep")[0] == "utter_done"
