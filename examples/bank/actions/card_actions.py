"""Actions on cards: looking one up, blocking, activating, replacing."""

from __future__ import annotations

import re
from typing import Any

from dialogue.actions.sdk import Action, CollectingDispatcher, SlotSet, Tracker

from .database import changing, opened
from .demo_customer import ensure_customer

RESULT_OF_ACTIVATING = {"inactive": "activated", "active": "active", "blocked": "blocked"}
"""What asking for activation leads to, by the card's state."""


class ActionCheckCard(Action):
    """Look up whether the card that is to be blocked is active, inactive or blocked already."""

    def name(self) -> str:
        return "action_check_card"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        with opened() as connection:
            ensure_customer(connection, tracker.sender_id)
            row = connection.execute(
                "SELECT state FROM card WHERE customer = ? AND kind = ?",
                (tracker.sender_id, tracker.get_slot("block_card_type")),
            ).fetchone()
        return [SlotSet("block_card_state", row["state"])]


class ActionBlockCard(Action):
    """Block the card."""

    def name(self) -> str:
        return "action_block_card"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        reason = tracker.get_slot("block_card_reason")
        with opened() as connection:
            ensure_customer(connection, tracker.sender_id)
            with changing(connection):
                connection.execute(
                    "UPDATE card SET state = 'blocked', reason = ? WHERE customer = ? AND kind = ?",
                    (reason, tracker.sender_id, tracker.get_slot("block_card_type")),
                )
        return [SlotSet("block_card_state", "blocked")]


class ActionOrderReplacement(Action):
    """Order a new card for the blocked one. A second order changes nothing."""

    def name(self) -> str:
        return "action_order_replacement"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        with opened() as connection:
            ensure_customer(connection, tracker.sender_id)
            with changing(connection):
                connection.execute(
                    "UPDATE card SET is_replaced = 1 WHERE customer = ? AND kind = ?",
                    (tracker.sender_id, tracker.get_slot("block_card_type")),
                )
        return []


class ActionActivateCard(Action):
    """Activate the card whose last four digits the caller gave."""

    def name(self) -> str:
        return "action_activate_card"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        digits = re.sub(r"\D", "", str(tracker.get_slot("activate_card_digits") or ""))
        with opened() as connection:
            ensure_customer(connection, tracker.sender_id)
            with changing(connection):
                row = connection.execute(
                    "SELECT kind, state FROM card WHERE customer = ? AND last_digits = ?",
                    (tracker.sender_id, digits),
                ).fetchone()
                result = RESULT_OF_ACTIVATING[row["state"]] if row else "unknown"
                if result == "activated":
                    connection.execute(
                        "UPDATE card SET state = 'active' WHERE customer = ? AND kind = ?",
                        (tracker.sender_id, row["kind"]),
                    )
        return [
            SlotSet("activate_card_result", result),
            SlotSet("activate_card_kind", row["kind"] if row else None),
        ]
