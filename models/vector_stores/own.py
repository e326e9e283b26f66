"""A vector store of the assistant's own: a class in its folder, named in config.yml as `type: module.Class`.

The class is written against the format's interface, of which the few names that it needs are given to it here:

    class MyStore(InformationRetrieval):
        def connect(self, config): ...                    config.kwargs is vector_store of endpoints.yml
        async def search(self, query, tracker_state, threshold=0.0): ...

It runs on an event loop of its own, in a thread of its own: code that blocks holds up nobody but its own searches.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import threading
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from dialogue.actions.loading import AssistantCode
from dialogue.errors import ActionsUnloadable, KnowledgeUnavailable
from dialogue.knowledge.passages import Found, Question
from dialogue.ports import SentenceEncoder
from flows.commands import Json
from models.vector_stores.passages import found_passage
from models.vector_stores.requests import first_text

_INTERFACE: Final = "rasa.core.information_retrieval"
_ENDPOINTS: Final = "rasa.utils.endpoints"
CONNECT_LIMIT_S: Final = 30.0
CLOSE_LIMIT_S: Final = 2.0
"""So long the store's thread is waited for; one in which code blocks is left behind."""


class EndpointConfig:
    """What a store is told to connect to; everything of endpoints.yml is in `kwargs`, and an attribute."""

    def __init__(self, **options: Any) -> None:
        self.kwargs = dict(options)
        self.url = options.get("url")
        self.type = options.get("type")


@dataclass
class SearchResult:
    """One passage that a store of the assistant's own found."""

    text: str
    metadata: dict[str, Any] = field(default_factory=dict)
    score: float | None = None


@dataclass
class SearchResultList:
    """What a search of the assistant's own gives back."""

    results: list[SearchResult] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)


class InformationRetrieval:
    """What a store of the assistant's own is derived from. `embeddings` encodes texts."""

    def __init__(self, embeddings: Any = None) -> None:
        self.embeddings = embeddings

    def connect(self, config: EndpointConfig) -> None:
        """Connect to the store."""

    async def search(self, query: str, tracker_state: dict[str, Any], threshold: float = 0.0) -> SearchResultList:
        """Look the query up."""
        raise NotImplementedError


class OwnStore:
    """A `PassageStore` over a class of the assistant's own. `open` it before use and `close` it after."""

    def __init__(
        self,
        folder: Path,
        name: str,
        connection: Mapping[str, Json],
        encoder: SentenceEncoder | None,
        *,
        threshold: float = 0.0,
    ) -> None:
        self._name = name
        self._connection = connection
        self._encoder = encoder
        self._threshold = threshold
        self._code = _StoreCode(folder)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=_run, args=(self._loop,), name="vector store", daemon=True)
        self._store: Any = None

    async def open(self) -> None:
        """Import the class, make the store and connect it. Raises KnowledgeUnavailable."""
        self._thread.start()
        try:
            async with asyncio.timeout(CONNECT_LIMIT_S):
                self._store = await self._elsewhere(self._made(_Embeddings(self._encoder, asyncio.get_running_loop())))
        except KnowledgeUnavailable:
            await asyncio.to_thread(self.close)
            raise
        except Exception as problem:  # user code raises what it likes
            await asyncio.to_thread(self.close)
            raise self._failed("cannot be made", problem) from problem

    def close(self) -> None:
        """Stop the thread, and forget the code."""
        if self._thread.ident is None:
            self._loop.close()
        elif not self._loop.is_closed():
            with suppress(RuntimeError):  # it was closed in between
                self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(CLOSE_LIMIT_S)
        self._code.close()

    async def find(self, query: str, question: Question, limit: int) -> Sequence[Found]:
        """Ask the assistant's own class. Raises KnowledgeUnavailable."""
        try:
            answer = await self._elsewhere(self._searched(query, dict(question.tracker)))
            results = list(getattr(answer, "results", answer) or ())[:limit]
            return [_found(result) for result in results]
        except Exception as problem:  # user code raises what it likes
            raise self._failed("failed", problem) from problem

    async def _made(self, embeddings: _Embeddings) -> Any:
        module, _, name = self._name.rpartition(".")
        self._code.open()
        try:
            loaded = self._code.load(module)
        except ActionsUnloadable as problem:
            raise KnowledgeUnavailable(f"the vector store {self._name}: {problem}") from None
        made = getattr(loaded, name, None)
        if not inspect.isclass(made):
            raise KnowledgeUnavailable(f"the vector store {self._name}: {module!r} has no class {name!r}")
        make: Any = made
        store = make(embeddings) if inspect.signature(make).parameters else make()
        connected = store.connect(EndpointConfig(**self._connection))
        if inspect.isawaitable(connected):
            await connected
        return store

    async def _searched(self, query: str, tracker: dict[str, Json]) -> Any:
        found = self._store.search(query=query, tracker_state=tracker, threshold=self._threshold)
        return await found if inspect.isawaitable(found) else found

    async def _elsewhere(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run on the store's own event loop."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def _failed(self, what: str, problem: Exception) -> KnowledgeUnavailable:
        return KnowledgeUnavailable(f"the vector store {self._name} {what}: {type(problem).__name__}: {problem}")


def _run(loop: asyncio.AbstractEventLoop) -> None:
    """Run an event loop until it is stopped, then end what is left on it."""
    loop.run_forever()
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left))
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def _found(result: Any) -> Found:
    if isinstance(result, Mapping):
        text, metadata, score = first_text(result, "text", "page_content"), result.get("metadata"), result.get("score")
    else:
        text = str(getattr(result, "text", "") or getattr(result, "page_content", ""))
        metadata, score = getattr(result, "metadata", {}), getattr(result, "score", None)
    return found_passage(text, metadata, score)


class _Embeddings:
    """Our encoder, as classes of the format expect one. Called on the store's own thread."""

    def __init__(self, encoder: SentenceEncoder | None, loop: asyncio.AbstractEventLoop) -> None:
        self._encoder = encoder
        self._loop = loop

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector of each text."""
        if self._encoder is None:
            raise KnowledgeUnavailable("the sentence encoder is off, and the vector store needs it")
        encoding = asyncio.run_coroutine_threadsafe(_as_coroutine(self._encoder, texts), self._loop)
        return [[float(value) for value in vector] for vector in encoding.result()]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""
        return self.embed_documents([text])[0]

    async def aembed_query(self, text: str) -> list[float]:
        """Return the vector of a question, without blocking the store's loop."""
        return await asyncio.to_thread(self.embed_query, text)

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector of each text, without blocking the store's loop."""
        return await asyncio.to_thread(self.embed_documents, texts)


async def _as_coroutine(encoder: SentenceEncoder, texts: list[str]) -> Any:
    return await encoder.encode(texts)


class _StoreCode(AssistantCode):
    """The assistant's code, to which the names of the format's interface are given."""

    def load(self, module: str) -> ModuleType:
        """Import a module of the assistant's folder. Raises ActionsUnloadable."""
        if not self.has(module.partition(".")[0]):
            raise ActionsUnloadable(f"there is no module {module!r} in the assistant's folder")
        self.import_all(module)
        return importlib.import_module(f"{self.root}.{module}")

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        if level == 0 and fromlist and (name == _ENDPOINTS or name.startswith(_INTERFACE)):
            return _stand_in(name)
        return super()._import(name, globals, locals, fromlist, level)


def _stand_in(name: str) -> ModuleType:
    module = ModuleType(name)
    for offered in (EndpointConfig, InformationRetrieval, SearchResult, SearchResultList):
        setattr(module, offered.__name__, offered)
    return module
