"""The listening half of a call: work on revisions of the caller's turn, in tasks whose results come back as inputs.

Nothing here has an effect outside: recognition, the turn model and understanding may all be thrown away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import structlog

from dialogue.conversation import Conversation
from dialogue.history import history_lines
from dialogue.rehearsal import Rehearsal
from dialogue.turn import Understood, UserTurn
from flows.commands import CannotHandle, ChitChat, Clarify, Failed, Noop
from voice.attendance.watchdog import PartDoes
from voice.audio import level_db
from voice.calls.heard import HeardAudio
from voice.calls.watched import Work, watched
from voice.engines import SpeechEngines
from voice.latency import TurnMarks
from voice.link import Inbox
from voice.ports import LanguageChoice, Pcm, Priority, RecognitionDropped
from voice.recognition.agreement import Agreement
from voice.recognition.biasing import hints_for
from voice.recognition.figures import as_figures
from voice.recognition.inventions import is_invented
from voice.speech.speculation import Speculation, first_words
from voice.turns.effects import JudgeTurn, RecognisePartial, TryTurn, Understand
from voice.turns.inputs import (
    CommandsReady,
    FrameHeard,
    PartialReady,
    QuestionChanged,
    RecognitionFailed,
    TranscriptReady,
    TurnJudged,
)

TURN_MODEL_MS = 8_000
"""The turn model looks at the last 8 s."""
TURN_MODEL_TAIL_MS = 100
"""And it is to hear so much silence at most: with 200 ms it accepts 37 % of cut sentences, with 100 ms 15 % (60 Debian
prompts), because silence itself sounds finished to it."""
VOICED_PROBABILITY = 0.5
"""VAD probability from which a frame counts as speech when a transcript is doubted."""
CERTAIN_STAGES = frozenset({"fast_path", "payload"})
WITHOUT_WISH = (CannotHandle, ChitChat, Clarify, Failed, Noop)
"""Commands of a turn from which it is not known what the caller wants: a greeting, half a sentence."""


@dataclass(slots=True)
class Trial:
    """What is being done about one revision. `speech_end_ms` is audio time, the others on the call's clock."""

    speech_end_ms: int
    transcript_ms: int = 0
    understood_ms: int = 0
    understanding: asyncio.Task[Understood] | None = None
    rehearsal: Rehearsal | None = None
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


