"""The bank's recorded transfer with real models, through a bad network: it is understood, the money is sent once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator

import httpx
import pytest

from tests.support.recordings import load_call
from tests.support.server import Served, serve_assistant
from tests.support.udp_relay import ThroughRelay, Weather
from voice.caller.client import place_call
from voice.caller.report import CallRecord
from voice.caller.wav import load_utterance

pytestmark = [pytest.mark.model, pytest.mark.network, pytest.mark.slow]

CALL_LIMIT_S = 240


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve_assistant(tmp_path_factory.mktemp("served")) as server:
        yield server


async def call_through(served: Served, weather: Weather) -> CallRecord:
    relayed = ThroughRelay(httpx.AsyncHTTPTransport(), weather)
    utterances = [load_utterance(each.path) for each in load_call("transfer")]
    try:
        async with asyncio.timeout(CALL_LIMIT_S):
            return await place_call(served.url, utterances, http=relayed)
    finally:
        await relayed.close_relays()


@pytest.mark.parametrize(
    ("weather", "is_understood"),
    [
        (Weather(loss=0.01, jitter_ms=10, seed=1), True),
        (Weather(loss=0.05, jitter_ms=30, duplication=0.01, seed=2), False),
        (Weather(loss=0.10, jitter_ms=30, duplication=0.01, seed=3), False),
        (Weather(jitter_ms=100, seed=4), True),
    ],
    ids=["1 % loss", "5 % loss", "10 % loss", "100 ms jitter"],
)
async def test_the_call_comes_through(served: Served, weather: Weather, is_understood: bool) -> None:
    """Every turn is answered. From 5 % of loss on a word may be lost with its packets, since this caller sends no
    second copies: then the assistant asks again, and this script does not know how to answer that."""
    before = transfers(served)
    report = (await call_through(served, weather)).report
    assert report.failure is None, served.output
    assert report.is_good, report
    assert report.actions.count("action_execute_transfer") == transfers(served) - before <= 1
    if is_understood:
        assert transfers(served) == before + 1


def transfers(served: Served) -> int:
    with sqlite3.connect(served.bank_database) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'transfer'").fetchone():
            return 0  # the bank makes its tables at its first action
        (count,) = connection.execute("SELECT COUNT(*) FROM transfer").fetchone()
        return int(count)
