"""Members, bookings, courses and prices, in fixed tables."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

MEMBERS = {"20417733": "Nadia Petrov", "51180426": "Colm Brady", "77302915": "Aisha Khan"}
BOOKINGS = {
    "RC204": "a tennis court at Riverside on Thursday",
    "NB517": "a badminton court at Northgate on Saturday",
    "EP630": "a squash court at Elm Park today",
    "SR118": "a padel court at Station Road on Monday",
}
TODAYS_BOOKING = "EP630"
FULL_COURSES = {("swimming", "beginner"), ("climbing", "intermediate")}
HOURLY_PRICES = {"tennis": 12, "badminton": 9, "squash": 10, "padel": 16, "table tennis": 5}
PEAK_SURCHARGE = 3
RACKET_PRICE = 2
LOCKER_PRICES = {"small": 6, "medium": 9, "large": 14}
FREE_TIMES = {"morning": "eight and half past ten", "afternoon": "two and four", "evening": "six and eight"}


def compact(value: object) -> str:
    """Return the letters and digits of a code, in capitals."""
    return re.sub(r"[^A-Z0-9]", "", str(value or "").upper())


class ActionLookUpCustomer(Action):
    """Find a member by the card; a guest is known by the name."""

    def name(self) -> str:
        return "action_look_up_customer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        found = MEMBERS.get(compact(tracker.get_slot("card_number")))
        if not tracker.get_slot("is_member"):
            found = tracker.get_slot("guest_name")
        if found is None:
            attempts = float(tracker.get_slot("lookup_attempts") or 0)
            return [SlotSet("customer_known", False), SlotSet("lookup_attempts", attempts + 1)]
        return [SlotSet("customer_known", True), SlotSet("customer_name", found), SlotSet("lookup_attempts", 0.0)]


class ActionQuoteCourt(Action):
    """Work out the price of a court; without a length it is the price of an hour."""

    def name(self) -> str:
        return "action_quote_court"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        hourly = HOURLY_PRICES.get(str(tracker.get_slot("court_kind")), 10)
        if tracker.get_slot("plays_at_peak"):
            hourly += PEAK_SURCHARGE
        hours = float(tracker.get_slot("court_minutes") or 60) / 60
        rackets = float(tracker.get_slot("racket_count") or 0) * RACKET_PRICE
        return [SlotSet("court_price", f"{hourly * hours + rackets:g} pounds")]


class ActionFindBooking(Action):
    """Find a booking by its code."""

    def name(self) -> str:
        return "action_find_booking"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        code = compact(tracker.get_slot("booking_code"))
        return [
            SlotSet("booking_known", code in BOOKINGS),
            SlotSet("booking_text", BOOKINGS.get(code)),
            SlotSet("cancels_late", code == TODAYS_BOOKING),
        ]


class ActionCheckCourse(Action):
    """See whether the course has places left."""

    def name(self) -> str:
        return "action_check_course"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        wanted = (str(tracker.get_slot("course")), str(tracker.get_slot("course_level")))
        return [SlotSet("course_full", wanted in FULL_COURSES)]


class ActionListFreeCourts(Action):
    """List the free times of a part of the day."""

    def name(self) -> str:
        return "action_list_free_courts"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        return [SlotSet("free_times", FREE_TIMES.get(str(tracker.get_slot("part_of_day")), "noon"))]


class ActionQuoteLocker(Action):
    """Work out the price of a locker."""

    def name(self) -> str:
        return "action_quote_locker"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        monthly = LOCKER_PRICES.get(str(tracker.get_slot("locker_size")), 9)
        return [SlotSet("locker_price", f"{monthly * float(tracker.get_slot('locker_months') or 1):g} pounds")]
