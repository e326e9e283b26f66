"""The shell of one call: one inbox, one consumer, one task group. What to do is decided by `voice.turns.turn_taking`.

    link ─ frames ─→ Listening.hear ─→ turns.step ─→ effects ─┬→ Listening: recognise, judge, understand
         ─ messages ──────────────────────────────────────────┴→ Answering: commit, speak ─→ playback ─→ link

Results of tasks come back through the same inbox, so that nothing here needs a lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from typing import Any, assert_never

import structlog

from dialogue.conversation import Conversation
from dialogue.events import DialogueEvent
from dialogue.turn import Understood, UserTurn
from flows.commands import Command, Failed, RepeatLastBotMessages
from voice import events
from voice.attendance.limits import CallerGone, GoodbyeOver
from voice.attendance.watchdog import PartDoes
from voice.audio import FRAME_MS, LISTEN_RATE_HZ, silence
from voice.calls.answering import Answering
from voice.calls.attending import Attending
from voice.calls.client_messages import take_message
from voice.calls.listening import Listening, Trial
from voice.calls.microphone import Microphone
from voice.calls.settings import CallSettings
from voice.engines import SpeechEngines
from voice.link import (
    CallInput,
    FrameArrived,
    FramePlayed,
    LinkClosed,
    MediaLink,
    MessageArrived,
    ReplyStopped,
    TurnAnswered,
)
from voice.protocols.events_json import to_json
from voice.recording.notice import with_notice
from voice.recording.port import Recorder
from voice.speech.playback import PlayedFrame
from voice.turns import effects as turn_effects
from voice.turns import inputs as turn_inputs
from voice.turns import turn_taking as turns
from voice.turns.overlap import is_escape
from voice.turns.state import TurnState

MISSING_AUDIO_MS = 1_000
"""Without a frame for so long, silence takes its place: time goes on. A WebRTC link fills in itself, and sooner."""


async def run_call(
    link: MediaLink,
    conversation: Conversation,
    engines: SpeechEngines,
    settings: CallSettings,
    metadata: Mapping[str, Any] | None = None,
    recorder: Recorder | None = None,
) -> None:
    """Hold one call until either side hangs up. Never raises for what a caller, a model or an action does."""
    log = structlog.get_logger().bind(call_id=link.call_id)
    reason = "internal-error"
    log.info("call-started", conversation_id=conversation.conversation_id, transport=link.transport)
    try:
        async with asyncio.TaskGroup() as tasks:
            reason = await _Call(link, conversation, engines, settings, tasks, recorder).hold(dict(metadata or {}))
    except* Exception as group:
        log.error("call-failed", exc_info=group)
    finally:
        ended = events.CallEnded(reason, link.now_ms())
        link.send(to_json(ended))
        try:
            await link.close(reason)
            await conversation.end(reason)
        finally:
            if recorder is not None:
                recorder.event(ended)
                recorder.close()
        log.info("call-ended", reason=reason)


class _Call:
    def __init__(
        self,
        link: MediaLink,
        conversation: Conversation,
        engines: SpeechEngines,
        settings: CallSettings,
        tasks: asyncio.TaskGroup,
        recorder: Recorder | None,
    ) -> None:
        self._link = link
        self._conversation = conversation
        self._settings = settings
        self._policy = settings.turns
        self._recorder = recorder
        self._turns = TurnState()
        self._listening = Listening(conversation, engines, link.inbox, tasks, link.now_ms, self._watch)
        self._answering = Answering(
            link, conversation, self._listening.engines, tasks, self.emit, self._listening.speculation
        )
        self._ended_trial: tuple[int, Trial] | None = None
        """The revision that has ended and is not committed yet, and what was done for it."""
        timeout_ms = settings.turns.silence_timeout_ms
        self._attending = Attending(
            self, conversation, settings.attendance, link.transport, timeout_ms, engines.language
        )
        self._listening.choice = self._attending.language_choice
        self._microphone = Microphone(self._listening, self._attending, settings.turns, recorder)
        self._goodbye: int | None = None
        """The reply that ends the call, once it has been heard."""
        self._ends: str | None = None
        self._has_stopped_reply = False
        """The speech that is going on has stopped a reply; if it turns out to be noise, the reply is said again."""

    async def hold(self, metadata: dict[str, Any]) -> str:
        """Take inputs one by one until the call is over; return why it is."""
        self.emit(events.CallStarted(self._link.call_id, self._conversation.assistant.name, self._link.transport))
        self._link.attach(self)
        self._answering.greet(with_notice(self._settings.notice, self._conversation.start(metadata)))
        while self._ends is None or not self._answering.is_silent:
            given = await self._next()
            if isinstance(given, LinkClosed):
                self._attending.take(CallerGone(self._listening.heard.now_ms, given.reason))
                await self._let_go()
                return given.reason
            self._take(given)
        await self._let_go()
        return self._ends

    def next_frame(self) -> PlayedFrame:
        """Give the transport its next 20 ms; frames that matter are told to the inbox."""
        frame = self._answering.playback.next_frame()
        self._microphone.play(frame.samples, self._link.output_rate_hz)
        if self._recorder is not None:
            if sentence := self._answering.begun_sentence(frame):
                self._recorder.sentence(sentence, self._listening.heard.now_ms)
            self._recorder.played(frame.samples, self._listening.heard.now_ms)
        if frame.matters:
            self._link.inbox.put(FramePlayed(frame, self._link.now_ms()))
        return frame

    async def _next(self) -> CallInput:
        while True:
            try:
                async with asyncio.timeout(MISSING_AUDIO_MS / 1000):
                    return await self._link.inbox.get()
            except TimeoutError:
                for _ in range(MISSING_AUDIO_MS // FRAME_MS):
                    missing = silence(FRAME_MS, LISTEN_RATE_HZ)
                    self._hear(FrameArrived(missing, self._link.now_ms(), is_real=False))

    async def _let_go(self) -> None:
        """Stop listening and speaking, but let the turn that was committed come to its end."""
        self._step(turn_inputs.CommitNow())
        self._listening.stop()
        self._listening.speculation.stop()
        self._answering.stop()
        await self._answering.finish()

    # --- inputs ------------------------------------------------------------------------------------------------

    def _take(self, given: CallInput) -> None:
        match given:
            case FrameArrived():
                self._hear(given)
            case FramePlayed():
                self._answering.played(given, self._link.now_ms())
            case MessageArrived(message):
                take_message(message, self, self._link, self._press)
            case ReplyStopped(reply_id):
                self._answering.ended(reply_id)
            case TurnAnswered(_, ended):
                self._ends = ended or self._ends
                self._attending.answered(self._listening.heard.now_ms)
            case LinkClosed():
                pass  # `hold` has returned
            case _:
                self._step(given)

    def _hear(self, arrived: FrameArrived) -> None:
        """Take 20 ms of the caller."""
        frame = self._microphone.hear(arrived, self._turns, self._answering.sound)
        if self._goodbye is not None and self._answering.is_silent:
            self._goodbye = None
            self._attending.take(GoodbyeOver(frame.at_ms))
        self._step(frame)

    def _press(self, message: Mapping[str, Any]) -> bool:
        return self._attending.press(message, self._listening.heard.now_ms, self._turns)

    # --- what a call can be asked to do: `attending.Attended` ------------------------------------------------------

    def answer_text(self, text: str) -> None:
        """Answer a typed turn; what is being said is stopped, as speech would stop it."""

        async def understand() -> Understood:
            return await self._conversation.understand(UserTurn(text))

        self._answer(understand())

    def answer_command(self, command: Command) -> None:
        """Answer something that happened to the caller and was not said."""

        async def understood() -> Understood:
            return Understood(UserTurn(""), (command,), "none")

        self._answer(understood())

    def say_aside(self, text: str, *, ends_call: bool) -> None:
        """Say something that is no part of the conversation."""
        if ends_call:
            self._step(turn_inputs.CommitNow())
        reply_id = self._answering.say_aside(text, ends_call=ends_call)
        if ends_call:
            self._goodbye = reply_id

    def fill(self, text: str, gap_ms: int) -> None:
        """Say a few words while a reply takes long."""
        self._answering.fill(text, gap_ms)

    def stop_reply(self) -> None:
        """Stop what is being said."""
        self._step(turn_inputs.CommitNow())
        self._answering.hush(self._listening.heard.now_ms)

    def resume_reply(self, reply_id: int) -> None:
        """Go on with a reply that was held for too long."""
        self._answering.resume(reply_id)

    def drop_speech(self) -> None:
        """Give up what the caller is saying: they press keys."""
        self._has_stopped_reply = False
        self._step(turn_inputs.SpeechDropped())

    def listen_in(self, language: str) -> None:
        """Hear the caller in another language from now on."""
        self._step(turn_inputs.CommitNow())  # what was foreseen is said in the language that it was foreseen in
        self._listening.language = language
        self._answering.speak_in(language)
        self.emit(events.LanguageSwitched(language, self._listening.heard.now_ms))

    def _watch(self, does: PartDoes) -> None:
        self._attending.take(does)

    def hang_up(self, reason: str) -> None:
        """End the call."""
        self._link.inbox.put(LinkClosed(reason))

    def _answer(self, understanding: Coroutine[Any, Any, Understood]) -> None:
        self._has_stopped_reply = False
        self._step(turn_inputs.CommitNow())
        self._answering.hush(self._listening.heard.now_ms)
        self._answering.answer(understanding, None, 0)

    # --- effects -----------------------------------------------------------------------------------------------

    def _step(self, given: turn_inputs.TurnInput) -> None:
        given = self._admitted(given)
        if self._recorder is not None:
            self._recorder.turn_input(given)
        self._tell(given)
        self._turns, effects = turns.step(self._turns, given, self._policy)
        for effect in effects:
            self._carry_out(effect)

    def _admitted(self, given: turn_inputs.TurnInput) -> turn_inputs.TurnInput:
        """Words are no turn where only keys answer, unless they are a way out, nor where they ask for a language."""
        if not isinstance(given, turn_inputs.TranscriptReady):
            return given
        is_current = given.revision == self._turns.revision
        is_answered = is_current and self._attending.hear_words(given, self._turns.begin_ms)
        if not is_answered and (self._attending.takes_words or is_escape(given.text)):
            return given
        self._has_stopped_reply = False
        return replace(given, is_invented=True)

    def _tell(self, given: turn_inputs.TurnInput) -> None:
        """Let the others know: the client what models made of the caller's audio, the listener what is asked."""
        at_ms = self._listening.heard.now_ms
        match given:
            case turn_inputs.PartialReady(begin_ms, text, committed):
                if self._turns.phase == "speaking" and begin_ms == self._turns.begin_ms and text:
                    self.emit(events.PartialTranscript(text, at_ms, committed))
            case turn_inputs.TranscriptReady(revision, text, log_probability):
                self.emit(events.FinalTranscript(revision, text.strip(), log_probability, at_ms))
            case turn_inputs.QuestionChanged():
                self._listening.expect(given)
                self._attending.ask(given.expectation, at_ms)
            case turn_inputs.TurnJudged(revision, probability):
                self.emit(events.TurnProbability(revision, probability, at_ms))
            case _:
                pass

    def _carry_out(self, effect: turn_effects.TurnEffect) -> None:
        heard = self._listening.heard
        match effect:
            case turn_effects.Emit(event):
                self.emit(event)
            case turn_effects.TryTurn():
                self._listening.try_turn(effect)
            case turn_effects.JudgeTurn():
                self._listening.judge(effect)
            case turn_effects.RecognisePartial():
                self._listening.recognise_partial(effect)
            case turn_effects.Understand():
                self._listening.understand(effect, self._answering.turn)
            case turn_effects.WithdrawTurn(revision):
                self._listening.abandon(revision)
            case turn_effects.DropTurn(revision):
                self._listening.abandon(revision)
                self._say_again()
            case turn_effects.AdmitUnheard(revision):
                self._listening.abandon(revision)
                self._has_stopped_reply = False
                self.answer_command(Failed())  # never answer with silence
            case turn_effects.PauseReply(reply_id):
                self._answering.pause(reply_id)
            case turn_effects.ResumeReply(reply_id):
                self._answering.resume(reply_id)
            case turn_effects.StopReply(reply_id):
                self._has_stopped_reply = True
                self._answering.barge_in(reply_id, heard.now_ms)
            case turn_effects.BeginReply():
                self._begin_reply(effect)
            case turn_effects.RetractTurn():
                self._ended_trial = None
                self._has_stopped_reply = True
                self._answering.retract(heard.now_ms)
            case turn_effects.CommitTurn():
                self._commit(effect)
            case _:
                assert_never(effect)

    def _say_again(self) -> None:
        """What stopped a reply was no turn: say the reply again."""
        if self._has_stopped_reply:
            self._has_stopped_reply = False
            self.answer_command(RepeatLastBotMessages())

    def _begin_reply(self, order: turn_effects.BeginReply) -> None:
        """Say what needs no action, and leave the turn open for a moment."""
        trial = self._listening.take(order.revision)
        if trial is None or trial.understanding is None or self._ends is not None:
            return  # after the last words, the conversation is over
        self._ended_trial = (order.revision, trial)
        understood = trial.understanding.result()
        foreseen = self._listening.speculation.foreseen(understood)
        if foreseen is None:  # the state has changed since it was tried
            self._step(turn_inputs.CommitNow())
            return
        self._has_stopped_reply = False
        marks = self._listening.marks(trial, order.silence_enough_ms)
        self._answering.begin(order.revision, understood, foreseen, marks, self._policy.min_gap_ms)

    def _commit(self, order: turn_effects.CommitTurn) -> None:
        self._has_stopped_reply = False
        ended, self._ended_trial = self._ended_trial, None
        if self._answering.has_begun(order.revision):
            self._answering.commit_begun()
            return
        trial = ended[1] if ended is not None and ended[0] == order.revision else self._listening.take(order.revision)
        if trial is None or trial.understanding is None or self._ends is not None:
            return  # after the last words, the conversation is over
        self._answering.hush(self._listening.heard.now_ms)
        marks = self._listening.marks(trial, order.silence_enough_ms)
        self._answering.answer(trial.understanding, marks, self._policy.min_gap_ms)

    def emit(self, event: events.CallEvent | DialogueEvent) -> None:
        """Tell everybody of an event."""
        self._link.send(to_json(event))
        if self._recorder is not None:
            self._recorder.event(event)
        self._attending.see(event, self._listening.heard.now_ms)
