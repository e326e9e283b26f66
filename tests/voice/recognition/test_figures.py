"""Figures that were written as letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.recognition.figures import as_figures


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("A311-0592", "8311-0592"),
        ("It is A-311.", "It is 8-311."),
        ("4729, A108, O3", "4729, 8108, 03"),
        ("A number", "A number"),
        ("A 311", "A 311"),  # may be a word of its own
        ("My O2 number is 07700 900123", "My O2 number is 07700 900123"),  # names have one figure
        ("A1 Taxis", "A1 Taxis"),
        ("the A4 form", "the A4 form"),
        ("4 7 A1", "4 7 81"),
        ("A1B2", "A1B2"),
        ("A311B", "A311B"),
        ("A3.5", "A3.5"),
        ("A311-B2", "A311-B2"),
        ("A3, 1, 1.", "83, 1, 1."),
        ("Form A38.", "Form A38."),
        ("BA311", "BA311"),
        ("3A311", "3A311"),
        ("a311", "a311"),
        ("", ""),
    ],
)
def test_a_letter_before_figures_is_the_figure_that_it_sounds_like(written: str, meant: str) -> None:
    assert as_figures(written) == meant


@given(st.text(max_size=100))
def test_nothing_gets_longer_or_shorter(text: str) -> None:
    assert len(as_figures(text)) == len(text)
