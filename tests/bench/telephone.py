"""A bad line: 8 kHz µ-law, people talking in the background, and packets that are lost.

Pure but for `babble`, which is made of speech of the catalogue's voice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tests.support.recordings import speak
from voice.audio import audible_threshold, window_rms
from voice.caller.wav import CALL_RATE_HZ, Utterance, resample
from voice.ports import Pcm
from voice.resampling import Resampler

TELEPHONE_RATE_HZ = 8_000
NOISE_SNR_DB = 20.0
LOSS = 0.01
BABBLE_VOICES = 24
"""A full room, as the babble of NOISEX-92 (a canteen with 100 people). Six voices at 20 dB are the neighbours at the
next table: voice activity takes 99 % of that for speech, of 12 voices 63 %, of 24 nothing (measured with silero 6.2),
and the recogniser still wrote down "my brother" of six."""
BABBLE_S = 30
BABBLE_TEXTS = (
    "The train to the coast leaves at half past nine from platform four, and it stops in every village on the way.",
    "She told me that the garden needs water twice a day in summer, but nobody was there to do it last week.",
    "We had soup and fresh bread for lunch, then we walked along the river until it began to rain in the afternoon.",
    "My brother bought a used car from our neighbour, and now the two of them do not talk to each other any more.",
    "There is a new film at the cinema that everybody talks about, although the reviews in the paper were not good.",
    "If you turn left after the church you can see the old mill, where my grandfather worked for thirty years.",
)
"""Nothing that a bank would hear from a caller."""

MULAW_BIAS, MULAW_CLIP = 132, 32_635
"""ITU-T G.711: added before the segments are found; the loudest sample."""


def through_mulaw(samples: Pcm) -> Pcm:
    """Encode and decode 16-bit samples by µ-law (ITU-T G.711), sample by sample."""
    magnitude = np.minimum(np.abs(samples.astype(np.int32)), MULAW_CLIP) + MULAW_BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    step = 1 << (exponent + 3)
    decoded = magnitude // step * step + step // 2 - MULAW_BIAS
    return np.asarray(np.where(samples < 0, -decoded, decoded), np.int16)


def telephone_band(samples: Pcm) -> Pcm:
    """Take 48 kHz samples through a telephone: 8 kHz µ-law and back. Same length."""
    down = Resampler(TELEPHONE_RATE_HZ)
    narrow = np.concatenate((down.convert(samples, CALL_RATE_HZ), down.flush()))
    wide = resample(through_mulaw(narrow), TELEPHONE_RATE_HZ)
    fitted = np.zeros(len(samples), np.int16)
    kept = min(len(wide), len(samples))
    fitted[:kept] = wide[:kept]
    return fitted


def over_telephone(utterance: Utterance) -> Utterance:
    """The same words over a telephone; where speech ends is what it was in the clean recording."""
    return replace(utterance, samples=telephone_band(utterance.samples))


def mix_babble(voices: Sequence[Pcm], length: int, seed: int = 1) -> npt.NDArray[np.float64]:
    """Lay voices over each other, each from a place of its own, at equal loudness."""
    chance = np.random.default_rng(seed)
    mixed = np.zeros(length)
    for voice in voices:
        level = active_level(voice)
        start = int(chance.integers(0, len(voice)))
        mixed += np.take(voice, np.arange(start, start + length), mode="wrap") / max(level, 1.0)
    return mixed


def active_level(samples: Pcm) -> float:
    """Return the RMS of what is audible in a recording, its pauses left out."""
    levels = window_rms(samples, CALL_RATE_HZ)
    active = levels[levels > audible_threshold(samples, CALL_RATE_HZ)]
    return float(np.sqrt(np.mean(active * active))) if active.size else 0.0


def babble_for(utterances: Sequence[Utterance], voice_count: int = BABBLE_VOICES, snr_db: float = NOISE_SNR_DB) -> Pcm:
    """Make a background of voices, so far below the median level of these utterances, over a telephone."""
    spoken = [utterance.samples for utterance in speak(BABBLE_TEXTS)]
    # Faster and slower playing makes other voices of the one: 0.8 to 1.25 times as high.
    speeds = np.linspace(0.8, 1.25, voice_count)
    voices = [resample(spoken[n % len(spoken)], round(CALL_RATE_HZ * speed)) for n, speed in enumerate(speeds)]
    mixed = mix_babble(voices, BABBLE_S * CALL_RATE_HZ)
    wanted = float(np.median([active_level(utterance.samples) for utterance in utterances])) / 10 ** (snr_db / 20)
    scaled = mixed * (wanted / float(np.sqrt(np.mean(mixed * mixed))))
    return telephone_band(np.asarray(np.clip(np.rint(scaled), -32768, 32767), np.int16))
