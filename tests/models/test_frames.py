"""Frames survive any cut of the byte stream, and nonsense is refused."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import FrameInvalid
from models.frames import PAYLOAD_LIMIT_BYTES, Frame, FrameDecoder, encode_frame

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_frames = st.lists(st.builds(Frame, st.dictionaries(st.text(), _json, max_size=4), st.binary(max_size=200)), max_size=6)


@given(_frames, st.data())
def test_any_cut_gives_the_same_frames(frames: list[Frame], data: st.DataObject) -> None:
    stream = b"".join(encode_frame(frame) for frame in frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    decoder = FrameDecoder()
    decoded = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        decoded += decoder.feed(stream[start:end])
    assert decoded == frames
    assert decoder.is_between_frames


@given(st.binary(max_size=300))
def test_outside_bytes_give_frames_or_a_clear_error(data: bytes) -> None:
    decoder = FrameDecoder()
    try:
        for frame in decoder.feed(data):
            assert isinstance(frame.header, dict)
    except FrameInvalid:
        pass


def test_an_unfinished_frame_waits() -> None:
    decoder = FrameDecoder()
    assert decoder.feed(encode_frame(Frame({"op": "echo"}, b"abc"))[:-1]) == []
    assert not decoder.is_between_frames
    assert decoder.feed(b"c") == [Frame({"op": "echo"}, b"abc")]


def test_a_length_over_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(FrameInvalid, match="over the limit"):
        FrameDecoder().feed(struct.pack(">II", 2, PAYLOAD_LIMIT_BYTES + 1))


@pytest.mark.parametrize("header", [b"[1]", b"{", b"\xff", b"[" * 5000])
def test_a_header_that_is_no_object_is_refused(header: bytes) -> None:
    with pytest.raises(FrameInvalid, match="header"):
        FrameDecoder().feed(struct.pack(">II", len(header), 0) + header)


@pytest.mark.parametrize("value", [{1, 2}, float("nan"), b"raw"])
def test_a_header_that_is_not_json_cannot_be_sent(value: object) -> None:
    with pytest.raises(FrameInvalid, match="JSON"):
        encode_frame(Frame({"value": value}))
