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
class Transcript:
    """What a recogniser wrote. `log_probability`: mean a token (speech: about -0.1; noise: below -1.1)."""

    text: str
    log_probability: float
    took_ms: float
    audio_ms: int


@dataclass(frozen=True, slots=True)
class SpeechChunk:
    """A piece of synthesised speech, in order; `sample_rate_hz` is the voice's."""

    samples: Pcm
    sample_rate_hz: int


class VoiceActivity(Protocol):
    """Voice activity of one call; holds that call's state. Runs inline on the event loop (0.1 ms)."""

    def feed(self, frame: Pcm) -> float:
        """Take 20 ms (320 samples int16, 16 kHz) and return the latest probability of speech, 0 to 1."""
        ...


class Recogniser(Protocol):
    async def recognise(
        self, audio: Audio, *, language: str = "en", hints: Sequence[str] = (), priority: Priority
    ) -> Transcript:
        """Transcribe one utterance. Cancelling drops the work if it has not begun."""
        ...


class TurnModel(Protocol):
    async def probability(self, audio: Audio) -> float:
        """Estimate (0 to 1) that the caller has finished, from the last 8 s of the turn."""
        ...


class Synthesiser(Protocol):
    def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncIterator[SpeechChunk]:
        """Speak one sentence; chunks come as they are made."""
        ...
