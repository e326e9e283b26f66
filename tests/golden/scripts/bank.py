"""What the bank's flows ask, and how it words the patterns."""

from __future__ import annotations

from dataclasses import replace

from tests.golden.script import Answer, Aside, Denial, Path, Question, Refused, Script

yes, no, text, number = Answer.yes, Answer.no, Answer.text, Answer.number

_TRANSFER = Path(
    "transfer_money",
    "send money",
    "I want to send some money",
    (
        Question(
            "transfer_recipient",
            "utter_ask_transfer_recipient",
            text("Anna", "to Anna"),
            text("Joe", "to Joe"),
            Refused(text("Peter", "to Peter"), "utter_transfer_recipient_unknown"),
            then=("action_check_recipient",),
        ),
        Question(
            "transfer_amount",
            "utter_ask_transfer_amount",
            number(200, "two hundred dollars"),
            number(50, "fifty dollars"),
            Refused(number(0, "zero dollars"), "utter_transfer_amount_not_positive"),
            then=("action_check_transfer",),
        ),
        Question(
            "transfer_confirmation",
            "utter_ask_transfer_confirmation",
            yes(),
            is_always_asked=True,
            denial=Denial(no(), ("utter_transfer_not_made",), "utter_transfer_made"),
        ),
    ),
    last=("action_execute_transfer", "utter_transfer_made"),
    intent="transfer_money",
)

_CARD = Question(
    "block_card_type",
    "utter_ask_block_card_type",
    text("credit", "my credit card"),
    text("debit", "the debit card"),
    Refused(text("library", "my library card"), "utter_categorical_slot_rejection"),
    then=("action_check_card",),
)
_REASON = Question(
    "block_card_reason",
    "utter_ask_block_card_reason",
    text("lost", "I lost it"),
    text("stolen", "it was stolen"),
    Refused(text("boredom", "out of boredom"), "utter_categorical_slot_rejection"),
)
_BLOCK_CONFIRMATION = Question(
    "block_card_confirmation",
    "utter_ask_block_card_confirmation",
    yes("yes, block it"),
    is_always_asked=True,
    denial=Denial(no("no, wait"), ("utter_card_not_blocked",), "utter_card_blocked"),
)

_BLOCK = Path(
    "block_card",
    "block a card",
    "please block a card",
    (_CARD, _REASON, _BLOCK_CONFIRMATION),
    last=("action_block_card", "utter_card_blocked"),
    intent="block_card",
)

_LOST = Path(
    "report_lost_card",
    "replace a lost card",
    "I cannot find my card any more",
    (
        replace(_CARD, child="block_card"),
        replace(_REASON, child="block_card"),
        replace(
            _BLOCK_CONFIRMATION, child="block_card", is_binding=True, then=("action_block_card", "utter_card_blocked")
        ),
        Question(
            "wants_replacement",
            "utter_ask_wants_replacement",
            yes("yes, send me one"),
            is_always_asked=True,
            denial=Denial(no("not now"), ("utter_replacement_not_ordered",), "utter_replacement_ordered"),
        ),
    ),
    first=("utter_sorry_about_card",),
    last=("action_order_replacement", "utter_replacement_ordered"),
    intent="report_lost_card",
)

_ADD_CONTACT = Path(
    "add_contact",
    "add a contact",
    "I want to add a contact",
    (
        Question(
            "add_contact_name",
            "utter_ask_add_contact_name",
            text("Peter"),
            text("Paula"),
            then=("action_check_new_contact",),
        ),
        Question(
            "add_contact_account",
            "utter_ask_add_contact_account",
            text("12345678", "one two three four five six seven eight"),
            text("87654321", "eight seven six five four three two one"),
            Refused(text("1234", "one two three four"), "utter_add_contact_account_wrong"),
        ),
        Question(
            "add_contact_confirmation",
            "utter_ask_add_contact_confirmation",
            yes(),
            is_always_asked=True,
            denial=Denial(no(), ("utter_contact_not_added",), "utter_contact_added"),
        ),
    ),
    last=("action_add_contact", "utter_contact_added"),
    intent="add_contact",
)

