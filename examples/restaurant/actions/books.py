"""What the restaurant writes down: bookings, orders, vouchers and complaints, apart for each conversation.

Every conversation begins with the same two bookings and finds only its own changes, so all calls begin the same.
Only the latest conversations are kept.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

KEPT_CONVERSATIONS = 1_000
FIRST_NEW_CODE = 5001
BUSY_DAY = "Saturday"
BUSY_FROM, BUSY_TO = "18:00", "20:00"
PRICES = {"pizza": 12, "pasta": 11, "salad": 8, "soup": 6, "tiramisu": 5}
"""Dollars a portion."""


@dataclass(slots=True)
class Booking:
    name: str
    day: str
    time: str
    guests: int

    def described(self) -> str:
        """Return the booking as it is said."""
        people = "one guest" if self.guests == 1 else f"{self.guests} guests"
        return f"a table for {people} on {self.day} at {self.time}"


def _first_bookings() -> dict[str, Booking]:
    return {"1234": Booking("Maria", "Friday", "19:00", 4), "4321": Booking("Paul", "Sunday", "13:00", 2)}


@dataclass(slots=True)
class Book:
    """One conversation's view of the books. `orders`, `vouchers` and `complaints` hold what was written down."""

    bookings: dict[str, Booking] = field(default_factory=_first_bookings)
    orders: list[str] = field(default_factory=list)
    vouchers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    next_code: int = FIRST_NEW_CODE

    def add(self, booking: Booking) -> str:
        """Write a booking down and return its code. The same booking again is the same code."""
        for code, known in self.bookings.items():
            if known == booking:
                return code
        code = str(self.next_code)
        self.next_code += 1
        self.bookings[code] = booking
        return code


_books: OrderedDict[str, Book] = OrderedDict()
_opening = Lock()  # actions run in threads of their own


def book_of(conversation: str) -> Book:
    """Return the book of a conversation."""
    with _opening:
        book = _books.setdefault(conversation, Book())
        _books.move_to_end(conversation)
        while len(_books) > KEPT_CONVERSATIONS:
            _books.popitem(last=False)
        return book


def is_taken(day: str, time: str) -> bool:
    """Say whether every table is taken then."""
    return day == BUSY_DAY and BUSY_FROM <= time < BUSY_TO


def price_of(lines: list[tuple[str, int]]) -> int:
    """Return what dishes and numbers of portions cost together, in dollars."""
    return sum(PRICES[dish] * portions for dish, portions in lines)


def say_dishes(lines: list[tuple[str, int]]) -> str:
    """Return dishes as they are said: `2 pizza, 1 soup and 1 tiramisu`."""
    said = [f"{portions} {dish}" for dish, portions in lines]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}" if said else "nothing"
