"""What the benchmarks say to the bank example, and which kind of turn each utterance is.

`open`: the caller may say anything (a request); `closed`: yes or no, or one of a few; `dictation`: a value in the
caller's own words (an account number, an amount, a name, a time). `answer` is a response that belongs into the answer
when the turn was understood.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind = Literal["open", "closed", "dictation"]
KINDS: tuple[Kind, ...] = ("closed", "open", "dictation")


@dataclass(frozen=True, slots=True)
class Line:
    kind: Kind
    text: str
    answer: str


Talk: TypeAlias = tuple[Line, ...]

CONVERSATIONS: tuple[Talk, ...] = (
    (
        Line("open", "I want to send some money.", "utter_ask_transfer_recipient"),
        Line("dictation", "To Joe, please.", "utter_ask_transfer_amount"),
        Line("dictation", "Fifty dollars.", "utter_ask_transfer_confirmation"),
        Line("closed", "Yes, please.", "utter_transfer_made"),
        Line("closed", "No, thank you.", "utter_goodbye"),
    ),
    (
        Line("open", "I would like to add a new contact.", "utter_ask_add_contact_name"),
        Line("dictation", "Peter Miller.", "utter_ask_add_contact_account"),
        Line("dictation", "Four seven two nine, one zero eight three.", "utter_ask_add_contact_confirmation"),
        Line("closed", "Yes.", "utter_contact_added"),
        Line("closed", "No, thanks.", "utter_goodbye"),
    ),
    (
        Line("open", "How much money do I have in my account?", "utter_balance"),
        Line("open", "I would like to hear my transactions.", "utter_ask_transactions_period"),
        Line("dictation", "Last week.", "utter_transactions"),
        Line("closed", "No, that is all.", "utter_goodbye"),
    ),
    (
        Line("open", "Please block my card.", "utter_ask_block_card_type"),
        Line("closed", "The debit card.", "utter_ask_block_card_reason"),
        Line("closed", "It was stolen.", "utter_ask_block_card_confirmation"),
        Line("closed", "Yes.", "utter_card_blocked"),
        Line("closed", "No.", "utter_goodbye"),
    ),
    (
        Line("open", "Can you tell me who my contacts are?", "utter_contacts"),
        Line("open", "I need to pay somebody.", "utter_ask_transfer_recipient"),
        Line("dictation", "Anna.", "utter_ask_transfer_amount"),
        Line("dictation", "Twenty five dollars, please.", "utter_ask_transfer_confirmation"),
        Line("closed", "No.", "utter_transfer_not_made"),
        Line("closed", "No, thanks.", "utter_goodbye"),
    ),
    (
        Line("open", "What is my transfer limit?", "utter_transfer_limit"),
        Line("closed", "Yes.", "utter_ask_new_transfer_limit"),
        Line("dictation", "Two thousand dollars.", "utter_ask_new_transfer_limit_confirmation"),
        Line("closed", "Yes, that is right.", "utter_transfer_limit_changed"),
        Line("closed", "No, goodbye.", "utter_goodbye"),
    ),
    (
        Line("open", "I want to save a payee.", "utter_ask_add_contact_name"),
        Line("dictation", "Susan Baker.", "utter_ask_add_contact_account"),
        Line("dictation", "Eight three one one, zero five nine two.", "utter_ask_add_contact_confirmation"),
        Line("closed", "No.", "utter_contact_not_added"),
        Line("closed", "No, goodbye.", "utter_goodbye"),
    ),
    (
        Line("open", "What time does the bank open?", "utter_opening_hours"),
        Line("open", "Where can I find your branch?", "utter_branch_address"),
        Line("open", "I need to remove somebody from my contacts.", "utter_ask_remove_contact_name"),
        Line("dictation", "Mary.", "utter_ask_remove_contact_confirmation"),
        Line("closed", "Yes, do it.", "utter_contact_removed"),
        Line("closed", "No, that was everything.", "utter_goodbye"),
    ),
)
