"""What the town hall looks up and carries out. Nothing is kept: every conversation finds the same town."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

RESIDENTS = {"118204": (1984, "B"), "330917": (1957, "A"), "705561": (1999, "C")}
APPOINTMENTS = {
    "4821": "a passport appointment on Monday at ten",
    "6035": "a marriage appointment on Friday at eleven",
}
BIN_PRICES = {120.0: 30, 180.0: 40, 240.0: 55}
PRICE_A_MONTH = 8
LATE_LETTERS = "m"


class ValidatePlate(Action):
    """Write a registration number in capitals, without spaces and dashes."""

    slot = "plate"

    def name(self) -> str:
        return f"validate_{self.slot}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        said = tracker.get_slot(self.slot)
        if said is None:
            return []
        plate = re.sub(r"[^A-Z0-9]", "", str(said).upper())
        if not re.search(r"\d", plate) or len(plate) > 9:
            dispatcher.utter_message(response="utter_plate_wrong")
            return [SlotSet(self.slot, None)]
        return [SlotSet(self.slot, plate)]


class ValidateVisitorPlate(ValidatePlate):
    slot = "visitor_plate"


class ActionFindResident(Action):
    def name(self) -> str:
        return "action_find_resident"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        year, zone = RESIDENTS.get(str(tracker.get_slot("resident_number")), (0, ""))
        if year != tracker.get_slot("birth_year"):
            attempts = float(tracker.get_slot("resident_attempts") or 0)
            return [SlotSet("resident_known", False), SlotSet("resident_attempts", attempts + 1)]
        return [
            SlotSet("resident_known", True),
            SlotSet("resident_zone", zone),
            SlotSet("resident_attempts", 0),
        ]


class ActionPricePermit(Action):
    def name(self) -> str:
        return "action_price_permit"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        price = float(tracker.get_slot("permit_months")) * PRICE_A_MONTH
        return [SlotSet("permit_price", price / 2 if tracker.get_slot("is_electric") else price)]


class ActionPriceBin(Action):
    def name(self) -> str:
        return "action_price_bin"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        price = BIN_PRICES.get(float(tracker.get_slot("bin_litres")), 40)
        return [SlotSet("bin_price", price * float(tracker.get_slot("bin_count")))]


class ActionLookUpDays(Action):
    """Streets in the first half of the alphabet have their bins emptied on Mondays."""

    def name(self) -> str:
        return "action_look_up_days"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        early = str(tracker.get_slot("home_street"))[:1].lower() < LATE_LETTERS
        return [SlotSet("days_text", "bins are emptied on Mondays" if early else "bins are emptied on Wednesdays")]


class ActionFindAppointment(Action):
    def name(self) -> str:
        return "action_find_appointment"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        found = APPOINTMENTS.get(str(tracker.get_slot("appointment_code")))
        return [SlotSet("appointment_found", found is not None), SlotSet("appointment_text", found)]


class Done(Action):
    """An action whose effect lies outside: nothing of it is seen here."""

    told = ""

    def name(self) -> str:
        return self.told or "action_nothing_of_this_town"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        return []


class ActionFileReport(Done):
    told = "action_file_report"


class ActionFileLamp(Done):
    told = "action_file_lamp"


class ActionFileNoise(Done):
    told = "action_file_noise"


class ActionSendLorry(Done):
    told = "action_send_lorry"


class ActionOrderBin(Done):
    told = "action_order_bin"


class ActionBookBulky(Done):
    told = "action_book_bulky"


class ActionIssuePermit(Done):
    told = "action_issue_permit"


class ActionIssueDayPermit(Done):
    told = "action_issue_day_permit"


class ActionFileObjection(Done):
    told = "action_file_objection"


class ActionBookAppointment(Done):
    told = "action_book_appointment"


class ActionCancelAppointment(Done):
    told = "action_cancel_appointment"


class ActionPay(Done):
    told = "action_pay"


class ActionRegisterDog(Done):
    told = "action_register_dog"


class ActionHireHall(Done):
    told = "action_hire_hall"
