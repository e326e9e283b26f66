"""Orders: where one is, and stopping it. Put your own order system in place of `ORDERS`."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

ORDERS = {
    "10234": ("packed", "Wednesday"),
    "10501": ("on its way", "Friday"),
    "10077": ("delivered", "Monday"),
}


class LookUpOrder(Action):
    """Find out where an order is."""

    def name(self) -> str:
        return "action_look_up_order"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        state, day = ORDERS.get(str(tracker.get_slot("order_number")), ("unknown", None))
        return [SlotSet("order_state", state), SlotSet("order_day", day)]


class StopOrder(Action):
    """Stop an order that has not left yet."""

    def name(self) -> str:
        return "action_stop_order"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        dispatcher.utter_message(response="utter_order_stopped")
        return []
