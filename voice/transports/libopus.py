"""The Opus decoder itself: PyAV brings libopus along but does not hand through concealment, recovery of lost packets
from the next one, or decoding to 16 kHz mono.

The library is the one beside PyAV's own, else the system's; where neither is found, `voice.transports.decoders` uses
PyAV's decoder and conceals by itself. Calls keep the interpreter's lock: they take some 20 µs, less than handing it
over.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import weakref
from pathlib import Path

import av
import numpy as np

from voice.ports import Pcm
from voice.transports.rtp_audio import PayloadUnreadable

MAX_PACKET_MS = 120
STEPS_PER_S = 400
"""libopus makes up audio in whole steps of 2.5 ms."""


class LibOpusDecoder:
    """Decodes one stream to mono at `rate_hz`, one of 8, 12, 16, 24 and 48 kHz."""

    def __init__(self, library: ctypes.PyDLL, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._library = library
        problem = ctypes.c_int()
        self._state: int = library.opus_decoder_create(rate_hz, 1, ctypes.byref(problem))
        if problem.value or not self._state:
            raise RuntimeError(f"libopus cannot decode to {rate_hz} Hz mono (error {problem.value})")
        weakref.finalize(self, library.opus_decoder_destroy, self._state)
        self._samples = np.zeros(rate_hz * MAX_PACKET_MS // 1000, np.int16)

    def decode(self, payload: bytes) -> Pcm:
        """Return the samples of a packet. Raises PayloadUnreadable."""
        return self._run(payload, len(self._samples), False)

    def recover(self, payload: bytes, count: int) -> Pcm:
        """Return the `count` samples before a packet, from the copy it carries. Raises PayloadUnreadable."""
        return self._run(payload, count, True)

    def conceal(self, count: int) -> Pcm:
        """Make up the next `count` samples."""
        return self._run(None, count, False)

    def _run(self, payload: bytes | None, count: int, is_recovery: bool) -> Pcm:
        size = len(payload or b"")
        step = self.rate_hz // STEPS_PER_S
        whole = min(-(-count // step) * step, len(self._samples))
        made: int = self._library.opus_decode(self._state, payload, size, self._samples.ctypes.data, whole, is_recovery)
        if made < 0:
            raise PayloadUnreadable(f"libopus cannot decode a packet of {size} bytes (error {made})")
        return self._samples[: min(made, count)].copy()


@functools.cache
def load_libopus() -> ctypes.PyDLL | None:
    """Return the library, or None where there is none. Loaded once; it keeps no state of its own."""
    for path in _candidates():
        try:
            library = ctypes.PyDLL(path)
            library.opus_decoder_create.restype = ctypes.c_void_p
            library.opus_decoder_create.argtypes = [ctypes.c_int32, ctypes.c_int, ctypes.POINTER(ctypes.c_int)]
            library.opus_decoder_destroy.argtypes = [ctypes.c_void_p]
            library.opus_decoder_destroy.restype = None
            library.opus_decode.argtypes = [
                ctypes.c_void_p,
                ctypes.c_char_p,
                ctypes.c_int32,
                ctypes.c_void_p,
                ctypes.c_int,
                ctypes.c_int,
            ]
        except (OSError, AttributeError):
            continue  # not loadable here, or something else of that name
        return library
    return None


def _candidates() -> list[str]:
    package = Path(av.__file__).parent
    beside = [package.parent / "av.libs", package / ".dylibs", package]
    found = [str(path) for folder in beside for path in sorted(folder.glob("*opus*")) if path.is_file()]
    system = ctypes.util.find_library("opus")
    return found + ([system] if system else [])
