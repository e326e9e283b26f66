"""Writes the golden corpus: `python -m tests.golden.generate`. The same scripts give the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from tests.golden import scripts
from tests.golden.behaviours import NEWEST, PROFILES, behaviours_of
from tests.golden.script import Script
from tests.golden.turns import GoldenCase
from tests.golden.writing import written_cases, written_commands

CASES = Path(__file__).with_name("cases")
COMMANDS = "commands.yml"


def all_scripts() -> tuple[Script, ...]:
    """Return the script of every assistant that has one."""
    names = sorted(module.name for module in iter_modules(scripts.__path__))
    return tuple(import_module(f"{scripts.__name__}.{name}").SCRIPT for name in names)


def folder_of(assistant: str, profile: str) -> str:
    """Return the name of the folder of an assistant's cases: the assistant's own for the newest profile."""
    return assistant if profile == NEWEST else f"{assistant}-{profile}"


def generated() -> Mapping[str, str]:
    """Return the corpus: texts by path below `cases/`."""
    files: dict[str, str] = {}
    for script in all_scripts():
        for profile in PROFILES:
            files.update(_of(script, profile))
    return files


def _of(script: Script, profile: str) -> Mapping[str, str]:
    folder = folder_of(script.assistant, profile)
    cases: dict[str, list[GoldenCase]] = {}
    for name, behaviour in behaviours_of(profile).items():
        found = [replace(case, fixture=case.fixture or script.fixture) for case in behaviour(script, profile)]
        twice = [case for case, count in Counter(case.name for case in found).items() if count > 1]
        if twice:
            raise ValueError(f"{folder}/{name}: two cases are named {twice[0]!r}")
        if found:
            cases[f"{name}.yml"] = found
    files = {f"{folder}/{file}": written_cases(found, script.fixtures) for file, found in cases.items()}
    files[f"{folder}/{COMMANDS}"] = written_commands(cases)
    return files


def main() -> None:
    """Write the corpus, and remove what no script generates any more."""
    files = generated()
    for stale in CASES.rglob("*.yml"):
        if stale.relative_to(CASES).as_posix() not in files:
            stale.unlink()
    for name, text in files.items():
        path = CASES / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    n_cases = sum(text.count("  - test_case: ") for text in files.values())
    print(f"{n_cases} cases in {len(files)} files")


if __name__ == "__main__":
    main()
