"""Calls whose microphone hears the assistant: it does not interrupt itself, and a caller who speaks over it does."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tests.support.call import TTS_RATE_HZ, FakeLink, ScriptedConversation, ToneSynthesiser, engines
from tests.support.virtual_clock import run_virtually
from tests.voice.turns.test_echo_gate import babbling
from voice.audio import FRAME_MS, FRAME_SAMPLES
from voice.calls.call import run_call
from voice.calls.settings import CallSettings
from voice.link import FrameArrived, LinkClosed
from voice.ports import Audio, Priority, SpeechChunk, Transcript

GREETING = "The conditions are long and nobody ever hears them to their end. They go on and on and on, as we all know."
ECHO_DB = -12.0
LOUD = 0.08
"""Peak, of full scale: the echo has 0.04 at most, the caller 0.15."""
CALL_MS = 9_000
CALLER_AT_MS, CALLER_MS = 4_000, 1_500


class Babble(ToneSynthesiser):
    """Speaks every character as 60 ms of something like a voice."""

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncIterator[SpeechChunk]:
        yield SpeechChunk(babbling(len(text), len(text) * 60, TTS_RATE_HZ).astype(np.int16), TTS_RATE_HZ)


@dataclass
class EchoingLink(FakeLink):
    """A loudspeaker before the microphone: what is played comes back so much later, and the caller speaks over it."""

    delay_ms: int
    has_caller: bool

    def __post_init__(self) -> None:
        super().__init__("")

    async def play(self) -> None:
        caller = np.zeros(CALL_MS * 16)
        if self.has_caller:
            caller[CALLER_AT_MS * 16 : (CALLER_AT_MS + CALLER_MS) * 16] = babbling(9, CALLER_MS, 16_000)
        back = deque([np.zeros(FRAME_SAMPLES)] * (self.delay_ms // FRAME_MS))
        room = np.random.default_rng(3)
        for begin in range(0, len(caller), FRAME_SAMPLES):
            await asyncio.sleep(FRAME_MS / 1_000)
            if self.closed is not None:
                return
            if self._source is not None:
                out = self._source.next_frame().samples
                back.append(out.reshape(FRAME_SAMPLES, -1).mean(axis=1) * 10 ** (ECHO_DB / 20))
            heard = caller[begin : begin + FRAME_SAMPLES] + room.normal(scale=20, size=FRAME_SAMPLES)
            if len(back) > self.delay_ms // FRAME_MS:
                heard = heard + back.popleft()
            self.inbox.put(FrameArrived(np.clip(heard, -32_768, 32_767).astype(np.int16), self.now_ms()))
        self.inbox.put(LinkClosed("caller-hung-up"))


@dataclass
class HearsWhoIsLoud:
    """Writes what the louder of the two says: the caller, or the assistant behind them."""

    async def recognise(self, audio: Audio, **_: Any) -> Transcript:
        await asyncio.sleep(0.2)
        is_caller = np.abs(audio).max() > LOUD
        text = "Stop, I would like to pay" if is_caller else "the conditions are long"
        return Transcript(text, -0.1, 200.0, len(audio) // 16)


def hold(delay_ms: int, *, has_caller: bool) -> EchoingLink:
    async def main() -> EchoingLink:
        link = EchoingLink(delay_ms, has_caller)
        speech = engines(HearsWhoIsLoud(), synthesiser=Babble())  # type: ignore[arg-type]
        async with asyncio.timeout(900), asyncio.TaskGroup() as tasks:
            tasks.create_task(link.play())
            await run_call(link, ScriptedConversation(greeting=GREETING), speech, CallSettings())  # type: ignore[arg-type]
        return link

    return run_virtually(main)


@pytest.mark.parametrize("delay_ms", [80, 140, 200, 300])
def test_a_reply_that_comes_back_does_not_interrupt_itself(delay_ms: int) -> None:
    link = hold(delay_ms, has_caller=False)
    assert not link.of("barge_in")
    assert not link.of("turn_ended")
    assert len(link.of("reply_paused")) <= 1, "until its distance is known"
    assert len(link.of("reply_resumed")) == len(link.of("reply_paused"))


@pytest.mark.parametrize("delay_ms", [80, 140, 200, 300])
def test_a_caller_over_the_echo_does(delay_ms: int) -> None:
    link = hold(delay_ms, has_caller=True)
    (stopped,) = link.of("barge_in")
    assert CALLER_AT_MS < stopped["clock_ms"] < CALLER_AT_MS + CALLER_MS + 500
    paused = [each["clock_ms"] for each in link.of("reply_paused") if each["clock_ms"] > CALLER_AT_MS - 500]
    assert CALLER_AT_MS < paused[0] < CALLER_AT_MS + 300
    assert [each["text"] for each in link.of("turn_ended")] == ["Stop, I would like to pay"]
