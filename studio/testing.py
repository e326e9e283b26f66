"""Runs an assistant's end-to-end tests for the command line: with recorded commands, or with the models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from dialogue.actions.mcp import ActionsAndTools
from dialogue.actions.webhook import WebhookActions
from dialogue.knowledge.second_look import with_documents
from dialogue.ports import ActionRunner, Understanding
from dialogue.testing.case import Suite
from dialogue.testing.checks import doubts
from dialogue.testing.commands_file import Turns, read_commands, write_commands
from dialogue.testing.recording import strangers
from dialogue.testing.results import SuiteResult
from dialogue.testing.runner import Bench, StubMode, run_suite
from dialogue.testing.suite import find_tests, load_suite
from dialogue.testing.voice_notes import voice_notes
from flows.findings import Findings
from flows.model import Assistant
from studio import assistants
from studio.action_places import STUB, actions_source, where_actions_run
from studio.conversations import Models, open_actions, open_models, prepare_understanding
from studio.coverage import write_coverage
from studio.errors import RecordingRefused
from studio.knowledge import open_search
from studio.parts import PartBoard
from studio.settings import Settings
from studio.test_report import case_lines, coverage_lines, summary

STUBS_ALONE = "RASA_PRO_BETA_STUB_CUSTOM_ACTION"
"""The format's variable: where it is true, a file with stubs runs with these alone."""
_NAMED_STRANGERS = 5


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What to run, and with what.

    `paths` empty means all of the assistant's tests. `actions`: `in-process`, `stub`, or the address of an action
    server; None for the assistant's own code where it has any, otherwise what its endpoints.yml says.
    """

    folder: Path
    paths: tuple[str, ...] = ()
    commands: Path | None = None
    record: Path | None = None
    actions: str | None = None
    is_failing_fast: bool = False
    profile: str | None = None
    channel: str = "rest"
    coverage: Path | None = None
    skips_judged: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


async def run_tests(options: RunOptions, settings: Settings, *, say: Callable[[str], None]) -> SuiteResult:
    """Run the tests; `say` gets the lines for each case, and the summary.

    Raises:
        AssistantInvalid, TestsInvalid: with everything that is wrong in the files.
        ServiceNotReady: a model or an action server is needed, and does not run.
        RecordingRefused: what was understood cannot be written where it should be.
    """
    folder = assistants.find_folder(options.folder).resolve()
    assistant = assistants.load(folder, profile=options.profile)
    suite = load_suite(options.paths, folder)
    findings = Findings()
    recorded = read_commands(options.commands, findings) if options.commands is not None else None
    told = (*suite.warnings, *doubts(suite, assistant), *voice_notes(suite), *findings.sorted())
    warnings = [str(finding) for finding in told]
    if recorded is not None and _are_folders(options.paths, folder):
        warnings += _unknown(strangers(recorded, suite.cases), options.commands)
    for warning in warnings:
        say(warning)
    async with AsyncExitStack() as stack:
        bench = await open_bench(stack, assistant, settings, options, recorded, suite)

        def tell(lines: list[str]) -> None:
            for line in lines:
                say(line)

        with where_actions_run(options.actions, assistant):
            ran = await run_suite(
                suite, bench, fail_fast=options.is_failing_fast, on_case=lambda case: tell(case_lines(case))
            )
    result = ran.with_warnings(tuple(warnings))
    if options.coverage is not None:
        report = write_coverage(options.coverage, result.cases, assistant)
        tell(coverage_lines(report, str(options.coverage)))
    say(summary(result))
    if options.record is not None:
        write_recorded(options.record, result)
    return result


async def open_bench(
    stack: AsyncExitStack,
    assistant: Assistant,
    settings: Settings,
    options: RunOptions,
    recorded: Mapping[str, Turns] | None,
    suite: Suite,
) -> Bench:
    """Start what the cases need. Raises before any of them runs where something is not there."""
    board = PartBoard()
    actions: ActionRunner | None = None
    understanding: Understanding | None = None
    models: Models | None = None
    if _needs_actions(options, suite):
        source = actions_source(options.actions, assistant)
        with where_actions_run(options.actions, assistant):
            actions = await open_actions(stack, assistant, settings.conversations, board, source)
    if recorded is None:
        models = await open_models(stack, settings.workers, board)
        budget_s = settings.workers.llm_budget_s
        understanding = await prepare_understanding(assistant, models, board, stack, budget_s=budget_s)
    encoder = None if models is None else models.encoder
    search = await open_search(stack, assistant, encoder, board, has_writer=recorded is None)
    board.require(*(part.name for part in board.parts))
    own = actions.actions if isinstance(actions, ActionsAndTools) else actions
    if isinstance(own, WebhookActions) and options.actions is not None:
        await own.health()
    return Bench(
        assistant,
        understanding=None if understanding is None else with_documents(understanding, search),
        recorded=recorded,
        actions=actions,
        search=search,
        stubs=_stub_mode(options),
        model=_model_name(settings) if recorded is None else "recorded",
        channel=options.channel,
        skips_judged=options.skips_judged,
        measures_coverage=options.coverage is not None,
    )


def _needs_actions(options: RunOptions, suite: Suite) -> bool:
    """Say whether any case may run an action that its file does not stub."""
    mode = _stub_mode(options)
    return mode != "only" and not (mode == "alone" and all(case.has_stubs for case in suite.cases))


def _stub_mode(options: RunOptions) -> StubMode:
    if options.actions == STUB:
        return "only"
    return "alone" if options.environment.get(STUBS_ALONE, "").strip().lower() in ("true", "1", "yes") else "before"


def _model_name(settings: Settings) -> str:
    models = []
    if settings.workers.has_encoder:
        models.append("minilm-l6-v2")
    if settings.workers.has_reader:
        models.append("reader")
    if settings.workers.has_language_model:
        models.append("smollm2-135m-instruct")
    return " + ".join(models) or "rules"


def _are_folders(paths: tuple[str, ...], root: Path) -> bool:
    """Say whether whole folders are run, so that a case nobody runs is one that nobody has."""
    places = [find_tests(path, root) for path in paths if "::" not in path]
    return len(places) == len(paths) and all(place is not None and place.is_dir() for place in places)


def _unknown(keys: tuple[str, ...], file: Path | None) -> list[str]:
    if not keys:
        return []
    named = ", ".join(keys[:_NAMED_STRANGERS]) + (", …" if len(keys) > _NAMED_STRANGERS else "")
    told = "case is" if len(keys) == 1 else "cases are"
    return [f"{file}: warning [unknown-case] {len(keys)} {told} not among the tests: {named}"]


def write_recorded(file: Path, result: SuiteResult) -> None:
    """Write what was understood as a commands file. Raises RecordingRefused where it cannot be written."""
    try:
        write_commands(file, result.recorded())
    except OSError as error:
        raise RecordingRefused(f"{file} cannot be written: {error.strerror}. Choose another --record.") from error
