"""The language models that an assistant's files name: opened, put behind understanding, and told of on the board.

    config.yml, endpoints.yml ─▶ configuration ─┬─▶ a client for each model that can be asked ─▶ Providers
                                                └─▶ what cannot be asked, and why ─▶ board, log, doctor

A model that cannot be asked never keeps the server from starting: the next one of its group is asked, and behind all
of them the embedded one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

import structlog

from dialogue.errors import TemplateFailed
from dialogue.ports import LanguageModel, Understanding
from dialogue.understanding.coexistence import CoexistenceRouter, Hear
from dialogue.understanding.configuration.reading import configuration_of
from dialogue.understanding.configuration.settings import Configuration, Generator, ModelEntry, ModelGroup
from dialogue.understanding.generator import CommandGenerator, Trust
from dialogue.understanding.providers import Provider, Providers, naming_for
from dialogue.understanding.templates import TIME_FORMAT, TemplateGenerator, compiled
from flows.model import Assistant
from models.errors import ModelUnavailable
from models.model_groups import GroupModel, GroupRouting, Member
from models.openai_compatible import OpenAiCompatible
from models.servers import client_for
from models.vllm import load_adapter
from studio.configuration_files import template_text
from studio.parts import PartBoard, PartStatus

log = structlog.get_logger(__name__)


async def open_providers(
    stack: AsyncExitStack,
    assistant: Assistant,
    embedded: LanguageModel | None,
    board: PartBoard,
    *,
    trust: Trust = "agreement",
) -> Providers | None:
    """Open the models that the assistant's generator names; None where it names none, so the embedded one is asked.

    Args:
        embedded: the model of last resort, if there is one; `trust` is how far it is believed.
    """
    generator = configuration_of(assistant, os.environ).generator
    if generator is None or generator.group is None:
        return None
    told = _tell(board)
    opened = [
        (entry, model)
        for entry in generator.group.models
        if (model := await _opened(stack, entry, embedded, told)) is not None
    ]
    if not opened:
        lacking = {entry.label: list(entry.missing) for entry in generator.group.models}
        log.warning("no configured language model can be asked: the embedded one is", lacking=lacking)
        return None
    template = read_template(assistant, generator)
    group = [_provider(assistant, generator, entry, model, template, trust) for entry, model in opened]
    has_embedded = any(entry.kind == "embedded" for entry, _ in opened)
    return Providers(
        group,
        GroupRouting(_members([entry for entry, _ in opened]), generator.group.router, noted=told),
        last=None if embedded is None or has_embedded else _embedded(assistant, embedded, trust),
        retrieval=generator.retrieval,
        retries=generator.group.router.retries,
    )


async def with_coexistence(
    stack: AsyncExitStack,
    understanding: Understanding,
    assistant: Assistant,
    board: PartBoard,
    *,
    hear: Hear | None = None,
) -> Understanding:
    """Let the pipeline's router, where it has one, say which turns are for flows.

    `hear` names the intent of a caller's words, for an IntentBasedRouter; without it every turn is for flows.
    """
    settings = configuration_of(assistant, os.environ).coexistence
    if settings is None:
        return understanding
    model = None if settings.group is None else await open_group(stack, settings.group, board)
    log.warning("no intent-based assistant beside the flows: what belongs to one is declined", router=settings.by)
    return CoexistenceRouter(understanding, assistant, settings, model=model, hear=hear)


async def open_group(
    stack: AsyncExitStack, group: ModelGroup, board: PartBoard, *, budget_s: float = 7.0
) -> LanguageModel | None:
    """Open a group as one model, for whoever needs just that; None where none of it can be asked."""
    told = _tell(board)
    opened = [
        (entry, model) for entry in group.models if (model := await _opened(stack, entry, None, told)) is not None
    ]
    if not opened:
        return None
    routing = GroupRouting(_members([entry for entry, _ in opened]), group.router, noted=told)
    return GroupModel([model for _, model in opened], routing, budget_s)


def unusable_models(configuration: Configuration) -> Iterator[tuple[ModelEntry, str]]:
    """Yield the models of the generator that cannot be asked here, each with what is missing."""
    generator = configuration.generator
    for entry in generator.group.models if generator is not None and generator.group is not None else ():
        if entry.missing:
            yield entry, _lacking(entry)


def models_asked(assistant: Assistant, board: PartBoard) -> tuple[str, ...]:
    """Return the models of the generator that were opened, in the order written; the embedded one is not among them."""
    generator = configuration_of(assistant, os.environ).generator
    entries = generator.group.models if generator is not None and generator.group is not None else ()
    ready = {part.name for part in board.parts if part.state == "ready"}
    return tuple(entry.label for entry in entries if _part_of(entry.label) in ready)


def models_left_out(board: PartBoard) -> list[str]:
    """Say which models of the assistant's files are not asked and why, a line each."""
    off = [part for part in board.parts if part.name.startswith(_part_of("")) and part.state == "off"]
    return [f"The {part.name} is not asked: {part.detail}. What else there is answers instead." for part in off]


