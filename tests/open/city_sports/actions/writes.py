"""Actions that would change something in the city's systems; here they only hand out numbers."""

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


class ActionBookCourt(Write, Action):
    action = "action_book_court"
    fills = (("new_booking_code", "SR118"),)


class ActionMoveBooking(Write, Action):
    action = "action_move_booking"


class ActionCancelBooking(Write, Action):
    action = "action_cancel_booking"


class ActionEnrol(Write, Action):
    action = "action_enrol"


class ActionAddToWaitingList(Write, Action):
    action = "action_add_to_waiting_list"


class ActionFreezeMembership(Write, Action):
    action = "action_freeze_membership"


class ActionSendGuestPass(Write, Action):
    action = "action_send_guest_pass"


class ActionRentLocker(Write, Action):
    action = "action_rent_locker"


class ActionLogLostItem(Write, Action):
    action = "action_log_lost_item"
    fills = (("report_number", "L77"),)


class ActionLogFault(Write, Action):
    action = "action_log_fault"
    fills = (("report_number", "F31"),)


class ActionAlertDutyManager(Write, Action):
    action = "action_alert_duty_manager"
