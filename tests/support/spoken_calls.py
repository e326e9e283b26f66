"""A caller, a telephone and a server for spoken tests without sound: what is said arrives as text, unless misheard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dialogue.conversation import Conversation
from dialogue.events import AssistantSaid, DialogueEvent, user_said
from dialogue.testing.case import Case
from dialogue.testing.runner import Bench
from dialogue.turn import Ended, Happened, Said, TurnOutput, UserTurn
from flows.model import Assistant
from studio.spoken_tests.runner import SpokenBench
from studio.spoken_tests.serving import conversation_of
from tests.support.conversations import ScriptedActions, SpokenCommands
from voice.caller.errors import ConnectionNotMade
from voice.caller.log import CallLog, ServerEvent
from voice.caller.wav import Utterance
from voice.ports import Pcm
from voice.protocols.events_json import to_json
from voice.synthetic_callers.manner import Manner, Manners, Speaker
from voice.synthetic_callers.measured import MeasuredCall, MeasuredStep
from voice.synthetic_callers.script import HeldCall, Taken, Turn, Watch


@dataclass
class SilentVoices:
    """Speaks every text as a short tone; notes the manner of each."""

    names: tuple[str, ...] = ("joe",)
    spoken: list[tuple[str, Manner]] = field(default_factory=list)

    async def utterance(self, text: str, manner: Manner) -> Utterance:
        self.spoken.append((text, manner))
        return Utterance(text, np.full(960, 1_000, np.int16), 960)

    async def noisy(self, utterance: Utterance, manner: Manner) -> Utterance:
        return Utterance(f"{utterance.name}", utterance.samples + np.int16(1), utterance.speech_end)

    async def background(self, manner: Manner) -> Pcm | None:
        return None if manner.noise.kind == "none" else np.ones(960, np.int16)


@dataclass
class TextLine:
    """Answers as the server of one case would, and tells it over the channel.

    `mishears`: what is heard in place of what was said; `says_when_silent`: understood when the caller says nothing;
    `lost_after`: so many steps into the call the connection is gone, on so many calls as `losses`.
    """

    conversation: Conversation
    server: TextServer

    async def call(self, turns: Sequence[Turn], watch: Watch, background: Pcm | None) -> HeldCall:
        server = self.server
        server.calls.append(list(turns))
        server.backgrounds.append(background)
        if server.refusals > 0:
            server.refusals -= 1
            raise ConnectionNotMade("nobody answers")
        taken: list[Taken] = []
        told = await self._told(self.conversation.start({}))
        ended = None
        for number, turn in enumerate([None, *turns]):
            if turn is not None:
                if server.lost_after is not None and number > server.lost_after and server.losses > 0:
                    server.losses -= 1
                    return _held(taken, "connection-lost", "the connection was lost")
                if ended is not None:
                    break
                told, ended = await self._answer(turn)
            taken.append(Taken(number, number * 1_000.0, tuple(told)))
            if not watch(taken[-1]):
                break
        return _held(taken, ended or "caller-hung-up", None)

    async def _answer(self, turn: Turn) -> tuple[list[ServerEvent], str | None]:
        said = turn.message or (turn.utterance.name if turn.utterance is not None else self.server.says_when_silent)
        heard = self.server.mishears.get(said, said)
        if not heard:
            return [ServerEvent(0.0, {"type": "turn_dropped", "reason": "noise"})], None
        understood = await self.conversation.understand(UserTurn(heard))
        events = [ServerEvent(0.0, to_json(user_said(understood)))]
        events += await self._told(self.conversation.commit(understood))
        return events, "assistant-ended" if self.conversation.is_over else None

    async def _told(self, outputs: AsyncIterator[TurnOutput]) -> list[ServerEvent]:
        events: list[DialogueEvent] = []
        async for output in outputs:
            match output:
                case Said():
                    events.append(AssistantSaid(output.text, output.response, output.buttons, output.source))
                case Happened(event):
                    events.append(event)
                case Ended():
                    break
        return [ServerEvent(0.0, to_json(event)) for event in events]


@dataclass
class TextServer:
    """Serves cases of an assistant whose callers speak in command lines."""

    assistant: Assistant
    mishears: Mapping[str, str] = field(default_factory=dict)
    says_when_silent: str = "/silence_timeout"
    refusals: int = 0
    lost_after: int | None = None
    losses: int = 0
    steps: Mapping[int, MeasuredStep] = field(default_factory=dict)
    late_frames: int = 0
    calls: list[list[Turn]] = field(default_factory=list)
    backgrounds: list[Pcm | None] = field(default_factory=list)

    def bench(self, voices: SilentVoices | None = None, **options: Any) -> SpokenBench:
        """Return what spoken cases run with."""
        actions = ScriptedActions({"action_pay": [], "action_balance": []})
        bench = Bench(self.assistant, SpokenCommands(self.assistant), actions=actions, model="commands")

        @asynccontextmanager
        async def open_line(case: Case) -> AsyncIterator[TextLine]:
            yield TextLine(conversation_of(case, bench), self)

        manners = options.pop("manners", Manners((Speaker("joe"),)))
        return SpokenBench(bench, voices or SilentVoices(), manners, open_line, self.measure, **options)

    def measure(self, call: HeldCall) -> MeasuredCall:
        quick = MeasuredStep(400, {"endpoint": 300, "transport": 100})
        steps = {taken.number: self.steps.get(taken.number, quick) for taken in call.taken}
        return MeasuredCall(steps, np.zeros(0, np.int16), self.late_frames)


def _held(taken: list[Taken], ended: str, failure: str | None) -> HeldCall:
    events = [event for one in taken for event in one.events]
    return HeldCall(CallLog("call-1", (), (), (), events, (), 1_000.0, ended, failure), tuple(taken))
