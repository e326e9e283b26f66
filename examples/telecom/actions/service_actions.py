"""Actions about bills, outages and technicians."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from .accounts import OUTAGES, digits_of, now_of
from .customer_actions import account_of

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class ActionGetBill(Action):
    """Look up what there is to pay, and until when."""

    def name(self) -> str:
        return "action_get_bill"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        account = account_of(tracker)
        due = account.bill_due
        return [
            SlotSet("bill_amount", account.bill),
            SlotSet("bill_due_text", f"{MONTHS[due.month - 1]} {due.day}"),
            SlotSet("bill_is_late", due < now_of(tracker.slots).date()),
        ]


class ActionPayBill(Action):
    """Pay, in whole dollars."""

    def name(self) -> str:
        return "action_pay_bill"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        account = account_of(tracker)
        account.bill -= round(tracker.get_slot("payment_amount"))
        return [SlotSet("bill_amount", account.bill)]


class ActionCheckOutage(Action):
    """See whether there is an outage at the customer's address."""

    def name(self) -> str:
        return "action_check_outage"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        until = OUTAGES.get((tracker.get_slot("outage_service"), digits_of(tracker.get_slot("postcode"))))
        return [SlotSet("outage_known", until is not None), SlotSet("outage_until_text", until)]


class ActionBookTechnician(Action):
    """Send a technician."""

    def name(self) -> str:
        return "action_book_technician"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        visit = f"technician on {tracker.get_slot('visit_day')} {tracker.get_slot('visit_window')}"
        account_of(tracker).orders.append(visit)
        return []
