"""The shell of one call: one inbox, one consumer, one task group. What to do is decided by `voice.turns`.

    link ─ frames ─→ Listening.hear ─→ turns.step ─→ effects ─┬→ Listening: recognise, judge, understand
         ─ messages ──────────────────────────────────────────┴→ Answering: commit, speak ─→ playback ─→ link

Results of tasks come back through the same inbox, so that nothing here needs a lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, assert_never

import structlog

from dialogue.conversation import Conversation
from dialogue.events import DialogueEvent
from dialogue.turn import Understood, UserTurn
from flows.commands import Command, Failed, RepeatLastBotMessages, UserSilence
from voice import events, turns
from voice.answering import Answering
from voice.audio import FRAME_MS, LISTEN_RATE_HZ, silence
from voice.engines import SpeechEngines
from voice.latency import TurnMarks
from voice.link import (
    CallInput,
    FrameArrived,
    FramePlayed,
    LinkClosed,
    MediaLink,
    MessageArrived,
    PartialReady,
    ReplyStopped,
    TurnAnswered,
)
from voice.listening import Listening
from voice.playback import PlayedFrame
from voice.policy import TurnPolicy
from voice.protocols.events_json import to_json

MISSING_AUDIO_MS = 200
"""Without a frame for so long, silence is put in its place, so that time goes on for a client that stalls."""
FINISH_S = 12.0
"""A committed turn may run so long after the caller has gone; the longest action takes 10 s."""


async def run_call(
    link: MediaLink,
    conversation: Conversation,
    engines: SpeechEngines,
    policy: TurnPolicy,
    metadata: Mapping[str, Any] | None = None,
) -> None:
    """Hold one call until either side hangs up. Never raises for what a caller, a model or an action does."""
    log = structlog.get_logger().bind(call_id=link.call_id)
    reason = "internal-error"
    log.info("call-started", conversation_id=conversation.conversation_id, transport=link.transport)
    try:
        async with asyncio.TaskGroup() as tasks:
            reason = await _Call(link, conversation, engines, policy, tasks).hold(dict(metadata or {}))
    except* Exception as group:
        log.error("call-failed", exc_info=group)
    finally:
        link.send(to_json(events.CallEnded(reason, link.now_ms())))
        await link.close(reason)
        await conversation.end(reason)
        log.info("call-ended", reason=reason)


class _Call:
    def __init__(
        self,
        link: MediaLink,
        conversation: Conversation,
        engines: SpeechEngines,
        policy: TurnPolicy,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._link = link
        self._conversation = conversation
        self._policy = policy
        self._turns = turns.TurnState()
        self._listening = Listening(conversation, engines, link.inbox, tasks)
        self._answering = Answering(link, conversation, engines, tasks, self._emit)
        self._ends: str | None = None
        self._has_stopped_reply = False
        """The speech that is going on has stopped a reply; if it turns out to be noise, the reply is said again."""

    async def hold(self, metadata: dict[str, Any]) -> str:
        """Take inputs one by one until the call is over; return why it is."""
        self._emit(events.CallStarted(self._link.call_id, self._conversation.assistant.name, self._link.transport))
        self._link.attach(self)
        self._answering.greet(self._conversation.start(metadata))
        while self._ends is None or not self._answering.is_silent:
            given = await self._next()
            if isinstance(given, LinkClosed):
                await self._let_go()
                return given.reason
            self._take(given)
        await self._let_go()
        return self._ends

    def next_frame(self) -> PlayedFrame:
        """Give the transport its next 20 ms; frames that matter are told to the inbox."""
        frame = self._answering.playback.next_frame()
        if frame.is_first_audible or frame.is_last:
            self._link.inbox.put(FramePlayed(frame, self._link.now_ms()))
        return frame

    async def _next(self) -> CallInput:
        while True:
            try:
                async with asyncio.timeout(MISSING_AUDIO_MS / 1000):
                    return await self._link.inbox.get()
            except TimeoutError:
                for _ in range(MISSING_AUDIO_MS // FRAME_MS):
                    self._take(FrameArrived(silence(FRAME_MS, LISTEN_RATE_HZ), self._link.now_ms()))

    async def _let_go(self) -> None:
        """Stop listening and speaking, but let the turn that was committed come to its end."""
        self._listening.stop()
        self._answering.stop()
        if self._answering.turn is not None:
            await asyncio.wait([self._answering.turn], timeout=FINISH_S)
            self._answering.turn.cancel()

    # --- inputs ------------------------------------------------------------------------------------------------

    def _take(self, given: CallInput) -> None:
        match given:
            case FrameArrived(samples, received_ms):
                self._step(self._listening.hear(samples, received_ms))
            case FramePlayed():
                self._answering.played(given, self._link.now_ms())
            case MessageArrived(message):
                self._take_message(message)
            case PartialReady(begin_ms, text):
                if self._turns.phase == "speaking" and begin_ms == self._turns.begin_ms and text:
                    self._emit(events.PartialTranscript(text, self._listening.heard.now_ms))
            case ReplyStopped(reply_id):
                self._answering.ended(reply_id)
            case TurnAnswered(_, ended):
                self._ends = ended or self._ends
            case LinkClosed():
                pass  # `hold` has returned
            case _:
                self._step(given)

    def _take_message(self, message: Mapping[str, Any]) -> None:
        match message:
            case {"type": "ping", "client_ms": int() | float() as client_ms}:
                self._link.send({"type": "pong", "client_ms": client_ms, "call_ms": self._link.now_ms()})
            case {"type": "say", "text": str() as text} if text.strip():
                self._answer_text(text)
            case {"type": "hang_up"}:
                self._link.inbox.put(LinkClosed("caller-hung-up"))
            case _:
                self._emit(
                    events.Fault(
                        "message-unknown",
                        'send {"type": "ping" | "say" | "hang_up", ...}; see docs/events.md',
                        self._link.now_ms(),
                    )
                )

    def _answer_text(self, text: str) -> None:
        """Answer a typed turn; what is being said is stopped, as speech would stop it."""
        self._answering.hush(self._listening.heard.now_ms)

        async def understand() -> Understood:
            return await self._conversation.understand(UserTurn(text))

        self._answering.answer(understand(), None, 0)

    def _answer_command(self, command: Command) -> None:
        """Answer something that happened to the caller and was not said."""

        async def understood() -> Understood:
            return Understood(UserTurn(""), (command,), "none")

        self._answering.hush(self._listening.heard.now_ms)
        self._answering.answer(understood(), None, 0)

    # --- effects -----------------------------------------------------------------------------------------------

    def _step(self, given: turns.TurnInput) -> None:
        if isinstance(given, turns.TranscriptReady):
            at_ms = self._listening.heard.now_ms
            text = given.text.strip()
            self._emit(events.FinalTranscript(given.revision, text, given.log_probability, at_ms))
        if isinstance(given, turns.TurnJudged):
            at_ms = self._listening.heard.now_ms
            self._emit(events.TurnProbability(given.revision, given.probability, at_ms))
        self._turns, effects = turns.step(self._turns, given, self._policy)
        if isinstance(given, turns.RecognitionFailed) and effects:
            self._has_stopped_reply = False
            self._answer_command(Failed())  # the caller did say something: never answer with silence
        for effect in effects:
            self._carry_out(effect)

    def _carry_out(self, effect: turns.TurnEffect) -> None:
        match effect:
            case turns.Emit(event):
                self._emit(event)
            case turns.TryTurn():
                self._listening.try_turn(effect)
            case turns.JudgeTurn():
                self._listening.judge(effect)
            case turns.RecognisePartial():
                self._listening.recognise_partial(effect)
            case turns.Understand():
                self._listening.understand(effect, self._link.now_ms(), self._answering.turn)
            case turns.WithdrawTurn(revision):
                self._listening.abandon(revision)
            case turns.DropTurn(revision):
                self._listening.abandon(revision)
                if self._has_stopped_reply:
                    self._has_stopped_reply = False
                    self._answer_command(RepeatLastBotMessages())
            case turns.StopReply(reply_id):
                self._has_stopped_reply = True
                self._answering.barge_in(reply_id, self._listening.heard.now_ms)
            case turns.PromptCaller():
                self._answer_command(UserSilence())
            case turns.CommitTurn():
                self._commit(effect)
            case _:
                assert_never(effect)

    def _commit(self, order: turns.CommitTurn) -> None:
        self._has_stopped_reply = False
        trial = self._listening.take(order.revision)
        if trial is None or trial.understanding is None or self._ends is not None:
            return  # after the last words, the conversation is over
        heard, now_ms = self._listening.heard, self._link.now_ms()
        marks = TurnMarks(
            speech_end_ms=heard.clock_ms(trial.speech_end_ms),
            silence_enough_ms=heard.clock_ms(order.silence_enough_ms),
            transcript_ms=trial.transcript_ms,
            understood_ms=now_ms,
            decided_ms=now_ms,
            first_audio_ms=now_ms,
        )
        self._answering.hush(self._listening.heard.now_ms)
        self._answering.answer(trial.understanding, marks, self._policy.min_gap_ms)

    def _emit(self, event: events.CallEvent | DialogueEvent) -> None:
        self._link.send(to_json(event))
