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
from dialogue.ports import ActionRunner, EventStore, LanguageModel, SentenceEncoder, Understanding
from dialogue.store import MemoryEventStore, SqliteEventStore
from dialogue.understanding.cascade import Cascade
from flows.model import Assistant
from models.cache import ModelCache
from studio.action_servers import is_compressed, open_action_server, watch_action_server
from studio.parts import PartBoard, PartStatus
from studio.settings import ConversationConfig, Settings, WorkerConfig
from studio.speech import start_model
from studio.versions import Dialogue, Version

EVENT_LOG, ACTIONS = "event log", "actions"
ENCODER, LANGUAGE_MODEL, UNDERSTANDING = "sentence encoder", "language model", "understanding"
TEXT_PARTS = (EVENT_LOG, ACTIONS, UNDERSTANDING)


@dataclass(frozen=True, slots=True)
class Models:
    """The models of understanding, which all versions of an assistant share; None where one is off or failed."""

    encoder: SentenceEncoder | None
    language_model: LanguageModel | None


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
        completing = group.create_task(_open_language_model(stack, cache, config, board))
    return Models(encoding.result(), completing.result())


async def prepare_understanding(assistant: Assistant, models: Models, board: PartBoard) -> Understanding | None:
    """Prepare the cascade for one version of an assistant; it does with the models that are there."""

    async def begin() -> Understanding:
        cascade = Cascade(assistant, language_model=models.language_model, encoder=models.encoder)
        await cascade.prepare()
        return cascade

    return await board.start(UNDERSTANDING, begin)


async def open_understanding(
    stack: AsyncExitStack, assistant: Assistant, config: WorkerConfig, board: PartBoard
) -> Understanding | None:
    """Load the models of understanding and prepare the cascade."""
    return await prepare_understanding(assistant, await open_models(stack, config, board), board)


async def open_text(stack: AsyncExitStack, assistant: Assistant, settings: Settings, board: PartBoard) -> Conversation:
    """Make one text conversation that is kept nowhere, for the terminal.

    Raises:
        ServiceNotReady: a part did not start; the message says which, why, and what to do.
    """
    async with asyncio.TaskGroup() as group:
        acting = group.create_task(open_actions(stack, assistant, settings.conversations, board))
        thinking = group.create_task(open_understanding(stack, assistant, settings.workers, board))
    board.require(*(part.name for part in board.parts))
    actions, understanding = acting.result(), thinking.result()
    assert actions is not None
    assert understanding is not None
    shared = Dialogue(Version(assistant, understanding, actions), MemoryEventStore())
    return shared.new_conversation("terminal", "rest")


async def _open_encoder(cache: ModelCache, config: WorkerConfig, board: PartBoard) -> SentenceEncoder | None:
    from models.encoder import MiniLmEncoder

    if not config.has_encoder:
        board.report(PartStatus(ENCODER, "off"))
        return None

    def load() -> SentenceEncoder:
        model_id = "minilm-l6-v2"
        return MiniLmEncoder(cache.path(model_id, "model.onnx"), cache.path(model_id, "tokenizer.json"))

    async def begin() -> SentenceEncoder:
        return await asyncio.to_thread(load)

    return await board.start(ENCODER, begin)


async def _open_language_model(
    stack: AsyncExitStack, cache: ModelCache, config: WorkerConfig, board: PartBoard
) -> LanguageModel | None:
    from models.llama import LlamaModel, LlamaSettings

    if not config.has_language_model:
        board.report(PartStatus(LANGUAGE_MODEL, "off"))
        return None

    def make() -> LlamaModel:
        weights = cache.path("smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf")
        return LlamaModel(weights, LlamaSettings(threads=config.llm_threads))

    return await start_model(stack, board, LANGUAGE_MODEL, make)
