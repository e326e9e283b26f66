"""Days and times as callers of the clinic say them."""

from __future__ import annotations

import importlib
from datetime import date, datetime
from pathlib import Path

import pytest

from dialogue.actions.loading import AssistantCode

CLINIC = Path(__file__).parents[2] / "examples" / "clinic"
MONDAY = date(2025, 3, 3)


@pytest.fixture(scope="module")
def clinic():
    """Return a function that gives a module of the clinic's actions, for instance `clinic("days")`."""
    code = AssistantCode(CLINIC)
    code.open()
    yield lambda name: importlib.import_module(f"{code.root}.actions.{name}")
    code.close()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2025-03-04", date(2025, 3, 4)),
        ("tomorrow", date(2025, 3, 4)),
        ("today", MONDAY),
        ("next Wednesday", date(2025, 3, 5)),
        ("Monday", date(2025, 3, 10)),
        ("the 4th of March", date(2025, 3, 4)),
        ("April 1", date(2025, 4, 1)),
        ("the first of March", None),
        ("the 1st of March", date(2026, 3, 1)),
        ("February 30", None),
        ("2025-13-01", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_day_that_was_said(clinic, said, meant):
    assert clinic("days").parse_day(said, MONDAY) == meant


@pytest.mark.parametrize(
    ("day", "refusal"),
    [
        (None, "utter_day_not_understood"),
        (MONDAY, "utter_day_too_soon"),
        (date(2025, 3, 8), "utter_day_at_weekend"),
        (date(2025, 6, 2), "utter_day_too_far"),
        (date(2025, 3, 4), None),
    ],
)
def test_a_day_that_is_refused(clinic, day, refusal):
    assert clinic("days").objection(day, MONDAY) == refusal


@pytest.mark.parametrize(
    ("day", "spoken"),
    [
        (date(2025, 3, 1), "Saturday, the 1st of March"),
        (date(2025, 3, 12), "Wednesday, the 12th of March"),
        (date(2025, 3, 23), "Sunday, the 23rd of March"),
    ],
)
def test_a_day_as_it_is_spoken(clinic, day, spoken):
    assert clinic("days").say_day(day) == spoken


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("9:30", "9:30"),
        ("half past nine", "9:30"),
        ("at 9.30", "9:30"),
        ("nine thirty", "9:30"),
        ("eleven o'clock", "11:00"),
        ("two", "14:00"),
        ("2 pm", "14:00"),
        ("10 in the afternoon", "22:00"),
        ("25:00", None),
        ("noon", None),
        ("", None),
    ],
)
def test_a_time_that_was_said(clinic, said, meant):
    assert clinic("times").parse_time(said) == meant


def test_a_booked_time_is_no_longer_free(clinic):
    assert clinic("times").free_times(0, ["11:00"]) == ("9:00", "14:30")
    assert clinic("times").free_times(6, []) == ()


def test_records_of_two_conversations_are_apart_and_the_oldest_are_forgotten(clinic):
    records = clinic("records")
    shelf, now = records.Shelf(), datetime(2025, 3, 3)
    shelf.of("one", now).refills.append("aspirin")

    assert shelf.of("one", now).refills == ["aspirin"]
    assert shelf.of("two", now).refills == []
    for number in range(records.MOST_CONVERSATIONS):
        shelf.of(f"later {number}", now)
    assert shelf.of("one", now).refills == []
