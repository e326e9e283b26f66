"""Networks, servers and disks that go away in mid-gesture: no work is lost, none is done twice, the page says so."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.studio.authoring_web.conftest import (
    FLOW,
    PROJECT,
    OpenPage,
    Studio,
    box_of,
    centre_of,
    node,
    saved,
    shoot,
)
from tests.studio.authoring_web.mortal import (
    LISTEN,
    Server,
    flows_text,
    ready,
    served,
    state,
    writes,
)

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]

SMALL_BYTES = 500
"""A disk with so much room for a file takes no flow file."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with served(tmp_path) as made:
        yield made


@pytest.fixture
def studio(server: Server) -> Studio:
    """The one that may die, in place of the usual one."""
    return server.studio


def add_step(page: Page, words: str) -> None:
    """Draw a step behind the selected one."""
    page.locator(".react-flow").first.focus()
    page.keyboard.press("a")
    menu = page.get_by_test_id("add-menu")
    menu.get_by_test_id("add-say").click()
    page.keyboard.type(words)
    menu.get_by_test_id("add-create").click()
    expect(menu).to_have_count(0)


def lose_answers(page: Page) -> tuple[list[int], Callable[[Route], None]]:
    """The server does what it is asked, once, and from then on nobody hears of it."""
    lost: list[int] = []

    def swallow(route: Route) -> None:
        if not lost:
            lost.append(route.fetch().status)
        route.abort("connectionreset")

    page.route("**/edit", swallow)
    return lost, swallow


def test_the_network_goes_while_a_step_is_dragged(studio: Studio, canvas: Page) -> None:
    start = centre_of(node(canvas, "ask_reason"))
    canvas.mouse.move(*start)
    canvas.mouse.down()
    canvas.mouse.move(start[0] + 40, start[1] + 20, steps=4)
    canvas.context.set_offline(True)
    canvas.mouse.move(start[0] + 120, start[1] + 40, steps=4)
    canvas.mouse.up()
    state(canvas, "offline", "1 change kept")
    moved = box_of(node(canvas, "ask_reason"))
    writes(canvas, "written without a network")
    state(canvas, "offline", "2 changes kept")
    assert "ask_reason" not in studio.flow()["positions"]
    canvas.keyboard.press("Control+s")
    expect(canvas.get_by_test_id("toast-info")).to_contain_text("2 changes kept")
    expect(canvas.get_by_test_id("toast-success")).to_have_count(0)
    shoot(canvas, "bad-day-offline")
    canvas.context.set_offline(False)
    state(canvas, "saved")
    assert box_of(node(canvas, "ask_reason")) == moved
    assert "ask_reason" in studio.flow()["positions"]
    assert flows_text(studio).count("written without a network") == 1
    canvas.keyboard.press("Control+s")
    expect(canvas.get_by_test_id("toast-success")).to_have_text("Saved")


def test_the_page_is_reloaded_in_the_middle_of_a_word(studio: Studio, canvas: Page) -> None:
    node(canvas, "ask_day").click()
    field = canvas.get_by_label(LISTEN, exact=True)
    field.click()
    canvas.keyboard.press("Control+a")
    canvas.keyboard.type("half of a sent")
    canvas.reload()
    ready(canvas)
    saved(canvas)
    node(canvas, "ask_day").click()
    expect(field).to_have_value("half of a sent")
    assert "half of a sent" in flows_text(studio)


def test_an_answer_is_lost_and_the_page_reloaded(studio: Studio, canvas: Page) -> None:
    before = studio.step_ids()
    lost, swallow = lose_answers(canvas)
    node(canvas, "ask_day").click()
    add_step(canvas, "we write it down")
    state(canvas, "offline", "1 change kept")
    assert lost == [200]
    canvas.reload()
    ready(canvas)
    expect(node(canvas, "say_we_write_it_down")).to_be_visible()
    canvas.unroute("**/edit", swallow)
    canvas.get_by_test_id("save-state").click()
    state(canvas, "saved")
    assert studio.step_ids() - before == {"say_we_write_it_down"}
    expect(node(canvas, "say_we_write_it_down")).to_have_count(1)
    expect(canvas.get_by_test_id("toast-error")).to_have_count(0)
    # What was done once is taken back once.
    canvas.get_by_test_id("tool-undo").click()
    expect(node(canvas, "say_we_write_it_down")).to_have_count(0)
    saved(canvas)
    assert studio.step_ids() == before


