"""A flow file that cannot be read: its flows stay, marked and unchangeable; one click leads to the line to mend."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.studio.authoring_web.conftest import FLOW, OpenPage, Studio, node, saved, shoot

pytestmark = pytest.mark.browser
LISTEN = "What to listen for"
MISTAKE = ": oh"
EDITOR = "[data-testid=yaml-editor] .cm-content"


def flows_file(folder: Path) -> Path:
    return next(path for path in sorted((folder / "data").rglob("*.yml")) if f"  {FLOW}:\n" in path.read_text())


def break_by_hand(path: Path) -> int:
    """Write a second value behind a step's id; return the line, which cannot be read then."""
    before = path.read_text()
    path.write_text(before.replace("- id: ask_day\n", f"- id: ask_day{MISTAKE}\n", 1))
    return before[: before.index("- id: ask_day\n")].count("\n") + 1


def test_flows_stay_until_the_text_is_mended(studio: Studio, open_page: OpenPage) -> None:
    one = open_page(viewport={"width": 1440, "height": 900}).page
    other = open_page(color_scheme="dark").page
    for page in (one, other):
        node(page, "ask_day").wait_for()
    path = flows_file(studio.folder)
    line = break_by_hand(path)
    for page in (one, other):
        expect(page.get_by_test_id("unreadable")).to_contain_text(f"line {line}")
        expect(node(page, "ask_day")).to_be_visible()
    shoot(other, "broken-file-dark")
    node(one, "ask_day").click()
    expect(one.get_by_test_id("inspector-step")).to_have_attribute("data-key", "ask_day")
    expect(one.get_by_test_id("inspector")).to_contain_text("Shown as it last was")
    expect(one.get_by_label(LISTEN, exact=True)).to_be_disabled()
    broken = path.read_text()
    node(one, "ask_day").press("Delete")
    # A page that comes now finds the flow as well, and the list tells.
    other.reload()
    expect(node(other, "ask_day")).to_be_visible()
    other.get_by_test_id("nav-flows").click()
    expect(other.get_by_test_id(f"flow-{FLOW}")).to_contain_text("cannot be read")
    shoot(other, "broken-file-list-dark")
    assert path.read_text() == broken
    one.get_by_test_id("to-broken-line").click()
    text = one.locator(f"{EDITOR} .cm-line", has_text=f"- id: ask_day{MISTAKE}")
    expect(text).to_be_in_viewport()
    shoot(one, "broken-file")
    one.evaluate("text => navigator.clipboard.writeText(text)", broken.replace(MISTAKE, "", 1))
    one.locator(EDITOR).press("Control+a")
    one.locator(EDITOR).press("Control+v")
    expect(one.get_by_test_id("unreadable")).to_have_count(0)
    saved(one)
    expect(other.get_by_test_id(f"flow-{FLOW}")).not_to_contain_text("cannot be read")
    assert MISTAKE not in path.read_text()
    goes_on(one, studio)


def goes_on(page: Page, studio: Studio) -> None:
    """What was refused can be done again."""
    node(page, "ask_reason").click()
    expect(page.get_by_test_id("inspector-step")).to_have_attribute("data-key", "ask_reason")
    expect(page.get_by_label(LISTEN, exact=True)).to_be_enabled()
    node(page, "ask_reason").press("Delete")
    expect(node(page, "ask_reason")).to_have_count(0)
    saved(page)
    assert "ask_reason" not in studio.step_ids()
