"""From packets to frames: whatever a caller sends, and however it arrives, its speech is there and its time is true."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.voice.transports.streams import Network, Sent, run, stream
from tests.voice.transports.voices import (
    TELEPHONE,
    at_16_khz,
    envelope_likeness,
    opus_payloads,
    telephone_payloads,
    voice,
)
from voice.transports import decoders
from voice.transports.receive_path import HeardFrame, ReceivePath, audio_packet
from voice.transports.rtp_audio import CLOCK_HZ

SPEECH = voice(6)


def rtp(
    payloads: list[bytes], codec: str = "opus", *, begin_ms: float = 0.0, sequence: int = 0, ppm: float = 0.0
) -> Sent:
    """Return the packets of a stream with when each was spoken to its end."""
    sent, ticks = [], 0
    for number, payload in enumerate(payloads):
        clock = ticks * CLOCK_HZ[codec] // 48_000
        packet = audio_packet(1, codec, (sequence + number) % 65536, clock, payload)
        ticks += packet.ticks
        sent.append((begin_ms + ticks / 48 / (1 + ppm / 1e6), packet))
    return sent


def heard(arrived: Sent, until_ms: float, path: ReceivePath | None = None) -> tuple[ReceivePath, list[HeardFrame]]:
    made = path or ReceivePath(0.0)
    given = run(arrived, made.put, made.tick, made.due_ms, until_ms)
    frames = [frame for _, frame in given]
    assert all(frame.samples.shape == (320,) and frame.samples.dtype == np.int16 for frame in frames)
    return made, frames


def joined(frames: list[HeardFrame]) -> np.ndarray:
    return np.concatenate([frame.samples for frame in frames])


FORMS = {
    "browser": opus_payloads(SPEECH, {"application": "voip", "fec": "1", "packet_loss": "10"}),
    "stereo": opus_payloads(SPEECH, {"application": "voip"}, layout="stereo", bit_rate=96_000),
    "10 ms": opus_payloads(SPEECH, {"application": "voip"}, frame_ms=10),
    "60 ms": opus_payloads(SPEECH, {"application": "voip"}, frame_ms=60),
    "2.5 ms": opus_payloads(SPEECH, {"application": "lowdelay"}, frame_ms=2.5, bit_rate=64_000),
    "8 kHz": opus_payloads(SPEECH[::6].copy(), {"application": "voip"}, rate_hz=8_000, bit_rate=12_000),
    **{codec: telephone_payloads(SPEECH, codec) for codec in sorted(TELEPHONE)},
    "pcmu 10 ms": telephone_payloads(SPEECH, "pcmu", 10),
    "pcmu 60 ms": telephone_payloads(SPEECH, "pcmu", 60),
}


def codec_of(form: str) -> str:
    name = form.split()[0]
    return name if name in TELEPHONE else "opus"


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_audio_is_heard(form: str) -> None:
    arrived = Network().deliver(rtp(FORMS[form], codec_of(form)))
    path, frames = heard(arrived, arrived[-1][0])
    assert envelope_likeness(joined(frames), at_16_khz(SPEECH)) > 0.97
    assert len(frames) * 20 == pytest.approx(arrived[-1][0], abs=25)
    assert not any(frame.is_concealed for frame in frames)
    assert path.statistics().unreadable_packets == 0


@pytest.mark.parametrize("loss", [0.01, 0.05, 0.10])
@pytest.mark.parametrize("form", ["browser", "stereo", "10 ms", "60 ms", "pcmu", "g722"])
def test_speech_survives_loss(form: str, loss: float) -> None:
    arrived = Network(loss=loss, jitter_ms=30, duplication=0.02, seed=4).deliver(rtp(FORMS[form], codec_of(form)))
    path, frames = heard(arrived, 6000.0)
    assert envelope_likeness(joined(frames), at_16_khz(SPEECH)) > 0.95 - 2 * loss
    assert len(frames) * 20 == pytest.approx(6000, abs=100)
    counted = path.statistics()
    made_up_ms = counted.concealed_ms + counted.recovered_ms
    assert made_up_ms > 0 or not counted.lost_packets
    assert any(frame.is_concealed for frame in frames) == (counted.concealed_ms > 0)


def test_what_is_put_in_place_of_a_caller_who_is_gone_is_not_real() -> None:
    arrived = Network().deliver(rtp(FORMS["pcmu"], "pcmu"))
    _, frames = heard(arrived, arrived[-1][0] + 2_000)
    real = [frame.is_real for frame in frames]
    assert all(real[: len(FORMS["pcmu"]) - 5])
    assert not any(real[-80:])


def test_what_is_lost_is_recovered_where_the_caller_sends_copies() -> None:
    arrived = Network(loss=0.1, seed=8).deliver(rtp(FORMS["browser"]))
    counted = heard(arrived, 6000.0)[0].statistics()
    assert counted.recovered_ms > counted.lost_packets * 20 * 0.3  # the others had no copy, or lost it as well


def test_without_libopus_pyav_decodes_and_we_conceal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders, "load_libopus", lambda: None)
    arrived = Network(loss=0.05, seed=4).deliver(rtp(FORMS["stereo"]))
    path, frames = heard(arrived, 6000.0)
    assert envelope_likeness(joined(frames), at_16_khz(SPEECH)) > 0.9
    assert path.statistics().concealed_ms > 0


@pytest.mark.parametrize("ppm", [-200, 200])
def test_a_drifting_clock_is_absorbed(ppm: int) -> None:
    """Four minutes: 48 ms of drift, for which audio is put in or taken out; the time of the audio stays ours."""
    syllables = [*telephone_payloads(voice(1), "pcmu"), *[b"\xff" * 160] * 20]
    arrived = Network(jitter_ms=4).deliver(rtp(syllables * (12_000 // len(syllables)), "pcmu", ppm=ppm))
    until_ms = arrived[-1][0]
    path, frames = heard(arrived, until_ms)
    assert len(frames) * 20 == pytest.approx(until_ms, abs=40)
    counted = path.statistics()
    assert counted.drift_ppm == pytest.approx(ppm, abs=15)
    assert (counted.removed_ms if ppm > 0 else counted.inserted_ms) == pytest.approx(48, abs=12)
    assert (counted.inserted_ms if ppm > 0 else counted.removed_ms) <= 20
    assert counted.concealed_ms == counted.lost_packets == 0


def test_drift_is_absorbed_even_where_nobody_ever_pauses() -> None:
    """Music on hold: no silence to put the difference into."""
    hum = (8000 * np.sin(2 * np.pi * 220 * np.arange(48_000 * 2) / 48_000)).astype(np.int16)
    payloads = telephone_payloads(hum, "pcmu")
    arrived = Network().deliver(rtp(payloads * 60, "pcmu", ppm=400))
    _, frames = heard(arrived, arrived[-1][0])
    assert len(frames) * 20 == pytest.approx(arrived[-1][0], abs=60)


def test_a_codec_may_change_in_mid_call() -> None:
    first, second = FORMS["browser"][:100], FORMS["pcma"][100:200]
    arrived = Network().deliver([*rtp(first), *rtp(second, "pcma", begin_ms=2000, sequence=100)])
    _, frames = heard(arrived, 4000.0)
    assert envelope_likeness(joined(frames), at_16_khz(SPEECH)[: 16_000 * 4]) > 0.9


def test_garbage_is_concealed_and_counted_and_speech_goes_on() -> None:
    payloads = list(FORMS["browser"])
    for number in range(0, len(payloads), 10):
        payloads[number] = b"\xff" * 40  # a head that promises frames which are not there
    sent = rtp(FORMS["browser"])
    spoiled = [
        (at, audio_packet(1, "opus", packet.sequence, packet.timestamp, payload))
        for (at, packet), payload in zip(sent, payloads, strict=True)
    ]
    path, frames = heard(Network().deliver(spoiled), 6000.0)
    assert path.statistics().unreadable_packets == 30
    assert envelope_likeness(joined(frames), at_16_khz(SPEECH)) > 0.85
    assert len(frames) * 20 == pytest.approx(6000, abs=100)


@given(
    st.lists(
        st.tuples(
            st.floats(0, 50),
            st.sampled_from(["opus", "pcmu", "g722", "", "video"]),
            st.binary(max_size=200),
            st.integers(0, 65535),
            st.integers(0, 2**32 - 1),
        ),
        max_size=60,
    )
)
@settings(max_examples=40, deadline=None)
def test_nothing_that_arrives_raises(packets: list[tuple[float, str, bytes, int, int]]) -> None:
    now_ms, arrived = 0.0, []
    for wait_ms, codec, payload, sequence, timestamp in packets:
        now_ms += wait_ms
        arrived.append((now_ms, audio_packet(1, codec, sequence, timestamp, payload)))
    _, frames = heard(arrived, now_ms + 500)
    assert now_ms + 500 - 250 <= len(frames) * 20 <= now_ms + 1400


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(min_size=0, max_size=120), min_size=1, max_size=40))
def test_any_payload_in_a_good_stream_takes_just_its_time(payloads: list[bytes]) -> None:
    sent = [
        (at, audio_packet(1, "opus", packet.sequence, packet.timestamp, payload))
        for (at, packet), payload in zip(stream(len(payloads)), payloads, strict=True)
    ]
    _, frames = heard(Network().deliver(sent), len(payloads) * 20 + 500)
    assert len(frames) * 20 <= len(payloads) * 20 + 500 + 600


def test_clipping_and_offset_reach_the_listener_tamed() -> None:
    shouted = np.clip(SPEECH.astype(int) * 12 + 9000, -32768, 32767).astype(np.int16)
    arrived = Network().deliver(rtp(telephone_payloads(shouted, "pcma"), "pcma"))
    _, frames = heard(arrived, 6000.0)
    samples = joined(frames)[16_000:]
    assert abs(samples.mean()) < 1500
    assert envelope_likeness(joined(frames), at_16_khz(SPEECH)) > 0.3
