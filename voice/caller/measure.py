"""Finds the gap of a turn in audio, and says where it went.

    caller's clock   speech end                                           first audible sample
                         |------------------------ gap ------------------------|
    server's clock           |--- endpoint … first_audio (its parts) ---|
                         |up-|                                          |-down-|   transport = up + down

`up` reaches from the sample being spoken to the moment that the server places it at (one frame is collected
before it can be sent, then the network); `down` from the sample handed to the server's transport to its
packet being here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from voice.audio import WINDOW_MS, audible_threshold, window_rms
from voice.ports import Pcm

JOIN_MS = 300
"""Sounds closer than this are one stretch: a pause inside a sentence does not make two answers."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of audible sound; sample indexes, the end just past it."""

    start: int
    end: int


def audible_stretches(samples: Pcm, rate_hz: int, join_ms: int = JOIN_MS) -> tuple[Stretch, ...]:
    """Return where a recording is audible, to the 5 ms, stretches closer than `join_ms` joined."""
    width = rate_hz * WINDOW_MS // 1000
    loud = np.flatnonzero(window_rms(samples, rate_hz) > audible_threshold(samples, rate_hz))
    if not loud.size:
        return ()
    breaks = np.flatnonzero(np.diff(loud) > join_ms // WINDOW_MS)
    starts = np.concatenate(([loud[0]], loud[breaks + 1]))
    ends = np.concatenate((loud[breaks], [loud[-1]])) + 1
    return tuple(Stretch(int(start) * width, int(end) * width) for start, end in zip(starts, ends, strict=True))


def answer_onset(samples: Pcm, rate_hz: int, speech_end: int) -> int | None:
    """Return the index of the first audible sample of the answer to speech that ended at index `speech_end`.

    An answer that is already audible at that moment began too early: its onset lies before the speech end,
    and the gap comes out negative.
    """
    for stretch in audible_stretches(samples, rate_hz):
        if stretch.end > speech_end:
            return stretch.start
    return None


@dataclass(frozen=True, slots=True)
class ServerLatency:
    """What the server measured of one reply, on its own clock."""

    parts: Mapping[str, int]
    speech_end_ms: float
    first_audio_ms: float
    was_ready: bool | None = None


@dataclass(frozen=True, slots=True)
class GapParts:
    """Where a gap went. `unaccounted_ms`: what the parts miss of it; 0 when they add up. `was_ready`: the server says
    that the reply was there before the turn had ended; None where it says nothing."""

    gap_ms: int
    parts: Mapping[str, int]
    uplink_ms: int | None
    downlink_ms: int | None
    unaccounted_ms: int
    was_ready: bool | None = None


def split_gap(speech_end_ms: float, onset_ms: float, server: ServerLatency | None, offset_ms: float | None) -> GapParts:
    """Split a gap measured here into the server's parts and the transport between the two.

    Args:
        speech_end_ms, onset_ms: the gap's ends on the caller's clock.
        offset_ms: what to add to the caller's clock to have the server's.
    """
    gap_ms = round(onset_ms - speech_end_ms)
    if server is None or offset_ms is None:
        told = (dict(server.parts), server.was_ready) if server else ({}, None)
        return GapParts(gap_ms, told[0], None, None, gap_ms, told[1])
    uplink = server.speech_end_ms - (speech_end_ms + offset_ms)
    downlink = (onset_ms + offset_ms) - server.first_audio_ms
    parts = {**server.parts, "transport": round(uplink + downlink)}
    return GapParts(gap_ms, parts, round(uplink), round(downlink), gap_ms - sum(parts.values()), server.was_ready)
