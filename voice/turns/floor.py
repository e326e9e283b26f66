"""Who has the floor: a reply that the caller speaks over is paused, goes on, is stopped, or is taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from voice.audio import FRAME_MS
from voice.events import ReplyPaused, ReplyResumed, TurnRetracted
from voice.turns.effects import Emit, PauseReply, RecognisePartial, ResumeReply, RetractTurn, StopReply, TurnEffect
from voice.turns.overlap import Overlap
from voice.turns.policy import TurnPolicy
from voice.turns.state import TurnState

LONGEST_HELD_MS = 6_000
"""A reply that was paused for words goes on after so long, should their transcript never come; our own choice."""

Step: TypeAlias = tuple[TurnState, tuple[TurnEffect, ...]]


def pause_reply(state: TurnState, since_ms: int) -> Step:
    """Hold the reply that the caller speaks over, if there is one."""
    if state.reply_id is None:
        return state, ()
    overlap = state.overlap or Overlap(state.reply_id, since_ms, voiced_ms=state.run_ms)
    if overlap.is_paused or not state.is_interruptible:
        return replace(state, overlap=overlap), ()
    paused = replace(state, overlap=replace(overlap, since_ms=since_ms, is_paused=True))
    return paused, (Emit(ReplyPaused(overlap.reply_id, state.now_ms)), PauseReply(overlap.reply_id))


def patience_ms(state: TurnState, overlap: Overlap, policy: TurnPolicy) -> int:
    """Return how long a paused reply waits, since the sounds over it began, to learn what they were."""
    if overlap.voiced_ms > policy.overlap_short_ms:
        return LONGEST_HELD_MS  # these were words: going on between them would talk over the caller
    may_answer = state.is_question_out and state.expectation.kind != "open"
    return policy.overlap_answer_ms if may_answer else policy.overlap_decide_ms


def is_mumbled(state: TurnState, overlap: Overlap, log_probability: float, policy: TurnPolicy) -> bool:
    """Whether what was recognised in a short sound over a statement is hardly words."""
    is_short = overlap.voiced_ms <= policy.overlap_short_ms
    return is_short and not state.is_question_out and log_probability < policy.mumbled_log_probability


def listen_over(state: TurnState, overlap: Overlap, is_voiced: bool, policy: TurnPolicy) -> Step:
    """Take another 20 ms of speech over a reply: ask for its words early, and know a long one without them."""
    overlap = replace(overlap, voiced_ms=overlap.voiced_ms + FRAME_MS if is_voiced else overlap.voiced_ms)
    if overlap.voiced_ms >= policy.barge_in_ms and state.is_interruptible:
        return take_floor(replace(state, was_stopped_unheard=True))
    if overlap.is_partial_asked or overlap.voiced_ms < policy.overlap_partial_ms:
        return replace(state, overlap=overlap), ()
    state = replace(state, overlap=replace(overlap, is_partial_asked=True))
    next_partial_ms = state.now_ms + policy.partial_every_ms
    return replace(state, next_partial_ms=next_partial_ms), (RecognisePartial(state.begin_ms, state.now_ms),)


def take_floor(state: TurnState) -> Step:
    """Give the caller the floor: stop the reply, or take back the turn that it answers."""
    pending, reply_id = state.pending, state.reply_id
    free = replace(state, overlap=None, reply_id=None, pending=None, is_interruptible=True)
    if pending is not None:
        onset_ms = state.overlap.since_ms if state.overlap is not None else state.now_ms
        pauses = pending.pauses.cut_off(onset_ms - pending.speech_end_ms, is_dictated=state.shape.is_dictated)
        retracted = replace(free, begin_ms=pending.begin_ms, pauses=pauses)
        return retracted, (Emit(TurnRetracted(pending.revision, state.now_ms)), RetractTurn(pending.revision))
    return free, (StopReply(reply_id),) if reply_id is not None else ()


def let_go_on(state: TurnState, reason: str) -> Step:
    """Resume the reply, if it was paused; unless the sound is known it is still being judged."""
    overlap = state.overlap
    if overlap is None:
        return state, ()
    known = replace(state, overlap=replace(overlap, is_paused=False) if reason == "unknown" else None)
    if not overlap.is_paused or overlap.reply_id != state.reply_id:
        return known, ()
    resumed = Emit(ReplyResumed(overlap.reply_id, reason, state.now_ms))
    return known, (resumed, ResumeReply(overlap.reply_id))
