"""The GPL engine stays in a process of its own: one program imports it, and nothing imports that program."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_PACKAGES = ("flows", "dialogue", "voice", "models", "studio", "examples", "tests")
_WORKER = _ROOT / "models" / "workers" / "piper.py"


def _imported(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, at any depth, `importlib.import_module("...")` included."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield module
                yield from (f"{module}.{name.name}" for name in names)
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name)), *_]):
                yield name


def _sources() -> list[Path]:
    return [
        path for package in _PACKAGES for path in (_ROOT / package).rglob("*.py") if "node_modules" not in path.parts
    ]


def test_only_the_synthesis_worker_imports_the_engine() -> None:
    importing = {path for path in _sources() if any(name.split(".")[0] == "piper" for name in _imported(path))}
    assert importing == {_WORKER}


def test_nothing_imports_the_synthesis_worker() -> None:
    importing = {path for path in _sources() if "models.workers.piper" in _imported(path)}
    assert importing == set()
