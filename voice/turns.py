"""Turn-taking: when the caller speaks, when their turn is over, and when their speech stops the assistant.

Theory of operation. Time is audio: every 20 ms frame arrives as `FrameHeard` and is the only clock, so there are no
timers that could fight. A turn is tried as soon as the caller falls silent (soft end): that makes a *revision*, which
is recognised, judged and understood while silence is still being counted. Speech that goes on withdraws the revision;
enough silence commits it. How much is enough is `endpointing.wait_ms`, asked again whenever more is known.

    quiet --onset--> speaking --soft end--> paused --silence enough, transcript known--> quiet   CommitTurn
                        ^                     |      `--nothing but noise------------->  quiet   DropTurn
                        `------- resume ------'  WithdrawTurn

Results of work on an older revision are recognised by its number and ignored.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, assert_never

from flows.effects import Expectation
from voice.audio import FRAME_MS
from voice.endpointing import Evidence, wait_ms
from voice.events import SpeechPaused, SpeechStarted, TurnDropped, TurnEnded
from voice.policy import TurnPolicy

# --- what happens to turn-taking -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FrameHeard:
    """20 ms of the caller's audio ended at `at_ms`, with this VAD probability of speech."""

    at_ms: int
    speech_probability: float


@dataclass(frozen=True, slots=True)
class TranscriptReady:
    revision: int
    text: str
    log_probability: float


@dataclass(frozen=True, slots=True)
class TurnJudged:
    revision: int
    probability: float


@dataclass(frozen=True, slots=True)
class CommandsReady:
    """Understanding has finished; `is_certain` when the words completely answer the waiting question."""

    revision: int
    is_certain: bool


@dataclass(frozen=True, slots=True)
class RecognitionFailed:
    revision: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReplyChanged:
    """The assistant began (`reply_id`) or stopped (None) being audible or about to be."""

    reply_id: int | None
    is_interruptible: bool = True


@dataclass(frozen=True, slots=True)
class QuestionChanged:
    """The flow waits for something else now. `awaits` is False while the assistant still works on a turn."""

    expectation: Expectation
    awaits: bool = True


TurnInput: TypeAlias = (
    FrameHeard | TranscriptReady | TurnJudged | CommandsReady | RecognitionFailed | ReplyChanged | QuestionChanged
)

# --- what turn-taking orders -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Emit:
    event: SpeechStarted | SpeechPaused | TurnEnded | TurnDropped


@dataclass(frozen=True, slots=True)
class TryTurn:
    """Recognise the audio from `from_ms` to `to_ms` as this revision of the turn."""

    revision: int
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class JudgeTurn:
    """Ask the turn model about this revision's audio."""

    revision: int
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class RecognisePartial:
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Understand:
    """Propose commands for this text; nothing may come of it unless the revision is committed."""

    revision: int
    text: str


@dataclass(frozen=True, slots=True)
class WithdrawTurn:
    """The caller went on: abandon all work on this revision."""

    revision: int


@dataclass(frozen=True, slots=True)
class CommitTurn:
    """The turn is over; `silence_enough_ms` is when the silence had sufficed, had everything been known."""

    revision: int
    text: str
    speech_end_ms: int
    silence_enough_ms: int


@dataclass(frozen=True, slots=True)
class DropTurn:
    """The revision was no turn; abandon all work on it."""

    revision: int


@dataclass(frozen=True, slots=True)
class StopReply:
    """The caller barged in on this reply."""

    reply_id: int


@dataclass(frozen=True, slots=True)
class PromptCaller:
    """The caller has been silent for the silence time-out."""


TurnEffect: TypeAlias = (
    Emit
    | TryTurn
    | JudgeTurn
    | RecognisePartial
    | Understand
    | WithdrawTurn
    | CommitTurn
    | DropTurn
    | StopReply
    | PromptCaller
)

