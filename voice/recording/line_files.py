"""Files of JSON lines, plain or compressed (by name): appended so that a crash loses little, read in spite of one."""

from __future__ import annotations

import contextlib
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

PIECE_BYTES = 1 << 16
_GZIP_WBITS = 31  # what zlib calls "with the header of gzip"


class LineFile:
    """Lines are appended; `flush` leaves everything so far readable in the file."""

    def __init__(self, path: Path, mode: Literal["w", "a"]) -> None:
        self._file = path.open(f"{mode}b")
        self._gzip = None
        if _is_compressed(path):
            self._gzip = gzip.GzipFile(filename="", fileobj=self._file, mode=f"{mode}b", mtime=0)

    def write(self, line: str) -> None:
        """Append a line; its end is added."""
        (self._gzip or self._file).write(f"{line}\n".encode("utf-8", errors="replace"))

    def flush(self) -> None:
        """Let nothing wait in memory."""
        if self._gzip is not None:
            self._gzip.flush(zlib.Z_SYNC_FLUSH)
        self._file.flush()

    def close(self) -> None:
        """Close the file, also where the disk is full."""
        with contextlib.closing(self._file):
            if self._gzip is not None:
                self._gzip.close()


def read_lines(path: Path, most_bytes: int | None = None) -> Iterator[str]:
    """Return the whole lines of a file; what a crash left of the last one is left out.

    Raises:
        OSError: the file cannot be read.
        ValueError: it holds more than `most_bytes`.
    """
    rest, read_bytes = b"", 0
    for piece in _pieces(path):
        read_bytes += len(piece)
        if most_bytes is not None and read_bytes > most_bytes:
            raise ValueError(f"{path.name} holds more than {most_bytes} bytes")
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", errors="replace")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        pieces = iter(lambda: file.read(PIECE_BYTES), b"")
        yield from _unpacked(pieces) if _is_compressed(path) else pieces


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack several members behind one another, a little at a time, up to where the file is damaged."""
    unpacking = zlib.decompressobj(wbits=_GZIP_WBITS)
    for piece in pieces:
        while piece:
            try:
                yield unpacking.decompress(piece, PIECE_BYTES)
            except zlib.error:
                return
            piece = unpacking.unconsumed_tail or unpacking.unused_data
            if unpacking.eof:
                unpacking = zlib.decompressobj(wbits=_GZIP_WBITS)


def _is_compressed(path: Path) -> bool:
    return ".gz" in path.suffixes
