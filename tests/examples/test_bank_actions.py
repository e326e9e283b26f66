"""The bank's actions on a real SQLite file: money moves once, calls do not see each other."""

from __future__ import annotations

import asyncio
import sys
import threading
from datetime import date
from pathlib import Path

import pytest

from dialogue.actions.in_process import InProcessActions
from dialogue.actions.sdk import CollectingDispatcher, Tracker
from dialogue.events import ActionFailed, ActionReturned


@pytest.fixture
def act(bank, bank_database):
    """Return a function that runs an action for a caller and gives the slots that it set."""

    def run(action_class: str, sender_id: str = "a call", **slots):
        package = sys.modules[bank("session_actions").__package__]
        tracker = Tracker.from_dict({"sender_id": sender_id, "slots": slots})
        events = getattr(package, action_class)().run(CollectingDispatcher(), tracker, {})
        return {event["name"]: event["value"] for event in events}

    return run


def balance(act, sender_id="a call"):
    return act("ActionGetBalance", sender_id)["balance_text"]


def test_every_call_begins_the_same(act):
    transfer = {"transfer_recipient": "Joe", "transfer_amount": 50.0, "transfer_reference": "r1"}
    act("ActionExecuteTransfer", **transfer)
    assert balance(act) == "1,200 dollars in checking and 5,400 dollars in savings"

    act("ActionOpenDemoAccount")

    assert balance(act) == "1,250 dollars in checking and 5,400 dollars in savings"


def test_two_calls_do_not_disturb_each_other(act):
    act("ActionExecuteTransfer", "first", transfer_recipient="Joe", transfer_amount=50, transfer_reference="r")
    act("ActionRemoveContact", "first", remove_contact_name="Joe")

    assert balance(act, "second").startswith("1,250 dollars")
    assert "Joe" in act("ActionListContacts", "second")["contacts_text"]
    assert "Joe" not in act("ActionListContacts", "first")["contacts_text"]


def test_a_transfer_is_made_once_for_each_reference(act):
    transfer = {"transfer_recipient": "Joe", "transfer_amount": 50.0, "transfer_reference": "r1"}

    first = act("ActionExecuteTransfer", **transfer)
    again = act("ActionExecuteTransfer", **transfer)

    assert first == again == {"transfer_outcome": "made", "transfer_balance_text": "1,200 dollars"}
    assert act("ActionListTransactions", transactions_period="today")["transactions_count"] == 1.0


