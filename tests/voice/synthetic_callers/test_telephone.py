"""Steps on a line: when the caller speaks, sends, is silent and barges in. A scripted line on a virtual clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.support.virtual_clock import run_virtually
from voice.caller.client import CallOptions
from voice.caller.line import Level
from voice.caller.listening import Limits
from voice.caller.log import ServerEvent
from voice.caller.wav import Utterance
from voice.synthetic_callers.script import Taken, Turn
from voice.synthetic_callers.telephone import SteppedConversation

SPEECH = Utterance("words", np.ones(48 * 500, np.int16), 48 * 500)
ANSWER_AFTER_MS, ANSWER_MS = 400, 2_000


@dataclass
class ScriptedMicrophone:
    line: ScriptedLine
    spoken: list[Utterance] = field(default_factory=list)
    until_ms: float = -1.0

    @property
    def is_speaking(self) -> bool:
        return self.line.now_ms() < self.until_ms

    def say(self, utterance: Utterance) -> float:
        self.spoken.append(utterance)
        self.until_ms = self.line.now_ms() + 500
        self.line.note(f"says {len(self.spoken)}")
        self.line.answer(self.until_ms)
        return self.until_ms


class ScriptedLine:
    """Greets for a second, and answers everything 400 ms after its end, for two seconds or until it is talked over."""

    def __init__(self, *, prompts_after_ms: float | None = None, hangs_up_after: int | None = None) -> None:
        loop = asyncio.get_running_loop()
        origin_s = loop.time()
        self.now_ms: Callable[[], float] = lambda: (loop.time() - origin_s) * 1_000
        self.inbox: asyncio.Queue[Any] = asyncio.Queue()
        self.events: list[ServerEvent] = []
        self.notes: list[tuple[int, str]] = []
        self.microphone = ScriptedMicrophone(self)
        self._prompts_after_ms = prompts_after_ms
        self._hangs_up_after = hangs_up_after
        self._tasks: set[asyncio.Task[None]] = set()
        self._replies = 0
        self._playing: asyncio.Task[None] | None = None
        self._start(self._reply(0, 1_000))

    @property
    def last_sign_ms(self) -> float:
        return self.now_ms()

    def note(self, what: str) -> None:
        self.notes.append((round(self.now_ms()), what))

    def send(self, message: dict[str, Any]) -> None:
        self.note(f"sends {message['text']}")
        self.answer(self.now_ms())

    def answer(self, end_ms: float) -> None:
        if self._playing is not None and not self._playing.done():
            self._playing.cancel()
            self._tell({"type": "barge_in", "reply_id": self._replies})
        self._start(self._reply(end_ms + ANSWER_AFTER_MS - self.now_ms(), ANSWER_MS))

    def _start(self, playing) -> None:
        self._playing = asyncio.create_task(playing)
        self._tasks.add(self._playing)

    async def _reply(self, wait_ms: float, length_ms: float) -> None:
        await asyncio.sleep(wait_ms / 1_000)
        self._replies += 1
        number = self._replies
        self._tell({"type": "reply_started", "reply_id": number})
        for _ in range(round(length_ms / 20)):
            await asyncio.sleep(0.02)
            self.inbox.put_nowait(Level(self.now_ms(), 3_000.0))
        self._tell({"type": "reply_finished", "reply_id": number})
        if self._hangs_up_after == number:
            self._tell({"type": "call_ended", "reason": "assistant-ended"})
        if self._prompts_after_ms is not None:
            await self._reply(self._prompts_after_ms, 500)

    def _tell(self, message: dict[str, Any]) -> None:
        event = ServerEvent(self.now_ms(), message)
        self.events.append(event)
        self.inbox.put_nowait(event)

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()


def hold(turns: list[Turn], watch: Callable[[Taken], bool] = lambda _: True, **script: Any):
    async def held():
        line = ScriptedLine(**script)
        conversation = SteppedConversation(line, CallOptions(Limits(5_000, 30_000)), turns, watch)
        ending = await conversation.hold(())
        line.stop()
        return line, conversation.taken, ending

    return run_virtually(held)


def test_each_step_waits_for_the_answer_to_the_one_before():
    line, taken, ending = hold([Turn(SPEECH), Turn(message="/pay")])

    # 1000 greeting + 700 silence; 500 speech + 400 + 2000 answer + 700 silence
    assert [what for _, what in line.notes] == ["says 1", "sends /pay"]
    assert abs(line.notes[0][0] - 1_700) <= 120
    assert abs(line.notes[1][0] - line.notes[0][0] - 3_600) <= 120
    assert [one.number for one in taken] == [0, 1, 2]
    assert (taken[1].spoken, taken[2].spoken) == (0, None)
    assert taken[2].message_ms is not None
    assert ending.reason is None


def test_each_step_has_the_events_that_came_in_it():
    _, taken, _ = hold([Turn(SPEECH), Turn(SPEECH)])

    assert [[event.type for event in one.events] for one in taken] == [["reply_started", "reply_finished"]] * 3
    assert [one.events[0].message["reply_id"] for one in taken] == [1, 2, 3]


def test_barging_in_begins_so_long_after_the_answers_first_sound():
    line, taken, _ = hold([Turn(SPEECH, barge_in_at_ms=600), Turn(SPEECH, barge_in_at_ms=1_200)])

    assert abs(line.notes[0][0] - 620) <= 40
    first_sound_ms = line.notes[0][0] + 500 + ANSWER_AFTER_MS + 20
    assert abs(line.notes[1][0] - first_sound_ms - 1_200) <= 40
    assert [one.is_over_reply for one in taken] == [False, True, True]
    assert "barge_in" in [event.type for event in taken[2].events]


def test_a_reply_that_is_over_before_is_not_barged_into():
    line, taken, _ = hold([Turn(SPEECH, barge_in_at_ms=5_000)])

    assert abs(line.notes[0][0] - 1_700) <= 120
    assert not taken[1].is_over_reply


def test_silence_lasts_from_the_last_sound_on_and_lets_a_prompt_end():
    _, taken, _ = hold([Turn(SPEECH), Turn(silence_ms=3_000)], prompts_after_ms=2_900)

    silent = taken[2]
    assert [event.type for event in silent.events] == ["reply_started", "reply_finished"]
    assert silent.since_ms is not None
    prompted_ms = silent.events[0].at_ms - silent.since_ms
    assert abs(prompted_ms - 2_900) <= 40


def test_a_caller_may_be_silent_before_speaking():
    line, _, _ = hold([Turn(SPEECH, silence_ms=4_000)])

    assert abs(line.notes[0][0] - 5_000) <= 120


def test_the_watcher_ends_the_call():
    line, taken, _ = hold([Turn(SPEECH), Turn(SPEECH)], lambda one: one.number < 1)

    assert len(line.notes) == 1
    assert [one.number for one in taken] == [0, 1]


def test_an_assistant_that_hangs_up_leaves_the_step_with_its_last_words():
    _, taken, ending = hold([Turn(SPEECH), Turn(SPEECH)], hangs_up_after=2)

    assert (ending.reason, ending.failure) == ("assistant-ended", None)
    assert [one.number for one in taken] == [0, 1]
    assert taken[1].events[-1].type == "call_ended"
