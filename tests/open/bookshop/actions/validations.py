"""Checks of what a caller gave, written as the shop keeps it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from .speech import characters, digits, email


class _Validation:
    """Reads one slot; what cannot be read is refused and asked again."""

    slot: str
    refusal: str
    read: Callable[[str], str | None]

    def name(self) -> str:
        return f"validate_{self.slot}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        said = tracker.get_slot(self.slot)
        if said is None:
            return []
        value = type(self).read(str(said))
        if value is None:
            dispatcher.utter_message(response=self.refusal)
        return [SlotSet(self.slot, value)]


def _digits(least: int, most: int) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        found = digits(text)
        return found if least <= len(found) <= most else None

    return read


def _code(pattern: str) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        found = re.search(pattern, characters(text))
        return found.group() if found else None

    return read


class ValidatePostcode(_Validation, Action):
    slot, refusal, read = "postcode", "utter_postcode_unclear", staticmethod(_code(r"[A-Z]{1,2}\d{2,3}[A-Z]{2}$"))


class ValidateContactPhone(_Validation, Action):
    slot, refusal, read = "contact_phone", "utter_phone_unclear", staticmethod(_digits(9, 12))


class ValidateContactEmail(_Validation, Action):
    slot, refusal, read = "contact_email", "utter_email_unclear", staticmethod(email)


class ValidateGiftCode(_Validation, Action):
    slot, refusal, read = "gift_code", "utter_gift_code_unclear", staticmethod(_code(r"[A-Z]{2}\d{4}$"))


class ValidateOrderNumber(_Validation, Action):
    slot, refusal, read = "order_number", "utter_order_number_unclear", staticmethod(_digits(5, 5))


class ValidateCardNumber(_Validation, Action):
    slot, refusal, read = "card_number", "utter_card_number_unclear", staticmethod(_digits(8, 8))
