"""When packets reached this machine, by the kernel's clock: a caller who reads late does not call its server late.

    server ──▶ kernel (stamps it) ── waits ──▶ this process reads it
                  └─ arrival ─┘  └─ `waited_ms`, the caller's own stall ─┘

Linux keeps the stamp of the packet that was read last (socket(7), SIOCGSTAMP). aiortc hands packets on through a
queue, so a stamp is kept by what an RTP header has in clear (RFC 3711, section 3.1) until its packet comes by.
Where the system has no stamps, a packet arrives when it is read.
"""

from __future__ import annotations

import contextlib
import struct
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from aiortc.rtp import is_rtcp

SIOCGSTAMPNS: Final = 0x8907
"""Linux, asm-generic/sockios.h: the time of the packet that was read last, seconds and nanoseconds since 1970."""
_STAMP: Final = struct.Struct("@qq")
_HEADER: Final = struct.Struct("!xxHII")
"""Sequence number, timestamp and source of an RTP header (RFC 3550, section 5.1)."""
_IS_RTP: Final = range(128, 192)
"""The first byte of RTP and RTCP among what shares the port (RFC 7983)."""
KEPT_STAMPS: Final = 1_000
"""Of packets that never come by, since they could not be decrypted or came twice."""
LONGEST_WAIT_MS: Final = 60_000.0
"""A longer one was a clock that was set meanwhile."""


class Arrivals:
    """The stamps of the packets that were read lately, until they are asked for."""

    def __init__(self, now_s: Callable[[], float] = time.time) -> None:
        """`now_s` is the clock of the stamps."""
        self._now_s = now_s
        self._stamps_s: OrderedDict[tuple[int, int, int], float] = OrderedDict()

    def watch(self, protocol: Any) -> bool:
        """Note when the packets came that this protocol of an asyncio socket reads; False where there are no stamps.

        The protocol is aioice's, made for each socket; it has no public place to look at packets as they are read.
        """
        try:
            from fcntl import ioctl

            socket = protocol.transport.get_extra_info("socket").fileno()
            _arm(ioctl, socket)
        except (ImportError, OSError, AttributeError):
            return False
        receive = protocol.datagram_received

        def datagram_received(data: bytes, address: tuple[Any, ...]) -> None:
            if len(data) >= _HEADER.size and data[0] in _IS_RTP and not is_rtcp(data):
                try:
                    seconds, nanoseconds = _STAMP.unpack(ioctl(socket, SIOCGSTAMPNS, bytes(_STAMP.size)))
                except OSError:
                    pass  # it arrives when it is read
                else:
                    self.note(data, seconds + nanoseconds / 1e9)
            receive(data, address)

        protocol.datagram_received = datagram_received
        return True

    def note(self, packet: bytes, stamp_s: float) -> None:
        """Keep that an RTP packet, encrypted or not, came at `stamp_s`."""
        self._stamps_s[_HEADER.unpack_from(packet)] = stamp_s
        while len(self._stamps_s) > KEPT_STAMPS:
            self._stamps_s.popitem(last=False)

    def take_waited_ms(self, sequence: int, timestamp: int, source: int) -> float:
        """Return how long ago this packet came; 0 where nothing is known."""
        stamp_s = self._stamps_s.pop((sequence, timestamp, source), None)
        waited_ms = 0.0 if stamp_s is None else (self._now_s() - stamp_s) * 1000
        return waited_ms if 0.0 <= waited_ms <= LONGEST_WAIT_MS else 0.0


def _arm(ioctl: Callable[..., Any], socket: int) -> None:
    """Have the kernel stamp what comes: the first question turns that on, and has no answer yet."""
    with contextlib.suppress(FileNotFoundError):
        ioctl(socket, SIOCGSTAMPNS, bytes(_STAMP.size))
