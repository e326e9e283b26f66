"""A studio that dies, comes back, is updated and has no room, and what its pages say meanwhile."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studio.doctor import PAGE_FOLDER
from tests.studio.authoring_web.conftest import PROJECT, Studio, node, settled
from tests.support.server import ROOT, free_port
from tests.support.studio_processes import StudioProcess
from tests.support.studio_server import main as serve_studio

LISTEN = "What to listen for"
FLOWS_FILE = "data/flows/appointments.yml"
BACK_MS = 60_000
"""Until the page has found the server again: it waits up to eight seconds between two tries."""


class Server:
    """A studio that can be killed, started again at the same address, and whose disk can be filled."""

    def __init__(self, folder: Path, data: Path) -> None:
        self._port = free_port()
        self._data = data
        self.studio = Studio(f"http://127.0.0.1:{self._port}", folder)
        self._process = StudioProcess(serve_studio, self._port, folder, data)
        self.start, self.kill = self._process.start, self._process.kill

    def update(self, page_folder: Path) -> None:
        """Go on as another version of the server, with another page."""
        self.kill()
        more = ("--page", str(page_folder))
        self._process = StudioProcess(serve_studio, self._port, self.studio.folder, self._data, *more)
        self.start, self.kill = self._process.start, self._process.kill
        self.start()

    def give_room(self, size_bytes: int) -> None:
        """Let no file of the server's become longer: what a full disk is to it."""
        _, most = resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size_bytes, most))


@contextmanager
def served(under: Path) -> Iterator[Server]:
    """Serve a fresh copy of the clinic until the block ends."""
    if not (PAGE_FOLDER / "index.html").is_file():
        pytest.skip("the page is not built: python studio/web/build.py")
    shutil.copytree(ROOT / "examples" / PROJECT, under / PROJECT)
    made = Server(under / PROJECT, under / "data")
    made.start()
    yield made
    made.kill()


def ready(page: Page) -> Page:
    node(page, "ask_day").wait_for()
    settled(page)
    return page


def state(page: Page, wanted: str, words: str = "", timeout_ms: int = BACK_MS) -> None:
    badge = page.get_by_test_id("save-state")
    expect(badge).to_have_attribute("data-state", wanted, timeout=timeout_ms)
    expect(badge).to_contain_text(words)


def writes(page: Page, text: str) -> None:
    node(page, "ask_day").click()
    page.get_by_label(LISTEN, exact=True).fill(text)
    page.keyboard.press("Tab")


def flows_text(studio: Studio) -> str:
    return (studio.folder / FLOWS_FILE).read_text()
