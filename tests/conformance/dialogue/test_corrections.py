"""Format §8 (1)–(10): corrections, with the default pattern and with the override that most assistants have."""

from __future__ import annotations

import pytest

from tests.conformance.assistant import Talk
from tests.conformance.conftest import PROFILES, Write

FLOWS = """
flows:
  book_table:
    name: book a table
    description: Book a table in a restaurant
    steps:
      - collect: guests
      - call: contact_details
      - collect: day
      - collect: smoking
        ask_before_filling: true
      - collect: booking_confirmed
        ask_before_filling: true
        next:
          - if: slots.booking_confirmed
            then: [{action: utter_booked, next: END}]
          - else: [{action: utter_not_booked, next: END}]
  contact_details:
    if: False
    name: contact details
    description: Ask how to reach the guest
    steps:
      - collect: phone
      - call: spelling
      - collect: phone_confirmed
        ask_before_filling: true
  spelling:
    if: False
    description: Ask for a name
    steps:
      - collect: surname
  newsletter:
    name: subscribe to the newsletter
    description: Get news
    steps:
      - collect: topic
      - collect: mail
      - action: utter_subscribed
"""
DOMAIN = """
slots:
  guests: {type: float}
  phone: {type: text}
  phone_confirmed: {type: bool}
  surname: {type: text}
  day: {type: text}
  smoking: {type: bool}
  booking_confirmed: {type: bool}
  topic: {type: text, initial_value: wine}
  mail:
    type: text
    validation:
      rejections: [{if: 'not (slots.mail contains "@")', utter: utter_no_mail}]
responses:
  utter_ask_guests: [{text: How many?}]
  utter_ask_phone: [{text: Which number?}]
  utter_ask_phone_confirmed: [{text: "Is {phone} right?"}]
  utter_ask_surname: [{text: Your name?}]
  utter_ask_day: [{text: Which day?}]
  utter_ask_smoking: [{text: Smoking?}]
  utter_ask_booking_confirmed: [{text: "A table for {guests} on {day}?"}]
  utter_booked: [{text: "Booked for {guests} on {day}, {surname}, {phone}."}]
  utter_not_booked: [{text: Not booked.}]
  utter_ask_topic: [{text: Which topic?}]
  utter_ask_mail: [{text: Which address?}]
  utter_no_mail: [{text: That is no address.}]
  utter_subscribed: [{text: "News about {topic} to {mail}."}]
"""
ASKING_FIRST = """
  pattern_correction:
    name: pattern correction
    description: Confirm a correction first
    steps:
      - noop: true
        next:
          - if: context.is_reset_only
            then:
              - action: action_correct_flow_slot
                next: END
          - else: confirm_first
      - id: confirm_first
        collect: confirm_correction
        ask_before_filling: true
        next:
          - if: not slots.confirm_correction
            then:
              - action: utter_not_corrected_previous_input
                next: END
          - else:
              - action: action_correct_flow_slot
              - action: utter_corrected_previous_input
                next: END
"""
ASKING_DOMAIN = """
  utter_ask_confirm_correction:
    - text: "Change {{ context.corrected_slots.keys() | join(', ') }} to {{ context.new_slot_values | join(', ') }}?"
      metadata: {template: jinja, rephrase: true}
      buttons:
        - {title: "Yes", payload: /SetSlots(confirm_correction=True)}
        - {title: "No", payload: /SetSlots(confirm_correction=False)}
  utter_not_corrected_previous_input: [{text: "Alright, I did not change that."}]
"""
CORRECTED, ASKED, KEPT = (
    "utter_corrected_previous_input",
    "utter_ask_confirm_correction",
    "utter_not_corrected_previous_input",
)
DETAILS = "set slot phone 555, set slot surname Lee"


@pytest.fixture(params=PROFILES)
def plain(write: Write, request: pytest.FixtureRequest) -> Talk:
    return Talk(write(FLOWS, DOMAIN, profile=request.param))


@pytest.fixture(params=PROFILES)
def asking(write: Write, request: pytest.FixtureRequest) -> Talk:
    return Talk(write(FLOWS + ASKING_FIRST, DOMAIN + ASKING_DOMAIN, profile=request.param))


def at_day(talk: Talk) -> Talk:
    talk.hear(f"start flow book_table, set slot guests 4, {DETAILS}")
    talk.hear("set slot phone_confirmed True")
    assert talk.asks == "day"
    return talk


def at_confirmation(talk: Talk) -> Talk:
    at_day(talk).hear("set slot day Monday")
    talk.hear("set slot smoking False")
    assert talk.asks == "booking_confirmed"
    return talk


