"""Actions about the patient who is calling: who it is, what the laboratory found, what the visit was like."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from .days import now_of
from .records import SHELF, Patient, Records

OPENS_HOUR = 8
CLOSES_HOUR = 17
_SATURDAY = 5


def records_of(tracker: Tracker) -> Records:
    """Return the records of this conversation."""
    return SHELF.of(tracker.sender_id, now_of(tracker.slots))


def patient_of(tracker: Tracker) -> Patient:
    """Return the patient who was identified in this conversation."""
    return records_of(tracker).patients[digits_of(tracker.get_slot("patient_number"))]


def digits_of(spoken: object) -> str:
    """Return the digits of a number as it was said, for instance with a pause after three."""
    return re.sub(r"\D", "", str(spoken or ""))


class ActionOpenRecords(Action):
    """Begin the call with fresh records."""

    def name(self) -> str:
        return "action_open_records"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        SHELF.forget(tracker.sender_id)
        return []


class ActionLookUpPatient(Action):
    """Find the patient by number and year of birth, and greet who was not greeted before."""

    def name(self) -> str:
        return "action_look_up_patient"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        patient = records_of(tracker).patients.get(digits_of(tracker.get_slot("patient_number")))
        if patient is None or patient.birth_year != tracker.get_slot("birth_year"):
            attempts = float(tracker.get_slot("identification_attempts") or 0)
            return [
                SlotSet("patient_known", False),
                SlotSet("patient_name", None),
                SlotSet("identification_attempts", attempts + 1),
            ]
        if patient.name != tracker.get_slot("patient_name"):
            dispatcher.utter_message(response="utter_patient_found", patient_name=patient.name)
        return [
            SlotSet("patient_known", True),
            SlotSet("patient_name", patient.name),
            SlotSet("identification_attempts", 0),
        ]


class ActionGetResults(Action):
    """Look up what the laboratory found."""

    def name(self) -> str:
        return "action_get_results"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        code = digits_of(tracker.get_slot("results_code"))
        state, text = patient_of(tracker).results.get(code, ("unknown", ""))
        return [SlotSet("results_state", state), SlotSet("results_text", text)]


class ActionSaveFeedback(Action):
    """Write down what the patient thought of the visit."""

    def name(self) -> str:
        return "action_save_feedback"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        stars, text = tracker.get_slot("feedback_stars"), tracker.get_slot("feedback_text")
        records_of(tracker).feedback.append((float(stars), str(text or "")))
        return []


class ActionCheckReception(Action):
    """See whether somebody is at reception now."""

    def name(self) -> str:
        return "action_check_reception"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        now = now_of(tracker.slots)
        is_open = now.weekday() < _SATURDAY and OPENS_HOUR <= now.hour < CLOSES_HOUR
        return [SlotSet("reception_is_open", is_open)]
