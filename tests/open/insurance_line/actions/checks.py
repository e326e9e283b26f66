"""Checks of codes, phone numbers and addresses: each is brought into one form, or asked again."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher


class Check:
    """Keep the characters that count, and ask again when what is left has not the right form."""

    slot = ""
    form = r".+"
    ignored = r"[^A-Z0-9]"
    upper = True

    def name(self) -> str:
        return f"validate_{self.slot}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        said = str(tracker.get_slot(self.slot) or "")
        value = re.sub(self.ignored, "", said.upper() if self.upper else said.lower())
        if re.fullmatch(self.form, value):
            return [SlotSet(self.slot, value)]
        dispatcher.utter_message(response="utter_code_wrong")
        return [SlotSet(self.slot, None)]


class PhoneCheck(Check):
    """A phone number of ten to thirteen digits."""

    form = r"\+?\d{10,13}"
    ignored = r"[^0-9+]"


class EmailCheck(Check):
    """An e-mail address, in small letters."""

    form = r"[^@]+@[^@]+\.[a-z]+"
    ignored = r"\s"
    upper = False


class ValidatePolicyNumber(Check, Action):
    slot = "policy_number"
    form = r"HP\d{6}"


class ValidateClaimNumber(Check, Action):
    slot = "claim_number"
    form = r"CL\d{4}"


class ValidateCrimeReference(Check, Action):
    slot = "crime_reference"
    form = r"[A-Z0-9]{4,}"


class ValidateNewPostcode(Check, Action):
    slot = "new_postcode"
    form = r"[A-Z]{1,2}\d[A-Z0-9]?\d[A-Z]{2}"


class ValidateHomePostcode(Check, Action):
    slot = "home_postcode"
    form = r"[A-Z]{1,2}\d[A-Z0-9]?\d[A-Z]{2}"


class ValidateVisitPhone(PhoneCheck, Action):
    slot = "visit_phone"


class ValidateEmergencyPhone(PhoneCheck, Action):
    slot = "emergency_phone"


class ValidateCallbackPhone(PhoneCheck, Action):
    slot = "callback_phone"


class ValidateQuoteEmail(EmailCheck, Action):
    slot = "quote_email"


class ValidateCertificateEmail(EmailCheck, Action):
    slot = "certificate_email"
