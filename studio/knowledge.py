"""Opens an assistant's documents: reads and indexes them, or connects the vector store that config.yml names."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog
from platformdirs import user_cache_path

from dialogue.errors import KnowledgeUnavailable
from dialogue.knowledge.index import Index, index_digest, index_documents
from dialogue.knowledge.index_files import load_index, save_index
from dialogue.knowledge.passages import SOURCE
from dialogue.knowledge.reading import read_documents
from dialogue.knowledge.search import WRITE_LIMIT_S, KnowledgeSearch, Means
from dialogue.knowledge.settings import LOCAL, SearchSettings, read_settings
from dialogue.knowledge.stores import FolderStore
from dialogue.ports import LanguageModel, PassageStore, SentenceEncoder
from dialogue.understanding.configuration.groups import GroupReader
from dialogue.understanding.configuration.options import Options, as_value
from flows.findings import Findings
from flows.model import Assistant
from flows.places import Place
from flows.source import Table
from models.vector_stores.milvus import MilvusStore
from models.vector_stores.own import OwnStore
from models.vector_stores.qdrant import QdrantStore
from studio.language_models import open_group
from studio.parts import PartBoard

KNOWLEDGE: Final = "knowledge"
LEAST_SAVED_ROWS: Final = 200
"""A server keeps no index smaller than this: it is made in a second, and would push those of others out."""
LARGEST_TEMPLATE_CHARACTERS: Final = 50_000
_LONG: Final = 2_000

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Shelf:
    """Where indexes are kept between versions of an assistant, and between starts.

    least_rows: indexes with fewer vectors are not kept on disk; `vivavoce train` keeps all.
    """

    folder: Path = field(default_factory=lambda: user_cache_path("vivavoce") / "knowledge")
    last: Index | None = None
    least_rows: int = LEAST_SAVED_ROWS


async def open_search(
    stack: AsyncExitStack,
    assistant: Assistant,
    encoder: SentenceEncoder | None,
    board: PartBoard,
    *,
    shelf: Shelf | None = None,
    has_writer: bool = True,
) -> KnowledgeSearch | None:
    """Make the search of an assistant that has the policy; None for one that has not.

    What cannot be opened is on the board with its reason, and every search then finds nothing: the call goes on.
    Without an encoder words are compared. Where the policy's `llm` names a model that can be asked, that one writes the
    answers, unless there is to be none (`has_writer`); otherwise they are the passages' own sentences.
    """
    settings, findings = read_settings(assistant)
    if settings is None:
        return None
    for finding in findings:
        log.warning("search policy", finding=str(finding))
    kept = shelf or Shelf()

    async def begin() -> PassageStore:
        return await _open_store(stack, assistant, settings, encoder, kept)

    store = await board.start(KNOWLEDGE, begin)
    model = await _open_writer(stack, assistant, settings, board) if has_writer and settings.has_own_model else None
    template = await asyncio.to_thread(_template, assistant, settings)
    return KnowledgeSearch(settings, Means(store, encoder, model, template, assistant.language))


async def _open_writer(
    stack: AsyncExitStack, assistant: Assistant, settings: SearchSettings, board: PartBoard
) -> LanguageModel | None:
    """Open the model that the policy's `llm` names; None, with a word in the log, where it cannot be asked."""
    findings = Findings()
    groups = GroupReader(findings, os.environ)
    groups.read_groups(as_value(assistant.endpoints, Place("endpoints.yml", 1, 1)))
    owner = as_value({"llm": settings.llm}, Place("config.yml", 1, 1))
    group = groups.read_llm(Options(owner, SOURCE, findings)) if isinstance(owner, Table) else None
    model = None if group is None else await open_group(stack, group, board, budget_s=WRITE_LIMIT_S)
    if model is None:
        told = [str(finding) for finding in findings.sorted()]
        log.warning("no language model writes answers from documents: their own sentences are said", findings=told)
    return model


async def _open_store(
    stack: AsyncExitStack,
    assistant: Assistant,
    settings: SearchSettings,
    encoder: SentenceEncoder | None,
    shelf: Shelf,
) -> PassageStore:
    if settings.store == LOCAL:
        return FolderStore(await open_index(Path(assistant.folder) / settings.source, encoder, shelf), encoder)
    if settings.store in ("qdrant", "milvus"):
        if encoder is None:
            raise KnowledgeUnavailable(f"the vector store {settings.store} needs the sentence encoder, which is off")
        kind = QdrantStore if settings.store == "qdrant" else MilvusStore
        served = kind(settings.connection, encoder)
        stack.push_async_callback(served.close)
        return served
    least = settings.threshold or 0.0  # the format's default: a class of their own measures as it likes
    own = OwnStore(Path(assistant.folder), settings.store, settings.connection, encoder, threshold=least)
    await own.open()
    stack.push_async_callback(asyncio.to_thread, own.close)
    return own


async def open_index(folder: Path, encoder: SentenceEncoder | None, shelf: Shelf) -> Index:
    """Return the index of a folder as it is now: the one that is at hand, the one on disk, or a new one."""
    documents = await asyncio.to_thread(read_documents, folder)
    for finding in documents.findings:
        log.warning("documents", finding=str(finding))
    digest = index_digest(documents.digest, encoder)
    if shelf.last is not None and shelf.last.digest == digest:
        return shelf.last
    saved = None if encoder is None else await asyncio.to_thread(load_index, digest, shelf.folder)
    index = saved or await index_documents(documents, encoder, known=shelf.last, progress=_tell)
    shelf.last = index
    if saved is None and index.vectors is not None and len(index.vectors) >= shelf.least_rows:
        try:
            await asyncio.to_thread(save_index, index, shelf.folder)
        except OSError as problem:
            log.warning("the index of documents is not kept", reason=problem.strerror)
    return index


def _tell(done: int, total: int) -> None:
    if total >= _LONG and done % _LONG == 0:
        log.info("indexing documents", done=done, texts=total)


def _template(assistant: Assistant, settings: SearchSettings) -> str | None:
    """Read the prompt of the assistant's own; one that cannot be read is as good as none."""
    if settings.prompt_template is None:
        return None
    path = Path(assistant.folder) / settings.prompt_template
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LARGEST_TEMPLATE_CHARACTERS + 1)
    except (OSError, ValueError) as problem:
        log.warning(
            "prompt_template cannot be read: our own prompt is used", file=settings.prompt_template, reason=str(problem)
        )
        return None
    if len(text) > LARGEST_TEMPLATE_CHARACTERS:
        log.warning("prompt_template is too long: our own prompt is used", file=settings.prompt_template)
        return None
    return text
