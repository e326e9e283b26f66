"""Sounds that are no words, made of filtered noise: coughs, door slams, a keyboard. Pure; each take by its seed.

A cough is a burst of air (50 ms, all frequencies), the noise of the open throat (formants near 600 and 1,500 Hz) and
often a short voiced end. A door is a thump near 90 Hz with a click on top, and rings out in half a second. Keys are
clicks of some milliseconds between 2 and 6 kHz, at the pace of someone who types.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voice.caller.wav import CALL_RATE_HZ, Utterance, make_utterance

Sound = npt.NDArray[np.float64]
COUGH_PEAK, DOOR_PEAK, KEY_PEAK = 0.45, 0.5, 0.12
"""Of full scale, beside speech that peaks near 0.5: a cough and a door are as loud as speech, keys 12 dB softer."""


def make_sound(kind: str, seed: int) -> Utterance:
    """Make one take of a sound: `cough`, `door` or `keyboard`. Raises KeyError for any other."""
    samples = {"cough": cough, "door": door, "keyboard": keyboard}[kind](np.random.default_rng(seed))
    return make_utterance(np.asarray(samples * 32_767, np.int16), CALL_RATE_HZ, f"{kind} {seed}")


def cough(chance: np.random.Generator) -> Sound:
    """One to three coughs, 200 to 400 ms each."""
    parts: list[Sound] = []
    for _ in range(int(chance.integers(1, 4))):
        burst = shaped(chance.normal(size=samples_of(50)), 1, 25)
        throat = noise_around(
            chance, samples_of(float(chance.uniform(150, 300))), ((600, 300), (1_500, 500), (3_000, 900))
        )
        voiced = throaty_tone(chance, samples_of(float(chance.uniform(0, 90))))
        parts += [normalised(burst), 0.6 * shaped(normalised(throat), 8, 90), 0.4 * voiced]
        parts.append(np.zeros(samples_of(float(chance.uniform(120, 260)))))
    return COUGH_PEAK * normalised(np.concatenate(parts[:-1]))


def door(chance: np.random.Generator) -> Sound:
    """A slam that rings out in half a second."""
    times = np.arange(samples_of(500)) / CALL_RATE_HZ
    thump = np.sin(2 * np.pi * float(chance.uniform(70, 120)) * times) * np.exp(-times / 0.09)
    rattle = noise_around(chance, len(times), ((250, 150), (900, 400))) * np.exp(-times / 0.12)
    click = chance.normal(size=len(times)) * np.exp(-times / 0.004)
    return DOOR_PEAK * normalised(thump + 0.5 * normalised(rattle) + 0.3 * normalised(click))


def keyboard(chance: np.random.Generator) -> Sound:
    """Six to fourteen keys."""
    parts: list[Sound] = []
    for _ in range(int(chance.integers(6, 15))):
        key = noise_around(chance, samples_of(18), ((3_500, 1_500), (5_500, 900)))
        parts += [
            float(chance.uniform(0.4, 1.0)) * shaped(normalised(key), 1, 5),
            np.zeros(samples_of(float(chance.uniform(70, 190)))),
        ]
    return KEY_PEAK * normalised(np.concatenate(parts[:-1]))


def samples_of(duration_ms: float) -> int:
    return round(duration_ms * CALL_RATE_HZ / 1_000)


def normalised(samples: Sound) -> Sound:
    peak = float(np.abs(samples).max()) if samples.size else 0.0
    return samples / peak if peak else samples


def shaped(samples: Sound, attack_ms: float, decay_ms: float) -> Sound:
    """Let a sound rise within `attack_ms` and then die away."""
    times_ms = np.arange(len(samples)) * 1_000 / CALL_RATE_HZ
    return samples * np.minimum(times_ms / attack_ms, 1.0) * np.exp(-times_ms / decay_ms)


def noise_around(chance: np.random.Generator, length: int, bands: tuple[tuple[float, float], ...]) -> Sound:
    """Make noise that is loud around some frequencies (centre and width in Hz), the first the loudest."""
    spectrum = np.fft.rfft(chance.normal(size=length))
    frequencies = np.fft.rfftfreq(length, 1 / CALL_RATE_HZ)
    gain = np.zeros(len(frequencies))
    for place, (centre_hz, width_hz) in enumerate(bands, start=1):
        gain += np.exp(-(((frequencies - centre_hz) / width_hz) ** 2)) / place
    return np.asarray(np.fft.irfft(spectrum * gain, length))


def throaty_tone(chance: np.random.Generator, length: int) -> Sound:
    """Make the voiced end of a cough: a falling pitch with harmonics, dying away."""
    if not length:
        return np.zeros(0)
    pitch_hz = np.linspace(float(chance.uniform(120, 220)), 90, length)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / CALL_RATE_HZ
    tone = sum(np.sin(number * phase) / number for number in range(1, 8))
    return shaped(normalised(np.asarray(tone)), 5, 50)
