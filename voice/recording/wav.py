"""The header of a recording's WAV file, which always tells as much as has been written: 16 kHz, stereo, int16."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import BinaryIO

from voice.audio import FRAME_SAMPLES, LISTEN_RATE_HZ

HEADER_BYTES = 44
SAMPLE_BYTES = 4
"""One sample of both sides."""
FRAME_BYTES = FRAME_SAMPLES * SAMPLE_BYTES
MOST_BYTES = 2**32 - 2**20
"""A WAV file tells its length in 32 bits: 18 hours of audio."""


def header(data_bytes: int) -> bytes:
    """Return the header of a file with so much audio."""
    rate = LISTEN_RATE_HZ
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, rate, rate * SAMPLE_BYTES, SAMPLE_BYTES, 16)
    return (
        struct.pack("<4sI4s", b"RIFF", HEADER_BYTES - 8 + data_bytes, b"WAVE")
        + form
        + struct.pack("<4sI", b"data", data_bytes)
    )


def write_length(file: BinaryIO) -> None:
    """Let the header tell what the file holds."""
    data_bytes = file.seek(0, os.SEEK_END) - HEADER_BYTES
    file.seek(0)
    file.write(header(max(0, data_bytes)))


def mend(path: Path) -> bool:
    """Cut what is half a sample and correct the header, after a crash. Say whether there is audio in the file."""
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        if size < HEADER_BYTES:
            return False
        file.truncate(size - (size - HEADER_BYTES) % SAMPLE_BYTES)
        write_length(file)
        return size > HEADER_BYTES
