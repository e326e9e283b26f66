"""The scripted bank call that the fake call server plays: what is heard, understood, done and answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ScriptedTurn:
    """One turn of the caller and its answer. The `_ms` fields say how long each part takes or sounds."""

    heard: str
    commands: tuple[str, ...]
    stage: str
    reply: str
    reply_ms: int
    events: tuple[dict[str, Any], ...] = ()
    buttons: tuple[dict[str, str], ...] = ()
    recognition_ms: int = 130
    understanding_ms: int = 4
    synthesis_ms: int = 90
    ends_call: bool = False


GREETING = "Hello, this is the bank. What can I do for you?"

ASSISTANT: dict[str, Any] = {
    "id": "bank",
    "name": "Bank assistant",
    "language": "en",
    "flows": [
        {
            "id": "transfer_money",
            "name": "transfer money",
            "description": "Send money to one of the caller's contacts.",
        },
        {"id": "check_balance", "name": "check balance", "description": "Tell the balance of an account."},
        {
            "id": "list_transactions",
            "name": "list transactions",
            "description": "Read out transactions between two dates.",
        },
        {
            "id": "block_card",
            "name": "block card",
            "description": "Block a card that was lost, stolen or damaged.",
        },
        {"id": "add_contact", "name": "add contact", "description": "Add a person to the list of contacts."},
        {
            "id": "remove_contact",
            "name": "remove contact",
            "description": "Remove a person from the list of contacts.",
        },
        {"id": "list_contacts", "name": "list contacts", "description": "Read out all contacts."},
    ],
    "slots": [
        {"name": name, "type": "text"}
        for name in ("recipient", "amount", "confirm_transfer", "transfer_reference", "account", "card", "date_from")
    ],
}


def _flow(kind: str, flow_id: str, step_id: str | None = None) -> dict[str, Any]:
    return {"kind": kind, "flow_id": flow_id} | ({} if step_id is None else {"step_id": step_id})


def _slot(name: str, value: object) -> dict[str, Any]:
    return {"kind": "slot_set", "name": name, "value": value}


BANK_CALL: tuple[ScriptedTurn, ...] = (
    ScriptedTurn(
        heard="I'd like to send some money to Anna",
        commands=("start flow transfer_money", "set slot recipient Anna"),
        stage="llm",
        understanding_ms=310,
        events=(
            _flow("flow_started", "transfer_money"),
            _slot("recipient", "Anna"),
            _flow("step_entered", "transfer_money", "1_collect_amount"),
        ),
        reply="How much should I send to Anna?",
        reply_ms=1600,
    ),
    ScriptedTurn(
        heard="fifty euros please",
        commands=("set slot amount 50",),
        stage="fast_path",
        events=(_slot("amount", 50), _flow("step_entered", "transfer_money", "2_collect_confirm_transfer")),
        reply="I'll send 50 euros to Anna Schmidt from your current account, to arrive tomorrow. Shall I go ahead?",
        reply_ms=5200,
        buttons=({"title": "Yes", "payload": "yes"}, {"title": "No", "payload": "no"}),
    ),
    ScriptedTurn(
        heard="wait make that eighty",
        commands=("set slot amount 80",),
        stage="router",
        understanding_ms=38,
        events=(
            _flow("flow_started", "pattern_correction"),
            _slot("amount", 80),
            _flow("flow_completed", "pattern_correction", "done"),
            _flow("step_entered", "transfer_money", "2_collect_confirm_transfer"),
        ),
        reply="All right, 80 euros to Anna Schmidt. Shall I go ahead?",
        reply_ms=2400,
        buttons=({"title": "Yes", "payload": "yes"}, {"title": "No", "payload": "no"}),
    ),
    ScriptedTurn(
        heard="what's my balance by the way",
        commands=("start flow check_balance",),
        stage="llm",
        understanding_ms=270,
        events=(
            _flow("flow_interrupted", "transfer_money", "2_collect_confirm_transfer"),
            _flow("flow_started", "check_balance"),
            _flow("step_entered", "check_balance", "0_action_check_balance"),
            {"kind": "action_executed", "name": "action_check_balance"},
            _slot("account", "current"),
        ),
        reply="Your current account holds 1,240 euros and 17 cents.",
        reply_ms=2200,
    ),
    ScriptedTurn(
        heard="yes go ahead",
        commands=("set slot confirm_transfer True",),
        stage="fast_path",
        events=(
            _flow("flow_completed", "check_balance", "1_utter_balance"),
            _flow("flow_resumed", "transfer_money", "2_collect_confirm_transfer"),
            _slot("confirm_transfer", True),
            _flow("step_entered", "transfer_money", "3_action_transfer"),
            {"kind": "action_executed", "name": "action_transfer"},
            _slot("transfer_reference", "TR-20418"),
            _flow("flow_completed", "transfer_money", "4_utter_transferred"),
        ),
        reply="Done. I sent 80 euros to Anna. Is there anything else?",
        reply_ms=2300,
    ),
    ScriptedTurn(
        heard="no that was all thank you",
        commands=("hang up",),
        stage="router",
        understanding_ms=31,
        reply="You're welcome. Goodbye!",
        reply_ms=1200,
        ends_call=True,
    ),
)
