"""What comes of a turn in a call: held-back writes, tried actions, asides, hang-ups, words that nobody heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dialogue.events import AssistantSaid, ReplyCutShort, UserSaid
from dialogue.history import history_lines
from dialogue.turn import Said, TurnOutput, Understood, Waiting
from flows.commands import Json
from flows.effects import Expectation
from tests.support.call import (
    FakeLink,
    ScriptedConversation,
    ScriptedRecogniser,
    ScriptedRehearsal,
    ToneSynthesiser,
    engines,
)
from tests.support.conversations import ScriptedActions, new_conversation
from tests.support.small_bank import small_bank
from tests.support.virtual_clock import run_virtually
from voice.calls.answering import Answering
from voice.calls.call import run_call
from voice.calls.settings import CallSettings
from voice.link import FramePlayed
from voice.speech.speculation import Speculation
from voice.turns.policy import TurnPolicy

RETRACT_MS = TurnPolicy().retract_ms


@dataclass
class ClosedConversation(ScriptedConversation):
    """Asks yes or no, so that turns end soon; its turns come to a write that nobody has confirmed, if they are told to.

    `wrote_ms` is when the writes of a turn began, on the call's clock.
    """

    writes: bool = True
    words: tuple[Said, ...] = ()
    later: tuple[Said, ...] = ()
    later_s: float = 0.0
    wrote_ms: dict[str, int] = field(default_factory=dict)
    rehearsals: list[ScriptedRehearsal] = field(default_factory=list)
    link: FakeLink | None = None

    async def start(self, metadata: Mapping[str, Any]) -> AsyncIterator[TurnOutput]:
        yield Said("Sure?")
        yield Waiting(Expectation("yes_no", "sure"))

    def rehearse(self, understood: Understood) -> ScriptedRehearsal:
        tried = ScriptedRehearsal(understood, self.words, self.state, self.writes, self.later, self.later_s)
        self.rehearsals.append(tried)
        return tried

    async def commit(self, understood: Understood) -> AsyncIterator[TurnOutput]:
        for said in (*self.words, *self.later):
            yield said
        assert self.link is not None
        self.wrote_ms[understood.turn.text] = self.link.now_ms()
        async for output in super().commit(understood):
            yield output


def hold(caller: str, conversation: Any, texts: list[str], voice: ToneSynthesiser | None = None) -> FakeLink:
    """Run one call; the conversation learns of its link, if it wants to."""

    async def main() -> FakeLink:
        link = FakeLink(caller)
        if isinstance(conversation, ClosedConversation):
            conversation.link = link
        async with asyncio.timeout(900), asyncio.TaskGroup() as tasks:
            tasks.create_task(link.play())
            await run_call(link, conversation, engines(ScriptedRecogniser(texts), voice), CallSettings())
        return link

    return run_virtually(main)


def test_an_unconfirmed_write_waits_until_the_turn_can_be_taken_back_no_more() -> None:
    conversation = ClosedConversation()
    link = hold("." * 20 + "####" + "." * 60, conversation, ["yes"])
    (ended,) = link.of("turn_ended")
    assert RETRACT_MS <= conversation.wrote_ms["yes"] - ended["at_ms"] <= RETRACT_MS + 60
    assert conversation.finished == ["yes"]
    assert [each["text"] for each in link.of("assistant_said")] == ["Sure?", "You said yes"]


def test_a_write_that_is_confirmed_or_follows_nothing_unsaid_starts_at_once() -> None:
    conversation = ClosedConversation(writes=False)
    link = hold("." * 20 + "####" + "." * 60, conversation, ["yes"])
    (ended,) = link.of("turn_ended")
    assert conversation.wrote_ms["yes"] - ended["at_ms"] <= 40


def test_the_words_before_a_write_cover_the_time_for_which_it_waits() -> None:
    conversation = ClosedConversation(words=(Said("I am sending it to Joe now."),))
    link = hold("." * 20 + "####" + "." * 60, conversation, ["yes"])
    started = link.of("reply_started")[1]
    assert RETRACT_MS <= conversation.wrote_ms["yes"] - started["at_ms"] <= RETRACT_MS + 60
    said = [each["text"] for each in link.of("assistant_said")]
    assert said == ["Sure?", "I am sending it to Joe now.", "You said yes"], "nothing is said twice"


def test_words_that_may_not_be_interrupted_do_not_let_a_write_through() -> None:
    conversation = ClosedConversation(words=(Said("This is the law.", allow_interruptions=False),))
    link = hold("." * 20 + "####" + "." * 80, conversation, ["yes"])
    (ended,) = link.of("turn_ended")
    assert conversation.wrote_ms["yes"] - ended["at_ms"] >= RETRACT_MS


@pytest.mark.parametrize("pause", [4, 5, 6])
def test_a_caller_who_goes_on_takes_the_write_back(pause: int) -> None:
    conversation = ClosedConversation()
    texts = ["yes", "yes, no, wait", "yes, no, wait"]
    link = hold("." * 20 + "####" + "." * pause + "########" + "." * 60, conversation, texts)
    assert len(link.of("turn_retracted")) == 1
    assert "yes" not in conversation.wrote_ms
    assert conversation.committed == ["yes, no, wait"]
    assert conversation.rehearsals[0].is_discarded, "nothing of what was tried counts"


def test_a_hang_up_commits_the_turn_that_was_held_back() -> None:
    conversation = ClosedConversation()
    hold("." * 20 + "####" + "." * 5, conversation, ["yes"])
    assert conversation.finished == ["yes"]


def test_what_comes_of_a_tried_action_is_said_before_the_turn_is_committed() -> None:
    conversation = ClosedConversation(writes=False, later=(Said("You have fifty dollars."),), later_s=0.02)
    link = hold("." * 20 + "####" + "." * 60, conversation, ["yes"])
    started = link.of("reply_started")[1]
    assert started["at_ms"] < conversation.wrote_ms["yes"] - RETRACT_MS + 60, "it was begun and pending"
    said = [each["text"] for each in link.of("assistant_said")]
    assert said == ["Sure?", "You have fifty dollars.", "You said yes"]


def test_at_most_three_revisions_of_a_turn_try_actions() -> None:
    conversation = ClosedConversation(writes=False, later=(Said("Fifty."),), later_s=5.0)
    conversation.stage = "llm"
    hold("." * 20 + "###.." * 6 + "." * 60, conversation, ["so", "so and", "so and and", "go", "go on", "yes"])
    assert len(conversation.rehearsals) > 3
    assert sum(rehearsal.has_tried for rehearsal in conversation.rehearsals) == 3


def test_an_aside_to_a_reply_that_is_through_is_said_behind_it() -> None:
    async def main() -> FakeLink:
        link = FakeLink("." * 80)
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            speech = engines(ScriptedRecogniser(["?"]))
            conversation: Any = ScriptedConversation()
            events: list[Any] = []
            speculation = Speculation(conversation, speech.synthesiser, tasks)
            answering = Answering(link, conversation, speech, tasks, events.append, speculation)
            answering.greet(conversation.start({}))
            for tick in range(100):
                await asyncio.sleep(0.02)
                frame = answering.playback.next_frame()
                if frame.matters:
                    answering.played(FramePlayed(frame, link.now_ms()), link.now_ms())
                if tick == 30:
                    answering.say_aside("Take your time.", ends_call=False)
            answering.stop()
        texts = [event.text for event in events if isinstance(event, AssistantSaid)]
        assert texts == ["Hello there.", "Take your time."]
        voice = speech.synthesiser
        assert isinstance(voice, ToneSynthesiser)
        assert voice.texts == ["Hello there.", "Take your time."], "both were heard"
        assert len([event for event in events if type(event).__name__ == "ReplyFinished"]) == 2
        return link

    run_virtually(main)


def test_a_turn_that_waits_for_another_when_the_caller_hangs_up_is_carried_out() -> None:
    conversation = ScriptedConversation(turn_s=9.0)
    link = hold("." * 15 + "####" + "." * 20 + "####" + "." * 40, conversation, ["a", "b"])
    assert conversation.finished == ["a", "b"], "18 s of actions, and the caller had gone after 8"
    assert not link.of("fault")


def test_a_turn_that_could_not_be_carried_out_is_told_of() -> None:
    conversation = ScriptedConversation(understanding_s=500.0)
    conversation.stage = "llm"
    link = hold("." * 15 + "####" + "." * 40, conversation, ["pay"])
    assert conversation.committed == []
    (fault,) = link.of("fault")
    assert fault["code"] == "turn-not-carried-out"
    assert conversation.ended == "caller-hung-up"


SLOW = """
flows:
  slow:
    description: Orders
    steps:
      - action: utter_wait
      - action: action_pay
