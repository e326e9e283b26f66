"""What a newcomer does in the studio, gesture by gesture: only what mouse and keyboard can do on the page."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.studio.authoring_web.conftest import ARTIFACTS, centre_of, drag, node, pane_point, saved, settled

STATIONS = ARTIFACTS / "newcomer"
ANSWER_MS = 60_000


def station(page: Page, name: str) -> None:
    """Keep a picture of where the newcomer stands."""
    STATIONS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=STATIONS / f"{name}.png")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody in front of the studio who has never seen it."""

    page: Page

    def creates_an_assistant(self, name: str) -> None:
        page = self.page
        page.get_by_test_id("new-project").first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_test_id("project-name").fill(name)
        if dialog.get_by_test_id("template-empty").count() > 0:
            dialog.get_by_test_id("template-empty").click()
        dialog.locator("button[type=submit]").click()
        page.wait_for_url(re.compile(r"/studio/[^/]+/flows$"), timeout=ANSWER_MS)

    def creates_a_flow(self, name: str, description: str) -> None:
        page = self.page
        page.get_by_test_id("nav-flows").click()
        page.get_by_test_id("new-flow").first.click()
        page.get_by_test_id("new-flow-name").fill(name)
        page.get_by_test_id("new-flow-description").fill(description)
        page.get_by_test_id("save-flow").click()
        page.get_by_test_id("node-START").wait_for(timeout=ANSWER_MS)
        settled(page)

    def begins_with(self, kind: str, name: str) -> None:
        """The first step of a flow, by the button on the empty canvas."""
        self.page.get_by_test_id("first-step").click()
        self._chooses(kind, name)

    def draws_a_branch(self, source: str, kind: str, name: str) -> None:
        """Draw a line from a step to an empty place, and choose what stands there."""
        drag(self.page, centre_of(self.page.get_by_test_id(f"branch-port-{source}")), pane_point(self.page))
        self._chooses(kind, name)

    def selects(self, key: str) -> None:
        """Click a step, with the whole flow in view."""
        self.page.get_by_test_id("tool-fit").click()
        settled(self.page)
        node(self.page, key).click()
        expect(self.page.get_by_test_id("inspector-step")).to_have_attribute("data-key", key)

    def opens_flow(self, name: str) -> None:
        self.page.get_by_test_id("nav-flows").click()
        self.page.get_by_role("link", name=name).first.click()
        flow = self.page.locator(f"[data-testid=canvas][data-flow={name.lower().replace(' ', '_')}]")
        flow.locator(".react-flow__node").first.wait_for()  # not a node of the flow that was open before
        settled(self.page)

    def adds_by_keyboard(self, kind: str, name: str) -> None:
        """A step behind the one that is selected, by the key A."""
        self.page.locator(".react-flow").first.focus()
        self.page.keyboard.press("a")
        self._chooses(kind, name)

    def _chooses(self, kind: str, name: str) -> None:
        page = self.page
        menu = page.get_by_test_id("add-menu")
        menu.get_by_test_id(f"add-{kind}").click()
        if name:
            page.keyboard.type(name)
            menu.get_by_test_id("add-create").click()
        expect(menu).to_have_count(0)
        saved(page)
        settled(page)

    def writes(self, field: str, text: str) -> None:
        """Replace the text of a field of the form."""
        self.page.get_by_test_id(field).fill(text)
        self.page.keyboard.press("Tab")
        saved(self.page)

    def opens_content(self, section: str, entry: str) -> None:
        page = self.page
        page.get_by_test_id("nav-content").click()
        page.get_by_test_id(f"section-{section}").click()
        page.get_by_test_id(f"entry-{entry}").click()
        page.get_by_test_id("entry-form").wait_for()

    def types(self, text: str) -> None:
        """Say something in the chat, once the assistant listens."""
        self.page.get_by_test_id("try-say").fill(text)
        self.page.keyboard.press("Enter")
