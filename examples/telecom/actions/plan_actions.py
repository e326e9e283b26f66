"""Actions about plans, data packages and the phone abroad."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from .accounts import PLANS
from .customer_actions import account_of

GIGABYTES_PERCENT = {"small": 10, "medium": 30, "large": 60}
"""How much less of the month's data is used when a package is added."""


class ActionAskPlanName(Action):
    """Ask for the plan, naming those that there are for the service."""

    def name(self) -> str:
        return "action_ask_plan_name"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        names = list(PLANS[tracker.get_slot("plan_service")])
        dispatcher.utter_message(response="utter_offer_plans", plans=f"{', '.join(names[:-1])} and {names[-1]}")
        return []


class ValidatePlanName(Action):
    """Write the plan's name as we write it, or say that there is none of that name."""

    def name(self) -> str:
        return "validate_plan_name"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        said = tracker.get_slot("plan_name")
        if said is None:
            return []
        name = str(said).strip().title()
        if name not in PLANS[tracker.get_slot("plan_service")]:
            dispatcher.utter_message(response="utter_plan_unknown", said=said)
            return [SlotSet("plan_name", None)]
        return [SlotSet("plan_name", name)]


class ActionQuotePlan(Action):
    """Look up what the new plan costs (nothing, if it is one of the other service), and what the present one does."""

    def name(self) -> str:
        return "action_quote_plan"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        account, service = account_of(tracker), tracker.get_slot("plan_service")
        current, wanted = account.plans[service], tracker.get_slot("plan_name")
        return [
            SlotSet("plan_is_current", current == wanted),
            SlotSet("current_price", PLANS[service][current]),
            SlotSet("new_price", PLANS[service].get(wanted)),
            SlotSet("contract_months_left", account.contract_months_left),
        ]


class ActionChangePlan(Action):
    """Change the plan."""

    def name(self) -> str:
        return "action_change_plan"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        account_of(tracker).plans[tracker.get_slot("plan_service")] = tracker.get_slot("plan_name")
        return []


class ActionGetDataUsage(Action):
    """Look up how much of the month's data is used."""

    def name(self) -> str:
        return "action_get_data_usage"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        return [SlotSet("data_used_percent", account_of(tracker).data_used_percent)]


class ActionBuyData(Action):
    """Add a package to the month's data."""

    def name(self) -> str:
        return "action_buy_data"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        account = account_of(tracker)
        account.data_used_percent -= GIGABYTES_PERCENT[tracker.get_slot("data_package")]
        return []


class ValidateRoamingCountry(Action):
    """Write the country's name with capitals."""

    def name(self) -> str:
        return "validate_roaming_country"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        said = tracker.get_slot("roaming_country")
        return [SlotSet("roaming_country", str(said).strip().title())] if said else []
