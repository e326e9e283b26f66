"""Actions on the caller's contacts: the people that money can be sent to."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from dialogue.actions.sdk import Action, CollectingDispatcher, SlotSet, Tracker

from .database import changing, opened
from .demo_customer import ensure_customer
from .names import match, say_list, tidy


class ActionListContacts(Action):
    """Look up the names of all contacts."""

    def name(self) -> str:
        return "action_list_contacts"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        with opened() as connection:
            names = _contact_names(connection, tracker.sender_id)
        return [
            SlotSet("contacts_result", "some" if names else "none_found"),
            SlotSet("contacts_text", say_list(names)),
        ]


class ActionCheckNewContact(Action):
    """See whether there is a contact of the new one's name already, and write the name tidily."""

    def name(self) -> str:
        return "action_check_new_contact"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        name = tidy(str(tracker.get_slot("add_contact_name") or ""))
        with opened() as connection:
            names = _contact_names(connection, tracker.sender_id)
        is_known = name.casefold() in {known.casefold() for known in names}
        return [
            SlotSet("add_contact_name", name or None),
            SlotSet("add_contact_check", "unusable" if not name else "known" if is_known else "new"),
        ]


class ActionAddContact(Action):
    """Add the contact. Adding the same one again changes nothing."""

    def name(self) -> str:
        return "action_add_contact"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        number = re.sub(r"\D", "", str(tracker.get_slot("add_contact_account")))
        with opened() as connection:
            ensure_customer(connection, tracker.sender_id)
            with changing(connection):
                connection.execute(
                    "INSERT OR IGNORE INTO contact VALUES (?, ?, ?)",
                    (tracker.sender_id, tracker.get_slot("add_contact_name"), number),
                )
        return []


class ActionFindContact(Action):
    """Find the contact that is to be removed."""

    def name(self) -> str:
        return "action_find_contact"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        heard = str(tracker.get_slot("remove_contact_name") or "")
        with opened() as connection:
            found = match(heard, _contact_names(connection, tracker.sender_id))
        events = [
            SlotSet("remove_contact_match", found.kind),
            SlotSet("remove_contact_options", say_list(found.names) or tidy(heard)),
        ]
        if found.kind == "found":
            events.append(SlotSet("remove_contact_name", found.names[0]))
        return events


class ActionRemoveContact(Action):
    """Remove the contact."""

    def name(self) -> str:
        return "action_remove_contact"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        with opened() as connection, changing(connection):
            connection.execute(
                "DELETE FROM contact WHERE customer = ? AND name = ?",
                (tracker.sender_id, tracker.get_slot("remove_contact_name")),
            )
        return []


def _contact_names(connection: sqlite3.Connection, customer: str) -> list[str]:
    ensure_customer(connection, customer)
    rows = connection.execute("SELECT name FROM contact WHERE customer = ? ORDER BY name", (customer,)).fetchall()
    return [row["name"] for row in rows]
