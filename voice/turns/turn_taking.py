"""Turn-taking: when the caller speaks, when their turn is over, and when their speech stops the assistant.

Theory of operation. Time is audio: every 20 ms frame arrives as `FrameHeard` and is the only clock, so there are no
timers that could fight. A turn is tried as soon as the caller falls silent (soft end): that makes a *revision*, which
is recognised, judged and understood while silence is still being counted. Speech that goes on withdraws the revision;
enough silence ends the turn. How much is enough is `endpointing.wait_ms`, asked again whenever more is known.

    quiet --onset--> speaking --soft end--> paused --silence enough, transcript known--> quiet   turn ended
                        ^                     |      `--nothing but noise------------->  quiet   DropTurn
                        `------- resume ------'  WithdrawTurn

A turn that has ended is committed at once where an action comes first. Where words come first they are begun
(`BeginReply`) and the turn stays *pending* for the retract window: a caller who goes on within it gets the floor back
(`RetractTurn`) as if the turn had never ended. Only `CommitTurn` has effects, and nothing is retracted after it.

Speech over a reply pauses it at once; what it is, is judged by its words (`voice.turns.overlap`).

Results of work on an older revision are recognised by its number and ignored.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from voice.audio import FRAME_MS, SILENT_DB
from voice.endpointing.answer_shape import rough_shape
from voice.endpointing.silence import Evidence, wait_ms
from voice.events import SpeechPaused, SpeechStarted, TurnDropped, TurnEnded
from voice.speech.sentences import has_words
from voice.turns.effects import (
    AdmitUnheard,
    BeginReply,
    CommitTurn,
    DropTurn,
    Emit,
    JudgeTurn,
    RecognisePartial,
    TryTurn,
    TurnEffect,
    Understand,
    WithdrawTurn,
)
from voice.turns.floor import (
    Step,
    hear_words_over,
    hold_for_more,
    is_held_enough,
    judge_overlap,
    let_go_on,
    listen_over,
    pause_reply,
    take_floor,
)
from voice.turns.inputs import (
    CommandsReady,
    CommitNow,
    FrameHeard,
    PartialReady,
    QuestionChanged,
    RecognitionFailed,
    ReplyAudible,
    ReplyChanged,
    SpeechDropped,
    TranscriptReady,
    TurnInput,
    TurnJudged,
)
from voice.turns.loud_enough import caller_level, is_above_noise, noise_after, note_sound
from voice.turns.overlap import MOST_SAID, is_answer, is_escape, is_hum
from voice.turns.policy import TurnPolicy
from voice.turns.state import Pending, TurnState

NEVER_AUDIBLE_MS = 3_000
"""A reply that has made no sound for so long will not; its turn is committed without waiting for it."""
_NOTHING = ("echo", "backchannel")
"""What stopped a reply before its words were known and, by its words, wanted nothing: the reply is said again."""
_JUDGED = ("open", "text", "name")
"""Where the turn model is asked at once: it takes 100 ms of processor away from recognition."""


def step(state: TurnState, given: TurnInput, policy: TurnPolicy) -> Step:
    """Take one input; return the new state and what is to be done, in order."""
    match given:
        case FrameHeard():
            return _hear(state, given, policy)
        case PartialReady():
            return _take_partial(state, given, policy)
        case TranscriptReady():
            return _take_transcript(state, given, policy)
        case TurnJudged(revision, probability):
            if _is_stale(state, revision):
                return state, ()
            evidence = replace(state.evidence, probability=probability)
            return _try_to_end(replace(state, evidence=evidence), policy)
        case CommandsReady():
            return (state, ()) if _is_stale(state, given.revision) else _take_commands(state, given, policy)
        case RecognitionFailed(revision, reason):
            return (state, ()) if _is_stale(state, revision) else _fail(state, reason)
        case ReplyChanged():
            return _change_reply(state, given)
        case ReplyAudible():
            return _note_audible(state, given), ()
        case QuestionChanged(expectation, _, shape):
            return replace(state, expectation=expectation, shape=shape or rough_shape(expectation)), ()
        case CommitNow():
            return _commit_pending(state)
        case SpeechDropped():
            return (state, ()) if state.phase == "quiet" else _drop(state, "keys were pressed")
        case _:
            assert_never(given)


def _is_stale(state: TurnState, revision: int) -> bool:
    return state.phase != "paused" or revision != state.revision


# --- audio ---------------------------------------------------------------------------------------------------------


def _hear(state: TurnState, frame: FrameHeard, policy: TurnPolicy) -> Step:
    on = policy.speech_on_probability if state.phase == "quiet" else policy.speech_off_probability
    is_voiced = frame.speech_probability >= on and is_above_noise(state, frame.level_db, policy)
    run_ms = state.run_ms + FRAME_MS if is_voiced else 0
    state = replace(state, now_ms=frame.at_ms, run_ms=run_ms, noise_db=noise_after(state, frame.level_db))
    if is_voiced and state.phase == "speaking":
        state = note_sound(state, frame.level_db)
    state, settled = _settle(state, policy)
    match state.phase:
        case "quiet":
            state, effects = _begin(state, policy) if state.run_ms >= policy.onset_ms else (state, ())
        case "speaking":
            state, effects = _go_on(state, is_voiced, policy)
        case "paused":
            is_back = state.run_ms >= policy.resume_ms
            state, effects = _resume(state, policy) if is_back else _try_to_end(state, policy)
        case _:
            assert_never(state.phase)
    return state, (*settled, *effects)


def _settle(state: TurnState, policy: TurnPolicy) -> Step:
    """Let go on a reply that was paused for a short sound; commit a pending turn whose window is over."""
    overlap, pending = state.overlap, state.pending
    # Not while they make a sound again: a reply that goes on in the middle of "no, wait" is heard for 20 to 60 ms.
    is_held = overlap is not None and overlap.is_paused and state.phase == "paused" and not state.run_ms
    if overlap is not None and is_held and is_held_enough(state, overlap, policy):
        return _drop(state, "backchannel") if overlap.is_final else let_go_on(state, "unknown")
    if pending is None or overlap is not None:
        return state, ()
    is_heard = pending.audible_ms is not None and state.now_ms - pending.audible_ms >= policy.retract_ms
    if is_heard or state.now_ms - pending.begun_ms >= NEVER_AUDIBLE_MS:
        return _commit_pending(state)
    return state, ()


def _begin(state: TurnState, policy: TurnPolicy) -> Step:
    onset_ms = state.now_ms - state.run_ms
    begun = replace(
        state,
        phase="speaking",
        begin_ms=max(0, onset_ms - policy.pre_roll_ms),
        last_sound_ms=state.now_ms,
        peak_db=SILENT_DB,
        next_partial_ms=onset_ms + policy.partial_every_ms,
        is_overlong=False,
        overlap=None,
        was_stopped_unheard=False,
    )
    begun, effects = pause_reply(begun, onset_ms)
    return begun, (Emit(SpeechStarted(onset_ms)), *effects)


def _go_on(state: TurnState, is_voiced: bool, policy: TurnPolicy) -> Step:
    if state.now_ms - state.begin_ms >= (state.shape.max_turn_ms or policy.max_turn_ms):
        return _pause(replace(state, is_overlong=True))
    if state.now_ms - state.last_sound_ms >= policy.soft_end_ms:
        return _pause(state)
    effects: tuple[TurnEffect, ...] = ()
    if state.overlap is None and is_voiced:
        state, effects = pause_reply(state, state.now_ms)
    elif state.overlap is not None:
        state, effects = listen_over(state, state.overlap, is_voiced, policy)
    if is_voiced and state.now_ms >= state.next_partial_ms:
        effects = (*effects, RecognisePartial(state.begin_ms, state.now_ms))
        state = replace(state, next_partial_ms=state.now_ms + policy.partial_every_ms)
    return state, effects


def _pause(state: TurnState) -> Step:
    revision = state.revision + 1
    paused = replace(
        state,
        phase="paused",
        revision=revision,
        evidence=Evidence(),
        has_preview=False,
        run_ms=0,
        pause_ms=state.now_ms,
    )
    order = TryTurn(revision, state.begin_ms, state.now_ms, is_over_reply=state.overlap is not None)
    tried = (Emit(SpeechPaused(revision, state.now_ms)), order)
    return paused, (*tried, _judge(paused)) if state.shape.expects in _JUDGED else tried


def _judge(state: TurnState) -> JudgeTurn:
    return JudgeTurn(state.revision, state.begin_ms, state.pause_ms)


def _resume(state: TurnState, policy: TurnPolicy) -> Step:
    if state.is_overlong:
        # The turn is being committed whatever comes; what is said now opens the next one.
        return _try_to_end(state, policy)
    paused_ms = state.now_ms - state.run_ms - state.last_sound_ms
    going_on = replace(
        state,
        overlap=replace(state.overlap, has_thanked=False, is_final=False) if state.overlap else None,
        phase="speaking",
        last_sound_ms=state.now_ms,
        pauses=state.pauses.went_on(paused_ms, is_dictated=state.shape.is_dictated),
        next_partial_ms=state.now_ms + policy.partial_every_ms,
    )
    going_on, paused = pause_reply(going_on, state.now_ms - state.run_ms) if state.overlap else (going_on, ())
    return going_on, (WithdrawTurn(state.revision), *paused)


# --- words ---------------------------------------------------------------------------------------------------------


def _take_partial(state: TurnState, given: PartialReady, policy: TurnPolicy) -> Step:
    if state.phase == "quiet" or given.begin_ms != state.begin_ms or state.overlap is None:
        return state, ()
    return hear_words_over(state, given, policy)


def _take_transcript(state: TurnState, given: TranscriptReady, policy: TurnPolicy) -> Step:
    if _is_stale(state, given.revision):
        return state, ()
    text = given.text.strip()
    if not has_words(text):
        return _drop(state, "nothing was recognised")
    if given.is_invented or given.log_probability < policy.noise_log_probability:
        return _drop(state, "noise")
    if state.overlap is not None:
        verdict = judge_overlap(state, text, given.log_probability, policy)
        if verdict == "echo":
            return _drop(state, "echo")
        # What was said over a reply that may not be interrupted is kept: there was no other moment to say it.
        if verdict == "backchannel" and (state.is_interruptible or not is_answer(text)):
            if state.overlap.is_paused and not is_hum(text):
                return hold_for_more(state, state.overlap, text), ()
            return _drop(state, "backchannel")
        was_pending = state.pending is not None
        state, stopped = take_floor(state) if state.is_interruptible or is_escape(text) else let_go_on(state, "unknown")
        state = replace(state, overlap=None)
        if was_pending:
            return _try_merged(state, stopped)
    elif (
        state.was_stopped_unheard and (verdict := judge_overlap(state, text, given.log_probability, policy)) in _NOTHING
    ):
        return _drop(state, verdict)
    else:
        stopped = ()
    state, effects = _try_to_end(replace(state, evidence=replace(state.evidence, text=text)), policy)
    # Also when the turn ended with this very transcript: the commit waits for the commands.
    return state, (*stopped, Understand(given.revision, text), *effects)


def _try_merged(state: TurnState, before: tuple[TurnEffect, ...]) -> Step:
    """The turn was taken back: recognise it once more, with what was added to it."""
    merged = replace(state, revision=state.revision + 1, evidence=Evidence(), has_preview=False)
    again = TryTurn(merged.revision, merged.begin_ms, merged.pause_ms)
    judged = (_judge(merged),) if state.shape.expects in _JUDGED else ()
    return merged, (*before, WithdrawTurn(state.revision), again, *judged)


def _take_commands(state: TurnState, given: CommandsReady, policy: TurnPolicy) -> Step:
    evidence = replace(
        state.evidence,
        is_certain=given.is_certain,
        is_understood=True,
        confidence=given.confidence,
        is_asked_back=given.is_asked_back,
    )
    state, effects = _try_to_end(replace(state, evidence=evidence, has_preview=given.has_preview), policy)
    # A closed question was expected to be answered by its words alone; it was not.
    is_doubtful = state.phase == "paused" and not given.is_certain and state.shape.expects not in _JUDGED
    return state, (*effects, _judge(state)) if is_doubtful else effects


# --- the end of a turn ---------------------------------------------------------------------------------------------


def _try_to_end(state: TurnState, policy: TurnPolicy) -> Step:
    """End the paused turn if there was silence enough and the transcript is known.

    An answer would cut what the assistant is saying, so that what may not be interrupted is heard to its end first.
    """
    text = state.evidence.text
    must_hear_out = state.reply_id is not None and not state.is_interruptible
    if text is None or must_hear_out:
        return state, ()
    wait = 0 if state.is_overlong else wait_ms(state.evidence, state.shape, policy, state.pauses)
    silence_enough_ms = state.last_sound_ms + wait
    if state.now_ms < silence_enough_ms:
        return state, ()
    state, before = _commit_pending(state)
    speech_end_ms, before_end = state.last_sound_ms, state.pauses
    ended = Emit(TurnEnded(state.revision, text, speech_end_ms, state.now_ms))
    quiet = replace(
        state, phase="quiet", run_ms=0, overlap=None, pauses=before_end.turn_over(), caller_db=caller_level(state)
    )
    if not state.has_preview:
        return quiet, (*before, ended, CommitTurn(state.revision, text, speech_end_ms, silence_enough_ms))
    pending = Pending(state.revision, text, state.begin_ms, speech_end_ms, silence_enough_ms, state.now_ms, before_end)
    begin = BeginReply(state.revision, text, speech_end_ms, silence_enough_ms)
    return replace(quiet, pending=pending), (*before, ended, begin)


def _commit_pending(state: TurnState) -> Step:
    pending = state.pending
    if pending is None:
        return state, ()
    commit = CommitTurn(pending.revision, pending.text, pending.speech_end_ms, pending.silence_enough_ms)
    return replace(state, pending=None), (commit,)


def _drop(state: TurnState, reason: str) -> Step:
    state, resumed = let_go_on(state, "backchannel" if reason == "backchannel" else "noise")
    quiet = replace(state, phase="quiet", run_ms=0)
    dropped = TurnDropped(state.revision, reason, state.now_ms)
    return quiet, (Emit(dropped), DropTurn(state.revision), *resumed)


def _fail(state: TurnState, reason: str) -> Step:
    """The caller did say something that cannot be recognised: what is pending stands, and the reply is stopped."""
    if state.reply_id is not None and not state.is_interruptible:
        return _drop(state, reason)
    state, committed = _commit_pending(state)
    state, stopped = take_floor(state) if state.overlap is not None and state.is_interruptible else (state, ())
    dropped = Emit(TurnDropped(state.revision, reason, state.now_ms))
    quiet = replace(state, phase="quiet", run_ms=0, overlap=None)
    return quiet, (*committed, *stopped, dropped, AdmitUnheard(state.revision))


# --- the assistant -------------------------------------------------------------------------------------------------


def _change_reply(state: TurnState, given: ReplyChanged) -> Step:
    is_other = given.reply_id is not None and given.reply_id != state.reply_id
    dropped: tuple[TurnEffect, ...] = ()
    if is_other and state.overlap is not None and state.overlap.is_final and state.phase == "paused":
        # Nobody would end it any more: its words are known, and what it was said over is gone.
        state, dropped = _drop(replace(state, overlap=None), "backchannel")
    changed = replace(state, reply_id=given.reply_id, is_interruptible=given.is_interruptible)
    if is_other:
        changed = replace(changed, is_question_out=False, overlap=None, said="")
    # A reply that is over, however short it was, leaves nothing to take back.
    return _commit_pending(changed) if given.reply_id is None else (changed, dropped)


def _note_audible(state: TurnState, given: ReplyAudible) -> TurnState:
    if given.reply_id != state.reply_id:
        return state
    pending = state.pending
    if pending is not None and pending.audible_ms is None:
        pending = replace(pending, audible_ms=state.now_ms)
    said = f"{state.said} {given.sentence}"[-MOST_SAID:]
    is_question_out = state.is_question_out or given.is_last_sentence
    return replace(state, pending=pending, is_question_out=is_question_out, said=said)
