"""The schedule: nothing is lost, order is kept, calls take turns, and what is urgent waits for one thing at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.scheduling import Schedule, Ticket

FINAL, SPECULATION, PARTIAL, PREFETCH = range(4)


def _numbers(tickets: Sequence[Ticket]) -> list[int]:
    return [ticket.number for ticket in tickets]


def _drain(schedule: Schedule) -> list[int]:
    schedule.open(0)
    order: list[int] = []
    while taken := schedule.take(0):
        order += _numbers(taken)
        schedule.finish(0)
    return order


def test_priority_goes_before_arrival() -> None:
    schedule = Schedule()
    for number, priority in enumerate([PREFETCH, PARTIAL, FINAL, SPECULATION, FINAL], 1):
        schedule.add(Ticket(number, priority))
    assert _drain(schedule) == [3, 5, 4, 2, 1]


def test_a_call_that_asks_for_much_waits_behind_one_that_asks_for_little() -> None:
    schedule = Schedule()
    for number in range(1, 6):
        schedule.add(Ticket(number, SPECULATION, key="busy"))
    schedule.add(Ticket(6, SPECULATION, key="quiet"))
    schedule.add(Ticket(7, SPECULATION, key="other"))
    assert _drain(schedule) == [1, 6, 7, 2, 3, 4, 5]


def test_with_one_request_a_call_it_is_first_come_first_served() -> None:
    schedule = Schedule()
    for number, key in enumerate("abcde", 1):
        schedule.add(Ticket(number, FINAL, key=key))
    assert _drain(schedule) == [1, 2, 3, 4, 5]


def test_what_was_withdrawn_does_not_count_against_its_call() -> None:
    schedule = Schedule()
    for number in range(1, 5):
        schedule.add(Ticket(number, FINAL, key="a"))
    for number in range(4, 0, -1):
        schedule.withdraw(number)
    schedule.add(Ticket(5, FINAL, key="a"))
    schedule.add(Ticket(6, FINAL, key="b"))
    assert _drain(schedule) == [5, 6]


def test_a_newer_partial_takes_the_place_of_the_one_that_waits() -> None:
    schedule = Schedule()
    assert schedule.add(Ticket(1, PARTIAL, key="a", is_droppable=True)) is None
    assert schedule.add(Ticket(2, PARTIAL, key="b", is_droppable=True)) is None
    assert schedule.add(Ticket(3, PARTIAL, key="a", is_droppable=True)) == 1
    assert schedule.add(Ticket(4, SPECULATION, key="a", is_droppable=True)) is None
    assert schedule.waiting_count == 3
    assert _drain(schedule) == [4, 3, 2]


def test_a_partial_that_has_begun_gives_way_to_a_final() -> None:
    schedule = Schedule()
    schedule.open(0)
    schedule.add(Ticket(1, PARTIAL, key="a", is_droppable=True))
    assert _numbers(schedule.take(0)) == [1]
    schedule.add(Ticket(2, SPECULATION, key="b"))
    assert schedule.to_interrupt() == ()
    schedule.add(Ticket(3, FINAL, key="b"))
    assert _numbers(schedule.to_interrupt()) == [1]
    assert schedule.to_interrupt() == (), "it was told already"
    schedule.finish(0)
    assert _numbers(schedule.take(0)) == [3]


def test_a_partial_goes_on_while_another_lane_is_free() -> None:
    schedule = Schedule()
    schedule.open(0)
    schedule.open(1)
    schedule.add(Ticket(1, PARTIAL, key="a", is_droppable=True))
    schedule.take(0)
    schedule.add(Ticket(2, FINAL, key="b"))
    assert schedule.to_interrupt() == ()
    assert _numbers(schedule.take(1)) == [2]
    schedule.add(Ticket(3, FINAL, key="c"))
    assert _numbers(schedule.to_interrupt()) == [1]


def test_a_final_that_has_begun_is_never_interrupted() -> None:
    schedule = Schedule()
    schedule.open(0)
    schedule.add(Ticket(1, FINAL))
    schedule.take(0)
    schedule.add(Ticket(2, FINAL))
    assert schedule.to_interrupt() == ()


def test_requests_of_one_kind_and_priority_go_together() -> None:
    schedule = Schedule(batch_limit=3)
    schedule.open(0)
    kinds = ["12", "12", None, "8", "12", "12"]
    for number, batch in enumerate(kinds, 1):
        schedule.add(Ticket(number, FINAL, batch=batch))
    schedule.add(Ticket(7, PARTIAL, batch="12"))
    found = []
    while taken := schedule.take(0):
        found.append(_numbers(taken))
        schedule.finish(0)
    assert found == [[1, 2, 5], [3], [4], [6], [7]]


def test_what_was_lost_with_its_process_goes_first_again() -> None:
    schedule = Schedule()
    schedule.open(0)
    for number in (1, 2, 3):
        schedule.add(Ticket(number, FINAL))
    lost = schedule.take(0)
    assert schedule.close(0) == lost
    assert not schedule.has_lanes
    schedule.add(lost[0], is_again=True)
    assert _drain(schedule) == [1, 2, 3]


@pytest.mark.parametrize("calls", [1, 5000])
def test_calls_that_have_ended_are_forgotten(calls: int) -> None:
    schedule = Schedule()
    schedule.open(0)
    for number in range(5000):
        schedule.add(Ticket(number, FINAL, key=f"call {number % calls}"))
        assert _numbers(schedule.take(0)) == [number]
        schedule.finish(0)
    assert schedule.remembered_count < 600


# --- random schedules -------------------------------------------------------------------------------------------------

_KEYS = st.sampled_from([None, "a", "b", "c"])
_ADD = st.tuples(st.just("add"), st.integers(0, 3), _KEYS, st.sampled_from([None, "x"]))
_STEP = st.one_of(
    _ADD,
    _ADD,
    st.tuples(st.just("withdraw"), st.integers(0, 40), st.none(), st.none()),
    st.tuples(st.sampled_from(["take", "finish", "die"]), st.integers(0, 2), st.none(), st.none()),
)


@dataclass
class _Run:
    """Drives a schedule at random and holds what must be true of it."""

    schedule: Schedule
    batch_limit: int
    tickets: dict[int, Ticket] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)
    lanes: dict[int, tuple[Ticket, ...]] = field(default_factory=dict)
    ended: list[int] = field(default_factory=list)
    told: set[int] = field(default_factory=set)

    def add(self, priority: int, key: str | None, batch: str | None) -> None:
        ticket = Ticket(len(self.tickets), priority, key, batch, is_droppable=priority == PARTIAL)
        self.tickets[ticket.number] = ticket
        replaced = self.schedule.add(ticket)
        self.waiting.add(ticket.number)
        if replaced is not None:
            old = self.tickets[replaced]
            assert replaced in self.waiting
            assert (old.priority, old.key) == (PARTIAL, key)
            self.waiting.remove(replaced)
            self.ended.append(replaced)

    def take(self, lane: int) -> None:
        if self.lanes.get(lane):
            return
        taken = self.schedule.take(lane)
        if not taken:
            assert not self.waiting, "nothing is held back from a free lane"
            return
        best = min(self.tickets[number].priority for number in self.waiting)
        assert {ticket.priority for ticket in taken} == {best}, "what is urgent waits for what has begun alone"
        assert len(taken) <= (self.batch_limit if taken[0].batch else 1)
        assert {ticket.batch for ticket in taken} == {taken[0].batch}
        for ticket in taken:
            earlier = [
                number
                for number in self.waiting
                if (self.tickets[number].priority, self.tickets[number].key) == (ticket.priority, ticket.key)
                and self.tickets[number].batch == ticket.batch
                and number < ticket.number
                and number not in _numbers(taken)
            ]
            assert not earlier, "a call's own requests keep their order"
        self.waiting -= set(_numbers(taken))
        self.lanes[lane] = taken

    def finish(self, lane: int) -> None:
        self.ended += _numbers(self.lanes.get(lane, ()))
        self.lanes[lane] = ()
        self.schedule.finish(lane)

    def die(self, lane: int) -> None:
        lost = self.schedule.close(lane)
        assert lost == self.lanes[lane]
        self.schedule.open(lane)
        for ticket in lost:
            self.schedule.add(ticket, is_again=True)
            self.waiting.add(ticket.number)
        self.lanes[lane] = ()

    def check(self) -> None:
        told = self.schedule.to_interrupt()
        assert all(ticket.is_droppable for ticket in told)
        self.told = {number for number in self.told | set(_numbers(told)) if number not in self.ended}
        assert self.schedule.waiting_count == len(self.waiting)
        running = [number for taken in self.lanes.values() for number in _numbers(taken)]
        assert sorted([*self.waiting, *running, *self.ended]) == sorted(self.tickets), "each is in one place"
        finals = sum(1 for number in self.waiting if self.tickets[number].priority == FINAL)
        free = sum(1 for taken in self.lanes.values() if not taken or self.told.issuperset(_numbers(taken)))
        if finals > free * self.batch_limit:
            for taken in self.lanes.values():
                is_droppable = bool(taken) and all(ticket.is_droppable for ticket in taken)
                assert not is_droppable or self.told.issuperset(_numbers(taken)), "a final waits for no partial"


@settings(max_examples=300, deadline=None)
@given(st.lists(_STEP, max_size=60), st.integers(1, 3), st.integers(1, 3))
def test_any_order_of_events(
    steps: list[tuple[str, int, str | None, str | None]], lanes: int, batch_limit: int
) -> None:
    run = _Run(Schedule(batch_limit), batch_limit)
    for lane in range(lanes):
        run.schedule.open(lane)
        run.lanes[lane] = ()
    for kind, number, key, batch in steps:
        match kind:
            case "add":
                run.add(number, key, batch)
            case "withdraw":
                run.schedule.withdraw(number)
                if number in run.waiting:
                    run.waiting.remove(number)
                    run.ended.append(number)
            case _ if number < lanes:
                getattr(run, kind)(number)
        run.check()
    for lane in [*range(lanes)] * (len(run.tickets) + 1):
        run.finish(lane)
        run.take(lane)
        run.check()
    assert sorted(run.ended) == sorted(run.tickets), "nothing is lost"


@given(st.lists(st.tuples(_KEYS, st.booleans()), max_size=60))
def test_no_call_is_overtaken_twice_by_another(steps: list[tuple[str | None, bool]]) -> None:
    schedule = Schedule()
    schedule.open(0)
    waiting: dict[int, str | None] = {}
    overtaken: dict[tuple[int, str], int] = {}
    for number, (key, is_take) in enumerate(steps):
        if not is_take:
            schedule.add(Ticket(number, SPECULATION, key))
            waiting[number] = key
            continue
        for ticket in schedule.take(0):
            del waiting[ticket.number]
            heads = {waiting[older]: older for older in sorted(waiting, reverse=True)}
            for of, head in heads.items():
                if of is not None and ticket.key is not None and of != ticket.key and head < ticket.number:
                    overtaken[head, ticket.key] = overtaken.get((head, ticket.key), 0) + 1
                    assert overtaken[head, ticket.key] <= 1, "the first that waits of a call lets each other by once"
        schedule.finish(0)
