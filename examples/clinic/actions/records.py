"""The clinic's records: patients, appointments and orders, a copy for each conversation, in memory.

Every call begins with the same records and keeps its changes to itself, so that a demonstration and a test find
what they expect. The oldest copies are forgotten when there are too many.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MOST_CONVERSATIONS = 500
"""How many copies are kept: far more than calls go on at once."""


@dataclass(frozen=True, slots=True)
class Prescription:
    """What a doctor prescribed. `months` is for how long it may be refilled, 0 when it has run out."""

    medication: str
    months: int


@dataclass(frozen=True, slots=True)
class Appointment:
    """A visit that was agreed."""

    kind: str
    begins: datetime


@dataclass(slots=True)
class Patient:
    """One patient. `results` maps the laboratory's code to a state and a text."""

    name: str
    birth_year: int
    appointments: list[Appointment] = field(default_factory=list)
    prescriptions: tuple[Prescription, ...] = ()
    results: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Records:
    """Everything that the clinic knows in one conversation."""

    patients: dict[str, Patient]
    refills: list[str] = field(default_factory=list)
    feedback: list[tuple[float, str]] = field(default_factory=list)


def demo_records(now: datetime) -> Records:
    """Return the records with which every conversation begins; appointments lie ahead of `now`."""
    midnight = datetime(now.year, now.month, now.day)
    maria = Patient("Maria", 1980, [Appointment("checkup", midnight + timedelta(days=3, hours=11))])
    maria.prescriptions = (Prescription("metformin", 3), Prescription("ibuprofen", 1), Prescription("cortisone", 0))
    maria.results = {"1234": ("ready", "Everything is normal."), "5678": ("pending", "")}
    sam = Patient("Sam", 1992, results={"9012": ("doctor", "")})
    helen = Patient("Helen", 1957)
    helen.appointments = [
        Appointment("blood test", midnight + timedelta(days=1, hours=9)),
        Appointment("consultation", midnight + timedelta(days=8, hours=9)),
    ]
    return Records({"204518": maria, "310077": sam, "415566": helen})


class Shelf:
    """The records of all conversations. Safe for calls that go on at the same time."""

    def __init__(self) -> None:
        self._records: OrderedDict[str, Records] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, conversation: str, now: datetime) -> Records:
        """Return the records of a conversation, made anew on first use."""
        with self._lock:
            found = self._records.setdefault(conversation, demo_records(now))
            self._records.move_to_end(conversation)
            while len(self._records) > MOST_CONVERSATIONS:
                self._records.popitem(last=False)
            return found

    def forget(self, conversation: str) -> None:
        """Let a conversation begin with fresh records."""
        with self._lock:
            self._records.pop(conversation, None)


SHELF = Shelf()
