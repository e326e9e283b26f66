"""The demo customer: every conversation gets a copy of its own, so that all calls begin the same."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

from .database import changing

KEPT_DAYS = 7
"""How long the data of a past conversation stays in the file."""

TRANSFER_LIMIT_CENTS = 1_000_00
BALANCES_CENTS = {"checking": 1_250_00, "savings": 5_400_00}
CONTACTS = {
    "Joe": "40127735",
    "Anna": "40128846",
    "Mary": "40129957",
    "John Smith": "40131068",
    "John Miller": "40132179",
}
CARDS = {"debit": ("active", "4821"), "credit": ("active", "7730"), "travel": ("inactive", "5164")}
RECENT_POSTINGS = (
    (1, "Corner Coffee", -4_50),
    (1, "Fresh Market", -62_30),
    (3, "City Transit", -20_00),
    (7, "Book Palace", -18_75),
    (7, "Green Garden", -41_00),
    (16, "Fresh Market", -55_10),
    (24, "Corner Coffee", -5_20),
)
"""(days ago, party, cents). Seven days ago always lies in the past week from Monday to Sunday."""
RENT = (3, "your rent", -900_00)
SALARY = (25, "your salary", 2_800_00)
MONTHS_BACK = 13


def ensure_customer(connection: sqlite3.Connection, customer: str) -> None:
    """Give a caller whom the database does not know yet the demo customer's data."""
    if not _exists(connection, customer):
        with changing(connection):
            if not _exists(connection, customer):
                _insert(connection, customer, date.today())


def begin_anew(connection: sqlite3.Connection, customer: str) -> None:
    """Put a caller's data back to how every call begins, and forget callers of more than a week ago."""
    today = date.today()
    old = (today - timedelta(days=KEPT_DAYS)).isoformat()
    with changing(connection):
        connection.execute("DELETE FROM customer WHERE id = ? OR opened_on < ?", (customer, old))
        _insert(connection, customer, today)


def _exists(connection: sqlite3.Connection, customer: str) -> bool:
    return connection.execute("SELECT 1 FROM customer WHERE id = ?", (customer,)).fetchone() is not None


def _insert(connection: sqlite3.Connection, customer: str, today: date) -> None:
    connection.execute("INSERT INTO customer VALUES (?, ?, ?)", (customer, today.isoformat(), TRANSFER_LIMIT_CENTS))
    connection.executemany(
        "INSERT INTO account VALUES (?, ?, ?)", [(customer, *account) for account in BALANCES_CENTS.items()]
    )
    connection.executemany(
        "INSERT INTO contact VALUES (?, ?, ?)", [(customer, *contact) for contact in CONTACTS.items()]
    )
    connection.executemany(
        "INSERT INTO card (customer, kind, state, last_digits) VALUES (?, ?, ?, ?)",
        [(customer, kind, *card) for kind, card in CARDS.items()],
    )
    connection.executemany(
        "INSERT INTO posting (customer, day, party, amount_cents) VALUES (?, ?, ?, ?)",
        [(customer, day.isoformat(), party, cents) for day, party, cents in _postings(today)],
    )


def _postings(today: date) -> list[tuple[date, str, int]]:
    postings = [(today - timedelta(days=ago), party, cents) for ago, party, cents in RECENT_POSTINGS]
    month = today.replace(day=1)
    for _ in range(MONTHS_BACK):
        postings += [(month.replace(day=day), party, cents) for day, party, cents in (RENT, SALARY)]
        month = (month - timedelta(days=1)).replace(day=1)
    return sorted(posting for posting in postings if posting[0] <= today)
