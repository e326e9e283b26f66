"""The policy documents: answers to general questions, found by the words of the question."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

DOCUMENTS = (
    ({"excess"}, "The excess is 250 pounds for each claim, and 500 pounds for damage by water."),
    (
        {"flood", "floods", "flooding", "river"},
        "Floods are covered, unless the home has been flooded in the last five years.",
    ),
    (
        {"bike", "bikes", "bicycle", "bicycles"},
        "Bicycles are covered in the locked home; outside they need the bicycle cover.",
    ),
    (
        {"abroad", "holiday", "holidays", "travel", "travelling"},
        "Belongings are covered worldwide for up to sixty days.",
    ),
    (
        {"lodger", "lodgers", "tenant", "airbnb", "guests"},
        "Paying guests have to be told to us, or theft is not covered.",
    ),
    (
        {"phone", "laptop", "screen", "tablet"},
        "Phones and laptops are covered for accidental damage up to 1000 pounds.",
    ),
    ({"empty", "unoccupied"}, "A home may stand empty for up to sixty days in a row."),
    ({"freezer", "food"}, "Food in the freezer is covered up to 300 pounds after a power cut."),
    ({"dog", "dogs", "cat", "cats", "pet", "pets"}, "Damage by pets is not covered."),
    ({"key", "keys", "lock", "locks"}, "Lost keys and new locks are covered up to 500 pounds."),
    ({"open", "opening", "hours"}, "Our advisers are there from eight to eight, Monday to Saturday."),
)


class ActionDocumentsSearch(Action):
    """Answer from the first document that has a word of the question, or say that there is none."""

    def name(self) -> str:
        return "action_documents_search"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        words = set(re.findall(r"[a-z]+", str(tracker.latest_message.get("text", "")).lower()))
        answer = next((text for keys, text in DOCUMENTS if keys & words), None)
        if answer is None:
            dispatcher.utter_message(response="utter_not_in_documents")
        else:
            dispatcher.utter_message(response="utter_from_documents", answer=answer)
        return []
