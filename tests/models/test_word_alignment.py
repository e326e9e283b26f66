"""Where words are, from phonemes that were run together, taken apart or left out."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from models.word_alignment import SpokenPhoneme, word_spans

SOUNDS = {
    "of": "ʌv",
    "the": "ðə",
    "west": "wˈɛst",
    "I": "aɪ",
    "am": "æm",
    "WiFi": "wˈaɪ fˌaɪ",
    "bank": "bˈæŋk",
    "hm": "",
}


def phonemes_of(word: str) -> list[str]:
    return list(SOUNDS[word.strip(".,;")])


def spoken(symbols: str, samples: int = 100) -> list[SpokenPhoneme]:
    """Every symbol lasts as long, with the silence of both ends."""
    return [SpokenPhoneme(symbol, samples) for symbol in f"^{symbols}$"]


def spans(words: Sequence[str], symbols: str) -> list[tuple[int, int]]:
    return word_spans(words, spoken(symbols), phonemes_of)


def test_as_many_groups_as_words() -> None:
    assert spans(["the", "bank,", "west."], "ðə bˈæŋk, wˈɛst.") == [(100, 300), (400, 900), (1100, 1600)]


def test_words_run_together_are_parted_by_what_they_are_alone() -> None:
    assert spans(["of", "the", "west"], "ʌvðə wˈɛst") == [(100, 300), (300, 500), (600, 1100)]


def test_words_that_sound_otherwise_together_are_parted_in_proportion() -> None:
    first, second, third = spans(["I", "am", "the"], "aɪɐm ðə")
    assert first == (100, 300)
    assert second == (300, 500)
    assert third == (600, 800)


def test_a_word_of_two_groups_is_one() -> None:
    assert spans(["the", "WiFi", "bank"], "ðə wˈaɪ fˌaɪ bˈæŋk") == [(100, 300), (400, 1300), (1400, 1900)]


def test_a_word_that_is_not_spoken_has_no_length() -> None:
    first, second, third = spans(["the", "hm", "bank"], "ðə bˈæŋk")
    assert first == (100, 300)
    assert second[0] == second[1]
    assert third[1] == 900


def test_nothing_spoken_is_nowhere() -> None:
    assert spans(["the"], "") == []
    assert spans(["the"], " ,.") == []
    assert spans([], "ðə") == []
    assert word_spans(["the"], [], phonemes_of) == []


_WORDS = st.lists(st.sampled_from(sorted(SOUNDS)), min_size=1, max_size=8)


@given(_WORDS, st.text(alphabet="ʌvðəwˈɛst aɪ,.", max_size=40))
def test_whatever_is_spoken_spans_are_in_order_and_within(words: list[str], symbols: str) -> None:
    found = spans(words, symbols)
    assert len(found) in (0, len(words))
    flat = [at for span in found for at in span]
    assert flat == sorted(flat)
    assert all(0 <= at <= 100 * (len(symbols) + 2) for at in flat)


@given(_WORDS, st.data())
def test_together_or_apart_the_words_are_where_their_sounds_are(words: list[str], data: st.DataObject) -> None:
    """Sounds as each word has them alone, joined with or without a space: every span holds its word's own sounds."""
    words = [word for word in words if SOUNDS[word] and " " not in SOUNDS[word]] or ["the"]
    symbols, places = "", []
    for word in words:
        symbols += " " if symbols and data.draw(st.booleans()) else ""
        places.append((len(symbols), len(symbols) + len(SOUNDS[word])))
        symbols += SOUNDS[word]
    assert spans(words, symbols) == [(100 * (begin + 1), 100 * (end + 1)) for begin, end in places]
