"""Sentences: the unit of synthesis."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.sentences import MAX_SENTENCE_CHARACTERS, split_sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello. How can I help?", ("Hello.", "How can I help?")),
        ("You have $1,250.75 in your account.", ("You have $1,250.75 in your account.",)),
        ("Mr. Smith got it. Anything else?", ("Mr. Smith got it.", "Anything else?")),
        ("We open at 9 a.m. on Monday.", ("We open at 9 a.m. on Monday.",)),
        ("One\n\nTwo", ("One", "Two")),
        ("  ...  ", ()),
        ("", ()),
        ("Done! 50 dollars went to Joe.", ("Done!", "50 dollars went to Joe.")),
    ],
)
def test_golden(text: str, expected: tuple[str, ...]) -> None:
    assert split_sentences(text) == expected


@given(st.text(max_size=2000))
def test_nothing_spoken_is_lost_and_no_sentence_is_endless(text: str) -> None:
    pieces = split_sentences(text)
    assert all(len(piece) <= MAX_SENTENCE_CHARACTERS or " " not in piece for piece in pieces)
    spoken = "".join(character for character in text if character.isalnum())
    assert "".join(character for piece in pieces for character in piece if character.isalnum()) == spoken