def test_transfers_at_once_never_overdraw(act):
    def transfer(number: int) -> None:
        act(
            "ActionExecuteTransfer",
            transfer_recipient="Joe",
            transfer_amount=400.0,
            transfer_reference=f"r{number}",
        )

    act("ActionOpenDemoAccount")
    threads = [threading.Thread(target=transfer, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert balance(act).startswith("50 dollars in checking")


@pytest.mark.parametrize(
    ("amount", "check"),
    [
        (50.0, "ok"),
        (1000, "ok"),
        (1000.01, "over_limit"),
        (0.001, "unusable"),
        (-5, "unusable"),
        (float("nan"), "unusable"),
        (None, "unusable"),
    ],
)
def test_an_amount_is_checked_before_it_is_confirmed(act, amount, check):
    assert act("ActionCheckTransfer", transfer_amount=amount)["transfer_check"] == check


def test_more_than_the_account_holds_is_insufficient(act):
    act("ActionChangeTransferLimit", new_transfer_limit=5000.0)

    checked = act("ActionCheckTransfer", transfer_amount=1300.0)

    assert checked["transfer_check"] == "insufficient_funds"
    assert checked["transfer_balance_text"] == "1,250 dollars"


def test_every_check_gives_a_reference_of_its_own(act):
    first, second = (act("ActionCheckTransfer", transfer_amount=50.0) for _ in range(2))

    assert first["transfer_reference"] != second["transfer_reference"]


def test_a_refused_transfer_moves_nothing(act):
    slots = {"transfer_recipient": "Joe", "transfer_amount": 1250.01, "transfer_reference": "r1"}

    assert act("ActionExecuteTransfer", **slots)["transfer_outcome"] == "refused"
    assert balance(act).startswith("1,250 dollars")


def test_a_recipient_is_found_among_the_contacts(act):
    assert act("ActionCheckRecipient", transfer_recipient="jo")["transfer_recipient"] == "Joe"
    assert act("ActionCheckRecipient", transfer_recipient="John") == {
        "transfer_recipient_match": "ambiguous",
        "transfer_recipient_options": "John Miller and John Smith",
    }
    assert act("ActionCheckRecipient", transfer_recipient="peter")["transfer_recipient_options"] == "Peter"


def test_transactions_of_a_day_and_of_a_period(act):
    yesterday = act("ActionListTransactions", transactions_period="yesterday")
    week = act("ActionListTransactions", transactions_period="last week")
    may = act("ActionListTransactions", transactions_period="the 3rd of May")

    assert "62 dollars and 30 cents to Fresh Market" in yesterday["transactions_text"]
    assert week["transactions_count"] >= 2
    assert "900 dollars to your rent" in may["transactions_text"]
    assert act("ActionListTransactions", transactions_period="blue") == {"transactions_result": "not_understood"}


def test_each_day_is_named_once(act, bank):
    act("ActionOpenDemoAccount")
    postings = [("2020-03-02", "A", -100), ("2020-03-02", "B", -200), ("2020-03-03", "C", 300)]
    with bank("database").opened() as connection:
        connection.execute("DELETE FROM posting")
        connection.executemany(
            "INSERT INTO posting (customer, day, party, amount_cents) VALUES ('a call', ?, ?, ?)", postings
        )

    told = act("ActionListTransactions", transactions_period="since 2020-03-01")

    assert told["transactions_text"] == (
        "3 dollars from C on the 3rd of March, 2 dollars to B and 1 dollar to A on the 2nd of March"
    )


def test_a_long_list_is_cut_short(act):
    told = act("ActionListTransactions", transactions_period="this year")

    assert told["transactions_text"].count(" dollar") <= 3 + 3
    if told["transactions_count"] > 3:
        assert told["transactions_text"].endswith("more")


def test_cards_are_blocked_activated_and_replaced(act):
    assert act("ActionCheckCard", block_card_type="credit")["block_card_state"] == "active"
    act("ActionBlockCard", block_card_type="credit", block_card_reason="lost")
    act("ActionOrderReplacement", block_card_type="credit")

    assert act("ActionCheckCard", block_card_type="credit")["block_card_state"] == "blocked"
    assert act("ActionActivateCard", activate_card_digits="5 1 6 4.") == {
        "activate_card_result": "activated",
        "activate_card_kind": "travel",
    }
    assert act("ActionActivateCard", activate_card_digits="5164")["activate_card_result"] == "active"
    assert act("ActionActivateCard", activate_card_digits="7730")["activate_card_result"] == "blocked"
    assert act("ActionActivateCard", activate_card_digits="0000")["activate_card_result"] == "unknown"


def test_contacts_are_added_once_and_removed(act):
    assert act("ActionCheckNewContact", add_contact_name="peter parker") == {
        "add_contact_name": "Peter Parker",
        "add_contact_check": "new",
    }
    for _ in range(2):
        act("ActionAddContact", add_contact_name="Peter Parker", add_contact_account="4729 1083")
    assert act("ActionListContacts")["contacts_text"].count("Peter Parker") == 1
    assert act("ActionCheckNewContact", add_contact_name="Peter Parker")["add_contact_check"] == "known"

    act("ActionRemoveContact", remove_contact_name="Peter Parker")

    assert "Peter" not in act("ActionListContacts")["contacts_text"]


def test_data_of_long_past_calls_is_forgotten(act, bank, bank_database):
    act("ActionOpenDemoAccount", "old call")
    with bank("database").opened() as connection:
        connection.execute("UPDATE customer SET opened_on = ?", (date(2020, 1, 1).isoformat(),))

    act("ActionOpenDemoAccount", "new call")

    with bank("database").opened() as connection:
        callers = [row["id"] for row in connection.execute("SELECT id FROM customer")]
        left = connection.execute("SELECT count(*) FROM posting WHERE customer = 'old call'").fetchone()[0]
    assert callers == ["new call"]
    assert left == 0


async def test_the_server_runs_them_for_several_calls_at_once(bank_folder: Path, bank_database: Path):
    actions = InProcessActions(bank_folder, "actions")
    actions.load()
    try:
        trackers = [{"sender_id": f"call {number}", "slots": {}} for number in range(8)]
        results = await asyncio.gather(*(actions.run("action_open_demo_account", tracker, {}) for tracker in trackers))
        assert all(isinstance(result, ActionReturned) for result in results)
    finally:
        actions.close()


async def test_a_database_that_cannot_be_written_is_a_failed_action(bank_folder: Path, monkeypatch, tmp_path):
    monkeypatch.setenv("BANK_DATABASE", str(tmp_path))
    actions = InProcessActions(bank_folder, "actions")
    actions.load()
    try:
        result = await actions.run("action_get_balance", {"sender_id": "a call", "slots": {}}, {})
    finally:
        actions.close()

    assert isinstance(result, ActionFailed)
    assert "unable to open database file" in result.reason
