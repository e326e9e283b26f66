"""A bad network on this machine: a UDP relay that loses, delays, reorders and doubles datagrams, by a seed.

The kernel here has no netem, so the path of one WebRTC call is led through the relay by its SDP: each side is told the
relay's address as the other's only candidate. Everything goes that way in both directions: ICE, DTLS, SCTP, RTP, RTCP.

    caller ── offer ──→ ThroughRelay ── offer with the relay's address ──→ server
    caller ←─ media ─→ Relay, as `Weather` has it ←─ media ─→ server
"""

from __future__ import annotations

import asyncio
import random
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, cast

import httpx

Address = tuple[str, int]
CANDIDATE = re.compile(r"^a=candidate:(\S+) (\d+) (\w+) (\d+) (\S+) (\d+) typ (\w+).*$", re.IGNORECASE)
MIN_REORDER_MS, MAX_REORDER_MS = 25.0, 50.0
"""A reordered datagram is held back for this long: past its successor, 20 ms behind."""


@dataclass(frozen=True, slots=True)
class Weather:
    """What happens to datagrams: shares from 0 to 1, and a delay that is uniform between 0 and `jitter_ms`.

    `keeps_order`: the delay is that of a queue, so that what is behind a late one is late as well; otherwise each has
    its own, as by netem. `calm_s`: nothing happens in the first seconds, so that a call can be set up.
    """

    loss: float = 0.0
    jitter_ms: float = 0.0
    reordering: float = 0.0
    duplication: float = 0.0
    keeps_order: bool = False
    calm_s: float = 0.0
    seed: int = 0


def fates(weather: Weather, direction: int) -> Iterator[tuple[float, ...]]:
    """Yield for one datagram after another the delays in ms of its copies; none is a loss. Pure and endless."""
    chance = random.Random(weather.seed * 2 + direction)
    while True:
        is_lost, is_reordered, is_doubled = (
            chance.random() < share for share in (weather.loss, weather.reordering, weather.duplication)
        )
        delays = [chance.uniform(0, weather.jitter_ms) for _ in range(1 + is_doubled)]
        if is_reordered:
            delays[0] += chance.uniform(MIN_REORDER_MS, MAX_REORDER_MS)
        yield () if is_lost else tuple(delays)


@dataclass(slots=True)
class Traffic:
    """What one direction has carried."""

    taken: int = 0
    lost: int = 0
    given: int = 0


class _Side(asyncio.DatagramProtocol):
    """One socket of the relay: what one side sends here is passed on from the other's socket."""

    def __init__(self, pass_on: Callable[[bytes], None]) -> None:
        self.transport: asyncio.DatagramTransport | None = None
        self.peer: Address | None = None
        self._pass_on = pass_on

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)  # which its class does not say before Python 3.12

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.peer = addr
        self._pass_on(data)

    def give(self, data: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing() and self.peer is not None:
            self.transport.sendto(data, self.peer)


@dataclass(slots=True)
class Relay:
    """The path of one call. Use `open_relay`."""

    weather: Weather
    up: Traffic = field(default_factory=Traffic)
    down: Traffic = field(default_factory=Traffic)
    caller: _Side = field(init=False)
    server: _Side = field(init=False)
    _latest_s: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time()

        def passing(direction: int, traffic: Traffic) -> Callable[[bytes], None]:
            chances = fates(self.weather, direction)

            def pass_on(data: bytes) -> None:
                traffic.taken += 1
                now_s = loop.time()
                delays = next(chances) if now_s - began_s >= self.weather.calm_s else (0.0,)
                traffic.lost += not delays
                for delay_ms in delays:
                    due_s = now_s + delay_ms / 1000
                    if self.weather.keeps_order:
                        due_s = self._latest_s[direction] = max(due_s, self._latest_s.get(direction, 0.0))
                    traffic.given += 1
                    loop.call_at(due_s, (self.server if direction == 0 else self.caller).give, data)

            return pass_on

        self.caller = _Side(passing(0, self.up))
        self.server = _Side(passing(1, self.down))

    async def close(self) -> None:
        for side in (self.caller, self.server):
            if side.transport is not None:
                side.transport.close()
        await asyncio.sleep(0)  # the loop closes sockets one step later


async def open_relay(weather: Weather, host: str) -> Relay:
    """Open a relay on an address of this machine; both sides of the call must be able to reach it."""
    relay = Relay(weather)
    loop = asyncio.get_running_loop()
    for side in (relay.caller, relay.server):
        await loop.create_datagram_endpoint(lambda side=side: side, local_addr=(host, 0), family=socket.AF_INET)
    return relay


def redirected(sdp: str, to: Address) -> tuple[str, Address]:
    """Return the SDP with `to` as its only candidate, and the address which that stands for.

    Raises ValueError if it has no IPv4 candidate: a relay of IPv4 cannot stand between.
    """
    original: Address | None = None
    lines: list[str] = []
    for line in sdp.splitlines():
        found = CANDIDATE.match(line)
        if found is None:
            lines.append(line)
        elif original is None and ":" not in found[5] and found[3].lower() == "udp":
            original = found[5], int(found[6])
            lines.append(f"a=candidate:{found[1]} {found[2]} udp {found[4]} {to[0]} {to[1]} typ host")
    if original is None:
        raise ValueError("the SDP has no IPv4 candidate that could be led through the relay")
    return "\r\n".join(lines) + "\r\n", original


class ThroughRelay(httpx.AsyncBaseTransport):
    """Signalling that leads each call it sets up through a relay of its own. For `place_call(http=...)`."""

    def __init__(self, inner: httpx.AsyncBaseTransport, weather: Weather) -> None:
        self.relays: list[Relay] = []
        self._inner = inner
        self._weather = weather

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "POST" or "sdp" not in request.headers.get("content-type", ""):
            return await self._inner.handle_async_request(request)
        offer = (await request.aread()).decode()
        _, caller = redirected(offer, ("0.0.0.0", 0))
        relay = await open_relay(replace(self._weather, seed=self._weather.seed + len(self.relays)), caller[0])
        self.relays.append(relay)
        relay.caller.peer = caller
        response = await self._inner.handle_async_request(
            httpx.Request(
                request.method,
                request.url,
                headers={"content-type": "application/sdp"},
                content=redirected(offer, address_of(relay.server))[0],
            )
        )
        answer = (await response.aread()).decode()
        if response.status_code != httpx.codes.CREATED:
            return httpx.Response(response.status_code, headers=response.headers, content=answer)
        answer, relay.server.peer = redirected(answer, address_of(relay.caller))
        headers = {"content-type": "application/sdp", "location": response.headers["location"]}
        return httpx.Response(response.status_code, headers=headers, content=answer)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def close_relays(self) -> None:
        for relay in self.relays:
            await relay.close()


def address_of(side: _Side) -> Address:
    assert side.transport is not None
    host, port = side.transport.get_extra_info("sockname")[:2]
    return str(host), int(port)
