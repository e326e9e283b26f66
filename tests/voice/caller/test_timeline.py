"""Received packets on their timeline: jitter, loss, pauses, disorder, wrap-around."""

from __future__ import annotations

from dataclasses import replace

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.wav import join, silence, tone
from voice.audio import first_audible_sample
from voice.caller.microphone import opus_encoder
from voice.caller.timeline import DecodedPacket, RtpAudio, decode, place, unwrap

FRAME = 960


def packets_of(samples: np.ndarray, begin_ms: float = 100.0, first: int = 0, origin: int = 0) -> list[RtpAudio]:
    encoder = opus_encoder()
    result = []
    for index in range(len(samples) // FRAME):
        frame = av.AudioFrame.from_ndarray(
            samples[None, index * FRAME : (index + 1) * FRAME], format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts = 48_000, index * FRAME
        (packet,) = encoder.encode(frame)
        sequence = (first + index) % 65_536
        timestamp = (origin + index * FRAME) % 2**32
        result.append(RtpAudio(begin_ms + index * 20, sequence, timestamp, bytes(packet)))
    return result


def flat(arrivals: list[float], timestamps: list[int]) -> list[DecodedPacket]:
    marks = range(1, len(arrivals) + 1)
    return [
        DecodedPacket(a, t, np.full(FRAME, m, np.int16)) for a, t, m in zip(arrivals, timestamps, marks, strict=True)
    ]


def test_sound_lies_where_it_arrived():
    samples = join(silence(400), tone(400), silence(200))
    timeline = place(decode(packets_of(samples, begin_ms=1_000)))
    onset = first_audible_sample(timeline.samples, 48_000)
    assert onset is not None
    assert onset / 48 == pytest.approx(1_400, abs=12)  # 6.5 ms of it is the codec's look-ahead
    assert timeline.heard_at_ms(onset) == pytest.approx(onset / 48, abs=0.1)


def test_late_packets_stay_in_line_but_their_arrival_is_known():
    arrivals = [100.0, 120.0, 175.0, 175.0, 180.0]
    timeline = place(flat(arrivals, [index * FRAME for index in range(5)]))
    assert [int(v) for v in np.unique(timeline.samples[100 * 48 :])] == [1, 2, 3, 4, 5]
    assert len(timeline.samples) == 200 * 48
    third = 140 * 48
    assert timeline.samples[third] == 3
    assert timeline.heard_at_ms(third) == 175.0
    assert timeline.heard_at_ms(third + 480) == 185.0


def test_a_pause_of_the_sender_is_silence():
    timestamps = [index * FRAME for index in range(100)]
    arrivals = [100.0 + 20 * index + (500 if index >= 50 else 0) for index in range(100)]
    timeline = place(flat(arrivals, timestamps))
    assert timeline.samples[1_110 * 48] == 0
    assert timeline.samples[1_610 * 48] == 51
    assert len(timeline.samples) == 2_600 * 48


def test_a_stall_that_is_caught_up_is_no_pause():
    arrivals = [100.0 + 20 * index for index in range(100)]
    for index in range(40, 60):
        arrivals[index] = 100.0 + 20 * 60
    timeline = place(flat(arrivals, [index * FRAME for index in range(100)]))
    assert 0 not in timeline.samples[100 * 48 :]


def test_lost_packets_are_holes():
    packets = flat([100.0, 120.0, 160.0], [0, FRAME, 3 * FRAME])
    samples = place(packets).samples[100 * 48 :]
    assert [samples[index * FRAME] for index in range(4)] == [1, 2, 0, 3]


def test_disorder_duplicates_and_garbage_do_no_harm():
    packets = packets_of(join(silence(200), tone(600), silence(200)))
    packets[5], packets[6] = packets[6], packets[5]
    packets.append(packets[10])
    packets.append(replace(packets[-2], sequence=packets[-2].sequence + 1, payload=b""))
    packets.append(replace(packets[-1], sequence=packets[-1].sequence + 1, payload=b"\xff" * 3))
    decoded = decode(packets)
    assert [packet.timestamp for packet in decoded][:50] == [index * FRAME for index in range(50)]


def test_counters_that_wrap_go_on():
    samples = join(tone(400), silence(200))
    timeline = place(decode(packets_of(samples, first=65_530, origin=2**32 - 3 * FRAME)))
    plain = place(decode(packets_of(samples)))
    assert np.array_equal(timeline.samples, plain.samples)


def test_nothing_received_is_an_empty_timeline():
    timeline = place(decode([]))
    assert len(timeline.samples) == 0
    assert timeline.heard_at_ms(480) == 10.0


@given(st.lists(st.integers(-100, 100), max_size=50), st.integers(0, 65_535))
def test_unwrap_undoes_the_wrap(steps: list[int], start: int):
    values = [start]
    for step in steps:
        values.append(values[-1] + step)
    assert unwrap([value % 65_536 for value in values], 16) == values
