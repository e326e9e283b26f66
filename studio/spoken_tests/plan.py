"""How a spoken run is spoken: the options of the command line, read and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from dialogue.testing.voice_keys import Noise, parse_noise
from studio.spoken_tests.errors import SpokenOptionInvalid
from voice.synthetic_callers.manner import (
    Codec,
    Manners,
    Speaker,
    SpeedRange,
    find_speaker,
    names_of,
    parse_speed,
    speakers_of,
)

CODECS = ("opus", "mulaw")
MOST_PARALLEL = 32


@dataclass(frozen=True, slots=True)
class SpokenOptions:
    """What the command line says. `voices`: a number, or names and files with commas between; empty is the first."""

    voices: str = ""
    speed: str = "1.0"
    noise: str = "none"
    codec: str = "opus"
    seed: int = 0
    parallel: int = 1
    keep: Path | None = None
    shows_heard: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The same, without what could be wrong with it, except for the names of voices."""

    voices: tuple[str, ...]
    n_speakers: int
    speed: SpeedRange
    noise: Noise
    codec: Codec
    seed: int
    parallel: int
    keep: Path | None
    shows_heard: bool

    @property
    def files(self) -> tuple[Path, ...]:
        """Voices that are given as files."""
        return tuple(Path(name) for name in self.voices if _is_file(name))

    def manners(self, voices: Sequence[str]) -> Manners:
        """Return what callers draw from, where these voices can be synthesised.

        Raises:
            SpokenOptionInvalid: a voice is named that there is not.
        """
        speakers = tuple(self._speaker(name, voices) for name in self.voices)
        chosen = speakers or speakers_of(voices)[: self.n_speakers]
        return Manners(chosen, self.speed, self.noise, self.codec, self.seed)

    def _speaker(self, name: str, voices: Sequence[str]) -> Speaker:
        speaker = find_speaker(voice_name(Path(name)) if _is_file(name) else name, voices)
        if speaker is None:
            known = ", ".join(names_of(voices))
            raise SpokenOptionInvalid("--voices", f"there is no voice {name!r}: type one of {known}, or a .onnx file")
        return speaker


def plan_of(options: SpokenOptions) -> Plan:
    """Check the options. Raises SpokenOptionInvalid, naming the option."""
    speed, noise = parse_speed(options.speed), parse_noise(options.noise)
    if speed is None:
        raise SpokenOptionInvalid("--speed", f"{options.speed!r} is no speed: type 1.1, or 0.85..1.2 (from 0.5 to 2)")
    if noise is None:
        told = f"{options.noise!r} is no noise: type babble:20 or white:15 (dB below the speech), or none"
        raise SpokenOptionInvalid("--noise", told)
    if options.codec not in CODECS:
        raise SpokenOptionInvalid("--codec", f"{options.codec!r} is none of {', '.join(CODECS)}")
    if not 1 <= options.parallel <= MOST_PARALLEL:
        raise SpokenOptionInvalid("--parallel", f"{options.parallel} calls at once: type 1 to {MOST_PARALLEL}")
    named = options.voices.strip()
    is_count = named.isascii() and named.isdecimal()
    if is_count and not 1 <= int(named[:4]) <= 99:
        raise SpokenOptionInvalid("--voices", "type how many voices, 1 to 99, or their names with commas between")
    return Plan(
        () if is_count else tuple(name.strip() for name in named.split(",") if name.strip()),
        int(named) if is_count else 1,
        speed,
        noise,
        cast(Codec, options.codec),
        options.seed,
        options.parallel,
        options.keep,
        options.shows_heard,
    )


def voice_name(file: Path) -> str:
    """Name the voice of a file as its makers do: en_US-amy-medium.onnx is amy."""
    parts = file.name.removesuffix(".onnx").split("-")
    return parts[1] if len(parts) > 1 else parts[0]


def _is_file(name: str) -> bool:
    return name.endswith(".onnx")