# (1)
def test_s8_01_a_slot_that_is_always_asked_is_asked_again_without_confirmation(asking: Talk) -> None:
    turn = at_confirmation(asking).hear("set slot smoking True")
    assert turn.said == ("utter_ask_smoking",)
    assert "started pattern_correction" in turn.flows
    assert asking.slots["smoking"] is None
    asking.hear("set slot smoking True")
    assert asking.asks == "booking_confirmed"
    assert asking.slots["smoking"] is True


def test_s8_01_nor_with_the_default_pattern(plain: Talk) -> None:
    assert at_confirmation(plain).said("set slot smoking True") == ("utter_ask_smoking",)


def test_s8_01_with_another_slot_beside_it_is_confirmed(asking: Talk) -> None:
    turn = at_confirmation(asking).hear("set slot smoking True, set slot day Friday")
    assert turn.said == (ASKED,)


def test_s8_01_a_correction_to_nothing_goes_through_the_pattern(plain: Talk, asking: Talk) -> None:
    turn = at_confirmation(plain).hear("set slot day null")
    assert turn.said == (CORRECTED, "utter_ask_day")
    assert at_confirmation(asking).said("set slot day null") == (ASKED,)
    turn = asking.hear("set slot confirm_correction True")
    assert turn.said == (CORRECTED, "utter_ask_day")
    assert asking.slots["day"] is None


# (2)
def test_s8_02_new_values_apply_only_at_the_action(asking: Talk) -> None:
    turn = at_confirmation(asking).hear("set slot day Friday")
    assert turn.texts == ("Change day to Friday?",)
    assert (asking.slots["day"], asking.asks) == ("Monday", "confirm_correction")
    turn = asking.hear("set slot confirm_correction True")
    assert turn.said[0] == CORRECTED
    assert asking.slots["day"] == "Friday"
    assert turn.said[-1] in ("utter_ask_booking_confirmed", "utter_ask_smoking")


def test_s8_02_denied_the_old_value_stays_and_the_question_comes_again(asking: Talk) -> None:
    at_confirmation(asking).hear("set slot day Friday")
    turn = asking.hear("set slot confirm_correction False")
    assert turn.said == (KEPT, "utter_ask_booking_confirmed")
    assert asking.slots["day"] == "Monday"
    assert turn.texts[-1] == "A table for 4 on Monday?"


def test_s8_02_by_button(asking: Talk) -> None:
    at_day(asking).hear("set slot guests 6")
    turn = asking.hear("/SetSlots(confirm_correction=True)")
    assert turn.said == (CORRECTED, "utter_ask_phone_confirmed")
    assert asking.slots["guests"] == 6


# (3)
def test_s8_03_a_correction_of_a_correction_replaces_it(asking: Talk) -> None:
    at_confirmation(asking).hear("set slot day Friday")
    turn = asking.hear("set slot day Sunday")
    assert turn.texts == ("Change day to Sunday?",)
    turn = asking.hear("set slot confirm_correction True")
    assert turn.said == (CORRECTED, "utter_ask_smoking")
    assert asking.slots["day"] == "Sunday"
    assert asking.stack == ("book_table", "pattern_collect_information")


def test_s8_03_of_another_slot_too(asking: Talk) -> None:
    at_day(asking).hear("set slot guests 6")
    assert asking.said("set slot surname Kim") == (ASKED,)
    assert asking.said("set slot confirm_correction False") == (KEPT, "utter_ask_day")
    assert asking.slots["guests"] == 4
    assert asking.slots["surname"] == "Lee"


def test_s8_03_back_to_the_old_value_ends_in_one_question_at_most(asking: Talk) -> None:
    at_day(asking).hear("set slot guests 6")
    turn = asking.hear("set slot guests 4")
    assert asking.stack.count("pattern_correction") <= 1
    assert asking.slots["guests"] == 4
    assert len(turn.said) == 1


# (4)
def test_s8_04_cancel_during_a_correction_cancels_the_flow(asking: Talk) -> None:
    at_day(asking).hear("set slot guests 6")
    turn = asking.hear("cancel flow")
    assert turn.texts[0] == "Okay, I've stopped book a table."
    assert "cancelled book_table" in turn.flows
    assert "pattern_correction" not in asking.stack
    assert asking.user_stack == ()
    assert asking.slots["guests"] is None


# (5)
def test_s8_05_initial_value_counts_as_filled(plain: Talk) -> None:
    assert plain.said("start flow newsletter") == ("utter_ask_mail",)
    turn = plain.hear("set slot topic beer")
    assert turn.said == (CORRECTED, "utter_ask_mail")
    assert "started pattern_correction" in turn.flows
    assert plain.slots["topic"] == "beer"
    turn = plain.hear("set slot mail a@b")
    assert turn.texts[0] == "News about beer to a@b."
    assert plain.slots["topic"] == "wine"


