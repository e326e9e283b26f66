"""Members, trips, cars and papers. Nothing is stored: each write answers as the real system would."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

MEMBERS = {"482913": "Priya Raman", "730255": "Tom Okafor", "115508": "Lena Fischer"}
FINES = {
    "PN4471": "35 pounds for parking in Mill Lane",
    "SP2089": "60 pounds for driving too fast on the ring road",
}
HOURLY_PRICES = {"small": 6, "estate": 8, "van": 11, "electric": 7}
LONGEST_EXTENSION = 6
"""After so many hours the next member waits for the car."""


def compact(value: object) -> str:
    """Return the letters and digits of a code, in capitals."""
    return re.sub(r"[^A-Z0-9]", "", str(value or "").upper())


class ActionLookUpMember(Action):
    """Find the member by number."""

    def name(self) -> str:
        return "action_look_up_member"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        found = MEMBERS.get(compact(tracker.get_slot("member_number")))
        if found is None:
            attempts = float(tracker.get_slot("identification_attempts") or 0)
            return [SlotSet("member_known", False), SlotSet("identification_attempts", attempts + 1)]
        return [SlotSet("member_known", True), SlotSet("member_name", found), SlotSet("identification_attempts", 0.0)]


class ActionQuoteTrip(Action):
    """Work out what the trip costs."""

    def name(self) -> str:
        return "action_quote_trip"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        hourly = HOURLY_PRICES.get(str(tracker.get_slot("car_class")), 6)
        hours = float(tracker.get_slot("booking_hours") or 0)
        return [SlotSet("trip_price", f"{hourly * hours:g} pounds")]


class ActionCheckExtension(Action):
    """See whether the car is free for so many hours more."""

    def name(self) -> str:
        return "action_check_extension"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        return [SlotSet("extension_possible", float(tracker.get_slot("extension_hours")) <= LONGEST_EXTENSION)]


class ActionFindFine(Action):
    """Find the fine by its reference."""

    def name(self) -> str:
        return "action_find_fine"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        found = FINES.get(compact(tracker.get_slot("fine_reference")))
        return [SlotSet("fine_known", found is not None), SlotSet("fine_text", found)]
