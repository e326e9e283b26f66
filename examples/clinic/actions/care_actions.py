"""Actions about medication and insurance."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from .patient_actions import patient_of, records_of
from .times import say_list

INSURERS = {"northstar": "Northstar", "blue lake": "Blue Lake", "union care": "Union Care"}
"""The insurers whose names the clinic knows how to write."""


class ActionAskMedication(Action):
    """Ask which medication it is, naming those that the patient has a prescription for."""

    def name(self) -> str:
        return "action_ask_medication"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        names = [prescription.medication for prescription in patient_of(tracker).prescriptions]
        if names:
            dispatcher.utter_message(response="utter_offer_medications", medications=say_list(names, "and"))
        else:
            dispatcher.utter_message(response="utter_ask_any_medication")
        return []


class ActionCheckPrescription(Action):
    """See whether the patient has a prescription for the medication, and for how long."""

    def name(self) -> str:
        return "action_check_prescription"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        wanted = str(tracker.get_slot("medication")).strip().lower()
        found = next((p for p in patient_of(tracker).prescriptions if p.medication == wanted), None)
        if found is None:
            return [SlotSet("prescription_state", "unknown"), SlotSet("refill_months_allowed", None)]
        return [
            SlotSet("medication", found.medication),
            SlotSet("prescription_state", "active" if found.months else "expired"),
            SlotSet("refill_months_allowed", found.months),
        ]


class ActionOrderRefill(Action):
    """Order the medication."""

    def name(self) -> str:
        return "action_order_refill"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        records_of(tracker).refills.append(str(tracker.get_slot("medication")))
        return []


class ValidateInsurer(Action):
    """Write the insurer's name as the insurer writes it, where it is one that the clinic knows."""

    def name(self) -> str:
        return "validate_insurer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        said = tracker.get_slot("insurer")
        return [SlotSet("insurer", INSURERS.get(str(said).strip().lower(), said))] if said else []
