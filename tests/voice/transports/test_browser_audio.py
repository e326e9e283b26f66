"""Chromium as the caller: it takes our answer, hears our Opus, and is heard; audio time is wall time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import async_playwright

from tests.support.browser import chromium
from tests.voice.transports.answering_machine import AnsweringMachine

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)
OFFER = """async () => {
  const audio = new AudioContext(), tone = audio.createOscillator(), level = audio.createGain();
  const out = audio.createMediaStreamDestination();
  level.gain.value = 0;
  tone.connect(level).connect(out);
  tone.start();
  const peer = window.peer = new RTCPeerConnection();
  window.level = level.gain;
  window.audio = audio;
  peer.addTrack(out.stream.getAudioTracks()[0], out.stream);
  peer.createDataChannel("events");
  peer.ontrack = event => {
    const element = window.element = new Audio();
    element.srcObject = event.streams[0] ?? new MediaStream([event.track]);
    element.play();
  };
  await peer.setLocalDescription(await peer.createOffer());
  while (peer.iceGatheringState !== "complete") await new Promise(done => setTimeout(done, 20));
  return peer.localDescription.sdp;
}"""
ANSWER = "sdp => window.peer.setRemoteDescription({type: 'answer', sdp})"
SPEAK = """async () => {
  const from = window.audio.currentTime + 0.1;
  window.level.setValueAtTime(0.4, from);
  window.level.setValueAtTime(0, from + 1.5);
  while (window.audio.currentTime < from + 1.6) await new Promise(done => setTimeout(done, 50));
}"""
STATISTICS = "async () => [...(await window.peer.getStats()).values()]"


def of(statistics: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(each for each in statistics if each["type"] == kind and each.get("kind", "audio") == "audio")


async def test_a_browser_is_heard_and_hears() -> None:
    machine = AnsweringMachine()
    async with asyncio.timeout(90), async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            page = await browser.new_page()
            answer = await machine.gateway.answer(await page.evaluate(OFFER))
            await page.evaluate(ANSWER, answer.sdp)
            while not machine.calls or machine.calls[0].frames < 50:  # noqa: ASYNC110 - the call goes on elsewhere
                await asyncio.sleep(0.05)
            call = machine.calls[0]
            await page.evaluate(SPEAK)
            await asyncio.sleep(2.0)
            statistics = await page.evaluate(STATISTICS)
        finally:
            await browser.close()
            await machine.gateway.close()
    assert call.turns == 1
    assert sum(level > 1_000 for level in call.levels) * 20 == pytest.approx(1500, abs=300)
    codecs = [each["sdpFmtpLine"] for each in statistics if each["type"] == "codec"]
    assert any("useinbandfec=1" in line and "stereo=0" in line for line in codecs), codecs
    received = of(statistics, "inbound-rtp")
    assert received["packetsReceived"] > 100
    assert received["totalAudioEnergy"] > 0, "our tone was heard"
    assert received.get("concealedSamples", 0) < received["totalSamplesReceived"] * 0.2
    assert call.stats.unreadable_packets == call.stats.restarts == 0
    assert call.frames * 20 == pytest.approx(call.wall_ms, abs=call.wall_ms * 0.01 + 100)
