"""Assistants to edit in tests: those of the examples and of the open suites, and one generated."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from studio.authoring.applying import Work, apply
from studio.authoring.commands import COMMANDS
from studio.authoring.project_files import ProjectFiles
from studio.authoring.states import read_folder
from studio.authoring.undo import taking_back

ROOT = Path(__file__).parents[3]
FOLDERS = sorted(path.parent for parent in ("examples", "tests/open") for path in (ROOT / parent).glob("*/config.yml"))


@cache
def files_of(folder: Path) -> ProjectFiles:
    return read_folder(folder).files


def project(**files: str) -> ProjectFiles:
    """Make a project of a few files; `data_flows` stands for data/flows.yml."""
    return ProjectFiles.of({name.replace("__", "/") + ".yml": text for name, text in files.items()})


def edit(files: ProjectFiles, *commands: dict) -> Work:
    return apply(files, COMMANDS.validate_python(list(commands)))


def texts(files: ProjectFiles) -> dict[str, str]:
    return {path: file.text for path, file in files.files.items()}


def taken_back(before: ProjectFiles, after: ProjectFiles) -> ProjectFiles:
    """Undo what lies between two projects."""
    paths = before.files.keys() | after.files.keys()
    commands = taking_back(before, after, paths)
    return edit(after, *commands).files if commands else after
