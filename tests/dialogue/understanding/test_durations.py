"""How long something takes, in the unit that a slot counts."""

import pytest

from dialogue.understanding.durations import find_durations, in_unit, unit_of
from dialogue.understanding.fast_path.amounts import read_amount
from dialogue.understanding.filling import fill_slots
from flows.model import Slot


def counting(name: str) -> Slot:
    return Slot(name, "float")


@pytest.mark.parametrize(
    ("said", "unit", "amount"),
    [
        ("an hour and a half", "minute", 90),
        ("an hour an hour and a half", "minute", 90),
        ("an hour's enough", "minute", 60),
        ("two hours", "minute", 120),
        ("two hours thirty minutes", "minute", 150),
        ("three quarters of an hour", "minute", 45),
        ("half an hour", "hour", 0.5),
        ("two hours and a half", "hour", 2.5),
        ("for half a year", "month", 6),
        ("a year", "month", 12),
        ("a fortnight", "day", 14),
        ("a couple of weeks", "day", 14),
        ("a week", "night", 7),
        ("three days", "night", None),
        ("three months", "week", None),
        ("twenty minutes", "hour", None),
        ("all day", "hour", 24),
        ("half-day", "hour", 12),
        ("the whole day", "hour", 24),
        ("full day", "hour", 24),
        ("an hour and fifteen", "minute", 75),
        ("two hours and a quarter", "minute", 135),
        ("an hour and two rackets", "minute", 60),
        ("two hours a day", "minute", 120),
    ],
)
def test_a_duration_in_a_unit(said: str, unit: str, amount: float | None) -> None:
    (duration,) = find_durations(said)
    assert in_unit(duration, unit) == amount


@pytest.mark.parametrize(
    "said",
    [
        "in two days",
        "a week ago",
        "two years old",
        "how much is it per hour",
        "an hour before",
        "every week",
        "fifty euros a month",
        "three times a week",
        "once a week",
        "ten euros an hour",
        "two or three hours",
        "six months to a year",
    ],
)
def test_moments_and_prices_are_none(said: str) -> None:
    assert find_durations(said) == ()


@pytest.mark.parametrize(
    ("name", "about", "unit"),
    [
        ("court_minutes", "", "minute"),
        ("freeze", "for how many months", "month"),
        ("nights", "length of the stay in days", "night"),
        ("hours_or_days", "", None),
        ("guests", "", None),
        ("monthly_fee", "fee per month", None),
        ("budget", "what to pay in a month", None),
        ("sessions", "how many sessions per week", None),
    ],
)
def test_the_unit_of_a_slot(name: str, about: str, unit: str | None) -> None:
    assert unit_of(counting(name), about) == unit
    assert unit_of(Slot(name, "text"), about) is None


def test_an_answer_is_counted_in_the_unit_asked_for() -> None:
    assert read_amount("two hours please", counting("court_minutes"), "") == 120
    assert read_amount("two hours", counting("rental_hours"), "") == 2
    assert read_amount("two hours for my uncle", counting("court_minutes"), "") is None


def test_a_duration_goes_to_the_slot_that_counts_time() -> None:
    slots = [counting("court_minutes"), counting("players")]
    filled = fill_slots("two of us for an hour and a half", slots, {})
    assert {one.slot: one.value for one in filled} == {"court_minutes": 90, "players": 2}


def test_a_duration_for_two_slots_goes_to_its_own_unit_or_to_none() -> None:
    slots = [counting("rental_hours"), counting("course_minutes")]
    assert {one.slot for one in fill_slots("two hours", slots, {})} == {"rental_hours"}
    assert fill_slots("for a day", [counting("first_minutes"), counting("second_minutes")], {}) == ()


def test_a_number_of_other_things_is_no_duration() -> None:
    assert fill_slots("one court please", [counting("court_minutes")], {}) == ()
    assert {one.slot for one in fill_slots("one adult", [counting("party_size")], {"party_size": "per day"})}
    assert fill_slots("three times a week", [counting("locker_months")], {}) == ()
