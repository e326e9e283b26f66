"""A store of the assistant's own: written against the format's interface, on a thread of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from textwrap import dedent

import pytest

from dialogue.errors import KnowledgeUnavailable
from dialogue.knowledge.passages import Question
from models.vector_stores.own import OwnStore
from tests.support.bag_encoder import BagEncoder

STORE = """
    from rasa.core.information_retrieval import InformationRetrieval, SearchResult, SearchResultList
    from rasa.utils.endpoints import EndpointConfig

    class Shelf(InformationRetrieval):
        def connect(self, config: EndpointConfig) -> None:
            self.host = config.kwargs["host"]

        async def search(self, query, tracker_state, threshold=0.0):
            vector = await self.embeddings.aembed_query(query)
            text = f"{query} {len(vector)} {self.host} {tracker_state['sender_id']} {threshold}"
            return SearchResultList(results=[SearchResult(text=text, metadata={"title": "t"}, score=0.7)], metadata={})

    class Broken(InformationRetrieval):
        async def search(self, query, tracker_state, threshold=0.0):
            raise KeyError(query)

    class Plain:
        def connect(self, config):
            pass

        def search(self, query, tracker_state, threshold):
            return [{"text": "Plain.", "metadata": {"answer": "Words."}}, object()]

    class Unreachable:
        def connect(self, config):
            raise OSError("no route to host")
"""


@pytest.fixture
def opened(tmp_path: Path):
    (tmp_path / "stores.py").write_text(dedent(STORE), encoding="utf-8")
    (tmp_path / "faulty.py").write_text("import nothing_like_that\n", encoding="utf-8")
    stores: list[OwnStore] = []

    async def open_one(name: str) -> OwnStore:
        store = OwnStore(tmp_path, name, {"host": "shelf-1"}, BagEncoder(), threshold=0.5)
        stores.append(store)
        await store.open()
        return store

    yield open_one
    for store in stores:
        store.close()


def question(text: str) -> Question:
    return Question(text, tracker={"sender_id": "ann"})


async def test_the_formats_interface(opened):
    store = await opened("stores.Shelf")
    found = await store.find("dogs", question("dogs"), 5)

    assert [(one.passage.text, one.passage.heading, one.score) for one in found] == [
        ("dogs 384 shelf-1 ann 0.5", "t", 0.7)
    ]


async def test_a_class_that_is_not_derived_from_it(opened):
    found = await (await opened("stores.Plain")).find("dogs", question("dogs"), 1)

    assert [(one.passage.text, one.passage.answer) for one in found] == [("Plain.", "Words.")]


async def test_what_it_raises_is_told(opened):
    store = await opened("stores.Broken")

    with pytest.raises(KnowledgeUnavailable, match=r"stores\.Broken failed: KeyError: 'dogs'"):
        await store.find("dogs", question("dogs"), 5)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("stores.Missing", "has no class 'Missing'"),
        ("nowhere.Shelf", "there is no module 'nowhere'"),
        ("faulty.Shelf", "nothing_like_that"),
        ("stores.Unreachable", "no route to host"),
    ],
)
async def test_one_that_cannot_be_made_is_told(opened, name, told):
    with pytest.raises(KnowledgeUnavailable, match=told):
        await opened(name)


async def test_searches_overlap(opened):
    store = await opened("stores.Shelf")
    both = await asyncio.gather(*(store.find(text, question(text), 5) for text in ("dogs", "cats")))

    assert [found[0].passage.text.split()[0] for found in both] == ["dogs", "cats"]
