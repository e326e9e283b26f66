"""Values as recognition writes them, read by the kind of their slot; the same for every stage."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.understanding.lexicon import words_of
from dialogue.understanding.normalising import normalise_value, normalised, phone
from dialogue.understanding.slot_kinds import Kind
from flows.model import Slot

KINDS: tuple[Kind, ...] = get_args(Kind)

READ: list[tuple[Kind, str, object]] = [
    ("money", "eight hundred thirty one", 831),
    ("money", "uh fifty dollars please", 50),
    ("money", "forty sorry fifty dollars", 50),
    ("money", "fifty or sixty", "fifty or sixty"),
    ("count", "two people", 2),
    ("count", "the second one", "the second one"),
    ("code", "8-831", "8831"),
    ("code", "a b 1 2", "AB12"),
    ("code", "b as in bravo double five oh", "B550"),
    ("code", "eight eight uh three one", "8831"),
    ("code", "oh oh one two", "0012"),
    ("code", "BA 117", "BA117"),
    ("code", "the code is EP-630", "EP630"),
    ("code", "EX4 3PL", "EX43PL"),
    ("code", "the yellow one", "the yellow one"),
    ("date", "from the first of june", "first of june"),
    ("date", "the 3rd March", "3rd March"),
    ("date", "the day after tomorrow", "the day after tomorrow"),
    ("date", "the end of march", "the end of march"),
    ("email", "email it to priya dot raman at example dot com", "priya.raman@example.com"),
    ("code", "plus four four seven nine oh", "+44790"),
    ("email", "joe dot smith at example dot co dot uk", "joe.smith@example.co.uk"),
    ("email", "ann underscore lee (at) example.net", "ann_lee@example.net"),
    ("email", "c_lindqvist [at] example [dot] net", "c_lindqvist@example.net"),
    ("email", "j o e at g mail dot com", "joe@gmail.com"),
    ("email", "joe smith at gmail", "joesmith@gmail.com"),
    ("email", "the one on file", "the one on file"),
    ("person", "joe smith", "joe smith"),
    ("person", "uh my name is peter o'brien", "peter o'brien"),
    ("person", "anna de la cruz", "anna de la cruz"),
    ("person", "s m i t h", "Smith"),
    ("person", "Anna van Dyk", "Anna van Dyk"),
    ("person", "jean-luc mcdonald", "jean-luc mcdonald"),
    ("place", "to new york please", "new york"),
    ("date", "uh on monday no tuesday", "tuesday"),
    ("date", "Next Friday.", "Next Friday"),
    ("time", "at seven no eight o'clock", "eight o'clock"),
    ("address", "uh No. 5 Main Street", "No. 5 Main Street"),
    ("free", "well the router is dead", "the router is dead"),
    ("free", "no signal", "no signal"),
    ("category", "credit_card", "credit_card"),
]


@pytest.mark.parametrize(("kind", "said", "value"), READ)
def test_what_recognition_writes(kind: Kind, said: str, value: object) -> None:
    assert normalise_value(kind, said) == value


def test_a_telephone_number_keeps_its_plus_and_loses_its_marks() -> None:
    slot = Slot("mobile_number", "text")
    assert normalised(slot, "+44 (79) 11-22") == "+44791122"
    assert normalised(slot, "079 uh 11 22") == "0791122"
    assert phone("call me at five") == "call me at five"


NOW = datetime(2026, 11, 18, 10, 0)  # a Wednesday


@pytest.mark.parametrize(
    ("about", "said", "value"),
    [
        ("the day as YYYY-MM-DD", "on friday", "2026-11-20"),
        ("the day as YYYY-MM-DD", "december twenty fourth", "2026-12-24"),
        ("the date (DD/MM/YYYY)", "May 5th, 2027", "05/05/2027"),
        ("the time, HH:MM", "half past seven in the evening", "19:30"),
        ("the time, HH:MM", "half past seven", "half past seven"),
        ("the day", "on friday", "friday"),
    ],
)
def test_a_format_that_the_author_asks_for(about: str, said: str, value: str) -> None:
    assert normalised(Slot("travel", "text"), said, description=about, now=NOW) == value
    assert normalised(Slot("travel", "text"), value, description=about, now=NOW) == value


spoken = st.lists(
    st.sampled_from(
        words_of(
            "uh um oh no sorry actually a b i the one two five twenty hundred double at dot dash 8 12 4-5 monday "
            "tomorrow pm half past joe O'Brien mary smith gmail com plus street , . ? $ @ - yes please it's as in bravo"
        )
    ),
    max_size=14,
).map(" ".join)


@settings(deadline=None)
@given(st.sampled_from(KINDS), st.one_of(st.text(max_size=60), spoken))
def test_nothing_is_read_twice_and_nothing_raises(kind: Kind, said: str) -> None:
    value = normalise_value(kind, said)
    assert normalise_value(kind, value) == value


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "unit", ["1 ", "9", "a", "a b ", "uh ", "no ", "i want to ", "x@", "at dot ", "monday no ", "\u202e", "("]
)
def test_ten_thousand_characters_are_no_trouble(kind: Kind, unit: str) -> None:
    text = (unit * 10_000)[:10_000]
    assert normalise_value(kind, normalise_value(kind, text)) == normalise_value(kind, text)
    short = text[:480]
    assert normalise_value(kind, normalise_value(kind, short)) == normalise_value(kind, short)


@pytest.mark.parametrize(
    ("description", "value"),
    [
        ("the day as YYYY-MM-DD", "2026-11-24"),
        ("the day, as the patient said it or as YYYY-MM-DD", "tomorrow"),
        ("the day as it was said, or YYYY-MM-DD", "tomorrow"),
    ],
)
def test_a_format_that_is_one_of_two_ways_is_not_forced(description: str, value: str) -> None:
    slot = Slot("visit_day", "text")
    now = datetime(2026, 11, 23, 9)
    assert normalised(slot, "tomorrow", description=description, now=now) == value


@pytest.mark.parametrize(
    ("said", "description", "value"),
    [
        ("AB-1234", "the order number, such as AB-1234", "AB-1234"),
        ("AB 1234", "the order number, such as AB-1234", "AB-1234"),
        ("a b one two three four", "the order number, such as AB-1234", "AB-1234"),
        ("AB-123", "the order number, such as AB-1234", "AB123"),  # misheard: told as it was said
        ("EP-630", "the order number, such as EP630", "EP630"),
        ("EP-630", "the order number", "EP630"),
    ],
)
def test_a_code_is_written_as_its_author_writes_it(said: str, description: str, value: str) -> None:
    assert normalised(Slot("order_number", "text"), said, description=description) == value
