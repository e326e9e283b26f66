"""The assistant's own voice, come back from the caller's loudspeaker: told from the caller by where it came from.

Theory of operation. What is played and what is heard are two streams of samples. An echo is the one inside the other at
a fixed distance (the way there and back). So the last 100 ms of the caller are compared with the last second of what
was played, at every distance (normalised cross-correlation). A distance that fits for 160 ms is *known*. From then
on a frame is an echo if the caller's sound fits what was played at that distance: 0.5 means that at least a quarter of
its energy is echo. A caller who speaks over their echo is louder than it, fits no more, and is heard. The first echo
of a call still pauses the reply once; the words decide on that (`voice.turns.overlap`).

Browsers cancel echo themselves; telephones and raw sockets do not. `is_echo` is asked of what sounds like speech, and
compares only while both are audible; `python -m tests.bench.echo_cost` prints what that costs.

Pure: arrays in, a verdict out; both streams are told frame by frame and have no gaps, so that no clock is needed.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from voice.audio import LISTEN_RATE_HZ
from voice.ports import Pcm

RATE_HZ = 8_000
"""At which the two are compared: more of a voice does not come back from a loudspeaker."""
WINDOW = RATE_HZ // 10
"""100 ms of the caller."""
FARTHEST = RATE_HZ
"""An echo comes back within a second: twice the longest way by satellite."""
FITS = 0.5
"""Correlation from which a frame is an echo, at a distance that is known; our own choice, see above."""
FITS_WELL = 0.6
"""And from which a distance is believed at all: voices of two people reach 0.5 over 100 ms by chance."""
SAME = 4
"""Samples: distances that differ by less are the same, 0.5 ms."""
DRIFT = 40
"""And a known one is looked for so far around: 5 ms, what a clock that is off by 200 ppm drifts in 25 s."""
KNOWN_FRAMES = 8
"""So many frames in a row at one distance make it known: 160 ms; our own choice."""
FORGOTTEN_FRAMES = 150
"""So many audible ones without a fit, and it is forgotten: 3 s."""
MOST_FRESH = 60
"""Frames of 20 ms that are kept until somebody asks: somewhat more than `FARTHEST` and the window."""
AUDIBLE_RMS = 30.0
"""Below this (-61 dBFS) there is nothing to compare."""

Wave = npt.NDArray[np.float64]


class EchoGate:
    """Of one call. Tell it every frame that is played (`play`) and every one of the caller (`hear`), and ask."""

    def __init__(self) -> None:
        self._played = np.zeros(FARTHEST + WINDOW)
        self._fresh: deque[tuple[Pcm, int]] = deque()
        """What was played since it was asked last, and its rate: most of it is never compared with anything."""
        self._heard = np.zeros(WINDOW)
        self._is_audible = False
        self._played_until = 0
        self._heard_until = 0
        self._candidate = 0
        self._fitting = 0
        self._misses = 0
        self._distance: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether this line brings the assistant's voice back."""
        return self._distance is not None

    def play(self, samples: Pcm, rate_hz: int) -> None:
        """Take what goes out, [n] int16 at the voice's rate; silence too."""
        self._fresh.append((samples, rate_hz))
        self._played_until += len(samples) * RATE_HZ // rate_hz
        if len(self._fresh) > MOST_FRESH:
            self._fresh.popleft()

    def hear(self, samples: Pcm) -> None:
        """Take 20 ms of the caller, int16 at 16 kHz."""
        fresh = _narrowed(samples, LISTEN_RATE_HZ)
        self._heard = np.concatenate((self._heard[len(fresh) :], fresh))
        self._heard_until += len(fresh)
        self._is_audible = _rms(fresh) >= AUDIBLE_RMS

    def is_echo(self) -> bool:
        """Say whether what was heard last is the assistant's own voice."""
        if not self._is_audible:
            return False
        if self._fresh:
            fresh = [_narrowed(samples, rate_hz) for samples, rate_hz in self._fresh]
            self._fresh.clear()
            self._played = np.concatenate((self._played, *fresh))[-(FARTHEST + WINDOW) :]
        if _rms(self._played) < AUDIBLE_RMS:
            return False
        # Where the heard window would begin in what was played, were there no way between them.
        here = self._heard_until - self._played_until + len(self._played) - WINDOW
        if self._distance is not None and self._is_at(self._distance, here):
            return True
        self._look_for(here)  # the way may have become longer or shorter: packets were lost, a peer's buffer ran empty
        return False

    def _is_at(self, distance: int, here: int) -> bool:
        first = here - distance - DRIFT
        last = first + 2 * DRIFT + WINDOW
        if first < 0 or last > len(self._played):
            return False
        fits = _fits(self._played[first:last], self._heard)
        best = int(np.argmax(fits))
        if fits[best] < FITS:
            self._misses += 1
            if self._misses >= FORGOTTEN_FRAMES:
                self._distance, self._fitting = None, 0
            return False
        self._misses = 0
        self._distance = distance + DRIFT - best
        return True

    def _look_for(self, here: int) -> None:
        fits = _fits(self._played, self._heard)
        best = int(np.argmax(fits))
        distance = here - best
        if fits[best] < FITS_WELL:
            self._fitting = max(0, self._fitting - 1)
        elif self._fitting and abs(distance - self._candidate) <= SAME:
            self._fitting += 1
        else:
            self._candidate, self._fitting = distance, 1
        if self._fitting >= KNOWN_FRAMES:
            self._distance, self._misses = self._candidate, 0


def _fits(played: Wave, heard: Wave) -> Wave:
    """Return how well `heard` fits `played` at each place, 0 to 1: correlation without regard to level or polarity."""
    size = -(-(len(played) + len(heard)) // 240) * 240  # of small factors, which suits the transform
    products = np.fft.irfft(np.fft.rfft(played, size) * np.conj(np.fft.rfft(heard, size)), size)
    places = len(played) - len(heard) + 1
    sums = np.concatenate(([0.0], np.cumsum(played * played)))
    energies = (sums[len(heard) :] - sums[:places]) * float(heard @ heard)
    # Where next to nothing was played, nothing came back.
    least = len(heard) * AUDIBLE_RMS**2 * float(heard @ heard)
    return np.asarray(np.abs(products[:places]) / np.sqrt(np.maximum(energies, max(least, 1.0))))


def _narrowed(samples: Pcm, rate_hz: int) -> Wave:
    """Bring a frame to 8 kHz, each new sample the mean of the old ones in its place. Whole frames have no remainder."""
    count = len(samples) * RATE_HZ // rate_hz
    if rate_hz % RATE_HZ == 0:
        return np.asarray(samples.reshape(count, rate_hz // RATE_HZ).mean(axis=1))
    edges = np.linspace(0, len(samples), count + 1)
    sums = np.concatenate(([0.0], np.cumsum(samples.astype(np.float64))))
    return np.asarray(np.diff(np.interp(edges, np.arange(len(samples) + 1), sums)) * (count / max(len(samples), 1)))


def _rms(samples: Wave) -> float:
    return float(np.sqrt(np.mean(samples * samples))) if samples.size else 0.0
