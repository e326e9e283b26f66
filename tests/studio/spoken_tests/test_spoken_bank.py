"""The bank's spoken suite, with real models, over a real call."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.support.server import ROOT, VIVAVOCE

pytestmark = [pytest.mark.model, pytest.mark.network, pytest.mark.slow]

SUITE = "e2e_tests/spoken.yml"
CASES = ("a caller who knows the question already", "a caller who falls silent")
LIMIT_S = 400


def test_two_cases_of_the_bank_are_spoken(tmp_path: Path):
    own = {"BANK_DATABASE": str(tmp_path / "bank.sqlite"), "VIVAVOCE_DATA_DIR": str(tmp_path)}
    arguments = [str(VIVAVOCE), "test", str(ROOT / "examples" / "bank"), *(f"{SUITE}::{name}" for name in CASES)]
    arguments += ["--voice", "--json", "--keep", str(tmp_path / "kept")]
    ran = subprocess.run(
        arguments, capture_output=True, text=True, timeout=LIMIT_S, check=False, env={**os.environ, **own}
    )

    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    told = json.loads(ran.stdout)
    assert (told["passed"], told["failed"]) == (2, 0)
    barged, sent = told["cases"][0]["spoken"]
    assert barged["barge_in"]
    assert barged["gap_ms"] is not None
    assert {"endpoint", "recognition"} <= set(barged["parts"])
    assert sent["kind"] == "payload"
    assert told["cases"][1]["spoken"][1]["gap_ms"] > 5_000
    assert told["heard"]["word_error_rate"] < 0.5
    assert (Path(told["cases"][0]["kept"]) / "call.wav").stat().st_size > 100_000
