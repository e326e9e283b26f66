"""Golden table of spoken numbers: value, reading and unit of everything a recogniser writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.numbers import find_numbers

ONE = [
    ("$50", 50, "cardinal", "currency"),
    ("fifty dollars.", 50, "cardinal", "currency"),
    ("€30", 30, "cardinal", "currency"),
    ("30 €", 30, "cardinal", ""),
    ("$1,200.50", 1200.5, "cardinal", "currency"),
    ("a hundred and twenty", 120, "cardinal", ""),
    ("one hundred twenty three", 123, "cardinal", ""),
    ("twelve hundred", 1200, "cardinal", ""),
    ("one thousand two hundred and five", 1205, "cardinal", ""),
    ("two thousand twenty four", 2024, "cardinal", ""),
    ("three hundred thousand", 300000, "cardinal", ""),
    ("one point five million", 1500000, "cardinal", ""),
    ("three point one four", 3.14, "cardinal", ""),
    ("two and a half", 2.5, "cardinal", ""),
    ("1.5k", 1500, "cardinal", ""),
    ("2 grand", 2000, "cardinal", ""),
    ("minus five", -5, "cardinal", ""),
    ("zero", 0, "cardinal", ""),
    ("fifty dollars and twenty five cents", 50.25, "cardinal", "currency"),
    ("ninety cents", 0.9, "cardinal", "currency"),
    ("50%", 50, "cardinal", "percent"),
    ("four people", 4, "cardinal", "people"),
    ("eight eight three one", 8831, "digits", ""),
    ("eighty eight thirty one", 8831, "digits", ""),
    ("8-831", 8831, "digits", ""),
    ("8 8 3 1", 8831, "digits", ""),
    ("8, 8, 3, 1", 8831, "digits", ""),
    ("at 555-0199.", 5550199, "digits", ""),
    ("double five oh one", 5501, "digits", ""),
    ("nineteen eighty four", 1984, "digits", ""),
    ("the second", 2, "ordinal", ""),
    ("twenty-first", 21, "ordinal", ""),
    ("May 5th", 5, "ordinal", "date"),
    ("the 3rd of May", 3, "ordinal", "date"),
    ("7 pm", 7, "cardinal", "time"),
    ("7:30", 730, "digits", "time"),
]


@pytest.mark.parametrize(("text", "value", "reading", "unit"), ONE)
def test_one_number(text: str, value: float, reading: str, unit: str) -> None:
    found = find_numbers(text)
    assert [(one.value, one.reading, one.unit) for one in found] == [(value, reading, unit)]


def test_leading_zeros_stay_in_the_digits() -> None:
    assert [one.digits for one in find_numbers("oh eight three")] == ["083"]


@pytest.mark.parametrize("text", ["that one", "one moment", "wait a second", "oh", "hundred", "nothing", "the new one"])
def test_words_that_count_nothing(text: str) -> None:
    assert find_numbers(text) == ()


def test_several_numbers_stay_apart() -> None:
    found = find_numbers("a table for four people at seven pm, fifty dollars each")
    assert [(one.value, one.unit) for one in found] == [(4, "people"), (7, "time"), (50, "currency")]


@given(st.text(max_size=120))
def test_places_lie_within_any_text_and_in_order(text: str) -> None:
    end = 0
    for number in find_numbers(text):
        assert end <= number.start < number.end <= len(text)
        end = number.end


@given(st.integers(0, 999_999))
def test_figures_are_read_as_they_are(number: int) -> None:
    assert [one.value for one in find_numbers(f"{number:,}")] == [number]
