"""Actions about the customer who is calling, about SIM cards, and about the office hours of our agents."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from .accounts import SHELF, Account, digits_of, now_of

OPENS_HOUR = 9
CLOSES_HOUR = 18
_SUNDAY = 6


def account_of(tracker: Tracker) -> Account:
    """Return the account of the customer who was verified in this conversation."""
    return SHELF.of(tracker.sender_id, now_of(tracker.slots))[digits_of(tracker.get_slot("account_number"))]


class ActionOpenAccounts(Action):
    """Begin the call with fresh accounts."""

    def name(self) -> str:
        return "action_open_accounts"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        SHELF.forget(tracker.sender_id)
        return []


class ActionNoteOfficeHours(Action):
    """Note in every turn whether an agent could take the call now."""

    def name(self) -> str:
        return "action_note_office_hours"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        now = now_of(tracker.slots)
        return [SlotSet("agents_are_there", now.weekday() < _SUNDAY and OPENS_HOUR <= now.hour < CLOSES_HOUR)]


class ActionVerifyCustomer(Action):
    """Compare number and PIN, and greet who was not greeted before."""

    def name(self) -> str:
        return "action_verify_customer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        accounts = SHELF.of(tracker.sender_id, now_of(tracker.slots))
        account = accounts.get(digits_of(tracker.get_slot("account_number")))
        if account is None or account.pin != digits_of(tracker.get_slot("account_pin")):
            attempts = float(tracker.get_slot("failed_attempts") or 0)
            return [
                SlotSet("customer_verified", False),
                SlotSet("customer_name", None),
                SlotSet("failed_attempts", attempts + 1),
            ]
        if account.name != tracker.get_slot("customer_name"):
            dispatcher.utter_message(response="utter_verified", customer_name=account.name)
        return [
            SlotSet("customer_verified", True),
            SlotSet("customer_name", account.name),
            SlotSet("failed_attempts", 0),
        ]


class ActionBlockSim(Action):
    """Block the SIM card."""

    def name(self) -> str:
        return "action_block_sim"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        account_of(tracker).is_sim_blocked = True
        return []


class ActionOrderSim(Action):
    """Order a new SIM card."""

    def name(self) -> str:
        return "action_order_sim"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        account_of(tracker).orders.append(f"{tracker.get_slot('sim_kind')} card")
        return []


class ValidateSimEmail(Action):
    """Write an email address as it is written, `nora at example dot org` too, or refuse it."""

    def name(self) -> str:
        return "validate_sim_email"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        said = tracker.get_slot("sim_email")
        if said is None:
            return []
        written = re.sub(r"\s+at\s+", "@", str(said).strip().lower())
        written = re.sub(r"\s+dot\s+", ".", written)
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]+", written):
            dispatcher.utter_message(response="utter_sim_email_wrong")
            return [SlotSet("sim_email", None)]
        return [SlotSet("sim_email", written)]
