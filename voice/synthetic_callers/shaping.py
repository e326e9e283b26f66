"""Makes synthesised speech sound like another caller on another line: tempo, pitch, level, noise, telephone. Pure.

Samples are mono; floats are float64 in int16's range, so that adding two voices cannot wrap around. Everything here
works on a whole recording at once, and the same input gives the same output on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from voice.ports import Pcm

Wave = npt.NDArray[np.float64]  # [n_samples] float64, int16's range

SPEECH_DBFS = -23.0
"""Level of a caller's active speech, RMS: the loudness that EBU R 128 and the telephone's -20 to -26 dBm0 agree on."""
ACTIVE_WITHIN_DB = 30.0
"""A 20 ms window counts as speech within this distance of the loudest; our own choice, after ITU-T P.56's margin."""
WINDOW_S = 0.030
"""Of the overlap-add of `stretch`: about three periods of a low voice (our own choice, usual for WSOLA)."""
SEARCH_S = 0.008
"""How far a window may move to fit the one before: a period of a low voice (120 Hz)."""
TELEPHONE_HZ = (300.0, 3_400.0)
"""The band of a telephone channel (ITU-T G.712)."""
ROLL_OFF_HZ = 100.0
MU = 255.0
"""Of µ-law (ITU-T G.711)."""
BABBLE_TALKERS = 6
"""From about six voices on, single words cannot be made out any more (our own choice)."""


def stretch(samples: Wave, speed: float, rate_hz: int) -> Wave:
    """Speak faster (speed above 1) or slower at the same pitch, by overlap-add of the best fitting windows (WSOLA)."""
    width = round(WINDOW_S * rate_hz) // 2 * 2
    if speed == 1.0 or len(samples) < 2 * width:
        return samples
    hop, reach = width // 2, round(SEARCH_S * rate_hz)
    ramp = np.hanning(width + 1)[:width]
    padded = np.concatenate((np.zeros(reach), samples, np.zeros(width + hop + reach)))
    count = int(len(samples) / speed) // hop + 1
    result = np.zeros(count * hop + width)
    at = reach
    for number in range(count):
        wanted = reach + round(number * hop * speed)
        if number:
            at = _best_fit(padded, at + hop, wanted, width, reach)
        result[number * hop : number * hop + width] += ramp * padded[at : at + width]
    return result[: round(len(samples) / speed)]


def _best_fit(samples: Wave, goes_on: int, wanted: int, width: int, reach: int) -> int:
    """Return where near `wanted` the recording looks most like what would have come at `goes_on`."""
    last = len(samples) - width
    low, high = max(min(wanted - reach, last), 0), max(min(wanted + reach, last), 0)
    model = samples[min(goes_on, last) : min(goes_on, last) + width]
    fits = np.correlate(samples[low : high + width], model, mode="valid")
    return low + int(np.argmax(fits))


