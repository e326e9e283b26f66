# ruff: noqa: UP006, UP019, UP035 - in the words that strangers use
from typing import Any, Dict, List, Text

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

POLICIES = {"HX1234": ("active", 500), "HX5678": ("lapsed", 0)}


class LoadPolicy(Action):
    def name(self) -> Text:
        return "action_load_policy"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[Text, Any]]:
        state, cover = POLICIES.get(tracker.get_slot("policy_number"), ("unknown", None))
        return [SlotSet("policy_state", state), SlotSet("cover", cover)]


class ValidateEmail(Action):
    def name(self) -> Text:
        return "validate_email"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[Text, Any]]:
        value = tracker.get_slot("email")
        if "@" not in value:
            dispatcher.utter_message(text="That is no address.")
            return [SlotSet("email", None)]
        return [SlotSet("email", value.lower())]


class FileClaim(Action):
    def name(self) -> Text:
        return "action_file_claim"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[Text, Any]]:
        return [SlotSet("claim_id", "C-" + tracker.get_slot("policy_number")[-4:])]


class ClaimStatus(Action):
    def name(self) -> Text:
        return "action_claim_status"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict) -> List[Dict[Text, Any]]:
        claim = tracker.get_slot("claim_id")
        if claim == "C-0":
            raise KeyError(claim)
        rows = [{"what": "roof", "state": "paid"}, {"what": "floor", "state": "open"}]
        dispatcher.utter_message(text=f"Claim {claim} has {len(rows)} parts.")
        return [SlotSet("claim_rows", rows)]
