"""Levels: what of the caller's sound is loud enough to be theirs. Voice activity hears a murmur behind them as well."""

from __future__ import annotations

from dataclasses import replace

from voice.audio import AUDIBLE_BELOW_PEAK_DB, SILENT_DB
from voice.turns.policy import TurnPolicy
from voice.turns.state import QUIET_DB, TurnState

RISE = 0.02
"""Share by which the noise follows a louder frame: a second until it believes two thirds of a change."""
MOST_RISE_DB = 0.04
"""A frame, while the caller speaks: 2 dB a second."""
FALL = 0.2
"""And a softer one, which no noise hides."""


BEHIND_DB = 20.0
"""So much below the caller's loudest is somebody behind them, or a television; a nod is 3 to 16 dB below it."""
CALLER_SHARE = 0.5
"""By which a turn moves what is known of the caller's level; our own choice."""


def is_above_noise(state: TurnState, level_db: float | None, policy: TurnPolicy) -> bool:
    """Whether a frame stands out from what is heard while nobody speaks; and whether it may be the caller, where it
    would hold a reply. Once they speak their softer sounds count as well."""
    if level_db is None:
        return True
    is_behind = state.caller_db is not None and level_db < state.caller_db - BEHIND_DB
    if is_behind and state.phase == "quiet" and state.reply_id is not None:
        return False
    return level_db > state.noise_db + policy.noise_margin_db


def caller_level(state: TurnState) -> float | None:
    """Return how loud the caller is, now that a turn of theirs has ended."""
    if state.peak_db <= SILENT_DB:
        return state.caller_db
    if state.caller_db is None:
        return state.peak_db
    return state.caller_db + CALLER_SHARE * (state.peak_db - state.caller_db)


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
