"""The clinic called by voice from beside its canvas: real models, and spoken texts as the microphone."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Playwright, expect

from tests.studio.authoring_web.conftest import FLOW, PROJECT, node, settled, shoot
from tests.support.browser import browsing
from tests.support.recordings import speak
from tests.support.server import ROOT, serve_assistant
from voice.caller.wav import CALL_RATE_HZ, write_wav

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.network, pytest.mark.slow]

TEXTS = ("I would like to make an appointment.", "Two zero four five one eight.", "Nineteen eighty.")
GREETING_S, REPLY_S, TAIL_S = 9, 10, 120
"""Room for the greeting and for each reply, then silence: the microphone plays its file over and over."""
MOST_MS = 60_000


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def silence(length_s: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
        return np.zeros(length_s * CALL_RATE_HZ, np.int16)

    path = tmp_path_factory.mktemp("microphone") / "appointment.wav"
    spoken = [part for utterance in speak(TEXTS) for part in (utterance.samples, silence(REPLY_S))]
    write_wav(path, (np.concatenate([silence(GREETING_S), *spoken, silence(TAIL_S)]),))
    return path


def test_the_clinic_called_by_voice_beside_its_canvas(microphone: Path, tmp_path: Path, playwright: Playwright) -> None:
    folder = tmp_path / PROJECT
    ignored = shutil.ignore_patterns("__pycache__", "calls", ".studio")
    shutil.copytree(ROOT / "examples" / PROJECT, folder, ignore=ignored)
    environment = {"VIVAVOCE_PROJECTS": str(tmp_path / "projects"), **os.environ}
    with (
        serve_assistant(tmp_path, folder, environment) as served,
        browsing(microphone, playwright) as context,
    ):
        page = context.new_page()
        page.set_default_timeout(MOST_MS)
        page.goto(f"{served.url}/studio/{PROJECT}/flows/{FLOW}?audio=raw")
        node(page, "ask_day").wait_for()
        settled(page)
        page.get_by_test_id("open-try").click()
        page.get_by_test_id("try-call").click()
        try:
            expect(page.get_by_test_id("assistant-line").first).to_be_visible(timeout=MOST_MS)
            first = page.get_by_test_id("try-details").first
            first.wait_for(timeout=MOST_MS)
            expect(page.get_by_test_id("try-stack")).to_contain_text(re.compile("appointment", re.IGNORECASE))
            expect(page.locator(".is-active")).to_have_count(1)
            shoot(page, "check-20-voice-real")
            expect(page.get_by_test_id("try-transcript")).to_contain_text("Thank you, Maria", timeout=MOST_MS)
            page.get_by_test_id("try-tab-slots").click()
            expect(page.get_by_test_id("try-slot-patient_number").get_by_test_id("try-slot-value")).to_have_text(
                "204518"
            )
            page.get_by_test_id("try-tab-timing").click()
            strip = page.get_by_test_id("latency-strip").first
            strip.wait_for()
            parts = [int(one.get_attribute("data-ms") or "") for one in strip.locator("[data-testid^='part-']").all()]
            assert sum(parts) == int(strip.get_by_test_id("gap-ms").get_attribute("data-ms") or "")
            shoot(page, "check-20-voice-real-timing")
        except AssertionError as error:
            shoot(page, "check-20-voice-real-failed")
            raise AssertionError(f"{error}\nthe server:\n{served.output}") from error
