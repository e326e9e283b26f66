"""Checks 26 and 27: everything by keyboard alone, and the outline as a second view of the same document."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.studio.authoring_web.conftest import OpenPage, Studio, node, saved, settled, shoot

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]

MOST_TABS = 40


def tab_to(page: Page, test_id: str) -> None:
    """Go on by Tab until the focus is where it should be."""
    for _ in range(MOST_TABS):
        if page.evaluate("() => document.activeElement?.dataset.testid") == test_id:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{test_id} is not reached by Tab")


def test_a_flow_is_created_and_connected_by_keyboard_alone(studio: Studio, open_page: OpenPage) -> None:
    page = open_page("/flows").page
    page.get_by_test_id("flow-table").first.wait_for()
    tab_to(page, "new-flow")
    page.keyboard.press("Enter")
    page.keyboard.type("Order a taxi")
    tab_to(page, "new-flow-description")
    page.keyboard.type("The caller wants a taxi home.")
    tab_to(page, "save-flow")
    page.keyboard.press("Enter")
    tab_to(page, "first-step")
    page.keyboard.press("Enter")
    for kind, target in (("question", "taxi time"), ("say", "The taxi comes."), ("say", "Anything else?")):
        page.get_by_test_id("add-menu").wait_for()
        page.keyboard.type(kind)
        page.keyboard.press("Enter")
        page.keyboard.type(target)
        page.keyboard.press("Enter")
        saved(page)
        page.get_by_test_id("add-menu").wait_for(state="detached")
        if target != "Anything else?":
            page.keyboard.press("a")
    expect(page.locator(".step-node")).to_have_count(3)
    steps = [step["id"] for step in studio.flow("order_a_taxi")["steps"]]
    assert studio.targets(steps[0], "order_a_taxi") == [steps[1]]
    # "Connect to…": the question leads to the last step instead.
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_test_id("inspector-step")).to_have_attribute("data-key", steps[0])
    page.keyboard.press("c")
    dialog = page.get_by_test_id("connect-dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("combobox").last.focus()
    page.keyboard.type("anything")
    shoot(page, "check-26-connect")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    saved(page)
    assert studio.targets(steps[0], "order_a_taxi") == [steps[2]]
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement?.closest('[data-inspector]') !== null")


def test_arrows_walk_along_the_flow_and_say_where_one_is(canvas: Page) -> None:
    node(canvas, "ask_day").click()
    canvas.keyboard.press("ArrowDown")
    settled(canvas)
    expect(canvas.get_by_test_id("inspector-step")).to_have_attribute("data-key", "find_times")
    expect(canvas.get_by_test_id("announcer")).to_contain_text("find times. Runs action_find_times")
    canvas.keyboard.press("ArrowUp")
    expect(canvas.get_by_test_id("inspector-step")).to_have_attribute("data-key", "ask_day")


def test_the_outline_edits_the_same_document(studio: Studio, canvas: Page) -> None:
    canvas.get_by_test_id("toggle-outline").click()
    canvas.get_by_test_id("outline-ask_day").click()
    expect(canvas.get_by_test_id("inspector-step")).to_have_attribute("data-key", "ask_day")
    canvas.keyboard.press("ArrowDown")
    expect(canvas.get_by_test_id("outline-find_times")).to_be_focused()
    canvas.keyboard.press("ArrowUp")
    canvas.keyboard.press("a")
    canvas.keyboard.type("say")
    canvas.keyboard.press("Enter")
    canvas.keyboard.type("One moment please.")
    canvas.keyboard.press("Enter")
    saved(canvas)
    added = studio.targets("ask_day")[0]
    expect(canvas.get_by_test_id(f"outline-{added}")).to_be_visible()
    expect(node(canvas, str(added))).to_be_visible()
    shoot(canvas, "check-27-outline")
    canvas.get_by_test_id(f"outline-{added}").focus()
    canvas.keyboard.press("Delete")
    saved(canvas)
    assert studio.targets("ask_day") == ["find_times"]
