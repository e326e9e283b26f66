"""How much silence Whisper's encoder is given behind an utterance, and when a text is not to be believed.

Pure. The encoder's time grows with its window, and the decoder begins to say things twice where the window is short:
the utterance is decoded on the shortest window of a ladder that may do, and again on the next where the text looks as
if it did not. What each window costs and misses is in docs/decisions/0015-recognition.md.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.log_mel import HOP_SAMPLES, SAMPLE_RATE_HZ, Array

FULL_WINDOW_S = 30.0
_MARGIN_S = 1.0
_BASE_TOKENS = 8
_TOKENS_PER_S = 9
# Texts of 330 recorded prompts: 1.3 at most; loops seen at 4 and 5 s: 2.1 to 3.8, as likely as speech (-0.1 to -0.3),
# so that log-probability cannot tell them.
_LOOP_COMPRESSION = 2.0
# A long utterance is cut at the quietest place of this last part of a window.
_CUT_SEARCH_S = 8.0
_CUT_FRAME_SAMPLES = SAMPLE_RATE_HZ // 10


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one window gave. `log_probability` is the sum over `tokens` + 1 (the end of the text counts)."""

    text: str
    tokens: int
    log_probability: float
    hit_cap: bool

    @property
    def looks_like_loop(self) -> bool:
        """Tell whether the decoder seems to have gone round in circles."""
        data = self.text.encode()
        return self.hit_cap or len(data) > _LOOP_COMPRESSION * len(zlib.compress(data))

    @property
    def mean_log_probability(self) -> float:
        return self.log_probability / (self.tokens + 1)


def is_one_phrase_repeated(text: str) -> bool:
    """Tell whether the words are one phrase said twice or more ("Hold on. Hold on."), as short windows make them."""
    words = re.findall(r"[\w']+", text.casefold())
    return any(
        len(words) % length == 0 and words == words[:length] * (len(words) // length)
        for length in range(1, len(words) // 2 + 1)
    )


def needs_longer_window(decoded: Decoded, unsure_below: float) -> bool:
    """Tell whether a text from a window shorter than the next of the ladder is to be decoded there again.

    `unsure_below`: mean log-probability a token.
    """
    return (
        decoded.looks_like_loop or decoded.mean_log_probability < unsure_below or is_one_phrase_repeated(decoded.text)
    )


def windows_s(n_samples: int, floors_s: Sequence[float]) -> list[float]:
    """Return the windows to try for an utterance of 16 kHz audio, ascending, one or more.

    A window holds the utterance and a second, and is no shorter than its floor.
    """
    seconds = n_samples / SAMPLE_RATE_HZ
    return sorted({min(FULL_WINDOW_S, max(floor_s, seconds + _MARGIN_S)) for floor_s in floors_s})


def window_samples(window_s: float) -> int:
    """Return the samples of a window whose number of spectrogram frames is even: the encoder halves it."""
    return 2 * int(np.ceil(window_s * SAMPLE_RATE_HZ / HOP_SAMPLES / 2)) * HOP_SAMPLES


def token_cap(n_samples: int) -> int:
    """Return how many tokens an utterance of 16 kHz audio may have; more are a loop."""
    return int(_BASE_TOKENS + _TOKENS_PER_S * n_samples / SAMPLE_RATE_HZ)


def cut_long(audio: Array) -> list[Array]:
    """Cut audio that no window holds at its quietest places, into pieces that one does."""
    limit = int((FULL_WINDOW_S - _MARGIN_S) * SAMPLE_RATE_HZ)
    pieces = []
    while len(audio) > limit:
        start = limit - int(_CUT_SEARCH_S * SAMPLE_RATE_HZ)
        frames = audio[start : limit - (limit - start) % _CUT_FRAME_SAMPLES].reshape(-1, _CUT_FRAME_SAMPLES)
        quietest = int(np.argmin(np.mean(frames**2, axis=1)))
        cut = start + quietest * _CUT_FRAME_SAMPLES + _CUT_FRAME_SAMPLES // 2
        pieces.append(audio[:cut])
        audio = audio[cut:]
    return [*pieces, audio]


def clean(audio: Array) -> Array:
    """Return audio that the features can be computed of: finite, without its mean, no louder than full scale."""
    audio = np.nan_to_num(audio, nan=0.0, posinf=0.0, neginf=0.0)
    if not len(audio):
        return audio
    audio = audio - np.mean(audio)
    loudest = float(np.max(np.abs(audio)))
    return (audio / max(loudest, 1.0)).astype(np.float32)
