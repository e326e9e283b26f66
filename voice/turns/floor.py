"""Who has the floor: a reply that the caller speaks over is paused, goes on, is stopped, or is taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, TypeAlias

from voice.audio import FRAME_MS
from voice.events import ReplyPaused, ReplyResumed, TurnRetracted
from voice.turns.effects import Emit, PauseReply, RecognisePartial, ResumeReply, RetractTurn, StopReply, TurnEffect
from voice.turns.inputs import PartialReady
from voice.turns.overlap import (
    Overlap,
    Verdict,
    count_words,
    is_escape,
    is_hum,
    is_interruption,
    is_like_laughter,
    is_thanks,
    judge_words,
)
from voice.turns.policy import TurnPolicy
from voice.turns.state import TurnState

LONGEST_HELD_MS = 6_000
"""A reply that was paused for words goes on after so long, should their transcript never come; our own choice."""

LONGEST_NOD_MS = 1_800
"""A reply that was paused for nods, laughter, noise or its own echo goes on after so much of it, whether it is over or
not; our own choice: three nods in a row have 1,000 to 1,400 ms of voice."""
HUM_OVER_MS = 160
"""Silence after hums, laughter and noise: between the two of "mhm, mhm" there is less (our own choice). Behind words
the reply is held for `overlap_decide_ms` as well if they are nods: "yes, but …" and "okay, stop" have 180 to 260 ms of
silence in them, and with 160 the reply was heard in there (tests/bench/overlap_replay.py)."""
UNKNOWN_OVER_MS = 600
"""Silence after sounds too long for a nod, and too short for a partial transcript to have come; their final one takes
200 to 500 ms. Laughter and hums are decoded up to three times, and held the reply for 1,100 to 1,800 ms."""
THANKED_MS = 600
"""Silence after "thank you" until the reply goes on: the pause behind it had 380 to 460 ms in what piper says of "thank
you, that is enough" (our own choice)."""
UNHEARD_MS = 400
"""If no more of them, voiced, came after those words, nor more than was heard of them: a word takes about as long, and
the first 200 ms of "wait a moment" were taken for a nod."""
BRIEF_MS = (340, 240)
"""With so little voice behind one word or two, a sound over a statement is a nod, unless people break in with that very
word: "mm" was written "Emma." (180 to 220 ms of voice, -0.24), "mm-hm" "Mama." (280 to 340, -0.51), "uh-huh" "Bye-bye."
(180 to 200, -0.73), "mhm" "Come on." (100 to 200, -0.54). Of 180 interruptions, clean and by telephone, two were other
words and as short, both misheard. Three words were never said in so short a time."""
MUMBLED_BRIEFLY: Final = (400, -0.6)
"""With no more voice (ms) and words less likely, a sound over a statement is a nod as well: by Opus "mhm" was written
"Namah." (340 to 380 ms, -0.70 to -0.78), "uh-huh" "I had" (260, -0.63). Words so brief that people do not break in with
were at -0.55 at worst ("Cards."), longer ones at -0.74 ("Refund.", 440 ms)."""

Step: TypeAlias = tuple[TurnState, tuple[TurnEffect, ...]]


def pause_reply(state: TurnState, since_ms: int) -> Step:
    """Hold the reply that the caller speaks over, if there is one."""
    if state.reply_id is None:
        return state, ()
    overlap = state.overlap or Overlap(state.reply_id, since_ms, voiced_ms=state.run_ms)
    goes_on_over_it = overlap.is_wordless and overlap.voiced_ms >= LONGEST_NOD_MS
    if overlap.is_paused or goes_on_over_it or not state.is_interruptible:
        return replace(state, overlap=overlap), ()
    paused = replace(state, overlap=replace(overlap, since_ms=since_ms, is_paused=True))
    return paused, (Emit(ReplyPaused(overlap.reply_id, state.now_ms)), PauseReply(overlap.reply_id))


def is_held_enough(state: TurnState, overlap: Overlap, policy: TurnPolicy) -> bool:
    """Whether a reply that was paused has waited long enough, now that the caller is silent, to learn what it was.

    Nods and noise need no final transcript to go on; what sounded like words is waited for.
    """
    held_ms, quiet_ms = state.now_ms - overlap.since_ms, state.now_ms - state.last_sound_ms
    is_known = overlap.is_final or overlap.voiced_ms - overlap.known_ms <= min(UNHEARD_MS, overlap.known_ms)
    if overlap.has_thanked and is_known:
        return quiet_ms >= THANKED_MS
    if overlap.is_wordless and is_known:
        return quiet_ms >= (HUM_OVER_MS if overlap.is_hum else policy.overlap_decide_ms)
    if overlap.so_far is not None:
        return held_ms >= LONGEST_HELD_MS  # these were words: going on between them would talk over the caller
    if overlap.voiced_ms > policy.overlap_short_ms:
        return quiet_ms >= UNKNOWN_OVER_MS
    if state.is_question_out and state.expectation.kind != "open":
        return held_ms >= policy.overlap_answer_ms
    return quiet_ms >= policy.overlap_decide_ms


