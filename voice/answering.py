"""The answering half of a call: commits turns, speaks replies, and accounts for the gap of each.

A committed turn always runs to its end, whatever happens to the reply: barge-in silences the assistant, but a
transfer that was confirmed is carried out and logged.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from dialogue.conversation import Conversation
from dialogue.events import AssistantSaid, DialogueEvent, user_said
from dialogue.turn import Ended, Happened, Said, TurnOutput, Understood, Waiting
from voice.engines import SpeechEngines
from voice.events import BargeIn, CallEvent, Fault, LatencyMeasured, ReplyFinished, ReplyStarted
from voice.latency import TurnMarks, parts
from voice.link import FramePlayed, MediaLink, ReplyStopped, TurnAnswered
from voice.playback import PlaybackQueue
from voice.speaker import Reply
from voice.turns import QuestionChanged, ReplyChanged

Emit = Callable[[CallEvent | DialogueEvent], None]
Outputs = Callable[[Reply], Awaitable[AsyncIterator[TurnOutput]]]


@dataclass(slots=True)
class _Live:
    """The reply that is being produced or played."""

    reply: Reply
    speaking: asyncio.Task[None]
    marks: TurnMarks | None
    is_decided: bool = False


class Answering:
    """Speaks to one caller."""

    def __init__(
        self,
        link: MediaLink,
        conversation: Conversation,
        engines: SpeechEngines,
        tasks: asyncio.TaskGroup,
        emit: Emit,
    ) -> None:
        self.playback = PlaybackQueue(link.output_rate_hz)
        self.turn: asyncio.Task[None] | None = None
        """The committed turn that was answered last, or is being answered."""
        self._link = link
        self._conversation = conversation
        self._engines = engines
        self._tasks = tasks
        self._emit = emit
        self._live: _Live | None = None
        self._reply_ids = 0
        self._log = structlog.get_logger().bind(call_id=link.call_id)

    @property
    def is_silent(self) -> bool:
        """Whether nothing is being said or about to be."""
        return self._live is None

    def greet(self, outputs: AsyncIterator[TurnOutput]) -> None:
        """Say what the assistant says of itself, with no turn of the caller before it."""

        async def given(_: Reply) -> AsyncIterator[TurnOutput]:
            return outputs

        self._begin(given, None, 0)

    def answer(self, understanding: Awaitable[Understood], marks: TurnMarks | None, min_gap_ms: int) -> None:
        """Commit a turn as soon as it is understood, and speak what comes of it."""

        async def outputs(reply: Reply) -> AsyncIterator[TurnOutput]:
            understood = await understanding
            self._mark_understood(reply)
            self._emit(user_said(understood))
            return self._conversation.commit(understood)

        self._begin(outputs, marks, min_gap_ms)

    def barge_in(self, reply_id: int, at_ms: int) -> None:
        """Stop a reply, because the caller speaks."""
        if self._live is None or self._live.reply.reply_id != reply_id:
            return
        heard_ms = self.playback.stop(reply_id) or 0
        self._silence()
        self._emit(BargeIn(reply_id, heard_ms, at_ms))

    def hush(self, at_ms: int) -> None:
        """Stop whatever is being said, because a new turn is answered now."""
        if self._live is not None:
            self.barge_in(self._live.reply.reply_id, at_ms)

    def played(self, played: FramePlayed, at_ms: int) -> None:
        """Take note of a frame that was handed to the transport."""
        live, frame = self._live, played.frame
        if live is None or frame.reply_id != live.reply.reply_id:
            return
        if frame.is_first_audible:
            self._emit(ReplyStarted(live.reply.reply_id, at_ms))
            self._account(live, played.sent_ms + frame.onset_ms)
        if frame.is_last:
            self._emit(ReplyFinished(live.reply.reply_id, self.playback.heard_ms, at_ms))
            self.ended(live.reply.reply_id)

    def ended(self, reply_id: int) -> None:
        """A reply is over: played, or with nothing to play."""
        if self._live is not None and self._live.reply.reply_id == reply_id:
            self._silence()

    def stop(self) -> None:
        """Fall silent for good; the turn being answered goes on."""
        if self._live is not None:
            self.playback.stop(self._live.reply.reply_id)
            self._silence()

    # --- one turn ----------------------------------------------------------------------------------------------

    def _begin(
        self,
        outputs: Outputs,
        marks: TurnMarks | None,
        min_gap_ms: int,
    ) -> None:
        self._reply_ids += 1
        reply = Reply(self._reply_ids, not_before_ms=marks.speech_end_ms + min_gap_ms if marks else 0)
        self._live = _Live(reply, self._tasks.create_task(self._speak(reply)), marks)
        self._link.inbox.put(ReplyChanged(reply.reply_id))
        self.turn = self._tasks.create_task(self._carry_out(outputs, reply, self.turn))

    async def _carry_out(
        self,
        outputs: Outputs,
        reply: Reply,
        before: asyncio.Task[None] | None,
    ) -> None:
        """Carry a committed turn to its end; turns follow one another in the order of their commits."""
        ended: str | None = None
        try:
            if before is not None:
                await asyncio.wait([before])
            async for output in await outputs(reply):
                ended = self._put_out(output, reply) or ended
        except Exception as error:
            self._fault("turn-failed", error)
        finally:
            reply.finish()
            self._link.inbox.put(TurnAnswered(reply.reply_id, ended))

    def _put_out(self, output: TurnOutput, reply: Reply) -> str | None:
        match output:
            case Said():
                self._say(output, reply)
            case Happened(event):
                self._emit(event)
            case Waiting(expectation):
                self._link.inbox.put(QuestionChanged(expectation))
            case Ended(reason):
                # The last words are heard to their end: whoever talks over them cannot be answered any more.
                self._link.inbox.put(ReplyChanged(reply.reply_id, is_interruptible=False))
                return reason
        return None

    def _say(self, said: Said, reply: Reply) -> None:
        live = self._live
        if live is not None and live.reply is reply and not live.is_decided:
            live.is_decided = True
            if live.marks is not None:
                live.marks = replace(live.marks, decided_ms=self._link.now_ms())
        if not said.allow_interruptions:
            self._link.inbox.put(ReplyChanged(reply.reply_id, is_interruptible=False))
        self._emit(AssistantSaid(said.text, said.response, said.buttons, said.source))
        reply.say(said.text)

    async def _speak(self, reply: Reply) -> None:
        try:
            await reply.speak(self._engines.synthesiser, self.playback, self._link.now_ms)
        except Exception as error:
            self._fault("synthesis-failed", error)
            self.playback.complete(reply.reply_id)
        if self.playback.reply_id != reply.reply_id:
            self._link.inbox.put(ReplyStopped(reply.reply_id))  # there was nothing to play

    def _silence(self) -> None:
        if self._live is not None:
            self._live.speaking.cancel()
            self._live = None
            self._link.inbox.put(ReplyChanged(None))

    # --- accounts ----------------------------------------------------------------------------------------------

    def _mark_understood(self, reply: Reply) -> None:
        live = self._live
        if live is not None and live.reply is reply and live.marks is not None:
            live.marks = replace(live.marks, understood_ms=self._link.now_ms())

    def _account(self, live: _Live, first_audio_ms: int) -> None:
        if live.marks is None:
            return
        marks = replace(live.marks, first_audio_ms=first_audio_ms)
        self._emit(
            LatencyMeasured(live.reply.reply_id, marks.gap_ms, parts(marks), marks.speech_end_ms, marks.first_audio_ms)
        )

    def _fault(self, code: str, error: Exception) -> None:
        self._log.error(code, error=str(error), exc_info=error)
        self._emit(Fault(code, str(error) or type(error).__name__, self._link.now_ms()))
