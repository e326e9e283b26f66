"""Who else is looking at a project, and at which step. Pure: time is an argument, nothing is kept on disk."""

from __future__ import annotations

from dataclasses import dataclass, field

GONE_AFTER_S = 25.0
"""A page tells where it is every ten seconds and whenever that changes; two missed ones mean that it is gone."""
MOST_PLACES = 200
"""Pages remembered for one project."""


@dataclass(frozen=True, slots=True)
class Place:
    """One open page: a person may have several."""

    client: str
    person_id: str
    name: str
    flow: str | None
    step: str | None
    seen_s: float
    stream: str = ""
    """The name of the stream by which it hears, where it shares one with other pages of its browser."""


@dataclass(slots=True)
class Presence:
    """The open pages of one project."""

    _places: dict[str, Place] = field(default_factory=dict)

    def tell(self, place: Place) -> bool:
        """Note where a page is; return whether that is news to others."""
        before = self._places.pop(place.client, None)
        self._places[place.client] = place
        while len(self._places) > MOST_PLACES:
            del self._places[next(iter(self._places))]
        return before is None or (before.flow, before.step, before.name) != (place.flow, place.step, place.name)

    def leave(self, client: str) -> bool:
        """Forget a page; return whether it was there."""
        return self._places.pop(client, None) is not None

    def leave_with(self, stream: str) -> bool:
        """Forget the pages that heard by a stream which is over; return whether there were any."""
        gone = [client for client, place in self._places.items() if stream and place.stream == stream]
        for client in gone:
            del self._places[client]
        return bool(gone)

    def expire(self, now_s: float) -> bool:
        """Forget who has not been seen lately; return whether anybody was."""
        gone = [client for client, place in self._places.items() if now_s - place.seen_s > GONE_AFTER_S]
        for client in gone:
            del self._places[client]
        return bool(gone)

    def people(self) -> tuple[Place, ...]:
        """Return the open pages, the longest known first."""
        return tuple(sorted(self._places.values(), key=lambda place: (place.person_id, place.client)))
