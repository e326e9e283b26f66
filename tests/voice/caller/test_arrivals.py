"""A packet arrives when the kernel has it, however late it is read."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time
from contextlib import closing

import pytest
from aioice.ice import Connection

from voice.caller.arrivals import KEPT_STAMPS, LONGEST_WAIT_MS, Arrivals


def rtp(sequence: int, timestamp: int = 960, source: int = 7) -> bytes:
    return struct.pack("!BBHII", 0x80, 111, sequence, timestamp, source) + b"encrypted"


def test_a_stamp_is_given_once_to_its_packet() -> None:
    now_s = [100.0]
    arrivals = Arrivals(lambda: now_s[0])
    arrivals.note(rtp(1), 99.9)
    now_s[0] = 100.05
    assert arrivals.take_waited_ms(2, 960, 7) == 0.0
    assert arrivals.take_waited_ms(1, 960, 7) == pytest.approx(150)
    assert arrivals.take_waited_ms(1, 960, 7) == 0.0


@pytest.mark.parametrize("wait_s", [-1.0, LONGEST_WAIT_MS / 1000 + 1])
def test_a_clock_that_was_set_is_not_believed(wait_s: float) -> None:
    arrivals = Arrivals(lambda: 1000.0)
    arrivals.note(rtp(1), 1000.0 - wait_s)
    assert arrivals.take_waited_ms(1, 960, 7) == 0.0


def test_packets_that_never_come_by_do_not_pile_up() -> None:
    arrivals = Arrivals(lambda: 1.0)
    for sequence in range(KEPT_STAMPS + 1):
        arrivals.note(rtp(sequence), 0.5)
    assert arrivals.take_waited_ms(0, 960, 7) == 0.0
    assert arrivals.take_waited_ms(1, 960, 7) == pytest.approx(500)


def test_aioice_has_what_is_leaned_on() -> None:
    assert isinstance(Connection(ice_controlling=True)._protocols, list)


class Reader(asyncio.DatagramProtocol):
    """As aioice's: keeps its transport."""

    def __init__(self) -> None:
        self.transport: asyncio.BaseTransport | None = None
        self.read: asyncio.Queue[bytes] = asyncio.Queue()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, _address: tuple[object, ...]) -> None:
        self.read.put_nowait(data)


@pytest.mark.network
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's stamps are Linux's")
async def test_a_caller_that_stalls_knows_that_it_did() -> None:
    arrivals = Arrivals()
    loop = asyncio.get_running_loop()
    transport, reader = await loop.create_datagram_endpoint(Reader, local_addr=("127.0.0.1", 0))
    assert arrivals.watch(reader)
    address = transport.get_extra_info("sockname")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, closing(transport):
        for what in (b"", b"\x80", b"\x16dtls", b"\x80\xc8" + bytes(20), rtp(0)):  # and RTCP: none of them is kept
            sender.sendto(what, address)
        for _ in range(5):
            await reader.read.get()
        waits_ms = []
        for sequence in range(1, 20):  # the kernel turns stamps on beside its other work: the first may lack one
            sender.sendto(rtp(sequence), address)
            time.sleep(0.1)  # noqa: ASYNC251  # the stall
            assert await reader.read.get() == rtp(sequence)
            waits_ms.append(arrivals.take_waited_ms(sequence, 960, 7))
            if waits_ms[-1] > 90:
                break
    assert waits_ms[-1] > 90, waits_ms


def test_what_has_no_socket_is_not_watched() -> None:
    assert not Arrivals().watch(Reader())
