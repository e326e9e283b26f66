"""A part of a call that hangs is named in the log: models and code that never come back, on a virtual clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from dialogue.turn import Happened, TurnOutput, Understood, UserTurn
from flows.events import ActionExecuted, StepEntered
from tests.support.call import FakeLink, ScriptedConversation, ScriptedRecogniser, ToneSynthesiser, engines
from tests.support.virtual_clock import run_virtually
from voice.attendance.policy import CallPolicy
from voice.attendance.watchdog import WatchPolicy
from voice.calls.call import run_call
from voice.calls.settings import CallSettings
from voice.ports import Audio, Priority, SpeechChunk, Transcript

FOR_EVER_S = 3_600.0
CALLER = "." * 20 + "####" + "." * 200
QUICK = CallSettings(attendance=CallPolicy(watchdog=WatchPolicy(overdue_ms=4_000)))


class HangingVoice(ToneSynthesiser):
    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncIterator[SpeechChunk]:
        if text.startswith("You said"):
            await asyncio.sleep(FOR_EVER_S)
        async for chunk in super().synthesise(text, priority=priority):
            yield chunk


class HangingRecogniser(ScriptedRecogniser):
    """Hears the first turn, and no later one."""

    async def recognise(self, audio: Audio, **options: Any) -> Transcript:
        if self.finals:
            await asyncio.sleep(FOR_EVER_S)
        return await super().recognise(audio, **options)


class HangingUnderstanding(ScriptedConversation):
    async def understand(self, turn: UserTurn) -> Understood:
        await asyncio.sleep(FOR_EVER_S)
        raise AssertionError


class HangingAction(ScriptedConversation):
    async def commit(self, understood: Understood) -> AsyncIterator[TurnOutput]:
        yield Happened(StepEntered("transfer_money", "pay"))
        if understood.turn.text == "twice":
            yield Happened(ActionExecuted("action_check"))
        await asyncio.sleep(FOR_EVER_S)


def held(
    conversation: ScriptedConversation,
    recogniser: ScriptedRecogniser,
    voice: ToneSynthesiser | None = None,
    caller: str = CALLER,
    messages: dict[int, dict[str, Any]] | None = None,
) -> list[str]:
    """Hold a call; return what the log says of its faults."""

    async def main() -> FakeLink:
        link = FakeLink(caller, messages=messages)
        async with asyncio.timeout(8_000), asyncio.TaskGroup() as tasks:
            tasks.create_task(link.play())
            await run_call(link, conversation, engines(recogniser, voice), QUICK)
        return link

    return [each["message"] for each in run_virtually(main).of("fault")]


def test_a_voice_that_hangs() -> None:
    faults = held(ScriptedConversation(), ScriptedRecogniser(["pay"]), HangingVoice())
    assert any("synthesis: a sentence of 12 characters for " in message for message in faults), faults


@pytest.mark.parametrize(
    ("text", "told"), [("pay", "transfer_money/pay for "), ("twice", "the turn, action_check is done for ")]
)
def test_an_action_that_hangs_is_told_by_its_step(text: str, told: str) -> None:
    faults = held(HangingAction(), ScriptedRecogniser([text]))
    assert any(f"action: {told}" in message for message in faults), faults


def test_understanding_that_hangs() -> None:
    """What the caller says is nobody's business in a log."""
    faults = held(HangingUnderstanding(), ScriptedRecogniser(["my pin is 4711"]))
    assert any("understanding: a turn for " in message for message in faults), faults
    assert not any("4711" in message for message in faults)


def test_recognition_that_hangs() -> None:
    caller = "." * 20 + "####" + "." * 30 + "####" + "." * 200
    faults = held(HangingAction(), HangingRecogniser(["pay"]), caller=caller)
    assert any("recognition: a partial transcript for " in message for message in faults), faults
