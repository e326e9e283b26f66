"""A project of a thousand flows: its lists open, scroll, search and keep the keyboard, though few rows are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from studio.doctor import PAGE_FOLDER
from tests.bench.many_flows import write_assistant
from tests.studio.authoring_web.conftest import PROJECT, Studio, node, saved, settled
from tests.support.browser import SETTLE_MS
from tests.support.server import free_port
from tests.support.studio_processes import StudioProcess, running
from tests.support.studio_server import main as serve_studio

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]

N_FLOWS = 1_000
N_UNUSED = 150
N_STEPS = 400
N_RESPONSES = 4 * N_FLOWS + 3
N_SLOTS = 3 * N_FLOWS + N_UNUSED
MOST_DRAWN = 100
"""Rows of a list in a window of usual size, those around it included."""


def written(folder: Path) -> Path:
    """A thousand flows, one of them long, and a hundred slots that nobody uses."""
    folder.mkdir()
    write_assistant(folder, N_FLOWS)
    (folder / "config.yml").write_text("assistant_id: many\nlanguage: en\n")
    steps = "".join(f"      - id: say_{number}\n        action: utter_left\n" for number in range(N_STEPS))
    long = f"flows:\n  long_one:\n    name: The long one\n    description: Says much.\n    steps:\n{steps}"
    (folder / "data" / "long.yml").write_text(long)
    (folder / "domain").mkdir()
    unused = "".join(f"  unused_{number}: {{type: text}}\n" for number in range(N_UNUSED))
    (folder / "domain" / "unused.yml").write_text(f"slots:\n{unused}")
    return folder


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    if not (PAGE_FOLDER / "index.html").is_file():
        pytest.skip("the page is not built: python studio/web/build.py")
    place = tmp_path_factory.mktemp("many")
    folder = written(place / PROJECT)
    port = free_port()
    with running(StudioProcess(serve_studio, port, folder, place / "data")):
        yield Studio(f"http://127.0.0.1:{port}", folder)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(SETTLE_MS)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


def go(page: Page, many: Studio, rest: str) -> Page:
    page.goto(many.page_url(rest))
    return page


def drawn(place: Locator) -> int:
    return place.locator("[data-index]").count()


def test_the_list_of_flows_scrolls_and_is_searched(page: Page, many: Studio) -> None:
    go(page, many, "/flows")
    table = page.get_by_test_id("flow-table").first
    expect(table).to_have_attribute("aria-rowcount", str(N_FLOWS + 2))
    expect(table.locator("[data-index='0']")).to_be_visible()
    assert drawn(table) <= MOST_DRAWN
    first = table.locator("[data-index='0'] a")
    first.focus()
    table.evaluate("table => { table.closest('.scroller').scrollTop = 400 * table.rows[1].offsetHeight; }")
    expect(table.locator("[data-index='400']")).to_be_in_viewport()
    assert drawn(table) <= MOST_DRAWN
    expect(first).to_be_focused()  # the keyboard's row does not go away
    page.get_by_test_id("filter-flows").fill("task 777")
    expect(page.get_by_test_id("flow-task_777")).to_be_visible()
    expect(table).to_have_attribute("aria-rowcount", "2")


def test_searching_opening_editing_and_undoing(page: Page, many: Studio) -> None:
    go(page, many, "/flows")
    page.get_by_test_id("flow-table").first.wait_for()
    page.keyboard.press("Control+k")
    page.get_by_test_id("search-input").fill("task_777")
    page.get_by_role("option", name="task_777").first.click()
    node(page, "confirm").wait_for()
    settled(page)
    before = (many.folder / "data" / "flows.yml").read_bytes()
    node(page, "confirm").click()
    slot = page.locator("[data-inspector]").get_by_role("combobox").first
    slot.click()
    choices = page.get_by_role("listbox")
    expect(choices.get_by_role("option").first).to_have_attribute("aria-setsize", str(N_SLOTS))
    assert drawn(choices) <= MOST_DRAWN
    page.keyboard.press("End")
    expect(choices.get_by_role("option", selected=True)).to_have_attribute("data-index", str(N_SLOTS - 1))
    expect(choices.get_by_role("option", selected=True)).to_be_in_viewport()
    page.keyboard.press("ArrowUp")
    expect(choices.get_by_role("option", selected=True)).to_have_attribute("data-index", str(N_SLOTS - 2))
    page.keyboard.press("Home")
    expect(choices.get_by_role("option", selected=True)).to_have_attribute("data-index", "0")
    page.keyboard.type("amount_778")
    page.keyboard.press("Enter")
    expect(choices).to_have_count(0)
    expect(node(page, "confirm")).to_contain_text("778")
    saved(page)
    assert b"collect: amount_778\n        ask_before_filling" in (many.folder / "data" / "flows.yml").read_bytes()
    page.get_by_test_id("tool-undo").click()
    expect(page.locator("[data-inspector]").get_by_role("combobox").first).to_contain_text("confirm_777")
    saved(page)
    assert (many.folder / "data" / "flows.yml").read_bytes() == before


def test_all_problems_are_listed(page: Page, many: Studio) -> None:
    go(page, many, "/flows/task_5")
    node(page, "confirm").wait_for()
    page.get_by_test_id("toggle-problems").click()
    problems = page.get_by_test_id("problems")
    expected = len([one for one in many.get("/findings") if one["severity"] in ("error", "warning")])
    assert expected >= N_UNUSED
    problems.get_by_role("button", name=f"· {expected}").click()
    rows = problems.locator("[data-index]")
    expect(rows.first).to_have_attribute("aria-setsize", str(expected))
    assert rows.count() <= MOST_DRAWN
    problems.locator("ul").hover()
    page.mouse.wheel(0, 100_000)
    last = problems.locator(f"[data-index='{expected - 1}']")
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()


def test_the_list_of_responses_goes_by_keyboard(page: Page, many: Studio) -> None:
    go(page, many, "/content/responses")
    rows = page.get_by_role("list", name="Responses")
    rows.locator("[data-index='0'] button").focus()
    assert drawn(rows) <= MOST_DRAWN
    page.keyboard.press("End")
    last = rows.locator(f"[data-index='{N_RESPONSES - 1}'] button")
    expect(last).to_be_focused()
    expect(last).to_be_in_viewport()
    page.keyboard.press("ArrowUp")
    expect(rows.locator(f"[data-index='{N_RESPONSES - 2}'] button")).to_be_focused()
    page.keyboard.press("Home")
    expect(rows.locator("[data-index='0'] button")).to_be_focused()
    page.get_by_test_id("filter-content").fill("utter_done_777")
    page.get_by_test_id("entry-utter_done_777").click()
    expect(page.get_by_test_id("entry-utter_done_777")).to_have_attribute("aria-current", "true")


def test_what_a_link_leads_to_is_in_sight(page: Page, many: Studio) -> None:
    go(page, many, "/content/slots?find=confirm_900")
    expect(page.get_by_test_id("entry-confirm_900")).to_be_in_viewport()


def test_the_outline_of_a_long_flow_goes_by_keyboard(page: Page, many: Studio) -> None:
    go(page, many, "/flows/long_one")
    node(page, "say_0").wait_for()
    page.get_by_test_id("toggle-outline").click()
    outline = page.get_by_test_id("outline")
    outline.get_by_test_id("outline-say_0").click()
    assert drawn(outline) <= MOST_DRAWN
    page.keyboard.press("End")
    last = outline.get_by_test_id(f"outline-say_{N_STEPS - 1}")
    expect(last).to_be_focused()
    expect(last).to_be_in_viewport()
    expect(last).to_have_attribute("aria-posinset", str(N_STEPS))
    page.keyboard.press("ArrowUp")
    expect(outline.get_by_test_id(f"outline-say_{N_STEPS - 2}")).to_be_focused()
    page.keyboard.press("Home")
    expect(outline.get_by_test_id("outline-say_0")).to_be_focused()


def test_the_outline_keeps_the_keyboard_where_it_was_scrolled_away(page: Page, many: Studio) -> None:
    go(page, many, "/flows/long_one")
    node(page, "say_0").wait_for()
    page.get_by_test_id("toggle-outline").click()
    outline = page.get_by_test_id("outline")
    outline.get_by_test_id("outline-say_0").click()
    expect(outline.get_by_test_id("outline-say_0")).to_be_focused()
    outline.evaluate("(list) => list.scrollTo(0, list.scrollHeight)")
    expect(outline.get_by_test_id("outline-say_30")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(outline.get_by_test_id("outline-say_1")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(outline.get_by_test_id("outline-say_2")).to_be_focused()
