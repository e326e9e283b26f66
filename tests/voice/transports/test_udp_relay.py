"""The bad network itself: as bad as it says, the same for the same seed, and led through by SDP."""

from __future__ import annotations

import asyncio
from itertools import islice

import numpy as np
import pytest

from tests.support.udp_relay import Weather, address_of, fates, open_relay, redirected


@pytest.mark.parametrize("loss", [0.0, 0.01, 0.05, 0.1])
def test_as_much_is_lost_doubled_and_delayed_as_was_asked_for(loss: float) -> None:
    weather = Weather(loss=loss, jitter_ms=100, duplication=0.03, seed=5)
    seen = list(islice(fates(weather, 0), 20_000))
    assert np.mean([not fate for fate in seen]) == pytest.approx(loss, abs=0.005)
    assert np.mean([len(fate) == 2 for fate in seen]) == pytest.approx(0.03 * (1 - loss), abs=0.005)
    delays = [delay for fate in seen for delay in fate]
    assert (min(delays) < 1, max(delays) > 99) == (True, True)
    assert seen == list(islice(fates(weather, 0), 20_000))
    assert seen != list(islice(fates(weather, 1), 20_000))


def test_the_only_candidate_left_is_the_relay() -> None:
    sdp = "v=0\r\na=candidate:1 1 udp 99 fd00::2 40 typ host\r\na=candidate:2 1 UDP 9 10.0.0.7 5000 typ host\r\n"
    changed, original = redirected(sdp + "a=candidate:3 1 udp 8 10.0.0.8 1 typ host\r\na=mid:0\r\n", ("127.0.0.1", 77))
    assert original == ("10.0.0.7", 5000)
    assert changed == "v=0\r\na=candidate:2 1 udp 9 127.0.0.1 77 typ host\r\na=mid:0\r\n"
    with pytest.raises(ValueError, match="IPv4"):
        redirected("v=0\r\n", ("127.0.0.1", 77))


@pytest.mark.network
async def test_datagrams_go_both_ways() -> None:
    relay = await open_relay(Weather(reordering=0.5, seed=1), "127.0.0.1")
    loop = asyncio.get_running_loop()
    received: dict[str, list[bytes]] = {"caller": [], "server": []}

    class Peer(asyncio.DatagramProtocol):
        def __init__(self, name: str) -> None:
            self.name = name

        def datagram_received(self, data: bytes, addr: object) -> None:
            received[self.name].append(data)

    caller, _ = await loop.create_datagram_endpoint(lambda: Peer("caller"), local_addr=("127.0.0.1", 0))
    server, _ = await loop.create_datagram_endpoint(lambda: Peer("server"), local_addr=("127.0.0.1", 0))
    try:
        relay.caller.peer = caller.get_extra_info("sockname")
        relay.server.peer = server.get_extra_info("sockname")
        for number in range(40):
            caller.sendto(b"up %d" % number, address_of(relay.caller))
            server.sendto(b"down %d" % number, address_of(relay.server))
        async with asyncio.timeout(5):
            while min(map(len, received.values())) < 40:  # noqa: ASYNC110 - a test waits for state it does not own
                await asyncio.sleep(0.01)
    finally:
        for transport in (caller, server):
            transport.close()
        await relay.close()
    assert sorted(received["server"]) == sorted(b"up %d" % number for number in range(40))
    assert sorted(received["caller"]) == sorted(b"down %d" % number for number in range(40))
    assert received["server"] != [b"up %d" % number for number in range(40)]
