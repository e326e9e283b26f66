"""The command as a whole: fast, helpful about wrong arguments, silent about tracebacks."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.studio.cli.conftest import Vivavoce

VERBS = ("serve", "chat", "call", "test", "validate", "doctor", "models")
HEAVY = ("aiortc", "fastapi", "numpy", "onnxruntime", "sqlalchemy", "structlog", "pydantic", "uvicorn")


def test_help_names_every_verb(vivavoce: Vivavoce) -> None:
    ran = vivavoce("--help")
    assert ran.code == 0
    assert all(verb in ran.out for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(vivavoce: Vivavoce, verb: str) -> None:
    ran = vivavoce(verb, "--help")
    assert ran.code == 0
    assert "Usage" in ran.out


def test_version(vivavoce: Vivavoce) -> None:
    assert vivavoce("--version").out.startswith("vivavoce ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("sing",),
        ("serve", "--port", "eighty"),
        ("serve", "--prot", "8080"),
        ("chat",),
        ("validate", "a", "b"),
        ("test", "x", "--actions", "some"),
    ],
)
def test_wrong_arguments_are_told_with_exit_code_2(vivavoce: Vivavoce, arguments: tuple[str, ...]) -> None:
    ran = vivavoce(*arguments)
    assert ran.code == 2
    assert "Usage" in ran.err
    assert "Traceback" not in ran.err


def test_a_bad_setting_names_its_variable(vivavoce: Vivavoce, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVAVOCE_MAX_CALLS", "lots")
    ran = vivavoce("serve")
    assert ran.code == 1
    assert ran.err.startswith("vivavoce: VIVAVOCE_MAX_CALLS cannot be 'lots'")


def test_importing_the_command_loads_nothing_heavy() -> None:
    code = f"import sys, studio.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
