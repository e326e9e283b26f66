"""What is said of a passage: its own words, no more than can be listened to, and nothing that hangs in the air."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.knowledge.extracting import MOST_WORDS, extracted
from dialogue.knowledge.passages import Found, Passage

LONG = "Our house has a very long sentence for guests with twenty words in it, so that two are too many."


def said(sentences, best, answer=None) -> str:
    return extracted(Found(Passage("file", "", tuple(sentences), 1, answer), 0.9, best)).text


@pytest.mark.parametrize(
    ("sentences", "best", "text"),
    [
        (["We open at nine.", "We close at five."], 1, "We open at nine. We close at five."),
        ([LONG, "It costs ten euros.", f"{LONG} {LONG}"], 1, f"{LONG} It costs ten euros."),
        (["Dogs are fine.", LONG, LONG], 0, f"Dogs are fine. {LONG}"),
        (["Dogs are fine.", "They pay nothing.", LONG, LONG], 0, "Dogs are fine. They pay nothing."),
        (["Adults: 14 euros", "Children: free"], 0, "Adults: 14 euros. Children: free."),
        (
            [f"Row {number}: {number} and some more words to say" for number in range(9)],
            4,
            "Row 4: 4 and some more words to say.",
        ),
    ],
)
def test_said(sentences, best, text):
    assert said(sentences, best) == text


def test_a_pair_has_the_answer_that_was_written():
    assert said(["When do you open?"], 0, answer="At nine.") == "At nine."


@given(
    st.lists(st.text("ab It. ", min_size=1, max_size=90).filter(str.strip), min_size=1, max_size=8), st.integers(0, 20)
)
def test_it_is_short_and_says_nothing_of_its_own(sentences, best):
    text = said(sentences, best)

    assert len(text.split()) <= max(MOST_WORDS, max(len(one.split()) for one in sentences))
    assert set(text.replace(".", "").split()) <= set(" ".join(sentences).replace(".", "").split())
