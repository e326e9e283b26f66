"""Real calls through bad networks: they survive, events arrive, nothing is lost of time, and what was said is heard."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.udp_relay import ThroughRelay, Weather
from tests.support.wav import join, silence, tone
from tests.voice.transports.answering_machine import Answering, AnsweringMachine
from voice.caller.client import CallOptions, place_call
from voice.caller.report import CallRecord
from voice.caller.wav import make_utterance

pytestmark = [pytest.mark.network, pytest.mark.slow]

URL = "http://relay.test"
WEATHERS = {
    "clean": Weather(),
    "1 % loss": Weather(loss=0.01, jitter_ms=10, seed=1),
    "5 % loss": Weather(loss=0.05, jitter_ms=30, duplication=0.01, seed=2),
    "10 % loss": Weather(loss=0.10, jitter_ms=30, reordering=0.02, duplication=0.02, seed=3),
    "100 ms jitter": Weather(jitter_ms=100, seed=4),
    "100 ms queue": Weather(jitter_ms=100, keeps_order=True, seed=5),
    "all of it": Weather(loss=0.05, jitter_ms=100, reordering=0.05, duplication=0.05, seed=6),
}


def words(name: str):
    return make_utterance(join(silence(300), tone(900, frequency_hz=300), silence(300)), 48_000, name)


async def call_through(weather: Weather, turns: int = 3) -> tuple[CallRecord, Answering]:
    machine = AnsweringMachine()
    relayed = ThroughRelay(machine, weather)
    try:
        async with asyncio.timeout(90):
            options = CallOptions(greeting_limit_ms=500)
            record = await place_call(URL, [words(str(turn)) for turn in range(turns)], options, http=relayed)
            while not machine.calls[0].wall_ms:  # noqa: ASYNC110 - a test waits for state it does not own
                await asyncio.sleep(0.05)
    finally:
        await machine.gateway.close()
        await relayed.close_relays()
    (relay,) = relayed.relays
    assert relay.up.taken > 200, "the call did not go through the relay"
    return record, machine.calls[0]


@pytest.mark.parametrize("name", WEATHERS)
async def test_a_call_survives(name: str) -> None:
    weather = WEATHERS[name]
    record, call = await call_through(weather)
    assert record.report.failure is None
    assert call.turns == 3
    assert [turn.lines for turn in record.report.turns] == [("answer 1",), ("answer 2",), ("answer 3",)]
    # Audio time is wall time: what is heard between two moments is as long as they are apart, to 1 %.
    first, last = 25, len(call.heard_ms) - 1
    wall_ms = call.heard_ms[last] - call.heard_ms[first]
    assert wall_ms > 5_000
    slack_ms = weather.jitter_ms + 40  # each end is late by the link's jitter, and by a busy machine's loop
    assert (last - first) * 20 == pytest.approx(wall_ms, abs=wall_ms * 0.01 + slack_ms)
    assert call.frames * 20 == pytest.approx(call.wall_ms, abs=call.wall_ms * 0.01 + slack_ms + 60)
    spoken = sum(level > 1_000 for level in call.levels) * 20
    assert spoken == pytest.approx(3 * 900, rel=0.1)


async def test_what_was_lost_is_counted_and_made_up_for() -> None:
    _, call = await call_through(WEATHERS["10 % loss"], turns=1)
    counted = call.stats
    assert counted.lost_packets == pytest.approx(0.1 * (counted.received_packets + counted.lost_packets), rel=0.7)
    assert counted.concealed_ms + counted.recovered_ms >= counted.lost_packets * 20 * 0.8
    assert counted.duplicate_packets == 0  # SRTP has refused them already (RFC 3711, section 3.3.2)
    assert 20 <= counted.jitter_target_ms <= 120
    assert counted.sent_frames > 100
