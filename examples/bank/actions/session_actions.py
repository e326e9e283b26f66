"""Actions at the beginning of a call."""

from __future__ import annotations

from typing import Any

from dialogue.actions.sdk import Action, CollectingDispatcher, Tracker

from .database import opened
from .demo_customer import begin_anew


class ActionOpenDemoAccount(Action):
    """Put the caller's own copy of the demo data back to its beginning."""

    def name(self) -> str:
        return "action_open_demo_account"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        with opened() as connection:
            begin_anew(connection, tracker.sender_id)
        return []
