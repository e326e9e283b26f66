"""The phone company under each profile, loaded once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from flows.model import Assistant
from tests.conformance.assistant import Result, Talk, load, slot
from tests.conformance.dialogue.phone_company import DOMAIN, FLOWS

IDENTIFY: Mapping[str, Result] = {"action_identify": [slot("is_customer", True)]}
Company = Callable[..., Talk]


@pytest.fixture(scope="session")
def companies(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Assistant]:
    files = {"data/flows.yml": FLOWS, "domain.yml": DOMAIN}
    return {p: load(tmp_path_factory.mktemp("company"), files, profile=p) for p in ("3.13", "3.14", "3.16")}


@pytest.fixture
def company(companies: Mapping[str, Assistant]) -> Company:
    """Return a function that begins a talk with the phone company, and has it hear some turns."""

    def begin(*turns: str, profile: str = "3.16", actions: Mapping[str, Result] | None = None) -> Talk:
        talk = Talk(companies[profile], {**IDENTIFY, **(actions or {})})
        talk.start()
        for turn in turns:
            talk.hear(turn)
        return talk

    return begin
