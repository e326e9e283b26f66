"""What the telephone company's flows ask, and how it words the patterns. Every caller is Lena, on a Sunday.

Her account is known from the start, so the called flow that verifies her asks nothing.
"""

from __future__ import annotations

from tests.golden.script import Answer, Aside, Denial, Path, Question, Refused, Script

yes, no, text, number = Answer.yes, Answer.no, Answer.text, Answer.number

_VERIFIES = ("action_verify_customer",)

_CHANGE_PLAN = Path(
    "change_plan",
    "change your plan",
    "I want another plan",
    (
        Question("plan_service", "utter_ask_plan_service", text("mobile", "the mobile one")),
        Question(
            "plan_name",
            "utter_offer_plans",
            text("Ridge", "the Ridge plan"),
            text("Hill", "the Hill plan"),
            Refused(text("Valley", "the Valley plan"), "utter_plan_unknown"),
            then=("action_quote_plan", "utter_plan_costs_less"),
        ),
        Question(
            "plan_start", "utter_ask_plan_start", text("now", "right now"), text("next month"), is_always_asked=True
        ),
        Question(
            "plan_confirmation",
            "utter_ask_plan_confirmation",
            yes(),
            is_always_asked=True,
            denial=Denial(no(), ("utter_plan_not_changed",), "utter_plan_changed"),
        ),
    ),
    first=_VERIFIES,
    last=("action_change_plan", "utter_plan_changed"),
    intent="change_plan",
)


def _outage(variant: str, service: Answer, other: Answer | None, last: tuple[str, ...], links_to: str | None) -> Path:
    return Path(
        "report_outage",
        "report an outage",
        "something does not work",
        (
            Question("outage_service", "utter_ask_outage_service", service, other),
            Question(
                "postcode",
                "utter_ask_postcode",
                text("20500", "two oh five double oh"),
                refused=Refused(text("12", "twelve"), "utter_postcode_wrong"),
            ),
        ),
        last=("action_check_outage", *last),
        links_to=links_to,
        intent="report_outage",
        variant=variant,
    )


_KNOWN = _outage("known", text("internet"), text("television"), ("utter_outage_known",), None)
_UNKNOWN = _outage("unknown", text("phone"), None, ("utter_no_outage_there", "utter_ask_visit_day"), "book_technician")

_TECHNICIAN = Path(
    "book_technician",
    "book a technician",
    "I need a technician",
    (
        Question("visit_day", "utter_ask_visit_day", text("monday"), text("tuesday")),
        Question("visit_window", "utter_ask_visit_window", text("afternoon"), text("morning")),
    ),
    first=_VERIFIES,
    last=("action_book_technician", "utter_technician_booked"),
    intent="book_technician",
)

_ROUTER = Path(
    "troubleshoot_internet",
    "repair your internet connection",
    "the internet is slow",
    (
        Question("router_light", "utter_ask_router_light", text("off", "it is off"), text("green", "it is green")),
        Question("internet_works", "utter_ask_internet_works", yes("yes, it does"), is_always_asked=True),
    ),
    last=("utter_glad_it_works",),
    intent="troubleshoot_internet",
)

_PAY = Path(
    "pay_bill",
    "pay your bill",
    "I want to pay my bill",
    (
        Question(
            "payment_amount",
            "utter_ask_payment_amount",
            number(20, "twenty dollars"),
            number(50, "fifty dollars"),
            Refused(number(-5, "minus five"), "utter_payment_not_positive"),
        ),
        Question(
            "payment_method",
            "utter_ask_payment_method",
            text("card", "by card"),
            text("bank account", "from my bank account"),
            Refused(text("cheque", "by cheque"), "utter_categorical_slot_rejection"),
        ),
        Question(
            "payment_confirmation",
            "utter_ask_payment_confirmation",
            yes(),
            is_always_asked=True,
            denial=Denial(no(), ("utter_bill_not_paid",), "utter_bill_paid"),
        ),
    ),
    first=(*_VERIFIES, "action_get_bill"),
    last=("action_pay_bill", "utter_bill_paid"),
    intent="pay_bill",
)

_ORDER_SIM = Path(
    "order_sim",
    "order a SIM card",
    "I need a new SIM card",
    (
        Question("sim_kind", "utter_ask_sim_kind", text("esim", "an eSIM")),
        Question(
            "sim_email",
            "utter_ask_sim_email",
            text("lena@example.org"),
            text("lena.b@example.org"),
            Refused(text("lena"), "utter_sim_email_wrong"),
        ),
    ),
    first=_VERIFIES,
    last=("action_order_sim", "utter_sim_ordered"),
    intent="order_sim",
)

_BLOCK_SIM = Path(
    "block_sim",
    "block a SIM card",
    "my phone was stolen",
    (
        Question(
            "block_confirmation",
            "utter_ask_block_confirmation",
            yes("yes, block it"),
            then=("action_block_sim", "utter_sim_blocked"),
            is_always_asked=True,
            is_binding=True,
            denial=Denial(no("no, wait"), ("utter_sim_not_blocked",), "utter_sim_blocked"),
        ),
        Question("wants_new_sim", "utter_ask_wants_new_sim", no("not now"), is_always_asked=True),
    ),
    first=_VERIFIES,
    intent="block_sim",
)

_ROAMING = Path(
    "check_roaming",
    "use your phone abroad",
    "what does it cost abroad",
    (
        Question(
            "roaming_country",
            "utter_ask_roaming_country",
            text("France"),
            text("Spain"),
            then=("utter_roaming_included",),
        ),
        Question("another_country", "utter_ask_another_country", no("no, thank you"), is_always_asked=True),
    ),
    intent="check_roaming",
)

SCRIPT = Script(
    "telecom",
    (_CHANGE_PLAN, _KNOWN, _UNKNOWN, _TECHNICIAN, _ROUTER, _PAY, _ORDER_SIM, _BLOCK_SIM, _ROAMING),
    (
        Aside("check_bill", "hear your bill", "how much is my bill", (*_VERIFIES, "action_get_bill", "utter_bill")),
        Aside(
            "check_data_usage",
            "hear how much data is left",
            "how much data is left",
            (*_VERIFIES, "action_get_data_usage", "utter_data_usage"),
        ),
    ),
    small_talk="utter_small_talk",
    knowledge="utter_no_knowledge_base",
    handoff=("talk_to_agent", "I want to talk to a person"),
    handed_over="utter_no_agents_now",
    completed={
        "3.13": "utter_can_do_something_else",
        "3.14": "utter_can_do_something_else",
        "3.16": "utter_ask_continue_conversation",
    },
    closed_slot=("bill_due_text", "today"),
    fixtures={"lena": {"mocked_datetime": "2025-06-08T11:00:00", "account_number": "27182818", "account_pin": "9999"}},
    fixture="lena",
    restarts=False,
    confirms=("utter_ask_confirm_correction", "utter_not_corrected_previous_input"),
)
