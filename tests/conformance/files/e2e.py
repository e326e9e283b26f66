"""Runs an assistant's end-to-end tests from YAML texts, with recorded commands and without any model."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Literal

from dialogue.actions.in_process import InProcessActions
from dialogue.testing.commands_file import read_commands
from dialogue.testing.results import SuiteResult
from dialogue.testing.runner import Bench, run_suite
from dialogue.testing.suite import load_suite
from flows.loader import load_assistant

Stubs = Literal["before", "only", "aside"]


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write texts (dedented) below a folder."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")


def run(
    folder: Path, *paths: str, profile: str = "3.16", stubs: Stubs = "before", commands: str = "commands.yml"
) -> SuiteResult:
    """Run the tests of an assistant's folder, with the commands file in it and its own Python actions."""
    assistant = load_assistant(folder, profile=profile)
    actions = InProcessActions.for_assistant(assistant)
    actions.load()
    try:
        file = folder / commands
        recorded = dict(read_commands(file)) if file.exists() else {}
        bench = Bench(assistant, recorded=recorded, actions=actions, stubs=stubs)
        return asyncio.run(run_suite(load_suite(paths, folder), bench))
    finally:
        actions.close()


def outcome(result: SuiteResult) -> dict[str, bool]:
    """Return whether each case passed, by its name."""
    return {case.name: case.passed for case in result.cases}


def failures(result: SuiteResult) -> list[str]:
    """Return the failures in words, for the reader of a failing test."""
    return [f"{case.file}::{case.name}: {case.failure}" for case in result.cases if not case.passed]
