"""The wire format between this process and a worker: a JSON header and a binary payload in each frame.

```
 0        4          8              8+h                 8+h+p
 ├ h: u32 ┼ p: u32 ──┼ header, JSON ┼ payload, raw bytes ┤     both lengths big-endian
```
Pure: bytes in, frames out; the pipes are in `models.child` and `models.workers.serving`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.errors import FrameInvalid

_LENGTHS = struct.Struct(">II")
# Prompts travel in headers. 64 MiB of payload is 17 minutes of 16 kHz float32.
HEADER_LIMIT_BYTES = 1 << 20
PAYLOAD_LIMIT_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Frame:
    """One message. `header` holds JSON values only."""

    header: Mapping[str, Any]
    payload: bytes = b""


def encode_frame(frame: Frame) -> bytes:
    """Return the bytes of `frame`. Raises `FrameInvalid` where it exceeds a limit or is not JSON."""
    try:
        header = json.dumps(dict(frame.header), allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        raise FrameInvalid(f"a frame's header must be JSON: {error}") from error
    _check_lengths(len(header), len(frame.payload))
    return _LENGTHS.pack(len(header), len(frame.payload)) + header + frame.payload


class FrameDecoder:
    """Turns chunks of bytes, cut anywhere, into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that `data` completes. Raises `FrameInvalid`; the decoder is useless then."""
        self._buffer += data
        frames = []
        while (frame := self._take()) is not None:
            frames.append(frame)
        return frames

    @property
    def is_between_frames(self) -> bool:
        """Tell whether the bytes so far end exactly at the end of a frame."""
        return not self._buffer

    def _take(self) -> Frame | None:
        if len(self._buffer) < _LENGTHS.size:
            return None
        header_bytes, payload_bytes = _LENGTHS.unpack_from(self._buffer)
        _check_lengths(header_bytes, payload_bytes)
        header_end = _LENGTHS.size + header_bytes
        end = header_end + payload_bytes
        if len(self._buffer) < end:
            return None
        header = _parse_header(bytes(self._buffer[_LENGTHS.size : header_end]))
        frame = Frame(header, bytes(self._buffer[header_end:end]))
        del self._buffer[:end]
        return frame


def _parse_header(data: bytes) -> dict[str, Any]:
    try:
        header = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FrameInvalid(f"a frame's header is not JSON: {error}") from error
    if not isinstance(header, dict):
        raise FrameInvalid(f"a frame's header must be an object, not {type(header).__name__}")
    return header


def _check_lengths(header_bytes: int, payload_bytes: int) -> None:
    if header_bytes > HEADER_LIMIT_BYTES or payload_bytes > PAYLOAD_LIMIT_BYTES:
        raise FrameInvalid(f"a frame of {header_bytes} + {payload_bytes} bytes is over the limit")
