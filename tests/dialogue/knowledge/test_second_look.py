"""A question that no stage makes anything of is answered from the documents, and the open question asked again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from dialogue.knowledge.asking import leaning_query
from dialogue.knowledge.index import build_index
from dialogue.knowledge.passages import Question
from dialogue.knowledge.running import with_search
from dialogue.knowledge.search import KnowledgeSearch, Means
from dialogue.knowledge.second_look import AsksDocuments, with_documents
from dialogue.knowledge.settings import SearchSettings
from dialogue.knowledge.stores import FolderStore
from dialogue.ports import Anticipating
from dialogue.turn import Said, Stage, Understood, UserTurn
from dialogue.understanding.parsing import parse_commands
from flows.commands import CannotHandle, ChitChat, Command, Failed, KnowledgeAnswer, SetSlot, StartFlow
from flows.loader import load_assistant
from flows.state import ConversationState
from tests.support.bag_encoder import BagEncoder
from tests.support.conversations import ScriptedActions, new_conversation, outputs_of

CAMPSITE = Path(__file__).parents[3] / "examples" / "campsite"
STATE = ConversationState({})
FILES = {"camp.md": "# Dogs\nDogs are welcome on all pitches.\n# Fire\nOpen fires are forbidden everywhere.\n"}


class Scripted:
    """Understands every turn in one way."""

    def __init__(self, *commands: Command, stage: Stage = "none", confidence: float = 0.0) -> None:
        self.commands, self.stage, self.confidence = commands, stage, confidence

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
        return Understood(turn, self.commands, self.stage, took_ms=2.0, confidence=self.confidence)


class SpokenOrLost:
    """Understands callers who speak in command lines, and makes nothing of others."""

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
        commands = parse_commands(turn.text)
        return Understood(turn, commands or (CannotHandle(),), "router", confidence=0.2)


@pytest.fixture
async def search(write: Any) -> KnowledgeSearch:
    encoder = BagEncoder()
    store = FolderStore(await build_index(write(FILES), encoder), encoder)
    return KnowledgeSearch(SearchSettings(), Means(store, encoder))


async def told(search: KnowledgeSearch, others: Any, text: str) -> Understood:
    return await with_documents(others, search).understand(UserTurn(text), STATE)


@pytest.mark.parametrize(
    "text",
    [
        "are dogs welcome",
        "By the way, are dogs welcome?",
        "oh and can I bring my dogs",
        "I was wondering if dogs are welcome",
        "quick question are open fires forbidden",
        "dogs are welcome on the pitches?",
        "tell me about dogs on pitches",
        "uh i'd like to know whether dogs are welcome",
    ],
)
async def test_a_question_that_the_documents_answer_is_looked_up(search: KnowledgeSearch, text: str) -> None:
    understood = await told(search, Scripted(CannotHandle()), text)
    assert understood.commands == (KnowledgeAnswer(),)
    assert understood.stage == "documents"
    assert understood.confidence >= 0.5
    assert understood.took_ms > 2.0


@pytest.mark.parametrize(
    ("others", "text"),
    [
        (Scripted(CannotHandle()), "who painted the ceiling"),
        (Scripted(CannotHandle()), "the dogs of my neighbour on all pitches"),
        (Scripted(CannotHandle()), "dogs"),
        (Scripted(CannotHandle()), "I want to bring my dogs to the pitches"),
        (Scripted(CannotHandle()), "get me a pitch where dogs are welcome"),
        (Scripted(CannotHandle()), ""),
        (Scripted(CannotHandle("cannot_handle_not_supported")), "are dogs welcome"),
        (Scripted(CannotHandle(), stage="reader", confidence=1.0), "ignore all that, are dogs welcome"),
        (Scripted(CannotHandle(), stage="recorded"), "are dogs welcome"),
        (Scripted(CannotHandle(), stage="payload"), "are dogs welcome"),
        (Scripted(Failed()), "are dogs welcome"),
        (Scripted(StartFlow("book"), stage="reader", confidence=0.1), "are dogs welcome"),
        (Scripted(SetSlot("note", "are dogs welcome"), stage="reader", confidence=0.1), "are dogs welcome"),
        (Scripted(ChitChat(), stage="reader", confidence=0.8), "are dogs welcome"),
        (Scripted(), "are dogs welcome"),
    ],
)
async def test_everything_else_stays_as_it_was_understood(search: KnowledgeSearch, others: Scripted, text: str) -> None:
    understood = await told(search, others, text)
    assert (understood.commands, understood.stage) == (others.commands, others.stage)


async def test_what_was_hardly_a_chat_is_a_question(search: KnowledgeSearch) -> None:
    understood = await told(search, Scripted(ChitChat(), stage="reader", confidence=0.1), "are dogs welcome")
    assert understood.commands == (KnowledgeAnswer(),)


async def test_no_less_than_what_was_calibrated_is_an_answer(write: Any) -> None:
    store = FolderStore(await build_index(write(FILES), None), None)
    for threshold, is_answered in ((0.0, [True, False]), (1.0, [False, False])):
        search = KnowledgeSearch(SearchSettings(threshold=threshold), Means(store))
        sure = [await search.certainty(text) > 0 for text in ("are dogs welcome on all pitches", "who are you")]
        assert sure == is_answered


@pytest.mark.parametrize("text", ["word " * 5_000 + "?", "\0\x07?", "are " + "dogs " * 20_000])
async def test_any_turn_comes_back(search: KnowledgeSearch, text: str) -> None:
    assert (await told(search, Scripted(CannotHandle()), text)).commands


async def test_a_store_that_fails_or_hangs_leaves_things_as_they_are() -> None:
    class Broken:
        async def find(self, *_: Any) -> Any:
            raise RuntimeError("the shelf fell over")

    class Hanging:
        async def find(self, *_: Any) -> Any:
            await asyncio.Event().wait()

    for store in (Broken(), Hanging(), None):
        asks = AsksDocuments(Scripted(CannotHandle()), KnowledgeSearch(SearchSettings(), Means(store)), limit_s=0.01)
        assert (await asks.understand(UserTurn("are dogs welcome"), STATE)).commands == (CannotHandle(),)


async def test_others_still_prepare_for_a_turn(search: KnowledgeSearch) -> None:
    class Preparing(Scripted):
        anticipates = True
        prepared = 0

        async def anticipate(self, state: ConversationState) -> None:
            self.prepared += 1

    others = Preparing(CannotHandle())
    asks = with_documents(others, search)
    assert isinstance(asks, Anticipating)
    assert asks.anticipates
    await asks.anticipate(STATE)
    assert others.prepared == 1
    plain = with_documents(Scripted(), search)
    assert isinstance(plain, Anticipating)
    assert not plain.anticipates
    await plain.anticipate(STATE)
    assert with_documents(others, None) is others


@pytest.mark.parametrize(
    ("profile", "again"),
    [("3.13", "utter_ask_number_of_nights"), ("3.16", "utter_ask_continue_interrupted_flow_confirmation")],
)
async def test_in_the_middle_of_a_flow_the_open_question_comes_again(profile: str, again: str) -> None:
    assistant = load_assistant(CAMPSITE, profile=profile)
    search = KnowledgeSearch(SearchSettings(), Means(FolderStore(await build_index(CAMPSITE / "docs", None), None)))
    conversation = new_conversation(
        assistant,
        understanding=with_documents(SpokenOrLost(), search),
        actions=with_search(ScriptedActions({}), search),
    )

    async def say(text: str) -> list[Said]:
        understood = await conversation.understand(UserTurn(text))
        return [one for one in await outputs_of(conversation.commit(understood)) if isinstance(one, Said)]

    await say("start flow book_pitch")
    asked = await say("set slot pitch_kind tent")
    assert asked[-1].response == "utter_ask_number_of_nights"
    answered = await say("by the way is cancelling free")
    assert answered[0].text.startswith("Up to seven days before you arrive, cancelling is free.")
    assert answered[-1].response == again
    assert (await say("who painted the mona lisa"))[0].response == "utter_ask_rephrase"
    events = [one for one in conversation.events if getattr(one, "stage", None) == "documents"]
    assert len(events) == 1, "the log says who understood it"


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("what does it cost", True),
        ("how long does it take", True),
        ("and on sundays", True),
        ("are they allowed", True),
        ("what does it cost to change the date", False),
        ("is it possible to pay later", False),
        ("is it ok if we arrive late", False),
        ("how long does it usually take to answer", False),
    ],
)
def test_a_question_leans_on_the_turn_before_only_where_it_is_about_it(text: str, leans: bool) -> None:
    question = Question(text, ("I want a pitch for a tent",), {}, "voice")
    assert (leaning_query(question) is not None) == leans
