"""What the clinic's flows ask, and how it words the patterns. Every conversation is on a Monday morning."""

from __future__ import annotations

from tests.golden.script import Answer, Aside, Denial, Path, Question, Refused, Script

yes, no, text, number = Answer.yes, Answer.no, Answer.text, Answer.number


def _patient(*then: str) -> tuple[Question, ...]:
    """The questions of the called flow that finds the patient, and what is done behind them."""
    return (
        Question(
            "patient_number",
            "utter_ask_patient_number",
            text("204518", "two oh four five one eight"),
            refused=Refused(text("12", "twelve"), "utter_patient_number_wrong", at_once=True),
            child="identify_patient",
            is_kept=True,
        ),
        Question(
            "birth_year",
            "utter_ask_birth_year",
            number(1980, "nineteen eighty"),
            refused=Refused(number(1800, "eighteen hundred"), "utter_birth_year_wrong"),
            then=("action_look_up_patient", *then),
            child="identify_patient",
            is_kept=True,
        ),
    )


_BOOK = Path(
    "book_appointment",
    "book an appointment",
    "I would like an appointment",
    (
        *_patient("utter_patient_found"),
        Question("appointment_type", "utter_ask_appointment_type", text("vaccination"), text("checkup")),
        Question(
            "appointment_day",
            "utter_ask_appointment_day",
            Answer("on Wednesday", "Wednesday", "2025-03-05"),
            Answer("on Thursday", "Thursday", "2025-03-06"),
            Refused(text("today"), "utter_day_too_soon"),
            then=("action_find_times",),
        ),
        Question("appointment_time", "utter_offer_times", text("9:00", "at nine")),
        Question(
            "appointment_confirmation",
            "utter_ask_appointment_confirmation",
            yes(),
            is_always_asked=True,
            denial=Denial(no(), ("utter_appointment_not_booked",), "utter_appointment_booked"),
        ),
    ),
    last=("action_book_appointment", "utter_appointment_booked"),
    intent="book_appointment",
    runs_once=True,
)

_INSURANCE = Path(
    "check_insurance",
    "ask about your insurance",
    "do you take my insurance",
    (Question("insurer", "utter_ask_insurer", text("Northstar"), text("Blue Lake")),),
    last=("utter_insurer_accepted",),
    intent="check_insurance",
)

_CANCEL = Path(
    "cancel_appointment",
    "cancel an appointment",
    "I cannot come to my appointment",
    (
        *_patient("action_find_appointments", "action_choose_appointment"),
        Question(
            "cancellation_confirmation",
            "utter_ask_cancellation_confirmation",
            yes(),
            is_always_asked=True,
            denial=Denial(no("no, I will come"), ("utter_appointment_kept",), "utter_appointment_cancelled"),
        ),
    ),
    last=("action_cancel_appointment", "utter_appointment_cancelled"),
    intent="cancel_appointment",
    runs_once=True,
)


def _refill(variant: str, *delivery: Question) -> Path:
    return Path(
        "refill_prescription",
        "refill a prescription",
        "I need more of my medication",
        (
            *_patient(),
            Question(
                "medication",
                "utter_offer_medications",
                text("metformin"),
                text("ibuprofen"),
                Refused(text("aspirin"), "utter_prescription_unknown"),
                then=("action_check_prescription",),
            ),
            Question(
                "refill_months",
                "utter_ask_refill_months",
                number(1, "for one month"),
                refused=Refused(number(12, "for a year"), "utter_refill_too_long"),
            ),
            *delivery,
            Question(
                "refill_confirmation",
                "utter_ask_refill_confirmation",
                yes(),
                is_always_asked=True,
                denial=Denial(no(), ("utter_refill_not_ordered",), "utter_refill_ordered"),
            ),
        ),
        last=("action_order_refill", "utter_refill_ordered"),
        intent="refill_prescription",
        variant=variant,
    )


_PICKUP = _refill("pick-up", Question("refill_delivery", "utter_ask_refill_delivery", text("pickup", "I will come by")))
_DELIVERY = _refill(
    "delivery",
    Question("refill_delivery", "utter_ask_refill_delivery", text("delivery", "please deliver it")),
    Question("refill_address", "utter_ask_refill_address", text("7 Hill Road"), text("9 Hill Road")),
)

_SYMPTOM = Path(
    "report_symptom",
    "tell us about a symptom",
    "I do not feel well",
    (
        Question("symptom", "utter_ask_symptom", text("a headache"), text("a sore throat"), is_forced=True),
        Question(
            "pain_level",
            "utter_ask_pain_level",
            number(2, "two"),
            number(1, "one"),
            Refused(number(12, "twelve"), "utter_pain_level_wrong"),
        ),
    ),
    last=("utter_rest_at_home",),
    intent="report_symptom",
)

_RESULTS = Path(
    "test_results",
    "hear your test results",
    "are my results there",
    (
        *_patient("utter_patient_found"),
        Question(
            "results_code",
            "utter_ask_results_code",
            text("1234", "one two three four"),
            refused=Refused(text("12", "twelve"), "utter_results_code_wrong", at_once=True),
        ),
    ),
    last=("action_get_results", "utter_results_ready"),
    intent="test_results",
)

SCRIPT = Script(
    "clinic",
    (_BOOK, _INSURANCE, _CANCEL, _PICKUP, _DELIVERY, _SYMPTOM, _RESULTS),
    (
        Aside("opening_hours", "hear our opening hours", "when are you open", ("utter_opening_hours",)),
        Aside("clinic_address", "find the clinic", "where is the clinic", ("utter_address",)),
    ),
    small_talk="utter_small_talk",
    knowledge="utter_no_knowledge_base",
    handoff=("talk_to_reception", "let me talk to somebody"),
    handed_over="utter_connecting_to_reception",
    completed=dict.fromkeys(("3.13", "3.14", "3.16"), "utter_ask_continue_conversation"),
    closed_slot=("times_text", "nothing"),
    fixtures={"monday": {"mocked_datetime": "2025-03-03T10:00:00"}},
    fixture="monday",
)
