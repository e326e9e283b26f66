"""Actions for gift vouchers and complaints."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from .books import book_of


class ActionAskVoucherDelivery(Action):
    """Ask how the voucher gets to its owner, with a button for each way."""

    def name(self) -> str:
        return "action_ask_voucher_delivery"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        buttons = [{"title": way, "payload": f"/SetSlots(voucher_delivery={way})"} for way in ("letter", "pickup")]
        dispatcher.utter_message(response="utter_voucher_delivery_question", buttons=buttons)
        return []


class ActionBuyVoucher(Action):
    def name(self) -> str:
        return "action_buy_voucher"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        recipient, amount = tracker.get_slot("voucher_recipient"), tracker.get_slot("voucher_amount")
        book_of(tracker.sender_id).vouchers.append(f"{recipient}: {amount:g}")
        return []


class ActionNoteComplaint(Action):
    def name(self) -> str:
        return "action_note_complaint"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        topic, text = tracker.get_slot("complaint_topic"), tracker.get_slot("complaint_text")
        book_of(tracker.sender_id).complaints.append(f"{topic}: {text}")
        return []
