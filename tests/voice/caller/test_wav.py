"""Reading recordings: what is accepted sounds right, what is not is refused with the file's name."""

from __future__ import annotations

import contextlib
import struct
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.wav import chunk, join, silence, tone, wav_bytes
from voice.caller.errors import RecordingUnusable
from voice.caller.wav import CALL_RATE_HZ, load_utterance, parse_utterance, write_wav

SPEECH = join(silence(100), tone(400), silence(200))


def refused(data: bytes) -> str:
    with pytest.raises(RecordingUnusable) as caught:
        parse_utterance(data, "call.wav")
    assert str(caught.value).startswith("call.wav: ")
    return str(caught.value)


def test_48_khz_mono_comes_through_unchanged():
    utterance = parse_utterance(wav_bytes(SPEECH.tobytes()), "call.wav")
    assert np.array_equal(utterance.samples, SPEECH)
    assert utterance.speech_end == pytest.approx(500 * 48, abs=5 * 48)
    assert utterance.name == "call.wav"


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 44_100, 96_000])
def test_any_rate_is_brought_to_48_khz(rate_hz: int):
    audio = join(silence(100, rate_hz), tone(400, rate_hz), silence(200, rate_hz))
    utterance = parse_utterance(wav_bytes(audio.tobytes(), rate_hz=rate_hz), "call.wav")
    assert len(utterance.samples) == pytest.approx(len(audio) * CALL_RATE_HZ / rate_hz, abs=96)
    assert utterance.speech_end == pytest.approx(500 * 48, abs=10 * 48)


def test_channels_are_mixed_down():
    stereo = np.stack([SPEECH, np.zeros_like(SPEECH)], axis=1)
    utterance = parse_utterance(wav_bytes(stereo.tobytes(), channels=2), "call.wav")
    assert np.allclose(utterance.samples, SPEECH / 2, atol=1)


@pytest.mark.parametrize(
    ("bits", "encode"),
    [
        (8, lambda s: (s // 256 + 128).astype(np.uint8).tobytes()),
        (24, lambda s: (s.astype("<i4") << 8).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()),
        (32, lambda s: (s.astype("<i4") << 16).tobytes()),
    ],
)
def test_other_sample_sizes_are_read(bits: int, encode):
    utterance = parse_utterance(wav_bytes(encode(SPEECH), bits=bits), "call.wav")
    assert np.allclose(utterance.samples, SPEECH, atol=256)


def test_the_extensible_header_of_plain_pcm_is_read():
    extension = struct.pack("<HHIH", 22, 16, 0, 1) + b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"
    fmt = struct.pack("<HHIIHH", 0xFFFE, 1, 48_000, 96_000, 2, 16) + extension
    body = b"WAVE" + chunk(b"fmt ", fmt) + chunk(b"LIST", b"odd") + chunk(b"data", SPEECH.tobytes())
    data = b"RIFF" + struct.pack("<I", len(body)) + body
    assert np.array_equal(parse_utterance(data, "call.wav").samples, SPEECH)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is empty"),
        (b"ID3\x04 not a wav at all", "not a WAV file"),
        (wav_bytes(SPEECH.tobytes())[:-1000], "truncated: its header says"),
        (wav_bytes(SPEECH.tobytes())[:30], "truncated"),
        (wav_bytes(SPEECH.tobytes())[:40], "ends before its audio"),
        (wav_bytes(SPEECH.tobytes()[:-1]), "middle of a sample"),
        (wav_bytes(b""), "has no audio"),
        (wav_bytes(SPEECH.tobytes(), encoding=7, bits=8), "µ-law, not PCM"),
        (wav_bytes(SPEECH.tobytes(), encoding=3, bits=32), "floating point, not PCM"),
        (wav_bytes(SPEECH.tobytes(), encoding=0x1234), "format 4660, not PCM"),
        (wav_bytes(SPEECH.tobytes(), rate_hz=1), "1 samples a second"),
        (wav_bytes(SPEECH.tobytes(), channels=0), "0 channels"),
        (wav_bytes(SPEECH.tobytes(), bits=12), "12 bits"),
        (wav_bytes(silence(300).tobytes()), "is silent"),
        (wav_bytes(tone(61_000, 8_000).tobytes(), rate_hz=8_000), "61 s long: at most 60 s"),
    ],
)
def test_what_cannot_be_spoken_is_refused_by_name(data: bytes, problem: str):
    assert problem in refused(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes):
    for given_bytes in (data, b"RIFF\0\0\0\0WAVE" + data, wav_bytes(b"")[:36] + data):
        with contextlib.suppress(RecordingUnusable):
            assert len(parse_utterance(given_bytes, "call.wav").samples) > 0


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    missing = tmp_path / "missing.wav"
    with pytest.raises(RecordingUnusable, match=r"missing\.wav: cannot be read: No such file"):
        load_utterance(missing)
    with pytest.raises(RecordingUnusable, match="cannot be read"):
        load_utterance(tmp_path)


def test_a_written_recording_has_one_voice_a_channel(tmp_path: Path):
    path = tmp_path / "out.wav"
    write_wav(path, (SPEECH, SPEECH[:100]))
    with wave.open(str(path)) as reader:
        assert (reader.getnchannels(), reader.getframerate(), reader.getnframes()) == (2, 48_000, len(SPEECH))
        both = np.frombuffer(reader.readframes(len(SPEECH)), "<i2").reshape(-1, 2)
    assert np.array_equal(both[:, 0], SPEECH)
    assert not both[100:, 1].any()
