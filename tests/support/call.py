"""A call without network, models or waiting: a link played on the loop's clock, and models that follow a script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from dialogue.turn import Said, TurnOutput, Understood, UserTurn, Waiting
from flows.effects import Expectation
from flows.model import Assistant
from voice.audio import FRAME_SAMPLES, silence
from voice.engines import SpeechEngines
from voice.link import FrameArrived, Inbox, LinkClosed, MessageArrived, PlaysFrames
from voice.ports import Audio, Pcm, Priority, SpeechChunk, Transcript

SPEECH = (8000 * np.sin(np.arange(FRAME_SAMPLES) / 4)).astype(np.int16)
TTS_RATE_HZ = 22_050


class FakeLink:
    """Sends the drawn caller (one column = 100 ms, `#` = speech) and records what is played, frame by frame."""

    transport = "fake"
    output_rate_hz = 48_000
    about: Mapping[str, str] = {}

    def __init__(self, caller: str, *, messages: Mapping[int, dict[str, Any]] | None = None) -> None:
        self.call_id = "call-test"
        self.inbox = Inbox()
        self.sent: list[dict[str, Any]] = []
        self.played: list[bool] = []
        self.closed: str | None = None
        self._caller = caller
        self._messages = dict(messages or {})
        self._source: PlaysFrames | None = None
        self._began_s = asyncio.get_running_loop().time()

    def now_ms(self) -> int:
        return round((asyncio.get_running_loop().time() - self._began_s) * 1000)

    def attach(self, source: PlaysFrames) -> None:
        self._source = source

    def send(self, message: Mapping[str, Any]) -> None:
        self.sent.append({**message, "clock_ms": self.now_ms()})

    async def close(self, reason: str) -> None:
        self.closed = self.closed or reason

    async def play(self) -> None:
        """Be the caller until the drawing ends, then hang up."""
        for tick in range(len(self._caller) * 5):
            await asyncio.sleep(0.02)
            if self.closed is not None:
                return
            column = self._caller[tick // 5]
            if column != "x":  # x = nothing arrives, o = silence was put in its place
                frame = SPEECH if column == "#" else silence(20, 16_000)
                self.inbox.put(FrameArrived(frame, self.now_ms(), is_real=column != "o"))
            if tick in self._messages:
                self.inbox.put(MessageArrived(self._messages[tick]))
            if self._source is not None:
                self.played.append(bool(self._source.next_frame().samples.any()))
        self.inbox.put(LinkClosed("caller-hung-up"))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.sent if message["type"] == kind]

    def drawn(self) -> str:
        """Draw the assistant: `=` where something was played in that 100 ms."""
        columns = [self.played[start : start + 5] for start in range(0, len(self.played), 5)]
        return "".join("=" if any(column) else "." for column in columns)


class LevelVoiceActivity:
    """Hears speech wherever there is sound."""

    def feed(self, frame: Pcm) -> float:
        return 0.95 if np.abs(frame).max() > 500 else 0.01


@dataclass
class ScriptedRecogniser:
    texts: Sequence[str]
    takes_s: float = 0.15
    log_probability: float = -0.1
    fails: bool = False
    finals: int = 0

    async def recognise(
        self,
        audio: Audio,
        *,
        language: str = "en",
        hints: Sequence[str] = (),
        priority: Priority,
        key: str | None = None,
        is_short_expected: bool = False,
        is_soon_wanted: bool = False,
    ) -> Transcript:
        text = self.texts[min(self.finals, len(self.texts) - 1)]
        if priority is Priority.FINAL:
            self.finals += 1
        await asyncio.sleep(self.takes_s)
        if self.fails:
            raise RuntimeError("the recogniser is gone")
        return Transcript(text, self.log_probability, self.takes_s * 1000, len(audio) // 16)


@dataclass
class ScriptedTurnModel:
    answer: float | Exception = 0.9

    async def probability(self, audio: Audio) -> float:
        await asyncio.sleep(0.07)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class ToneSynthesiser:
    """Speaks every character as 60 ms of tone."""

    takes_s: float = 0.1
    fails: bool = False
    texts: list[str] = field(default_factory=list)
    rendered: list[str] = field(default_factory=list)

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncIterator[SpeechChunk]:
        await asyncio.sleep(self.takes_s)
        if self.fails:
            raise RuntimeError("the voice is gone")
        self.texts.append(text)
        samples = (6000 * np.sin(np.arange(len(text) * TTS_RATE_HZ * 60 // 1000) / 9)).astype(np.int16)
        yield SpeechChunk(samples, TTS_RATE_HZ)

    async def render(self, text: str, *, priority: Priority = Priority.PREFETCH) -> None:
        """Keep nothing: every sentence is spoken anew."""
        self.rendered.append(text)

    def holds(self, text: str) -> bool:
        return False


BARE_ASSISTANT = Assistant(id="test-bank", name="Test bank", folder="", language="en", flows={}, slots={}, responses={})
"""An assistant without flows: what the scripted conversation says, it makes up."""


@dataclass
class ScriptedRehearsal:
    """A turn of a scripted conversation, tried: its actions, if it has any, return after `takes_s`."""

    understood: Understood
    said: tuple[Said, ...]
    state_before: Any
    comes_to_write: bool = False
    later: tuple[Said, ...] = ()
    """What comes of the action that may be tried."""
    takes_s: float = 0.0
    has_tried: bool = False
    is_discarded: bool = False

    @property
    def may_go_on(self) -> bool:
        return bool(self.later) and not self.is_discarded

    async def go_on(self) -> bool:
        later, self.later, self.has_tried = self.later, (), True
        await asyncio.sleep(self.takes_s)
        self.said = (*self.said, *later)
        return True

    def discard(self) -> None:
        self.is_discarded = True


@dataclass
class ScriptedConversation:
    """Understands everything at once and answers by a table of replies; notes every turn it was committed."""

    replies: Mapping[str, Sequence[TurnOutput]] = field(default_factory=dict)
    greeting: str = "Hello there."
    foreseen: Sequence[str] = ()
    """The turns whose words are known before they are committed."""
    stage: str = "fast_path"
    understanding_s: float = 0.0
    turn_s: float = 0.0
    assistant: Assistant = BARE_ASSISTANT
    conversation_id: str = "test"
    events: Sequence[Any] = ()
    state: Any = field(default_factory=lambda: SimpleNamespace(slots={}))
    committed: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    """Of each reply that was cut short, what was heard of it."""
    ended: str | None = None

    async def understand(self, turn: UserTurn) -> Understood:
        await asyncio.sleep(self.understanding_s)
        return Understood(turn, (), self.stage)

    def preview(self, understood: Understood) -> tuple[Said, ...]:
        """Foresee what comes before the first action; here, what comes at once."""
        outputs = self.replies.get(understood.turn.text, ()) if understood.turn.text in self.foreseen else ()
        return tuple(output for output in outputs if isinstance(output, Said))

    def rehearse(self, understood: Understood) -> ScriptedRehearsal:
        """Try a turn; what it says is foreseen."""
        return ScriptedRehearsal(understood, self.preview(understood), self.state)

    async def commit(self, understood: Understood) -> AsyncIterator[TurnOutput]:
        name = understood.turn.text or type(understood.commands[0]).__name__
        self.committed.append(name)
        await asyncio.sleep(self.turn_s)
        for output in self.replies.get(name, (Said(f"You said {name}"), Waiting(Expectation()))):
            yield output
        self.finished.append(name)

    def cut_short(self, heard: str) -> None:
        self.heard.append(heard)

    async def start(self, metadata: Mapping[str, Any]) -> AsyncIterator[TurnOutput]:
        if self.greeting:
            yield Said(self.greeting)
        yield Waiting(Expectation())

    async def end(self, reason: str) -> None:
        self.ended = reason


def engines(
    recogniser: ScriptedRecogniser,
    synthesiser: ToneSynthesiser | None = None,
    turn_model: ScriptedTurnModel | None = None,
) -> SpeechEngines:
    return SpeechEngines(
        recogniser=recogniser,
        turn_model=turn_model or ScriptedTurnModel(),
        synthesiser=synthesiser or ToneSynthesiser(),
        new_voice_activity=LevelVoiceActivity,
    )
