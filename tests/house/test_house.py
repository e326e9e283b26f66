"""The house keeps its rules: where files are, what they may name, who may import what."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("flows", "dialogue", "voice", "models", "studio")
TOP_LEVEL = {
    *PACKAGES,
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "docs",
    "examples",
    "pyproject.toml",
    "requirements.lock",
    "tests",
}
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
MOST_LINES = 400
PIPER_WORKER = "models/workers/piper.py"
# Spelled so that this file does not match itself.
REGISTRY = re.compile(r"https?://[\w.-]*(?:pypi|pythonhosted|npmjs|yarnpkg|debian|ubuntu)\.(?:org|com)", re.I)
MACHINE_PATH = re.compile(r"(?<![\w.$}<])/(?:work|root|Users|home/\w+)/\w")
BINARY = {".wav", ".png", ".onnx", ".npz", ".gguf", ".woff2", ".ico", ".mp3"}


@cache
def tracked_files() -> tuple[str, ...]:
    """Files that belong to the project: committed, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(sorted({name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}))


def python_files(*folders: str) -> list[str]:
    wanted = folders or PACKAGES
    return [name for name in tracked_files() if name.endswith(".py") and name.split("/")[0] in wanted]


def imported_modules(name: str) -> set[str]:
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            imported.add(node.module.split(".")[0])
    return imported


def test_only_known_things_stand_at_the_top():
    assert {name.split("/")[0] for name in tracked_files()} <= TOP_LEVEL


def test_no_module_has_a_vague_name():
    vague = [name for name in python_files() if VAGUE_NAMES & set(Path(name).with_suffix("").parts)]

    assert vague == []


def test_no_file_is_too_long():
    files = [*python_files(*PACKAGES, "tests", "examples"), *front_end_files()]
    lengths = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name in files}

    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def front_end_files() -> list[str]:
    return [name for name in tracked_files() if name.startswith("studio/web/src") and name.endswith((".ts", ".tsx"))]


def test_every_module_says_what_it_knows():
    silent = [
        name
        for name in python_files()
        if (text := (ROOT / name).read_text(encoding="utf-8")).strip() and ast.get_docstring(ast.parse(text)) is None
    ]

    assert silent == []


def test_no_file_names_a_registry_or_a_machine():
    found = []
    for name in tracked_files():
        if Path(name).suffix in BINARY or name == "LICENSE":
            continue
        text = (ROOT / name).read_text(encoding="utf-8")
        for pattern in (REGISTRY, MACHINE_PATH):
            found += [f"{name}: {match[0]}" for match in pattern.finditer(text)]

    assert found == []


def test_piper_is_imported_by_its_worker_alone():
    importing = [name for name in python_files(*PACKAGES, "tests", "examples") if "piper" in imported_modules(name)]

    assert importing in ([], [PIPER_WORKER])


@pytest.mark.slow
def test_packages_import_only_to_their_right():
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([str(linter)], cwd=ROOT, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("script", [".ci/checks", ".ci/run", ".ci/setup"])
def test_scripts_are_bash_that_parses(script):
    path = ROOT / script

    assert path.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", str(path)], capture_output=True, check=False).returncode == 0
