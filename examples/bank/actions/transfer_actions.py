"""Actions of a money transfer: who gets it, whether it can be made, and making it exactly once."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import Any
from uuid import uuid4

from dialogue.actions.sdk import Action, CollectingDispatcher, SlotSet, Tracker

from .database import changing, opened
from .demo_customer import ensure_customer
from .money import AmountUnusable, say_money, to_cents
from .names import match, say_list, tidy

PAYING_ACCOUNT = "checking"


class ActionCheckRecipient(Action):
    """Find the contact that the caller named."""

    def name(self) -> str:
        return "action_check_recipient"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        heard = str(tracker.get_slot("transfer_recipient") or "")
        with opened() as connection:
            ensure_customer(connection, tracker.sender_id)
            rows = connection.execute(
                "SELECT name FROM contact WHERE customer = ? ORDER BY name", (tracker.sender_id,)
            ).fetchall()
        found = match(heard, [row["name"] for row in rows])
        events = [
            SlotSet("transfer_recipient_match", found.kind),
            SlotSet("transfer_recipient_options", say_list(found.names, "and") or tidy(heard)),
        ]
        if found.kind == "found":
            events.append(SlotSet("transfer_recipient", found.names[0]))
        return events


class ActionCheckTransfer(Action):
    """See whether the amount is within the limit and in the account, and give the transfer its reference."""

    def name(self) -> str:
        return "action_check_transfer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        with opened() as connection:
            ensure_customer(connection, tracker.sender_id)
            limit = _transfer_limit(connection, tracker.sender_id)
            balance = _balance(connection, tracker.sender_id)
        try:
            cents = to_cents(tracker.get_slot("transfer_amount"))
        except AmountUnusable:
            return [SlotSet("transfer_check", "unusable")]
        check = "ok" if cents > 0 else "unusable"
        if cents > limit:
            check = "over_limit"
        elif cents > balance:
            check = "insufficient_funds"
        return [
            SlotSet("transfer_check", check),
            SlotSet("transfer_amount_text", say_money(cents)),
            SlotSet("transfer_limit_text", say_money(limit)),
            SlotSet("transfer_balance_text", say_money(balance)),
            SlotSet("transfer_reference", uuid4().hex),
        ]


class ActionExecuteTransfer(Action):
    """Make the confirmed transfer. Asked again with the same reference, it makes no second one."""

    def name(self) -> str:
        return "action_execute_transfer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        customer = tracker.sender_id
        recipient = str(tracker.get_slot("transfer_recipient"))
        cents = to_cents(tracker.get_slot("transfer_amount"))
        reference = str(tracker.get_slot("transfer_reference"))
        with opened() as connection:
            ensure_customer(connection, customer)
            is_made = _make_transfer(connection, customer, recipient, cents, reference)
            balance = _balance(connection, customer)
        return [
            SlotSet("transfer_outcome", "made" if is_made else "refused"),
            SlotSet("transfer_balance_text", say_money(balance)),
        ]


def _transfer_limit(connection: sqlite3.Connection, customer: str) -> int:
    row = connection.execute("SELECT transfer_limit_cents FROM customer WHERE id = ?", (customer,)).fetchone()
    return int(row["transfer_limit_cents"])


def _balance(connection: sqlite3.Connection, customer: str) -> int:
    row = connection.execute(
        "SELECT balance_cents FROM account WHERE customer = ? AND name = ?", (customer, PAYING_ACCOUNT)
    ).fetchone()
    return int(row["balance_cents"])


def _make_transfer(connection: sqlite3.Connection, customer: str, recipient: str, cents: int, reference: str) -> bool:
    """Return whether the transfer is made: now, or before under the same reference."""
    with changing(connection):
        known = connection.execute(
            "SELECT 1 FROM transfer WHERE customer = ? AND reference = ?", (customer, reference)
        ).fetchone()
        if known:
            return True
        if not 0 < cents <= min(_balance(connection, customer), _transfer_limit(connection, customer)):
            return False
        connection.execute(
            "UPDATE account SET balance_cents = balance_cents - ? WHERE customer = ? AND name = ?",
            (cents, customer, PAYING_ACCOUNT),
        )
        connection.execute("INSERT INTO transfer VALUES (?, ?, ?, ?)", (customer, reference, recipient, cents))
        connection.execute(
            "INSERT INTO posting (customer, day, party, amount_cents) VALUES (?, ?, ?, ?)",
            (customer, date.today().isoformat(), recipient, -cents),
        )
    return True
