"""Ports of `voice`: the speech models a call listens and speaks with. Adapters live in `models`.

Audio in: float32 in [-1, 1], 16 kHz mono, [n_samples]. Audio out: int16, mono, at the voice's own rate.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

Audio = npt.NDArray[np.float32]
Pcm = npt.NDArray[np.int16]


class Priority(IntEnum):
    """Lower runs first: work on a committed turn before work on what may be thrown away."""

    FINAL = 0
    SPECULATION = 1
    PARTIAL = 2
    PREFETCH = 3


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was written. `confidence` (0 to 1) is the geometric mean of the probabilities of its tokens.

    `start_ms` and `end_ms` count from the beginning of the recognised audio, where the recogniser was asked for them.
    """

    text: str
    confidence: float
    start_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a recogniser wrote. `log_probability`: mean a token (speech: about -0.1; noise: below -1.1).

    `language` is the code of the language it was written in: the one that was asked for, or the one detected.
    """

    text: str
    log_probability: float
    took_ms: float
    audio_ms: int
    words: tuple[Word, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """Which languages a caller may be speaking; codes as in config.yml ("en", "de-AT").

    `likely` is the one that the call is in. `is_settled`: the caller has been speaking it, so that another one is
    looked for only where what they say makes little sense in it.
    """

    likely: str
    languages: tuple[str, ...]
    is_settled: bool = False


class RecognitionDropped(Exception):
    """A partial was given up unfinished, for a newer one of the same call or for a final. Nobody's fault."""


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """Where a word of a text is spoken. `word` is its number in the text, whose words are parted by white space.

    `begin` and `end` are samples of the chunk.
    """

    word: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class SpeechChunk:
    """A piece of synthesised speech, in order; `sample_rate_hz` is the voice's, `words` are empty if unknown."""

    samples: Pcm
    sample_rate_hz: int
    words: tuple[SpokenWord, ...] = ()


class VoiceActivity(Protocol):
    """Voice activity of one call; holds that call's state. Runs inline on the event loop (0.1 ms)."""

    def feed(self, frame: Pcm) -> float:
        """Take 20 ms (320 samples int16, 16 kHz) and return the latest probability of speech, 0 to 1."""
        ...


class Recogniser(Protocol):
    async def recognise(
        self,
        audio: Audio,
        *,
        language: str | LanguageChoice = "en",
        hints: Sequence[str] = (),
        priority: Priority,
        key: str | None = None,
        is_short_expected: bool = False,
        is_soon_wanted: bool = False,
    ) -> Transcript:
        """Transcribe one utterance. Cancelling drops the work, also where it has begun.

        Args:
            audio: the utterance.
            language: a code such as "en"; or those that it may be, one of which the transcript is in then; or "auto":
                detected, and kept for this `key` from the first sure final on.
            hints: names and words that may well be said; see `voice.recognition.biasing`.
            priority: finals before speculation before partials before prefetch.
            key: whose it is (a call's id): calls take turns, and a newer partial of a call replaces one that waits.
            is_short_expected: the answer is likely to be a word or two, which is decoded faster.
            is_soon_wanted: a short sound is decoded once, however unsure its words are.

        Raises:
            RecognitionDropped: a partial was given up for a newer one of its call or for a final.
        """
        ...


class TurnModel(Protocol):
    async def probability(self, audio: Audio) -> float:
        """Estimate (0 to 1) that the caller has finished, from the last 8 s of the turn."""
        ...


class Synthesiser(Protocol):
    def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncIterator[SpeechChunk]:
        """Speak one sentence; chunks come as they are made."""
        ...


class SpeechMemory(Synthesiser, Protocol):
    """A synthesiser that keeps what it has spoken, and can speak ahead."""

    async def render(self, text: str, *, priority: Priority = Priority.PREFETCH) -> None:
        """Bring a sentence into memory ahead of its use, unless it is there."""
        ...

    def holds(self, text: str) -> bool:
        """Tell whether a sentence would be spoken from memory."""
        ...
