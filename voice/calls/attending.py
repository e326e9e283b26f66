"""The shell around `voice.attendance.step`: tells it what happens in a call, and has the call do what it orders."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any, Protocol, assert_never

from dialogue.conversation import Conversation
from dialogue.events import AssistantSaid, DialogueEvent, UserSaid
from dialogue.templates import Values
from flows.commands import CannotHandle, Command, Failed, HumanHandoff, UserSilence
from flows.effects import Expectation
from flows.events import ActionExecuted, SlotSet, StepEntered
from flows.model import ActionTask
from voice import events
from voice.attendance import fillers, idle, keypad, language_switch, onset_gate, watchdog
from voice.attendance import limits as call_limits
from voice.attendance import step as attendance
from voice.attendance.fillers import FillerTexts
from voice.attendance.phrases import PhraseKind, texts
from voice.attendance.policy import CallPolicy
from voice.attendance.step import AttendanceEffect, AttendanceInput, AttendancePolicy
from voice.calls.listening import CERTAIN_STAGES
from voice.endpointing.hesitation import ending_of
from voice.ports import LanguageChoice
from voice.speech.sentences import has_words
from voice.turns.inputs import FrameHeard, TranscriptReady
from voice.turns.policy import TurnPolicy
from voice.turns.state import TurnState


class Attended(Protocol):
    """What a call can be asked to do."""

    def answer_command(self, command: Command) -> None: ...

    def answer_text(self, text: str) -> None: ...

    def say_aside(self, text: str, *, ends_call: bool) -> None: ...

    def fill(self, text: str, gap_ms: int) -> None: ...

    def stop_reply(self) -> None: ...

    def resume_reply(self, reply_id: int) -> None: ...

    def drop_speech(self) -> None: ...

    def listen_in(self, language: str) -> None: ...

    def emit(self, event: events.CallEvent) -> None: ...

    def hang_up(self, reason: str) -> None: ...


class Attending:
    """Minds what a call needs beside turns: silence, background, fillers, keys, limits, a watchdog, languages."""

    def __init__(
        self,
        call: Attended,
        conversation: Conversation,
        policy: CallPolicy,
        transport: str,
        default_timeout_ms: int,
        language: str,
    ) -> None:
        assistant = conversation.assistant
        seed = zlib.crc32(conversation.conversation_id.encode())
        self._call = call
        self._conversation = conversation
        self._has_answered = False
        """The words that were heard last asked for a language, and have been answered."""
        self._chance = Random(seed)
        self._default_timeout_ms = default_timeout_ms
        self._transport = transport
        self._timeouts = idle.read_timeouts(assistant, transport)
        self._policy = AttendancePolicy(policy)
        self._speak_in(language)
        self._state = attendance.new_state(seed)
        self._expectation = Expectation()
        self._has_words = False
        self._is_owed = False
        """The turn that is over has been told of, and its words are still to come in the log."""
        self._was_heard = (False, False)

    @property
    def hears(self) -> bool:
        """Whether turn-taking is to hear the frame that was taken last."""
        return self._state.hears

    @property
    def takes_words(self) -> bool:
        """Whether what is recognised now may be a turn: not while keys are entered, or where only keys answer."""
        return not self._state.is_entering and keypad.hears_speech(self._expectation)

    def language_choice(self) -> str | LanguageChoice:
        """Return what the caller may be speaking now."""
        offered = self._policy.call.language
        if len(offered.languages) < 2:
            return self._language
        is_settled = language_switch.is_settled(self._state.language, offered)
        return LanguageChoice(self._language, offered.languages, is_settled)

    def hear_words(self, given: TranscriptReady, turn: int) -> bool:
        """Take what was recognised of a turn; say whether it asked for a language only, and has been answered."""
        self._has_answered = False
        is_awaited = self._expectation.kind != "open"
        final = language_switch.FinalHeard(
            given.text, given.language, given.log_probability, turn=turn, is_answer_awaited=is_awaited
        )
        self.take(final)
        return self._has_answered

    def take(self, given: AttendanceInput) -> None:
        """Take an input and have done what follows from it."""
        self._state, effects = attendance.step(self._state, given, self._policy)
        for effect in effects:
            self._carry_out(effect)

    def ask(self, expectation: Expectation, at_ms: int) -> None:
        """The conversation waits for this now."""
        self._expectation = expectation
        timeout = idle.timeout_ms(
            expectation, self._transport, self._timeouts, self._default_timeout_ms, slot_s=self._slot_s()
        )
        self.take(attendance.QuestionChanged(at_ms, expectation, awaits=True, timeout_ms=timeout))

    def answered(self, at_ms: int) -> None:
        """A committed turn has run to its end."""
        self.take(attendance.ActionChanged(at_ms, "turn", is_running=False))
        self.take(watchdog.TurnAnswered(at_ms, self._has_words))

    def hear(
        self, frame: FrameHeard, turns: TurnState, policy: TurnPolicy, sound: tuple[bool, bool], *, is_real: bool
    ) -> None:
        """Take 20 ms of the caller. `sound`: whether the caller hears the assistant in them, and whether a filler."""
        is_heard, is_filler = sound
        if sound != self._was_heard:
            self._was_heard = sound
            self.take(watchdog.SoundChanged(frame.at_ms, is_heard, is_filler))
        is_quiet = turns.phase == "quiet"
        limit = policy.speech_on_probability if is_quiet else policy.speech_off_probability
        self.take(
            attendance.FrameTaken(
                frame.at_ms,
                level_db=frame.level_db or 0.0,
                is_voiced=frame.speech_probability >= limit,
                is_real=is_real,
                is_sounding=not is_quiet,
                is_replying=turns.reply_id is not None,
                is_unheard=turns.phase == "paused",
            )
        )

    def press(self, message: Mapping[str, Any], at_ms: int, turns: TurnState) -> bool:
        """Take a key that the client sent; False if it is none."""
        key = keypad.key_of(message)
        if key is None:
            return False
        self._call.emit(events.KeyPressed(key, at_ms))
        self.take(keypad.KeyPressed(key, at_ms, turns.reply_id is not None, turns.is_interruptible))
        return True

    def see(self, event: events.CallEvent | DialogueEvent, at_ms: int) -> None:
        """Take note of an event of the call."""
        match event:
            case StepEntered(flow_id, step_id):
                self.take(watchdog.PartDoes(at_ms, "action", self._step_named(flow_id, step_id)))
            case ActionExecuted(name):
                self.take(watchdog.PartDoes(at_ms, "action", f"the turn, {name} is done"))
            case SlotSet(name="language", value=str(language)):
                self.take(language_switch.LanguageChosen(language))
            case UserSaid(text=text, commands=commands, stage=stage):
                if text:
                    missed = any(isinstance(each, CannotHandle | Failed) for each in commands) or not commands
                    self.take(language_switch.TurnTaken(stage in CERTAIN_STAGES, not missed))
                if not self._is_owed:
                    self._owe(at_ms)
                self._is_owed = False
                self.take(attendance.ActionChanged(at_ms, "turn", is_running=True))
            case AssistantSaid(text=text, source=fillers.SOURCE):
                self.take(fillers.FillerSaid(at_ms, text))
            case AssistantSaid():
                self._has_words = True
                self.take(fillers.WordsComing(at_ms))
            case events.PartialTranscript(text):
                self.take(onset_gate.PartialHeard(has_words(text)))
            case events.TurnEnded(text=text):
                self._owe(at_ms)
                self.take(attendance.TurnHadWords(at_ms, ending_of(text, is_asked=False) == "asks_for_time"))
            case events.TurnDropped(reason="backchannel"):
                self.take(attendance.TurnHadWords(at_ms))
            case events.TurnDropped():
                self.take(onset_gate.TurnWithoutWords(at_ms))
            case events.TurnRetracted() | events.BargeIn():
                self._is_owed = False
                self.take(watchdog.TurnDismissed(at_ms))
            case events.ReplyPaused(reply_id):
                self.take(watchdog.ReplyHeld(at_ms, reply_id, is_held=True))
            case events.ReplyResumed(reply_id) | events.ReplyFinished(reply_id):  # one may end while it is being paused
                self.take(watchdog.ReplyHeld(at_ms, reply_id, is_held=False))
            case _:
                pass

    def _speak_in(self, language: str) -> None:
        """Use the words of this language from now on."""
        assistant = self._conversation.assistant
        self._language = language
        first, more = texts("filler", assistant, language), texts("filler_more", assistant, language)
        self._policy = replace(self._policy, filler_texts=FillerTexts(first, more))

    def _turn_to_language(self, kind: PhraseKind, *, was_asked: bool) -> None:
        """Answer a request for a language, or tell that the one that was heard is not spoken."""
        self._has_answered = was_asked
        if was_asked or kind == "language_refused":
            self._call.say_aside(self._phrase(kind), ends_call=False)

    def _owe(self, at_ms: int) -> None:
        """The caller's turn is over, whether or not it is understood yet."""
        self._is_owed, self._has_words = True, False
        self.take(watchdog.TurnCommitted(at_ms))

    def _step_named(self, flow_id: str, step_id: str) -> str:
        """Name a step as a log does, with the action that it runs."""
        flow = self._conversation.assistant.flows.get(flow_id)
        step = flow.by_id.get(step_id) if flow is not None else None
        action = f"{step.task.name} in " if step is not None and isinstance(step.task, ActionTask) else ""
        return f"{action}{flow_id}/{step_id}"

    def _slot_s(self) -> object:
        """Return what a flow or action has put into the slot of the silence time-out; None while it is as it was."""
        slot = self._conversation.assistant.slots.get(idle.SLOT)
        value = self._conversation.state.slots.get(idle.SLOT)
        return None if slot is None or value == slot.initial_value else value

    def _phrase(self, kind: PhraseKind) -> str:
        policy = self._policy.call.language
        values = Values(self._conversation.state.slots)
        only = len(policy.languages) == 1
        found = texts(kind, self._conversation.assistant, self._language, values, is_only_language=only)
        return self._chance.choice(found)

    def _carry_out(self, effect: AttendanceEffect) -> None:
        call = self._call
        match effect:
            case attendance.SayPhrase(kind, ends_call):
                call.say_aside(self._phrase(kind), ends_call=ends_call)
            case idle.PromptCaller():
                call.answer_command(UserSilence())
            case fillers.SayFiller(text, gap_ms):
                call.fill(text, gap_ms)
            case call_limits.FinishTurn() | keypad.KeyIgnored():
                pass  # the call finishes its turn anyway
            case keypad.StopReply():
                call.stop_reply()
            case keypad.DropSpeech():
                call.drop_speech()
            case keypad.Answer(text):
                call.answer_text(text)
            case keypad.AskForPerson():
                call.answer_command(HumanHandoff())
            case call_limits.HangUp(reason):
                call.hang_up(reason)
            case watchdog.ReleaseReply(reply_id):
                call.resume_reply(reply_id)
            case watchdog.Report(code, message, at_ms):
                call.emit(events.Fault(code, message, at_ms))
            case events.BackgroundBegan() | events.BackgroundEnded():
                call.emit(effect)
            case language_switch.SwitchLanguage(language, was_asked):
                self._speak_in(language)
                call.listen_in(language)
                self._turn_to_language("language_switched", was_asked=was_asked)
            case language_switch.RefuseLanguage(_, was_asked):
                self._turn_to_language("language_refused", was_asked=was_asked)
            case _:
                assert_never(effect)
