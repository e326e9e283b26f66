"""What a call minds beside turns, as one step: silence, background, fillers, keys, limits, watchdog, language.

The shell tells what happens in its own words, once; here it is told on to each part, and what one part finds is told
to the others (music is no silence, a key is life, a goodbye ends the call). Parts that want the same thing to be said
say so with one effect, `SayPhrase`.

    FrameTaken ─→ gate ─┬─ background ─→ idle, limits
                        └→ ticks ─→ idle, fillers, keypad, limits, watchdog ─→ effects

Pure: `at_ms` is the call's audio time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never

from flows.effects import Expectation
from voice.attendance import fillers, idle, keypad, language_switch, onset_gate, watchdog
from voice.attendance import limits as call_limits
from voice.attendance.phrases import PhraseKind
from voice.attendance.policy import CallPolicy
from voice.attendance.watchdog import SoundChanged, TurnAnswered, TurnCommitted, TurnDismissed
from voice.events import BackgroundBegan, BackgroundEnded


@dataclass(frozen=True, slots=True)
class AttendancePolicy:
    """voice.yml's settings and, from `voice.attendance.phrases`, what may be said while an action runs."""

    call: CallPolicy = field(default_factory=CallPolicy)
    filler_texts: fillers.FillerTexts = field(default_factory=lambda: fillers.FillerTexts(()))


# --- inputs --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FrameTaken:
    """20 ms of the call, before turn-taking hears them.

    `level_db` and `is_voiced`: the frame's level (`audio.level_db`) and what voice activity takes it for.
    `is_real`: it came from the caller and was not put in their place. `is_sounding`: turn-taking is in a turn of the
    caller. `is_replying`: a reply is being made, said or held. `is_unheard`: the caller has fallen silent in that turn.
    """

    at_ms: int
    level_db: float
    is_voiced: bool
    is_real: bool = True
    is_sounding: bool = False
    is_replying: bool = False
    is_unheard: bool = False


@dataclass(frozen=True, slots=True)
class QuestionChanged:
    """The flow waits for this, `timeout_ms` of silence at most (`idle.timeout_ms`); or works on a turn."""

    at_ms: int
    expectation: Expectation
    awaits: bool
    timeout_ms: int


@dataclass(frozen=True, slots=True)
class TurnHadWords:
    """A turn of the caller ended with words. `asks_for_time`: "hold on", "let me see"."""

    at_ms: int
    asks_for_time: bool = False


@dataclass(frozen=True, slots=True)
class ActionChanged:
    """An action of the turn was started (`is_running`), or is over."""

    at_ms: int
    name: str
    is_running: bool


AttendanceInput: TypeAlias = (
    FrameTaken
    | QuestionChanged
    | TurnHadWords
    | onset_gate.TurnWithoutWords
    | onset_gate.PartialHeard
    | TurnCommitted
    | TurnAnswered
    | TurnDismissed
    | SoundChanged
    | ActionChanged
    | fillers.WordsComing
    | fillers.FillerSaid
    | watchdog.ReplyHeld
    | watchdog.PartDoes
    | keypad.KeyPressed
    | language_switch.LanguageInput
    | call_limits.GoodbyeOver
    | call_limits.CallerGone
)


# --- effects -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SayPhrase:
    """Say one of `voice.attendance.phrases.texts(kind, …)`, and let it leave no trace in the conversation.

    `ends_call`: stop what is being said, let nothing interrupt it, and tell `GoodbyeOver` when it has been heard.
    """

    kind: PhraseKind
    ends_call: bool = False


AttendanceEffect: TypeAlias = (
    SayPhrase
    | idle.PromptCaller
    | fillers.SayFiller
    | keypad.StopReply
    | keypad.DropSpeech
    | keypad.Answer
    | keypad.AskForPerson
    | keypad.KeyIgnored
    | call_limits.FinishTurn
    | call_limits.HangUp
    | watchdog.ReleaseReply
    | watchdog.Report
    | BackgroundBegan
    | BackgroundEnded
    | language_switch.LanguageEffect
)


