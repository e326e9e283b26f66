"""Checks 1, 2, 12, 13 and 14: moving about on the canvas, large flows, and what is seen from far away."""

from __future__ import annotations

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.studio.authoring_web.conftest import (
    OpenPage,
    Studio,
    big_flow,
    box_of,
    centre_of,
    drag,
    node,
    pane_point,
    settled,
    shoot,
    zoom_of,
)

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]

N_LARGE = 400
MOST_WORK_MS = 12.0
"""Of the 16.7 ms of a frame at 60 a second. The page's own processor time is asserted, and the rate printed: on two
cores without a graphics card, shared with other work, the rate tells more of the neighbours than of the page."""
LEAST_LEGIBLE_PX = 9.5
MOST_DRIFT_PX = 2.0


def test_the_wheel_pans_and_ctrl_wheel_zooms_at_the_pointer(canvas: Page) -> None:
    before, zoom = box_of(node(canvas, "ask_day")), zoom_of(canvas)
    canvas.mouse.move(*pane_point(canvas))
    canvas.mouse.wheel(60, 90)
    settled(canvas)
    after = box_of(node(canvas, "ask_day"))
    assert after["y"] < before["y"] - 10
    assert after["x"] < before["x"] - 10
    assert zoom_of(canvas) == zoom
    pointer = centre_of(node(canvas, "ask_type"))
    canvas.mouse.move(*pointer)
    canvas.keyboard.down("Control")
    canvas.mouse.wheel(0, -240)
    canvas.keyboard.up("Control")
    settled(canvas)
    zoomed = centre_of(node(canvas, "ask_type"))
    assert zoom_of(canvas) > zoom * 1.1
    assert abs(zoomed[0] - pointer[0]) < MOST_DRIFT_PX
    assert abs(zoomed[1] - pointer[1]) < MOST_DRIFT_PX
    shoot(canvas, "check-01-zoomed")


def test_space_and_dragging_pans(canvas: Page) -> None:
    before, start = box_of(node(canvas, "ask_day")), pane_point(canvas)
    canvas.get_by_test_id("canvas").locator(".react-flow").first.focus()
    canvas.mouse.move(*start)
    canvas.keyboard.down("Space")
    drag(canvas, start, (start[0] + 70, start[1] - 40))
    canvas.keyboard.up("Space")
    settled(canvas)
    after = box_of(node(canvas, "ask_day"))
    assert abs(after["x"] - before["x"] - 70) < MOST_DRIFT_PX
    assert abs(after["y"] - before["y"] + 40) < MOST_DRIFT_PX
    assert canvas.locator(".react-flow__node.selected").count() == 0


def test_four_hundred_steps_pan_at_the_displays_rate(studio: Studio, open_page: OpenPage) -> None:
    studio.edit(
        {"op": "add_flow", "id": "large", "name": "large", "description": "Many steps.", "steps": big_flow(N_LARGE)}
    )
    page = open_page("/flows/large").page
    page.get_by_test_id("node-START").wait_for()
    settled(page)
    assert page.locator(".react-flow__node").count() < N_LARGE + 3
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = work_s(devtools)
    figures = page.evaluate(
        """() => new Promise((done) => {
            const pane = document.querySelector('.react-flow__pane');
            const box = pane.getBoundingClientRect();
            const [clientX, clientY] = [box.x + box.width / 2, box.y + box.height / 2];
            const at = { clientX, clientY, bubbles: true, cancelable: true };
            let frames = 0, start = 0, worst = 0, last = 0;
            const look = (now) => {
                if (start === 0) start = now; else { frames += 1; worst = Math.max(worst, now - last); }
                last = now;
                pane.dispatchEvent(new WheelEvent('wheel', { ...at, deltaY: frames < 60 ? 40 : -40 }));
                if (now - start < 2000) requestAnimationFrame(look);
                else done({ frames, rate: frames * 1000 / (now - start), worst });
            };
            requestAnimationFrame(look);
        })"""
    )
    work_ms = 1000 * (work_s(devtools) - before) / figures["frames"]
    shoot(page, "check-02-large")
    rate, worst = figures["rate"], figures["worst"]
    print(f"panning {N_LARGE} steps: {rate:.1f} frames/s, worst {worst:.0f} ms, own work {work_ms:.1f} ms a frame")
    assert work_ms <= MOST_WORK_MS


def work_s(devtools: CDPSession) -> float:
    """Processor time that the page's main thread has used, without what it waited."""
    told = devtools.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in told if metric["name"] == "TaskDuration"))


def test_search_centres_a_step_and_lets_it_pulse(canvas: Page) -> None:
    canvas.keyboard.press("Control+k")
    canvas.get_by_test_id("search-input").fill("appointment_reason")
    found = canvas.get_by_test_id("search").get_by_role("option").filter(has_text="book_appointment").first
    found.wait_for()
    found.click()
    expect(canvas.locator(".is-pulsing")).to_have_count(1)
    settled(canvas)
    shoot(canvas, "check-12-search")
    pane = box_of(canvas.get_by_test_id("canvas"))
    x, y = centre_of(canvas.locator(".is-selected").first)
    assert abs(x - pane["x"] - pane["width"] / 2) < 30
    assert abs(y - pane["y"] - pane["height"] / 2) < 30


def test_the_overview_shows_the_selection_and_errors(studio: Studio, open_page: OpenPage) -> None:
    studio.edit(
        {"op": "set_field", "flow": "book_appointment", "key": "ask_day", "path": ["collect"], "value": "no_such_slot"}
    )
    page = open_page().page
    node(page, "ask_day").wait_for()
    expect(page.get_by_test_id("badge-ask_day")).to_be_visible()
    danger, accent = (
        page.evaluate(f"() => getComputedStyle(document.documentElement).getPropertyValue('--color-{name}').trim()")
        for name in ("danger", "accent")
    )
    assert danger != accent
    fills = "nodes => nodes.map(node => node.style.fill || node.getAttribute('fill'))"
    before = page.locator(".react-flow__minimap-node").evaluate_all(fills)
    assert any("danger" in fill for fill in before)
    node(page, "find_times").click()
    after = page.locator(".react-flow__minimap-node").evaluate_all(fills)
    assert sum("--color-accent)" in fill for fill in after) == 1
    shoot(page, "check-13-overview")


@pytest.mark.parametrize("zoom", [0.6, 0.4, 0.27])
def test_titles_are_legible_from_far_away(canvas: Page, zoom: float) -> None:
    canvas.mouse.move(*pane_point(canvas))
    canvas.keyboard.down("Control")
    for _ in range(60):
        if zoom_of(canvas) <= zoom:
            break
        canvas.mouse.wheel(0, 40)
        settled(canvas)
    canvas.keyboard.up("Control")
    size = canvas.evaluate("() => parseFloat(getComputedStyle(document.querySelector('.step-title')).fontSize)")
    shoot(canvas, f"check-14-zoom-{zoom}")
    assert size * zoom_of(canvas) >= LEAST_LEGIBLE_PX
