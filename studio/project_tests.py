"""Runs an assistant's tests in a process of its own, to learn which steps and ways of its flows they come through.

It is what `vivavoce test DIR --commands FILE --coverage` does, with every `commands.yml` of the tests' folders: a case
for which nothing is recorded is told as not run, since no model is loaded for it. Lines on the way go to standard
error, each case as `[number/all] passed|FAILED file::name`; standard output has one JSON document at the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from dialogue.testing.case import Suite
from dialogue.testing.commands_file import Turns, read_commands
from dialogue.testing.coverage_report import report_of, to_json
from dialogue.testing.recording import commands_of
from dialogue.testing.results import CaseResult
from dialogue.testing.runner import run_suite
from dialogue.testing.suite import DEFAULT_FOLDERS, load_suite
from studio import assistants
from studio.action_places import where_actions_run
from studio.errors import StudioError
from studio.logs import configure_logs
from studio.made_tests import COMMANDS
from studio.settings import LogConfig, Settings, load_settings
from studio.testing import RunOptions, open_bench


def recorded_commands(folder: Path) -> tuple[dict[str, Turns], Path | None]:
    """Read what is recorded beside an assistant's tests, and name one of the files. Raises TestsInvalid."""
    root = next((folder / name for name in DEFAULT_FOLDERS if (folder / name).is_dir()), folder / DEFAULT_FOLDERS[0])
    files = sorted(root.rglob(COMMANDS))
    recorded: dict[str, Turns] = {}
    for file in files:
        recorded.update(read_commands(file))
    return recorded, files[0] if files else None


async def run_project_tests(folder: Path, settings: Settings, *, say: Callable[[str], None]) -> dict[str, Any]:
    """Run all tests that have recorded commands; return the report, as the studio keeps it.

    Raises:
        StudioError, AssistantInvalid, TestsInvalid: they cannot be run.
    """
    assistant = assistants.load(folder)
    suite = load_suite((), folder)
    recorded, file = recorded_commands(folder)
    known = [case for case in suite.cases if commands_of(case, recorded) is not None]
    strange = [case for case in suite.cases if commands_of(case, recorded) is None]
    options = RunOptions(folder, commands=file, coverage=folder, skips_judged=True, environment=os.environ)
    count = 0

    def tell(case: CaseResult) -> None:
        nonlocal count
        count += 1
        say(f"[{count}/{len(known)}] {'passed' if case.passed else 'FAILED'} {case.file}::{case.name}")

    say(f"[0/{len(known)}]")
    async with AsyncExitStack() as stack:
        runnable = Suite(tuple(known), suite.warnings)
        bench = await open_bench(stack, assistant, settings, options, recorded, runnable)
        with where_actions_run(None, assistant):
            result = await run_suite(runnable, replace(bench, channel="voice"), on_case=tell)
    report = to_json(report_of(result.cases, assistant))
    return {**report, "not_run": [{"file": case.file, "name": case.name} for case in strange]}


def main(arguments: Sequence[str]) -> int:
    """Run the tests of the folder that is named. Returns the exit status."""
    folder = Path(arguments[0]).resolve()

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    settings = load_settings()
    configure_logs(LogConfig("error", settings.log.format))
    try:
        with contextlib.redirect_stdout(sys.stderr):  # what the assistant's own code prints is no part of the report
            told = asyncio.run(run_project_tests(folder, settings, say=say))
    except StudioError as problem:
        say(str(problem))
        return 1
    except Exception as problem:  # the files may be anything: their findings are told as they are
        say(f"{problem}" or type(problem).__name__)
        return 1
    json.dump(told, sys.stdout, ensure_ascii=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