@dataclass(frozen=True, slots=True)
class AttendanceState:
    """The states of all parts."""

    gate: onset_gate.GateState = field(default_factory=onset_gate.GateState)
    silence: idle.IdleState = field(default_factory=idle.IdleState)
    filling: fillers.FillerState = field(default_factory=fillers.FillerState)
    keys: keypad.KeypadState = field(default_factory=keypad.KeypadState)
    limits: call_limits.LimitState = field(default_factory=call_limits.LimitState)
    watch: watchdog.WatchState = field(default_factory=watchdog.WatchState)
    language: language_switch.LanguageState = field(default_factory=language_switch.LanguageState)

    @property
    def hears(self) -> bool:
        """Whether turn-taking is to hear the frame that was taken last; else give it a speech probability of 0."""
        return self.gate.is_open

    @property
    def is_entering(self) -> bool:
        """Whether keys are being entered: words that are recognised meanwhile are no turn."""
        return self.keys.is_entering


Step: TypeAlias = tuple[AttendanceState, tuple[AttendanceEffect, ...]]


def new_state(seed: int) -> AttendanceState:
    """Return the state of a call that begins; `seed` is chance from outside, for the choice of fillers."""
    return AttendanceState(filling=fillers.FillerState(seed=seed))


def step(state: AttendanceState, given: AttendanceInput, policy: AttendancePolicy) -> Step:
    """Take one input; return the new state and what is to be done, in order."""
    run = _Run(state, policy)
    match given:
        case FrameTaken():
            run.tell_frame(given)
        case QuestionChanged(at_ms, expectation, awaits, timeout_ms):
            run.tell_idle(idle.Asked(at_ms, timeout_ms) if awaits else idle.Working(at_ms))
            run.tell_keypad(keypad.QuestionChanged(expectation, awaits))
        case TurnHadWords(at_ms, asks_for_time):
            run.tell_gate(onset_gate.TurnWithWords(at_ms), at_ms)
            run.tell_active(at_ms)
            if asks_for_time:
                run.tell_idle(idle.HoldAsked(at_ms))
        case onset_gate.TurnWithoutWords(at_ms):
            run.tell_gate(given, at_ms)
        case onset_gate.PartialHeard():
            run.tell_gate(given, 0)
        case keypad.KeyPressed(at_ms=at_ms):
            run.tell_active(at_ms)
            run.tell_keypad(given)
        case language_switch.FinalHeard() | language_switch.TurnTaken() | language_switch.LanguageChosen():
            run.tell_language(given)
        case call_limits.GoodbyeOver() | call_limits.CallerGone():
            run.tell_limits(given)
        case _:
            _answering(run, given)
    return run.state, tuple(run.effects)


def _answering(
    run: _Run,
    given: TurnCommitted
    | TurnAnswered
    | TurnDismissed
    | SoundChanged
    | ActionChanged
    | fillers.WordsComing
    | fillers.FillerSaid
    | watchdog.ReplyHeld
    | watchdog.PartDoes,
) -> None:
    match given:
        case TurnCommitted(at_ms):
            run.tell_fillers(fillers.TurnCommitted(at_ms))
            run.tell_watch(given)
            run.tell_limits(call_limits.TurnOwed(at_ms, is_owed=True))
        case TurnAnswered(at_ms):
            run.tell_fillers(fillers.TurnOver(at_ms))
            run.tell_watch(given)
            run.tell_limits(call_limits.TurnOwed(at_ms, is_owed=False))
        case TurnDismissed(at_ms):
            run.tell_fillers(fillers.TurnOver(at_ms))
            run.tell_watch(given)
        case SoundChanged(at_ms, is_heard, is_filler):
            run.tell_idle(idle.ReplyChanged(at_ms, is_heard))
            run.tell_watch(given)
            if not is_filler:
                run.tell_fillers(fillers.ReplyHeard(at_ms, is_heard))
        case ActionChanged(at_ms, name, is_running):
            run.tell_fillers(fillers.ActionBegan(at_ms) if is_running else fillers.ActionEnded(at_ms))
            run.tell_watch(watchdog.PartDoes(at_ms, "action", name if is_running else None))
        case fillers.WordsComing() | fillers.FillerSaid():
            run.tell_fillers(given)
        case watchdog.ReplyHeld() | watchdog.PartDoes():
            run.tell_watch(given)
        case _:
            assert_never(given)


