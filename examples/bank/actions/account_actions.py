"""Actions about accounts: balances, transactions and the transfer limit."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date
from itertools import zip_longest
from typing import Any

from dialogue.actions.sdk import Action, CollectingDispatcher, SlotSet, Tracker

from .database import changing, opened
from .demo_customer import ensure_customer
from .money import say_money, to_cents
from .names import say_list
from .periods import parse_period, say_day

MOST_SPOKEN = 3
"""How many transactions are read out: nobody remembers a longer list."""


class ActionGetBalance(Action):
    """Look up what is in each account."""

    def name(self) -> str:
        return "action_get_balance"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        with opened() as connection:
            ensure_customer(connection, tracker.sender_id)
            rows = connection.execute(
                "SELECT name, balance_cents FROM account WHERE customer = ? ORDER BY name",
                (tracker.sender_id,),
            ).fetchall()
        spoken = [f"{say_money(row['balance_cents'])} in {row['name']}" for row in rows]
        return [SlotSet("balance_text", say_list(spoken))]


class ActionListTransactions(Action):
    """Look up the transactions of the day or period that the caller named."""

    def name(self) -> str:
        return "action_list_transactions"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        today = date.today()
        period = parse_period(str(tracker.get_slot("transactions_period") or ""), today)
        if period is None:
            return [SlotSet("transactions_result", "not_understood")]
        with opened() as connection:
            ensure_customer(connection, tracker.sender_id)
            rows = connection.execute(
                "SELECT day, party, amount_cents FROM posting WHERE customer = ? AND day BETWEEN ? AND ?"
                " ORDER BY day DESC, id DESC",
                (tracker.sender_id, period.first.isoformat(), period.last.isoformat()),
            ).fetchall()
        return [
            SlotSet("transactions_result", "some" if rows else "none_found"),
            SlotSet("transactions_period_text", period.name),
            SlotSet("transactions_count", float(len(rows))),
            SlotSet("transactions_text", _spoken(rows, today, has_one_day=period.first == period.last)),
        ]


def _spoken(rows: Sequence[sqlite3.Row], today: date, *, has_one_day: bool) -> str:
    """Tell the newest transactions in a sentence, the day behind the last one of each day.

    With `has_one_day` the question has named the day already.
    """
    told = []
    newest = rows[:MOST_SPOKEN]
    for row, following in zip_longest(newest, newest[1:]):
        preposition = "to" if row["amount_cents"] < 0 else "from"
        is_last_of_day = following is None or following["day"] != row["day"]
        day = say_day(date.fromisoformat(row["day"]), today) if is_last_of_day and not has_one_day else ""
        told.append(f"{say_money(abs(row['amount_cents']))} {preposition} {row['party']} {day}".strip())
    if len(rows) > MOST_SPOKEN:
        told.append(f"{len(rows) - MOST_SPOKEN} more")
    return say_list(told)


class ActionGetTransferLimit(Action):
    """Look up how much one transfer may be."""

    def name(self) -> str:
        return "action_get_transfer_limit"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        with opened() as connection:
            ensure_customer(connection, tracker.sender_id)
            row = connection.execute(
                "SELECT transfer_limit_cents FROM customer WHERE id = ?", (tracker.sender_id,)
            ).fetchone()
        return [SlotSet("transfer_limit_text", say_money(row["transfer_limit_cents"]))]


class ActionWordNewLimit(Action):
    """Put the new limit into words, so that it can be read back before it is confirmed."""

    def name(self) -> str:
        return "action_word_new_limit"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        return [SlotSet("new_transfer_limit_text", say_money(to_cents(tracker.get_slot("new_transfer_limit"))))]


class ActionChangeTransferLimit(Action):
    """Set how much one transfer may be."""

    def name(self) -> str:
        return "action_change_transfer_limit"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        cents = to_cents(tracker.get_slot("new_transfer_limit"))
        with opened() as connection:
            ensure_customer(connection, tracker.sender_id)
            with changing(connection):
                connection.execute(
                    "UPDATE customer SET transfer_limit_cents = ? WHERE id = ?", (cents, tracker.sender_id)
                )
        return [SlotSet("transfer_limit_text", say_money(cents))]
