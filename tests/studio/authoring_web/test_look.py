"""Checks 22 to 25 and 28: one look in light and dark, at every size, for every reader; and what is loaded at first."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studio.doctor import PAGE_FOLDER
from tests.studio.authoring_web.conftest import OpenPage, Studio, node, settled, shoot
from tests.support.server import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]

WEB = ROOT / "studio" / "web"
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"1280x720": (1280, 720), "1440x900": (1440, 900), "1920x1080": (1920, 1080), "200-percent": (640, 360)}
PAGES = {"flows": "/flows", "canvas": "/flows/book_appointment"}
TYPE_SCALE_PX = {12.0, 13.0, 14.0, 16.0, 20.0, 28.0}
"""The scale of app.css, and 13 px in the text editor."""
MOST_KIB = 250


def ready(page: Page, name: str) -> None:
    if name == "canvas":
        node(page, "START").wait_for()
        settled(page)
    else:
        page.get_by_test_id("flow-table").first.wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_no_size_has_overlaps_or_a_sideways_scroll(open_page: OpenPage, name: str, size: str, theme: str) -> None:
    width, height = SIZES[size]
    page = open_page(PAGES[name], viewport={"width": width, "height": height}, color_scheme=theme).page
    ready(page, name)
    if name == "canvas":
        page.get_by_test_id("toggle-problems").click()
    shoot(page, f"check-23-{name}-{size}-{theme}")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    covered = page.evaluate(
        """() => [...document.querySelectorAll('header button, header a, nav a, [role=toolbar] button, main h1')]
            .filter((each) => {
            const box = each.getBoundingClientRect();
            if (box.width === 0 || each.closest('.sr-only')) return false;
            if (getComputedStyle(each).visibility === 'hidden') return false;
            if (box.bottom > innerHeight || box.right > innerWidth || box.top < 0) return false;
            const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return top !== null && !each.contains(top) && !top.contains(each);
        }).map((each) => each.outerHTML.slice(0, 120))"""
    )
    assert covered == []


def test_one_type_scale_and_a_grid_of_four(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 1440, "height": 1600}).page
    ready(page, "canvas")
    node(page, "ask_day").click()
    sizes = page.evaluate(
        """() => [...new Set([...document.querySelectorAll('#root *')].filter((each) =>
            [...each.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim() !== ''))
            .filter((each) => each.closest('.react-flow__viewport') === null)
            .map((each) => parseFloat(getComputedStyle(each).fontSize)))]"""
    )
    assert set(sizes) <= TYPE_SCALE_PX
    odd = page.evaluate(
        """() => [...document.querySelectorAll('header, nav a, aside section, [role=toolbar]')].flatMap((each) => {
            const style = getComputedStyle(each);
            return ['paddingTop', 'paddingLeft', 'paddingRight', 'paddingBottom', 'rowGap', 'columnGap']
                .map((key) => parseFloat(style[key])).filter((value) => !Number.isNaN(value) && value % 4 !== 0);
        })"""
    )
    assert odd == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_for_axe(open_page: OpenPage, theme: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe is not installed: python studio/web/build.py test")
    page = open_page("/flows", color_scheme=theme, bypass_csp=True, reduced_motion="reduce").page
    ready(page, "flows")
    assert serious(page) == []
    page.get_by_test_id("new-flow").click()
    assert serious(page) == []
    page.keyboard.press("Escape")
    page.get_by_test_id("flow-book_appointment").get_by_role("link").click()
    ready(page, "canvas")
    page.get_by_test_id("tool-fit").click()
    settled(page)
    node(page, "ask_time").click()
    assert serious(page) == []
    page.get_by_test_id("toggle-problems").click()
    for pane in ("outline", "yaml"):
        page.get_by_test_id(f"toggle-{pane}").click()
        page.get_by_test_id("outline" if pane == "outline" else "yaml-editor").wait_for()
        assert serious(page) == []
    page.keyboard.press("Control+k")
    page.get_by_test_id("search-input").wait_for()
    assert serious(page) == []
    shoot(page, f"check-25-axe-{theme}")


def serious(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    told = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [
        f"{each['id']}: {[one['html'][:160] for one in each['nodes'][:3]]}"
        for each in told
        if each["impact"] in ("serious", "critical")
    ]


def test_the_focus_is_always_seen(open_page: OpenPage) -> None:
    page = open_page("/flows").page
    ready(page, "flows")
    for _ in range(12):
        page.keyboard.press("Tab")
        style = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert style == "solid", page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")


def test_nothing_moves_for_those_who_want_no_motion(studio: Studio, open_page: OpenPage) -> None:
    page = open_page("/flows", reduced_motion="reduce").page
    ready(page, "flows")
    durations = page.evaluate(
        "() => [...document.querySelectorAll('*')].map((each) => getComputedStyle(each).transitionDuration)"
    )
    assert {part.strip() for text in durations for part in text.split(",")} <= {"0s"}


def test_skeletons_stand_where_the_rows_will_be(open_page: OpenPage) -> None:
    page = open_page("/settings").page
    page.route("**/outline", lambda route: None)
    page.goto(page.url.replace("/settings", "/flows"))
    expect(page.get_by_test_id("skeleton").first).to_be_visible()
    shoot(page, "check-24-skeleton")


def static_imports(name: str, folder: Path) -> set[str]:
    """The scripts that a script needs before it runs."""
    found, waiting = {name}, [name]
    while waiting:
        text = (folder / waiting.pop()).read_text()
        for each in re.findall(r'(?:from|import)\s*"\./([^"]+\.js)"', text):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


def first_load(page: Page) -> int:
    """Bytes of JavaScript, packed, that the page asked for."""
    names = page.evaluate(
        "() => performance.getEntriesByType('resource').map((each) => each.name).filter((name) => name.endsWith('.js'))"
    )
    return sum(
        len(gzip.compress((PAGE_FOLDER / "assets" / name.rsplit("/", 1)[1]).read_bytes(), 6))
        for name in names
        if "/assets/" in name
    )


def test_the_first_load_is_small(studio: Studio, open_page: OpenPage) -> None:
    page = open_page("/flows").page
    figures = {}
    for name, rest in {"/": "/", "/studio": "/studio"}.items():
        page.goto(f"{studio.url}{rest}")
        page.get_by_test_id("call-button" if name == "/" else "project-clinic").first.wait_for()
        figures[name] = round(first_load(page) / 1024)
    print(json.dumps(figures))
    assert max(figures.values()) <= MOST_KIB


def test_every_word_stands_in_a_language_file() -> None:
    """No text between tags, and none in attributes that people read, outside `src/strings`."""
    found = []
    for path in sorted((WEB / "src" / "studio").rglob("*.tsx")):
        text = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(), flags=re.DOTALL)
        for match in re.finditer(
            r'(?:>\s*([A-Z][a-z]+(?: [a-z]+)+)\s*<)|(?:(?:title|label|placeholder|aria-label)="([A-Z][^"]{2,})")', text
        ):
            found.append(f"{path.relative_to(WEB)}: {match.group(0).strip()}")
    assert found == []
