"""Headless Chromium for tests of the web page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright

SETTLE_MS = 30_000
"""How long a page may take to show what was done, on two busy cores."""

expect.set_options(timeout=SETTLE_MS)  # its own default is 5 s, whatever the page's default is

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
)


def chromium() -> str:
    """Return the path of a Chromium; `VIVAVOCE_CHROMIUM` names another than the usual ones."""
    wanted = (os.environ.get("VIVAVOCE_CHROMIUM", ""), *_NAMES)
    found = next((path for name in wanted if name and (path := shutil.which(name))), None)
    assert found is not None, "no Chromium: run `make setup`, or set VIVAVOCE_CHROMIUM to the path of one"
    return found


def launch(playwright: Playwright, microphone: Path | None) -> Browser:
    """Start a browser whose microphone plays a WAV file over and over; None: it may not use the microphone."""
    flags = list(_FLAGS)
    if microphone is not None:
        flags += ["--use-fake-ui-for-media-stream", f"--use-file-for-fake-audio-capture={microphone}"]
    return playwright.chromium.launch(executable_path=chromium(), args=flags)


@contextmanager
def browsing(microphone: Path | None, playwright: Playwright | None = None) -> Iterator[BrowserContext]:
    """Open a browser of its own, as `launch` does; there is one `playwright` at a time in a process."""
    if playwright is None:
        with sync_playwright() as started, browsing(microphone, started) as context:
            yield context
        return
    browser = launch(playwright, microphone)
    try:
        yield browser.new_context(viewport={"width": 1280, "height": 720})
    finally:
        browser.close()
