"""Payloads: slots, sessions and intents without a model; what fits nothing is refused and no error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.payload import parse_payload
from flows.commands import CannotHandle, Command, Restart, SessionEnd, SessionStart, SetSlot, StartFlow, UserSilence
from flows.model import Assistant, Flow, NluTrigger, Slot

FLOW = Flow("pay", "pay", "Pay.", (), nlu_trigger=(NluTrigger("wants_to_pay"),))
ASSISTANT = Assistant("a", "a", ".", "en", {"pay": FLOW}, {"amount": Slot("amount", "float")}, {})
INVALID = (CannotHandle("cannot_handle_invalid_intent"),)

CASES: list[tuple[str, tuple[Command, ...] | None]] = [
    ("/SetSlots(amount=50, to=Joe)", (SetSlot("amount", "50", "payload"), SetSlot("to", "Joe", "payload"))),
    (
        "/SetSlots(a=null, b=None, c=)",
        tuple(SetSlot(n, v, "payload") for n, v in zip("abc", (None, None, ""), strict=True)),
    ),
    ("/SetSlots()", INVALID),
    ("/SetSlots(a)", INVALID),
    ("/SetSlots(" + ",".join(f"s{n}=1" for n in range(11)) + ")", INVALID),
    ("/setslots(a=1)", INVALID),
    ("/session_end", (SessionEnd(),)),
    ("/restart", (Restart(),)),
    ("/silence_timeout", (UserSilence(),)),
    ('/wants_to_pay{"amount": 5, "other": 1}', (StartFlow("pay"), SetSlot("amount", 5, "payload"))),
    (" /wants_to_pay ", (StartFlow("pay"),)),
    ("/wants_to_pay{broken", INVALID),
    ("/nobody_knows", INVALID),
    ("/", INVALID),
    ("fifty dollars", None),
]


@pytest.mark.parametrize(("text", "commands"), CASES)
def test_reads_payloads(text: str, commands: tuple[Command, ...] | None) -> None:
    assert parse_payload(text, ASSISTANT) == commands


def test_a_session_starts_with_the_metadata_of_the_turn() -> None:
    assert parse_payload("/session_start", ASSISTANT, {"user_phone": "+1"}) == (SessionStart({"user_phone": "+1"}),)


@given(st.text(max_size=100))
def test_any_text_after_a_slash_is_read_without_error(text: str) -> None:
    assert parse_payload("/" + text, ASSISTANT)
