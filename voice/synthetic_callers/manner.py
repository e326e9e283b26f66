"""In what manner a synthetic caller speaks: voice, speed, noise, line. Pure: all chance comes from the seed.

A manner is drawn for each case and each step from the seed and the step's own name, never from the order in which
cases run, so that one case alone sounds as it does among all others.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dialogue.testing.case import Case, UserStep
from dialogue.testing.voice_keys import FASTEST, SLOWEST, Noise

Codec = Literal["opus", "mulaw"]
_RANGE = re.compile(r"(\d+(?:\.\d+)?)(?:\s*(?:\.\.|-)\s*(\d+(?:\.\d+)?))?")


@dataclass(frozen=True, slots=True)
class Variant:
    """How a speaker differs from the voice that is synthesised: pitch (a factor) and level (dB)."""

    name: str
    pitch: float = 1.0
    level_db: float = 0.0


VARIANTS = (
    Variant(""),
    Variant("low", pitch=0.89),
    Variant("high", pitch=1.14),
    Variant("soft", pitch=1.05, level_db=-9.0),
    Variant("loud", pitch=0.95, level_db=4.0),
)
"""Speakers made of one voice; within 14 % of its pitch, recognisers still hold (our own choice)."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """One caller's voice: a synthesised one (`voice`), varied. Written `joe` or `joe-low`."""

    voice: str
    variant: Variant = VARIANTS[0]

    @property
    def name(self) -> str:
        return f"{self.voice}-{self.variant.name}" if self.variant.name else self.voice


@dataclass(frozen=True, slots=True)
class SpeedRange:
    slowest: float = 1.0
    fastest: float = 1.0


AS_IT_IS = SpeedRange()
QUIET = Noise()


@dataclass(frozen=True, slots=True)
class Manners:
    """What a run draws from. `speakers` take turns by case."""

    speakers: tuple[Speaker, ...]
    speed: SpeedRange = AS_IT_IS
    noise: Noise = QUIET
    codec: Codec = "opus"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Manner:
    """How one step is spoken; `seed` is what chance in its making starts from."""

    speaker: Speaker
    speed: float
    noise: Noise
    codec: Codec
    seed: int


def parse_speed(text: str) -> SpeedRange | None:
    """Read `1.1` or `0.85..1.2`; None for anything else, or what is too slow or too fast."""
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        return None
    slowest = float(found[1])
    fastest = float(found[2]) if found[2] else slowest
    return SpeedRange(slowest, fastest) if SLOWEST <= slowest <= fastest <= FASTEST else None


def find_speaker(name: str, voices: Sequence[str]) -> Speaker | None:
    """Return the speaker that is called so: a voice, or a voice with a variant."""
    for voice in voices:
        for variant in VARIANTS:
            speaker = Speaker(voice, variant)
            if speaker.name == name:
                return speaker
    return None


def speakers_of(voices: Sequence[str]) -> tuple[Speaker, ...]:
    """Return every speaker that these voices make: first the voices as they are, then variant by variant."""
    return tuple(Speaker(voice, variant) for variant in VARIANTS for voice in voices)


def manner_of(case: Case, index: int, step: UserStep, manners: Manners, voices: Sequence[str]) -> Manner:
    """Draw the manner of a case's step (`index` among its steps). What the step says of itself goes first.

    Raises:
        ValueError: the step names a voice that there is not.
    """
    told = step.voice
    key = case.keys[0]
    if told.voice is None:
        speaker = manners.speakers[_number(manners.seed, key, "speaker") % len(manners.speakers)]
    else:
        found = find_speaker(told.voice, voices)
        if found is None:
            raise ValueError(f"there is no voice {told.voice!r}: there are {', '.join(names_of(voices))}")
        speaker = found
    seed = _number(manners.seed, key, str(index))
    share = seed % 10_001 / 10_000
    drawn = manners.speed.slowest + share * (manners.speed.fastest - manners.speed.slowest)
    return Manner(
        speaker,
        round(drawn, 3) if told.speed is None else told.speed,
        manners.noise if told.noise is None else told.noise,
        manners.codec,
        seed,
    )


def names_of(voices: Sequence[str]) -> tuple[str, ...]:
    """Return the names of all speakers."""
    return tuple(speaker.name for speaker in speakers_of(voices))


def _number(seed: int, *parts: str) -> int:
    return int.from_bytes(hashlib.sha256("\0".join((str(seed), *parts)).encode()).digest()[:6])
