"""The call page in headless Chromium against the fake call server: no models, but a real browser and real audio."""

from __future__ import annotations

import gc
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pytest
import uvicorn
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import browsing
from tests.support.fake_call_server import PAGE, FakeCall, create_app
from voice.caller.wav import write_wav

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]

RATE_HZ = 48_000
KEEP_PARTIALS = """() => {
    window.partials = [];
    new MutationObserver(() => {
        const shown = document.querySelector('[data-testid=partial]');
        if (shown) window.partials.push(shown.textContent);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
PARTS = ("endpoint", "recognition", "understanding", "flow", "first_audio")


@dataclass
class Fake:
    url: str
    server: uvicorn.Server
    calls: dict[str, FakeCall] = field(default_factory=dict)

    def wait_until_over(self) -> None:
        """Wait until the server has no running call."""
        deadline = time.monotonic() + 30
        while not all(call.is_over for call in self.calls.values()):
            assert time.monotonic() < deadline, "the server still holds the call"
            time.sleep(0.05)


@pytest.fixture
def fake(request: pytest.FixtureRequest) -> Iterator[Fake]:
    """Serve the built page; the parameter says whether all lines are busy."""
    if not (PAGE / "index.html").is_file():
        pytest.skip("the page is not built: python studio/web/build.py")
    calls: dict[str, FakeCall] = {}
    app = create_app(calls, is_full=getattr(request, "param", False))
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield Fake(f"http://127.0.0.1:{listening.getsockname()[1]}/?audio=raw", server, calls)
    server.should_exit = True
    thread.join(60)
    assert not thread.is_alive()
    listening.close()
    gc.collect()  # a socket that was left open is told here, not in whichever test comes next


def voiced(length_s: float) -> npt.NDArray[np.int16]:
    """A buzz that rises and falls like syllables."""
    at_s = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
    buzz = sum(np.sin(2 * np.pi * 120 * n * at_s) / n for n in range(1, 6))
    return np.asarray(buzz * (0.4 + 0.6 * np.abs(np.cos(np.pi * 3 * at_s))) * 4000, np.int16)


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A turn, the next one, and one that barges into the long second reply; then a long silence."""

    def silence(length_s: float) -> npt.NDArray[np.int16]:
        return np.zeros(int(length_s * RATE_HZ), np.int16)

    spoken = (silence(10), voiced(1.5), silence(6), voiced(1.2), silence(4), voiced(1.2), silence(60))
    path = tmp_path_factory.mktemp("microphone") / "three_turns.wav"
    write_wav(path, (np.concatenate(spoken),))
    return path


def opened(context: BrowserContext, fake: Fake) -> tuple[Page, list[str]]:
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(fake.url)
    return page, complaints


def expect_phase(page: Page, phase: str, timeout_ms: int = 30_000) -> None:
    expect(page.get_by_test_id("call-state")).to_have_attribute("data-phase", phase, timeout=timeout_ms)


def test_a_spoken_call_shows_turns_flow_slots_barge_in_and_gaps(fake: Fake, microphone: Path) -> None:
    with browsing(microphone) as context:
        page, complaints = opened(context, fake)
        page.evaluate(KEEP_PARTIALS)
        page.get_by_test_id("call-button").click()
        expect_phase(page, "live")
        expect(page.get_by_test_id("flow-name")).to_have_text("Transfer money")
        assert any("I'd like" in partial for partial in page.evaluate("() => window.partials"))
        expect(page.get_by_test_id("step-name")).to_have_text("Step: Collect amount")
        expect(page.get_by_test_id("slot-recipient")).to_have_text("Anna")
        expect(page.get_by_test_id("barge-in")).to_contain_text("Stopped after")
        expect(page.get_by_test_id("slot-amount")).to_have_text("80")
        expect(page.get_by_test_id("heard-gap-ms")).to_have_count(3)
        ways_ms = []
        for strip in page.get_by_test_id("latency-strip").all():
            parts = [int(strip.get_by_test_id(f"part-{name}").inner_text()) for name in PARTS]
            gap_ms = int(strip.get_by_test_id("gap-ms").get_attribute("data-ms") or "")
            heard_ms = int(strip.get_by_test_id("heard-gap-ms").get_attribute("data-ms") or "")
            assert sum(parts) == gap_ms
            ways_ms.append(heard_ms - gap_ms)
        # What is heard here has the way to the server and back on top; a machine that stalls makes one of them long.
        assert min(ways_ms) >= 0
        assert min(ways_ms) <= 600
        page.get_by_test_id("hangup-button").click()
        expect_phase(page, "ended")
        fake.wait_until_over()
        assert complaints == []


def test_a_caller_without_a_microphone_types(fake: Fake) -> None:
    with browsing(None) as context:
        page, complaints = opened(context, fake)
        page.get_by_test_id("call-button").click()
        banner = page.get_by_test_id("error-banner")
        expect(banner).to_have_attribute("data-code", "mic-denied")
        banner.get_by_role("button", name="Type instead").click()
        expect_phase(page, "live")
        expect(page.get_by_test_id("say-input")).to_be_focused()
        page.keyboard.type("send money to Anna")
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("user-line")).to_contain_text("send money to Anna")
        expect(page.get_by_test_id("slot-recipient")).to_have_text("Anna")
        assert complaints == []


@pytest.mark.parametrize("fake", [True], indirect=True)
def test_busy_lines_are_said_in_the_servers_words(fake: Fake, microphone: Path) -> None:
    with browsing(microphone) as context:
        page, _ = opened(context, fake)
        page.get_by_test_id("call-button").click()
        banner = page.get_by_test_id("error-banner")
        expect(banner).to_have_attribute("data-code", "server-unavailable")
        expect(banner).to_contain_text("All 4 lines are in use.")


def test_leaving_the_page_hangs_up(fake: Fake, microphone: Path) -> None:
    with browsing(microphone) as context:
        page, _ = opened(context, fake)
        page.get_by_test_id("call-button").click()
        expect_phase(page, "live")
        page.goto("about:blank")
        fake.wait_until_over()
        assert len(fake.calls) == 1


def test_a_server_that_ends_the_call_is_named(fake: Fake, microphone: Path) -> None:
    with browsing(microphone) as context:
        page, _ = opened(context, fake)
        page.get_by_test_id("call-button").click()
        expect_phase(page, "live")
        fake.server.should_exit = True
        expect_phase(page, "ended")
        expect(page.get_by_test_id("transcript")).to_be_visible()
        expect(page.get_by_text("The server is being stopped.")).to_be_visible()
        expect(page.get_by_test_id("call-button")).to_have_text("Call again")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_size_scrolls_sideways(fake: Fake, scheme: Literal["light", "dark"]) -> None:
    with browsing(None) as context:
        page, complaints = opened(context, fake)
        page.emulate_media(color_scheme=scheme)
        expect(page.get_by_test_id("suggestions")).to_contain_text("Transfer money")
        assert widest_overflow_px(page) <= 0
        page.get_by_test_id("type-button").click()
        expect_phase(page, "live")
        expect(page.get_by_test_id("assistant-line")).to_be_visible()
        assert widest_overflow_px(page) <= 0
        assert complaints == []


def widest_overflow_px(page: Page) -> int:
    """Return by how much the page is wider than its window, at worst over the sizes; 640 is 1280 at 200 %."""
    found = []
    for width, height in ((1440, 900), (1280, 720), (640, 360), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        found.append(int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth")))
    return max(found)