"""
WAIT = """
responses:
  utter_wait: [{text: "I am ordering it for you, and this takes a moment."}]
"""


class SlowOrder(ScriptedActions):
    async def run(self, name: str, tracker: Json, domain: Json) -> Any:
        await asyncio.sleep(3)
        return await super().run(name, tracker, domain)


def test_what_an_action_says_after_a_barge_in_is_unheard_and_can_be_asked_for(tmp_path: Path) -> None:
    ordered: list[Json] = [{"event": "bot", "text": "Ordered, your number is seven.", "data": {}}]
    actions = SlowOrder({"action_pay": ordered})

    async def converse() -> Any:
        return new_conversation(small_bank(tmp_path, flows=SLOW, domain=WAIT), actions=actions)

    conversation = run_virtually(converse)
    caller = "." * 20 + "#####" + "." * 20 + "#" * 12 + "." * 140
    hold(caller, conversation, ["start flow slow", "repeat message"])
    events = list(conversation.events)
    turns = [place for place, event in enumerate(events) if isinstance(event, UserSaid)]
    first, again = events[turns[0] : turns[1]], events[turns[1] :]
    wait, told = "I am ordering it for you, and this takes a moment.", "Ordered, your number is seven."
    assert [event.text for event in first if isinstance(event, AssistantSaid)][:2] == [wait, told]
    (cut,) = [event for event in first if isinstance(event, ReplyCutShort)]
    assert wait.startswith(cut.heard)
    assert cut.heard != wait
    lines = history_lines(events[: turns[1]])
    assert lines[-1] == f"AI: {cut.heard} …"
    assert not any("seven" in line for line in lines), "nobody heard it"
    said_again = [event.text for event in again if isinstance(event, AssistantSaid)]
    assert said_again[:2] == [wait, told]
    assert not any(isinstance(event, ReplyCutShort) for event in again), "this time it was heard"


@dataclass
class DyingVoice(ToneSynthesiser):
    """Fails for a stretch of the call; "One moment." was rendered before."""

    fails_s: tuple[float, float] = (0.0, 0.0)

    def holds(self, text: str) -> bool:
        return text == "One moment."

    async def synthesise(self, text: str, **options: Any) -> AsyncIterator[Any]:
        now_s = asyncio.get_running_loop().time() - 1000.0
        self.fails = self.fails_s[0] <= now_s < self.fails_s[1] and not self.holds(text)
        async for chunk in super().synthesise(text, **options):
            yield chunk


def test_a_voice_that_comes_back_goes_on_in_the_same_reply_and_the_text_was_shown_all_the_time() -> None:
    replies = {"yes": [Said("First this. Then that. And now the third. And the last."), Waiting(Expectation())]}
    conversation = ScriptedConversation(replies=replies)
    voice = DyingVoice(fails_s=(2.0, 5.0))
    link = hold("." * 20 + "####" + "." * 100, conversation, ["yes"], voice)
    assert voice.texts[-1] == "And the last."
    assert "One moment." in voice.texts
    shown = [each["text"] for each in link.of("assistant_said")]
    assert "First this. Then that. And now the third. And the last." in shown
    (fault,) = link.of("fault")
    assert fault["code"] == "synthesis-failed"
    (heard,) = conversation.heard
    assert heard
    assert not heard.startswith("First"), "what was lost is not in the history"
    assert heard.endswith("And the last.")
