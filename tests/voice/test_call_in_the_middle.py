"""What happens in the middle of something: found by reading the call as a stranger would, each once a fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from dialogue.turn import Said, TurnOutput, Understood, Waiting
from flows.effects import Dtmf, Expectation
from tests.support.call import FakeLink, ScriptedConversation, ScriptedRecogniser, engines
from tests.support.virtual_clock import run_virtually
from voice.calls.call import run_call
from voice.calls.settings import CallSettings
from voice.turns.policy import TurnPolicy


def hold(
    caller: str,
    conversation: ScriptedConversation,
    recogniser: ScriptedRecogniser,
    settings: CallSettings | None = None,
    messages: Mapping[int, dict[str, Any]] | None = None,
) -> FakeLink:
    async def main() -> FakeLink:
        link = FakeLink(caller, messages=messages)
        async with asyncio.timeout(900), asyncio.TaskGroup() as tasks:
            tasks.create_task(link.play())
            await run_call(link, conversation, engines(recogniser), settings or CallSettings())
        return link

    return run_virtually(main)


@dataclass
class SlowlyTold(ScriptedConversation):
    """Says its first output at once, and the others after an action of `turn_s`."""

    logged: list[str] = field(default_factory=list)

    async def commit(self, understood: Understood) -> AsyncIterator[TurnOutput]:
        name = understood.turn.text or type(understood.commands[0]).__name__
        self.committed.append(name)
        for number, output in enumerate(self.replies.get(name, (Said(f"You said {name}"), Waiting(Expectation())))):
            if number == 1 and name in self.replies:
                await asyncio.sleep(self.turn_s)
            yield output
        self.finished.append(name)

    def cut_short(self, heard: str) -> None:
        super().cut_short(heard)
        self.logged.append(f"{len(self.finished)}: {heard}")


def test_a_stopped_reply_does_not_come_back_as_one_that_may_not_be_interrupted() -> None:
    pay = [
        Said("I am sending it now."),
        Said("This call is recorded.", allow_interruptions=False),
        Waiting(Expectation()),
    ]
    conversation = SlowlyTold(replies={"pay": pay}, turn_s=2.0)
    caller = "." * 15 + "####" + "." * 8 + "#" * 14 + "." * 25 + "####" + "." * 30
    hold(caller, conversation, ScriptedRecogniser(["pay", "actually no", "hello"]))
    assert conversation.committed == ["pay", "actually no", "hello"], "the caller was heard to the end"


def test_silence_is_not_asked_about_while_a_turn_is_worked_on() -> None:
    conversation = ScriptedConversation(turn_s=7.5)
    settings = CallSettings(TurnPolicy(silence_timeout_ms=5_000))
    link = hold("." * 15 + "####" + "." * 110, conversation, ScriptedRecogniser(["pay"]), settings)
    assert conversation.committed == ["pay"]
    assert "You said pay" in [each["text"] for each in link.of("assistant_said")]
    assert not link.of("barge_in")


@dataclass
class ThenNothing(ScriptedRecogniser):
    """Hears the first revision, and nothing in any later one."""

    async def recognise(self, *args: Any, **options: Any) -> Any:
        heard = await super().recognise(*args, **options)
        return heard if self.finals <= 1 else type(heard)("", -0.1, 0.0, 0)


def test_a_turn_that_noise_took_back_is_asked_for_again() -> None:
    replies = {"balance": [Said("You have ninety dollars in your account, as of today."), Waiting(Expectation())]}
    conversation = ScriptedConversation(replies=replies, foreseen=["balance"])
    link = hold("." * 20 + "####" + "." * 8 + "#" * 13 + "." * 50, conversation, ThenNothing(["balance"]))
    assert link.of("turn_retracted")
    assert conversation.committed == ["RepeatLastBotMessages"], "and not silence"


def test_a_held_reply_goes_on_when_it_may_no_longer_be_interrupted() -> None:
    terms = [
        Said("One moment please, I look."),
        Said("These are the terms.", allow_interruptions=False),
        Waiting(Expectation()),
    ]
    conversation = SlowlyTold(replies={"terms": terms}, turn_s=1.2)
    caller = "." * 15 + "####" + "." * 8 + "######" + "." * 80
    link = hold(caller, conversation, ScriptedRecogniser(["terms", "and what about"], takes_s=0.6))
    resumed = [each["reason"] for each in link.of("reply_resumed")]
    stuck = [each["code"] for each in link.of("fault")]
    assert "reply-stuck" not in stuck
    assert resumed or link.of("barge_in"), "it was not left paused"


def test_a_cut_is_written_behind_the_turn_that_it_cut() -> None:
    replies = {"balance": [Said("You have ninety dollars in your account."), Waiting(Expectation())]}
    conversation = SlowlyTold(replies=replies, foreseen=["balance"])
    messages = {188: {"type": "say", "text": "stop"}}  # 0.4 s into the reply that has begun
    hold("." * 20 + "####" + "." * 50, conversation, ScriptedRecogniser(["balance"]), messages=messages)
    assert conversation.committed[:2] == ["balance", "stop"]
    assert conversation.logged
    assert conversation.logged[0].startswith("1: "), "the turn had been carried out when its cut was written"


def test_keys_after_a_barge_in_are_not_talked_over() -> None:
    menu = [
        Said("Enter your number, please, with the keys of your phone."),
        Waiting(Expectation("number", "n", dtmf=Dtmf(length=3))),
    ]
    conversation = ScriptedConversation(replies={"menu": menu})
    messages = {200 + 12 * place: {"type": "key", "key": key} for place, key in enumerate("472")}
    caller = "." * 15 + "####" + "." * 14 + "#" * 10 + "." * 60
    hold(caller, conversation, ScriptedRecogniser(["menu", "..."], takes_s=0.9), messages=messages)
    assert "RepeatLastBotMessages" not in conversation.committed
    assert any("472" in each for each in conversation.committed)


def test_where_only_keys_answer_words_do_not() -> None:
    only = Expectation("number", "pin", dtmf=Dtmf(length=4, allow_audio_input=False))
    conversation = ScriptedConversation(replies={"pin": [Said("Your PIN?"), Waiting(only)]})
    caller = "." * 15 + "####" + "." * 30 + "####" + "." * 20 + "####" + "." * 30
    hold(caller, conversation, ScriptedRecogniser(["pin", "four two", "agent please"]))
    assert conversation.committed == ["pin", "agent please"]


@pytest.mark.parametrize("level", [-50.0, -40.0])
def test_a_murmur_that_is_taken_for_speech_does_not_keep_a_turn_open(level: float) -> None:
    from voice.turns import effects as turn_effects
    from voice.turns import inputs as turn_inputs
    from voice.turns import turn_taking as turns
    from voice.turns.state import TurnState

    state, tried = TurnState(), []
    for at_ms in range(20, 16_000, 20):
        is_caller = 3_000 <= at_ms < 5_000
        frame = turn_inputs.FrameHeard(at_ms, 0.9, -22.0 if is_caller else level)
        state, effects = turns.step(state, frame, TurnPolicy())
        tried += [at_ms for effect in effects if isinstance(effect, turn_effects.TryTurn)]
    assert any(5_000 <= at_ms <= 13_000 for at_ms in tried), tried
