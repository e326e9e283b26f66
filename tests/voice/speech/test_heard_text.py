"""What of a reply was heard: whole words, in order, never more with less sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.speech.heard_text import CHARACTER_MS, HEARD_SHARE, SentenceSound, WordSound, heard_text

BALANCE = SentenceSound(
    "You have $1,200.50 left.",
    0,
    1_500,
    (WordSound(0, 20, 100), WordSound(1, 120, 300), WordSound(2, 350, 1_150), WordSound(3, 1_200, 1_400)),
)


@pytest.mark.parametrize(
    ("played_ms", "heard"),
    [
        (0, ""),
        (20, ""),
        (67, ""),
        (68, "You"),
        (227, "You"),
        (228, "You have"),
        (829, "You have"),
        (830, "You have $1,200.50"),
        (1_319, "You have $1,200.50"),
        (1_320, "You have $1,200.50 left."),
        (9_999, "You have $1,200.50 left."),
    ],
)
def test_a_word_is_heard_at_sixty_percent(played_ms: int, heard: str) -> None:
    assert heard_text([BALANCE], played_ms) == heard


def test_a_word_in_two_pieces_is_one() -> None:
    sentence = SentenceSound(
        "Pay $5 now", 0, 1_000, (WordSound(1, 100, 300), WordSound(1, 400, 600), WordSound(2, 700, 900))
    )
    assert heard_text([sentence], 390) == ""
    assert heard_text([sentence], 400) == "Pay $5"


def test_what_is_not_spoken_comes_with_the_words_around_it() -> None:
    sentence = SentenceSound("- Great 😀 news 😀", 0, 1_000, (WordSound(1, 0, 300), WordSound(3, 300, 800)))
    assert heard_text([sentence], 200) == "- Great"
    assert heard_text([sentence], 600) == "- Great 😀 news 😀"


def test_without_marks_every_character_lasts_as_long() -> None:
    sentence = SentenceSound("aaaa bbbb", 0, 900)
    assert heard_text([sentence], 239) == ""
    assert heard_text([sentence], 240) == "aaaa"
    assert heard_text([sentence], 699) == "aaaa"
    assert heard_text([sentence], 700) == "aaaa bbbb"


def test_a_sentence_that_is_not_whole_is_taken_to_go_on() -> None:
    text = "aaaa bbbb cccc dddd"
    made_ms = 4 * CHARACTER_MS
    assert heard_text([SentenceSound(text, 0, made_ms, is_whole=False)], made_ms) == "aaaa"


def test_nothing_is_heard_of_nothing() -> None:
    assert heard_text([], 1_000) == ""
    assert heard_text([SentenceSound("Hello", 100, 100, is_whole=False)], 1_000) == ""


@st.composite
def sounds(draw: st.DrawFn) -> list[SentenceSound]:
    """Sentences one after the other, with or without marks, with words that are not spoken."""
    at_ms, made = 0.0, []
    for _ in range(draw(st.integers(1, 4))):
        words = draw(st.lists(st.text("abc$5.é", min_size=1, max_size=6), min_size=1, max_size=6))
        begin_ms, marks = at_ms, []
        for number in range(len(words)):
            at_ms += draw(st.integers(0, 50))
            if draw(st.booleans()):
                end_ms = at_ms + draw(st.integers(1, 700))
                marks.append(WordSound(number, at_ms, end_ms))
                at_ms = end_ms
        at_ms += draw(st.integers(1, 200))
        made.append(SentenceSound(" ".join(words), begin_ms, at_ms, tuple(marks)))
    return made


@given(sounds(), st.integers(0, 15_000), st.integers(0, 15_000))
def test_more_sound_is_never_fewer_words(sentences: list[SentenceSound], one_ms: int, other_ms: int) -> None:
    whole = " ".join(sentence.text for sentence in sentences)
    less, more = heard_text(sentences, min(one_ms, other_ms)), heard_text(sentences, max(one_ms, other_ms))
    assert whole.startswith(more)
    assert more.startswith(less)
    assert not more or whole[len(more) :][:1] in ("", " "), "words are not cut"


@given(sounds())
def test_all_sound_is_the_whole_text_and_none_is_nothing(sentences: list[SentenceSound]) -> None:
    assert heard_text(sentences, sentences[-1].end_ms) == " ".join(sentence.text for sentence in sentences)
    assert heard_text(sentences, 0) == ""


@given(sounds(), st.integers(0, 15_000))
def test_no_word_counts_before_its_share_was_played(sentences: list[SentenceSound], played_ms: int) -> None:
    n_heard = len(heard_text(sentences, played_ms).split())
    at = 0
    for sentence in sentences:
        for mark in sentence.words:
            if at + mark.word < n_heard and not played_ms >= sentence.end_ms:
                assert played_ms - mark.begin_ms >= HEARD_SHARE * (mark.end_ms - mark.begin_ms)
        at += len(sentence.text.split())
