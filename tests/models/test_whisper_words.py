"""Tokens become words with a confidence each."""

from __future__ import annotations

import itertools
import math

from hypothesis import given
from hypothesis import strategies as st

from models.whisper_words import spans_ms, split_words

_PIECES = [b" Call", b" for", b"ward", b",", b" \xe2", b"\x82\xac", b"50", b".", b" caf", b"\xc3", b"\xa9"]


def _decode(ids: list[int]) -> str:
    return b"".join(_PIECES[one] for one in ids).decode(errors="replace")


def test_words_are_what_stands_between_spaces() -> None:
    words = split_words([0, 1, 2, 3], [-0.1, -0.2, -0.4, -0.3], _decode)
    assert [(word.text, word.first, word.last) for word in words] == [("Call", 0, 0), ("forward,", 1, 3)]
    assert math.isclose(words[0].confidence, math.exp(-0.1))
    assert math.isclose(words[1].confidence, math.exp(-0.3))


def test_a_character_of_several_tokens_stays_whole() -> None:
    words = split_words([0, 4, 5, 6, 7, 8, 9, 10], [-0.1] * 8, _decode)
    assert [word.text for word in words] == ["Call", "€50.", "café"]


def test_a_character_that_never_ends_is_no_error() -> None:
    assert next(word.text for word in split_words([0, 4], [-0.1, -0.1], _decode)) == "Call"
    assert split_words([], [], _decode) == []


@given(st.lists(st.integers(0, len(_PIECES) - 1), max_size=20))
def test_nothing_is_lost_and_order_is_kept(ids: list[int]) -> None:
    words = split_words(ids, [-0.5] * len(ids), _decode)
    assert all(0 <= word.confidence <= 1 for word in words)
    assert all(one.last < other.first for one, other in itertools.pairwise(words))
    covered = {position for word in words for position in range(word.first, word.last + 1)}
    silent = [position for position in range(len(ids)) if position not in covered]
    assert not "".join(_decode([ids[position]]) for position in silent).strip()


def test_a_word_lasts_from_its_first_token_to_the_next_word() -> None:
    words = split_words([0, 1, 2, 3], [0.0] * 4, _decode)
    alignment = [(0, 0), (0, 1), (1, 5), (2, 7), (2, 8), (3, 9), (4, 12), (4, 40)]
    assert spans_ms(words, alignment) == [(0, 100), (100, 240)]
    assert spans_ms(words, []) == [(0, 0), (0, 0)]
    assert spans_ms([], alignment) == []
