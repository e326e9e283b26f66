"""The call page in headless Chromium, with the recorded transfer as its microphone and real models behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.support.browser import chromium
from tests.support.recordings import load_call, with_silence
from tests.support.server import ROOT, Served, serve_assistant
from voice.caller.wav import load_utterance, write_wav

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.network, pytest.mark.slow]

ARTIFACTS = ROOT / "tests" / "artifacts"
TRANSFER = load_call("transfer")
GREETING_MS = 9_000
"""The microphone begins to run when the call is made; so long the greeting may take."""
REPLY_MS = 10_500
"""For a reply to come and be heard to its end, before the next utterance; below the silence timeout of 12 s."""
CALL_LIMIT_MS = 150_000
PARTS = ("endpoint", "recognition", "understanding", "flow", "first_audio")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve_assistant(tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The five utterances one after another with room for the replies, played once."""
    path = tmp_path_factory.mktemp("microphone") / "transfer.wav"
    spoken = [with_silence(load_utterance(each.path), 0, REPLY_MS).samples for each in TRANSFER]
    tail = np.zeros(48 * 120_000, np.int16)
    write_wav(path, (np.concatenate([np.zeros(48 * GREETING_MS, np.int16), *spoken, tail]),))
    return path


@contextmanager
def opened_page(url: str, microphone: Path, before: str = "") -> Iterator[tuple[Page, list[str]]]:
    """Open the page in a fresh browser after the script `before`; the list has what the page complained about."""
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-dev-shm-usage",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}%noloop",
        "--autoplay-policy=no-user-gesture-required",
        "--allow-loopback-in-peer-connection",
        "--disable-features=WebRtcHideLocalIpsWithMdns",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
        try:
            page = browser.new_page(viewport={"width": 1360, "height": 900})
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.add_init_script(before)
            page.goto(url)
            yield page, complaints
        finally:
            browser.close()


def shoot(page: Page, name: str) -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)


def test_a_transfer_spoken_into_the_page(served: Served, microphone: Path) -> None:
    with opened_page(served.url, microphone) as (page, complaints):
        try:
            follow_the_transfer(page)
        except AssertionError as error:
            shoot(page, "call-failed")
            raise AssertionError(f"{error}\nthe page: {complaints}\nthe server:\n{served.output}") from error
        assert complaints == []


def test_a_browser_that_keeps_nothing_calls_too(served: Served, microphone: Path) -> None:
    nothing = 'Object.defineProperty(window, "localStorage", { get: () => { throw new DOMException("denied"); } });'
    with opened_page(served.url, microphone, nothing) as (page, complaints):
        page.get_by_test_id("call-button").first.click()
        expect(page.get_by_test_id("assistant-line").first).to_be_visible(timeout=30_000)
        page.get_by_test_id("hangup-button").click()
        expect(page.get_by_test_id("call-button").first).to_be_enabled(timeout=30_000)
        assert complaints == []


def follow_the_transfer(page: Page) -> None:
    """Make the call and check what the page shows, from the greeting to after the goodbye."""
    page.get_by_test_id("call-button").first.click()
    expect(page.get_by_test_id("assistant-line").first).to_be_visible(timeout=30_000)
    shoot(page, "call-greeting")

    expect(page.get_by_test_id("flow-name").first).to_contain_text(
        re.compile("send money|transfer", re.IGNORECASE), timeout=60_000
    )
    expect(page.get_by_test_id("slot-transfer_recipient")).to_contain_text("Joe", timeout=CALL_LIMIT_MS)
    expect(page.get_by_test_id("slot-transfer_amount")).to_contain_text("50", timeout=CALL_LIMIT_MS)
    shoot(page, "call-during")

    transcript = page.get_by_test_id("transcript")
    expect(transcript).to_contain_text(re.compile(r"Done\. I sent .*50.* to Joe"), timeout=CALL_LIMIT_MS)
    assert_the_latency_strips_add_up(page)
    shoot(page, "call-transferred")

    expect(page.get_by_test_id("user-line")).to_have_count(len(TRANSFER), timeout=CALL_LIMIT_MS)
    expect(page.get_by_test_id("call-button").first).to_be_enabled(timeout=60_000)
    shoot(page, "call-after")
    said = " ".join(page.get_by_test_id("user-line").all_inner_texts()).lower()
    assert "money" in said
    assert "joe" in said
    assert page.get_by_test_id("error-banner").count() == 0


READ_STRIPS = """strips => strips.map(strip => ({
    gap: Number(strip.querySelector("[data-testid=gap-ms]").dataset.ms),
    parts: Object.fromEntries([...strip.querySelectorAll("[data-testid^=part-]")]
        .map(part => [part.dataset.testid.slice("part-".length), Number(part.dataset.ms)])),
}))"""


def assert_the_latency_strips_add_up(page: Page) -> None:
    """On every strip the parts sum to the gap beside them; read at one moment, since a new turn may come."""
    strips = page.get_by_test_id("latency-strip").evaluate_all(READ_STRIPS)
    assert strips
    for strip in strips:
        assert set(PARTS) <= set(strip["parts"])
        assert sum(strip["parts"].values()) == strip["gap"], strip
