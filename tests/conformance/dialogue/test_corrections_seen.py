"""Format §1.7 and §4.4: what an override of pattern_correction sees, and where a corrected flow goes on."""

from __future__ import annotations

import pytest

from tests.conformance.assistant import Talk, Turn, slot
from tests.conformance.conftest import Write
from tests.conformance.dialogue.test_corrections import CORRECTED, DOMAIN, FLOWS, at_day, plain

__all__ = ["plain"]


# What §1.7 says that an override of pattern_correction sees.
def test_s1_7_the_contexts_fields(write: Write) -> None:
    override = """
  pattern_correction:
    name: pattern correction
    description: Tell what is seen
    steps:
      - action: utter_seen
      - noop: true
        next:
          - if: "context.reset_flow_id = 'book_table' and not context.is_reset_only"
            then: [{action: action_correct_flow_slot, next: END}]
          - else: [{action: utter_wrong, next: END}]
"""
    text = "{{ context.corrected_slots.guests.value }}|{{ context.new_slot_values }}|{{ context.reset_step_id }}"
    domain = (
        DOMAIN
        + f"""
  utter_seen: [{{text: "{text}", metadata: {{template: jinja}}}}]
  utter_wrong: [{{text: Wrong.}}]
"""
    )
    talk = at_day(Talk(write(FLOWS + override, domain)))
    turn = talk.hear("set slot guests 6")
    assert turn.said == ("utter_seen", "utter_ask_phone_confirmed")
    value, values, step = turn.texts[0].split("|")
    assert (value, values) in (("6", "[6.0]"), ("6", "[6]"))
    assert "guests" in step


@pytest.mark.parametrize(
    "text",
    [
        "{{ context.corrected_slots.values() | join(', ') }}",
        "{% for name, new in context.corrected_slots.items() %}{{ new }}{% endfor %}",
        "{{ context.corrected_slots.guests }}",
    ],
)
def test_s1_7_texts_written_for_the_older_form_of_corrected_slots(write: Write, text: str) -> None:
    domain = (
        DOMAIN
        + f"""
  utter_corrected_previous_input: [{{text: "{text}", metadata: {{template: jinja}}}}]
"""
    )
    talk = at_day(Talk(write(FLOWS, domain, profile="3.13")))
    assert talk.hear("set slot guests 6").texts[0] == "6"


def test_s4_4_a_changed_branch_is_walked_anew(write: Write) -> None:
    flows = """
    flows:
      deliver:
        name: deliver
        description: Deliver something
        steps:
          - collect: way
            next:
              - if: slots.way = 'post'
                then:
                  - collect: street
                    next: when
              - else:
                  - collect: shop
                    next: when
          - id: when
            collect: day
          - collect: note
          - action: utter_done
    """
    domain = """
    slots: {way: {type: text}, street: {type: text}, shop: {type: text}, day: {type: text}, note: {type: text}}
    responses:
      utter_ask_way: [{text: How?}]
      utter_ask_street: [{text: Street?}]
      utter_ask_shop: [{text: Shop?}]
      utter_ask_day: [{text: Day?}]
      utter_ask_note: [{text: Note?}]
      utter_done: [{text: Done.}]
    """
    talk = Talk(write(flows, domain))
    talk.hear("start flow deliver, set slot way post, set slot street A, set slot day Monday")
    assert talk.asks == "note"
    turn = talk.hear("set slot way collect")
    assert turn.said == (CORRECTED, "utter_ask_shop")
    assert talk.said("set slot shop B") == ("utter_ask_note",)
    turn = talk.hear("set slot day Friday")
    assert turn.said == (CORRECTED, "utter_ask_note")


def test_s4_4_a_correction_does_not_move_forward(plain: Talk) -> None:
    """A slot that was filled ahead, and is asked later than the present question, moves nothing."""
    plain.hear("start flow book_table, set slot day Monday")
    assert plain.asks == "guests"
    turn = plain.hear("set slot day Friday")
    assert turn.said == (CORRECTED, "utter_ask_guests")
    assert plain.slots["day"] == "Friday"


def test_s4_4_actions_between_the_two_run_again(write: Write) -> None:
    flows = """
    flows:
      pay:
        name: pay
        description: Pay
        steps:
          - collect: amount
          - action: action_fee
          - collect: sure
            ask_before_filling: true
          - action: utter_paid
    """
    domain = """
    slots: {amount: {type: float}, sure: {type: bool}, fee: {type: float, mappings: [{type: controlled}]}}
    actions: [action_fee]
    responses:
      utter_ask_amount: [{text: Amount?}]
      utter_ask_sure: [{text: "Fee {fee}?"}]
      utter_paid: [{text: Paid.}]
    """
    fee = {"action_fee": lambda tracker: [slot("fee", tracker["slots"]["amount"] / 10)]}
    talk = Talk(write(flows, domain), fee)
    talk.hear("start flow pay, set slot amount 50")
    turn: Turn = talk.hear("set slot amount 90")
    assert turn.ran == ("action_fee",)
    assert turn.texts[-1] == "Fee 9?"
