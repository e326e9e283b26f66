"""Received audio: in order, without waiting, and nothing twice."""

from __future__ import annotations

from itertools import pairwise

import aiortc.rtcrtpreceiver
import pytest
from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from voice.transports.arrival import ArrivalOrder, receive_in_arrival_order


def packet(sequence_number: int, data: bytes = b"x") -> RtpPacket:
    made = RtpPacket(sequence_number=sequence_number % 65536, timestamp=sequence_number * 960)
    made._data = data
    return made


def passed(numbers: list[int]) -> list[int]:
    buffer = ArrivalOrder()
    return [number for number in numbers if buffer.add(packet(number))[1] is not None]


@pytest.mark.parametrize(
    ("arrived", "expected"),
    [
        ([1, 2, 3], [1, 2, 3]),
        ([1, 3, 2, 4], [1, 3, 4]),
        ([1, 1, 2, 2], [1, 2]),
        ([1, 5, 6], [1, 5, 6]),
        ([65534, 65535, 65536, 65537], [65534, 65535, 65536, 65537]),
        ([500, 1, 2], [500, 1, 2]),
    ],
)
def test_golden(arrived: list[int], expected: list[int]) -> None:
    assert passed(arrived) == expected


@given(st.lists(st.integers(0, 65535), max_size=50))
def test_nothing_passes_twice_in_a_row_and_nothing_raises(numbers: list[int]) -> None:
    result = passed(numbers)
    assert all(first != second for first, second in pairwise(result))


def test_a_frame_leaves_with_the_packet_that_brought_it() -> None:
    _, frame = ArrivalOrder().add(packet(7, b"opus"))
    assert frame is not None
    assert (frame.data, frame.timestamp) == (b"opus", 7 * 960)
    assert ArrivalOrder().add(packet(8, b""))[1] is None


def test_the_name_that_is_replaced_is_there_and_video_keeps_its_buffer() -> None:
    receive_in_arrival_order()
    receive_in_arrival_order()
    assert isinstance(aiortc.rtcrtpreceiver.JitterBuffer(capacity=16, prefetch=4), ArrivalOrder)
    assert aiortc.rtcrtpreceiver.JitterBuffer(capacity=512, is_video=True).capacity == 512
    receiver = aiortc.rtcrtpreceiver.RTCRtpReceiver
    assert "_RTCRtpReceiver__jitter_buffer" in receiver.__init__.__code__.co_names