_REMOVE_CONTACT = Path(
    "remove_contact",
    "remove a contact",
    "take somebody off my contacts",
    (
        Question(
            "remove_contact_name",
            "utter_ask_remove_contact_name",
            text("Mary"),
            text("Anna"),
            Refused(text("John"), "utter_remove_contact_ambiguous"),
            then=("action_find_contact",),
        ),
        Question(
            "remove_contact_confirmation",
            "utter_ask_remove_contact_confirmation",
            yes(),
            is_always_asked=True,
            denial=Denial(no("no, keep her"), ("utter_contact_not_removed",), "utter_contact_removed"),
        ),
    ),
    last=("action_remove_contact", "utter_contact_removed"),
    intent="remove_contact",
)

_CHECK_LIMIT = Path(
    "check_transfer_limit",
    "hear your transfer limit",
    "what is my transfer limit",
    (
        Question(
            "wants_other_limit",
            "utter_ask_wants_other_limit",
            yes(),
            is_always_asked=True,
            denial=Denial(no(), ("utter_transfer_limit_kept",), "utter_ask_new_transfer_limit"),
        ),
    ),
    first=("action_get_transfer_limit", "utter_transfer_limit"),
    last=("utter_ask_new_transfer_limit",),
    links_to="change_transfer_limit",
    intent="check_transfer_limit",
)

_CHANGE_LIMIT = Path(
    "change_transfer_limit",
    "change your transfer limit",
    "I want another transfer limit",
    (
        Question(
            "new_transfer_limit",
            "utter_ask_new_transfer_limit",
            number(2000, "two thousand"),
            number(500, "five hundred"),
            Refused(number(9000, "nine thousand"), "utter_new_transfer_limit_too_high"),
            then=("action_word_new_limit",),
        ),
        Question(
            "new_transfer_limit_confirmation",
            "utter_ask_new_transfer_limit_confirmation",
            yes(),
            is_always_asked=True,
            denial=Denial(no(), ("utter_transfer_limit_kept",), "utter_transfer_limit_changed"),
        ),
    ),
    last=("action_change_transfer_limit", "utter_transfer_limit_changed"),
    intent="change_transfer_limit",
)

_ACTIVATE = Path(
    "activate_card",
    "activate a card",
    "my new card came in the mail",
    (
        Question(
            "activate_card_digits",
            "utter_ask_activate_card_digits",
            text("5164", "five one six four"),
            refused=Refused(text("51", "five one"), "utter_activate_card_digits_wrong"),
        ),
    ),
    last=("action_activate_card", "utter_card_activated"),
    intent="activate_card",
)

SCRIPT = Script(
    "bank",
    (_TRANSFER, _BLOCK, _LOST, _ADD_CONTACT, _REMOVE_CONTACT, _CHECK_LIMIT, _CHANGE_LIMIT, _ACTIVATE),
    (
        Aside("check_balance", "check your balance", "how much do I have", ("action_get_balance", "utter_balance")),
        Aside("opening_hours", "hear our opening hours", "when are you open", ("utter_opening_hours",)),
        Aside("find_branch", "find our branch", "where is your branch", ("utter_branch_address",)),
        Aside("list_contacts", "hear your contacts", "who are my contacts", ("action_list_contacts", "utter_contacts")),
    ),
    small_talk="utter_small_talk",
    knowledge="utter_no_knowledge_base",
    handoff=("talk_to_person", "I want to talk to a person"),
    handed_over="utter_human_handoff_not_available",
    completed=dict.fromkeys(("3.13", "3.14", "3.16"), "utter_ask_continue_conversation"),
    closed_slot=("balance_text", "nothing"),
)
