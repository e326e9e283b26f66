"""§2.1 `validation` of slots in real time, §8 (10) and (27)."""

from __future__ import annotations

from tests.conformance.assistant import Talk
from tests.conformance.conftest import Write
from tests.conformance.files.domains import domain

FLOWS = """
flows:
  claim:
    description: make a claim
    run_pattern_completed: false
    steps:
      - collect: name
      - collect: policy
      - collect: amount
      - action: utter_done
"""
POLICY = (
    "{type: text, validation: {rejections: [{if: not (slots.policy matches '^P\\d+$'), utter: utter_bad_policy}]"
    ", refill_utter: utter_policy_again}}"
)
AMOUNT = "{type: float, validation: {rejections: [{if: slots.amount > 100, utter: utter_too_much}]}}"
TEXTS = ["utter_bad_policy", "utter_policy_again", "utter_too_much", "utter_done"]


def _talk(write: Write) -> Talk:
    slots = {"name": "text", "policy": POLICY, "amount": AMOUNT}
    return Talk(write(FLOWS, domain(slots, say=TEXTS)))


def test_s2_1_a_bad_value_is_refused_where_it_is_asked_for(write: Write) -> None:
    talk = _talk(write)
    talk.hear("start flow claim", "set slot name Ann")
    assert talk.asks == "policy"
    for _ in range(3):
        assert talk.said("set slot policy 12") == ("utter_bad_policy", "utter_policy_again")
        assert talk.slots["policy"] is None
        assert talk.asks == "policy"
    assert talk.said("set slot policy P12") == ("utter_ask_amount",)


def test_s2_1_a_bad_value_given_early_is_refused_at_once(write: Write) -> None:
    talk = _talk(write)
    turn = talk.hear("start flow claim", "set slot policy 12")
    assert turn.said == ("utter_bad_policy", "utter_policy_again")
    assert talk.asks == "policy"
    assert talk.said("set slot policy P12") == ("utter_ask_name",)
    assert talk.said("set slot name Ann") == ("utter_ask_amount",)


def test_s2_1_the_conversation_does_not_proceed_until_the_value_is_valid(write: Write) -> None:
    talk = _talk(write)
    talk.hear("start flow claim", "set slot policy 12")
    turn = talk.hear("set slot name Ann")
    assert turn.said[-1] == "utter_policy_again"
    assert talk.asks == "policy"


def test_s2_1_the_default_refill_is_the_slots_own_question(write: Write) -> None:
    talk = _talk(write)
    assert talk.said("start flow claim", "set slot amount 500") == ("utter_too_much", "utter_ask_amount")
    assert talk.said("set slot amount 50") == ("utter_ask_name",)


def test_s2_1_good_values_pass_in_silence(write: Write) -> None:
    talk = _talk(write)
    turn = talk.hear("start flow claim", "set slot policy P1", "set slot amount 5", "set slot name Ann")
    assert turn.said == ("utter_done",)


def test_s2_1_values_from_buttons_are_validated_as_well(write: Write) -> None:
    talk = _talk(write)
    talk.hear("start flow claim", "set slot name Ann")
    assert talk.said("/SetSlots(policy=12)") == ("utter_bad_policy", "utter_policy_again")


def test_s8_10_corrected_values_are_validated_after_they_are_written(write: Write) -> None:
    talk = _talk(write)
    talk.hear("start flow claim", "set slot name Ann", "set slot policy P1")
    assert talk.asks == "amount"
    turn = talk.hear("set slot policy 12")
    assert ("policy", "12") in turn.slot_events
    assert turn.said[-2:] == ("utter_bad_policy", "utter_policy_again")
    assert talk.asks == "policy"
    said = talk.said("set slot policy P2")
    assert said[-1] == "utter_ask_amount"
    assert talk.slots["policy"] == "P2"


def test_s8_27_several_invalid_values_are_handled_last_set_first(write: Write) -> None:
    talk = _talk(write)
    said = talk.said("start flow claim", "set slot policy 12", "set slot amount 500")
    assert said[:2] == ("utter_too_much", "utter_ask_amount")
    assert talk.asks == "amount"
    assert talk.said("set slot amount 5")[-2:] == ("utter_bad_policy", "utter_policy_again")
    assert talk.said("set slot policy P1") == ("utter_ask_name",)


def test_s2_1_cancel_is_heard_while_a_value_is_asked_for_again(write: Write) -> None:
    talk = _talk(write)
    talk.hear("start flow claim", "set slot policy 12")
    turn = talk.hear("cancel flow")
    assert "utter_flow_cancelled_rasa" in turn.said
    assert talk.stack == ()


def test_s1_7_the_validation_pattern_knows_its_slot(write: Write) -> None:
    flows = (
        FLOWS
        + """
  pattern_validate_slot:
    description: asks again
    steps:
      - id: start
        action: action_run_slot_rejections
        next:
          - if: "slots.{{context.validate}} is not null"
            then: END
          - else: again
      - id: again
        action: utter_own
      - action: "{{context.refill_utter}}"
      - action: action_listen
        next: start
    """
    )
    slots = {"name": "text", "policy": POLICY, "amount": AMOUNT}
    own = 'utter_own: [{text: "again {{context.validate}}", metadata: {template: jinja}}]'
    talk = Talk(write(flows, domain(slots, say=TEXTS, responses=own)))
    turn = talk.hear("start flow claim", "set slot policy 12")
    assert turn.texts == ("utter_bad_policy", "again policy", "utter_policy_again")
    assert talk.said("set slot policy P1") == ("utter_ask_name",)


def test_s2_1_validation_and_rejections_of_the_step_both_count(write: Write) -> None:
    flows = FLOWS.replace(
        "      - collect: amount",
        "      - collect: amount\n        rejections: [{if: slots.amount < 1, utter: utter_too_little}]",
    )
    slots = {"name": "text", "policy": POLICY, "amount": AMOUNT}
    talk = Talk(write(flows, domain(slots, say=[*TEXTS, "utter_too_little"])))
    talk.hear("start flow claim", "set slot name A", "set slot policy P1")
    assert talk.said("set slot amount 500") == ("utter_too_much", "utter_ask_amount")
    assert talk.said("set slot amount 0") == ("utter_too_little", "utter_ask_amount")
    assert talk.said("set slot amount 50") == ("utter_done",)
