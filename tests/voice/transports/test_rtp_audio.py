"""What a packet says about its length, checked against libopus' own word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.voice.transports.voices import opus_payloads, voice
from voice.transports.libopus import LibOpusDecoder, load_libopus
from voice.transports.rtp_audio import (
    MAX_OPUS_TICKS,
    PayloadUnreadable,
    carries_predecessor,
    opus_ticks,
    packet_ticks,
)


def encoded(options: dict[str, str], bit_rate: int = 32_000, layout: str = "mono", frame_ms: float = 20) -> list[bytes]:
    return opus_payloads(voice(1), options, bit_rate=bit_rate, layout=layout, frame_ms=frame_ms)


@pytest.mark.parametrize("application", ["voip", "audio", "lowdelay"])
@pytest.mark.parametrize("frame_ms", [2.5, 5, 10, 20, 40, 60])
@pytest.mark.parametrize(("bit_rate", "layout"), [(12_000, "mono"), (32_000, "mono"), (96_000, "stereo")])
def test_the_length_in_the_head_is_the_length_decoded(
    application: str, frame_ms: float, bit_rate: int, layout: str
) -> None:
    library = load_libopus()
    assert library is not None, "this machine's PyAV brings no libopus"
    decoder = LibOpusDecoder(library, 48_000)
    for payload in encoded({"application": application}, bit_rate, layout, frame_ms):
        assert opus_ticks(payload) == len(decoder.decode(payload)) == frame_ms * 48


@given(st.binary(max_size=60))
def test_any_payload_has_the_length_it_decodes_to_or_none(payload: bytes) -> None:
    library = load_libopus()
    assert library is not None
    ticks = opus_ticks(payload)
    assert 0 <= ticks <= MAX_OPUS_TICKS
    carries_predecessor(payload)
    try:
        decoded = LibOpusDecoder(library, 16_000).decode(payload)
    except PayloadUnreadable:
        return
    assert not payload or len(decoded) * 3 == ticks


def test_a_second_copy_is_seen_where_it_is() -> None:
    with_copy = encoded({"application": "voip", "fec": "1", "packet_loss": "20"}, 24_000)
    without = encoded({"application": "voip"}, 24_000)
    assert sum(map(carries_predecessor, with_copy)) > len(with_copy) / 2
    assert not any(map(carries_predecessor, without))
    assert not any(map(carries_predecessor, encoded({"application": "lowdelay"})))


def test_a_lost_frame_is_recovered_from_the_next_one() -> None:
    library = load_libopus()
    assert library is not None
    payloads = encoded({"application": "voip", "fec": "1", "packet_loss": "20"}, 24_000)
    whole, holed, made_up = (LibOpusDecoder(library, 16_000) for _ in range(3))
    errors = {"recovered": 0.0, "concealed": 0.0}
    for number, payload in enumerate(payloads[:-1]):
        original = whole.decode(payload).astype(float)
        if number % 5 != 3 or not carries_predecessor(payloads[number + 1]):
            holed.decode(payload)
            made_up.decode(payload)
            continue
        errors["recovered"] += float(np.square(holed.recover(payloads[number + 1], 320) - original).sum())
        errors["concealed"] += float(np.square(made_up.conceal(320) - original).sum())
    assert 0 < errors["recovered"] < errors["concealed"] / 3


@pytest.mark.parametrize(("codec", "ms"), [("pcmu", 20), ("pcma", 20), ("g722", 20)])
def test_the_telephone_s_codecs_have_a_byte_a_tick(codec: str, ms: int) -> None:
    assert packet_ticks(codec, bytes(160)) == ms * 48
    assert packet_ticks(codec, b"") == 0
