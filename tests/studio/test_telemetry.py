"""What is counted: stored events, messages of calls, and how late the event loop is."""

from __future__ import annotations

import pytest

from dialogue.events import ActionFailed, AssistantSaid, UserSaid
from dialogue.store import MemoryEventStore
from studio.observing import ObservedStore
from studio.telemetry import Telemetry


def lines(telemetry: Telemetry) -> list[str]:
    return [line for line in telemetry.render().splitlines() if not line.startswith("#")]


async def test_events_are_counted_once_they_are_stored() -> None:
    telemetry, inner = Telemetry(), MemoryEventStore()
    store = ObservedStore(inner, telemetry)
    events = [UserSaid("hi", (), "fast_path", 3.0), AssistantSaid("hello"), ActionFailed("pay", "broke")]
    await store.append("one", events)
    assert list(await store.load("one")) == events
    counted = lines(telemetry)
    assert 'vivavoce_turns_total{stage="fast_path"} 1' in counted
    assert 'vivavoce_understanding_seconds_bucket{stage="fast_path",le="0.005"} 1' in counted
    assert 'vivavoce_actions_failed_total{action="pay"} 1' in counted


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ({"type": "call_started"}, "vivavoce_calls_started_total 1"),
        ({"type": "call_ended", "reason": "hangup"}, 'vivavoce_calls_ended_total{reason="hangup"} 1'),
        ({"type": "turn_dropped", "reason": "noise"}, 'vivavoce_turns_dropped_total{reason="noise"} 1'),
        ({"type": "barge_in", "heard_ms": 5}, "vivavoce_barge_ins_total 1"),
        ({"type": "fault", "code": "model-unavailable"}, 'vivavoce_faults_total{code="model-unavailable"} 1'),
    ],
)
def test_messages_of_calls_are_counted(message: dict[str, object], line: str) -> None:
    telemetry = Telemetry()
    telemetry.observe_call(message)
    assert line in lines(telemetry)


def test_other_messages_are_passed_over() -> None:
    telemetry = Telemetry()
    before = telemetry.render()
    for message in ({"type": "partial_transcript", "text": "a"}, {"type": "pong"}, {}):
        telemetry.observe_call(message)
    assert telemetry.render() == before
