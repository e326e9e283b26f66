"""Actions of an order for pick-up. The dish under discussion is in slots; the dishes before it are in a list slot."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from .books import book_of, price_of, say_dishes


def _lines(tracker: Tracker) -> list[tuple[str, int]]:
    """Return the dishes ordered so far, the one under discussion last."""
    kept = [(str(dish), int(portions)) for dish, portions in tracker.get_slot("order_lines") or ()]
    dish, portions = tracker.get_slot("order_dish"), tracker.get_slot("order_quantity")
    return [*kept, (str(dish), int(portions))] if dish and portions else kept


class ActionOpenOrder(Action):
    def name(self) -> str:
        return "action_open_order"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        return [SlotSet("order_lines", []), SlotSet("order_text", None), SlotSet("order_total", None)]


class ActionSumOrder(Action):
    def name(self) -> str:
        return "action_sum_order"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        lines = _lines(tracker)
        return [SlotSet("order_text", say_dishes(lines)), SlotSet("order_total", price_of(lines))]


class ActionKeepDish(Action):
    def name(self) -> str:
        return "action_keep_dish"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        return [SlotSet("order_lines", [list(line) for line in _lines(tracker)])]


class ActionPlaceOrder(Action):
    def name(self) -> str:
        return "action_place_order"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        orders = book_of(tracker.sender_id).orders
        orders.append(say_dishes(_lines(tracker)))
        return [SlotSet("order_number", str(100 + len(orders)))]
