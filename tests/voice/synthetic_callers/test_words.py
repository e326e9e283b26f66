"""What was said against what was heard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.synthetic_callers.words import Comparison, compare, error_rate, words_of


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("send fifty dollars to Joe", "Send $50 to Joe."),
        ("pay Mary 12 dollars and 34 cents", "Pay Mary $12.34"),
        ("4821", "four eight two one"),
        ("four eight two one", "4 8 2 1"),
        ("one thousand two hundred and fifty", "1,250"),
        ("twenty five", "25"),
        ("on the third of May", "On the 3rd of May!"),
        ("what’s my balance", "What is my balance?"),
        ("I'm José", "i am josé"),
    ],
)
def test_spelling_is_no_error(said: str, heard: str):
    assert compare(said, heard).is_same, (words_of(said), words_of(heard))


@pytest.mark.parametrize(
    ("said", "heard", "expected"),
    [
        ("send 50 dollars to Joe", "send 15 dollars to Joe", Comparison(5, 1, "send [50 → 15] dollars to joe")),
        ("yes please", "yes", Comparison(2, 1, "yes [- please]")),
        ("yes", "oh yes", Comparison(1, 1, "[+ oh] yes")),
        ("to Anna", "", Comparison(2, 2, "[- to] [- anna]")),
        ("four eight", "forty eight", Comparison(1, 0, "48")),
        ("", "hello", Comparison(0, 1, "[+ hello]")),
    ],
)
def test_errors_are_counted_and_shown(said: str, heard: str, expected: Comparison):
    assert compare(said, heard) == expected


def test_the_error_rate_is_of_all_words_together():
    assert error_rate([compare("a b c", "a b"), compare("d", "d")]) == 0.25
    assert error_rate([]) is None
    assert error_rate([compare("", "noise")]) is None


@given(st.text(max_size=60))
def test_a_text_is_as_it_was_said(text: str):
    assert compare(text, text).is_same


@given(st.text("ab 1", max_size=30), st.text("ab 1", max_size=30))
def test_errors_are_at_least_the_difference_in_length_and_at_most_the_longer(said: str, heard: str):
    wanted, got = words_of(said), words_of(heard)

    assert abs(len(wanted) - len(got)) <= compare(said, heard).errors <= max(len(wanted), len(got))