def judge_overlap(state: TurnState, text: str, log_probability: float, policy: TurnPolicy) -> Verdict:
    """Say what a sound over the reply was, now that all of its words are known; also of one that stopped the reply
    before any were."""
    verdict = judge_words(text, state.expectation, is_question_out=state.is_question_out, said=state.said)
    overlap = state.overlap
    if overlap is None or verdict != "takes_floor" or state.is_question_out:
        return verdict
    # Right after a turn it may be its last word, however brief ("send fifty dollars ... to Joe").
    limits_ms = dict(enumerate(BRIEF_MS, 1))
    is_brief = overlap.voiced_ms <= limits_ms.get(count_words(text), 0) and state.pending is None
    is_mumbled = overlap.voiced_ms <= policy.overlap_short_ms and log_probability < policy.mumbled_log_probability
    most_ms, likely = MUMBLED_BRIEFLY
    is_mumbled |= overlap.voiced_ms <= most_ms and log_probability < likely and state.pending is None
    is_nod = (is_brief or is_mumbled) and not is_interruption(text, state.expectation)
    return "backchannel" if is_nod or _is_laughter(text, log_probability, policy) else verdict


def _is_laughter(text: str, log_probability: float, policy: TurnPolicy) -> bool:
    return log_probability < policy.mumbled_log_probability and is_like_laughter(text)


def listen_over(state: TurnState, overlap: Overlap, is_voiced: bool, policy: TurnPolicy) -> Step:
    """Take another 20 ms of speech over a reply: ask for its words early, and know a long one without them."""
    overlap = replace(overlap, voiced_ms=overlap.voiced_ms + FRAME_MS if is_voiced else overlap.voiced_ms)
    state = replace(state, overlap=overlap)
    if state.is_interruptible and overlap.voiced_ms >= (LONGEST_NOD_MS if overlap.is_wordless else policy.barge_in_ms):
        if not overlap.is_wordless or overlap.is_partial_due:
            return take_floor(replace(state, was_stopped_unheard=True))
        return let_go_on(state, "unknown") if overlap.is_paused else (state, ())
    is_early = overlap.asked_ms == 0 and overlap.voiced_ms >= policy.overlap_partial_ms
    is_late = overlap.asked_ms <= policy.overlap_short_ms < overlap.voiced_ms and not overlap.is_partial_due
    if not is_early and not is_late:
        return state, ()
    asked = replace(overlap, asked_ms=overlap.voiced_ms, is_partial_due=True)
    next_partial_ms = state.now_ms + policy.partial_every_ms
    asking = replace(state, overlap=asked, next_partial_ms=next_partial_ms)
    return asking, (RecognisePartial(state.begin_ms, state.now_ms, is_over_reply=True),)


def hear_words_over(state: TurnState, given: PartialReady, policy: TurnPolicy) -> Step:
    """Take the words so far of speech over a reply. Only words of more than half a nod may stop it: that is recognised
    as anything ("and make"), and the reply is paused meanwhile, so that hearing more costs nothing.

    Once the caller is silent they only say whether it is held until the final transcript comes: a "no" is over before
    any of its words are known, and the final takes longer than a nod may hold the reply.
    """
    overlap = state.overlap
    if overlap is None or overlap.is_final:
        return state, ()
    text = given.text
    if state.phase == "paused":
        verdict = judge_overlap(state, text, given.log_probability, policy)
        return _heard_so_far(state, overlap, text, verdict), ()
    verdict = judge_words(text, state.expectation, is_question_out=state.is_question_out, said=state.said)
    is_long = overlap.asked_ms > policy.overlap_short_ms
    if verdict == "takes_floor" and is_long and given.log_probability < policy.noise_log_probability:
        verdict = "noise"
    if verdict == "takes_floor" and not state.is_question_out and _is_laughter(text, given.log_probability, policy):
        verdict = "noise"
    known = _heard_so_far(state, overlap, text, verdict)
    if is_escape(text) or (verdict == "takes_floor" and is_long and state.is_interruptible):
        return take_floor(known)
    return known, ()


def hold_for_more(state: TurnState, overlap: Overlap, text: str) -> TurnState:
    """All words so far are known, and are a nod: the reply is held a little longer for what may follow them."""
    return replace(state, overlap=replace(_noted(overlap, text, "backchannel"), is_final=True))


def _heard_so_far(state: TurnState, overlap: Overlap, text: str, verdict: Verdict) -> TurnState:
    return replace(state, overlap=replace(_noted(overlap, text, verdict), known_ms=overlap.asked_ms))


def _noted(overlap: Overlap, text: str, verdict: Verdict) -> Overlap:
    has_thanked = verdict == "backchannel" and is_thanks(text)
    is_over = verdict in ("noise", "echo") or is_hum(text)
    return replace(overlap, is_partial_due=False, so_far=verdict, has_thanked=has_thanked, is_hum=is_over)


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