def test_s8_05_set_together_with_the_start(plain: Talk) -> None:
    turn = plain.hear("start flow newsletter, set slot topic beer, set slot mail a@b")
    assert "News about beer to a@b." in turn.texts


def test_s8_05_set_together_with_the_start_and_confirmed(asking: Talk) -> None:
    turn = asking.hear("start flow newsletter, set slot topic beer")
    assert turn.said == (ASKED,)
    turn = asking.hear("set slot confirm_correction True")
    assert turn.said == (CORRECTED, "utter_ask_mail")
    assert asking.slots["topic"] == "beer"


# (6)
def test_s8_06_several_slots_are_one_correction(asking: Talk) -> None:
    turn = at_confirmation(asking).hear("set slot day Friday, set slot guests 2")
    assert turn.texts[0] in ("Change day, guests to Friday, 2?", "Change day, guests to Friday, 2.0?")
    assert turn.said == (ASKED,)
    assert turn.flows.count("started pattern_correction") == 1
    turn = asking.hear("set slot confirm_correction True")
    assert turn.said[0] == CORRECTED
    assert (asking.slots["day"], asking.slots["guests"]) == ("Friday", 2)


def test_s8_06_the_flow_goes_on_from_the_earliest(plain: Talk) -> None:
    turn = at_confirmation(plain).hear("set slot surname Kim, set slot day Friday")
    assert turn.said == (CORRECTED, "utter_ask_phone_confirmed")
    turn = plain.hear("set slot phone_confirmed True")
    assert turn.said == ("utter_ask_smoking",)


def test_s8_06_with_a_new_value_beside_the_correction(plain: Talk) -> None:
    turn = at_day(plain).hear("set slot guests 6, set slot day Friday")
    assert turn.said[0] == CORRECTED
    assert (plain.slots["guests"], plain.slots["day"]) == (6, "Friday")
    assert plain.asks in ("phone_confirmed", "smoking")


# (7)
def test_s8_07_a_called_flow_that_returned_is_entered_again(plain: Talk) -> None:
    turn = at_confirmation(plain).hear("set slot phone 777")
    assert turn.said == (CORRECTED, "utter_ask_phone_confirmed")
    assert plain.user_stack == ("book_table", "contact_details")
    assert turn.texts[-1] == "Is 777 right?"
    plain.hear("set slot phone_confirmed True")
    assert plain.asks == "smoking"
    plain.hear("set slot smoking False")
    turn = plain.hear("set slot booking_confirmed True")
    assert turn.texts[0] == "Booked for 4 on Monday, Lee, 777."


def test_s8_07_also_one_that_was_called_by_a_called_one(plain: Talk) -> None:
    turn = at_confirmation(plain).hear("set slot surname Kim")
    assert turn.said == (CORRECTED, "utter_ask_phone_confirmed")
    assert plain.slots["surname"] == "Kim"


# (8)
def test_s8_08_a_parents_slot_drops_the_children(plain: Talk) -> None:
    plain.hear("start flow book_table, set slot guests 4, set slot phone 555")
    assert plain.user_stack == ("book_table", "contact_details", "spelling")
    turn = plain.hear("set slot guests 6")
    assert turn.said == (CORRECTED, "utter_ask_surname")
    assert plain.slots["guests"] == 6
    assert plain.slots["phone"] == "555"
    assert plain.user_stack == ("book_table", "contact_details", "spelling")
    assert plain.stack.count("contact_details") == 1
    turn = plain.hear("set slot surname Lee")
    assert turn.said == ("utter_ask_phone_confirmed",)


# (9)
def test_s8_09_slots_of_a_pattern_are_reset_when_it_ends(asking: Talk) -> None:
    at_day(asking).hear("set slot guests 6")
    turn = asking.hear("set slot confirm_correction True")
    assert asking.slots["confirm_correction"] is None
    assert ("confirm_correction", None) in turn.slot_events
    assert asking.said("set slot guests 7") == (ASKED,)


# (10)
def test_s8_10_a_corrected_value_is_validated(write: Write) -> None:
    flows = FLOWS.replace("      - collect: mail\n", "      - collect: mail\n      - collect: guests\n")
    talk = Talk(write(flows, DOMAIN))
    talk.hear("start flow newsletter, set slot mail a@b")
    assert talk.asks == "guests"
    turn = talk.hear("set slot mail nonsense")
    assert "utter_no_mail" in turn.said
    assert turn.said[-1] == "utter_ask_mail"
    names = [name for name, _ in turn.slot_events]
    assert ("mail", "nonsense") in turn.slot_events
    assert names.count("mail") >= 2
    turn = talk.hear("set slot mail c@d")
    assert talk.slots["mail"] == "c@d"
    assert talk.asks == "guests"
