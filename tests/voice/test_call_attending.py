"""What a call minds beside turns, in whole calls on a virtual clock: silence, keys, fillers, goodbyes, a recorder."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from dialogue.turn import Said, Waiting
from flows.effects import Dtmf, Expectation
from tests.support.call import FakeLink, ScriptedConversation, ScriptedRecogniser, engines
from tests.support.virtual_clock import run_virtually
from voice.attendance.limits import LimitPolicy
from voice.attendance.policy import CallPolicy
from voice.calls.call import run_call
from voice.calls.settings import CallSettings
from voice.ports import Pcm
from voice.turns.policy import TurnPolicy


@dataclass
class NotingRecorder:
    """Counts what it is told."""

    heard_ms: list[int] = field(default_factory=list)
    played_frames: int = 0
    sentences: list[tuple[str, int]] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    is_closed: bool = False

    def heard(self, samples: Pcm, ended_ms: int) -> None:
        self.heard_ms.append(ended_ms)

    def played(self, samples: Pcm, begins_ms: int) -> None:
        self.played_frames += 1

    def sentence(self, text: str, begins_ms: int) -> None:
        self.sentences.append((text, begins_ms))

    def event(self, event: object) -> None:
        self.events.append(type(event).__name__)

    def logged(self, event: object) -> None:
        pass

    def turn_input(self, given: object) -> None:
        self.inputs.append(type(given).__name__)

    def close(self) -> None:
        self.is_closed = True


def hold(
    caller: str,
    conversation: ScriptedConversation,
    texts: list[str],
    *,
    settings: CallSettings | None = None,
    messages: dict[int, dict[str, Any]] | None = None,
    recorder: NotingRecorder | None = None,
) -> FakeLink:
    async def main() -> FakeLink:
        link = FakeLink(caller, messages=messages)
        async with asyncio.timeout(900), asyncio.TaskGroup() as tasks:
            tasks.create_task(link.play())
            speech = engines(ScriptedRecogniser(texts))
            await run_call(link, conversation, speech, settings or CallSettings(), recorder=recorder)
        return link

    return run_virtually(main)


MENU = {"menu": [Said("Enter your number."), Waiting(Expectation("number", "n", dtmf=Dtmf(length=3)))]}


def test_keys_answer_a_question() -> None:
    messages: dict[int, dict[str, Any]] = {
        200 + 10 * place: {"type": "key", "key": key} for place, key in enumerate("472")
    }
    conversation = ScriptedConversation(replies=MENU)
    link = hold("." * 12 + "####" + "." * 60, conversation, ["menu"], messages=messages)
    assert [each["key"] for each in link.of("key_pressed")] == ["4", "7", "2"]
    assert conversation.committed[0] == "menu"
    assert "472" in conversation.committed[1]


def test_what_is_no_key_is_refused() -> None:
    messages: dict[int, dict[str, Any]] = {60: {"type": "key", "key": "55"}, 61: {"type": "key"}}
    link = hold("." * 30, ScriptedConversation(), ["?"], messages=messages)
    assert [each["code"] for each in link.of("fault")] == ["message-unknown", "message-unknown"]


def test_a_slow_action_is_filled_and_the_reply_follows() -> None:
    conversation = ScriptedConversation(turn_s=3.0)
    link = hold("." * 20 + "####" + "." * 60, conversation, ["pay"])
    said = [each["text"] for each in link.of("assistant_said")]
    assert said[0] == "Hello there."
    assert said[-1] == "You said pay"
    assert len(said) == 3, "one filler"


@dataclass
class WordsThenWork(ScriptedConversation):
    """Says that it looks, and then takes long."""

    async def commit(self, understood: Any) -> Any:
        self.committed.append(understood.turn.text)
        yield Said("Let me look.")
        await asyncio.sleep(4.0)
        yield Said("Found it.")
        yield Waiting(Expectation())


def test_a_slow_action_behind_words_is_filled_as_well() -> None:
    link = hold("." * 20 + "####" + "." * 80, WordsThenWork(), ["pay"])
    said = [each["text"] for each in link.of("assistant_said")]
    assert said[:2] == ["Hello there.", "Let me look."]
    assert said[3:] == ["Found it."], "one filler between them"


def test_a_caller_of_whom_nothing_comes_is_told_of_though_silence_takes_its_place() -> None:
    link = hold("." * 20 + "o" * 70, ScriptedConversation(), ["?"])
    assert [each["code"] for each in link.of("fault")] == ["audio-missing"]


def test_a_quick_action_is_not() -> None:
    link = hold("." * 20 + "####" + "." * 40, ScriptedConversation(turn_s=0.3), ["pay"])
    assert [each["text"] for each in link.of("assistant_said")] == ["Hello there.", "You said pay"]


def test_a_caller_who_never_answers_is_asked_and_then_the_call_ends() -> None:
    conversation = ScriptedConversation()
    settings = CallSettings(TurnPolicy(silence_timeout_ms=3_000))
    link = hold("." * 400, conversation, ["?"], settings=settings)
    assert conversation.committed == ["UserSilence"] * 3
    assert link.closed == "caller-silent"
    assert "Goodbye" in link.of("assistant_said")[-1]["text"]
    assert link.of("reply_finished")[-1]["reply_id"] == 5, "the goodbye is heard to its end"


def test_a_call_has_a_longest_length() -> None:
    settings = CallSettings(attendance=CallPolicy(limits=LimitPolicy(max_call_ms=20_000, warn_ms=8_000)))
    link = hold("." * 400, ScriptedConversation(), ["?"], settings=settings)
    texts = [each["text"] for each in link.of("assistant_said")]
    assert any("minute" in text for text in texts), "the caller is warned"
    assert "Goodbye" in texts[-1]
    assert link.closed == "call-too-long"


def test_a_recorder_is_told_everything_and_is_closed_last() -> None:
    recorder = NotingRecorder()
    hold("." * 20 + "####" + "." * 30, ScriptedConversation(), ["pay"], recorder=recorder)
    assert recorder.heard_ms == list(range(20, 20 * len(recorder.heard_ms) + 1, 20))
    assert recorder.played_frames >= len(recorder.heard_ms) - 1
    assert {"CallStarted", "TurnEnded", "UserSaid", "AssistantSaid", "CallEnded"} <= set(recorder.events)
    assert recorder.events[-1] == "CallEnded"
    assert recorder.inputs.count("FrameHeard") == len(recorder.heard_ms)
    assert {"TranscriptReady", "CommandsReady", "ReplyChanged", "QuestionChanged"} <= set(recorder.inputs)
    assert recorder.is_closed


def test_a_recorder_is_told_where_each_sentence_begins() -> None:
    """So that a reply that reads a sensitive value back is silenced in that sentence alone."""
    recorder = NotingRecorder()
    replies = {"pay": [Said("It is done. Your number is 4711. What else?"), Waiting(Expectation())]}
    link = hold("." * 20 + "####" + "." * 90, ScriptedConversation(replies=replies), ["pay"], recorder=recorder)
    assert [text for text, _ in recorder.sentences] == [
        "Hello there.",
        "It is done.",
        "Your number is 4711.",
        "What else?",
    ]
    times = [begins_ms for _, begins_ms in recorder.sentences]
    started = [each["at_ms"] for each in link.of("reply_started")]
    assert abs(times[1] - started[1]) <= 100
    assert times[1] + 600 <= times[2] <= times[3] - 1_000, "sentences follow one another as they are heard"
