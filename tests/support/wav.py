"""Makes sound and WAV bytes for tests."""

from __future__ import annotations

import struct

import numpy as np

from voice.ports import Pcm


def tone(duration_ms: int, rate_hz: int = 48_000, frequency_hz: float = 440.0, level: float = 0.3) -> Pcm:
    """Return a sine that starts and stops at once."""
    times = np.arange(duration_ms * rate_hz // 1000) / rate_hz
    return np.asarray(np.sin(2 * np.pi * frequency_hz * times) * level * 32767, np.int16)


def silence(duration_ms: int, rate_hz: int = 48_000) -> Pcm:
    return np.zeros(duration_ms * rate_hz // 1000, np.int16)


def join(*pieces: Pcm) -> Pcm:
    return np.concatenate(pieces)


def wav_bytes(audio: bytes, *, rate_hz: int = 48_000, channels: int = 1, bits: int = 16, encoding: int = 1) -> bytes:
    """Wrap encoded samples in the header of a WAV file."""
    block = channels * bits // 8
    fmt = struct.pack("<HHIIHH", encoding, channels, rate_hz, rate_hz * block, block, bits)
    body = b"WAVE" + chunk(b"fmt ", fmt) + chunk(b"data", audio)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
