"""Checks 26 and 27: everything by keyboard alone, and the outline as a second view of the same document."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.studio.authoring_web.conftest import OpenPage, Studio, node, saved, settled, shoot

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]

MOST_TABS = 60


def tab_to(page: Page, test_id: str) -> None:
    """Go on by Tab until the focus is where it should be."""
    page.get_by_test_id(test_id).first.wait_for()
    for _ in range(MOST_TABS):
        if page.evaluate("() => document.activeElement?.dataset.testid") == test_id:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{test_id} is not reached by Tab")


def choose_kind(page: Page, typed: str, kind: str) -> None:
    """Answer the first question of the menu that adds a step."""
    menu = page.get_by_test_id("add-menu")
    expect(menu.get_by_role("combobox")).to_be_focused()
    page.keyboard.type(typed)
    expect(menu.get_by_test_id(f"add-{kind}")).to_have_attribute("data-selected", "true")
    page.keyboard.press("Enter")
    expect(menu.get_by_test_id(f"add-{kind}")).to_have_count(0)


def choose_target(page: Page, typed: str) -> None:
    """Answer the second question with a name that is new."""
    menu = page.get_by_test_id("add-menu")
    expect(menu.get_by_role("combobox")).to_be_focused()
    page.keyboard.type(typed)
    expect(menu.get_by_test_id("add-create")).to_have_attribute("data-selected", "true")
    page.keyboard.press("Enter")
    expect(menu).to_have_count(0)
    saved(page)


def test_a_flow_is_created_connected_and_published_by_keyboard_alone(studio: Studio, open_page: OpenPage) -> None:
    page = open_page("/flows").page
    page.get_by_test_id("flow-table").first.wait_for()
    tab_to(page, "new-flow")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("new-flow-name")).to_be_focused()
    page.keyboard.type("Order a taxi")
    tab_to(page, "new-flow-description")
    page.keyboard.type("The caller wants a taxi home.")
    tab_to(page, "save-flow")
    page.keyboard.press("Enter")
    # The dialog is gone and so is the list: the keyboard is where the work begins.
    expect(page.get_by_test_id("first-step")).to_be_focused()
    page.keyboard.press("Enter")
    steps = [("question", "collect", "taxi time"), ("say", "say", "The taxi comes."), ("say", "say", "Anything else?")]
    for number, (typed, kind, target) in enumerate(steps):
        if number > 0:
            page.keyboard.press("a")
        choose_kind(page, typed, kind)
        choose_target(page, target)
        expect(page.locator(".react-flow")).to_be_focused()
    expect(page.locator(".step-node")).to_have_count(3)
    keys = [step["id"] for step in studio.flow("order_a_taxi")["steps"]]
    assert studio.targets(keys[0], "order_a_taxi") == [keys[1]]
    connect_the_first_to_the_last(page, keys)
    assert studio.targets(keys[0], "order_a_taxi") == [keys[2]]
    publish(page)


def connect_the_first_to_the_last(page: Page, keys: list[str]) -> None:
    page.keyboard.press("ArrowUp")
    expect(page.get_by_test_id("inspector-step")).to_have_attribute("data-key", keys[1])
    page.keyboard.press("ArrowUp")
    expect(page.get_by_test_id("inspector-step")).to_have_attribute("data-key", keys[0])
    page.keyboard.press("c")
    dialog = page.get_by_test_id("connect-dialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("combobox").first).to_be_focused()  # which of its ways
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("combobox").last).to_be_focused()
    page.keyboard.type("anything")
    expect(dialog.locator("[cmdk-item][data-selected=true]")).to_contain_text("Anything else?")
    shoot(page, "check-26-connect")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    saved(page)
    expect(page.locator(".react-flow")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-inspector] :focus")).to_have_count(1)


def publish(page: Page) -> None:
    tab_to(page, "nav-versions")
    page.keyboard.press("Enter")
    tab_to(page, "publish-staging")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("publish-message")).to_be_focused()
    page.keyboard.type("Taxis can be ordered")
    tab_to(page, "publish-now")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("environment-staging")).to_contain_text("Taxis can be ordered")
    expect(page.get_by_test_id("publish-dialog")).to_have_count(0)
    expect(page.get_by_test_id("publish-staging")).to_be_focused()
    shoot(page, "check-26-published")


def test_what_is_typed_at_once_goes_into_the_second_question(canvas: Page) -> None:
    node(canvas, "ask_day").click()
    canvas.keyboard.press("a")
    menu = canvas.get_by_test_id("add-menu")
    expect(menu.get_by_role("combobox")).to_be_focused()
    canvas.keyboard.type("question")
    expect(menu.get_by_test_id("add-collect")).to_have_attribute("data-selected", "true")
    canvas.keyboard.type("\nfavourite colour")  # without a pause behind Enter
    expect(menu.get_by_role("combobox")).to_have_value("favourite colour")
    expect(menu.get_by_test_id("add-create")).to_contain_text("favourite colour")


def test_a_dialog_gives_the_keyboard_back(open_page: OpenPage) -> None:
    page = open_page("/flows").page
    tab_to(page, "new-flow")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("new-flow-name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("new-flow")).to_be_focused()
    # Opened from a menu, which is gone by then: back to the button that opened the menu.
    tab_to(page, "flow-menu-book_appointment")
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name="Rename").wait_for()
    expect(page.get_by_role("menuitem", name="Rename")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("new-flow-name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("flow-menu-book_appointment")).to_be_focused()


def test_keys_do_nothing_to_a_built_in_flow(studio: Studio, open_page: OpenPage) -> None:
    pattern = next(flow["id"] for flow in studio.get("/outline")["flows"] if flow["is_default"] and flow["n_steps"] > 1)
    page = open_page(f"/flows/{pattern}").page
    page.locator(".step-node").first.wait_for()
    page.get_by_test_id("toggle-outline").click()
    row = page.get_by_test_id("outline").get_by_role("treeitem").first
    row.click()
    expect(row).to_be_focused()
    before = studio.flow(pattern)
    for key in ("F2", "c", "a", "t", "Delete"):
        page.keyboard.press(key)
    expect(page.get_by_test_id("connect-dialog")).to_have_count(0)
    expect(page.get_by_test_id("rename-box")).to_have_count(0)
    expect(page.get_by_test_id("add-menu")).to_have_count(0)
    expect(page.get_by_test_id("announcer")).not_to_contain_text("deleted")
    expect(page.get_by_test_id("announcer")).not_to_contain_text("Tidied")
    assert studio.flow(pattern) == before


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
    expect(canvas.get_by_test_id("outline-ask_day")).to_be_focused()
    canvas.keyboard.press("a")
    choose_kind(canvas, "say", "say")
    choose_target(canvas, "One moment please.")
    added = studio.targets("ask_day")[0]
    expect(canvas.get_by_test_id(f"outline-{added}")).to_be_visible()
    expect(node(canvas, str(added))).to_be_visible()
    shoot(canvas, "check-27-outline")
    canvas.get_by_test_id(f"outline-{added}").focus()
    canvas.keyboard.press("Delete")
    saved(canvas)
    assert studio.targets("ask_day") == ["find_times"]
