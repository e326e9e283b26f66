"""Check 17 and what belongs to it: two people, two tabs, a text editor beside the page, and a server that goes away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from studio.doctor import PAGE_FOLDER
from tests.studio.authoring_web.conftest import (
    FLOW,
    SETTLE_MS,
    OpenPage,
    Studio,
    box_of,
    centre_of,
    node,
    saved,
    settled,
    shoot,
)
from tests.studio.authoring_web.test_people import PASSWORD, invite
from tests.support.server import free_port
from tests.support.studio_processes import StudioProcess, running
from tests.support.studio_server import main as serve_studio

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]

LISTEN = "What to listen for"
BACK_MS = 30_000
"""Until the page has found the server again: it waits up to eight seconds between two tries."""


def ready(page: Page) -> Page:
    node(page, "ask_day").wait_for()
    settled(page)
    return page


def flows_file(folder: Path) -> Path:
    found = [path for path in sorted(folder.glob("data/**/*.yml")) if f"  {FLOW}:" in path.read_text()]
    return found[0]


def begin(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_test_id("begin").click()
    page.get_by_test_id("account").wait_for()


def test_each_sees_the_initials_of_the_other_and_where_she_is(studio: Studio, open_page: OpenPage) -> None:
    ada = open_page("/people").page
    begin(ada, invite(ada, "Ada Lovelace"))
    ada.goto(studio.page_url("/people"))
    link = invite(ada, "Bo Ek")
    bo = open_page("/people").page
    begin(bo, link)
    for page in (ada, bo):
        page.goto(studio.page_url())
        ready(page)
    for page in (ada, bo):
        expect(page.get_by_test_id("presence")).to_contain_text("AL")
        expect(page.get_by_test_id("presence")).to_contain_text("BE")
    node(bo, "ask_day").click()
    expect(node(ada, "ask_day").locator(".step-watchers")).to_have_text("BE")
    shoot(ada, "check-17-presence")
    bo.close()
    expect(ada.get_by_test_id("presence")).to_have_count(0, timeout=BACK_MS)


def test_a_text_editor_beside_the_page(studio: Studio, open_page: OpenPage) -> None:
    page = ready(open_page().page)
    node(page, "ask_day").click()
    field = page.get_by_label(LISTEN, exact=True)
    held: list[Route] = []
    page.route("**/edit", lambda route: held.append(route))  # Playwright wants a function of its own
    with page.expect_request("**/edit"):
        field.fill("the day that the caller would like")
        page.keyboard.press("Tab")
    path = flows_file(studio.folder)
    path.write_text(path.read_text().replace(f"  {FLOW}:\n", f"  # by hand\n  {FLOW}:\n", 1))
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saving")
    while held:
        held.pop().continue_()
    page.unroute("**/edit")
    saved(page)
    expect(field).to_have_value("the day that the caller would like")
    text = path.read_text()
    assert "# by hand" in text
    assert "the day that the caller would like" in text
    # A change by hand of what is shown arrives on the page by itself.
    path.write_text(text.replace("the day that the caller would like", "a day, by hand"))
    expect(field).to_have_value("a day, by hand")
    # What cannot be read is told with its place; the last good state stays on the page, and a save overwrites nothing.
    broken = path.read_text().replace(f"  {FLOW}:\n", f"  {FLOW}: [\n", 1)
    path.write_text(broken)
    page.get_by_test_id("toggle-problems").click()
    problems = page.get_by_test_id("problems")
    problems.get_by_role("button", name="Everything · 1").click()
    expect(problems).to_contain_text(path.name)
    shoot(page, "check-17-broken-by-hand")
    assert path.read_text() == broken


def test_two_tabs_of_one_browser(studio: Studio, open_page: OpenPage) -> None:
    one = ready(open_page().page)
    other = ready(open_page(context=one.context).page)
    one.bring_to_front()
    node(one, "ask_day").click()
    one.get_by_label(LISTEN, exact=True).fill("the day, from the first tab")
    one.keyboard.press("Tab")
    saved(one)
    node(other, "ask_day").click()
    expect(other.get_by_label(LISTEN, exact=True)).to_have_value("the day, from the first tab")
    node(other, "ask_reason").click()
    other.keyboard.press("Delete")
    saved(other)
    expect(node(one, "ask_reason")).to_have_count(0)
    assert "the day, from the first tab" in flows_file(studio.folder).read_text()
    assert "ask_reason" not in studio.step_ids()


def test_what_waits_in_one_tab_is_neither_lost_nor_done_twice_by_another(studio: Studio, open_page: OpenPage) -> None:
    one = ready(open_page().page)
    one.route("**/edit", lambda route: route.abort("internetdisconnected"))
    node(one, "ask_day").click()
    one.keyboard.press("Control+d")
    expect(one.get_by_test_id("save-state")).to_have_attribute("data-state", "offline")
    before = studio.step_ids()
    other = ready(open_page(context=one.context).page)
    node(other, "ask_reason").click()
    other.keyboard.press("Delete")
    saved(other)
    expect(node(other, "ask_reason")).to_have_count(0)
    assert studio.step_ids() == before - {"ask_reason"}  # and not what waits in the first tab
    one.unroute("**/edit")
    one.reload()  # what waited is kept for this tab
    ready(one)
    expect(node(one, "ask_day_2")).to_be_visible()
    saved(one)
    assert len(studio.step_ids()) == len(before)


def test_an_answer_that_is_lost_on_its_way_does_nothing_twice(studio: Studio, canvas: Page) -> None:
    before = studio.step_ids()
    lost: list[int] = []

    def swallow(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort("connectionreset")

    canvas.route("**/edit", swallow)
    node(canvas, "ask_day").click()
    canvas.keyboard.press("a")
    canvas.get_by_test_id("add-say").click()
    canvas.keyboard.type("we write it down")
    canvas.get_by_test_id("add-create").click()
    saved(canvas)
    assert lost == [200]
    assert studio.step_ids() - before == {"say_we_write_it_down"}
    expect(node(canvas, "say_we_write_it_down")).to_be_visible()


@dataclass(frozen=True, slots=True)
class Server:
    """A studio that can be killed and started again at the same address."""

    served: Studio
    process: StudioProcess


@pytest.fixture
def mortal(tmp_path: Path, studio: Studio) -> Iterator[Server]:
    """A second studio over the same kind of folder; `studio` only lends its copy of the files."""
    if not (PAGE_FOLDER / "index.html").is_file():
        pytest.skip("the page is not built: python studio/web/build.py")
    port = free_port()
    process = StudioProcess(serve_studio, port, studio.folder, tmp_path / "mortal")
    with running(process):
        yield Server(Studio(f"http://127.0.0.1:{port}", studio.folder), process)


def test_the_server_dies_in_mid_gesture_and_comes_back(browser: Browser, mortal: Server) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 1600})
    try:
        page = context.new_page()
        page.set_default_timeout(SETTLE_MS)
        page.goto(mortal.served.page_url())
        ready(page)
        before = mortal.served.flow()["positions"].get("ask_reason")
        start = centre_of(node(page, "ask_reason"))
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(start[0] + 120, start[1] + 20, steps=6)
        mortal.process.kill()
        page.mouse.up()
        expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "offline")
        node(page, "ask_day").click()
        page.get_by_label(LISTEN, exact=True).fill("written while the server was away")
        page.keyboard.press("Tab")
        expect(page.get_by_test_id("save-state")).to_contain_text("2 changes kept")
        moved = box_of(node(page, "ask_reason"))
        shoot(page, "check-17-server-gone")
        mortal.process.start()
        expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved", timeout=BACK_MS)
        expect(page.get_by_label(LISTEN, exact=True)).to_have_value("written while the server was away")
        assert box_of(node(page, "ask_reason")) == moved
        assert mortal.served.flow()["positions"]["ask_reason"] != before
        assert "written while the server was away" in flows_file(mortal.served.folder).read_text()
    finally:
        context.close()
