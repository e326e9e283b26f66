"""Levels: what of the caller's sound is loud enough to be theirs. Voice activity hears a murmur behind them as well."""

from __future__ import annotations

from dataclasses import replace

from voice.audio import AUDIBLE_BELOW_PEAK_DB
from voice.turns.policy import TurnPolicy
from voice.turns.state import QUIET_DB, TurnState

RISE = 0.02
"""Share by which the noise follows a louder frame: a second until it believes two thirds of a change."""
MOST_RISE_DB = 0.04
"""A frame, while the caller speaks: 2 dB a second."""
FALL = 0.2
"""And a softer one, which no noise hides."""


def is_above_noise(state: TurnState, level_db: float | None, policy: TurnPolicy) -> bool:
    """Whether a frame stands out from what is heard while nobody speaks."""
    return level_db is None or level_db > state.noise_db + policy.noise_margin_db


def noise_after(state: TurnState, level_db: float | None) -> float:
    """Return the level of the noise after a frame. While the caller seems to speak it rises slowly, since that may be
    all there is; the gaps between syllables take it back, and digital silence counts as a quiet room."""
    if level_db is None:
        return state.noise_db
    difference_db = max(level_db, QUIET_DB) - state.noise_db
    if difference_db <= 0:
        return state.noise_db + FALL * difference_db
    rise_db = RISE * difference_db
    return state.noise_db + (rise_db if state.phase == "quiet" else min(rise_db, MOST_RISE_DB))


def note_sound(state: TurnState, level_db: float | None) -> TurnState:
    """Note a voiced frame of the turn: whether it was audible beside the loudest, and when."""
    if level_db is None:
        return replace(state, last_sound_ms=state.now_ms)
    peak_db = max(state.peak_db, level_db)
    last_sound_ms = state.now_ms if level_db > peak_db - AUDIBLE_BELOW_PEAK_DB else state.last_sound_ms
    return replace(state, last_sound_ms=last_sound_ms, peak_db=peak_db)
