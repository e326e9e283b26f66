"""What conformance tests share: assistants are written to the test's own folder, under one of three profiles."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.model import Assistant
from tests.conformance.assistant import load

Write = Callable[..., Assistant]
PROFILES = ("3.13", "3.14", "3.16")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write an assistant and load it: `write(flows, domain, profile="3.16", more={"config.yml": …})`."""
    count = 0

    def make(flows: str, domain: str = "", *, profile: str = "3.16", more: dict[str, str] | None = None) -> Assistant:
        nonlocal count
        count += 1
        files = {"data/flows.yml": flows, "domain.yml": domain, **(more or {})}
        return load(tmp_path / str(count), files, profile=profile)

    return make
