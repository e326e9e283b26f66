"""What the front desk does: prices, bookings, requests. Nothing is kept: every conversation finds the same bookings."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

RATES = {"single": 80, "double": 110, "twin": 115, "family": 150, "suite": 240}
BREAKFAST = 18
ALIKE = 0.55
FEE_AN_HOUR = 15
USUAL_HOUR = 11


@dataclass(frozen=True, slots=True)
class Booking:
    """A stay that was booked."""

    last_name: str
    text: str
    refundable: bool


BOOKINGS = {
    "K4T72": Booking("hargreaves", "three nights at the Harbour from 14 June", True),
    "M9P31": Booking("okafor", "one night at the Airport from 2 July", False),
    "B5X08": Booking("lindqvist", "five nights in the Old Town from 20 August", True),
}


class ActionQuoteRoom(Action):
    def name(self) -> str:
        return "action_quote_room"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        nights, adults = float(tracker.get_slot("nights")), float(tracker.get_slot("adults"))
        price = nights * RATES.get(str(tracker.get_slot("room_type")), 110)
        if tracker.get_slot("wants_breakfast"):
            price += nights * adults * BREAKFAST
        return [SlotSet("room_price", price)]


class ActionFindBooking(Action):
    """Finds a booking by its code, with a last name that sounds like the one on it."""

    def name(self) -> str:
        return "action_find_booking"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        booking = BOOKINGS.get(str(tracker.get_slot("booking_code")))
        name = str(tracker.get_slot("last_name") or "").lower().split()
        is_alike = booking is not None and any(
            SequenceMatcher(None, booking.last_name, part).ratio() >= ALIKE for part in [*name, "".join(name)]
        )
        if booking is None or not is_alike:
            attempts = float(tracker.get_slot("lookup_attempts") or 0)
            return [SlotSet("booking_state", "unknown"), SlotSet("lookup_attempts", attempts + 1)]
        return [
            SlotSet("booking_state", "found"),
            SlotSet("lookup_attempts", 0),
            SlotSet("stay_text", booking.text),
            SlotSet("stay_refundable", booking.refundable),
        ]


class ActionLateFee(Action):
    def name(self) -> str:
        return "action_late_fee"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        hour, minute = (int(part) for part in str(tracker.get_slot("checkout_time")).split(":"))
        hours = max(0.0, hour + minute / 60 - USUAL_HOUR)
        return [SlotSet("late_fee", round(hours * FEE_AN_HOUR)) if hours <= 7 else SlotSet("late_fee", 999)]


class Done(Action):
    """An action whose effect lies outside: nothing of it is seen here."""

    told = ""

    def name(self) -> str:
        return self.told or "action_nothing_of_this_hotel"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        return []


class ActionBookRoom(Done):
    told = "action_book_room"


class ActionCancelStay(Done):
    told = "action_cancel_stay"


class ActionChangeStay(Done):
    told = "action_change_stay"


class ActionLateCheckout(Done):
    told = "action_late_checkout"


class ActionSendInvoice(Done):
    told = "action_send_invoice"


class ActionSendHousekeeping(Done):
    told = "action_send_housekeeping"


class ActionReportProblem(Done):
    told = "action_report_problem"


class ActionSetWakeUp(Done):
    told = "action_set_wake_up"


class ActionOrderDish(Done):
    told = "action_order_dish"


class ActionBookTable(Done):
    told = "action_book_table"


class ActionBookSpa(Done):
    told = "action_book_spa"


class ActionBookShuttle(Done):
    told = "action_book_shuttle"


class ActionBookParking(Done):
    told = "action_book_parking"


class ActionReportLost(Done):
    told = "action_report_lost"