class Listening:
    """Hears one caller."""

    def __init__(
        self,
        conversation: Conversation,
        engines: SpeechEngines,
        inbox: Inbox,
        tasks: asyncio.TaskGroup,
        now_ms: Callable[[], int],
        tell: Callable[[PartDoes], None] = lambda _: None,
    ) -> None:
        self.heard = HeardAudio()
        self._work = Work(tell, lambda: self.heard.now_ms)
        self.engines = engines = watched(engines, self._work)
        """The engines of this call: the watchdog is told what they do."""
        self._conversation = conversation
        self._engines = engines
        self.speculation = Speculation(conversation, engines.synthesiser, tasks)
        self._voice_activity = engines.new_voice_activity()
        self._inbox = inbox
        self._now_ms = now_ms
        self._tasks = tasks
        self.language = engines.language
        """What the caller is heard in; may change in the call."""
        self.choice: Callable[[], str | LanguageChoice] = lambda: self.language
        """What a final is to be written in, where the caller may be speaking one of several languages."""
        self._trials: dict[int, Trial] = {}
        self._is_short_expected = False
        self._are_figures_meant = False
        self._hints: tuple[str, ...] = ()
        self._partial: asyncio.Task[None] | None = None
        self._partial_from_ms = 0
        self._agreement = (0, Agreement())
        """What partials of the turn that began at this time agree on."""
        self._log = structlog.get_logger()

    def hear(self, samples: Pcm, received_ms: int) -> FrameHeard:
        """Take 20 ms of the caller."""
        probability = self._voice_activity.feed(samples)
        self.heard.append(samples, received_ms, is_voiced=probability >= VOICED_PROBABILITY)
        return FrameHeard(self.heard.now_ms, probability, level_db(samples))

    def expect(self, question: QuestionChanged) -> None:
        """Listen for answers to this question from now on."""
        conversation = self._conversation
        shape = question.shape
        self._is_short_expected = shape is not None and shape.is_closed
        self._are_figures_meant = shape is not None and shape.expects == "digits" and shape.is_english
        lines = history_lines(conversation.events, turns=1)
        self._hints = hints_for(question.expectation, conversation.assistant, conversation.state.slots, lines)

    def try_turn(self, order: TryTurn) -> None:
        """Recognise a revision."""
        if not order.is_over_reply:  # else it is known before the final, which waits for it
            self._stop_partial()
        trial = Trial(self.heard.speech_end_ms(order.from_ms, order.to_ms))
        self._trials[order.revision] = trial
        trial.tasks.append(self._tasks.create_task(self._recognise(order)))

    def judge(self, order: JudgeTurn) -> None:
        """Ask the turn model about a revision."""
        trial = self._trials.get(order.revision)
        if trial is not None:
            to_ms = min(trial.speech_end_ms + TURN_MODEL_TAIL_MS, order.to_ms)
            trial.tasks.append(self._tasks.create_task(self._judge(order, to_ms)))

    def understand(self, order: Understand, after: asyncio.Task[None] | None) -> None:
        """Propose commands for a revision, once the turn before it (`after`) has been answered."""
        trial = self._trials.get(order.revision)
        if trial is None:
            return
        trial.transcript_ms = self._now_ms()
        trial.understanding = self._tasks.create_task(self._understand(order.text, after))
        trial.tasks.append(self._tasks.create_task(self._report(order.revision, trial)))

    def recognise_partial(self, order: RecognisePartial) -> None:
        """Recognise what was said so far, unless that is still going on; of something else said it is given up."""
        if self._partial_from_ms != order.from_ms:
            self._stop_partial()
            self._partial_from_ms = order.from_ms
        if self._partial is None or self._partial.done():
            self._partial = self._tasks.create_task(self._recognise_partial(order))

    def abandon(self, revision: int) -> None:
        """Drop all work on a revision."""
        trial = self._trials.pop(revision, None)
        if trial is None:
            return
        for task in (*trial.tasks, trial.understanding):
            if task is not None:
                task.cancel()
        if trial.rehearsal is not None:
            trial.rehearsal.discard()

    def marks(self, trial: Trial, silence_enough_ms: int) -> TurnMarks:
        """Return what is known of the way of a turn that is over now."""
        now_ms = self._now_ms()
        return TurnMarks(
            speech_end_ms=self.heard.clock_ms(trial.speech_end_ms),
            silence_enough_ms=self.heard.clock_ms(silence_enough_ms),
            transcript_ms=trial.transcript_ms,
            understood_ms=trial.understood_ms or now_ms,
            decided_ms=now_ms,
            first_audio_ms=now_ms,
        )

    def take(self, revision: int) -> Trial | None:
        """Hand over a revision that is being committed; every other one is abandoned."""
        trial = self._trials.pop(revision, None)
        self.stop()
        return trial

    def stop(self) -> None:
        """Abandon everything that was begun for a turn that is not over."""
        self._stop_partial()
        for revision in tuple(self._trials):
            self.abandon(revision)

    def _stop_partial(self) -> None:
        if self._partial is not None:
            self._partial.cancel()
            self._partial = None

    # Plugin boundary: whatever a model adapter raises becomes an input of turn-taking, never the end of a call.

    async def _recognise(self, order: TryTurn) -> None:
        audio = self.heard.cut(order.from_ms, order.to_ms)
        try:
            heard = await self._engines.recogniser.recognise(
                audio,
                language=self.choice(),
                hints=self._hints,
                priority=Priority.FINAL,
                key=self._conversation.conversation_id,
                is_short_expected=self._is_short_expected or order.is_over_reply,
                is_soon_wanted=order.is_over_reply,
            )
        except Exception as error:
            self._log.warning("recognition-failed", error=str(error))
            self._inbox.put(RecognitionFailed(order.revision, str(error) or type(error).__name__))
        else:
            text = as_figures(heard.text) if self._are_figures_meant else heard.text
            invented = is_invented(text, self.heard.voiced_ms(order.from_ms, order.to_ms))
            self._inbox.put(TranscriptReady(order.revision, text, heard.log_probability, invented, heard.language))

    async def _judge(self, order: JudgeTurn, to_ms: int) -> None:
        audio = self.heard.cut(max(order.from_ms, to_ms - TURN_MODEL_MS), to_ms)
        try:
            probability = await self._engines.turn_model.probability(audio)
        except Exception as error:
            # Endpointing has other witnesses: without this one it waits a little longer.
            self._log.warning("turn-model-failed", error=str(error))
        else:
            self._inbox.put(TurnJudged(order.revision, probability))

    async def _recognise_partial(self, order: RecognisePartial) -> None:
        audio = self.heard.cut(order.from_ms, order.to_ms)
        try:
            heard = await self._engines.recogniser.recognise(
                audio,
                language=self.language,
                priority=Priority.SPECULATION if order.is_over_reply else Priority.PARTIAL,
                key=self._conversation.conversation_id,
                is_soon_wanted=order.is_over_reply,
            )
        except RecognitionDropped:
            return  # a newer one is on its way, or a final transcript that says more
        except Exception as error:
            self._log.warning("partial-failed", error=str(error))
        else:
            begun_ms, agreement = self._agreement
            agreement = (agreement if begun_ms == order.from_ms else Agreement()).heard(heard.text)
            self._agreement = (order.from_ms, agreement)
            committed = agreement.committed_text
            self._inbox.put(PartialReady(order.from_ms, agreement.text, committed, heard.log_probability))

    async def _understand(self, text: str, after: asyncio.Task[None] | None) -> Understood:
        if after is not None:
            await asyncio.wait([after])
        with self._work.of("understanding", "a turn"):
            return await self._conversation.understand(UserTurn(text))  # raises nothing: failing is a command

    async def _report(self, revision: int, trial: Trial) -> None:
        assert trial.understanding is not None
        understood = await trial.understanding
        trial.understood_ms = self._now_ms()
        rehearsal = trial.rehearsal = self.speculation.rehearse(understood)
        judged = CommandsReady(
            revision,
            understood.stage in CERTAIN_STAGES,
            confidence=confidence_of(understood),
            is_asked_back=is_asked_back(understood),
        )
        if rehearsal is None:
            self._inbox.put(judged)
            return
        ready: CommandsReady | None = None
        while True:
            self.speculation.foresee(rehearsal.said)
            has_preview = first_words(rehearsal) is not None
            before, ready = ready, replace(judged, has_preview=has_preview)
            if ready != before:
                self._inbox.put(ready)
            if not await self.speculation.go_on(rehearsal):
                return


def confidence_of(understood: Understood) -> float:
    """Return how sure understanding is that the caller wants something of which it knows what it is."""
    has_no_wish = bool(understood.commands) and all(isinstance(one, WITHOUT_WISH) for one in understood.commands)
    return 0.0 if has_no_wish else understood.confidence


def is_asked_back(understood: Understood) -> bool:
    """Whether the caller wants one of a few things, and would be asked which."""
    return any(isinstance(one, Clarify) and one.options for one in understood.commands)
