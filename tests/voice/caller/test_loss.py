"""A line that loses packets does so by its seed, and leaves RTCP alone."""

from __future__ import annotations

import inspect

from aiortc import RTCDtlsTransport

from voice.caller.loss import Loss, lose_sent_packets

RTP = bytes([0x80, 96]) + bytes(10)
RTCP = bytes([0x80, 200]) + bytes(10)


class Wire:
    """Keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    async def _send_rtp(self, data: bytes) -> None:
        self.sent.append(data)


def test_the_sending_method_has_the_shape_that_the_loss_wraps():
    method = RTCDtlsTransport._send_rtp
    assert inspect.iscoroutinefunction(method)
    assert list(inspect.signature(method).parameters) == ["self", "data"]


def test_the_same_seed_loses_the_same_packets():
    one, two, other = Loss(0.1, 7), Loss(0.1, 7), Loss(0.1, 8)
    first = [one.takes_one() for _ in range(500)]
    assert first == [two.takes_one() for _ in range(500)]
    assert first != [other.takes_one() for _ in range(500)]
    assert one.count == sum(first)
    assert 25 <= one.count <= 80


def test_a_good_line_loses_nothing():
    loss = Loss(0.0)
    assert not any(loss.takes_one() for _ in range(1_000))


async def test_audio_is_lost_and_reports_are_not():
    wire, loss = Wire(), Loss(1.0)
    lose_sent_packets(wire, loss)
    await wire._send_rtp(RTP)
    await wire._send_rtp(RTCP)
    assert wire.sent == [RTCP]
    assert loss.count == 1
