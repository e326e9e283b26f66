"""The bank's own modules, loaded as a package beside its folder, on a database file of each test's own."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Protocol

import pytest

BANK = Path(__file__).parents[2] / "examples" / "bank"
PACKAGE = "bank_under_test"


class BankModules(Protocol):
    def __call__(self, name: str) -> ModuleType: ...


@pytest.fixture
def bank_folder() -> Path:
    return BANK


@pytest.fixture
def bank_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "data of the bank" / "bank.sqlite"
    monkeypatch.setenv("BANK_DATABASE", str(path))
    return path


@pytest.fixture(scope="session")
def bank() -> Iterator[BankModules]:
    """Return a function that gives a module of the bank's actions, for instance `bank("names")`."""
    folder = BANK / "actions"
    spec = importlib.util.spec_from_file_location(
        PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)
    yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]
