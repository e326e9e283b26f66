"""The newcomer's path: an assistant from nothing by mouse and keyboard, trained, called, published and rolled back.

Only mouse and keyboard act; what is on disk is looked at from the side, at the end.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.studio.authoring_web.conftest import node, saved, settled
from tests.studio.authoring_web.support import ANSWER_MS, Newcomer, station
from tests.support.browser import chromium
from tests.support.recordings import speak, with_silence
from tests.support.server import ROOT, VIVAVOCE, Served, serve_assistant
from voice.caller.wav import write_wav

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.network, pytest.mark.slow]

SAID = ("I would like to order a cake, please.", "Chocolate, please.", "Three.", "On Friday.")
GREETING_MS = 9_000
"""The microphone begins to run when the call is made; so long the greeting may take."""
REPLY_MS = 10_500
"""For a reply to come and be heard to its end, before the next utterance; below the silence timeout of 12 s."""
CALL_LIMIT_MS = 150_000
TRAINING_MS = 400_000
READY_MS = 120_000
"""Until an assistant that nobody called before is ready on two busy cores."""
ORDER_TAKEN = "utter_order_taken"
FIRST_WORDS = "Thank you. I noted {cake_count} {cake_kind} for {pickup_day}."
MENDED_WORDS = "Thank you. I noted {cake_count} {cake_kind} cakes for {pickup_day}."
NEWER_WORDS = "Wonderful, {pickup_day} it is."


def write_microphone(path: Path) -> None:
    """The four utterances one after another with room for the replies, played once."""
    spoken = [with_silence(each, 0, REPLY_MS).samples for each in speak(SAID)]
    tail = np.zeros(48 * 120_000, np.int16)
    write_wav(path, (np.concatenate([np.zeros(48 * GREETING_MS, np.int16), *spoken, tail]),))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    folder = tmp_path / "served"
    folder.mkdir()
    with serve_assistant(folder, ROOT / "examples" / "clinic") as server:
        yield server


@contextmanager
def opened_studio(playwright: Playwright, url: str, microphone: Path) -> Iterator[tuple[Page, list[str]]]:
    """Open the studio in a fresh browser with a microphone; the list has what the page complained about."""
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
    browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
    try:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(ANSWER_MS)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{url}/studio")
        yield page, complaints
    finally:
        browser.close()


def test_from_nothing_to_production_and_back(playwright: Playwright, served: Served, tmp_path: Path) -> None:
    microphone = tmp_path / "microphone.wav"
    write_microphone(microphone)
    with opened_studio(playwright, served.url, microphone) as (page, complaints):
        try:
            walks(Newcomer(page))
        except AssertionError as error:
            station(page, "failed")
            raise AssertionError(f"{error}\nthe page: {complaints}\nthe server:\n{served.output}") from error
        assert complaints == []
    checked = subprocess.run(
        [str(VIVAVOCE), "validate", str(served.folder / "projects" / "cake-shop")], capture_output=True, text=True
    )
    assert (checked.returncode, checked.stdout.strip().endswith("no problems.")) == (0, True), checked.stdout


def walks(newcomer: Newcomer) -> None:
    draws(newcomer, "Cake shop")
    trains(newcomer)
    chats(newcomer)
    calls(newcomer, "11-draft", "Thank you. I noted 3 chocolate for Friday.")
    writes_the_response(newcomer, MENDED_WORDS)
    station(newcomer.page, "12-mended")
    publishes(newcomer, "First order book")
    station(newcomer.page, "13-published")
    writes_the_response(newcomer, NEWER_WORDS)
    publishes(newcomer, "Shorter words")
    rolls_back(newcomer, "First order book")
    tries(newcomer, "Production")
    calls(newcomer, "16-production", "Thank you. I noted 3 chocolate cakes for Friday.")


def draws(newcomer: Newcomer, name: str) -> None:
    """Two flows, five slots, a branch with a condition, and words of one's own."""
    page = newcomer.page
    newcomer.creates_an_assistant(name)
    station(page, "01-empty-assistant")
    orders_a_cake(newcomer)
    leaves_a_message(newcomer)
    says_what_fits_a_slot(newcomer)
    branches_on_large_orders(newcomer)


def orders_a_cake(newcomer: Newcomer) -> None:
    page = newcomer.page
    newcomer.creates_a_flow("order a cake", "The caller wants to order a cake from the shop.")
    station(page, "02-empty-flow")
    newcomer.begins_with("collect", "cake_kind")
    newcomer.writes("question-text", "Which cake would you like, chocolate or lemon?")
    newcomer.adds_by_keyboard("collect", "cake_count")
    newcomer.writes("question-text", "How many cakes shall it be?")
    newcomer.adds_by_keyboard("collect", "pickup_day")
    newcomer.writes("question-text", "On which day do you fetch it?")
    newcomer.adds_by_keyboard("say", "order taken")
    newcomer.writes("response-text", FIRST_WORDS)
    station(page, "03-four-steps")


def leaves_a_message(newcomer: Newcomer) -> None:
    page = newcomer.page
    newcomer.creates_a_flow("leave a message", "The caller wants to leave a message for the baker.")
    newcomer.begins_with("collect", "caller_name")
    newcomer.adds_by_keyboard("collect", "message_text")
    newcomer.adds_by_keyboard("say", "message kept")
    newcomer.writes("response-text", "Thank you {caller_name}, I tell the baker.")
    station(page, "05-second-flow")


