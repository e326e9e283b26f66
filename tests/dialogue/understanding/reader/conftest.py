"""The assistant of the readings that are written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.loader import load_assistant
from flows.model import Assistant
from tests.dialogue.understanding.reader.scripted import FILES


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder: Path = tmp_path_factory.mktemp("assistant")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return load_assistant(folder)
