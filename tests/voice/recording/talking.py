"""Calls for tests of recordings: a drawn caller, scripted words and answers, the real turn-taking, no clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from dialogue.events import AssistantSaid, ConversationStarted, DialogueEvent, UserSaid
from flows.commands import Command
from flows.effects import Expectation
from voice.audio import FRAME_MS, FRAME_SAMPLES
from voice.events import CallEnded, CallStarted, FinalTranscript, ReplyFinished, ReplyStarted
from voice.recording.assembly import Assembly
from voice.recording.folder import CallFolder
from voice.recording.line_files import read_lines
from voice.recording.policy import RecordingPolicy
from voice.recording.recorder import CallRecorder
from voice.recording.writer import RecordingWriter
from voice.turns.effects import BeginReply, CommitTurn, Emit, TryTurn, Understand
from voice.turns.inputs import (
    CommandsReady,
    CommitNow,
    FrameHeard,
    QuestionChanged,
    ReplyAudible,
    ReplyChanged,
    TranscriptReady,
    TurnInput,
)
from voice.turns.policy import TurnPolicy
from voice.turns.state import TurnState
from voice.turns.turn_taking import step

VOICE = (9000 * np.sin(np.arange(FRAME_SAMPLES) / 5)).astype(np.int16)
ANSWER = (5000 * np.sin(np.arange(FRAME_SAMPLES) / 11)).astype(np.int16)
QUIET = np.zeros(FRAME_SAMPLES, dtype=np.int16)
KEPT = RecordingPolicy(enabled=True, consent="none")
DATE = "2026-11-23"
RECOGNITION_MS, UNDERSTANDING_MS, SYNTHESIS_MS = 160, 20, 100


class Inline(Executor):
    """Runs what is submitted at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class Stalled(Executor):
    """Runs what is submitted when told to."""

    def __init__(self) -> None:
        self.work: list[Callable[[], Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.work.append(fn)
        return Future()

    def go(self) -> None:
        while self.work:
            self.work.pop(0)()


def new_recorder(
    root: Path,
    *,
    policy: RecordingPolicy = KEPT,
    sensitive: Sequence[str] = (),
    executor: Executor | None = None,
    call_id: str = "call-1",
    faults: list[str] | None = None,
    rate_hz: int = 16_000,
) -> CallRecorder:
    told = faults if faults is not None else []
    folder = CallFolder(root, DATE, call_id, {"assistant": {"id": "bank"}})
    writer = RecordingWriter(folder, executor or Inline(), lambda code, problem: told.append(f"{code}: {problem}"))
    return CallRecorder(Assembly(policy, frozenset(sensitive), TurnPolicy()), writer, rate_hz)


@dataclass
class Answer:
    """What comes of a turn: its commands, what the log gets beside it, what is said, and what is asked then."""

    commands: tuple[Command, ...] = ()
    log: Sequence[DialogueEvent] = ()
    says: str = "All right."
    asks: Expectation = field(default_factory=Expectation)
    takes_ms: int = 600


class TalkingCall:
    """Plays one call into a recorder. `words` are what is recognised, one for each trial; the last repeats."""

    def __init__(self, recorder: CallRecorder, words: Sequence[str], answers: Sequence[Answer] = ()) -> None:
        self.recorder = recorder
        self.given: list[tuple[int, TurnInput]] = []
        self.now_ms = 0
        self._words = list(words)
        self._answers = list(answers)
        self._state = TurnState()
        self._due: list[tuple[int, Callable[[], None]]] = []
        self._playing: tuple[int, int] | None = None
        self._n_replies = 0
        recorder.event(CallStarted("call-1", "Bank", "fake"))
        recorder.logged(ConversationStarted("bank"))

    def play(self, caller: str) -> TalkingCall:
        """Be this caller: one column is 100 ms, `#` is speech."""
        for column in caller:
            for _ in range(5):
                self._tick(column == "#")
        return self

    def end(self) -> None:
        self.recorder.event(CallEnded("caller-hung-up", self.now_ms))
        self.recorder.close()

    def ask(self, expectation: Expectation) -> TalkingCall:
        self._feed(QuestionChanged(expectation))
        return self

    def _tick(self, is_voiced: bool) -> None:
        self.now_ms += FRAME_MS
        self.recorder.heard(VOICE if is_voiced else QUIET, self.now_ms)
        playing = self._playing is not None and self._playing[0] <= self.now_ms < self._playing[1]
        self.recorder.played(ANSWER if playing else QUIET, self.now_ms)
        self._feed(FrameHeard(self.now_ms, 0.95 if is_voiced else 0.01))
        for due in [one for one in self._due if one[0] <= self.now_ms]:
            self._due.remove(due)
            due[1]()

    def _feed(self, given: TurnInput) -> None:
        self.given.append((self.now_ms, given))
        self.recorder.turn_input(given)
        if isinstance(given, TranscriptReady):
            self.recorder.event(FinalTranscript(given.revision, given.text, given.log_probability, self.now_ms))
        self._state, effects = step(self._state, given, TurnPolicy())
        for effect in effects:
            self._carry_out(effect)

    def _carry_out(self, effect: object) -> None:
        match effect:
            case Emit(event=event):
                self.recorder.event(event)
            case TryTurn(revision=revision):
                text = self._words.pop(0) if len(self._words) > 1 else self._words[0]
                self._later(RECOGNITION_MS, lambda: self._feed(TranscriptReady(revision, text, -0.1)))
            case Understand(revision=revision):
                self._later(UNDERSTANDING_MS, lambda: self._feed(CommandsReady(revision, True, True)))
            case BeginReply(text=text) | CommitTurn(text=text):
                if isinstance(effect, CommitTurn):
                    return
                self._feed(CommitNow())
                self._answer(text)
            case _:
                pass

    def _answer(self, text: str) -> None:
        answer = self._answers.pop(0) if self._answers else Answer()
        self._n_replies += 1
        number, says = self._n_replies, answer.says
        self.recorder.logged(UserSaid(text, answer.commands, "fast_path"))
        for event in answer.log:
            self.recorder.logged(event)
        self.recorder.logged(AssistantSaid(says))
        self._feed(ReplyChanged(number))
        self._feed(QuestionChanged(answer.asks))
        begin_ms = self.now_ms + SYNTHESIS_MS
        self._playing = (begin_ms, begin_ms + answer.takes_ms)

        def begin() -> None:
            self.recorder.event(ReplyStarted(number, self.now_ms))
            self._feed(ReplyAudible(number, True))

        def finish() -> None:
            self.recorder.event(ReplyFinished(number, answer.takes_ms, self.now_ms))
            self._feed(ReplyChanged(None))

        self._later(SYNTHESIS_MS, begin)
        self._later(SYNTHESIS_MS + answer.takes_ms, finish)

    def _later(self, after_ms: int, do: Callable[[], None]) -> None:
        self._due.append((self.now_ms + after_ms, do))


def files_below(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def everything(root: Path) -> str:
    return "\n".join(line for path in files_below(root) for line in read_lines(path))
