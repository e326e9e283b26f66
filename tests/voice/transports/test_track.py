"""What leaves: in time, encoded in one go, and not a millisecond of the first syllable lost."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from aiortc.codecs import get_decoder
from aiortc.jitterbuffer import JitterFrame
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

from tests.support.virtual_clock import run_virtually
from tests.support.wav import join, silence, tone
from tests.voice.transports.voices import voice
from voice.speech.playback import PlaybackQueue
from voice.transports.encoders import FRAME_SAMPLES_OUT, make_encoder
from voice.transports.rtp_audio import CLOCK_HZ, carries_predecessor, opus_ticks
from voice.transports.track import PlaybackTrack

MAX_ONSET_LOSS_MS = 5


def played(samples: np.ndarray, codec: str = "opus") -> np.ndarray:
    """Return what a receiver decodes, 48 kHz mono, of a reply that begins after half a second of silence."""

    async def main() -> list[bytes]:
        track = PlaybackTrack()
        track.codec = codec
        payloads = [bytes(await track.recv()) for _ in range(25)]
        queue = PlaybackQueue(48_000)
        track.source = queue
        queue.open(1)
        queue.put(1, samples)
        return payloads + [bytes(await track.recv()) for _ in range(len(samples) // FRAME_SAMPLES_OUT + 5)]

    decoder = get_decoder(
        RTCRtpCodecParameters(mimeType=f"audio/{codec}", clockRate=CLOCK_HZ[codec], channels=1, payloadType=0)
    )
    frames = [frame for payload in run_virtually(main) for frame in decoder.decode(JitterFrame(payload, 0))]
    whole = np.concatenate([each.to_ndarray().reshape(-1, each.layout.nb_channels)[:, 0] for each in frames])
    return np.repeat(whole, 48_000 // frames[0].sample_rate)


@pytest.mark.parametrize("codec", sorted(CLOCK_HZ))
@pytest.mark.parametrize("onset_ms", [0, 7, 33])
def test_the_first_syllable_is_not_clipped(codec: str, onset_ms: int) -> None:
    """A plosive: full level from its first sample. Its first 5 ms arrive with the energy of what follows."""
    samples = join(silence(onset_ms), tone(400, frequency_hz=400))
    received = played(samples, codec).astype(float)
    level = np.sqrt(np.convolve(np.square(received), np.ones(240) / 240, "valid"))  # 5 ms windows
    steady = np.median(level[level > level.max() / 2])
    begins = int(np.flatnonzero(level > steady / 4)[0])
    full = int(np.flatnonzero(level > steady * 0.7)[0])
    assert (full - begins) / 48 <= MAX_ONSET_LOSS_MS
    length_ms = np.count_nonzero(level > steady / 2) / 48
    assert length_ms == pytest.approx(400, abs=25)
    delay_ms = full / 48 - 500 - onset_ms
    assert -5 <= delay_ms <= 15, "the codec's own look-ahead, and no frame more"


def test_frames_leave_at_absolute_deadlines_and_lateness_is_counted() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        track, times, stamps = PlaybackTrack(), [], []
        began_s = loop.time()
        for number in range(100):
            if number == 50:
                await asyncio.sleep(0.09)  # busy elsewhere
            if number == 80:
                await asyncio.sleep(1.0)  # stalled
            packet = await track.recv()
            times.append(round((loop.time() - began_s) * 1000))
            stamps.append(packet.pts)
        assert times[:50] == [20 * number for number in range(50)]
        assert times[50:54] == [1070, 1070, 1070, 1070], "what was missed is made up for at once"
        assert times[55:80] == [20 * number for number in range(55, 80)]
        assert track.pacing.skipped > 45
        assert times[81:] == [times[80] // 20 * 20 + 20 * number for number in range(1, 20)]
        assert [round(stamp / 48) for stamp in stamps[81:]] == times[81:], "timestamps are true after a stall as well"
        assert track.pacing.over(20.0) == 3, "70, 50 and 30 ms; the fourth was 10 ms late"
        assert track.pacing.worst_ms == pytest.approx(70, abs=1)
        assert track.pacing.sent == 100
        track.stop()
        with pytest.raises(MediaStreamError):
            await track.recv()

    run_virtually(main)


def test_opus_is_mono_20_ms_with_second_copies_at_a_bit_rate_for_speech() -> None:
    encoder, samples = make_encoder("opus"), voice(4)
    payloads = [encoder.encode(samples[begin : begin + 960]) for begin in range(0, len(samples) - 959, 960)]
    assert all(opus_ticks(payload) == 960 for payload in payloads)
    assert not any(payload[0] & 4 for payload in payloads), "the stereo bit of RFC 6716, section 3.1"
    assert sum(map(carries_predecessor, payloads)) > len(payloads) / 2
    assert 20_000 < sum(map(len, payloads)) * 8 / 4 < 45_000
    configurations = [payload[0] >> 3 for payload in payloads[10:]]
    assert configurations.count(15) > len(configurations) * 0.9, "hybrid, full band (RFC 6716, table 2)"


@pytest.mark.parametrize("codec", ["pcmu", "pcma", "g722"])
def test_the_telephone_s_payloads_are_160_bytes_from_the_first(codec: str) -> None:
    encoder, samples = make_encoder(codec), voice(1)
    assert {len(encoder.encode(samples[begin : begin + 960])) for begin in range(0, len(samples) - 959, 960)} == {160}
