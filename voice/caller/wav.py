"""Recordings to speak: reads a PCM WAV file of any rate and channel count into 48 kHz mono, and writes WAV
files.

The file is parsed here, byte by byte, because a reader that silently shortens a truncated file would make a
call whose last words are missing.
"""

from __future__ import annotations

import struct
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from voice.audio import last_audible_sample
from voice.caller.errors import RecordingUnusable
from voice.ports import Pcm
from voice.resampling import Resampler

CALL_RATE_HZ = 48_000
"""The rate of Opus over RTP (RFC 7587)."""
MAX_RECORDING_S = 60
MAX_FILE_BYTES = 64 * 1024 * 1024
"""More than a minute of 8 channels, 24 bit, 44.1 kHz: above it the file is not read at all."""
PCM_FORMAT = 1
EXTENSIBLE_FORMAT = 0xFFFE
FORMAT_NAMES = {2: "ADPCM", 3: "floating point", 6: "A-law", 7: "µ-law", 0x55: "MP3"}


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing to say: `samples` [n] int16 48 kHz mono; `speech_end` is the index just past the last
    audible one."""

    name: str
    samples: Pcm
    speech_end: int


@dataclass(frozen=True, slots=True)
class WavFormat:
    encoding: int
    channels: int
    rate_hz: int
    bits: int

    @property
    def frame_bytes(self) -> int:
        return self.channels * self.bits // 8


def load_utterance(path: Path) -> Utterance:
    """Read a WAV file. Raises RecordingUnusable, naming the file and what is wrong with it."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise RecordingUnusable(str(path), f"is too long: at most {MAX_RECORDING_S} s can be spoken in one turn")
        data = path.read_bytes()
    except OSError as error:
        raise RecordingUnusable(str(path), f"cannot be read: {error.strerror or error}") from error
    return parse_utterance(data, str(path))


def parse_utterance(data: bytes, name: str) -> Utterance:
    """Make an utterance of the bytes of a WAV file. Raises RecordingUnusable."""
    wav_format, audio = split_chunks(data, name)
    check_format(wav_format, name)
    if not audio:
        raise RecordingUnusable(name, "has no audio in it")
    if len(audio) % wav_format.frame_bytes:
        raise RecordingUnusable(name, "is truncated: it ends in the middle of a sample")
    duration_s = len(audio) / wav_format.frame_bytes / wav_format.rate_hz
    if duration_s > MAX_RECORDING_S:
        raise RecordingUnusable(name, f"is {duration_s:.0f} s long: at most {MAX_RECORDING_S} s fit in one turn")
    return make_utterance(to_mono(audio, wav_format), wav_format.rate_hz, name)


def make_utterance(samples: Pcm, rate_hz: int, name: str) -> Utterance:
    """Make an utterance of mono samples at any rate. Raises RecordingUnusable if nothing in it is audible."""
    resampled = resample(samples, rate_hz)
    speech_end = last_audible_sample(resampled, CALL_RATE_HZ)
    if speech_end is None:
        raise RecordingUnusable(name, "is silent: there is nothing in it to answer")
    return Utterance(name, resampled, speech_end)


def split_chunks(data: bytes, name: str) -> tuple[WavFormat, bytes]:
    """Walk the RIFF chunks and return the format and the bytes of the audio."""
    if not data:
        raise RecordingUnusable(name, "is empty")
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise RecordingUnusable(name, "is not a WAV file (no RIFF/WAVE header)")
    wav_format: WavFormat | None = None
    position = 12
    while position + 8 <= len(data):
        chunk_id, size = struct.unpack_from("<4sI", data, position)
        position += 8
        there = len(data) - position
        if size > there:
            label = chunk_id.decode("latin-1").strip()
            raise RecordingUnusable(
                name, f"is truncated: its header says {size} bytes of {label!r}, and there are {there}"
            )
        if chunk_id == b"fmt ":
            wav_format = parse_format(data[position : position + size], name)
        elif chunk_id == b"data":
            if wav_format is None:
                raise RecordingUnusable(name, "is damaged: its audio comes before its format")
            return wav_format, data[position : position + size]
        position += size + size % 2
    raise RecordingUnusable(name, "is truncated: it ends before its audio")


def parse_format(chunk: bytes, name: str) -> WavFormat:
    """Read a `fmt ` chunk; the extensible kind names its encoding in the first two bytes of
    its sub-format.
    """
    if len(chunk) < 16:
        raise RecordingUnusable(name, "is damaged: its format chunk is too short")
    encoding, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if encoding == EXTENSIBLE_FORMAT and len(chunk) >= 26:
        (encoding,) = struct.unpack_from("<H", chunk, 24)
    return WavFormat(encoding, channels, rate_hz, bits)


def check_format(wav_format: WavFormat, name: str) -> None:
    """Raise RecordingUnusable for what is not plain PCM of a sensible shape."""
    if wav_format.encoding != PCM_FORMAT:
        kind = FORMAT_NAMES.get(wav_format.encoding, f"format {wav_format.encoding}")
        raise RecordingUnusable(name, f"is {kind}, not PCM: save it as 16-bit PCM")
    if wav_format.bits not in (8, 16, 24, 32):
        raise RecordingUnusable(name, f"has {wav_format.bits} bits a sample: 8, 16, 24 or 32 can be read")
    if not 1 <= wav_format.channels <= 8:
        raise RecordingUnusable(name, f"has {wav_format.channels} channels: 1 to 8 can be read")
    if not 4_000 <= wav_format.rate_hz <= 192_000:
        raise RecordingUnusable(name, f"has {wav_format.rate_hz} samples a second: 4000 to 192000 can be read")


def to_mono(audio: bytes, wav_format: WavFormat) -> Pcm:
    """Decode little-endian PCM and mix the channels down to one. 8 bit is unsigned, the rest signed."""
    match wav_format.bits:
        case 8:
            wide = (np.frombuffer(audio, np.uint8).astype(np.float64) - 128.0) * 256.0
        case 16:
            wide = np.frombuffer(audio, "<i2").astype(np.float64)
        case 24:
            octets = np.frombuffer(audio, np.uint8).reshape(-1, 3)
            padded = np.zeros((len(octets), 4), np.uint8)
            padded[:, 1:] = octets
            wide = padded.reshape(-1).view("<i4").astype(np.float64) / 65536.0
        case _:
            wide = np.frombuffer(audio, "<i4").astype(np.float64) / 65536.0
    mixed = wide.reshape(-1, wav_format.channels).mean(axis=1)
    return np.asarray(np.clip(np.rint(mixed), -32768, 32767), np.int16)


def resample(samples: Pcm, rate_hz: int) -> Pcm:
    """Bring mono samples to 48 kHz."""
    if rate_hz == CALL_RATE_HZ:
        return samples
    resampler = Resampler(CALL_RATE_HZ)
    return np.concatenate((resampler.convert(samples, rate_hz), resampler.flush()))


def write_wav(target: Path | BinaryIO, channels: tuple[Pcm, ...], rate_hz: int = CALL_RATE_HZ) -> None:
    """Write 16-bit PCM, one array a channel; the shorter ones are filled with silence."""
    length = max((len(channel) for channel in channels), default=0)
    interleaved = np.zeros((length, len(channels)), np.int16)
    for column, channel in enumerate(channels):
        interleaved[: len(channel), column] = channel
    with wave.open(str(target) if isinstance(target, Path) else target, "wb") as writer:
        writer.setnchannels(len(channels))
        writer.setsampwidth(2)
        writer.setframerate(rate_hz)
        writer.writeframes(interleaved.astype("<i2").tobytes())
