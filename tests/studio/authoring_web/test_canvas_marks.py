"""What lies on the canvas beside the steps: comments, what tests cover, and the menu of the right mouse button."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.studio.authoring_web.conftest import (
    FLOW,
    OpenPage,
    Studio,
    centre_of,
    node,
    pane_point,
    saved,
    settled,
    shoot,
)

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]
RUN_MS = 120_000
"""The tests of the example, in a process of its own below everything else; on a slow machine."""


def say(studio: Studio, text: str, step: str | None, thread: str | None = None) -> str:
    """Let somebody else comment."""
    made = studio.post("/comments", {"flow": FLOW, "step": step, "text": text, "thread": thread})
    return str(made["id"])


def mark(page: Page, key: str) -> Locator:
    return page.get_by_test_id(f"comments-{key}")


def test_a_comment_is_written_answered_settled_and_deleted(canvas: Page, studio: Studio) -> None:
    node(canvas, "ask_day").click()
    expect(canvas.get_by_test_id("inspector-step")).to_have_attribute("data-key", "ask_day")
    canvas.keyboard.press("m")
    expect(canvas.get_by_test_id("comment-text")).to_be_focused()
    canvas.keyboard.type("Does this take Sundays?")
    canvas.keyboard.press("Control+Enter")
    expect(mark(canvas, "ask_day")).to_have_text("1")
    expect(canvas.get_by_test_id("comment-text")).to_have_value("")
    (comment,) = studio.get("/comments")
    thread = canvas.get_by_test_id(f"thread-{comment['id']}")
    thread.get_by_test_id("comment-answer").click()
    expect(thread.get_by_test_id("answer-text")).to_be_focused()
    canvas.keyboard.type("No, the practice is closed.")
    canvas.keyboard.press("Control+Enter")
    expect(thread).to_contain_text("No, the practice is closed.")
    shoot(canvas, "comments")
    thread.get_by_test_id("comment-settle").click()
    expect(mark(canvas, "ask_day")).to_have_count(0)
    canvas.get_by_text("Settled (1)").click()
    thread.get_by_test_id("comment-settle").click()
    expect(mark(canvas, "ask_day")).to_have_text("1")
    thread.get_by_test_id("comment-delete").click()
    thread.get_by_test_id("comment-delete-all").click()
    expect(thread).to_have_count(0)
    expect(mark(canvas, "ask_day")).to_have_count(0)
    assert studio.get("/comments") == []


def test_comments_of_others_come_live_and_stay_with_their_step(canvas: Page, studio: Studio) -> None:
    say(studio, "Ask for the month too.", "ask_day")
    expect(mark(canvas, "ask_day")).to_have_text("1")
    canvas.get_by_test_id("toggle-outline").click()
    expect(canvas.get_by_test_id("outline-ask_day")).to_contain_text("1 open comment")
    studio.edit({"op": "rename_step", "flow": FLOW, "key": "ask_day", "id": "ask_the_day"})
    expect(mark(canvas, "ask_the_day")).to_have_text("1")
    mark(canvas, "ask_the_day").click()
    expect(canvas.get_by_test_id("inspector-step")).to_have_attribute("data-key", "ask_the_day")
    expect(canvas.get_by_test_id("comment-text")).to_be_focused()
    expect(canvas.get_by_test_id("comments")).to_contain_text("Ask for the month too.")
    studio.edit({"op": "delete_step", "flow": FLOW, "key": "ask_the_day"})
    expect(node(canvas, "ask_the_day")).to_have_count(0)
    expect(canvas.get_by_test_id("flow-comments")).to_have_text("1")
    canvas.get_by_test_id("flow-comments").click()
    expect(canvas.get_by_test_id("comments")).to_contain_text("ask_the_day")
    expect(canvas.get_by_test_id("comments")).to_contain_text("Ask for the month too.")


def test_what_is_written_is_kept_while_something_else_is_selected(canvas: Page) -> None:
    node(canvas, "ask_day").click()
    canvas.get_by_test_id("comment-text").fill("Half a thought")
    node(canvas, "find_times").click()
    expect(canvas.get_by_test_id("comment-text")).to_have_value("")
    node(canvas, "ask_day").click()
    expect(canvas.get_by_test_id("comment-text")).to_have_value("Half a thought")


def test_the_menu_of_a_step_does_what_the_keys_do(canvas: Page, studio: Studio) -> None:
    node(canvas, "find_times").click(button="right")
    menu = canvas.get_by_test_id("canvas-menu")
    expect(menu.get_by_role("menuitem", name="Duplicate")).to_contain_text("Ctrl+D")
    expect(canvas.get_by_test_id("inspector-step")).to_have_attribute("data-key", "find_times")
    shoot(canvas, "menu-step")
    menu.get_by_role("menuitem", name="Rename").click()
    expect(canvas.get_by_test_id("rename-box")).to_be_focused()
    canvas.get_by_test_id("rename-box").fill("look_up_times")
    canvas.keyboard.press("Enter")
    expect(node(canvas, "look_up_times")).to_be_visible()
    saved(canvas)
    assert "look_up_times" in studio.step_ids()


def test_copy_and_paste_by_the_menu(canvas: Page, studio: Studio) -> None:
    before = studio.step_ids()
    node(canvas, "find_times").click(button="right")
    canvas.get_by_role("menuitem", name="Copy").click()
    expect(canvas.get_by_test_id("announcer")).to_contain_text("1 step copied")
    canvas.mouse.click(*pane_point(canvas), button="right")
    expect(canvas.get_by_test_id("canvas-menu").get_by_role("menuitem", name="Select all")).to_be_visible()
    shoot(canvas, "menu-canvas")
    canvas.keyboard.press("Escape")
    expect(canvas.get_by_test_id("canvas-menu")).to_have_count(0)
    node(canvas, "find_times").click(button="right")
    canvas.get_by_role("menuitem", name="Paste").click()
    expect(node(canvas, "find_times_2")).to_be_visible()
    saved(canvas)
    assert studio.step_ids() == {*before, "find_times_2"}


def test_the_menu_opens_by_keyboard_and_gives_the_keyboard_back(canvas: Page) -> None:
    node(canvas, "ask_day").click()
    expect(canvas.get_by_test_id("inspector-step")).to_have_attribute("data-key", "ask_day")
    canvas.locator(".react-flow").focus()
    canvas.keyboard.press("Shift+F10")
    menu = canvas.get_by_test_id("canvas-menu")
    expect(menu).to_be_visible()
    expect(menu.get_by_role("menuitem").first).to_be_focused()
    canvas.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(canvas.locator(".react-flow")).to_be_focused()
    canvas.keyboard.press("ContextMenu")
    expect(menu.get_by_role("menuitem").first).to_be_focused()
    canvas.keyboard.type("com")  # menus jump to what is typed
    expect(menu.get_by_role("menuitem", name="Comment")).to_be_focused()
    canvas.keyboard.press("Enter")
    expect(canvas.get_by_test_id("comment-text")).to_be_focused()


def test_the_menu_of_a_line_inserts_and_removes(canvas: Page, studio: Studio) -> None:
    line = canvas.get_by_test_id("insert-ask_day|next|0")
    canvas.mouse.click(*centre_of(line), button="right")
    canvas.get_by_test_id("canvas-menu").get_by_role("menuitem", name="Insert a step here").click()
    expect(canvas.get_by_test_id("add-menu").get_by_role("combobox")).to_be_focused()
    canvas.keyboard.press("Escape")
    expect(canvas.get_by_test_id("add-menu")).to_have_count(0)
    canvas.mouse.click(*centre_of(line), button="right")
    canvas.get_by_test_id("canvas-menu").get_by_role("menuitem", name="Remove connection").click()
    expect(canvas.get_by_test_id("canvas-menu")).to_have_count(0)
    saved(canvas)
    assert studio.targets("ask_day") != ["find_times"]


def test_what_the_tests_cover_is_run_and_drawn(canvas: Page, studio: Studio, open_page: OpenPage) -> None:
    canvas.get_by_test_id("tool-coverage").click()
    panel = canvas.get_by_test_id("coverage")
    expect(panel.get_by_test_id("coverage-none")).to_be_visible()
    shoot(canvas, "coverage-none")
    panel.get_by_test_id("run-tests").click()
    expect(panel.get_by_test_id("coverage-steps")).to_be_visible(timeout=RUN_MS)
    expect(panel).to_have_attribute("data-current", "true")
    told = studio.get("/coverage")["flows"][FLOW]
    expect(canvas.get_by_test_id("runs-ask_day")).to_have_attribute("data-runs", str(told["steps"]["ask_day"]))
    expect(canvas.get_by_test_id("ways-ask_day|next|0")).to_be_visible()
    settled(canvas)
    shoot(canvas, "coverage")
    # A new step has no tests, and the results are older than the flow now.
    at = {"from": "ask_day", "kind": "next", "index": 0}
    step = {"type": "action", "id": "say_wait", "fields": {"action": "utter_no_times"}}
    studio.edit({"op": "add_step", "flow": FLOW, "at": at, "step": step})
    expect(canvas.get_by_test_id("runs-say_wait")).to_have_attribute("data-runs", "0")
    expect(panel.get_by_test_id("coverage-old")).to_be_visible()
    flows = open_page("/flows").page
    row = flows.get_by_test_id(f"tests-{FLOW}")
    expect(row).to_contain_text(f"{told['cases']} tests")
    expect(row).to_contain_text("changed since")
    flows.get_by_role("button", name="Without tests").click()
    expect(flows.get_by_test_id(f"flow-{FLOW}")).to_have_count(0)


def test_a_run_of_the_tests_can_be_stopped(canvas: Page) -> None:
    canvas.get_by_test_id("tool-coverage").click()
    canvas.get_by_test_id("run-tests").click()
    canvas.get_by_test_id("stop-tests").click()
    expect(canvas.get_by_test_id("tests-running")).to_have_count(0)
    expect(canvas.get_by_test_id("run-tests")).to_be_enabled()
