"""Numbers as words: what is said is understood again as the same number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.numbers import find_numbers
from voice.pronunciation.numbers import LARGEST, cardinal, decimal, digits, grouped_digits, ordinal, year


@given(st.integers(0, 999_999_999))
def test_a_cardinal_is_understood_as_its_number(number: int) -> None:
    (found,) = find_numbers(cardinal(number))
    assert found.value == number


@given(st.integers(-(10**20), 10**20))
def test_every_number_has_words(number: int) -> None:
    assert all(word.isalpha() for word in cardinal(number).split())


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (cardinal(105), "one hundred five"),
        (cardinal(-7), "minus seven"),
        (cardinal(LARGEST), "one" + " zero" * 15),
        (ordinal(1), "first"),
        (ordinal(12), "twelfth"),
        (ordinal(20), "twentieth"),
        (ordinal(101), "one hundred first"),
        (year(1066), "one thousand sixty six"),
        (year(1905), "nineteen oh five"),
        (year(1900), "nineteen hundred"),
        (year(2000), "two thousand"),
        (year(2009), "two thousand nine"),
        (year(2010), "twenty ten"),
        (decimal("1,234", "05"), "one thousand two hundred thirty four point zero five"),
        (decimal("", "5"), "zero point five"),
        (digits("007"), "zero zero seven"),
        (grouped_digits("1234"), "one two three four"),
        (grouped_digits("1234567"), "one two three, four five six seven"),
    ],
)
def test_golden(said: str, expected: str) -> None:
    assert said == expected
