"""The members' handbook: answers to general questions, found by the words of the question."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

HANDBOOK = (
    ({"dog", "dogs", "pet", "pets", "cat", "animal"}, "Pets may come along in a closed box."),
    ({"smoke", "smoking", "vape"}, "Smoking is not allowed in any of our cars."),
    ({"abroad", "border", "france", "country", "countries"}, "You may drive in all neighbouring countries."),
    ({"seat", "seats", "child", "baby"}, "Child seats are in the boot of every estate car."),
    ({"deposit", "excess", "insurance", "insured"}, "The excess is 500 pounds for each accident."),
    ({"age", "old", "young"}, "Members have to be 21 and need a licence for two years."),
    ({"charge", "charging", "plug", "charger"}, "Charging is free at the posts of our stations."),
    ({"petrol", "diesel", "fuel"}, "Fuel is paid with the card in the car, and is part of the price."),
    ({"late", "overdue"}, "Coming back late costs 15 pounds for every half hour."),
    ({"hours", "open", "opening"}, "The service team is there day and night."),
)


class ActionAnswerFromHandbook(Action):
    """Answer from the first entry that has a word of the question, or say that the handbook has none."""

    def name(self) -> str:
        return "action_answer_from_handbook"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        words = set(re.findall(r"[a-z]+", str(tracker.latest_message.get("text", "")).lower()))
        answer = next((text for keys, text in HANDBOOK if keys & words), None)
        if answer is None:
            dispatcher.utter_message(response="utter_not_in_handbook")
        else:
            dispatcher.utter_message(response="utter_from_handbook", answer=answer)
        return []