# --- state -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TurnState:
    """Everything turn-taking remembers. `phase` is of the caller; the assistant is `reply_id`."""

    phase: Literal["quiet", "speaking", "paused"] = "quiet"
    now_ms: int = 0
    revision: int = 0
    begin_ms: int = 0
    pause_ms: int = 0
    """When the present revision was tried."""
    last_voice_ms: int = 0
    run_ms: int = 0
    """Length of the present unbroken run of voiced frames."""
    next_partial_ms: int = 0
    evidence: Evidence = field(default_factory=Evidence)
    log_probability: float = 0.0
    is_overlong: bool = False
    expectation: Expectation = field(default_factory=Expectation)
    awaits: bool = False
    reply_id: int | None = None
    is_interruptible: bool = True
    idle_since_ms: int = 0
    """Since when both have been silent and an answer is awaited."""


Step: TypeAlias = tuple[TurnState, tuple[TurnEffect, ...]]


def step(state: TurnState, given: TurnInput, policy: TurnPolicy) -> Step:
    """Take one input; return the new state and what is to be done, in order."""
    match given:
        case FrameHeard():
            return _hear(state, given, policy)
        case TranscriptReady():
            return _take_transcript(state, given, policy)
        case TurnJudged(revision, probability):
            if _is_stale(state, revision):
                return state, ()
            evidence = replace(state.evidence, probability=probability)
            return _try_to_end(replace(state, evidence=evidence), policy)
        case CommandsReady(revision, is_certain):
            if _is_stale(state, revision):
                return state, ()
            evidence = replace(state.evidence, is_certain=is_certain)
            state, effects = _try_to_end(replace(state, evidence=evidence), policy)
            # A closed question was expected to be answered by its words alone; it was not.
            is_doubtful = state.phase == "paused" and not is_certain and state.expectation.kind != "open"
            return state, (*effects, _judge(state)) if is_doubtful else effects
        case RecognitionFailed(revision, reason):
            return (state, ()) if _is_stale(state, revision) else _drop(state, reason)
        case ReplyChanged(reply_id, is_interruptible):
            changed = replace(state, reply_id=reply_id, is_interruptible=is_interruptible)
            return replace(changed, idle_since_ms=state.now_ms), ()
        case QuestionChanged(expectation, awaits):
            changed = replace(state, expectation=expectation, awaits=awaits)
            return replace(changed, idle_since_ms=state.now_ms), ()
        case _:
            assert_never(given)


def _is_stale(state: TurnState, revision: int) -> bool:
    return state.phase != "paused" or revision != state.revision


def _hear(state: TurnState, frame: FrameHeard, policy: TurnPolicy) -> Step:
    on = policy.speech_on_probability if state.phase == "quiet" else policy.speech_off_probability
    is_voiced = frame.speech_probability >= on
    state = replace(state, now_ms=frame.at_ms, run_ms=state.run_ms + FRAME_MS if is_voiced else 0)
    match state.phase:
        case "quiet":
            return _begin(state, policy) if state.run_ms >= policy.onset_ms else _wait_idle(state, policy)
        case "speaking":
            return _go_on(state, is_voiced, policy)
        case "paused":
            return _resume(state, policy) if state.run_ms >= policy.resume_ms else _try_to_end(state, policy)
        case _:
            assert_never(state.phase)


def _wait_idle(state: TurnState, policy: TurnPolicy) -> Step:
    if state.reply_id is not None or not state.awaits or state.run_ms:
        return replace(state, idle_since_ms=state.now_ms), ()
    if state.now_ms - state.idle_since_ms < policy.silence_timeout_ms:
        return state, ()
    return replace(state, idle_since_ms=state.now_ms, awaits=False), (PromptCaller(),)


def _begin(state: TurnState, policy: TurnPolicy) -> Step:
    onset_ms = state.now_ms - state.run_ms
    begun = replace(
        state,
        phase="speaking",
        begin_ms=max(0, onset_ms - policy.pre_roll_ms),
        last_voice_ms=state.now_ms,
        next_partial_ms=onset_ms + policy.partial_every_ms,
        is_overlong=False,
    )
    return begun, (Emit(SpeechStarted(onset_ms)), *_barge_in(begun, policy))