class _Run:
    """One step in the making: every part's own step, and who is told of what it did."""

    def __init__(self, state: AttendanceState, policy: AttendancePolicy) -> None:
        self.state = state
        self.effects: list[AttendanceEffect] = []
        self._policy = policy

    def tell_frame(self, frame: FrameTaken) -> None:
        """Tell all parts that 20 ms have passed."""
        at_ms, is_sounding = frame.at_ms, frame.is_sounding
        self.tell_gate(onset_gate.FrameLevel(at_ms, frame.level_db, frame.is_voiced), at_ms)
        if frame.is_real:
            self.tell_watch(watchdog.FrameHeard(at_ms))
        if self.state.keys.is_entering:
            self.tell_active(at_ms)  # a caller who is looking for the next digit is not silent
            self.tell_keypad(keypad.Tick(at_ms))
        if self.state.limits.is_ending:
            self.tell_limits(call_limits.Tick(at_ms))
            return
        self.tell_idle(idle.Tick(at_ms, is_sounding or frame.is_replying))
        self.tell_fillers(fillers.Tick(at_ms, is_sounding))
        self.tell_watch(watchdog.Tick(at_ms, is_sounding and not frame.is_unheard, frame.is_unheard))
        is_floor_free = not is_sounding and not frame.is_replying and self.state.watch.owed_since_ms is None
        self.tell_limits(call_limits.Tick(at_ms, is_floor_free))

    def tell_active(self, at_ms: int) -> None:
        """The caller said or pressed something."""
        self.tell_idle(idle.CallerActive(at_ms))
        self.tell_limits(call_limits.CallerActive(at_ms))

    def tell_gate(self, given: onset_gate.GateInput, at_ms: int) -> None:
        gate, effects = onset_gate.step(self.state.gate, given, self._policy.call.background)
        if gate is not self.state.gate:
            self.state = replace(self.state, gate=gate)
        for effect in effects:
            is_on = isinstance(effect, BackgroundBegan)
            self.tell_idle(idle.BackgroundChanged(at_ms, is_on))
            self.tell_limits(call_limits.BackgroundChanged(at_ms, is_on))
            self.effects.append(effect)

    def tell_idle(self, given: idle.IdleInput) -> None:
        state, effects = idle.step(self.state.silence, given, self._policy.call.silence)
        if state is not self.state.silence:
            self.state = replace(self.state, silence=state)
        for effect in effects:
            match effect:
                case idle.Reassure():
                    self.effects.append(SayPhrase("take_your_time"))
                case idle.SayHolding():
                    self.effects.append(SayPhrase("holding"))
                case idle.SayGoodbye(reason):
                    self.effects.append(SayPhrase("goodbye_silent", ends_call=True))
                    self.tell_limits(call_limits.GoodbyeBegan(given.at_ms, reason))
                case idle.PromptCaller():
                    self.effects.append(effect)
                case _:
                    assert_never(effect)

    def tell_fillers(self, given: fillers.FillerInput) -> None:
        state, effects = fillers.step(self.state.filling, given, self._policy.call.fillers, self._policy.filler_texts)
        if state is not self.state.filling:
            self.state = replace(self.state, filling=state)
        self.effects += effects

    def tell_keypad(self, given: keypad.KeypadInput) -> None:
        state, effects = keypad.step(self.state.keys, given, self._policy.call.keypad)
        if state is not self.state.keys:
            self.state = replace(self.state, keys=state)
        self.effects += effects

    def tell_limits(self, given: call_limits.LimitInput) -> None:
        state, effects = call_limits.step(self.state.limits, given, self._policy.call.limits)
        if state is not self.state.limits:
            self.state = replace(self.state, limits=state)
        for effect in effects:
            match effect:
                case call_limits.WarnOfEnd():
                    self.effects.append(SayPhrase("ends_soon"))
                case call_limits.SayGoodbye(phrase):
                    self.effects.append(SayPhrase(phrase, ends_call=True))
                case call_limits.FinishTurn() | call_limits.HangUp():
                    self.effects.append(effect)
                case _:
                    assert_never(effect)

    def tell_watch(self, given: watchdog.WatchInput) -> None:
        state, effects = watchdog.step(self.state.watch, given, self._policy.call.watchdog)
        if state is not self.state.watch:
            self.state = replace(self.state, watch=state)
        for effect in effects:
            if isinstance(effect, watchdog.SpeakFallback):
                self.effects.append(SayPhrase("fallback" if effect.is_empty else "overdue"))
            else:
                self.effects.append(effect)

    def tell_language(self, given: language_switch.LanguageInput) -> None:
        state, effects = language_switch.step(self.state.language, given, self._policy.call.language)
        self.state = replace(self.state, language=state)
        self.effects += effects
