"""The comparison of words that the end-to-end test relies on: what it forgives, and what it does not."""

from __future__ import annotations

import pytest

from tests.support.words import normalise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Should I send 50 dollars to Joe?", "should i send $50 to joe"),
        ("fifty dollars", "$50.00"),
        ("1,200 dollars", "one thousand two hundred dollars"),
        ("one hundred and fifty", "150"),
        ("I’m twenty-five.", "i'm 25"),
        ("joe and mary", "Joe, and Mary!"),
    ],
)
def test_the_same_words_in_another_form_are_equal(one: str, other: str):
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"), [("fifty", "fifteen"), ("$50", "€50"), ("send to Joe", "send Joe"), ("", "a")]
)
def test_other_words_stay_different(one: str, other: str):
    assert normalise(one) != normalise(other)