def _go_on(state: TurnState, is_voiced: bool, policy: TurnPolicy) -> Step:
    if is_voiced:
        state = replace(state, last_voice_ms=state.now_ms)
    if state.now_ms - state.begin_ms >= policy.max_turn_ms:
        return _pause(replace(state, is_overlong=True))
    if state.now_ms - state.last_voice_ms >= policy.soft_end_ms:
        return _pause(state)
    effects: tuple[TurnEffect, ...] = _barge_in(state, policy)
    if is_voiced and state.now_ms >= state.next_partial_ms:
        effects = (*effects, RecognisePartial(state.begin_ms, state.now_ms))
        state = replace(state, next_partial_ms=state.now_ms + policy.partial_every_ms)
    return state, effects


def _barge_in(state: TurnState, policy: TurnPolicy) -> tuple[TurnEffect, ...]:
    if state.reply_id is None or not state.is_interruptible or state.run_ms < policy.barge_in_ms:
        return ()
    return (StopReply(state.reply_id),)


def _pause(state: TurnState) -> Step:
    revision = state.revision + 1
    paused = replace(state, phase="paused", revision=revision, evidence=Evidence(), run_ms=0, pause_ms=state.now_ms)
    tried = (Emit(SpeechPaused(revision, state.now_ms)), TryTurn(revision, state.begin_ms, state.now_ms))
    # The turn model takes 100 ms of processor away from recognition, so it is asked only where it may be needed.
    return paused, (*tried, _judge(paused)) if state.expectation.kind == "open" else tried


def _judge(state: TurnState) -> JudgeTurn:
    return JudgeTurn(state.revision, state.begin_ms, state.pause_ms)


def _resume(state: TurnState, policy: TurnPolicy) -> Step:
    if state.is_overlong:
        # The turn is being committed whatever comes; what is said now opens the next one.
        return _try_to_end(state, policy)
    going_on = replace(
        state,
        phase="speaking",
        last_voice_ms=state.now_ms,
        next_partial_ms=state.now_ms + policy.partial_every_ms,
    )
    return going_on, (WithdrawTurn(state.revision),)


def _take_transcript(state: TurnState, given: TranscriptReady, policy: TurnPolicy) -> Step:
    if _is_stale(state, given.revision):
        return state, ()
    text = given.text.strip()
    if not any(character.isalnum() for character in text):
        return _drop(state, "nothing was recognised")
    if given.log_probability < policy.noise_log_probability:
        return _drop(state, "noise")
    evidence = replace(state.evidence, text=text)
    state = replace(state, evidence=evidence, log_probability=given.log_probability)
    state, effects = _try_to_end(state, policy)
    # Also when the turn ended with this very transcript: the commit waits for the commands.
    return state, (Understand(given.revision, text), *effects)


def _try_to_end(state: TurnState, policy: TurnPolicy) -> Step:
    """Commit the paused turn if there was silence enough and the transcript is known.

    An answer would cut what the assistant is saying, so that what may not be interrupted is heard to its end first.
    """
    text = state.evidence.text
    must_hear_out = state.reply_id is not None and not state.is_interruptible
    if text is None or must_hear_out:
        return state, ()
    wait = 0 if state.is_overlong else wait_ms(state.evidence, state.expectation, policy)
    silence_enough_ms = state.last_voice_ms + wait
    if state.now_ms < silence_enough_ms:
        return state, ()
    ended = TurnEnded(state.revision, text, state.last_voice_ms, state.now_ms)
    commit = CommitTurn(state.revision, text, state.last_voice_ms, silence_enough_ms)
    quiet = replace(state, phase="quiet", run_ms=0, awaits=False, idle_since_ms=state.now_ms)
    return quiet, (Emit(ended), commit)


def _drop(state: TurnState, reason: str) -> Step:
    quiet = replace(state, phase="quiet", run_ms=0)
    dropped = TurnDropped(state.revision, reason, state.now_ms)
    return quiet, (Emit(dropped), DropTurn(state.revision))
