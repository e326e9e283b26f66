"""Sentences: the unit of synthesis."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.speech.sentences import (
    LONG_SENTENCE_CHARACTERS,
    MAX_SENTENCE_CHARACTERS,
    cut_for_first_sound,
    split_sentences,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello. How can I help?", ("Hello.", "How can I help?")),
        ("You have $1,250.75 in your account.", ("You have $1,250.75 in your account.",)),
        ("Mr. Smith got it. Anything else?", ("Mr. Smith got it.", "Anything else?")),
        ("We open at 9 a.m. on Monday.", ("We open at 9 a.m. on Monday.",)),
        ("We meet on Dec. 24. Is that fine?", ("We meet on Dec. 24.", "Is that fine?")),
        ("It ends in Dec. Then we close.", ("It ends in Dec.", "Then we close.")),
        ("See No. 5 and Ext. 12 please.", ("See No. 5 and Ext. 12 please.",)),
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
    assert all(len(piece) <= MAX_SENTENCE_CHARACTERS for piece in pieces)
    spoken = "".join(character for character in text if character.isalnum())
    assert "".join(character for piece in pieces for character in piece if character.isalnum()) == spoken


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Thank you, how can I help you?", 1),
        (
            "Thank you for calling the bank of the west; how can I help you today?",
            ["Thank you for calling the bank of the west;"],
        ),
        ("Yes, I can do that for you, and it takes about ten minutes.", ["Yes, I can do that for you,"]),
        (
            "I have found three flights for you — which one would you like to book?",
            ["I have found three flights for you —"],
        ),
        (
            "I can move your booking to Friday morning because there is a free table.",
            ["I can move your booking to Friday morning"],
        ),
        ("The quick brown fox jumped over the lazy dog with no pause in it at all", 1),
        ("Your balance is one thousand two hundred and fifty dollars and ten cents.", 1),
        ("I think that Mr. Smith of the sales department is not here today.", 1),
        ("Good morning to you all. How are you doing on this fine day?", ["Good morning to you all."]),
        (
            "I am sorry, but I could not find a booking under that name for the coming week, so please tell me the "
            "number of the booking, which is in the message that we sent you, or the day on which you made it.",
            [
                "I am sorry,",
                "but I could not find a booking under that name for the coming week,",
            ],
        ),
    ],
)
def test_long_sentences_are_cut_where_a_speaker_pauses(text: str, pieces: int | list[str]) -> None:
    cut = cut_for_first_sound(text)
    if isinstance(pieces, int):
        assert len(cut) == pieces
    else:
        assert list(cut[: len(pieces)]) == pieces


_CLAUSES = st.lists(
    st.sampled_from(
        ["yes", "I", "have,", "found;", "the", "booking", "and", "because", "—", "Mr.", "no.", "A", "5", ":", "…"]
    ),
    max_size=60,
)


@given(st.one_of(st.text(max_size=300), _CLAUSES.map(" ".join)))
def test_pieces_are_the_text_and_short_ones_are_whole(text: str) -> None:
    pieces = cut_for_first_sound(text)
    assert " ".join(pieces) == " ".join(text.split())
    assert all(piece == piece.strip() != "" for piece in pieces)
    if len(" ".join(text.split())) <= LONG_SENTENCE_CHARACTERS:
        assert len(pieces) <= 1
    assert all(any(character.isalnum() for character in piece) for piece in pieces[:-1])
