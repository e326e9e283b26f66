"""Takes received packets out of aiortc before its jitter buffer and decoder thread, for one receiver at a time.

aiortc holds four packets back, 80 ms of every gap, and after one lost packet fourteen for the rest of the call
(transports reference, section 4), and it decodes in a thread. It has no public place to do otherwise, so two private
attributes of a receiver are replaced before it starts; RTCP reports stay aiortc's. The version is pinned; a test and
`take_packets` itself say so if another one has other names.
"""

from __future__ import annotations

from collections.abc import Callable

import aiortc
from aiortc import RTCRtpReceiver
from aiortc.rtp import RtpPacket

JITTER_BUFFER = "_RTCRtpReceiver__jitter_buffer"
DECODER_QUEUE = "_RTCRtpReceiver__decoder_queue"


class _Handing:
    """Stands where aiortc's jitter buffer stood."""

    def __init__(self, on_packet: Callable[[RtpPacket], None]) -> None:
        self._on_packet = on_packet

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        """Return (no key frame is needed, there is nothing to decode)."""
        self._on_packet(packet)
        return False, None


class _NothingToDecode:
    """Stands where the decoder thread's queue stood: the thread ends at once; `on_end` hears of the stream's end."""

    def __init__(self, on_end: Callable[[], None]) -> None:
        self._on_end = on_end

    def get(self) -> None:
        return None

    def put(self, task: object) -> None:
        if task is None:
            self._on_end()


def take_packets(receiver: RTCRtpReceiver, on_packet: Callable[[RtpPacket], None], on_end: Callable[[], None]) -> None:
    """Hand every packet of a known payload type to `on_packet` on its arrival; `on_end` when the peer says goodbye.

    To be called before the receiver starts, which is before the answer is set. Raises RuntimeError if this aiortc is
    not the one that this was written for.
    """
    for name, replacement in ((JITTER_BUFFER, _Handing(on_packet)), (DECODER_QUEUE, _NothingToDecode(on_end))):
        if not hasattr(receiver, name):
            raise RuntimeError(
                f"aiortc {aiortc.__version__} has no {name}: pin the version of pyproject.toml, or bring "
                "voice/transports/aiortc_receiver.py up to date"
            )
        setattr(receiver, name, replacement)
