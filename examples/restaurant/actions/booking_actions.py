"""Actions on bookings: is a table free, book it, find a booking, change it, cancel it."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from .books import Booking, book_of, is_taken

LEAST_PHONE_DIGITS = 7


class ActionFindTable(Action):
    def name(self) -> str:
        return "action_find_table"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        taken = is_taken(str(tracker.get_slot("booking_day")), str(tracker.get_slot("booking_time")))
        return [SlotSet("booking_availability", "full" if taken else "free")]


class ActionBookTable(Action):
    def name(self) -> str:
        return "action_book_table"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        booking = Booking(
            str(tracker.get_slot("guest_name")),
            str(tracker.get_slot("booking_day")),
            str(tracker.get_slot("booking_time")),
            int(tracker.get_slot("booking_guests")),
        )
        return [SlotSet("new_booking_code", book_of(tracker.sender_id).add(booking))]


class ActionFindBooking(Action):
    def name(self) -> str:
        return "action_find_booking"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        booking = book_of(tracker.sender_id).bookings.get(str(tracker.get_slot("booking_code")))
        return [
            SlotSet("booking_found", booking is not None),
            SlotSet("booking_text", booking.described() if booking else None),
        ]


class ActionChangeBooking(Action):
    def name(self) -> str:
        return "action_change_booking"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        booking = book_of(tracker.sender_id).bookings[str(tracker.get_slot("booking_code"))]
        match tracker.get_slot("change_what"):
            case "day":
                booking.day = str(tracker.get_slot("new_day"))
            case "time":
                booking.time = str(tracker.get_slot("new_time"))
            case _:
                booking.guests = int(tracker.get_slot("new_guests"))
        return [SlotSet("booking_text", booking.described())]


class ActionCancelBooking(Action):
    def name(self) -> str:
        return "action_cancel_booking"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        book_of(tracker.sender_id).bookings.pop(str(tracker.get_slot("booking_code")), None)
        return [SlotSet("booking_text", None), SlotSet("booking_code", None)]


class ValidateGuestPhone(Action):
    """Keep the digits of a telephone number; ask again for one that is too short."""

    def name(self) -> str:
        return "validate_guest_phone"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        digits = re.sub(r"\D", "", str(tracker.get_slot("guest_phone") or ""))
        if len(digits) >= LEAST_PHONE_DIGITS:
            return [SlotSet("guest_phone", digits)]
        if tracker.get_slot("guest_phone") is not None:
            dispatcher.utter_message(response="utter_guest_phone_wrong")
        return [SlotSet("guest_phone", None)]
