"""The small bank of the spoken turns, and situations in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dialogue.understanding.situation import Situation
from flows.model import Assistant
from tests.dialogue.understanding.spoken_turns import HERE, Case, load_small_assistant, situation_of


@pytest.fixture(scope="session")
def bank() -> Assistant:
    return load_small_assistant(HERE / "assistants" / "bank.yml")


@pytest.fixture
def at(bank: Assistant) -> Callable[..., Situation]:
    """Make a situation: `at("recipient")`, `at("transfer_confirmed", amount=50)`, `at(None)`."""

    def make(asked: str | None, flow: str = "transfer_money", **given: Any) -> Situation:
        return situation_of(Case("bank", "", (), asked, flow if asked else None, given), bank)

    return make
