"""Decides when the reply to one turn is over. Pure: what was heard and told goes in, with its time, a
verdict comes out.

    caller    ####......................
    told          t  r         f             t = turn_ended, r = reply_started, f = reply_finished
    heard             =========-------|      | = over

Over means: audible after the caller's end, then silent for 700 ms, and every reply that was begun is finished
or barged into. A server that tells nothing over the data channel is judged by sound alone, with a longer
silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

AUDIBLE_RMS = 100.0
"""Level from which a received frame counts as sound: -50 dBFS, above codec noise and below the softest
syllable."""
OVER_AFTER_MS = 700
"""Silence after which a reply is over: longer than a synthesised voice pauses between sentences (at most
500 ms)."""
OVER_AFTER_UNTOLD_MS = 1_500
"""The same where the server told nothing of its replies."""

Verdict = Literal["waiting", "answered", "unanswered"]


@dataclass(frozen=True, slots=True)
class Limits:
    """`answer_ms`: how long after the caller's end a reply may begin; `reply_ms`: how long it may go on."""

    answer_ms: float = 20_000
    reply_ms: float = 60_000


@dataclass(frozen=True, slots=True)
class Listening:
    """What is known of the reply to one turn. `since_ms`: the caller's last audible sample, on the caller's
    clock."""

    since_ms: float
    first_audible_ms: float | None = None
    last_audible_ms: float | None = None
    is_told: bool = False
    owes_reply: bool = False
    playing: frozenset[int] = frozenset()


def hear(state: Listening, rms: float, at_ms: float) -> Listening:
    """Take the level of one received frame."""
    if rms < AUDIBLE_RMS or at_ms < state.since_ms:
        return state
    first = at_ms if state.first_audible_ms is None else state.first_audible_ms
    return replace(state, first_audible_ms=first, last_audible_ms=at_ms)


def be_told(state: Listening, event: Mapping[str, Any]) -> Listening:
    """Take one event of the data channel."""
    match event:
        case {"type": "turn_ended"}:
            return replace(state, owes_reply=True)
        case {"type": "turn_dropped"}:
            return replace(state, owes_reply=False)
        case {"type": "turn_retracted"}:  # what was heard of the reply was no answer
            return replace(state, owes_reply=True, first_audible_ms=None, last_audible_ms=None)
        case {"type": "reply_started", "reply_id": int(reply_id)}:
            return replace(state, is_told=True, owes_reply=False, playing=state.playing | {reply_id})
        case {"type": "reply_finished" | "barge_in", "reply_id": int(reply_id)}:
            return replace(state, is_told=True, playing=state.playing - {reply_id})
        case _:
            return state


def judge(state: Listening, now_ms: float, limits: Limits) -> Verdict:
    """Say whether the reply is over, or will not come."""
    if state.first_audible_ms is None or state.last_audible_ms is None:
        return "unanswered" if now_ms - state.since_ms > limits.answer_ms else "waiting"
    if now_ms - state.first_audible_ms > limits.reply_ms:
        return "answered"
    if state.playing or state.owes_reply:
        return "waiting"
    needed_ms = OVER_AFTER_MS if state.is_told else OVER_AFTER_UNTOLD_MS
    return "answered" if now_ms - state.last_audible_ms >= needed_ms else "waiting"
