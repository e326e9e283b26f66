"""Whole assistants as strangers write them, with their own end-to-end tests and recorded commands.

Every case must pass as it stands; nothing in the folders is ours but the format. `OPEN` names the cases that a known
disagreement with the reference makes fail.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.loader import find_problems
from tests.conformance.files.e2e import failures, outcome, run

ASSISTANTS = Path(__file__).parent / "assistants"
NAMES = sorted(path.name for path in ASSISTANTS.iterdir() if (path / "config.yml").exists())
OPEN: dict[str, dict[str, str]] = {}
"""Assistant → case → why it fails."""


@pytest.fixture
def folder(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy, so that nothing that a run writes stays in the repository; and the working folder."""
    copied = shutil.copytree(ASSISTANTS / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(copied)
    return copied


@pytest.mark.parametrize("name", NAMES)
def test_an_assistant_loads_without_errors(folder: Path) -> None:
    assert [str(finding) for finding in find_problems(folder) if finding.severity == "error"] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_case_of_an_assistant_passes(folder: Path, name: str) -> None:
    result = run(folder)
    passed = outcome(result)
    assert len(passed) >= 12
    open_cases = OPEN.get(name, {})
    unexpected = [line for line in failures(result) if not any(f"::{case}: " in line for case in open_cases)]
    assert unexpected == [], "\n".join(unexpected)
    mended = [case for case in open_cases if passed[case]]
    assert mended == [], f"these pass now: take them out of OPEN: {mended}"


@pytest.mark.parametrize("name", NAMES)
def test_a_run_is_repeatable(folder: Path) -> None:
    first, second = run(folder), run(folder)
    assert [(case.name, case.failure) for case in first.cases] == [(case.name, case.failure) for case in second.cases]
