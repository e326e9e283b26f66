"""Runs an assistant's dialogue-understanding tests for the command line, by the whole cascade or one of its stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from dialogue.knowledge.second_look import with_documents
from dialogue.ports import ActionRunner, Understanding
from dialogue.testing.commands_file import read_commands
from dialogue.testing.suite import load_suite
from dialogue.testing.understanding.cases import UnderstandingSuite, derive_cases, load_cases
from dialogue.testing.understanding.results import CaseResult, UnderstandingResult
from dialogue.testing.understanding.runner import UnderstandingBench, run_understanding
from dialogue.testing.understanding.stages import StageName, one_stage
from flows.findings import Findings
from flows.model import Assistant
from studio import assistants
from studio.action_places import STUB, actions_source, where_actions_run
from studio.conversations import (
    ENCODER,
    LANGUAGE_MODEL,
    READER,
    Models,
    open_actions,
    open_models,
    prepare_understanding,
)
from studio.errors import RecordingRefused
from studio.knowledge import open_search
from studio.language_models import models_asked, open_providers
from studio.parts import PartBoard
from studio.settings import Settings, WorkerConfig
from studio.understanding_report import case_lines, summary_lines

NEEDED: Mapping[StageName, tuple[str, ...]] = {
    "fast_path": (),
    "router": (ENCODER,),
    "reader": (READER,),
    "llm": (LANGUAGE_MODEL,),
    "cascade": (ENCODER, READER, LANGUAGE_MODEL),
}
"""The models of each stage; the cascade does with those that are on."""


@dataclass(frozen=True, slots=True)
class UnderstandOptions:
    """What to run, and with what.

    `paths` empty means all of the assistant's tests. `recorded`: take end-to-end tests, and what to expect of them
    from this commands file. `actions`: as for end-to-end tests.
    """

    folder: Path
    paths: tuple[str, ...] = ()
    stage: StageName = "cascade"
    recorded: Path | None = None
    actions: str | None = None
    profile: str | None = None
    channel: str = "rest"


async def run_understanding_tests(
    options: UnderstandOptions, settings: Settings, *, say: Callable[[str], None]
) -> UnderstandingResult:
    """Run the tests; `say` gets the lines for each failed turn, and the summary.

    Raises:
        AssistantInvalid, TestsInvalid: with everything that is wrong in the files.
        ServiceNotReady, StageMissing: a model or an action server is needed, and is not there.
    """
    folder = assistants.find_folder(options.folder).resolve()
    assistant = assistants.load(folder, profile=options.profile)
    suite = read_suite(options, assistant)
    for warning in suite.warnings:
        say(warning)

    def tell(case: CaseResult) -> None:
        for line in case_lines(case):
            say(line)

    async with AsyncExitStack() as stack:
        bench = await _bench(stack, assistant, settings, options)
        with where_actions_run(options.actions, assistant):
            result = await run_understanding(suite, bench, on_case=tell)
    for line in summary_lines(result):
        say(line)
    return result


def read_suite(options: UnderstandOptions, assistant: Assistant) -> UnderstandingSuite:
    """Read the tests that are to be run. Raises TestsInvalid."""
    if options.recorded is None:
        return load_cases(options.paths, assistant)
    findings = Findings()
    recorded = read_commands(options.recorded, findings)
    suite = derive_cases(load_suite(options.paths, Path(assistant.folder)), recorded, assistant)
    return UnderstandingSuite(suite.cases, (*suite.warnings, *(str(one) for one in findings.sorted())))


def write_report(file: Path, text: str) -> None:
    """Write a report. Raises RecordingRefused where the file cannot be written."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RecordingRefused(f"{file} cannot be written: {error.strerror}. Choose another --output.") from error


async def _bench(
    stack: AsyncExitStack, assistant: Assistant, settings: Settings, options: UnderstandOptions
) -> UnderstandingBench:
    """Start what the tests need. Raises before any of them runs where something is not there."""
    board = PartBoard()
    actions: ActionRunner | None = None
    if options.actions != STUB:
        with where_actions_run(options.actions, assistant):
            source = actions_source(options.actions, assistant)
            actions = await open_actions(stack, assistant, settings.conversations, board, source)
    models = await open_models(stack, _needed(settings.workers, options.stage), board)
    understanding = await _understanding(stack, assistant, models, options.stage, settings.workers, board)
    search = await open_search(stack, assistant, models.encoder, board)
    board.require(*(part.name for part in board.parts))
    assert understanding is not None
    return UnderstandingBench(
        assistant,
        with_documents(understanding, search) if options.stage == "cascade" else understanding,
        actions,
        search,
        options.actions == STUB,
        options.stage,
        _model_name(settings, options.stage, models_asked(assistant, board)),
        options.channel,
    )


async def _understanding(
    stack: AsyncExitStack,
    assistant: Assistant,
    models: Models,
    stage: StageName,
    config: WorkerConfig,
    board: PartBoard,
) -> Understanding | None:
    board.require(*(part.name for part in board.parts))
    if stage == "cascade":
        return await prepare_understanding(assistant, models, board, stack, budget_s=config.llm_budget_s)
    asked = None
    if stage == "llm":
        asked = await open_providers(stack, assistant, models.language_model, board, trust=models.trust)
    return await one_stage(
        stage,
        assistant,
        encoder=models.encoder,
        reader=models.reader,
        language_model=asked or models.language_model,
        trust=models.trust,
        budget_s=config.llm_budget_s,
    )


def _needed(config: WorkerConfig, stage: StageName) -> WorkerConfig:
    """Leave out the models that a stage alone does not need."""
    needed = NEEDED[stage]
    return replace(
        config,
        has_encoder=config.has_encoder and ENCODER in needed,
        has_reader=config.has_reader and READER in needed,
        has_language_model=config.has_language_model and LANGUAGE_MODEL in needed,
    )


def _model_name(settings: Settings, stage: StageName, asked: tuple[str, ...]) -> str:
    """Name the models of the stage: those of the assistant's files that are asked, and ours."""
    config = settings.workers
    names = [*asked] if stage in ("llm", "cascade") else []
    names += [
        name
        for name, is_on, stages in (
            ("minilm-l6-v2", config.has_encoder, ("router", "cascade")),
            ("reader", config.has_reader, ("reader", "cascade")),
            ("smollm2-135m-instruct", config.has_language_model, ("llm", "cascade")),
        )
        if is_on and stage in stages
    ]
    return " + ".join(names) or "rules"
