"""What happens to a page over hours: it sleeps, is updated under its reader, and its session ends."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from studio.doctor import PAGE_FOLDER
from tests.studio.authoring_web.conftest import FLOW, OpenPage, Studio, node, shoot
from tests.studio.authoring_web.mortal import BACK_MS, LISTEN, Server, flows_text, ready, served, state, writes
from tests.studio.authoring_web.test_people import PASSWORD, invite
from tests.studio.authoring_web.test_two_people import begin

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]

NO_STORAGE = """
const refuse = () => { throw new DOMException("denied", "SecurityError"); };
for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, { get: refuse });
navigator.locks.request = async () => refuse();
window.SharedWorker = window.BroadcastChannel = function () { refuse(); };
"""
FULL_STORAGE = 'Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };'


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with served(tmp_path) as made:
        yield made


@pytest.fixture
def studio(server: Server) -> Studio:
    """The one that may die, in place of the usual one."""
    return server.studio


def by_another(studio: Studio, text: str) -> None:
    studio.edit({"op": "set_field", "flow": FLOW, "key": "ask_day", "path": ["description"], "value": text})


def other_version(into: Path) -> Path:
    """Copy the built page as another build makes it: every script under another name."""
    shutil.copytree(PAGE_FOLDER, into)
    names = [path.stem for path in (into / "assets").glob("*.js")]
    for path in [into / "index.html", *(into / "assets").glob("*.js")]:
        text = path.read_text()
        for name in names:
            text = text.replace(f"{name}.js", f"{name}2.js")
        path.write_text(text)
        if path.suffix == ".js":
            path.rename(path.with_name(f"{path.stem}2.js"))
    return into


def test_the_studio_is_updated_under_an_open_page(server: Server, open_page: OpenPage, tmp_path: Path) -> None:
    seen = open_page()
    page = ready(seen.page)
    page.route("**/edit", lambda route: route.abort("connectionreset"))
    writes(page, "written before the update")
    state(page, "offline", "1 change kept")
    server.update(other_version(tmp_path / "page"))
    page.get_by_test_id("nav-settings").click()
    expect(page.get_by_text("The studio was updated")).to_be_visible()
    shoot(page, "bad-day-updated")
    assert all("dynamically imported module" in line for line in seen.complaints if "Failed to load" not in line)
    seen.complaints.clear()  # React tells of it what the page tells
    page.unroute("**/edit")
    page.get_by_test_id("load-again").click()
    state(page, "saved")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert flows_text(server.studio).count("written before the update") == 1


def test_a_part_that_cannot_be_fetched_just_now_says_so(open_page: OpenPage) -> None:
    seen = open_page()
    page = ready(seen.page)
    page.context.set_offline(True)
    page.get_by_test_id("nav-settings").click()
    expect(page.get_by_text("This part could not be fetched")).to_be_visible()
    shoot(page, "bad-day-part-away")
    seen.complaints.clear()
    page.context.set_offline(False)
    page.get_by_test_id("load-again").click()
    expect(page.get_by_test_id("load-again")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_session_ends_in_the_middle_of_an_edit(studio: Studio, open_page: OpenPage) -> None:
    page = open_page("/people").page
    begin(page, invite(page, "Ada"))
    page.goto(studio.page_url())
    ready(page)
    other = open_page("/people", context=page.context).page

    def signs_in_again() -> None:
        other.get_by_label("Name").fill("Ada")
        other.get_by_label("Password").fill(PASSWORD)
        other.get_by_test_id("sign-in-button").click()
        other.get_by_test_id("sign-out").wait_for()

    other.get_by_test_id("sign-out").click()
    other.get_by_test_id("sign-in").wait_for()
    writes(page, "written while signed out")
    state(page, "unsaved", "1 change kept")
    other.goto(studio.page_url("/people"))
    signs_in_again()
    state(page, "saved")
    assert "written while signed out" in flows_text(studio)

    # A page that was loaded anew meanwhile asks to sign in; that somebody has in another tab will do.
    other.get_by_test_id("sign-out").click()
    other.get_by_test_id("sign-in").wait_for()
    writes(page, "and once more")
    state(page, "unsaved", "1 change kept")
    page.reload()
    page.get_by_test_id("sign-in").wait_for()
    other.goto(studio.page_url("/people"))
    signs_in_again()
    ready(page)
    state(page, "saved")
    assert "and once more" in flows_text(studio)


def test_what_happened_while_a_page_slept_or_the_server_was_away(server: Server, canvas: Page) -> None:
    node(canvas, "ask_day").click()
    field = canvas.get_by_label(LISTEN, exact=True)
    lifecycle = canvas.context.new_cdp_session(canvas)
    lifecycle.send("Page.setWebLifecycleState", {"state": "frozen"})
    by_another(server.studio, "changed while it slept")
    lifecycle.send("Page.setWebLifecycleState", {"state": "active"})
    expect(field).to_have_value("changed while it slept")
    server.kill()
    server.start()
    by_another(server.studio, "changed after the restart")
    expect(field).to_have_value("changed after the restart", timeout=BACK_MS)


def test_a_browser_that_keeps_nothing(studio: Studio, browser: Browser, open_page: OpenPage) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.add_init_script(NO_STORAGE)
    page = ready(open_page(context=context).page)
    writes(page, "written without storage")
    state(page, "saved")
    by_another(studio, "changed by another")
    expect(page.get_by_label(LISTEN, exact=True)).to_have_value("changed by another")
    context.close()


def test_a_full_storage_does_not_let_a_page_go_with_what_is_unsent(
    studio: Studio, browser: Browser, open_page: OpenPage
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.add_init_script(FULL_STORAGE)
    page = ready(open_page(context=context).page)
    context.set_offline(True)
    writes(page, "kept by this page only")
    state(page, "offline", "1 change kept")
    expect(page.get_by_test_id("save-state")).to_have_attribute("title", re.compile("leave this tab open"))
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.close(run_before_unload=True)
    page.wait_for_function("() => true")
    context.set_offline(False)
    state(page, "saved")
    assert asked == ["beforeunload"]
    assert "kept by this page only" in flows_text(studio)
    context.close()
