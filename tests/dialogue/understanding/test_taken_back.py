"""What callers take back in mid-turn, and what only sounds like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.taken_back import taken_back, without_taken_back

TAKEN = [
    ("February, not January", ["not January"]),
    ("not january february", ["not january"]),
    ("the harbour instead of market square", ["instead of market square"]),
    ("Wait, Tuesday I'm working. Wednesday, 4 pm", ["Tuesday I'm working"]),
    ("wait tuesday I'm working wednesday four p m", ["tuesday I'm working"]),
    ("I can't do Tuesday, Wednesday is fine", ["Tuesday"]),
    ("Tuesday is no good, Thursday", ["Tuesday is no good"]),
    ("I said Friday but it has to be Thursday", ["Friday"]),
    ("no, not the large one, the small", ["not the large one"]),
    ("no not the large one the small", ["not the large one"]),
    ("fifty thousand two hundred and... no, five-oh-two-three-six", ["fifty thousand two hundred and... no, "]),
    ("fifty thousand two hundred and no five oh two three six", ["fifty thousand two hundred and no "]),
    ("janet moss sorry janet doyle", ["janet moss sorry "]),
    ("to Mary Ann, no, John Smith", ["Mary Ann, no, "]),
    ("Send it to Peter. No, Paul", ["Peter. No, "]),
    ("two weeks... no, ten days", ["two weeks... no, "]),
    ("KD 731, sorry, KD 737", ["KD 731, sorry, "]),
    ("friday at nine no saturday at ten", ["friday", "nine no "]),
    ("i want a van no i want an estate", ["i want a van no "]),
    ("I don't want the van, the estate", ["don't want the van"]),
    ("the 3rd, I mean the 4th of May", ["the 3rd, I mean "]),
    ("not on Monday", ["not on Monday"]),
]
KEPT = [
    "I'm not sure about Friday",
    "why not Friday",
    "not just me",
    "No, the end is 0128, so 0161 496 0128",
    "and change the amount to 30. No message.",
    "yes actually at five",
    "I need a table for two and, sorry, can you also tell me the opening hours",
    "I'd rather have it on paper, by post",
    "sorry that was my bank it's four eight two nine one three",
    "No. 5 Main Street",
]


@pytest.mark.parametrize(("said", "taken"), TAKEN)
def test_what_is_taken_back(said: str, taken: list[str]) -> None:
    places = taken_back(said)
    merged = "|".join(said[start:end] for start, end in places)
    assert " ".join(merged.split("|")).split() == " ".join(taken).split()


@pytest.mark.parametrize("said", KEPT)
def test_what_is_not(said: str) -> None:
    assert taken_back(said) == ()


WORDS = st.sampled_from(
    ["no", "not", "sorry", "friday", "two", ",", ".", "...", "i said", "but", "joe", "at nine", "a b 1"]
)


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_places_are_in_order_and_in_the_turn(said: str) -> None:
    end = 0
    for place in taken_back(said):
        assert end <= place[0] < place[1] <= len(said)
        end = place[1]
    assert len(without_taken_back(said)) == len(said)
