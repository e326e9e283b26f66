"""The small bank, loaded once: an assistant never changes."""

from __future__ import annotations

import pytest

from flows.model import Assistant
from tests.support.small_bank import small_bank


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return small_bank(tmp_path_factory.mktemp("bank"))
