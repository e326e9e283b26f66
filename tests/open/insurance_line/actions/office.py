"""Policies, claims and prices. Nothing is stored: each write answers as the real system would."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

POLICIES = {"HP204871", "HP550316", "HP781940"}
CLAIMS = {"CL4471": "paid", "CL5093": "assessor", "CL6120": "documents"}
MONTHLY_PERCENT = {"bicycle": 0.5, "jewellery": 0.4, "garden": 0.2, "home office": 0.3}
ROOM_PRICES = {"flat": 3.0, "terraced house": 3.5, "detached house": 4.5, "bungalow": 4.0}


class ActionPolicyLookUp(Action):
    """Find the policy by its number, and count how often that fails."""

    def name(self) -> str:
        return "action_policy_look_up"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        if tracker.get_slot("policy_number") in POLICIES:
            return [SlotSet("policy_found", True), SlotSet("look_up_attempts", 0.0)]
        attempts = float(tracker.get_slot("look_up_attempts") or 0)
        return [SlotSet("policy_found", False), SlotSet("look_up_attempts", attempts + 1)]


class ActionClaimLookUp(Action):
    """Find out how far a claim is."""

    def name(self) -> str:
        return "action_claim_look_up"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        return [SlotSet("claim_state", CLAIMS.get(str(tracker.get_slot("claim_number")), "unknown"))]


class ActionCoverPrice(Action):
    """Work out what a cover costs a month."""

    def name(self) -> str:
        return "action_cover_price"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        percent = MONTHLY_PERCENT.get(str(tracker.get_slot("cover_kind")), 0.5)
        value = float(tracker.get_slot("cover_value") or 0)
        return [SlotSet("cover_price", f"{value * percent / 100:g} pounds")]


class ActionQuoteWorkOut(Action):
    """Work out what insurance of a home costs a month."""

    def name(self) -> str:
        return "action_quote_work_out"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        price = ROOM_PRICES.get(str(tracker.get_slot("home_kind")), 4.0)
        rooms = float(tracker.get_slot("room_count") or 0)
        return [SlotSet("quote_price", f"{price * rooms:g} pounds")]


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


class ActionClaimOpen(Write, Action):
    action = "action_claim_open"
    fills = (("new_claim_number", "CL7008"),)


class ActionAssessorBook(Write, Action):
    action = "action_assessor_book"


class ActionRepairSend(Write, Action):
    action = "action_repair_send"


class ActionCoverAdd(Write, Action):
    action = "action_cover_add"


class ActionAddressSave(Write, Action):
    action = "action_address_save"


class ActionDiscountGive(Write, Action):
    action = "action_discount_give"


class ActionPolicyCancel(Write, Action):
    action = "action_policy_cancel"


class ActionQuoteSend(Write, Action):
    action = "action_quote_send"


class ActionPremiumTake(Write, Action):
    action = "action_premium_take"


class ActionCertificateSend(Write, Action):
    action = "action_certificate_send"


class ActionCallbackNote(Write, Action):
    action = "action_callback_note"
