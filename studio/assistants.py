"""Which assistant folder is meant, and loading it: everything that is wrong with it is told at once."""

from __future__ import annotations

import os
from pathlib import Path

import studio
from flows.errors import AssistantInvalid, Finding
from flows.folder import Remembered
from flows.loader import examine, load_assistant
from flows.model import Assistant
from studio.calls import check_calls
from studio.configuration_files import understanding_findings, voice_findings
from studio.errors import AssistantNotFound
from studio.hidden_values import hidden
from studio.knowledge_checks import search_findings
from studio.recording_settings import recording_findings
from voice.endpointing.step_voice import check_step_voices
from voice.errors import VoiceError

EXAMPLE = Path("examples") / "bank"
"""The assistant that is served when none is named."""


def find_folder(named: Path | None) -> Path:
    """Give the assistant's folder: the one named, else the example in the working folder or in the project.

    Raises:
        AssistantNotFound: there is no folder, or it has no config.yml.
    """
    if named is None:
        return _example()
    if not named.exists():
        raise AssistantNotFound(f"There is no folder {named}. Name the folder that has the assistant's config.yml.")
    if not named.is_dir():
        raise AssistantNotFound(f"{named} is a file. Name the folder of the assistant, not a file in it.")
    if not _has_config(named):
        raise AssistantNotFound(
            f"{named} has no config.yml, so it is not an assistant's folder.{_hint(named)}\n"
            "An assistant has config.yml, domain.yml (or a folder domain) and a folder data with its flows."
        )
    return named


def find_problems(folder: Path) -> tuple[Finding, ...]:
    """Return everything that is wrong with the assistant's files, `voice.yml` included. Never raises for them."""
    return examined(folder)[1]


def examined(folder: Path, remembered: Remembered | None = None) -> tuple[Assistant | None, tuple[Finding, ...]]:
    """Return the assistant, None where it cannot be served, and everything that is wrong with its files.

    What is in the variables that its files name is told nobody. `remembered` spares what has not changed since the
    folder was last examined with it.
    """
    assistant, findings = _examined(folder, remembered)
    return assistant, hidden(findings, folder, os.environ)


def _examined(folder: Path, remembered: Remembered | None) -> tuple[Assistant | None, tuple[Finding, ...]]:
    assistant, findings = examine(folder, environment=os.environ, remembered=remembered)
    more = (*understanding_findings(folder), *search_findings(folder), *voice_findings(folder))
    steps = check_step_voices(assistant) if assistant is not None else ()
    findings = tuple(sorted((*findings, *more, *steps)))
    try:
        if assistant is not None:
            check_calls(assistant)
            findings = (*findings, *recording_findings(assistant))
    except VoiceError as error:
        return None, (*findings, Finding("voice.yml", 1, 1, error.code, str(error)))
    return assistant, findings


def load(folder: Path, *, profile: str | None = None) -> Assistant:
    """Load the assistant as it runs in this process's environment.

    Raises:
        AssistantInvalid: with all findings.
    """
    try:
        return load_assistant(folder, profile=profile, environment=os.environ)
    except AssistantInvalid as error:
        # Whoever calls is told the findings; not from the first error, which has them with their values.
        raise AssistantInvalid(hidden(error.findings, folder, os.environ)) from None


def _example() -> Path:
    for parent in (Path.cwd(), Path(studio.__file__).resolve().parents[1]):
        if _has_config(parent / EXAMPLE):
            return parent / EXAMPLE
    raise AssistantNotFound(
        f"No assistant was named and the example {EXAMPLE} is not here. Name a folder, for instance: "
        "vivavoce serve path/to/assistant"
    )


def _has_config(folder: Path) -> bool:
    return any((folder / name).is_file() for name in ("config.yml", "config.yaml"))


def _hint(folder: Path) -> str:
    below = sorted(child for child in folder.iterdir() if child.is_dir() and _has_config(child))
    return f" Did you mean {below[0]}?" if below else ""
