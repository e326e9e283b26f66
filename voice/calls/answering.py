"""The answering half of a call: commits turns, speaks replies, and accounts for the gap of each.

A committed turn always runs to its end, whatever happens to the reply: barge-in silences the assistant, but a
transfer that was confirmed is carried out and logged.

A reply can begin before its turn is committed (`begin`): it says what the dry run says, and the commit, when it comes,
says the rest. Until then it can be taken back, and nothing has come of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from dialogue.conversation import Conversation
from dialogue.events import AssistantSaid, DialogueEvent, user_said
from dialogue.turn import Ended, Happened, Said, TurnOutput, Understood, Waiting
from voice.attendance import fillers
from voice.endpointing.answer_shape import shape_of
from voice.engines import SpeechEngines
from voice.events import BargeIn, CallEvent, Fault, LatencyMeasured, ReplyFinished, ReplyStarted
from voice.latency import TurnMarks, parts
from voice.link import FramePlayed, MediaLink, ReplyStopped, TurnAnswered
from voice.speech.playback import PlaybackQueue
from voice.speech.speaker import Reply
from voice.speech.speculation import Speculation
from voice.turns.inputs import QuestionChanged, ReplyAudible, ReplyChanged

Emit = Callable[[CallEvent | DialogueEvent], None]
Outputs = Callable[[Reply], Awaitable[AsyncIterator[TurnOutput]]]


@dataclass(slots=True)
class _Live:
    """The reply that is being produced or played."""

    reply: Reply
    speaking: asyncio.Task[None]
    marks: TurnMarks | None
    was_ready: bool = False
    is_decided: bool = False
    sentence: int = 0
    """The sentence that is being heard."""
    fillers: int = 0
    """With so many sentences the reply began that are no part of the turn."""


@dataclass(slots=True)
class _Begun:
    """A reply that is heard before its turn is committed; `foreseen` is what it says."""

    revision: int
    reply: Reply
    understood: Understood
    foreseen: list[Said]


class Answering:
    """Speaks to one caller."""

    def __init__(
        self,
        link: MediaLink,
        conversation: Conversation,
        engines: SpeechEngines,
        tasks: asyncio.TaskGroup,
        emit: Emit,
        speculation: Speculation,
    ) -> None:
        self.playback = PlaybackQueue(link.output_rate_hz)
        self.turn: asyncio.Task[None] | None = None
        """The committed turn that was answered last, or is being answered."""
        self._link = link
        self._conversation = conversation
        self._engines = engines
        self._tasks = tasks
        self._emit = emit
        self._speculation = speculation
        self._live: _Live | None = None
        self._begun: _Begun | None = None
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

    def begin(
        self, revision: int, understood: Understood, foreseen: Sequence[Said], marks: TurnMarks, min_gap_ms: int
    ) -> None:
        """Say what a turn would say, before it is committed."""
        if self._live is not None:
            self._interrupt(self._live, self._link.now_ms())
        live = self._open(marks, min_gap_ms)
        live.is_decided, live.was_ready = True, self._speculation.is_ready(foreseen)
        self._begun = _Begun(revision, live.reply, understood, list(foreseen))
        self._emit(user_said(understood))
        for said in foreseen:
            self._emit(AssistantSaid(said.text, said.response, said.buttons, said.source))
            live.reply.say(said.text)

    def has_begun(self, revision: int) -> bool:
        return self._begun is not None and self._begun.revision == revision

    def commit_begun(self) -> None:
        """Commit the turn whose reply was begun, and speak the rest of what comes of it."""
        begun, self._begun = self._begun, None
        if begun is None:
            return

        async def outputs(_: Reply) -> AsyncIterator[TurnOutput]:
            return self._conversation.commit(begun.understood)

        self.turn = self._tasks.create_task(self._carry_out(outputs, begun.reply, self.turn, begun.foreseen))

    def retract(self, at_ms: int) -> None:
        """Take back the reply that was begun: its turn goes on."""
        begun, self._begun = self._begun, None
        if begun is not None and self._live is not None and self._live.reply is begun.reply:
            self._cut_off(self._live, at_ms)
            self._silence()

    def barge_in(self, reply_id: int, at_ms: int) -> None:
        """Stop a reply, because the caller speaks."""
        if self._live is None or self._live.reply.reply_id != reply_id:
            return
        self._interrupt(self._live, at_ms)
        self._silence()

    def say_aside(self, text: str, *, ends_call: bool) -> int:
        """Say something that is no part of the conversation; return the id of the reply that has it.

        What ends the call takes the place of what is being said; anything else is said behind it.
        """
        if self._live is not None and ends_call:
            self.hush(self._link.now_ms())
        is_new = self._live is None
        live = self._live if self._live is not None else self._open(None, 0)
        self._emit(AssistantSaid(text))
        live.reply.say(text)
        if is_new:
            live.reply.is_aside = True
            live.reply.finish()
        if ends_call:
            self._protect(live.reply)
        return live.reply.reply_id

    def fill(self, text: str) -> None:
        """Say a few words before a reply of which nothing is known yet."""
        live = self._live
        if live is not None and len(live.reply.sentences) == live.fillers:
            live.reply.say(text)
            live.fillers = len(live.reply.sentences)
            self._emit(AssistantSaid(text, source=fillers.SOURCE))

    @property
    def sound(self) -> tuple[bool, bool]:
        """Whether the assistant is being heard in this frame, and whether that is a filler."""
        is_heard = self.playback.reply_id is not None and self.playback.is_sounding
        return is_heard, self._live is not None and self._live.sentence < self._live.fillers

    def pause(self, reply_id: int) -> None:
        """Hold a reply until it is known what the caller's sounds are."""
        self.playback.pause(reply_id)

    def resume(self, reply_id: int) -> None:
        """Go on with a reply that was held."""
        self.playback.resume(reply_id)

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
        if frame.sentence is not None:
            live.sentence = frame.sentence
        if frame.is_first_audible or frame.sentence is not None:
            self._tell_audible(live)
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

    def _begin(self, outputs: Outputs, marks: TurnMarks | None, min_gap_ms: int) -> None:
        live = self._open(marks, min_gap_ms)
        self.turn = self._tasks.create_task(self._carry_out(outputs, live.reply, self.turn, []))

    def _open(self, marks: TurnMarks | None, min_gap_ms: int) -> _Live:
        """Make a reply the live one; it is spoken as its texts come."""
        self._reply_ids += 1
        reply = Reply(self._reply_ids, not_before_ms=marks.speech_end_ms + min_gap_ms if marks else 0)
        self._live = _Live(reply, self._tasks.create_task(self._speak(reply)), marks)
        self._link.inbox.put(ReplyChanged(reply.reply_id))
        return self._live

    async def _carry_out(
        self,
        outputs: Outputs,
        reply: Reply,
        before: asyncio.Task[None] | None,
        foreseen: list[Said],
    ) -> None:
        """Carry a committed turn to its end; turns follow one another in the order of their commits.

        What was `foreseen` is being said already.
        """
        ended: str | None = None
        try:
            if before is not None:
                await asyncio.wait([before])
            async for output in await outputs(reply):
                if isinstance(output, Said) and foreseen:
                    if foreseen.pop(0).text == output.text:
                        continue
                    foreseen.clear()
                    self._log.error("foreseen-differently", said=output.response)
                ended = self._put_out(output, reply) or ended
        except Exception as error:
            self._fault("turn-failed", error)
        finally:
            reply.finish()
            if reply.cut is not None:
                self._note_cut(reply, reply.cut)
            if self._live is not None and self._live.reply is reply:
                self._tell_audible(self._live)
            self._link.inbox.put(TurnAnswered(reply.reply_id, ended))

    def _put_out(self, output: TurnOutput, reply: Reply) -> str | None:
        match output:
            case Said():
                self._say(output, reply)
            case Happened(event):
                self._emit(event)
            case Waiting(expectation):
                shape = shape_of(expectation, self._conversation.assistant, self._engines.language)
                if shape.is_interruptible is False:
                    self._protect(reply)
                self._link.inbox.put(QuestionChanged(expectation, shape=shape))
                self._speculation.prefetch(expectation)
            case Ended(reason):
                # The last words are heard to their end: whoever talks over them cannot be answered any more.
                self._protect(reply)
                return reason
        return None

    def _say(self, said: Said, reply: Reply) -> None:
        live = self._live
        if live is not None and live.reply is reply and not live.is_decided:
            live.is_decided = True
            live.was_ready = self._speculation.is_ready((said,))
            if live.marks is not None:
                live.marks = replace(live.marks, decided_ms=self._link.now_ms())
        if not said.allow_interruptions:
            self._protect(reply)
        self._emit(AssistantSaid(said.text, said.response, said.buttons, said.source))
        reply.say(said.text)

    def _protect(self, reply: Reply) -> None:
        """Let nothing interrupt a reply; one that was stopped already must not come back."""
        if self._live is not None and self._live.reply is reply:
            self._link.inbox.put(ReplyChanged(reply.reply_id, is_interruptible=False))

    async def _speak(self, reply: Reply) -> None:
        try:
            await reply.speak(self._engines.synthesiser, self.playback, self._link.now_ms)
        except Exception as error:
            self._fault("synthesis-failed", error)
            self.playback.complete(reply.reply_id)
        if self.playback.reply_id != reply.reply_id:
            self._link.inbox.put(ReplyStopped(reply.reply_id))  # there was nothing to play

    def _interrupt(self, live: _Live, at_ms: int) -> None:
        """Stop what is being said, and have it written down how much of it was heard."""
        self._note_cut(live.reply, self._cut_off(live, at_ms))

    def _cut_off(self, live: _Live, at_ms: int) -> str:
        """Stop what is being said, in the middle of it; return what was heard."""
        live.speaking.cancel()
        heard_ms = self.playback.stop(live.reply.reply_id) or 0
        self._emit(BargeIn(live.reply.reply_id, heard_ms, at_ms))
        return live.reply.heard_text(heard_ms)

    def _note_cut(self, reply: Reply, heard: str) -> None:
        """Tell the conversation what was heard, once the turn has been written down."""
        if not reply.is_finished:
            reply.cut = heard
        elif not reply.is_aside and heard != " ".join(reply.sentences):
            self._conversation.cut_short(heard)

    def _silence(self) -> None:
        if self._live is not None:
            self._live.speaking.cancel()
            self._live = None
            self._link.inbox.put(ReplyChanged(None))

    def _tell_audible(self, live: _Live) -> None:
        """Tell turn-taking how far the reply has been heard."""
        if self.playback.reply_id == live.reply.reply_id and self.playback.heard_ms:
            is_last = live.reply.is_last(live.sentence)
            sentences = live.reply.sentences[live.sentence : live.sentence + 1]
            self._link.inbox.put(ReplyAudible(live.reply.reply_id, is_last, "".join(sentences)))

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
            LatencyMeasured(
                live.reply.reply_id,
                marks.gap_ms,
                parts(marks),
                marks.speech_end_ms,
                marks.first_audio_ms,
                live.was_ready,
            )
        )

    def _fault(self, code: str, error: Exception) -> None:
        self._log.error(code, error=str(error), exc_info=error)
        self._emit(Fault(code, str(error) or type(error).__name__, self._link.now_ms()))
