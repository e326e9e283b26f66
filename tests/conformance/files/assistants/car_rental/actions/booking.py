# ruff: noqa: UP006, UP019, UP035 - in the words that strangers use
"""The car rental's actions, as a stranger writes them against the SDK."""

from typing import Any, Dict, List, Text

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

CARS = {"rome": {"small", "Family"}, "oslo": {"small", "Family", "van"}}


class ActionFindCars(Action):
    def name(self) -> Text:
        return "action_find_cars"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> List[Dict[Text, Any]]:
        city = (tracker.get_slot("pickup_city") or "").lower()
        found = tracker.get_slot("car_class") in CARS.get(city, set())
        return [SlotSet("cars_available", found)]


class ActionBookCar(Action):
    def name(self) -> Text:
        return "action_book_car"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        days = int(tracker.get_slot("rental_days"))
        price = days * tracker.slots["daily_price"]
        dispatcher.utter_message(text=f"That is {price} euros.")
        return [SlotSet("booking_code", f"CR{1000 + days}")]
