"""Starts what conversations share, each a part of the server: event log, actions, models of understanding."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

import structlog

from dialogue.actions.endpoint import action_server
from dialogue.actions.in_process import InProcessActions
from dialogue.actions.mcp import with_tools
from dialogue.actions.webhook import WebhookActions
from dialogue.conversation import Conversation
from dialogue.knowledge.running import with_search
from dialogue.knowledge.second_look import with_documents
from dialogue.ports import ActionRunner, EventStore, LanguageModel, SentenceEncoder, Understanding
from dialogue.store import MemoryEventStore, SqliteEventStore
from dialogue.understanding.cascade import MODEL_BUDGET_S, Cascade
from dialogue.understanding.generator import Trust
from dialogue.understanding.reader.port import TurnReader
from flows.model import Assistant
from models.cache import ModelCache
from models.llama import adapter_file
from studio.action_servers import is_compressed, open_action_server, watch_action_server
from studio.artefacts import with_classifier, with_known_sentences
from studio.knowledge import open_search
from studio.language_models import open_providers, with_coexistence
from studio.parts import PartBoard, PartStatus
from studio.settings import ConversationConfig, Settings, WorkerConfig
from studio.speech import start_model
from studio.versions import Dialogue, Version

EVENT_LOG, ACTIONS = "event log", "actions"
ENCODER, READER = "sentence encoder", "reader"
LANGUAGE_MODEL, UNDERSTANDING = "language model", "understanding"
TEXT_PARTS = (EVENT_LOG, ACTIONS, UNDERSTANDING)


@dataclass(frozen=True, slots=True)
class Models:
    """The models of understanding, which all versions of an assistant share; None where one is off or failed."""

    encoder: SentenceEncoder | None
    reader: TurnReader | None
    language_model: LanguageModel | None
    trust: Trust = "agreement"
    """How far the embedded language model is believed: with our adapter, as one that was trained for this."""


async def open_store(stack: AsyncExitStack, config: ConversationConfig, board: PartBoard) -> EventStore | None:
    """Open the event log."""

    async def begin() -> EventStore:
        store = SqliteEventStore(config.log_file)
        stack.push_async_callback(store.close)
        await store.open()
        return store

    return await board.start(EVENT_LOG, begin)


async def open_actions(
    stack: AsyncExitStack,
    assistant: Assistant,
    config: ConversationConfig,
    board: PartBoard,
    source: str | None = None,
) -> ActionRunner | None:
    """Make the assistant's own actions ready, where endpoints.yml says that they run, and the tools its flows call.

    `source` goes before endpoints.yml: `in-process`, or the address of an action server.
    """

    async def begin() -> InProcessActions | WebhookActions:
        server = action_server(assistant, source, is_compressed=is_compressed())
        if server is not None:
            return await open_action_server(stack, server, config.action_timeout_s)
        actions = InProcessActions.for_assistant(assistant, time_limit_s=config.action_timeout_s)
        stack.callback(actions.close)
        await actions.open()
        lacking = sorted(name for name in assistant.actions if not actions.knows(name))
        if lacking:
            structlog.get_logger(__name__).warning("actions without code", actions=lacking)
        return actions

    actions = await board.start(ACTIONS, begin)
    if isinstance(actions, WebhookActions):
        await watch_action_server(stack, actions, assistant, board, ACTIONS)
    return None if actions is None else await with_tools(actions, assistant, config.action_timeout_s)


async def open_models(stack: AsyncExitStack, config: WorkerConfig, board: PartBoard) -> Models:
    """Load the models of understanding."""
    cache = ModelCache(config.models)
    async with asyncio.TaskGroup() as group:
        encoding = group.create_task(_open_encoder(cache, config, board))
        reading = group.create_task(_open_reader(config, board))
        completing = group.create_task(_open_language_model(stack, cache, config, board))
    # Where the reader is, the embedded model is not asked: with the adapter it is right in fewer turns (decision 13).
    trust: Trust = "trained" if adapter_file() is not None and reading.result() is None else "agreement"
    return Models(encoding.result(), reading.result(), completing.result(), trust)


async def prepare_understanding(
    assistant: Assistant,
    models: Models,
    board: PartBoard,
    opened: AsyncExitStack | None = None,
    *,
    budget_s: float = MODEL_BUDGET_S,
) -> Understanding | None:
    """Prepare the cascade for one version of an assistant; it does with the models that are there.

    The servers of models that the assistant's files name are asked from here on; `opened` closes the connections to
    them. Without it they are not asked.
    """

    async def begin() -> Understanding:
        providers = (
            None
            if opened is None
            else await open_providers(opened, assistant, models.language_model, board, trust=models.trust)
        )
        known, trained = await asyncio.to_thread(with_known_sentences, assistant, models)
        cascade = Cascade(
            assistant,
            language_model=models.language_model,
            encoder=known.encoder,
            reader=known.reader,
            trust=models.trust,
            model_budget_s=budget_s,
            providers=providers,
        )
        await cascade.prepare()
        heard = with_classifier(cascade, assistant, known.encoder, trained)
        return heard if opened is None else await with_coexistence(opened, heard, assistant, board)

    return await board.start(UNDERSTANDING, begin)


async def open_text(
    stack: AsyncExitStack, assistant: Assistant, settings: Settings, board: PartBoard, *, asks_servers: bool = True
) -> Conversation:
    """Make one text conversation that is kept nowhere, for the terminal.

    `asks_servers`: whether the models that the assistant's files name are asked.

    Raises:
        ServiceNotReady: a part did not start; the message says which, why, and what to do.
    """
    async with asyncio.TaskGroup() as group:
        acting = group.create_task(open_actions(stack, assistant, settings.conversations, board))
        modelling = group.create_task(open_models(stack, settings.workers, board))
    models = modelling.result()
    opened, budget_s = stack if asks_servers else None, settings.workers.llm_budget_s
    understanding = await prepare_understanding(assistant, models, board, opened, budget_s=budget_s)
    search = await open_search(stack, assistant, models.encoder, board, has_writer=asks_servers)
    board.require(*(part.name for part in board.parts))
    actions = acting.result()
    assert actions is not None
    assert understanding is not None
    version = Version(assistant, with_documents(understanding, search), with_search(actions, search))
    shared = Dialogue(version, MemoryEventStore())
    return shared.new_conversation("terminal", "rest")


async def _open_encoder(cache: ModelCache, config: WorkerConfig, board: PartBoard) -> SentenceEncoder | None:
    from models.encoder import MiniLmEncoder

    if not config.has_encoder:
        board.report(PartStatus(ENCODER, "off"))
        return None

    async def begin() -> SentenceEncoder:
        return await asyncio.to_thread(MiniLmEncoder.from_cache, cache)

    return await board.start(ENCODER, begin)


async def _open_reader(config: WorkerConfig, board: PartBoard) -> TurnReader | None:
    from models.reader import ReaderModel

    if not config.has_reader:
        board.report(PartStatus(READER, "off"))
        return None

    async def begin() -> TurnReader:
        return await asyncio.to_thread(ReaderModel)

    return await board.start(READER, begin)


async def _open_language_model(
    stack: AsyncExitStack, cache: ModelCache, config: WorkerConfig, board: PartBoard
) -> LanguageModel | None:
    from models.llama import LlamaModel, LlamaSettings

    if not config.has_language_model:
        board.report(PartStatus(LANGUAGE_MODEL, "off"))
        return None

    def make() -> LlamaModel:
        weights = cache.path("smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf")
        return LlamaModel(weights, LlamaSettings(threads=config.llm_threads, adapter=adapter_file()))

    return await start_model(stack, board, LANGUAGE_MODEL, make)