def says_what_fits_a_slot(newcomer: Newcomer) -> None:
    page = newcomer.page
    newcomer.opens_content("slots", "cake_kind")
    page.get_by_label("Type", exact=True).select_option("categorical")
    newcomer.writes("slot-values", "chocolate\nlemon")
    page.get_by_test_id("entry-cake_count").click()
    page.get_by_label("Type", exact=True).select_option("float")
    saved(page)
    station(page, "06-slots")


def branches_on_large_orders(newcomer: Newcomer) -> None:
    """Whoever orders more than five cakes is called back."""
    page = newcomer.page
    newcomer.opens_flow("order a cake")
    newcomer.draws_a_branch("ask_cake_count", "say", "large order")
    newcomer.writes("response-text", "That is a large order. The baker calls you back.")
    newcomer.selects("ask_cake_count")
    branch = page.get_by_test_id("branch-0")
    branch.get_by_label("Compared").select_option(">")
    expect(branch.get_by_label("Compared")).to_have_value(">")
    branch.get_by_label("Value", exact=True).fill("5")
    page.keyboard.press("Tab")
    expect(page.get_by_text("cake count > 5").first).to_be_visible()
    saved(page)
    station(page, "07-condition")
    page.get_by_test_id("tool-tidy").click()
    saved(page)
    settled(page)
    station(page, "08-branch")


def chats(newcomer: Newcomer) -> None:
    """Try it by typing first: the draft is made ready, and the step it is at is lit."""
    page = newcomer.page
    tries(newcomer, "Draft")
    page.get_by_test_id("try-chat").click()
    transcript = page.get_by_test_id("try-transcript")
    expect(transcript).to_contain_text("How can I help you", timeout=READY_MS)
    newcomer.types(SAID[0])
    expect(transcript).to_contain_text("Which cake would you like", timeout=CALL_LIMIT_MS)
    expect(node(page, "ask_cake_kind")).to_have_attribute("data-active", "true")
    newcomer.types("lemon")
    expect(transcript).to_contain_text("How many cakes", timeout=CALL_LIMIT_MS)
    newcomer.types("seven")
    expect(transcript).to_contain_text("That is a large order", timeout=CALL_LIMIT_MS)
    station(page, "10-chat")
    page.get_by_test_id("try-hang-up").click()


def calls(newcomer: Newcomer, picture: str, words: str) -> None:
    """Call by voice; the step that waits is lit, and the words of the last response are heard."""
    page = newcomer.page
    page.get_by_test_id("try-call").click()
    transcript = page.get_by_test_id("try-transcript")
    expect(node(page, "ask_cake_count")).to_have_attribute("data-active", "true", timeout=CALL_LIMIT_MS)
    station(page, f"{picture}-active-step")
    expect(transcript).to_contain_text(words, timeout=CALL_LIMIT_MS)
    station(page, f"{picture}-called")
    page.get_by_test_id("try-hang-up").click()


def trains(newcomer: Newcomer) -> None:
    page = newcomer.page
    page.get_by_test_id("nav-train").click()
    page.get_by_test_id("train").click()
    job = page.get_by_test_id("job")
    expect(job).to_have_attribute("data-state", re.compile("done|failed"), timeout=TRAINING_MS)
    station(page, "09-trained")
    expect(job).to_have_attribute("data-state", "done")
    expect(page.get_by_test_id("parts")).to_contain_text("speech")


def writes_the_response(newcomer: Newcomer, words: str) -> None:
    newcomer.opens_content("responses", ORDER_TAKEN)
    newcomer.writes("text-1", words)


def publishes(newcomer: Newcomer, message: str) -> None:
    page = newcomer.page
    page.get_by_test_id("nav-versions").click()
    page.get_by_test_id("publish-production").click()
    page.get_by_test_id("publish-message").fill(message)
    page.get_by_test_id("publish-dialog").get_by_role("checkbox").check()
    page.get_by_test_id("publish-now").click()
    expect(page.get_by_test_id("publish-dialog")).to_have_count(0, timeout=ANSWER_MS)
    expect(page.get_by_test_id("environment-production")).to_contain_text(message, timeout=ANSWER_MS)


def rolls_back(newcomer: Newcomer, message: str) -> None:
    page = newcomer.page
    page.get_by_test_id("rollback-production").click()
    station(page, "14-roll-back")
    page.get_by_test_id("rollback-now").click()
    expect(page.get_by_test_id("rollback-dialog")).to_have_count(0, timeout=ANSWER_MS)
    runs = page.get_by_test_id("environment-production").locator("p").filter(has_text=message)
    expect(runs.first).to_be_visible(timeout=ANSWER_MS)
    station(page, "15-rolled-back")


def tries(newcomer: Newcomer, target: str) -> None:
    """Open the panel beside the canvas, and choose what is called."""
    page = newcomer.page
    newcomer.opens_flow("order a cake")
    if page.get_by_test_id("try-panel").count() == 0:
        page.get_by_test_id("open-try").click()
    page.get_by_test_id("try-panel").get_by_label("What is called").select_option(label=target)
