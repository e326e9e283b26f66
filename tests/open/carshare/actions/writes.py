"""Actions that would change something in the company's systems; here they only hand out numbers."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher


class Write:
    """A write that always works. The subclasses name it, and the slots that it fills."""

    action = ""
    fills: tuple[tuple[str, str], ...] = ()

    def name(self) -> str:
        return self.action

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        return [SlotSet(slot, value) for slot, value in self.fills]


class ActionBookCar(Write, Action):
    action = "action_book_car"
    fills = (("new_booking_number", "K2750"),)


class ActionExtendBooking(Write, Action):
    action = "action_extend_booking"


class ActionCancelBooking(Write, Action):
    action = "action_cancel_booking"


class ActionFileDamage(Write, Action):
    action = "action_file_damage"
    fills = (("case_number", "D118"),)


class ActionNoteDirt(Write, Action):
    action = "action_note_dirt"


class ActionUnlockCar(Write, Action):
    action = "action_unlock_car"


class ActionLogLostItem(Write, Action):
    action = "action_log_lost_item"
    fills = (("case_number", "L204"),)


class ActionBlockFuelCard(Write, Action):
    action = "action_block_fuel_card"


class ActionFileDispute(Write, Action):
    action = "action_file_dispute"


class ActionSendInvoice(Write, Action):
    action = "action_send_invoice"


class ActionChangePlan(Write, Action):
    action = "action_change_plan"


class ActionSavePhone(Write, Action):
    action = "action_save_phone"
