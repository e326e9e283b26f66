"""Who is served next: requests of many calls, in front of the processes that carry them out.

Pure: numbers in, numbers out. `models.pending` holds the requests themselves, `models.lane` the processes.

```
add ──▶ waiting ──take(lane)──▶ in a lane ──finish(lane)──▶ gone
          │ replaced by a newer of its key      │ droppable, and a final waits: `to_interrupt`
          ▼ withdrawn                           ▼ its process died: `add(…, is_again=True)`
```
The order is: priority, then round, then arrival. A round holds one request of each key, so that a call which asks for
much waits behind a call which asks for little (start-time fair queueing, Goyal et al. 1996, with every request of
length one). With one request a key, that is arrival alone. Requests without a key are each their own.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

# The priority that does not wait for what is droppable.
URGENT = 0
# Keys remembered beyond those that wait, before the forgotten ones are cleared away.
_KEYS_KEPT = 256


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the schedule knows of a request. `number` is unique and grows with arrival; lower `priority` runs first.

    key: whose it is; None where it belongs to nobody in particular.
    batch: requests of one priority and one `batch` may be carried out as one; None: alone.
    is_droppable: a newer one of the same key and priority replaces it while it waits, and it is given up in the middle
        when a request of priority 0 waits.
    """

    number: int
    priority: int
    key: str | None = None
    batch: str | None = None
    is_droppable: bool = False


_Order = tuple[int, int, int]


@dataclass(slots=True)
class _Lane:
    """What one process does: nothing, or these; `is_interrupted` once it was told to stop."""

    tickets: tuple[Ticket, ...] = ()
    is_interrupted: bool = False


class Schedule:
    """Requests that wait and lanes that work. `batch_limit`: how many go into a lane at once."""

    def __init__(self, batch_limit: int = 1) -> None:
        self._batch_limit = batch_limit
        self._waiting: dict[int, tuple[_Order, Ticket]] = {}
        # Withdrawn numbers stay in the heap until they come to its top.
        self._heap: list[tuple[_Order, int]] = []
        self._lanes: dict[int, _Lane] = {}
        self._round: dict[int, int] = {}
        self._last_round: dict[tuple[int, str], int] = {}

    @property
    def waiting_count(self) -> int:
        return len(self._waiting)

    @property
    def remembered_count(self) -> int:
        """How many keys are remembered, for what they were served lately."""
        return len(self._last_round)

    @property
    def has_lanes(self) -> bool:
        """Tell whether any process serves."""
        return bool(self._lanes)

    def add(self, ticket: Ticket, *, is_again: bool = False) -> int | None:
        """Let a request wait, and return the number of the one that it replaces.

        `is_again`: it was in a lane that died; it goes before all of its priority and replaces none, being older.
        """
        replaced = None if is_again else self._replaced_by(ticket)
        if replaced is not None:
            order = self._waiting.pop(replaced)[0]  # its place, or it might never be served
        elif is_again:
            order = (ticket.priority, -1, ticket.number)
        else:
            order = (ticket.priority, self._next_round(ticket), ticket.number)
        self._waiting[ticket.number] = (order, ticket)
        heapq.heappush(self._heap, (order, ticket.number))
        return replaced

    def withdraw(self, number: int) -> None:
        """Forget a request that waits; one in a lane, or gone, is left alone."""
        if (found := self._waiting.pop(number, None)) is None:
            return
        (_, its_round, _), ticket = found
        if ticket.key is not None and self._last_round.get((ticket.priority, ticket.key)) == its_round:
            # What was not served must not count against its key.
            self._last_round[ticket.priority, ticket.key] = its_round - 1

    def open(self, lane: int) -> None:
        """A process serves."""
        self._lanes[lane] = _Lane()

    def close(self, lane: int) -> tuple[Ticket, ...]:
        """A process serves no more; return what it was doing."""
        found = self._lanes.pop(lane, None)
        return () if found is None else found.tickets

    def take(self, lane: int) -> tuple[Ticket, ...]:
        """Return what `lane` shall do now; empty where nothing waits."""
        head = self._pop()
        if head is None:
            return ()
        taken = [head]
        if head.batch is not None:
            wanted = (head.priority, head.batch)
            alike = [each for each in self._waiting.values() if (each[1].priority, each[1].batch) == wanted]
            for _, ticket in sorted(alike, key=lambda each: each[0])[: self._batch_limit - 1]:
                del self._waiting[ticket.number]
                taken.append(ticket)
        self._lanes[lane] = _Lane(tuple(taken))
        return tuple(taken)

    def finish(self, lane: int) -> None:
        """`lane` is free again."""
        if lane in self._lanes:
            self._lanes[lane] = _Lane()

    def to_interrupt(self) -> tuple[Ticket, ...]:
        """Return what is to be given up, because urgent requests wait and no lane is free for them.

        The lanes that are told once are not told again.
        """
        urgent = sum(1 for order, _ in self._waiting.values() if order[0] == URGENT)
        lanes = self._lanes.values()
        # A lane that finishes or stops soon takes a batch; so many more lanes are wanted.
        wanted = -(-urgent // self._batch_limit) - sum(1 for one in lanes if one.is_interrupted or not one.tickets)
        dropped: list[Ticket] = []
        for lane in reversed(list(lanes)):
            if wanted <= 0:
                break
            if lane.tickets and not lane.is_interrupted and all(one.is_droppable for one in lane.tickets):
                lane.is_interrupted = True
                dropped += lane.tickets
                wanted -= 1
        return tuple(dropped)

    def clear(self) -> Sequence[Ticket]:
        """Forget everything that waits, and return it in order."""
        waiting = [ticket for _, ticket in sorted(self._waiting.values(), key=lambda each: each[0])]
        self._waiting.clear()
        self._heap.clear()
        return waiting

    def _pop(self) -> Ticket | None:
        while self._heap:
            order, number = heapq.heappop(self._heap)
            found = self._waiting.pop(number, None)
            if found is not None:
                priority, its_round, _ = order
                self._round[priority] = max(self._round.get(priority, 0), its_round)
                return found[1]
        return None

    def _replaced_by(self, ticket: Ticket) -> int | None:
        if ticket.key is None or not ticket.is_droppable:
            return None
        for number, (_, one) in self._waiting.items():
            if one.is_droppable and (one.key, one.priority) == (ticket.key, ticket.priority):
                return number
        return None

    def _next_round(self, ticket: Ticket) -> int:
        now = self._round.get(ticket.priority, 0)
        if ticket.key is None:
            return now
        if not self._waiting:
            self._last_round.clear()  # nobody is waited for, so that nobody has to let others by
        elif len(self._last_round) > _KEYS_KEPT + len(self._waiting):
            self._last_round = {of: last for of, last in self._last_round.items() if last > self._round.get(of[0], 0)}
        last = self._last_round.get((ticket.priority, ticket.key))
        mine = now if last is None else max(now, last + 1)
        self._last_round[ticket.priority, ticket.key] = mine
        return mine
