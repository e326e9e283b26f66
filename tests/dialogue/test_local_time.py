"""The caller's local time: of the most particular place that is known, and never a fault."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from dialogue.local_time import local_time, zone_named
from dialogue.turn import UserTurn
from flows.loader import load_assistant
from tests.support.conversations import new_conversation, turn

LATE = datetime(2026, 11, 23, 23, 30, tzinfo=UTC).timestamp()
"""Already the next day in Tokyo, still the same in New York."""


def told(at: datetime) -> str:
    return at.strftime("%d %H:%M")


@pytest.mark.parametrize(
    ("turn_zone", "call_zone", "voice_zone", "expected"),
    [
        ("Asia/Tokyo", "America/New_York", "Europe/Paris", "24 08:30"),
        (None, "America/New_York", "Europe/Paris", "23 18:30"),
        (None, None, "Europe/Paris", "24 00:30"),
        (None, None, None, "23 22:30"),
        ("Mars/Base", "America/New_York", None, "23 18:30"),
        ("../../etc/passwd", None, "Europe/Paris", "24 00:30"),
        (["Asia/Tokyo"], 7, {"a": 1}, "23 22:30"),
        ("x" * 10_000, None, None, "23 22:30"),
        ("", None, None, "23 22:30"),
    ],
)
def test_the_most_particular_zone_counts(turn_zone: Any, call_zone: Any, voice_zone: Any, expected: str) -> None:
    slots = {"session_started_metadata": {"timezone": call_zone}}
    west = timezone(timedelta(hours=-1))
    at = local_time(LATE, {"timezone": turn_zone}, slots, {"timezone": voice_zone}, west)
    assert told(at) == expected
    assert at.timestamp() == LATE


@pytest.mark.parametrize("metadata", [None, "Asia/Tokyo", []])
def test_a_call_without_metadata(metadata: Any) -> None:
    assert told(local_time(LATE, {}, {"session_started_metadata": metadata}, {}, UTC)) == "23 23:30"
    assert local_time(LATE, {}, {}, {}).utcoffset() is not None, "this machine's zone"


def test_names_of_zones() -> None:
    assert zone_named("Europe/Paris") is not None
    assert [zone_named(name) for name in (None, 3, "", "paris", "/etc", "\0")] == [None] * 6


async def test_understanding_is_told_the_time(tmp_path: Any) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "config.yml").write_text("recipe: default.v1\n")
    (tmp_path / "voice.yml").write_text("timezone: Asia/Tokyo\n")
    (tmp_path / "domain.yml").write_text(
        "slots: {day: {type: text}}\nresponses: {utter_ask_day: [{text: Which day?}]}\n"
    )
    flow = "flows:\n  book:\n    description: Book a day.\n    steps:\n      - collect: day\n"
    (tmp_path / "data" / "flows.yml").write_text(flow)
    conversation = new_conversation(load_assistant(tmp_path))
    await turn(conversation, "start flow book")
    heard = conversation._understanding.turns  # type: ignore[attr-defined]
    assert heard[-1].local_time.isoformat() == "2023-11-15T07:13:20+09:00"
    await conversation.understand(UserTurn("today", {"timezone": "America/New_York"}))
    assert heard[-1].local_time.isoformat() == "2023-11-14T17:13:20-05:00"
