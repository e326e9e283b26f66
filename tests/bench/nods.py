"""Nods: what a listener says without wanting the floor. Two independent kinds, each take by its number.

Spoken: the catalogue's voice reads phonemes (`[[...]]`), since it spells "mhm" as letters ("M H N"); played slower and
faster and at other levels it becomes others. Hummed: made from nothing, as a source and a filter. The source is a
pitch with its harmonics, 6 dB softer an octave, and some breath; the filter is a mouth that is shut (a nose: resonances
near 250, 1,000 and 2,200 Hz with a hole near 800, House & Stevens 1956) or half open (a schwa: 550, 1,300, 2,400 Hz).
Pitch falls and rises over two syllables with a breath between them ("mhm", "uh-huh"), or over one ("mm", "hm").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tests.bench.sounds import Sound, noise_around, normalised, samples_of
from voice.caller.wav import CALL_RATE_HZ, Utterance, make_utterance

SPOKEN = (
    "[[mhmˈm]].",
    "[[mˈm hˌm]].",
    "[[ʌ hˈʌ]].",
    "[[ˈʌhʌ]].",
    "[[ˈmːː]].",
    "[[hˈm]].",
    "Yeah.",
    "Yeah, yeah.",
    "Okay.",
    "Right.",
    "I see.",
    "Sure.",
    "All right.",
    "Oh, okay.",
    "Yes.",
    "Got it.",
    "Aha.",
    "Ah.",
    "Oh.",
    "Great.",
    "Okay, yeah.",
    "Oh, I see.",
)
"""Over a statement these are nods; "okay" and "yes" too, since nothing was asked."""
HUM_PEAK = (0.08, 0.35)
"""Of full scale, beside speech that peaks near 0.5: a nod is softer than speech (our own choice: 3 to 16 dB)."""
HARMONICS_UP_TO_HZ = 3_800
_NOSE = ((250.0, 70.0, 1.0), (1_000.0, 180.0, 0.25), (2_200.0, 300.0, 0.1))
_SCHWA = ((550.0, 90.0, 1.0), (1_300.0, 140.0, 0.5), (2_400.0, 220.0, 0.2))
_NOSE_HOLE_HZ = (800.0, 150.0)

Resonances = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Syllable:
    """Of a hum: how long, from which pitch to which (Hz), and whether the mouth is shut."""

    duration_ms: float
    from_hz: float
    to_hz: float
    is_shut: bool = True


def hum(seed: int) -> Utterance:
    """Make one take of a hummed nod: "mhm", "uh-huh", "mm", "hm" or "mm-mhm", by a lower or a higher voice."""
    chance = np.random.default_rng([seed, 77])
    kinds: tuple[Callable[[np.random.Generator, float], list[Syllable]], ...] = (_mhm, _uh_huh, _mm, _hm, _mhm_mhm)
    kind = kinds[seed % len(kinds)]
    pitch_hz = float(chance.uniform(90, 140) if seed // len(kinds) % 2 == 0 else chance.uniform(170, 240))
    parts: list[Sound] = []
    for place, syllable in enumerate(kind(chance, pitch_hz)):
        if place:
            parts.append(_breath(chance, float(chance.uniform(40, 110))))
        parts.append(_hummed(chance, syllable))
    samples = float(chance.uniform(*HUM_PEAK)) * normalised(np.concatenate(parts))
    name = f"hum {kind.__name__[1:]} {seed}"
    return make_utterance(np.asarray(samples * 32_767, np.int16), CALL_RATE_HZ, name)


def _mhm(chance: np.random.Generator, pitch_hz: float) -> list[Syllable]:
    first, second = float(chance.uniform(130, 230)), float(chance.uniform(180, 340))
    return [Syllable(first, pitch_hz, pitch_hz * 0.9), Syllable(second, pitch_hz * 0.95, pitch_hz * 1.35)]


def _uh_huh(chance: np.random.Generator, pitch_hz: float) -> list[Syllable]:
    return [Syllable(each.duration_ms, each.from_hz, each.to_hz, is_shut=False) for each in _mhm(chance, pitch_hz)]


def _mm(chance: np.random.Generator, pitch_hz: float) -> list[Syllable]:
    return [Syllable(float(chance.uniform(220, 480)), pitch_hz * 1.15, pitch_hz * 0.85)]


def _hm(chance: np.random.Generator, pitch_hz: float) -> list[Syllable]:
    return [Syllable(float(chance.uniform(160, 320)), pitch_hz * 0.9, pitch_hz * 1.25)]


def _mhm_mhm(chance: np.random.Generator, pitch_hz: float) -> list[Syllable]:
    return [*_mhm(chance, pitch_hz), *_mhm(chance, pitch_hz * 0.95)]


def _hummed(chance: np.random.Generator, syllable: Syllable) -> Sound:
    """Sing one syllable: harmonics as loud as the filter lets each of them through, moment by moment."""
    length = samples_of(syllable.duration_ms)
    places = np.linspace(0.0, 1.0, length)
    wander = np.cumsum(chance.normal(size=length)) * (0.002 / np.sqrt(CALL_RATE_HZ / 100))
    pitch_hz = (syllable.from_hz + (syllable.to_hz - syllable.from_hz) * places**1.5) * (1 + wander)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / CALL_RATE_HZ
    resonances = _NOSE if syllable.is_shut else _SCHWA
    voice = np.zeros(length)
    for number in range(1, int(HARMONICS_UP_TO_HZ / float(pitch_hz.min())) + 1):
        voice += np.sin(number * phase + number) / number * _gain(number * pitch_hz, resonances, syllable.is_shut)
    breath = noise_around(chance, length, ((600.0, 500.0), (1_800.0, 800.0)))
    rise, fall = min(0.25, 40 / syllable.duration_ms), min(0.5, 90 / syllable.duration_ms)
    envelope = np.minimum(places / rise, 1.0) * np.minimum((1 - places) / fall, 1.0)
    return np.asarray(envelope * (normalised(voice) + 0.02 * normalised(breath)))


def _gain(frequency_hz: Sound, resonances: Resonances, is_shut: bool) -> npt.NDArray[np.float64]:
    gain = np.full(len(frequency_hz), 0.01)
    for centre_hz, width_hz, weight in resonances:
        gain += weight / (1 + ((frequency_hz - centre_hz) / width_hz) ** 2)
    if is_shut:
        hole_hz, width_hz = _NOSE_HOLE_HZ
        gain *= 1 - 0.8 / (1 + ((frequency_hz - hole_hz) / width_hz) ** 2)
    return gain


def _breath(chance: np.random.Generator, duration_ms: float) -> Sound:
    return 0.05 * normalised(noise_around(chance, samples_of(duration_ms), ((500.0, 300.0), (1_500.0, 600.0))))
