"""The assistant's own pronunciations, and what is said to whoever writes one that cannot be used."""

from __future__ import annotations

from typing import Any

import pytest

from voice.pronunciation.lexicon import LONGEST, MOST_ENTRIES, Lexicon, PronunciationInvalid
from voice.pronunciation.speaking import pronounce


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["SQL"], "must be a map"),
        ("SQL", "must be a map"),
        ({True: "yes"}, "True is not a word; put it in quotes"),
        ({24: "twenty four"}, "24 is not a word"),
        ({"  ": "x"}, "has nothing to speak"),
        ({"a" * (LONGEST + 1): "x"}, "is longer than"),
        ({"SQL": 7}, "SQL: must be words to say, not '7'"),
        ({"SQL": None}, "SQL: must be words to say"),
        ({"SQL": "..."}, "SQL: says nothing"),
        ({"SQL": "a" * (LONGEST + 1)}, "SQL: is longer than"),
        ({f"word{number}": "x" for number in range(MOST_ENTRIES + 1)}, f"{MOST_ENTRIES} is the most"),
    ],
)
def test_what_cannot_be_used_is_named(given: Any, told: str) -> None:
    with pytest.raises(PronunciationInvalid, match=r"voice\.yml: pronunciation") as caught:
        Lexicon.from_mapping(given)
    assert told in str(caught.value)
    assert caught.value.fault == "configuration"


def test_none_is_an_empty_one() -> None:
    assert Lexicon.from_mapping(None) == Lexicon()
    assert Lexicon.from_mapping({}) == Lexicon()


def test_the_longest_word_wins_and_marks_are_no_patterns() -> None:
    lexicon = Lexicon.from_mapping({"Acme": "akmee", "Acme Ltd.": "the akmee firm", "C++": "see plus plus", "a.b": "x"})
    assert pronounce("Acme Ltd. has acme and C++ but axb.", lexicon).text == (
        "the akmee firm has akmee and see plus plus but axb."
    )


def test_parts_of_words_are_left_alone() -> None:
    lexicon = Lexicon.from_mapping({"cat": "feline"})
    assert pronounce("A cat, a category, a bobcat, cat's", lexicon).text == "A feline, a category, a bobcat, feline's"
