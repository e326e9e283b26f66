"""Checks 3 to 10: dragging, undo, shortcuts, the clipboard, connecting, inserting and tidying."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.studio.authoring_web.conftest import (
    FLOW,
    OpenPage,
    Studio,
    big_flow,
    box_of,
    centre_of,
    drag,
    node,
    pane_point,
    saved,
    settled,
    shoot,
    zoom_of,
)
from tests.studio.authoring_web.test_canvas_view import used_ms

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]

OTHER = "cancel_appointment"
N_LARGE = 400
MOST_TIDY_MS = 300


def positions(studio: Studio, flow: str = FLOW) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = studio.flow(flow)["positions"]
    return found


def zoomed_in(page: Page, key: str) -> None:
    """Bring a step to the middle at full size."""
    page.keyboard.press("Control+k")
    page.get_by_test_id("search-input").fill(key)
    page.get_by_test_id("search").get_by_role("option").filter(has_text=key).first.click()
    settled(page)


def test_dragging_snaps_to_the_grid_and_shows_guides(studio: Studio, canvas: Page) -> None:
    start = centre_of(node(canvas, "ask_reason"))
    drag(canvas, start, (start[0] - 33, start[1] + 57))
    saved(canvas)
    moved = positions(studio)["ask_reason"]
    guided = {point[axis] for key, point in positions(studio).items() if key != "ask_reason" for axis in ("x", "y")}
    assert all(moved[axis] % 10 == 0 or moved[axis] in guided for axis in ("x", "y"))
    # In line with the step below it: a guide shows, and the step stands exactly there.
    target = box_of(node(canvas, "ask_day"))
    now = box_of(node(canvas, "ask_reason"))
    at = centre_of(node(canvas, "ask_reason"))
    canvas.mouse.move(*at)
    canvas.mouse.down()
    canvas.mouse.move(at[0] + 2, at[1] + 2)
    canvas.mouse.move(at[0] + target["x"] - now["x"] + 2, at[1] + 5, steps=10)
    expect(canvas.get_by_test_id("guide-vertical")).to_be_visible()
    shoot(canvas, "check-03-guides")
    canvas.mouse.up()
    expect(canvas.get_by_test_id("guide-vertical")).to_have_count(0)
    saved(canvas)
    assert positions(studio)["ask_reason"]["x"] == positions(studio)["ask_day"]["x"]


def test_alt_switches_grid_and_guides_off(studio: Studio, canvas: Page) -> None:
    start = centre_of(node(canvas, "ask_reason"))
    canvas.keyboard.down("Alt")
    drag(canvas, start, (start[0] - 37, start[1] + 23))
    canvas.keyboard.up("Alt")
    saved(canvas)
    moved = positions(studio)["ask_reason"]
    assert moved["x"] % 10 != 0 or moved["y"] % 10 != 0
    assert canvas.get_by_test_id("guide-vertical").count() == 0


def test_a_gesture_is_one_entry_and_undo_restores_the_selection(studio: Studio, canvas: Page) -> None:
    before = studio.flow()
    text = (studio.folder / before["file"]).read_bytes()
    node(canvas, "ask_day").click()
    canvas.keyboard.press("Delete")
    expect(node(canvas, "ask_day")).to_have_count(0)
    saved(canvas)
    node(canvas, "find_times").click()
    start = centre_of(node(canvas, "find_times"))
    drag(canvas, start, (start[0] + 60, start[1] + 40))
    saved(canvas)
    canvas.keyboard.press("Control+z")
    canvas.keyboard.press("Control+z")
    expect(node(canvas, "ask_day")).to_be_visible()
    saved(canvas)
    expect(canvas.get_by_test_id("inspector-step")).to_have_attribute("data-key", "ask_day")
    assert (studio.folder / before["file"]).read_bytes() == text
    canvas.keyboard.press("Control+Shift+Z")
    expect(node(canvas, "ask_day")).to_have_count(0)
    canvas.keyboard.press("Control+z")
    expect(node(canvas, "ask_day")).to_be_visible()
    canvas.keyboard.press("Control+y")
    expect(node(canvas, "ask_day")).to_have_count(0)
    shoot(canvas, "check-04-undo")


def test_every_shortcut_works_and_none_while_typing(studio: Studio, canvas: Page) -> None:
    node(canvas, "ask_day").click()
    canvas.keyboard.press("F2")
    canvas.get_by_test_id("rename-box").fill("ask_which_day")
    canvas.keyboard.press("Enter")
    expect(node(canvas, "ask_which_day")).to_be_visible()
    saved(canvas)
    assert "ask_which_day" in studio.step_ids()
    canvas.keyboard.press("Control+d")
    expect(node(canvas, "ask_which_day_2")).to_be_visible()
    canvas.keyboard.press("Delete")
    expect(node(canvas, "ask_which_day_2")).to_have_count(0)
    canvas.keyboard.press("Control+a")
    expect(canvas.locator(".step-node.is-selected")).to_have_count(len(studio.flow()["steps"]))
    canvas.keyboard.press("Escape")
    expect(canvas.locator(".step-node.is-selected")).to_have_count(0)
    canvas.mouse.move(*pane_point(canvas))
    canvas.mouse.wheel(0, 900)
    settled(canvas)
    canvas.keyboard.press("1")
    expect(node(canvas, "START")).to_be_in_viewport()
    canvas.keyboard.press("?")
    expect(canvas.get_by_test_id("shortcut-sheet")).to_be_visible()
    shoot(canvas, "check-05-shortcuts")
    canvas.keyboard.press("Escape")
    canvas.keyboard.press("Control+s")
    expect(canvas.get_by_test_id("toast-success")).to_be_visible()
    canvas.keyboard.press("Control+k")
    expect(canvas.get_by_test_id("search")).to_be_visible()
    canvas.keyboard.press("Escape")
    # While typing, keys are letters.
    steps = studio.step_ids()
    canvas.get_by_test_id("flow-properties").click()
    name = canvas.get_by_test_id("flow-name")
    name.fill("")
    name.press_sequentially("a1?t c")
    canvas.keyboard.press("Delete")
    expect(name).to_have_value("a1?t c")
    expect(canvas.get_by_test_id("shortcut-sheet")).to_have_count(0)
    expect(canvas.get_by_test_id("add-menu")).to_have_count(0)
    assert studio.step_ids() == steps


def test_steps_are_pasted_into_another_flow_in_another_tab_with_fresh_ids(
    studio: Studio, canvas: Page, open_page: OpenPage
) -> None:
    node(canvas, "ask_day").click()
    canvas.keyboard.down("Shift")
    node(canvas, "find_times").click()
    canvas.keyboard.up("Shift")
    expect(canvas.locator(".step-node.is-selected")).to_have_count(2)
    canvas.keyboard.press("Control+c")
    copied = canvas.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith("- id: ask_day\n  collect: appointment_day\n")
    other = open_page(f"/flows/{OTHER}", context=canvas.context).page
    node(other, "find").click()
    other.keyboard.press("Control+v")
    expect(node(other, "ask_day")).to_be_visible()
    saved(other)
    assert {"ask_day", "find_times"} <= studio.step_ids(OTHER)
    shoot(other, "check-06-pasted")
    # In the flow it comes from, the same steps get other ids.
    canvas.bring_to_front()
    node(canvas, "ask_reason").click()
    canvas.keyboard.press("Control+v")
    expect(canvas.get_by_test_id("inspector")).to_contain_text("2 steps selected")
    saved(canvas)
    ids = [step["id"] for step in studio.flow()["steps"] if step["id"]]
    assert len(ids) == len(set(ids))
    assert len([name for name in ids if name.startswith(("ask_day", "find_times"))]) == 4
    canvas.keyboard.press("Control+x")
    saved(canvas)
    assert len([name for name in studio.step_ids() if name and name.startswith(("ask_day", "find_times"))]) == 2


def test_a_line_dropped_on_nothing_offers_a_step(studio: Studio, canvas: Page) -> None:
    zoomed_in(canvas, "ask_reason")
    port = node(canvas, "ask_reason").locator(".react-flow__handle.source").first
    drag(canvas, centre_of(port), pane_point(canvas))
    menu = canvas.get_by_test_id("add-menu")
    expect(menu).to_be_visible()
    shoot(canvas, "check-07-offer")
    canvas.get_by_test_id("add-say").click()
    canvas.keyboard.type("utter_no_times")
    canvas.keyboard.press("Enter")
    expect(node(canvas, "say_no_times")).to_be_visible()
    saved(canvas)
    assert studio.targets("ask_reason") == ["say_no_times"]


def test_a_plus_on_every_line_inserts_and_delete_heals(studio: Studio, canvas: Page) -> None:
    lines = canvas.locator(".react-flow__edge").count()
    assert canvas.locator(".edge-plus").count() == lines
    text = (studio.folder / studio.flow()["file"]).read_bytes()
    canvas.get_by_test_id("insert-ask_reason|next|0").click()
    canvas.keyboard.type("question")
    canvas.keyboard.press("Enter")
    canvas.keyboard.type("favourite colour")
    canvas.keyboard.press("Enter")
    expect(node(canvas, "ask_favourite_colour")).to_be_visible()
    saved(canvas)
    assert studio.targets("ask_reason") == ["ask_favourite_colour"]
    assert studio.targets("ask_favourite_colour") == ["ask_day"]
    assert any(slot["name"] == "favourite_colour" for slot in studio.get("/outline")["slots"])
    shoot(canvas, "check-08-inserted")
    node(canvas, "ask_favourite_colour").click()
    canvas.keyboard.press("Delete")
    expect(node(canvas, "ask_favourite_colour")).to_have_count(0)
    saved(canvas)
    assert studio.targets("ask_reason") == ["ask_day"]
    canvas.keyboard.press("Control+z")
    canvas.keyboard.press("Control+z")
    saved(canvas)
    assert (studio.folder / studio.flow()["file"]).read_bytes() == text


def test_tidying_keeps_the_order_of_branches_is_quick_and_can_be_undone(studio: Studio, open_page: OpenPage) -> None:
    studio.edit(
        {"op": "add_flow", "id": "large", "name": "large", "description": "Many steps.", "steps": big_flow(N_LARGE)}
    )
    studio.edit(
        {
            "op": "set_positions",
            "flow": "large",
            "positions": {f"ask_{n}": {"x": -90 * n, "y": 30 * n} for n in range(50)},
        }
    )
    page = open_page("/flows/large").page
    node(page, "START").wait_for()
    settled(page)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    click = "() => document.querySelector('[data-testid=tool-tidy]').click()"
    # Processor time, and the least of three: on a shared machine the clock tells of the neighbours.
    takes = [used_ms(page, devtools, click)[0]]
    saved(page)
    tidy = positions(studio, "large")
    for _ in range(2):
        page.keyboard.press("Control+z")
        saved(page)
        takes.append(used_ms(page, devtools, click)[0])
        saved(page)
    print(f"tidying {N_LARGE} steps: {', '.join(f'{took:.0f}' for took in takes)} ms of the page's work")
    for number in range(50):
        row = [tidy[f"{name}_{number}"] for name in ("yes", "odd", "no")]
        assert row == sorted(row, key=lambda point: point["x"])
    page.keyboard.press("Control+z")
    saved(page)
    assert positions(studio, "large")["ask_9"] == {"x": -810.0, "y": 270.0}
    assert min(takes) <= MOST_TIDY_MS


def test_steps_that_cannot_be_led_to_are_dim_and_say_why(canvas: Page) -> None:
    zoomed_in(canvas, "ask_reason")
    port = node(canvas, "ask_reason").locator(".react-flow__handle.source").first
    canvas.mouse.move(*centre_of(port))
    canvas.mouse.down()
    own = centre_of(node(canvas, "ask_reason"))
    canvas.mouse.move(own[0] + 5, own[1], steps=6)
    expect(node(canvas, "ask_reason")).to_have_attribute("data-refused", "true")
    expect(node(canvas, "ask_type")).to_have_attribute("data-refused", "false")
    expect(canvas.get_by_test_id("refusal")).to_have_text(re.compile(r"\w+"))
    shoot(canvas, "check-10-refused")
    canvas.mouse.up()
    expect(canvas.get_by_test_id("refusal")).to_have_count(0)


def test_a_line_is_led_to_another_step_by_mouse(studio: Studio, canvas: Page) -> None:
    port = node(canvas, "ask_reason").locator(".react-flow__handle.source").first
    drag(canvas, centre_of(port), centre_of(node(canvas, "ask_time")), steps=12)
    saved(canvas)
    expect(canvas.get_by_test_id("announcer")).to_contain_text("now leads to")
    assert studio.targets("ask_reason") == ["ask_time"]
    assert zoom_of(canvas) > 0
