"""Who else is looking: told when it is news, forgotten when a page stops telling."""

from __future__ import annotations

from dataclasses import replace

from studio.people.attempts import FORGET_S, FREE, MOST_KEYS, Attempts
from studio.people.presence import GONE_AFTER_S, MOST_PLACES, Place, Presence

HERE = Place("c1", "p1", "Ada", "transfer", "ask", 10.0)


def test_only_what_changes_is_news() -> None:
    presence = Presence()
    assert presence.tell(HERE)
    assert not presence.tell(replace(HERE, seen_s=15.0))
    assert presence.tell(replace(HERE, step="confirm", seen_s=16.0))


def test_a_page_that_stops_telling_is_gone() -> None:
    presence = Presence()
    presence.tell(HERE)
    presence.tell(replace(HERE, client="c2", person_id="p2", name="Bob", seen_s=30.0))
    assert not presence.expire(10.0 + GONE_AFTER_S)
    assert presence.expire(11.0 + GONE_AFTER_S)
    assert [place.name for place in presence.people()] == ["Bob"]
    assert presence.leave("c2")
    assert not presence.leave("c2")


def test_a_flood_of_pages_is_bounded() -> None:
    presence = Presence()
    for n in range(3 * MOST_PLACES):
        presence.tell(replace(HERE, client=f"c{n}"))
    assert len(presence.people()) == MOST_PLACES


def test_attempts_wait_longer_and_longer_and_are_forgotten() -> None:
    attempts = Attempts()
    for _ in range(FREE):
        assert attempts.wait_s("ada", 0.0) == 0.0
        attempts.begun("ada", 0.0)
    first = attempts.wait_s("ada", 0.0)
    attempts.begun("ada", first)
    assert attempts.wait_s("ada", first) > first > 0
    assert attempts.wait_s("ada", first + FORGET_S + 1) == 0.0


def test_a_flood_of_names_costs_no_memory() -> None:
    attempts = Attempts()
    for n in range(MOST_KEYS + 50):
        attempts.begun(f"name {n}", 0.0)
    assert len(attempts._known) == MOST_KEYS
