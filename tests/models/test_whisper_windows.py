"""Which windows an utterance is decoded on, and which texts are not believed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.whisper_windows import (
    Decoded,
    clean,
    cut_long,
    is_one_phrase_repeated,
    needs_longer_window,
    token_cap,
    window_samples,
    windows_s,
)

_RATE_HZ = 16_000
_WORD = st.sampled_from(["yes", "no", "four", "five", "hold", "on"])


def _decoded(text: str, *, hit_cap: bool = False, mean: float = -0.2) -> Decoded:
    tokens = len(text.split())
    return Decoded(text, tokens, mean * (tokens + 1), hit_cap)


def test_ordinary_sentences_do_not_look_like_loops() -> None:
    for text in ("", "Yes.", "Four five four five four five.", "I would like to transfer 200 dollars to my sister."):
        assert not _decoded(text).looks_like_loop


def test_a_phrase_that_comes_again_and_again_looks_like_a_loop() -> None:
    assert _decoded("I would like to transfer. " * 12).looks_like_loop
    assert _decoded("no end in sight", hit_cap=True).looks_like_loop


# Of whisper-base on windows of 6 s.
@pytest.mark.parametrize(
    "text", ["Yeah, that's right Yeah, that's right", "Oliver Oliver", "Both of them. Both of them."]
)
def test_a_phrase_said_twice_is_decoded_again(text: str) -> None:
    assert is_one_phrase_repeated(text)
    assert needs_longer_window(_decoded(text), unsure_below=-0.7)


@pytest.mark.parametrize("text", ["", "Yes.", "4 4 5", "No, that was everything.", "no, thank you, no"])
def test_what_is_said_once_is_believed(text: str) -> None:
    assert not is_one_phrase_repeated(text)
    assert not needs_longer_window(_decoded(text), unsure_below=-0.7)
    assert needs_longer_window(_decoded(text, mean=-0.71), unsure_below=-0.7)


@given(st.lists(_WORD, min_size=1, max_size=5), st.integers(2, 4))
def test_repetition_is_found_whatever_the_marks(phrase: list[str], times: int) -> None:
    said = [word.upper() if number % 2 else f"{word}," for number, word in enumerate(phrase)]
    assert is_one_phrase_repeated(" ".join(said) + "." + (" " + " ".join(phrase) + "!") * (times - 1))


@given(st.floats(0, 29), st.lists(st.sampled_from([6.0, 8.0, 12.0, 30.0]), min_size=1, max_size=4))
def test_windows_ascend_and_hold_the_utterance(seconds: float, floors_s: list[float]) -> None:
    n_samples = int(seconds * _RATE_HZ)
    ladder = windows_s(n_samples, floors_s)
    assert ladder == sorted(set(ladder))
    assert all(window_samples(window) >= n_samples for window in ladder)
    assert all(window_samples(window) % 320 == 0 for window in ladder)
    assert max(ladder) <= 30.0


def test_a_longer_utterance_may_have_more_tokens() -> None:
    assert token_cap(_RATE_HZ) == 17
    assert token_cap(10 * _RATE_HZ) == 98


@pytest.mark.parametrize("seconds", [0.2, 28.9, 29.5, 61.0])
def test_long_audio_is_cut_into_windows_without_loss(seconds: float) -> None:
    audio = np.random.default_rng(2).normal(0, 0.1, int(seconds * _RATE_HZ)).astype(np.float32)
    pieces = cut_long(audio)
    assert max(len(piece) for piece in pieces) <= 29 * _RATE_HZ
    np.testing.assert_array_equal(np.concatenate(pieces), audio)


def test_the_cut_falls_in_a_pause() -> None:
    audio = np.random.default_rng(3).normal(0, 0.1, 40 * _RATE_HZ).astype(np.float32)
    audio[25 * _RATE_HZ : int(25.5 * _RATE_HZ)] = 0
    assert 25 <= len(cut_long(audio)[0]) / _RATE_HZ <= 25.5


def test_bad_audio_is_made_fit() -> None:
    audio = np.array([np.nan, np.inf, -np.inf, 3.0, 1.0, -4.0], dtype=np.float32)
    cleaned = clean(audio)
    assert cleaned.dtype == np.float32
    assert np.isfinite(cleaned).all()
    assert np.abs(cleaned).max() <= 1.0
    assert abs(float(np.mean(clean(np.full(1000, 0.5, dtype=np.float32))))) < 1e-6
    assert len(clean(np.zeros(0, dtype=np.float32))) == 0
