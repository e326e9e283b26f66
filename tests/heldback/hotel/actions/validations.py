"""Validation of slots: what was said becomes a date, a time, a code; what is none is asked for again."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from .reading import code_of, date_of, digits_of, email_of, time_of

LEAST_PHONE_DIGITS = 6


class Validation(Action):
    """Replaces a slot's value by what `read` makes of it, or refuses it."""

    slot = ""
    refusal = ""

    def name(self) -> str:
        return f"validate_{self.slot}" if self.slot else "validate_nothing_of_this_hotel"

    def read(self, said: str) -> str | None:
        return said

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        said = tracker.get_slot(self.slot)
        if said is None:
            return []
        value = self.read(str(said))
        if not value:
            dispatcher.utter_message(response=self.refusal)
        return [SlotSet(self.slot, value or None)]


def _matching(read: Callable[[str], str], pattern: str) -> Callable[[str], str | None]:
    return lambda said: read(said) if re.fullmatch(pattern, read(said)) else None


class ValidateArrivalDate(Validation):
    slot, refusal = "arrival_date", "utter_date_wrong"

    def read(self, said: str) -> str | None:
        return date_of(said)


class ValidateNewArrival(ValidateArrivalDate):
    slot = "new_arrival"


class ValidateGuestPhone(Validation):
    slot, refusal = "guest_phone", "utter_phone_wrong"

    def read(self, said: str) -> str | None:
        digits = digits_of(said)
        return digits if len(digits) >= LEAST_PHONE_DIGITS else None


class ValidateBookingCode(Validation):
    slot, refusal = "booking_code", "utter_code_wrong"

    def read(self, said: str) -> str | None:
        return _matching(code_of, r"[A-Z0-9]{5}")(said)


class ValidateFlightNumber(Validation):
    slot, refusal = "flight_number", "utter_flight_wrong"

    def read(self, said: str) -> str | None:
        return _matching(code_of, r"[A-Z0-9]{2}[0-9]{1,4}")(said)


class ValidateCarPlate(Validation):
    slot, refusal = "car_plate", "utter_plate_wrong"

    def read(self, said: str) -> str | None:
        return _matching(code_of, r"(?=.*[0-9])[A-Z0-9]{3,9}")(said)


class ValidateCheckoutTime(Validation):
    slot, refusal = "checkout_time", "utter_time_wrong"

    def read(self, said: str) -> str | None:
        found = time_of(said)
        return time_of(said, evening=True) if found and found < "10:00" else found


class ValidateWakeTime(Validation):
    slot, refusal = "wake_time", "utter_time_wrong"

    def read(self, said: str) -> str | None:
        return time_of(said)


class ValidatePickupTime(ValidateWakeTime):
    slot = "pickup_time"


class ValidateSpaTime(ValidateCheckoutTime):
    slot = "spa_time"


class ValidateTableTime(ValidateWakeTime):
    slot = "table_time"

    def read(self, said: str) -> str | None:
        return time_of(said, evening=True)


class ValidateInvoiceEmail(Validation):
    slot, refusal = "invoice_email", "utter_email_wrong"

    def read(self, said: str) -> str | None:
        return email_of(said)


class ValidateLostEmail(ValidateInvoiceEmail):
    slot = "lost_email"