def test_a_flow_whose_making_was_not_heard_of_is_made_once(studio: Studio, open_page: OpenPage) -> None:
    page = open_page("/flows").page
    page.get_by_test_id("new-flow").click()
    page.get_by_test_id("new-flow-name").fill("Ask for parking")
    page.get_by_test_id("new-flow-description").fill("The caller wants to know where to park.")
    lost, swallow = lose_answers(page)
    page.get_by_test_id("save-flow").click()
    state(page, "offline", "1 change kept")
    page.unroute("**/edit", swallow)
    page.get_by_test_id("save-state").click()
    page.get_by_test_id("first-step").wait_for()
    saved(page)
    expect(page.get_by_test_id("toast-error")).to_have_count(0)
    assert lost == [200]
    assert [flow["id"] for flow in studio.get("/outline")["flows"]].count("ask_for_parking") == 1


def test_the_server_is_killed_between_doing_and_answering(server: Server, canvas: Page) -> None:
    before = len(server.studio.flow()["steps"])
    lost: list[int] = []

    def swallow(route: Route) -> None:
        if not lost:
            lost.append(route.fetch().status)
            server.kill()
            route.abort("connectionreset")
        else:
            route.continue_()

    canvas.route("**/edit", swallow)
    node(canvas, "ask_day").click()
    canvas.keyboard.press("Control+d")
    state(canvas, "offline", "1 change kept")
    server.start()
    state(canvas, "saved")
    assert lost == [200]
    assert len(server.studio.flow()["steps"]) == before + 1
    expect(canvas.locator(".step-node")).to_have_count(before + 1)


def test_a_save_into_a_full_disk_is_kept_until_there_is_room(server: Server, canvas: Page) -> None:
    before = flows_text(server.studio)
    server.give_room(SMALL_BYTES)
    writes(canvas, "written onto a full disk")
    state(canvas, "unsaved", "1 change kept")
    expect(canvas.get_by_test_id("toast-error")).to_contain_text("is as it was before")
    expect(canvas.get_by_label(LISTEN, exact=True)).to_have_value("written onto a full disk")
    shoot(canvas, "bad-day-full-disk")
    assert flows_text(server.studio) == before
    assert not list(server.studio.folder.rglob("*.tmp"))
    canvas.reload()  # what cannot be saved outlives the page
    ready(canvas)
    state(canvas, "unsaved", "1 change kept")
    node(canvas, "ask_day").click()
    expect(canvas.get_by_label(LISTEN, exact=True)).to_have_value("written onto a full disk")
    server.give_room(resource.RLIM_INFINITY)
    canvas.get_by_test_id("save-state").click()
    state(canvas, "saved")
    expect(canvas.get_by_test_id("toast-error")).to_have_count(0)
    assert "written onto a full disk" in flows_text(server.studio)


def test_publishing_onto_a_full_disk_publishes_nothing_and_says_so(server: Server, open_page: OpenPage) -> None:
    page = open_page("/versions").page
    server.give_room(SMALL_BYTES)
    page.get_by_test_id("publish-staging").click()
    page.get_by_test_id("publish-message").fill("The first version")
    page.get_by_test_id("publish-now").click()
    expect(page.get_by_test_id("publish-problem")).to_contain_text("Nothing was changed")
    shoot(page, "bad-day-publish-full-disk")
    states = {one["environment"]: one["current"] for one in server.studio.get("/environments")}
    assert states["staging"] is None
    server.give_room(resource.RLIM_INFINITY)
    page.get_by_test_id("publish-now").click()
    expect(page.get_by_test_id("publish-now")).to_have_count(0)
    states = {one["environment"]: one["current"] for one in server.studio.get("/environments")}
    assert states["staging"]["number"] == 1


def test_a_flow_that_could_not_be_fetched_comes_by_itself(studio: Studio, open_page: OpenPage) -> None:
    page = open_page("/flows").page
    page.route(f"**/api/projects/{PROJECT}/flows/*", lambda route: route.abort("connectionreset"))
    page.get_by_test_id(f"flow-{FLOW}").get_by_role("link").first.click()
    expect(page.get_by_test_id("open-again")).to_be_visible()
    shoot(page, "bad-day-flow-not-fetched")
    page.unroute(f"**/api/projects/{PROJECT}/flows/*")
    page.get_by_test_id("open-again").click()
    ready(page)


def test_the_folder_goes_away_and_comes_back(studio: Studio, canvas: Page) -> None:
    away = studio.folder.with_name("moved-away")
    studio.folder.rename(away)
    writes(canvas, "written while the folder was away")
    state(canvas, "unsaved", "1 change kept")
    expect(canvas.get_by_test_id("toast-error").first).to_contain_text("Put it back")
    away.rename(studio.folder)
    canvas.get_by_test_id("save-state").click()
    state(canvas, "saved")
    assert "written while the folder was away" in flows_text(studio)
