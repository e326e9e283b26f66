"""Conversations and versions: each ends on the version it began with, and a branch can be called by itself."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.studio.authoring_web.conftest import Studio, shoot
from tests.studio.authoring_web.test_try import BOOK, chat, opened, say
from tests.studio.authoring_web.test_try import trying as trying

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]
ASKED = "utter_ask_appointment_day"
ON_TO_THE_DAY = "set slot appointment_type checkup"


def asking(studio: Studio, text: str) -> None:
    studio.edit({"op": "put", "section": "responses", "name": ASKED, "value": [{"text": text}]})


def publish(studio: Studio, message: str) -> Any:
    return studio.post("/publish", {"environment": "production", "message": message})


def call(page: Page, target: str) -> None:
    """Begin a chat with what is chosen, and come to the question."""
    if page.get_by_test_id("try-hang-up").is_visible():
        page.get_by_test_id("try-hang-up").click()
        expect(page.get_by_test_id("try-state")).to_have_attribute("data-phase", "ended")
    page.get_by_test_id("try-panel").get_by_label("What is called").select_option(label=target)
    chat(page, BOOK)


def test_a_conversation_ends_on_the_version_it_began_with(trying: Studio) -> None:
    asking(trying, "The first words: which day?")
    publish(trying, "One")
    with opened(trying) as page:
        call(page, "Production")
        asking(trying, "The second words: which day?")
        publish(trying, "Two")
        say(page, ON_TO_THE_DAY)
        expect(page.get_by_test_id("try-transcript")).to_contain_text("The first words")
        shoot(page, "versions-held")

        call(page, "Production")
        trying.post("/rollback", {"environment": "production"})
        say(page, ON_TO_THE_DAY)
        expect(page.get_by_test_id("try-transcript")).to_contain_text("The second words")

        call(page, "Production")
        say(page, ON_TO_THE_DAY)
        expect(page.get_by_test_id("try-transcript")).to_contain_text("The first words")


def test_a_branch_is_called_by_itself(trying: Studio) -> None:
    trying.post("/commit", {"message": "Begin", "is_allowed": True})
    trying.post("/branches", {"name": "idea"})
    trying.post("/branches/switch", {"name": "idea"})
    asking(trying, "The idea's words: which day?")
    trying.post("/commit", {"message": "On the idea", "is_allowed": True})
    trying.post("/branches/switch", {"name": "main"})
    with opened(trying) as page:
        call(page, "Branch idea")
        say(page, ON_TO_THE_DAY)
        expect(page.get_by_test_id("try-transcript")).to_contain_text("The idea's words")
        call(page, "Draft")
        say(page, ON_TO_THE_DAY)
        expect(page.get_by_test_id("try-transcript")).to_contain_text("day")
        expect(page.get_by_test_id("try-transcript")).not_to_contain_text("The idea's words")
        shoot(page, "versions-branch-call")
