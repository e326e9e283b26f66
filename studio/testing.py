"""Runs an assistant's end-to-end tests for the command line: with recorded commands, or with the models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dialogue.ports import ActionRunner, Understanding
from dialogue.testing.commands_file import Turns, read_commands, write_commands
from dialogue.testing.results import CaseResult, SuiteResult
from dialogue.testing.runner import Bench, run_suite
from dialogue.testing.suite import load_suite
from flows.model import Assistant
from studio import assistants
from studio.conversations import open_actions, open_understanding
from studio.errors import RecordingRefused
from studio.parts import PartBoard
from studio.settings import Settings


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What to run, and with what. `paths` empty means all of the assistant's tests."""

    folder: Path
    paths: tuple[str, ...] = ()
    commands: Path | None = None
    record: Path | None = None
    actions: Literal["in-process", "stub"] = "in-process"
    is_failing_fast: bool = False


async def run_tests(options: RunOptions, settings: Settings, *, say: Callable[[str], None]) -> SuiteResult:
    """Run the tests; `say` gets a line for each case, and the summary.

    Raises:
        AssistantInvalid, TestsInvalid: with everything that is wrong in the files.
        ServiceNotReady: a model is needed and did not start.
        RecordingRefused: what was understood cannot be written where it should be.
    """
    folder = assistants.find_folder(options.folder)
    assistant = assistants.load(folder)
    suite = load_suite(options.paths, folder)
    recorded = read_commands(options.commands) if options.commands is not None else None
    async with AsyncExitStack() as stack:
        bench = await _bench(stack, assistant, settings, options, recorded)
        result = await run_suite(suite, bench, fail_fast=options.is_failing_fast, on_case=lambda case: _tell(case, say))
    say(_summary(result))
    if options.record is not None:
        _write(options.record, result)
    return result


async def _bench(
    stack: AsyncExitStack,
    assistant: Assistant,
    settings: Settings,
    options: RunOptions,
    recorded: Mapping[str, Turns] | None,
) -> Bench:
    board = PartBoard()
    actions: ActionRunner | None = None
    understanding: Understanding | None = None
    if options.actions == "in-process":
        actions = await open_actions(stack, assistant, settings.conversations, board)
    if recorded is None:
        understanding = await open_understanding(stack, assistant, settings.workers, board)
    board.require(*(part.name for part in board.parts))
    return Bench(
        assistant,
        understanding=understanding,
        recorded=None if recorded is None else dict(recorded),
        actions=actions,
        stubs="only" if options.actions == "stub" else "before",
        model=_model_name(settings) if recorded is None else "recorded",
    )


def _model_name(settings: Settings) -> str:
    models = []
    if settings.workers.has_encoder:
        models.append("minilm-l6-v2")
    if settings.workers.has_language_model:
        models.append("smollm2-135m-instruct")
    return " + ".join(models) or "rules"


def _tell(case: CaseResult, say: Callable[[str], None]) -> None:
    say(f"{'passed' if case.passed else 'FAILED'}  {case.file}::{case.name}")
    if case.failure is None:
        return
    failure = case.failure
    where = f"user step {failure.step}" if failure.step else "the session's start"
    say(f"        {case.file}:{failure.line}, {where}: {failure.user or ''}".rstrip(": "))
    say(f"        expected  {failure.expected}")
    for index, line in enumerate(failure.actual or ("nothing",)):
        say(f"        {'happened' if index == 0 else '':<8}  {line}")


def _summary(result: SuiteResult) -> str:
    if not result.cases:
        return "No tests were found."
    return f"{result.passed} passed, {result.failed} failed, in {result.seconds:.1f} s ({result.model})."


def _write(file: Path, result: SuiteResult) -> None:
    try:
        write_commands(file, {case.key: case.commands for case in result.cases})
    except OSError as error:
        raise RecordingRefused(f"{file} cannot be written: {error.strerror}. Choose another --record.") from error