def read_template(assistant: Assistant, generator: Generator) -> str | None:
    """Return the prompt template that the generator names, None where it cannot be used, with a word in the log."""
    if generator.prompt_file is None:
        return None
    try:
        text = template_text(Path(assistant.folder), generator.prompt_file)
        compiled(text)
    except (TemplateFailed, OSError, ValueError) as problem:
        log.warning("the assistant's prompt cannot be used", file=generator.prompt_file, error=str(problem))
        return None
    return text


async def _opened(
    stack: AsyncExitStack, entry: ModelEntry, embedded: LanguageModel | None, told: Callable[[str, str], None]
) -> LanguageModel | None:
    """Return the model of an entry, or None and a word about why not."""
    if entry.kind == "embedded":
        return embedded
    if entry.missing:
        told(entry.label, f"off: {_lacking(entry)}")
        return None
    client = client_for(entry)
    try:
        client.open()
    except ModelUnavailable as problem:
        told(entry.label, f"off: {problem.reason}")
        return None
    stack.push_async_callback(client.close)
    told(entry.label, "")
    if entry.adapter_path:
        await _load_adapter(client, entry)
    return client


async def _load_adapter(client: OpenAiCompatible, entry: ModelEntry) -> None:
    try:
        await load_adapter(client, entry.name, entry.adapter_path)
    except ModelUnavailable as problem:  # the server may have it already, or get it later: its answers will tell
        log.warning("adapter not loaded", model=entry.label, reason=problem.reason)


def _provider(
    assistant: Assistant,
    generator: Generator,
    entry: ModelEntry,
    model: LanguageModel,
    template: str | None,
    embedded_trust: Trust,
) -> Provider:
    if entry.kind == "embedded":
        return _embedded(assistant, model, entry.trust or embedded_trust)
    if template is not None:
        templated = TemplateGenerator(assistant, model, template, generator.kind, now=_now)
        return Provider(entry.label, templated, templated.naming, entry.timeout_s)
    trust = entry.trust or "full"
    naming = naming_for(assistant, trust)
    return Provider(
        entry.label, CommandGenerator(assistant, model, trust, naming=naming), naming, timeout_s=entry.timeout_s
    )


def _embedded(assistant: Assistant, model: LanguageModel, trust: Trust) -> Provider:
    naming = naming_for(assistant, trust)
    return Provider("embedded", CommandGenerator(assistant, model, trust, naming=naming), naming)


def _members(entries: Sequence[ModelEntry]) -> list[Member]:
    return [Member(entry.label, entry.weight, entry.cost) for entry in entries]


def _lacking(entry: ModelEntry) -> str:
    names = " and ".join(entry.missing)
    return f"the environment variable{'s' if len(entry.missing) > 1 else ''} {names} must be set"


def _tell(board: PartBoard) -> Callable[[str, str], None]:
    """Return what puts a model's health on the board. A model that is ill is no reason to call the server not ready:
    others stand in for it."""

    def tell(label: str, reason: str) -> None:
        name = _part_of(label)
        if reason.startswith("off: "):
            board.report(PartStatus(name, "off", reason.removeprefix("off: ")))
        else:
            board.report(PartStatus(name, "ready", f"left alone for a while: {reason}" if reason else ""))

    return tell


def _part_of(label: str) -> str:
    return f"model {label}"


def _now() -> str:
    return datetime.now().astimezone().strftime(TIME_FORMAT)
