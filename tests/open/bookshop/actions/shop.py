"""What the shop looks up and writes down. Made up and always the same, so that tests are."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

ORDERS = {
    "44718": ("The Glass Orchard", "on its way"),
    "50236": ("A Short History of Salt", "being packed"),
    "61904": ("Night Ferry", "delivered"),
}
MEMBERS = {("20418833", 1984): ("Ines", 340), ("77120095", 1967): ("Graham", 1215)}
GIFT_CARDS = {"KX2941": 35, "BD7706": 12.5}
SOLD_OUT = ("night ferry", "the long thaw")
TIPS = {
    "crime": "Night Ferry",
    "fantasy": "The Salt Witch",
    "history": "A Short History of Salt",
    "poetry": "Small Weather",
    "cookery": "One Pan, One Plate",
}


class _Lookup:
    """What an action with a fixed name does: it sets the slots that it found."""

    called: str

    def name(self) -> str:
        return self.called

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        return [SlotSet(name, value) for name, value in self.found(tracker).items()]

    def found(self, tracker: Tracker) -> dict[str, Any]:
        return {}


class CheckStock(_Lookup, Action):
    called = "action_check_stock"

    def found(self, tracker: Tracker) -> dict[str, Any]:
        title = str(tracker.get_slot("book_title")).lower()
        return {"shelf_count": 0 if any(sold in title for sold in SOLD_OUT) else 2}


class ReadGiftCard(_Lookup, Action):
    called = "action_read_gift_card"

    def found(self, tracker: Tracker) -> dict[str, Any]:
        return {"gift_balance": GIFT_CARDS.get(str(tracker.get_slot("gift_code")))}


class FindOrder(_Lookup, Action):
    called = "action_find_order"

    def found(self, tracker: Tracker) -> dict[str, Any]:
        title, state = ORDERS.get(str(tracker.get_slot("order_number")), (None, "unknown"))
        return {"order_title": title, "order_state": state}


class FindMember(_Lookup, Action):
    called = "action_find_member"

    def found(self, tracker: Tracker) -> dict[str, Any]:
        born = int(tracker.get_slot("birth_year") or 0)
        name, points = MEMBERS.get((str(tracker.get_slot("card_number")), born), (None, None))
        return {"member_known": name is not None, "member_name": name, "points": points}


class SuggestBook(_Lookup, Action):
    called = "action_suggest_book"

    def found(self, tracker: Tracker) -> dict[str, Any]:
        genre = tracker.get_slot("genre")
        if genre == "children":
            return {
                "suggestion": "Bear Counts Stars" if (tracker.get_slot("reader_age") or 0) < 7 else "The Attic Club"
            }
        return {"suggestion": TIPS.get(str(genre), "Small Weather")}


class PlaceOrder(_Lookup, Action):
    called = "action_place_order"

    def found(self, tracker: Tracker) -> dict[str, Any]:
        return {"reference": "70001"}


class EnrolMember(_Lookup, Action):
    called = "action_enrol_member"

    def found(self, tracker: Tracker) -> dict[str, Any]:
        return {"reference": "90000017"}


class PutAside(_Lookup, Action):
    called = "action_put_aside"


class SellGiftCard(_Lookup, Action):
    called = "action_sell_gift_card"


class BookSeats(_Lookup, Action):
    called = "action_book_seats"


class CancelOrder(_Lookup, Action):
    called = "action_cancel_order"


class StartReturn(_Lookup, Action):
    called = "action_start_return"


class BookDrop(_Lookup, Action):
    called = "action_book_drop"


class ChangeContact(_Lookup, Action):
    called = "action_change_contact"
