"""A studio without models in a process of its own, and a browser to drive it."""

from __future__ import annotations

import json
import re
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect, sync_playwright

from studio.doctor import PAGE_FOLDER
from tests.support.browser import SETTLE_MS, chromium, launch
from tests.support.server import ROOT, free_port
from tests.support.studio_processes import StudioProcess, running
from tests.support.studio_server import main as serve_studio

ARTIFACTS = ROOT / "tests" / "artifacts" / "studio"
PROJECT = "clinic"
FLOW = "book_appointment"


@dataclass(frozen=True, slots=True)
class Studio:
    """A served copy of an assistant. `folder` has its files: what the page saves is there."""

    url: str
    folder: Path

    def page_url(self, rest: str = f"/flows/{FLOW}") -> str:
        return f"{self.url}/studio/{PROJECT}{rest}"

    def get(self, rest: str) -> Any:
        """Ask the API about the project."""
        with urllib.request.urlopen(f"{self.url}/api/projects/{PROJECT}{rest}", timeout=20) as answer:
            return json.load(answer)

    def post(self, rest: str, body: dict[str, Any]) -> Any:
        data, headers = json.dumps(body).encode(), {"Content-Type": "application/json", "Origin": self.url}
        request = urllib.request.Request(f"{self.url}/api/projects/{PROJECT}{rest}", data, headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def edit(self, *commands: dict[str, Any]) -> Any:
        return self.post("/edit", {"commands": list(commands), "base": {"flows": {}, "files": {}}, "label": "test"})

    def flow(self, name: str = FLOW) -> Any:
        return self.get(f"/flows/{name}")

    def step_ids(self, name: str = FLOW) -> set[str]:
        return {step["id"] for step in self.flow(name)["steps"]}

    def targets(self, key: str, name: str = FLOW) -> list[str | None]:
        return [edge["to"] for edge in self.flow(name)["edges"] if edge["from"] == key]


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """Serve a fresh copy of the clinic."""
    if not (PAGE_FOLDER / "index.html").is_file():
        pytest.skip("the page is not built: python studio/web/build.py")
    folder = tmp_path / PROJECT
    shutil.copytree(ROOT / "examples" / PROJECT, folder)
    port = free_port()
    with running(StudioProcess(serve_studio, port, folder, tmp_path / "data")):
        yield Studio(f"http://127.0.0.1:{port}", folder)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    launched = playwright.chromium.launch(executable_path=chromium(), args=flags)
    yield launched
    launched.close()


@pytest.fixture(scope="package")
def silent(playwright: Playwright) -> Iterator[Browser]:
    """A browser that may not use the microphone, for calls that need none."""
    launched = launch(playwright, None)
    yield launched
    launched.close()


@dataclass(frozen=True, slots=True)
class Seen:
    """A page, and what it complained about."""

    page: Page
    complaints: list[str]


OpenPage = Callable[..., Seen]


@pytest.fixture
def open_page(browser: Browser, studio: Studio) -> Iterator[OpenPage]:
    """Open pages, each in a browser profile of its own; every complaint of theirs fails the test."""
    contexts: list[BrowserContext] = []
    opened: list[Seen] = []

    def make(rest: str = f"/flows/{FLOW}", *, context: BrowserContext | None = None, **options: Any) -> Seen:
        if context is None:
            context = browser.new_context(**{"viewport": {"width": 1280, "height": 720}, **options})
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(SETTLE_MS)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(studio.page_url(rest))
        seen = Seen(page, complaints)
        opened.append(seen)
        return seen

    yield make
    told = [line for seen in opened for line in seen.complaints if not is_expected(line)]
    for context in contexts:
        context.close()
    assert told == []


def is_expected(line: str) -> bool:
    """Browsers log every refused or failed request by themselves."""
    return re.search(r"Failed to load resource|net::ERR_|ERR_INTERNET_DISCONNECTED", line) is not None


@pytest.fixture
def canvas(open_page: OpenPage) -> Page:
    """The canvas of the flow that books an appointment, in a window that is large enough to read it."""
    page = open_page(viewport={"width": 1440, "height": 1600}).page
    node(page, "ask_day").wait_for()
    settled(page)
    return page


def node(page: Page, key: str) -> Locator:
    return page.get_by_test_id(f"node-{key}")


def box_of(locator: Locator) -> dict[str, float]:
    box = locator.bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


def centre_of(locator: Locator) -> tuple[float, float]:
    box = box_of(locator)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def pane_point(page: Page) -> tuple[float, float]:
    """A point of the canvas where nothing stands."""
    box = box_of(page.get_by_test_id("canvas"))
    found = page.evaluate(
        """([left, top, width, height]) => {
            for (let y = top + height * 0.8; y > top + 30; y -= 15)
                for (let x = left + 20; x < left + width - 20; x += 15)
                    if ([[0, 0], [-14, -14], [14, 14], [-14, 14], [14, -14]].every(([dx, dy]) =>
                        document.elementFromPoint(x + dx, y + dy)?.classList.contains("react-flow__pane")))
                        return [x, y];
            return null;
        }""",
        [box["x"], box["y"], box["width"], box["height"]],
    )
    assert found is not None
    return float(found[0]), float(found[1])


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], *, steps: int = 8) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 2, start[1] + 2)  # a drag begins with the first moves: a hand makes small ones
    page.mouse.move(*end, steps=steps)
    page.mouse.up()


def zoom_of(page: Page) -> float:
    return float(
        page.evaluate(
            "() => new DOMMatrix(getComputedStyle(document.querySelector('.react-flow__viewport')).transform).a"
        )
    )


def settled(page: Page) -> None:
    """Wait until the view stands still: fitting and centring are animated."""
    page.evaluate(
        """() => new Promise((done) => {
            const at = () => document.querySelector('.react-flow__viewport')?.style.transform;
            let before = at(), calm = 0;
            const look = () => {
                calm = at() === before ? calm + 1 : 0;
                before = at();
                if (calm > 8) done(); else requestAnimationFrame(look);
            };
            requestAnimationFrame(look);
        })"""
    )


def saved(page: Page) -> None:
    """Wait until everything is saved."""
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")


def shoot(page: Page, name: str) -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png")


def big_flow(n_steps: int) -> list[dict[str, Any]]:
    """Steps of a large flow: questions, answers, and a branch with two sides after every eighth."""
    steps: list[dict[str, Any]] = []
    for number in range(n_steps // 8):
        last = number == n_steps // 8 - 1
        after = "END" if last else f"ask_{number + 1}"
        steps += [
            {"id": f"ask_{number}", "collect": "appointment_day"},
            {"id": f"find_{number}", "action": "action_find_times"},
            {
                "id": f"branch_{number}",
                "noop": True,
                "next": [
                    {"if": "slots.times_count > 0", "then": f"yes_{number}"},
                    {"if": "slots.times_count < 0", "then": f"odd_{number}"},
                    {"else": f"no_{number}"},
                ],
            },
            {"id": f"yes_{number}", "action": "utter_appointment_booked"},
            {"id": f"more_{number}", "action": "utter_appointment_booked", "next": after},
            {"id": f"odd_{number}", "action": "utter_no_times", "next": after},
            {"id": f"no_{number}", "action": "utter_no_times"},
            {"id": f"clear_{number}", "set_slots": [{"appointment_day": None}], "next": after},
        ]
    return steps
