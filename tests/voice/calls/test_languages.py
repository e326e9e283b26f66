"""A call whose caller speaks another language than it began in: recognition, words, texts and the log follow."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from dialogue.turn import Said, Understood, UserTurn, Waiting
from flows.commands import StartFlow
from flows.effects import Expectation
from flows.model import Slot
from tests.support.call import BARE_ASSISTANT, FakeLink, ScriptedConversation, ScriptedRecogniser, engines
from tests.support.virtual_clock import run_virtually
from voice.attendance.language_switch import LanguagePolicy
from voice.attendance.policy import CallPolicy
from voice.calls.call import run_call
from voice.calls.settings import CallSettings
from voice.ports import Audio, LanguageChoice, Priority, Transcript

TURN = "#" * 20 + "." * 45
GERMAN = CallSettings(attendance=CallPolicy(language=LanguagePolicy(("en", "de"))))
WISH = "ich möchte gern meinen Kontostand wissen"


@dataclass
class HearsLanguages(ScriptedRecogniser):
    """Each text is in a language; it is known for that where it is one of those offered."""

    languages: Sequence[str] = ()
    asked: list[str | LanguageChoice] = field(default_factory=list)

    async def recognise(self, audio: Audio, *, language: Any = "en", priority: Priority, **options: Any) -> Transcript:
        number = min(self.finals, len(self.texts) - 1)
        if priority is Priority.FINAL:
            self.asked.append(language)
        heard = await super().recognise(audio, priority=priority, **options)
        offers = isinstance(language, LanguageChoice)
        return replace(heard, language=self.languages[number] if offers else language)


@dataclass
class TwoLanguages(ScriptedConversation):
    """Answers in the language that the slot `language` names when a turn is committed."""

    order: list[str] = field(default_factory=list)

    async def set_slots(self, values: dict[str, Any]) -> None:
        self.order.append(f"language {values['language']}")
        self.state.slots.update(values)

    async def understand(self, turn: UserTurn) -> Any:
        self.order.append(f"understands {turn.text}")
        return Understood(turn, (StartFlow("balance"),), "llm")

    async def commit(self, understood: Any) -> Any:
        self.committed.append(understood.turn.text)
        yield Said("Gern." if self.state.slots.get("language") == "de" else "Sure.")
        yield Waiting(Expectation())


def hold(
    heard: list[tuple[str, str]],
    settings: CallSettings = GERMAN,
    slot: Slot = Slot(name="language", type="text"),  # noqa: B008  # frozen
    known: str | None = None,
) -> tuple[FakeLink, TwoLanguages, HearsLanguages]:
    conversation = TwoLanguages(assistant=replace(BARE_ASSISTANT, slots={"language": slot}))
    conversation.state.slots["language"] = known
    recogniser = HearsLanguages([text for text, _ in heard], languages=[language for _, language in heard])
    spoken: list[str] = []

    async def main() -> FakeLink:
        link = FakeLink("." * 20 + TURN * len(heard))
        async with asyncio.timeout(900), asyncio.TaskGroup() as tasks:
            tasks.create_task(link.play())
            speech = replace(engines(recogniser), speak_in=spoken.append)
            await run_call(link, conversation, speech, settings)
        return link

    link = run_virtually(main)
    assert spoken == [each["language"] for each in link.of("language_switched")]
    return link, conversation, recogniser


def said(link: FakeLink) -> list[str]:
    return [each["text"] for each in link.of("assistant_said")][1:]


def test_a_sentence_in_another_language_switches_before_it_is_answered() -> None:
    link, conversation, recogniser = hold([(WISH, "de"), ("und auf dem Sparbuch", "de")])
    assert [each["language"] for each in link.of("language_switched")] == ["de"]
    assert said(link) == ["Gern.", "Gern."]
    assert conversation.order[:2] == ["language de", f"understands {WISH}"]
    assert recogniser.asked[0] == LanguageChoice("en", ("en", "de"))
    assert recogniser.asked[-1] == LanguageChoice("de", ("en", "de"))


def test_two_short_turns_switch_and_one_does_not() -> None:
    link, _, _ = hold([("guten Tag", "de"), ("hello there", "en"), ("hallo", "de"), ("ja bitte", "de")])
    assert said(link) == ["Sure.", "Sure.", "Sure.", "Gern."]
    assert len(link.of("language_switched")) == 1


def test_a_caller_who_asks_is_answered_in_that_language_and_no_flow_is_bothered() -> None:
    link, conversation, _ = hold([("Can we speak German?", "en"), ("mein Kontostand bitte", "de")])
    assert said(link) == ["Gern, wir sprechen jetzt Deutsch.", "Gern."]
    assert conversation.committed == ["mein Kontostand bitte"]


def test_a_language_that_is_not_spoken_is_refused() -> None:
    link, _, _ = hold([("Do you speak French?", "en"), ("my balance please", "en")])
    assert said(link) == ["Sorry, I don't speak that language.", "Sure."]
    assert not link.of("language_switched")


def test_a_call_that_speaks_one_language_is_heard_in_that() -> None:
    link, conversation, recogniser = hold([(WISH, "de"), ("Can we speak German?", "en")], CallSettings())
    assert set(recogniser.asked) == {"en"}
    assert not link.of("language_switched")
    assert conversation.committed == [WISH, "Can we speak German?"]


def test_whoever_has_been_speaking_a_language_is_heard_in_it() -> None:
    _, _, recogniser = hold([(f"turn number {each}", "en") for each in range(5)])
    settled = [each.is_settled for each in recogniser.asked if isinstance(each, LanguageChoice)]
    assert settled[0] is False
    assert settled[-1] is True


@pytest.mark.parametrize(
    ("known", "values", "written"),
    [
        ("de", (), "de"),  # a flow has chosen it, and its conditions and translations ask for "de"
        ("de_AT", (), "de_AT"),
        ("en", (), "de-AT"),
        (None, (), "de-AT"),
        ("en", ("en", "de"), "de"),  # a categorical slot is given one of its own values
        ("en", ("en", "fr"), "de-AT"),
    ],
)
def test_the_slot_keeps_the_word_that_the_assistant_has_for_the_language(
    known: str | None, values: tuple[str, ...], written: str
) -> None:
    settings = CallSettings(attendance=CallPolicy(language=LanguagePolicy(("en", "de-AT"))))
    slot = Slot(name="language", type="categorical" if values else "text", values=values)
    _, conversation, _ = hold([(WISH, "de")], settings, slot, known)
    assert conversation.state.slots["language"] == written
