"""Prepares fine-tuning data for the command line: starts what an assistant's tests need, and runs them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from dialogue.ports import ActionRunner, LanguageModel, Understanding
from dialogue.testing.commands_file import Turns, read_commands
from dialogue.testing.runner import Bench
from dialogue.testing.suite import load_suite
from dialogue.understanding.configuration.reading import configuration_of
from flows.model import Assistant
from models.finetuning.model_rephrasing import ModelRephraser
from models.finetuning.preparation import Prepared, PrepareOptions, prepare
from models.finetuning.recording import RecordedCase
from studio import assistants
from studio.action_places import STUB, actions_source, where_actions_run
from studio.conversations import Models, open_actions, open_models, prepare_understanding
from studio.knowledge import open_search
from studio.language_models import open_group
from studio.parts import PartBoard
from studio.settings import Settings

Rephraser: TypeAlias = Literal["auto", "phrases", "embedded"]
"""Who rephrases: the model that the assistant's files name if there is one, phrases alone, or the embedded model."""

REPHRASING_BUDGET_S = 60.0


@dataclass(frozen=True, slots=True)
class DataOptions:
    """What to make data of. `commands` is a commands file that is the truth; `actions` as for `vivavoce test`."""

    folder: Path
    out: Path
    paths: tuple[str, ...] = ()
    commands: Path | None = None
    actions: str | None = None
    rephraser: Rephraser = "auto"
    prepare: PrepareOptions = field(default_factory=PrepareOptions)


async def prepare_data(options: DataOptions, settings: Settings, *, say: Callable[[str], None]) -> Prepared:
    """Run the tests and write the data; `say` gets a line for each case.

    Raises:
        AssistantInvalid, TestsInvalid: with everything that is wrong in the files.
        ServiceNotReady: a model or an action server is needed, and does not run.
        DataUnusable: nothing to learn from, or a folder of something else at `options.out`.
    """
    folder = assistants.find_folder(options.folder).resolve()
    out = options.out.resolve()
    assistant = assistants.load(folder)
    suite = load_suite(options.paths, folder)
    recorded = read_commands(options.commands) if options.commands is not None else None

    def tell(case: RecordedCase) -> None:
        say(f"{'passed' if case.result.passed else 'FAILED'}  {case.id}: {len(case.taught)} of {len(case.turns)} turns")

    async with AsyncExitStack() as stack:
        bench, rephraser = await _open(stack, assistant, settings, options, recorded)
        with where_actions_run(options.actions, assistant):
            return await prepare(
                suite, bench, out, options.prepare, recorded=recorded, rephraser=rephraser, on_case=tell
            )


async def _open(
    stack: AsyncExitStack,
    assistant: Assistant,
    settings: Settings,
    options: DataOptions,
    recorded: Mapping[str, Turns] | None,
) -> tuple[Bench, ModelRephraser | None]:
    """Start what the tests and the rephrasing need; raises before any test runs where something is not there."""
    board = PartBoard()
    actions: ActionRunner | None = None
    understanding: Understanding | None = None
    rephrasing: LanguageModel | None = None
    loaded: Models | None = None
    if options.actions != STUB:
        with where_actions_run(options.actions, assistant):
            source = actions_source(options.actions, assistant)
            actions = await open_actions(stack, assistant, settings.conversations, board, source)
    configured = configuration_of(assistant, os.environ).generator
    group = None if configured is None or options.rephraser != "auto" else configured.group
    if recorded is None or group is not None or options.rephraser == "embedded":
        loaded = await open_models(stack, settings.workers, board)
        budget_s = settings.workers.llm_budget_s
        understanding = await prepare_understanding(assistant, loaded, board, stack, budget_s=budget_s)
        if group is not None:
            rephrasing = await open_group(stack, group, board, budget_s=REPHRASING_BUDGET_S)
        elif options.rephraser == "embedded":
            rephrasing = loaded.language_model
    encoder = None if loaded is None else loaded.encoder
    search = await open_search(stack, assistant, encoder, board, has_writer=recorded is None)
    board.require(*(part.name for part in board.parts))
    has_both = rephrasing is not None and understanding is not None
    rephraser = ModelRephraser(rephrasing, understanding, assistant) if has_both else None  # type: ignore[arg-type]
    stubs: Literal["only", "before"] = "only" if options.actions == STUB else "before"
    bench = Bench(
        assistant,
        understanding=understanding,
        actions=actions,
        search=search,
        stubs=stubs,
        channel="rest",
        skips_judged=True,
    )
    return bench, rephraser
