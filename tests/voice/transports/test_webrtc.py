"""The WebRTC gateway with a real aiortc peer on this machine and a scripted call behind it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aioice.ice
import numpy as np
import pytest
from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack

from voice.errors import CallsFull, OfferUnusable
from voice.link import FrameArrived, LinkClosed, MediaLink, MessageArrived
from voice.speech.playback import PlaybackQueue, PlayedFrame
from voice.transports import webrtc
from voice.transports.addresses import use_loopback_when_alone
from voice.transports.receive_path import ReceivePath
from voice.transports.webrtc import WebRtcGateway

pytestmark = pytest.mark.network


class Scripted:
    """A call that counts frames, plays a tone and answers messages, until the link closes."""

    def __init__(self) -> None:
        self.frames = 0
        self.link: MediaLink | None = None
        self.ended: list[str] = []
        self.heard_frame = asyncio.Event()

    async def hold(self, link: MediaLink) -> None:
        queue = PlaybackQueue(link.output_rate_hz)
        queue.open(1)
        tone = (6000 * np.sin(np.arange(48_000 * 5) / 20)).astype(np.int16)
        queue.put(1, tone)
        link.attach(queue)
        self.link = link
        link.send({"type": "call_started", "call_id": link.call_id})
        while True:
            match await link.inbox.get():
                case FrameArrived():
                    self.frames += 1
                    if self.frames > 20:
                        self.heard_frame.set()
                case MessageArrived(message):
                    link.send({"type": "echo", "message": message})
                case LinkClosed(reason):
                    self.ended.append(reason)
                    await link.close(reason)
                    return


class Peer:
    """A caller."""

    def __init__(self, codec: str | None = None) -> None:
        self.connection = RTCPeerConnection()
        self.connection.addTrack(AudioStreamTrack())
        if codec is not None:
            (transceiver,) = self.connection.getTransceivers()
            known = RTCRtpSender.getCapabilities("audio").codecs
            transceiver.setCodecPreferences([each for each in known if each.name.lower() == codec])
        self.channel = self.connection.createDataChannel("events")
        self.messages: asyncio.Queue[dict] = asyncio.Queue()
        self.channel.on("message", lambda text: self.messages.put_nowait(json.loads(text)))
        self.tracks: asyncio.Queue = asyncio.Queue()
        self.connection.on("track", self.tracks.put_nowait)

    async def call(self, gateway: WebRtcGateway) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        answer = await gateway.answer(self.connection.localDescription.sdp)
        await self.connection.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
        return answer.call_id


@asynccontextmanager
async def calling(
    script: Scripted, codec: str | None = None, **options: int
) -> AsyncIterator[tuple[WebRtcGateway, Peer, str]]:
    gateway = WebRtcGateway(script.hold, **options)
    peer = Peer(codec)
    try:
        call_id = await peer.call(gateway)
        yield gateway, peer, call_id
    finally:
        await peer.connection.close()
        await gateway.close()


async def until(condition, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - a test waits for state it does not own
            await asyncio.sleep(0.02)


async def test_audio_and_messages_flow_both_ways_and_hanging_up_ends_the_call() -> None:
    script = Scripted()
    async with calling(script) as (gateway, peer, call_id):
        async with asyncio.timeout(15):
            track = await peer.tracks.get()
            levels = [np.abs((await track.recv()).to_ndarray()).max() for _ in range(60)]
            await script.heard_frame.wait()
            assert (await peer.messages.get())["call_id"] == call_id
            peer.channel.send(json.dumps({"type": "ping", "client_ms": 5}))
            assert (await peer.messages.get())["message"]["client_ms"] == 5
            for rubbish in ["{", "[1]", "[" * 5000, "x" * 20_000]:
                peer.channel.send(rubbish)
                assert (await peer.messages.get())["message"] == {"type": "unreadable"}
        assert max(levels) > 3000
        assert gateway.status(call_id).state == "live"
        assert await gateway.hang_up(call_id)
        await until(lambda: gateway.status(call_id).state == "ended")
        assert gateway.status(call_id).reason == "caller-hung-up"
        assert gateway.live_calls == 0
        assert not await gateway.hang_up(call_id)


@pytest.mark.parametrize("codec", ["pcmu", "pcma", "g722"])
async def test_the_telephone_s_codecs_are_spoken_too(codec: str) -> None:
    script = Scripted()
    async with calling(script, codec) as (_, peer, _), asyncio.timeout(15):
        track = await peer.tracks.get()
        levels = [np.abs((await track.recv()).to_ndarray()).max() for _ in range(40)]
        await script.heard_frame.wait()
        assert max(levels) > 3000


async def test_a_peer_that_says_goodbye_ends_the_call_and_leaves_no_thread() -> None:
    script = Scripted()
    async with calling(script) as (gateway, peer, call_id):
        async with asyncio.timeout(15):
            await script.heard_frame.wait()
        receivers = [each for each in threading.enumerate() if each.name == "audio-decoder"]
        assert len(receivers) == 1, "the peer's own; ours has ended before it decoded anything"
        counted = script.link.stats
        assert counted.received_packets > 15
        assert counted.lost_packets == counted.unreadable_packets == counted.restarts == 0
        assert counted.sent_frames > 15
        await peer.connection.close()
        await until(lambda: bool(script.ended))
        assert script.ended == ["caller-hung-up"]
        await until(lambda: gateway.status(call_id).state == "ended")
    assert not [each for each in threading.enumerate() if each.name == "audio-decoder"]


async def test_a_fault_in_the_receive_path_ends_that_call_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Scripted()
    async with calling(script) as (gateway, _, call_id):
        async with asyncio.timeout(15):
            await script.heard_frame.wait()
        monkeypatch.setattr(ReceivePath, "put", lambda self, packet, now_ms: 1 / 0)
        await until(lambda: gateway.status(call_id).state == "ended")
        assert script.ended == ["internal-error"]
        monkeypatch.undo()
        again = Scripted()
        async with calling(again):
            await asyncio.wait_for(again.heard_frame.wait(), 15)


async def test_a_source_that_fails_ends_the_call_and_not_in_silence() -> None:
    class Broken:
        def next_frame(self) -> PlayedFrame:
            raise ValueError("no more")

    script = Scripted()
    async with calling(script) as (gateway, _, call_id):
        async with asyncio.timeout(15):
            await script.heard_frame.wait()
        script.link.attach(Broken())
        await until(lambda: gateway.status(call_id).state == "ended")
        assert script.ended == ["internal-error"]


async def test_a_peer_that_vanishes_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webrtc, "VANISHED_S", 1.0)
    script = Scripted()
    async with calling(script) as (gateway, peer, call_id):
        async with asyncio.timeout(15):
            await script.heard_frame.wait()
        for sender in peer.connection.getSenders():
            sender.track.stop()  # no more packets, no goodbye
        await until(lambda: bool(script.ended))
        assert script.ended == ["caller-vanished"]
        await until(lambda: gateway.status(call_id).state == "ended")


async def test_the_gateway_survives_bad_offers_and_keeps_to_its_limit() -> None:
    script = Scripted()
    async with calling(script, max_calls=1) as (gateway, peer, _):
        refused = Peer()
        with pytest.raises(CallsFull):
            await refused.call(gateway)
        await refused.connection.close()
        await until(lambda: script.frames > 0)
    gateway = WebRtcGateway(script.hold)
    sdp = peer.connection.localDescription.sdp
    broken = "\r\n".join(line for line in sdp.splitlines() if "fingerprint" not in line and "ice-" not in line)
    with pytest.raises(OfferUnusable, match="SDP offer"):
        await gateway.answer(broken + "\r\n")
    assert gateway.live_calls == 0
    await gateway.close()


async def test_an_answered_offer_that_never_connects_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webrtc, "CONNECT_S", 0.5)
    script = Scripted()
    gateway = WebRtcGateway(script.hold)
    peer = Peer()
    await peer.connection.setLocalDescription(await peer.connection.createOffer())
    answer = await gateway.answer(peer.connection.localDescription.sdp)
    await until(lambda: gateway.status(answer.call_id).state == "ended")
    assert gateway.status(answer.call_id).reason == "never-connected"
    assert script.frames == 0
    await peer.connection.close()
    await gateway.close()


def test_loopback_is_offered_only_when_there_is_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: [])
    use_loopback_when_alone()
    use_loopback_when_alone()
    assert aioice.ice.get_host_addresses(True, False) == ["127.0.0.1"]
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["192.0.2.1"])
    use_loopback_when_alone()
    assert aioice.ice.get_host_addresses(True, True) == ["192.0.2.1"]
