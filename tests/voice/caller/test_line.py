"""The private names of aiortc that the caller leans on, and the parsing of the data channel."""

from __future__ import annotations

import inspect

import pytest
from aiortc import RTCRtpReceiver

from voice.caller.line import read_message


def test_the_packet_handler_has_the_shape_that_the_tap_wraps():
    handler = RTCRtpReceiver._handle_rtp_packet
    assert inspect.iscoroutinefunction(handler)
    assert list(inspect.signature(handler).parameters) == ["self", "packet", "arrival_time_ms"]


@pytest.mark.parametrize("data", ["", "{", "[1]", "3", b"\xff\xfe", '"type"'])
def test_a_message_that_is_no_object_is_empty(data):
    assert read_message(data) == {}


def test_a_message_is_read():
    assert read_message('{"type": "pong"}') == {"type": "pong"}
