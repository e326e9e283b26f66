"""Whole calls by chance: what was taken back or dropped is never committed, what was committed is so once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from random import Random

import pytest

from dialogue.turn import Said, TurnOutput, Understood, UserTurn, Waiting
from flows.effects import Expectation
from tests.support.call import FakeLink, ScriptedConversation, ScriptedRecogniser, ToneSynthesiser, engines
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

    async def understand(self, turn: UserTurn) -> Understood:
        await asyncio.sleep(self.chance.choice((0.0, 0.01, 0.2)))
        return Understood(turn, (), self.stage)  # type: ignore[arg-type]

    def preview(self, understood: Understood) -> tuple[Said, ...]:
        return (Said(f"About {understood.turn.text}."),) if len(understood.turn.text) % 3 else ()

    async def commit(self, understood: Understood) -> AsyncIterator[TurnOutput]:
        name = understood.turn.text or type(understood.commands[0]).__name__
        self.committed.append(name)
        for said in self.preview(understood):
            yield said
        await asyncio.sleep(self.chance.choice((0.0, 0.05, 1.0)))
        yield Said(f"That was {name}, and this is a longer sentence.")
        yield Waiting(self.chance.choice((Expectation(), Expectation("yes_no", "sure"))))
        self.finished.append(name)


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
    assert set(spoken) <= set(texts.values()), "committed what had not ended"
    ended = [text for text in texts.values() if text not in retracted]
    assert spoken == [text for text in ended if text in spoken], "committed out of order"
    assert conversation.finished == conversation.committed, "a committed turn was left unfinished"
    assert link.closed is not None
    started = [each["reply_id"] for each in link.of("reply_started")]
    assert started == sorted(set(started)), "a second voice"
    assert not [each for each in link.of("fault") if each["code"] != "synthesis-failed"]
    return len(retracted)


def test_twenty_calls() -> None:
    assert sum(check(*play(seed)) for seed in range(20)) > 0


@pytest.mark.slow
def test_three_hundred_calls() -> None:
    assert sum(check(*play(seed)) for seed in range(100, 400)) > 20
