"""Actions about appointments: checking a day and a time, offering what is free, booking and calling off."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from .days import now_of, objection, parse_day, say_day
from .patient_actions import patient_of
from .records import Appointment
from .times import free_times, parse_time, say_list

SECONDS_AN_HOUR = 3600


def free_on(tracker: Tracker, day: date) -> tuple[str, ...]:
    """Return the times that are free on a day in this conversation."""
    begun = [appointment.begins for appointment in patient_of(tracker).appointments]
    booked = [f"{begins.hour}:{begins.minute:02}" for begins in begun if begins.date() == day]
    return free_times(day.weekday(), booked)


def say_appointment(appointment: Appointment) -> str:
    """Return `the checkup on Thursday, the 6th of March`."""
    return f"the {appointment.kind} on {say_day(appointment.begins.date())}"


class ValidateAppointmentDay(Action):
    """Turn what the caller said into a date on which the clinic is open, or refuse it."""

    def name(self) -> str:
        return "validate_appointment_day"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        said = tracker.get_slot("appointment_day")
        if said is None:
            return []
        today = now_of(tracker.slots).date()
        day = parse_day(str(said), today)
        refusal = objection(day, today)
        if day is None or refusal is not None:
            dispatcher.utter_message(response=refusal)
            return [SlotSet("appointment_day", None)]
        return [SlotSet("appointment_day", day.isoformat()), SlotSet("appointment_day_text", say_day(day))]


class ValidateAppointmentTime(Action):
    """Turn what the caller said into one of the times that are free, or refuse it."""

    def name(self) -> str:
        return "validate_appointment_time"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        said = tracker.get_slot("appointment_time")
        if said is None:
            return []
        time = parse_time(str(said))
        if time not in free_on(tracker, date.fromisoformat(tracker.get_slot("appointment_day"))):
            dispatcher.utter_message(response="utter_time_not_free")
            return [SlotSet("appointment_time", None)]
        return [SlotSet("appointment_time", time)]


class ActionFindTimes(Action):
    """Look up what is free on the day; a time that was chosen for another day and is not free there is dropped."""

    def name(self) -> str:
        return "action_find_times"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        free = free_on(tracker, date.fromisoformat(tracker.get_slot("appointment_day")))
        events = [SlotSet("times_count", float(len(free))), SlotSet("times_text", say_list(free))]
        chosen = tracker.get_slot("appointment_time")
        if chosen is not None and parse_time(str(chosen)) not in free:
            events.append(SlotSet("appointment_time", None))
        return events


class ActionAskAppointmentTime(Action):
    """Offer the times that are free."""

    def name(self) -> str:
        return "action_ask_appointment_time"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        dispatcher.utter_message(response="utter_offer_times")
        return []


class ActionBookAppointment(Action):
    """Book the appointment. Booking the same one again changes nothing."""

    def name(self) -> str:
        return "action_book_appointment"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        hour, minute = tracker.get_slot("appointment_time").split(":")
        day = date.fromisoformat(tracker.get_slot("appointment_day"))
        begins = datetime(day.year, day.month, day.day, int(hour), int(minute))
        booked = Appointment(tracker.get_slot("appointment_type"), begins)
        appointments = patient_of(tracker).appointments
        if booked not in appointments:
            appointments.append(booked)
        return []


class ActionFindAppointments(Action):
    """Look up the appointments that lie ahead, the next one first."""

    def name(self) -> str:
        return "action_find_appointments"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        found = _ahead(tracker)
        spoken = [say_appointment(appointment) for appointment in found]
        return [
            SlotSet("appointment_count", float(len(found))),
            SlotSet("appointments_text", say_list(spoken, "and")),
            SlotSet("next_appointment_text", spoken[0] if spoken else None),
        ]


class ActionChooseAppointment(Action):
    """Take the appointment that the patient means: the next one unless the second was asked for."""

    def name(self) -> str:
        return "action_choose_appointment"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        chosen = _chosen(tracker)
        hours = (chosen.begins - now_of(tracker.slots)).total_seconds() / SECONDS_AN_HOUR
        return [
            SlotSet("chosen_appointment_text", say_appointment(chosen)),
            SlotSet("hours_until_appointment", hours),
        ]


class ActionCancelAppointment(Action):
    """Call off the appointment that was chosen."""

    def name(self) -> str:
        return "action_cancel_appointment"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        patient_of(tracker).appointments.remove(_chosen(tracker))
        return []


def _ahead(tracker: Tracker) -> list[Appointment]:
    now = now_of(tracker.slots)
    ahead = [appointment for appointment in patient_of(tracker).appointments if appointment.begins > now]
    return sorted(ahead, key=lambda appointment: appointment.begins)


def _chosen(tracker: Tracker) -> Appointment:
    ahead = _ahead(tracker)
    return ahead[1 if tracker.get_slot("appointment_choice") == "second" and len(ahead) > 1 else 0]
