"""Many tabs of one browser: they share one stream of events, so that saves never wait for a connection."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.studio.authoring_web.conftest import OpenPage, Studio, node, saved, settled
from tests.support.studio_server import STREAMS

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]

LISTEN = "What to listen for"
SECOND = "second"
N_FIRST, N_SECOND = 5, 4
"""More tabs than a browser opens connections to one server, and of two projects."""
NO_WORKER = "delete window.SharedWorker"
NOTHING_SHARED = f"{NO_WORKER}; delete window.BroadcastChannel"

LIMIT_S = 60.0

Tabs = Callable[[str], BrowserContext]


def eventually(is_so: Callable[[], bool]) -> bool:
    """Whether something comes about that the server does in its own time."""
    deadline = time.monotonic() + LIMIT_S
    while not (found := is_so()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


@pytest.fixture
def browser_with(browser: Browser) -> Iterator[Tabs]:
    """Open browser profiles in which some script has run before every page."""
    with ExitStack() as stack:

        def make(script: str) -> BrowserContext:
            context = browser.new_context(viewport={"width": 1280, "height": 720})
            stack.callback(context.close)
            context.add_init_script(script)
            return context

        yield make


def n_streams(studio: Studio) -> int:
    with urllib.request.urlopen(studio.url + STREAMS, timeout=20) as answer:
        return int(json.load(answer)["open"])


def second_project(studio: Studio) -> None:
    body = json.dumps({"name": "Second", "id": SECOND, "template": "appointments"}).encode()
    headers = {"Content-Type": "application/json", "Origin": studio.url}
    asked = urllib.request.Request(f"{studio.url}/api/projects", body, headers)
    with urllib.request.urlopen(asked, timeout=60) as answer:
        assert answer.status == 201


def selected(page: Page) -> Page:
    node(page, "ask_day").wait_for()
    settled(page)
    node(page, "ask_day").click()
    return page


def writes(page: Page, text: str) -> None:
    field = page.get_by_label(LISTEN, exact=True)
    field.fill(text)
    field.press("Tab")
    saved(page)


def adds_flow(page: Page, name: str) -> None:
    page.get_by_test_id("nav-flows").click()
    page.get_by_test_id("new-flow").click()
    page.get_by_test_id("new-flow-name").fill(name)
    page.get_by_test_id("new-flow-description").fill(f"The caller asks for {name}.")
    page.get_by_test_id("save-flow").click()
    page.get_by_test_id("first-step").wait_for()
    saved(page)
    page.get_by_test_id("nav-flows").click()


@pytest.mark.parametrize("script", ["", NO_WORKER], ids=["by a worker", "by a tab that leads"])
def test_nine_tabs_of_two_projects_hear_by_one_stream(
    studio: Studio, open_page: OpenPage, browser_with: Tabs, script: str
) -> None:
    second_project(studio)
    context = browser_with(script)
    first = [selected(open_page(context=context).page) for _ in range(N_FIRST)]
    second = [open_page(context=context).page for _ in range(N_SECOND)]
    for page in second:
        page.goto(f"{studio.url}/studio/{SECOND}/flows")
        page.get_by_test_id("new-flow").wait_for()
    assert n_streams(studio) <= 2
    assert eventually(lambda: n_streams(studio) == 1)

    # Each saves, and all others of its project see it.
    for number, page in enumerate(first):
        writes(page, f"the day, from tab {number}")
        for other in first:
            expect(other.get_by_label(LISTEN, exact=True)).to_have_value(f"the day, from tab {number}")
    for number, page in enumerate(second):
        adds_flow(page, f"Parking {number}")
        for other in second:
            expect(other.get_by_test_id(f"flow-parking_{number}")).to_be_visible()
    assert n_streams(studio) <= 2

    # The tab that was first holds the stream where there is no worker.
    first.pop(0).close()
    writes(first[0], "after the first was closed")
    for other in first:
        expect(other.get_by_label(LISTEN, exact=True)).to_have_value("after the first was closed")
    adds_flow(second[-1], "Late parking")
    for other in second:
        expect(other.get_by_test_id("flow-late_parking")).to_be_visible()
    assert n_streams(studio) <= 2
    assert eventually(lambda: n_streams(studio) == 1)

    for page in (*first, *second):
        page.close()
    assert eventually(lambda: n_streams(studio) == 0)


@pytest.mark.parametrize("script", [NO_WORKER, NOTHING_SHARED], ids=["it leads", "it shares nothing"])
def test_a_browser_that_shares_less_hears_all_the_same(
    studio: Studio, open_page: OpenPage, browser_with: Tabs, script: str
) -> None:
    page = selected(open_page(context=browser_with(script)).page)
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    assert eventually(lambda: n_streams(studio) == 1)
    studio.edit({
        "op": "set_field", "flow": "book_appointment", "key": "ask_day", "path": ["description"], "value": "by another",
    })  # fmt: skip
    expect(page.get_by_label(LISTEN, exact=True)).to_have_value("by another")


def test_each_tab_says_where_it_is_until_it_is_closed(studio: Studio, open_page: OpenPage) -> None:
    first = open_page().page
    second = open_page("/flows", context=first.context).page

    def flows() -> list[str | None]:
        with urllib.request.urlopen(f"{studio.url}/api/projects/clinic/events?client=", timeout=20) as stream:
            hello = next(line for line in stream if line.startswith(b"data:"))
        people = json.loads(hello.removeprefix(b"data:"))["people"]
        return sorted((place["flow"] for place in people), key=str)

    assert eventually(lambda: flows() == [None, "book_appointment"])
    second.close()
    assert eventually(lambda: flows() == ["book_appointment"])
    first.get_by_test_id("nav-content").click()
    assert eventually(lambda: flows() == [None])
    first.close()
    assert eventually(lambda: flows() == [])
