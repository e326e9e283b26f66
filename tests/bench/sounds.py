"""Sounds that are no words, made from nothing. Pure; each take by its seed.

A cough is a burst of air (50 ms, all frequencies), the noise of the open throat (formants near 600 and 1,500 Hz) and
often a short voiced end, one to three in a row (Korpáš 1996: 300 to 500 ms each, three phases). Clearing a throat is a
creak at 50 to 90 Hz in the noise of the same throat. A laugh is three to seven vowels of 70 ms behind an h each, at
five a second, falling (Bachorowski 2001). A sneeze is a breath in, and a burst of 250 ms above 2 kHz with a voiced
start. A breath is noise near 1 kHz that comes and goes. A door is a thump near 90 Hz with a click on top, and rings out
in half a second. Keys are clicks of some milliseconds between 2 and 6 kHz, at the pace of someone who types. A dog's
bark is a rough tone of 200 ms that rises and falls near 500 Hz.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from voice.caller.wav import CALL_RATE_HZ, Utterance, make_utterance

Sound = npt.NDArray[np.float64]
COUGH_PEAK, DOOR_PEAK, KEY_PEAK = 0.45, 0.5, 0.12
"""Of full scale, beside speech that peaks near 0.5: a cough and a door are as loud as speech, keys 12 dB softer."""
BODY_PEAK, BREATH_PEAK, DOG_PEAK = 0.35, 0.08, 0.2
"""Throats, laughs and sneezes a little softer, a breath softer than keys, a dog in the next room."""
THROAT = ((600.0, 300.0), (1_500.0, 500.0), (3_000.0, 900.0))
"""What noise from an open throat is loud around: centre and width in Hz."""


def make_sound(kind: str, seed: int) -> Utterance:
    """Make one take of a sound, one of `KINDS`. Raises KeyError for any other."""
    samples = KINDS[kind](np.random.default_rng(seed))
    return make_utterance(np.asarray(samples * 32_767, np.int16), CALL_RATE_HZ, f"{kind} {seed}")


def cough(chance: np.random.Generator) -> Sound:
    """One to three coughs, 200 to 400 ms each."""
    parts: list[Sound] = []
    for _ in range(int(chance.integers(1, 4))):
        burst = shaped(chance.normal(size=samples_of(50)), 1, 25)
        throat = noise_around(chance, samples_of(float(chance.uniform(150, 300))), THROAT)
        voiced = throaty_tone(chance, samples_of(float(chance.uniform(0, 90))))
        parts += [normalised(burst), 0.6 * shaped(normalised(throat), 8, 90), 0.4 * voiced]
        parts.append(np.zeros(samples_of(float(chance.uniform(120, 260)))))
    return COUGH_PEAK * normalised(np.concatenate(parts[:-1]))


def barked_cough(chance: np.random.Generator) -> Sound:
    """One to three coughs with a voice in them: noise and a falling, rough tone at once, through the same throat."""
    parts: list[Sound] = []
    for _ in range(int(chance.integers(1, 4))):
        length = samples_of(float(chance.uniform(180, 350)))
        pitch_hz = np.linspace(float(chance.uniform(180, 350)), float(chance.uniform(90, 150)), length)
        tone = vowel(chance, pitch_hz, THROAT, roughness=0.25)
        air = normalised(noise_around(chance, length, THROAT))
        burst = shaped(chance.normal(size=length), 1, 20)
        mixed = 0.7 * normalised(burst) + 0.6 * air + float(chance.uniform(0.2, 0.8)) * tone
        parts += [shaped(mixed, 4, float(chance.uniform(60, 110)))]
        parts.append(np.zeros(samples_of(float(chance.uniform(60, 220)))))
    return COUGH_PEAK * normalised(np.concatenate(parts[:-1]))


def throat_clearing(chance: np.random.Generator) -> Sound:
    """One or two stretches of creak, 250 to 600 ms each."""
    parts: list[Sound] = []
    for _ in range(int(chance.integers(1, 3))):
        length = samples_of(float(chance.uniform(250, 600)))
        pitch_hz = np.full(length, float(chance.uniform(50, 90)))
        creak = vowel(chance, pitch_hz, ((450.0, 250.0), (1_200.0, 400.0)), roughness=0.5)
        air = normalised(noise_around(chance, length, THROAT))
        parts += [swelling(creak + 0.5 * air), np.zeros(samples_of(float(chance.uniform(60, 160))))]
    return BODY_PEAK * normalised(np.concatenate(parts[:-1]))


def laugh(chance: np.random.Generator) -> Sound:
    """Three to seven times "ha", each a little lower and softer."""
    pitch_hz, parts = float(chance.uniform(150, 320)), list[Sound]()
    open_mouth = ((700.0, 200.0), (1_200.0, 300.0), (2_500.0, 500.0))
    for place in range(int(chance.integers(3, 8))):
        air = normalised(noise_around(chance, samples_of(float(chance.uniform(60, 110))), THROAT))
        length = samples_of(float(chance.uniform(60, 110)))
        tone = vowel(chance, np.linspace(pitch_hz * 1.1, pitch_hz, length), open_mouth, roughness=0.1)
        parts += [0.92**place * swelling(0.25 * air), 0.92**place * swelling(tone)]
        pitch_hz *= 0.97
    return BODY_PEAK * normalised(np.concatenate(parts))


def sneeze(chance: np.random.Generator) -> Sound:
    """Air drawn in, then out at once."""
    gasp = 0.15 * swelling(normalised(noise_around(chance, samples_of(float(chance.uniform(150, 400))), THROAT)))
    length = samples_of(float(chance.uniform(180, 320)))
    hiss = shaped(normalised(noise_around(chance, length, ((3_500.0, 1_800.0), (1_500.0, 700.0)))), 5, 110)
    pitch_hz = np.linspace(float(chance.uniform(250, 400)), 150, length)
    voiced = shaped(vowel(chance, pitch_hz, THROAT, roughness=0.2), 5, 45)
    return BODY_PEAK * normalised(np.concatenate([gasp, hiss + 0.7 * voiced]))


def breath(chance: np.random.Generator) -> Sound:
    """One breath into the microphone."""
    length = samples_of(float(chance.uniform(350, 900)))
    return BREATH_PEAK * swelling(normalised(noise_around(chance, length, ((1_000.0, 600.0), (2_400.0, 900.0)))))


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


def dog(chance: np.random.Generator) -> Sound:
    """One to four barks."""
    parts: list[Sound] = []
    for _ in range(int(chance.integers(1, 5))):
        length = samples_of(float(chance.uniform(120, 220)))
        arch = np.sin(np.linspace(0.3, np.pi * 0.95, length))
        pitch_hz = float(chance.uniform(350, 600)) * (0.6 + 0.5 * arch)
        tone = vowel(chance, pitch_hz, ((900.0, 400.0), (1_800.0, 600.0)), roughness=0.35)
        air = normalised(noise_around(chance, length, ((1_500.0, 900.0),)))
        parts += [swelling(tone + 0.3 * air), np.zeros(samples_of(float(chance.uniform(150, 400))))]
    return DOG_PEAK * normalised(np.concatenate(parts[:-1]))


KINDS: dict[str, Callable[[np.random.Generator], Sound]] = {
    "cough": cough,
    "barked-cough": barked_cough,
    "throat": throat_clearing,
    "laugh": laugh,
    "sneeze": sneeze,
    "breath": breath,
    "door": door,
    "keyboard": keyboard,
    "dog": dog,
}
COUGHS = ("cough", "barked-cough", "throat", "sneeze")
"""What the promise on coughs is about; the others stand beside them."""


def samples_of(duration_ms: float) -> int:
    return round(duration_ms * CALL_RATE_HZ / 1_000)


def normalised(samples: Sound) -> Sound:
    peak = float(np.abs(samples).max()) if samples.size else 0.0
    return samples / peak if peak else samples


def shaped(samples: Sound, attack_ms: float, decay_ms: float) -> Sound:
    """Let a sound rise within `attack_ms` and then die away."""
    times_ms = np.arange(len(samples)) * 1_000 / CALL_RATE_HZ
    return samples * np.minimum(times_ms / attack_ms, 1.0) * np.exp(-times_ms / decay_ms)


def swelling(samples: Sound) -> Sound:
    """Let a sound come and go."""
    return np.asarray(samples * np.sin(np.linspace(0, np.pi, len(samples))) ** 0.7)


def noise_around(chance: np.random.Generator, length: int, bands: tuple[tuple[float, float], ...]) -> Sound:
    """Make noise that is loud around some frequencies (centre and width in Hz), the first the loudest."""
    spectrum = np.fft.rfft(chance.normal(size=length))
    frequencies = np.fft.rfftfreq(length, 1 / CALL_RATE_HZ)
    gain = np.zeros(len(frequencies))
    for place, (centre_hz, width_hz) in enumerate(bands, start=1):
        gain += np.exp(-(((frequencies - centre_hz) / width_hz) ** 2)) / place
    return np.asarray(np.fft.irfft(spectrum * gain, length))


def vowel(
    chance: np.random.Generator, pitch_hz: Sound, bands: tuple[tuple[float, float], ...], roughness: float
) -> Sound:
    """Make a voiced sound of peak 1: harmonics up to 4 kHz, loud around some frequencies; `roughness` makes every
    period differ from the next by so much, in length and level."""
    length = len(pitch_hz)
    knots = np.interp(
        np.arange(length), np.arange(0, length, samples_of(6)), chance.normal(size=-(-length // samples_of(6)))
    )
    rough_hz = pitch_hz * (1 + roughness * 0.3 * knots)
    phase = 2 * np.pi * np.cumsum(rough_hz) / CALL_RATE_HZ
    tone = np.zeros(length)
    for number in range(1, int(4_000 / float(pitch_hz.min())) + 1):
        gain = np.full(length, 0.02)
        for place, (centre_hz, width_hz) in enumerate(bands, start=1):
            gain += np.exp(-(((number * pitch_hz - centre_hz) / width_hz) ** 2)) / place
        tone += gain * np.sin(number * phase + number * number)
    return normalised(tone * (1 + roughness * knots))


def throaty_tone(chance: np.random.Generator, length: int) -> Sound:
    """Make the voiced end of a cough: a falling pitch with harmonics, dying away."""
    if not length:
        return np.zeros(0)
    pitch_hz = np.linspace(float(chance.uniform(120, 220)), 90, length)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / CALL_RATE_HZ
    tone = sum(np.sin(number * phase) / number for number in range(1, 8))
    return shaped(normalised(np.asarray(tone)), 5, 50)
