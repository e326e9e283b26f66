"""Whole calls by chance: what was taken back or dropped is never committed, what was committed is so once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from dialogue.conversation import Conversation
from dialogue.events import ActionFailed, ActionReturned
from dialogue.replay import replay
from dialogue.turn import Said, TurnOutput, Understood, UserTurn, Waiting
from flows.effects import Expectation
from flows.model import Assistant
from tests.support.call import (
    FakeLink,
    ScriptedConversation,
    ScriptedRecogniser,
    ScriptedRehearsal,
    ToneSynthesiser,
    engines,
)
from tests.support.conversations import new_conversation
from tests.support.small_shop import EFFECTS, SlowActions, load_shop
from tests.support.virtual_clock import run_virtually
from voice.calls.call import run_call
from voice.calls.settings import CallSettings
from voice.ports import Transcript

WORDS = ("yes", "no", "send it", "Mm-hmm.", "...", "I want to", "stop")


class FickleRecogniser(ScriptedRecogniser):
    """Takes its time, and hears something else in every revision; each text is said once in a call."""

    def __init__(self, chance: Random) -> None:
        super().__init__(WORDS)
        self.chance = chance

    async def recognise(self, *args: object, **options: object) -> Transcript:
        await asyncio.sleep(self.chance.choice((0.02, 0.1, 0.3, 0.9)))
        self.finals += 1
        if self.chance.random() < 0.05:
            raise RuntimeError("the recogniser is gone")
        words = self.chance.choice(WORDS)
        text = words if words in {"...", "Mm-hmm."} else f"{words} {self.finals}"
        return Transcript(text, -0.1 if self.chance.random() < 0.9 else -1.4, 10.0, 1000)


class ChancyConversation(ScriptedConversation):
    """Foresees some of its turns; every turn takes a while and says so."""

    def __init__(self, chance: Random) -> None:
        super().__init__(stage="fast_path" if chance.random() < 0.5 else "llm")
        self.chance = chance
        self.rehearsals: list[ScriptedRehearsal] = []

    async def understand(self, turn: UserTurn) -> Understood:
        await asyncio.sleep(self.chance.choice((0.0, 0.01, 0.2)))
        return Understood(turn, (), self.stage)  # type: ignore[arg-type]

    def preview(self, understood: Understood) -> tuple[Said, ...]:
        return (Said(f"About {understood.turn.text}."),) if len(understood.turn.text) % 3 else ()

    def rehearse(self, understood: Understood) -> ScriptedRehearsal:
        """Some turns come to a write that nobody has confirmed, some have an action that may be tried."""
        said, chance = self.preview(understood), self.chance
        later = (last_words(understood.turn.text),) if chance.random() < 0.3 else ()
        tried = ScriptedRehearsal(
            understood, said, self.state, chance.random() < 0.3, later, chance.choice((0.05, 1.0))
        )
        self.rehearsals.append(tried)
        return tried

    async def commit(self, understood: Understood) -> AsyncIterator[TurnOutput]:
        name = understood.turn.text or type(understood.commands[0]).__name__
        self.committed.append(name)
        of_turn = [tried for tried in self.rehearsals if tried.understood is understood]
        assert not any(tried.is_discarded for tried in of_turn), "what was thrown away is committed"
        for said in self.preview(understood):
            yield said
        await asyncio.sleep(self.chance.choice((0.0, 0.05, 1.0)))
        yield last_words(name)
        yield Waiting(self.chance.choice((Expectation(), Expectation("yes_no", "sure"))))
        self.finished.append(name)


def last_words(name: str) -> Said:
    return Said(f"That was {name}, and this is a longer sentence.")


def play(seed: int) -> tuple[FakeLink, ChancyConversation]:
    """Hold one call of half a minute."""
    chance = Random(seed)
    drawing = ["." * 12]
    while sum(map(len, drawing)) < 300:
        drawing += ["#" * chance.choice((1, 2, 3, 5, 9, 14)), "." * chance.choice((1, 3, 6, 8, 10, 13, 20, 30))]
    conversation = ChancyConversation(chance)

    async def main() -> FakeLink:
        link = FakeLink("".join(drawing))
        speech = engines(FickleRecogniser(chance), ToneSynthesiser(takes_s=chance.choice((0.01, 0.1, 0.4))))
        async with asyncio.timeout(900), asyncio.TaskGroup() as tasks:
            tasks.create_task(link.play())
            await run_call(link, conversation, speech, CallSettings())
        return link

    return run_virtually(main), conversation


def check(link: FakeLink, conversation: ChancyConversation) -> int:
    """Check one call; return how many turns were taken back in it."""
    texts = {each["revision"]: each["text"] for each in link.of("turn_ended")}
    retracted = [texts[each["revision"]] for each in link.of("turn_retracted")]
    dropped = [each["revision"] for each in link.of("turn_dropped")]
    spoken = [text for text in conversation.committed if text[-1].isdigit()]
    assert len(spoken) == len(set(spoken)), "committed twice"
    assert not set(retracted) & set(spoken), "committed what was taken back"
    assert not set(dropped) & set(texts), "ended what was dropped"
    for tried in conversation.rehearsals:
        text = tried.understood.turn.text  # those with a number are said once in a call
        assert tried.is_discarded or text not in retracted or not text[-1].isdigit(), (
            "a turn that was taken back counts"
        )
    assert set(spoken) <= set(texts.values()), "committed what had not ended"
    ended = [text for text in texts.values() if text not in retracted]
    assert spoken == [text for text in ended if text in spoken], "committed out of order"
    assert conversation.finished == conversation.committed, "a committed turn was left unfinished"
    assert link.closed is not None
    started = [each["reply_id"] for each in link.of("reply_started")]
    assert started == sorted(set(started)), "a second voice"
    assert not [each for each in link.of("fault") if each["code"] != "synthesis-failed"]
    return len(retracted)


SHOP_WORDS = (
    "start flow look",
    "start flow guess",
    "start flow order",
    "start flow order_with_words",
    "start flow order_after_look",
    "start flow ask_first",
    "set slot sure True",
    "repeat message",
)


class ShopRecogniser(FickleRecogniser):
    """Hears what the shop understands, now and then something else in the next revision of the same turn."""

    async def recognise(self, *args: object, **options: object) -> Transcript:
        heard = await super().recognise(*args, **options)
        return Transcript(self.chance.choice(SHOP_WORDS), heard.log_probability, 10.0, 1000)


def shop_call(shop: Assistant, seed: int) -> tuple[SlowActions, Conversation, FakeLink]:
    """Hold one call with the shop, whose actions take their time, fail and run into time-outs."""
    chance = Random(seed)
    drawing = ["." * 5]
    while sum(map(len, drawing)) < 300:
        drawing += ["#" * chance.choice((2, 3, 5, 9)), "." * chance.choice((3, 6, 8, 10, 13, 20, 30))]
    actions = SlowActions(chance, failing=0.15)

    async def main() -> tuple[Conversation, FakeLink]:
        conversation = new_conversation(shop, actions=actions)
        link = FakeLink("".join(drawing))
        speech = engines(ShopRecogniser(chance), ToneSynthesiser(takes_s=chance.choice((0.01, 0.3))))
        async with asyncio.timeout(900), asyncio.TaskGroup() as tasks:
            tasks.create_task(link.play())
            await run_call(link, conversation, speech, CallSettings())
        return conversation, link

    conversation, link = run_virtually(main)
    return actions, conversation, link


def check_shop(actions: SlowActions, conversation: Conversation) -> tuple[int, int]:
    """Check what came of the actions of one call; return how many writes there were, and how many tries in vain."""
    logged = [event for event in conversation.events if isinstance(event, ActionReturned | ActionFailed)]
    used = [next(number for number, made in actions.results.items() if made is event) for event in logged]
    assert len(used) == len(set(used)), "a result counts once"
    in_vain = [name for name, number in actions.begun if number not in used]
    assert {EFFECTS.get(name, "write") for name in in_vain} <= {"none", "read"}, "a write ran and was never committed"
    assert "action_audited" not in in_vain, "a read that is not allowed was tried"
    assert replay(conversation.events, conversation.assistant) == conversation.state, "the log gives the same again"
    return sum(name == "action_order" for name, _ in actions.begun), len(in_vain)


def play_shop(tmp_path: Path, seeds: range) -> tuple[int, int]:
    shop = load_shop(tmp_path)
    checked = [check_shop(*shop_call(shop, seed)[:2]) for seed in seeds]
    return sum(writes for writes, _ in checked), sum(in_vain for _, in_vain in checked)


def test_fifteen_calls_to_a_shop(tmp_path: Path) -> None:
    writes, in_vain = play_shop(tmp_path, range(15))
    assert writes > 5, "the calls are about something"
    assert in_vain > 5


@pytest.mark.slow
def test_two_hundred_calls_to_a_shop(tmp_path: Path) -> None:
    writes, in_vain = play_shop(tmp_path, range(100, 300))
    assert writes > 50
    assert in_vain > 50


def test_twenty_calls() -> None:
    assert sum(check(*play(seed)) for seed in range(20)) > 0


@pytest.mark.slow
def test_three_hundred_calls() -> None:
    assert sum(check(*play(seed)) for seed in range(100, 400)) > 20
