"""The answering half of a call: commits turns, speaks replies, and accounts for the gap of each.

A committed turn always runs to its end, whatever happens to the reply: barge-in silences the assistant, but a
transfer that was confirmed is carried out and logged.

A reply can begin before its turn is committed (`begin`): it says what the dry run says, and the commit, when it comes,
says the rest. Until then it can be taken back, and nothing has come of it.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import structlog

from dialogue.conversation import Conversation
from dialogue.events import AssistantSaid, DialogueEvent, user_said
from dialogue.turn import Ended, Happened, Said, TurnOutput, Understood, Waiting
from voice.attendance import fillers, phrases
from voice.attendance.language_switch import spoken_language
from voice.calls.live_reply import BegunReply, LiveReply
from voice.calls.owed_turns import FINISH_S, OwedTurn, OwedTurns
from voice.endpointing.answer_shape import shape_of
from voice.engines import SpeechEngines
from voice.events import BargeIn, CallEvent, Fault, ReplyFinished, ReplyStarted
from voice.latency import TurnMarks
from voice.link import FramePlayed, MediaLink, ReplyStopped, TurnAnswered
from voice.speech.playback import PlaybackQueue, PlayedFrame
from voice.speech.speaker import Reply
from voice.speech.speculation import Speculation
from voice.turns.inputs import QuestionChanged, ReplyAudible, ReplyChanged

LANGUAGE_SLOT = "language"
"""The format's slot of the language that a conversation is in."""
Emit = Callable[[CallEvent | DialogueEvent], None]
Outputs = Callable[[Reply], Awaitable[AsyncIterator[TurnOutput]]]


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
        self._link = link
        self._conversation = conversation
        self._engines = engines
        self._tasks = tasks
        self._owed = OwedTurns(tasks)
        self._emit = emit
        self._speculation = speculation
        self._live: LiveReply | None = None
        self._begun: BegunReply | None = None
        self._asides: list[str] = []
        """What is said behind the live reply, to which nothing can be added any more."""
        self._language = engines.language
        self._reply_ids = 0
        self._log = structlog.get_logger().bind(call_id=link.call_id)

    @property
    def turn(self) -> asyncio.Task[None] | None:
        """The turn that was committed last; it may be over."""
        return self._owed.last

    def speak_in(self, language: str) -> None:
        """Answer in this language from the next turn on: the domain's translations go by the slot `language`."""
        self._language = language
        self._engines.speak_in(language)
        if LANGUAGE_SLOT in self._conversation.assistant.slots:
            self._owed.add(lambda _: self._set_language(language), may_be_lost=True)

    async def _set_language(self, language: str) -> None:
        try:
            known = self._conversation.state.slots.get(LANGUAGE_SLOT)
            if isinstance(known, str) and spoken_language(known, (language,)):
                return  # as the flow has written it that chose the language, and as its conditions know it
            values = self._conversation.assistant.slots[LANGUAGE_SLOT].values
            await self._conversation.set_slots({LANGUAGE_SLOT: spoken_language(language, values) or language})
        except Exception as error:
            self._fault("language-not-set", error)

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
            if self._live is not None and self._live.reply is reply:
                self._live.understood(self._link.now_ms())
            self._emit(user_said(understood))
            return self._conversation.commit(understood)

        self._speculation.turn_over()
        self._begin(outputs, marks, min_gap_ms)

    def begin(
        self, revision: int, understood: Understood, foreseen: Sequence[Said], marks: TurnMarks, min_gap_ms: int
    ) -> None:
        """Say what a turn would say, before it is committed; nothing, where it is only held back to be taken back."""
        if self._live is not None:
            self._interrupt(self._live, self._link.now_ms())
        live = self._open(marks, min_gap_ms)
        live.is_decided, live.was_ready = bool(foreseen), self._speculation.is_ready(foreseen)
        self._begun = BegunReply(revision, live.reply, understood, list(foreseen))
        self._emit(user_said(understood))
        for said in foreseen:
            self._emit(AssistantSaid(said.text, said.response, said.buttons, said.source))
            live.reply.say(said.text)
        if not foreseen:  # the time to take it back runs from now, since nothing of it will be heard before
            self._link.inbox.put(ReplyAudible(live.reply.reply_id))

    def has_begun(self, revision: int) -> bool:
        return self._begun is not None and self._begun.revision == revision

    def commit_begun(self) -> None:
        """Commit the turn whose reply was begun, and speak the rest of what comes of it."""
        begun, self._begun = self._begun, None
        if begun is None:
            return

        async def outputs(_: Reply) -> AsyncIterator[TurnOutput]:
            return self._conversation.commit(begun.understood)

        self._speculation.turn_over()
        self._owed.add(lambda owed: self._carry_out(outputs, begun.reply, begun.foreseen, owed))

    def retract(self, at_ms: int) -> None:
        """Take back the reply that was begun: its turn goes on."""
        begun, self._begun = self._begun, None
        if begun is not None:
            self._speculation.discard(begun.understood)
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
            self._asides.clear()
            self.hush(self._link.now_ms())
        if self._live is not None and self._live.reply.is_finished:
            self._asides.append(text)
            return self._live.reply.reply_id
        is_new = self._live is None
        live = self._live if self._live is not None else self._open(None, 0)
        self._emit(AssistantSaid(text))
        live.reply.say(text, kind="aside")
        if is_new:
            live.reply.finish()
        if ends_call:
            self._protect(live.reply)
        return live.reply.reply_id

    def fill(self, text: str, gap_ms: int) -> None:
        """Say a few words while the rest of a reply, or all of it, is not known yet."""
        live = self._live
        if live is None or live.reply.is_finished or not live.reply.is_put or self.playback.buffered_ms:
            return
        live.reply.say(text, kind="filler", gap_ms=gap_ms)
        self._emit(AssistantSaid(text, source=fillers.SOURCE))

    @property
    def sound(self) -> tuple[bool, bool]:
        """Whether the assistant is being heard in this frame, and whether that is a filler."""
        is_heard = self.playback.reply_id is not None and self.playback.is_sounding
        return is_heard, self._live is not None and self._live.reply.is_filler(self._live.sentence)

    def begun_sentence(self, frame: PlayedFrame) -> str:
        """Return the sentence that begins in this frame; empty if none does."""
        live = self._live
        if frame.sentence is None or live is None or frame.reply_id != live.reply.reply_id:
            return ""
        return live.reply.sentences[frame.sentence]

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
            measured = live.measured(played.sent_ms + frame.onset_ms)
            if measured is not None:
                self._emit(measured)
        if frame.sentence is not None:
            live.sentence = frame.sentence
        if frame.is_first_audible or frame.sentence is not None:
            self._tell_audible(live)
        if frame.is_last:
            self._emit(ReplyFinished(live.reply.reply_id, self.playback.heard_ms, at_ms))
            self.ended(live.reply.reply_id)

    def ended(self, reply_id: int) -> None:
        """A reply is over: played, or with nothing to play."""
        live = self._live
        if live is None or live.reply.reply_id != reply_id:
            return
        self._silence()
        if live.reply.has_lost:
            self._note_cut(live.reply, live.reply.heard_text(math.inf))
        if self._asides:
            self.say_aside(self._asides.pop(0), ends_call=False)

    async def finish(self) -> None:
        """Let each committed turn come to its end. One that could not even begin is told of: none is lost unseen."""
        await self._owed.finish(self._lose_turn)

    def _lose_turn(self) -> None:
        why = f"its commands were still unknown {FINISH_S:.0f} s after the caller had hung up"
        what = f"a turn of the caller was not carried out: {why}; see the transcript for what they wanted"
        self._log.error("turn-not-carried-out", reason=why)
        self._emit(Fault("turn-not-carried-out", what, self._link.now_ms()))

    def stop(self) -> None:
        """Fall silent for good; the turn being answered goes on."""
        self._asides.clear()
        if self._live is not None:
            self.playback.stop(self._live.reply.reply_id)
            self._silence()

    # --- one turn ----------------------------------------------------------------------------------------------

    def _begin(self, outputs: Outputs, marks: TurnMarks | None, min_gap_ms: int) -> None:
        live = self._open(marks, min_gap_ms)
        self._owed.add(lambda owed: self._carry_out(outputs, live.reply, [], owed))

    def _open(self, marks: TurnMarks | None, min_gap_ms: int) -> LiveReply:
        """Make a reply the live one; it is spoken as its texts come."""
        self._reply_ids += 1
        reply = Reply(self._reply_ids, not_before_ms=marks.speech_end_ms + min_gap_ms if marks else 0)
        self._live = LiveReply(reply, self._tasks.create_task(self._speak(reply)), marks)
        self._link.inbox.put(ReplyChanged(reply.reply_id))
        return self._live

    async def _carry_out(self, outputs: Outputs, reply: Reply, foreseen: list[Said], owed: OwedTurn) -> None:
        """Carry a committed turn to its end. What was `foreseen` is being said already."""
        ended: str | None = None
        try:
            turn = await outputs(reply)
            owed.has_begun = True
            async for output in turn:
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
                shape = shape_of(expectation, self._conversation.assistant, self._language)
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
            live.decided(self._link.now_ms(), was_ready=self._speculation.is_ready((said,)))
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
            await reply.speak(self._engines.synthesiser, self.playback, self._link.now_ms, self._stand_in)
        except Exception as error:
            self._fault("synthesis-failed", error)
            self.playback.complete(reply.reply_id)
        if self.playback.reply_id != reply.reply_id:
            self._link.inbox.put(ReplyStopped(reply.reply_id))  # there was nothing to play

    def _stand_in(self) -> str | None:
        """Return a phrase that can be heard although the voice fails, because it was rendered before."""
        known = phrases.texts("filler", self._conversation.assistant, self._language)
        held = next((text for text in known if self._engines.synthesiser.holds(text)), None)
        if held is not None:
            self._emit(AssistantSaid(held, source=fillers.SOURCE))
        return held

    def _interrupt(self, live: LiveReply, at_ms: int) -> None:
        """Stop what is being said, and have it written down how much of it was heard."""
        self._note_cut(live.reply, self._cut_off(live, at_ms))

    def _cut_off(self, live: LiveReply, at_ms: int) -> str:
        """Stop what is being said, in the middle of it; return what was heard."""
        live.speaking.cancel()
        heard_ms = self.playback.stop(live.reply.reply_id) or 0
        self._emit(BargeIn(live.reply.reply_id, heard_ms, at_ms))
        return live.reply.heard_text(heard_ms)

    def _note_cut(self, reply: Reply, heard: str) -> None:
        """Tell the conversation what was heard, once the turn has been written down."""
        if not reply.is_finished:
            reply.cut = heard
        elif heard != reply.words:
            self._conversation.cut_short(heard)

    def _silence(self) -> None:
        if self._live is not None:
            self._live.speaking.cancel()
            self._live = None
            self._link.inbox.put(ReplyChanged(None))

    def _tell_audible(self, live: LiveReply) -> None:
        """Tell turn-taking how far the reply has been heard."""
        if self.playback.reply_id == live.reply.reply_id and self.playback.heard_ms:
            is_last = live.reply.is_last(live.sentence)
            sentences = live.reply.sentences[live.sentence : live.sentence + 1]
            self._link.inbox.put(ReplyAudible(live.reply.reply_id, is_last, "".join(sentences)))

    def _fault(self, code: str, error: Exception) -> None:
        self._log.error(code, error=str(error), exc_info=error)
        self._emit(Fault(code, str(error) or type(error).__name__, self._link.now_ms()))
