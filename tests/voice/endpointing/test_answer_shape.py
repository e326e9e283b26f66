"""What the step that waits for the caller expects, from what the assistant says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flows.conditions import parse
from flows.effects import Dtmf, Expectation
from flows.loader import load_assistant
from flows.model import Assistant, Branch, CollectTask, Flow, Rejection, Response, Slot, SlotValidation, Step
from voice.endpointing.answer_lengths import accepted_codes, accepted_digits, described_lengths
from voice.endpointing.answer_shape import OPEN, PHONE_DIGITS, AnswerShape, shape_of

EXAMPLES = Path(__file__).parents[3] / "examples"


def shape(slot, *, description="", rejections=(), dtmf=None, voice=None, question="") -> AnswerShape:
    """The shape of a question for `slot` in an assistant that has nothing else."""
    refused = tuple(Rejection(parse(text), "utter_no") for text in rejections)
    task = CollectTask(slot.name, description=description, rejections=refused, dtmf=dtmf)
    step = Step("ask", "f", 0, task, (Branch(None, "END"),), voice or {})
    asked = {f"utter_ask_{slot.name}": (Response(question),)} if question else {}
    assistant = Assistant("a", "a", ".", "en", {"f": Flow("f", "f", "", (step,))}, {slot.name: slot}, asked)
    return shape_of(assistant.expectations["f", "ask"], assistant)


def text(name):
    return Slot(name, "text")


@pytest.mark.parametrize(
    ("slot", "options", "expects", "lengths"),
    [
        (Slot("confirmed", "bool"), {}, "yes_no", ()),
        (Slot("amount", "float"), {"description": "how much to send"}, "amount", ()),
        (Slot("guests", "float"), {}, "count", ()),
        (text("account_number"), {"description": "the account number, eight digits"}, "digits", (8,)),
        (text("code"), {"question": "What are the last four digits of your card?"}, "digits", (4,)),
        (text("code"), {"description": "two letters and six digits"}, "code", (8,)),
        (text("code"), {"rejections": ['not (slots.code matches "^[0-9]{4}$")']}, "digits", (4,)),
        (text("postcode"), {"rejections": ['not (slots.postcode matches "^([0-9][ .,-]*){5}$")']}, "digits", (5,)),
        (text("iban"), {"rejections": ['not (slots.iban matches "^[A-Z]{2}[0-9]{4,6}$")']}, "code", (6, 7, 8)),
        (text("mobile"), {"rejections": ['not (slots.mobile matches "^07[0-9]{9}$")']}, "digits", (11,)),
        (text("phone_number"), {}, "digits", PHONE_DIGITS),
        (text("pin"), {}, "digits", tuple(range(4, 13))),
        (text("booking_reference"), {}, "code", ()),
        (text("voucher"), {"dtmf": Dtmf(length=6)}, "digits", (6,)),
        (text("email"), {"description": "the email address, 80 characters at most"}, "email", ()),
        (text("departure_time"), {}, "time", ()),
        (text("name"), {"description": "first and last name of the guest"}, "name", (2, 3, 4)),
        (text("recipient"), {"description": "the first name"}, "name", (1, 2)),
        (text("city"), {}, "name", ()),
        (text("recipient"), {"rejections": ['slots.recipient matches "[0-9]"']}, "name", ()),
        (text("complaint"), {"description": "what went wrong"}, "text", ()),
        (text("complaint"), {"rejections": ["slots.complaint is null"]}, "text", ()),
        (Slot("size", "categorical", ("small", "large")), {"description": "four digits"}, "category", ()),
    ],
)
def test_a_shape_is_read_from_names_words_and_rejections(slot, options, expects, lengths):
    found = shape(slot, **options)

    assert (found.expects, found.lengths) == (expects, lengths)


def test_a_day_of_birth_needs_its_year():
    assert shape(text("date_of_birth")).needs_year
    assert not shape(text("arrival_date")).needs_year


def test_the_domain_bounds_digits_as_the_step_does():
    condition = parse('not (slots.member matches "^[0-9]{7}$")')
    slot = Slot("member", "text", validation=SlotValidation((Rejection(condition, "utter_no"),), "", ""))

    assert shape(slot).lengths == (7,)


@pytest.mark.parametrize(
    ("slot", "options", "is_story"),
    [
        (text("what_happened"), {}, True),
        (text("reason"), {"question": "Please tell me in your own words what happened."}, True),
        (text("note"), {"description": "a description of the damage"}, True),
        (text("complaint"), {}, True),
        (text("note"), {"description": "what stands on the card"}, False),
        (text("delivery_address"), {"question": "Please describe where you live."}, False),
        (text("email"), {"question": "Tell me about your e-mail."}, False),
    ],
)
def test_a_question_for_a_story_is_known_by_its_words(slot, options, is_story):
    assert shape(slot, **options).is_story is is_story


def test_what_the_step_says_goes_before_all_else():
    voice = {"expects": "digits", "length": 16, "wait_ms": 900, "max_turn_ms": 40_000, "interruptible": False}
    found = shape(text("complaint"), description="two digits", voice=voice)

    assert found == AnswerShape("digits", (), (16,), False, "complaint", True, 900, 40_000, is_interruptible=False)


def test_only_the_length_may_be_given():
    assert shape(text("phone_number"), voice={"length": [10, 11]}).lengths == (10, 11)


def test_a_voice_that_cannot_be_read_is_passed_over_in_a_call():
    assert shape(text("phone_number"), voice={"expects": "nonsense"}).lengths == PHONE_DIGITS


def test_nothing_asked_is_open_and_so_is_a_slot_that_there_is_not():
    assistant = Assistant("a", "a", ".", "en", {}, {}, {})

    assert shape_of(Expectation(), assistant) == OPEN
    assert shape_of(Expectation("yes_no", "gone", "f", "ask"), assistant).expects == "yes_no"


def test_the_language_of_the_call_goes_before_the_assistants():
    assistant = Assistant("a", "a", ".", "en", {}, {}, {})

    assert shape_of(Expectation(), assistant).is_english
    assert shape_of(Expectation(), assistant, "en-GB").is_english
    assert not shape_of(Expectation(), assistant, "de").is_english


@pytest.mark.parametrize(
    ("said", "lengths"),
    [
        ("your 8-digit account number", (8,)),
        ("four to six digits", (4, 5, 6)),
        ("10 or 11 digits", (10, 11)),
        ("four- to six-digit code", (4, 5, 6)),
        ("up to three digits", (1, 2, 3)),
        ("the last four digits of your sixteen digit card number", (4,)),
        ("at least 22 characters", (22, 23, 24)),
        ("a million digits", ()),
        ("in two days", ()),
        ("", ()),
    ],
)
def test_words_that_count_digits(said, lengths):
    assert described_lengths([said]) == lengths


def test_rejections_that_bound_nothing_tell_nothing():
    conditions = (parse('slots.x matches "^0"'), parse("slots.x = 'none'"))

    assert accepted_digits("x", conditions) == ()
    assert accepted_codes("x", conditions) == ()


def test_the_rejections_of_a_question_are_asked_once_however_often_it_is_put():
    condition, asked = parse('not (slots.x matches "^[0-9]{9}$")'), []

    def test(slots, context):
        asked.append(slots["x"])
        return condition.test(slots, context)

    counted = replace(condition, test=test)
    accepted_digits.cache_clear()  # a condition is known by its text
    assert accepted_digits("x", (counted,)) == (9,)
    first = len(asked)
    assert accepted_digits("x", (counted,)) == (9,)
    assert len(asked) == first > 0


@pytest.mark.parametrize(
    ("assistant", "slot", "expects", "lengths"),
    [
        ("bank", "activate_card_digits", "digits", (4,)),
        ("bank", "transfer_amount", "amount", ()),
        ("bank", "transfer_recipient", "name", ()),
        ("telecom", "account_number", "digits", (8,)),
        ("telecom", "account_pin", "digits", (4, 5, 6)),
        ("telecom", "sim_email", "email", ()),
        ("telecom", "leaving_reason", "text", ()),
        ("restaurant", "booking_time", "time", ()),
        ("clinic", "patient_number", "digits", (6,)),
    ],
)
def test_the_examples_are_understood(assistant, slot, expects, lengths):
    loaded = load_assistant(EXAMPLES / assistant)
    expectation = next(one for one in loaded.expectations.values() if one.slot == slot)
    found = shape_of(expectation, loaded)

    assert (found.expects, found.lengths) == (expects, lengths)