def resample(samples: Wave, factor: float) -> Wave:
    """Return so many times as many samples, without aliasing: the spectrum is cut or filled (whole recordings)."""
    length = round(len(samples) * factor)
    if length == len(samples) or not len(samples) or length < 1:
        return samples
    # Padded to lengths of few prime factors, since a Fourier transform of a prime length is slow.
    padded = _even_size(len(samples))
    target = round(padded * factor)
    spectrum = np.fft.rfft(samples, padded)
    wanted = np.zeros(target // 2 + 1, complex)
    kept = min(len(spectrum), len(wanted))
    wanted[:kept] = spectrum[:kept]
    return np.asarray(np.fft.irfft(wanted, target)[:length] * (target / padded))


def shift_pitch(samples: Wave, factor: float, rate_hz: int) -> Wave:
    """Raise (above 1) or lower the voice with its resonances, as of a smaller or larger speaker; length is kept."""
    if factor == 1.0:
        return samples
    return stretch(resample(samples, 1.0 / factor), 1.0 / factor, rate_hz)


def active_rms(samples: Wave, rate_hz: int) -> float:
    """Return the RMS of the windows with speech in them; 0 for silence."""
    width = max(rate_hz // 50, 1)
    windows = samples[: len(samples) // width * width].reshape(-1, width)
    levels = np.sqrt(np.mean(windows * windows, axis=1)) if windows.size else np.zeros(0)
    peak = float(levels.max()) if levels.size else 0.0
    if peak <= 0:
        return 0.0
    active = levels[levels >= peak * 10 ** (-ACTIVE_WITHIN_DB / 20)]
    return float(np.sqrt(np.mean(active * active)))


def levelled(samples: Wave, rate_hz: int, dbfs: float = SPEECH_DBFS) -> Wave:
    """Bring active speech to a level."""
    rms = active_rms(samples, rate_hz)
    return samples * (32_768 * 10 ** (dbfs / 20) / rms) if rms else samples


def on_telephone(samples: Wave, rate_hz: int) -> Wave:
    """Limit to a telephone's band and pass through 8 kHz µ-law, at the rate that it came in."""
    length = len(samples)
    if not length:
        return samples
    narrow = resample(_telephone_band(samples, rate_hz), 8_000 / rate_hz)
    back = resample(_through_mu_law(narrow), length / max(len(narrow), 1))
    return np.concatenate((back[:length], np.zeros(max(length - len(back), 0))))


def white_noise(length: int, seed: int) -> Wave:
    """Return noise of all frequencies, of RMS 1."""
    return np.random.default_rng(seed).standard_normal(length)


def babble(voices: Sequence[Wave], length: int, rate_hz: int, seed: int) -> Wave:
    """Return many voices at once, of RMS 1: each of six talkers says the given speech from another place on.

    Raises:
        ValueError: there is no speech to make it of.
    """
    spoken = [levelled(voice, rate_hz) for voice in voices if active_rms(voice, rate_hz)]
    if not spoken:
        raise ValueError("babble needs speech")
    chance = np.random.default_rng(seed)
    mixed = np.zeros(length)
    for talker in range(BABBLE_TALKERS):
        order = chance.permutation(len(spoken))
        whole = np.concatenate([spoken[index] for index in order])
        whole = shift_pitch(whole, 0.88 + 0.05 * talker, rate_hz)
        start = int(chance.integers(len(whole)))
        mixed += np.resize(np.roll(whole, -start), length)
    rms = float(np.sqrt(np.mean(mixed * mixed)))
    return mixed / rms if rms else mixed


def noise_gain(snr_db: float, speech_dbfs: float = SPEECH_DBFS) -> float:
    """Return what noise of RMS 1 is multiplied by to lie so far below speech of a level."""
    return float(32_768 * 10 ** ((speech_dbfs - snr_db) / 20))


def to_pcm(samples: Wave) -> Pcm:
    """Round to int16; what is louder is clipped."""
    return np.asarray(np.clip(np.rint(samples), -32_768, 32_767), np.int16)


def _telephone_band(samples: Wave, rate_hz: int) -> Wave:
    size = _even_size(len(samples))
    spectrum = np.fft.rfft(samples, size)
    frequencies = np.fft.rfftfreq(size, 1 / rate_hz)
    low, high = TELEPHONE_HZ
    below = np.clip((frequencies - (low - ROLL_OFF_HZ)) / ROLL_OFF_HZ, 0.0, 1.0)
    above = np.clip((high + ROLL_OFF_HZ - frequencies) / ROLL_OFF_HZ, 0.0, 1.0)
    return np.asarray(np.fft.irfft(spectrum * below * above, size)[: len(samples)])


def _through_mu_law(samples: Wave) -> Wave:
    """Compress, quantise to 8 bits and expand."""
    level = np.clip(samples / 32_768, -1.0, 1.0)
    compressed = np.sign(level) * np.log1p(MU * np.abs(level)) / np.log1p(MU)
    quantised = np.rint(compressed * 127) / 127
    return np.asarray(np.sign(quantised) * np.expm1(np.abs(quantised) * np.log1p(MU)) / MU * 32_768)


def _even_size(length: int) -> int:
    """Return a length from here on that is a multiple of a large power of two."""
    step = 1 << max(int(length).bit_length() - 5, 3)
    return -(-length // step) * step
