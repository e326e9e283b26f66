"""Requests on their way to a worker's processes: those that wait and those in one, with where their replies go.

Everything here runs on the event loop and awaits nothing; the order is that of `models.scheduling`.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from models.errors import ModelError, ModelUnavailable
from models.frames import Frame
from models.scheduling import Schedule, Ticket
from voice.ports import Priority


class RequestDropped(ModelError):
    """A droppable request was replaced by a newer one of its key, or gave way to an urgent one. Nobody's fault."""

    code = "request-dropped"


@dataclass(frozen=True, slots=True)
class Terms:
    """How a request may be treated; see `models.scheduling.Ticket` for the first three.

    retry_within_s: where its process dies under it and it is younger than this, it is sent once more to the next one.
    """

    key: str | None = None
    batch: str | None = None
    is_droppable: bool = False
    retry_within_s: float = 0.0


PLAIN = Terms()
"""By arrival, alone, to its end, once."""

Outcome = Frame | ModelError


@dataclass(slots=True, eq=False)
class Pending:
    """A request and where its replies go; they queue without bound, being one sentence of audio at most."""

    ticket: Ticket
    frame: Frame
    terms: Terms
    since_s: float
    replies: asyncio.Queue[Outcome] = field(default_factory=asyncio.Queue)
    tell_child: Callable[[Frame], None] | None = None
    """Set while a process works on it."""
    has_replies: bool = False
    is_retried: bool = False

    @property
    def number(self) -> int:
        return self.ticket.number

    def put(self, outcome: Outcome) -> None:
        """Pass a reply, or what ended the request, to whoever asked."""
        self.has_replies = True
        self.replies.put_nowait(outcome)


class PendingRequests:
    """All requests of one worker. `now_s` is a clock that never goes back."""

    def __init__(self, name: str, batch_limit: int, now_s: Callable[[], float]) -> None:
        self._name = name
        self._now_s = now_s
        self._numbers = itertools.count(1)
        self._schedule = Schedule(batch_limit)
        self._requests: dict[int, Pending] = {}
        self.changed = asyncio.Event()
        """Set when a lane may find something new to do."""
        # Why requests are refused now; None while a process serves or its first restart is under way.
        self._refusal: ModelUnavailable | None = ModelUnavailable(name, "not started")

    @property
    def is_open(self) -> bool:
        """Tell whether a request would be taken now."""
        return self._refusal is None

    @property
    def waiting_count(self) -> int:
        return self._schedule.waiting_count

    def add(self, header: Mapping[str, Any], payload: bytes, priority: Priority, terms: Terms) -> Pending:
        """Let a request wait. Raises `ModelUnavailable` while none is taken."""
        if self._refusal is not None:
            raise ModelUnavailable(self._name, self._refusal.reason)
        number = next(self._numbers)
        ticket = Ticket(number, int(priority), terms.key, terms.batch, terms.is_droppable)
        pending = Pending(ticket, Frame({**header, "id": number}, payload), terms, self._now_s())
        self._requests[number] = pending
        replaced = self._schedule.add(ticket)
        if replaced is not None:
            self._requests.pop(replaced).put(RequestDropped("a newer request took its place"))
        self._changed()
        return pending

    def abandon(self, pending: Pending) -> None:
        """Forget a request that nobody wants any more: it is not sent, or told to stop. Harmless after its end."""
        self._requests.pop(pending.number, None)
        self._schedule.withdraw(pending.number)
        if pending.tell_child is not None:
            pending.tell_child(Frame({"op": "cancel", "id": pending.number}))
            pending.tell_child = None

    def open(self, lane: int) -> None:
        """A process serves."""
        self._refusal = None
        self._schedule.open(lane)

    def close(self, lane: int) -> None:
        """A process has ended; what it was doing must have been settled."""
        self._schedule.close(lane)
        self._changed()  # what waited for this process may now want another one's

    def take(self, lane: int) -> list[Pending]:
        """Return what a lane shall do now; they belong to it until `finish`."""
        return [self._requests[ticket.number] for ticket in self._schedule.take(lane)]

    def finish(self, lane: int) -> None:
        """A lane is free again."""
        self._schedule.finish(lane)

    def settle(self, pending: Pending, problem: ModelUnavailable) -> None:
        """Try a request whose process died again, or fail it with `problem`, as its terms say."""
        pending.tell_child = None
        is_wanted = pending.number in self._requests
        is_young = self._now_s() - pending.since_s < pending.terms.retry_within_s
        if not is_wanted or not is_young or pending.has_replies or pending.is_retried:
            pending.put(problem)
            return
        pending.is_retried = True
        # Alone: which one of a batch the process died of is not known.
        pending.ticket = replace(pending.ticket, batch=None)
        self._schedule.add(pending.ticket, is_again=True)
        self._changed()

    def refuse(self, problem: ModelUnavailable) -> None:
        """Fail everything that waits, and what comes until a process serves again; not while another one does."""
        if self._schedule.has_lanes:
            return
        self._refusal = problem
        for ticket in self._schedule.clear():
            self._requests[ticket.number].put(problem)

    def _changed(self) -> None:
        self.changed.set()
        for ticket in self._schedule.to_interrupt():
            pending = self._requests.get(ticket.number)
            if pending is not None:
                pending.put(RequestDropped("it gave way to an urgent request"))
                self.abandon(pending)
