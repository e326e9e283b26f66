"""The assistant of the readings that are written by hand."""

from __future__ import annotations

import pytest

from flows.model import Assistant
from tests.dialogue.understanding.reader.scripted import FILES
from tests.support.assistant_files import load_files


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return load_files(tmp_path_factory.mktemp("assistant"), FILES)
