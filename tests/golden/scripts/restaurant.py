"""What the restaurant's flows ask, and how it words the patterns."""

from __future__ import annotations

from tests.golden.script import Answer, Aside, Denial, Path, Question, Refused, Script

yes, no, text, number = Answer.yes, Answer.no, Answer.text, Answer.number

_CLOSED = Refused(text("Monday", "on Monday"), "utter_closed_on_mondays")
_NO_TIME = Refused(text("99:99", "at ninety-nine o'clock"), "utter_time_not_understood")
_TOO_MANY = Refused(number(20, "twenty of us"), "utter_booking_guests_too_many")

_NO_NAME = Refused(
    text("number 7"), "utter_voucher_recipient_not_a_name", again="utter_voucher_recipient_again", at_once=True
)

_BOOKING = (
    Question("booking_day", "utter_ask_booking_day", text("Friday"), text("Thursday"), _CLOSED),
    Question("booking_guests", "utter_ask_booking_guests", number(4, "four of us"), number(6, "six of us"), _TOO_MANY),
    Question(
        "booking_time",
        "utter_ask_booking_time",
        text("19:30", "at half past seven"),
        text("18:00", "at six"),
        _NO_TIME,
        then=("action_find_table",),
    ),
)
_WHO = (
    Question("guest_name", "utter_ask_guest_name", text("Maria"), text("Martha"), child="identify_guest", is_kept=True),
    Question(
        "guest_phone",
        "utter_ask_guest_phone",
        text("5550123", "five five five, zero one two three"),
        text("5550188", "five five five, zero one double eight"),
        Refused(text("12", "one two"), "utter_guest_phone_wrong"),
        child="identify_guest",
        is_kept=True,
    ),
)
_BOOKING_CONFIRMATION = Question(
    "booking_confirmation",
    "utter_ask_booking_confirmation",
    yes(),
    is_always_asked=True,
    denial=Denial(no(), ("utter_booking_not_made",), "utter_booking_made"),
)


def _booking(variant: str, *seating: Question) -> Path:
    return Path(
        "book_table",
        "book a table",
        "I would like to book a table",
        (*_BOOKING, *seating, *_WHO, _BOOKING_CONFIRMATION),
        last=("action_book_table", "utter_booking_made"),
        intent="book_table",
        variant=variant,
    )


_INSIDE = _booking("inside", Question("booking_seating", "utter_ask_booking_seating", text("inside", "inside please")))
_TERRACE = _booking(
    "terrace",
    Question("booking_seating", "utter_ask_booking_seating", text("terrace", "on the terrace")),
    Question("booking_heater", "utter_ask_booking_heater", no("no, we like it fresh"), yes("yes, near a heater")),
)

_CODE = Question(
    "booking_code",
    "utter_ask_booking_code",
    text("1234", "one two three four"),
    text("4321", "four three two one"),
    Refused(text("12", "one two"), "utter_booking_code_wrong"),
    then=("action_find_booking",),
    child="find_booking",
    is_kept=True,
)


def _change(variant: str, new: Question) -> Path:
    confirmation = Question(
        "change_confirmation",
        "utter_ask_change_confirmation",
        yes(),
        is_always_asked=True,
        denial=Denial(no(), ("utter_booking_kept",), "utter_booking_changed"),
    )
    return Path(
        "change_booking",
        "change a booking",
        "I need to change a booking",
        (_CODE, Question("change_what", "utter_ask_change_what", text(variant, f"the {variant}")), new, confirmation),
        last=("action_change_booking", "utter_booking_changed"),
        intent="change_booking",
        cancelled="utter_booking_kept",
        variant=variant,
    )


_CHANGE_DAY = _change("day", Question("new_day", "utter_ask_new_day", text("Saturday"), text("Sunday"), _CLOSED))
_CHANGE_GUESTS = _change("guests", Question("new_guests", "utter_ask_new_guests", number(5), number(3), _TOO_MANY))

_CANCEL_BOOKING = Path(
    "cancel_booking",
    "cancel a booking",
    "we cannot come, please take our booking off",
    (
        _CODE,
        Question(
            "cancel_confirmation",
            "utter_ask_cancel_confirmation",
            yes(),
            is_always_asked=True,
            denial=Denial(no("no, keep it"), ("utter_booking_kept",), "utter_booking_cancelled"),
        ),
    ),
    last=("action_cancel_booking", "utter_booking_cancelled"),
    intent="cancel_booking",
    cancelled="utter_booking_kept",
    runs_once=True,
)

_ORDER = Path(
    "order_pickup",
    "order food for pick-up",
    "I would like to order some food",
    (
        Question("order_dish", "utter_ask_order_dish", text("pizza"), text("pasta"), child="choose_dish"),
        Question(
            "order_quantity",
            "utter_ask_order_quantity",
            number(2, "two of them"),
            number(3, "three of them"),
            Refused(number(50, "fifty of them"), "utter_order_quantity_too_large"),
            then=("action_sum_order",),
            child="choose_dish",
        ),
        Question("order_more", "utter_ask_order_more", no("no, that is all"), yes("one more"), is_always_asked=True),
        Question(
            "pickup_time",
            "utter_ask_pickup_time",
            text("evening", "around dinner time"),
            text("lunch", "at noon"),
            Refused(text("breakfast", "for breakfast"), "utter_categorical_slot_rejection"),
            is_kept=True,
        ),
        *_WHO,
        Question(
            "order_confirmation",
            "utter_ask_order_confirmation",
            yes(),
            is_always_asked=True,
            denial=Denial(no("no, thank you"), ("utter_order_not_placed",), "utter_order_placed"),
        ),
    ),
    first=("action_open_order",),
    last=("action_place_order", "utter_order_placed"),
    intent="order_pickup",
)


def _voucher(variant: str, *delivery: Question) -> Path:
    return Path(
        "buy_voucher",
        "buy a gift voucher",
        "I want to buy a gift voucher",
        (
            Question(
                "voucher_amount",
                "utter_ask_voucher_amount",
                number(50, "fifty dollars"),
                number(80, "eighty dollars"),
                Refused(number(5, "five dollars"), "utter_voucher_amount_too_small", at_once=True),
            ),
            Question(
                "voucher_recipient",
                "utter_ask_voucher_recipient",
                text("Anna"),
                text("Paul"),
                Refused(
                    text("number 7"),
                    "utter_voucher_recipient_not_a_name",
                    "utter_voucher_recipient_again",
                    at_once=True,
                ),
            ),
            Question(
                "voucher_message",
                "utter_ask_voucher_message",
                text("Happy birthday, and many more"),
                text("Many thanks for everything"),
                is_forced=True,
            ),
            *delivery,
            Question(
                "voucher_confirmation",
                "utter_ask_voucher_confirmation",
                yes(),
                is_always_asked=True,
                denial=Denial(no(), ("utter_voucher_not_bought",), "utter_voucher_bought"),
            ),
        ),
        last=("action_buy_voucher", "utter_voucher_bought"),
        intent="buy_voucher",
        variant=variant,
    )


_DELIVERY = "utter_voucher_delivery_question"
_LETTER = _voucher(
    "letter",
    Question("voucher_delivery", _DELIVERY, text("letter", "as a letter")),
    Question("voucher_address", "utter_ask_voucher_address", text("7 Hill Road"), text("9 Hill Road")),
)
_PICKUP = _voucher("pick-up", Question("voucher_delivery", _DELIVERY, text("pickup", "I will come by")))

_COMPLAIN = Path(
    "complain",
    "make a complaint",
    "I want to complain",
    (
        Question("complaint_topic", "utter_ask_complaint_topic", text("food"), text("service")),
        Question("complaint_text", "utter_ask_complaint_text", text("the soup was cold"), text("the fish was cold")),
        Question(
            "complaint_wants_manager", "utter_ask_complaint_wants_manager", no("no, just write it down"),
            is_always_asked=True,
        ),
    ),
    last=("action_note_complaint", "utter_complaint_noted"),
    intent="complain",
)  # fmt: skip


def _feedback(variant: str, rating: Answer, last: tuple[str, ...], links_to: str | None = None) -> Path:
    refused = Refused(number(9, "nine"), "utter_feedback_rating_out_of_range", at_once=True)
    return Path(
        "give_feedback",
        "rate your visit",
        "I want to say how it was",
        (Question("feedback_rating", "utter_ask_feedback_rating", rating, refused=refused),),
        last=last,
        links_to=links_to,
        intent="give_feedback",
        variant=variant,
    )


SCRIPT = Script(
    "restaurant",
    (
        _INSIDE,
        _COMPLAIN,
        _TERRACE,
        _CHANGE_DAY,
        _CHANGE_GUESTS,
        _CANCEL_BOOKING,
        _ORDER,
        _LETTER,
        _PICKUP,
        _feedback("good", number(5, "five"), ("utter_feedback_thanks",)),
        _feedback(
            "bad", number(2, "only two"), ("utter_sorry_about_visit", "utter_ask_complaint_topic"), links_to="complain"
        ),
    ),
    (
        Aside("opening_hours", "hear our opening hours", "when are you open", ("utter_opening_hours",)),
        Aside("find_us", "hear where we are", "where is your place", ("utter_address",)),
        Aside("todays_special", "hear today's special", "what is today's special", ("utter_todays_special",)),
    ),
    small_talk="utter_small_talk",
    knowledge="utter_ask_on_site",
    handoff=("talk_to_person", "I want to talk to a person"),
    handed_over="utter_human_handoff_not_available",
    completed={
        "3.13": "utter_can_do_something_else",
        "3.14": "utter_can_do_something_else",
        "3.16": "utter_ask_continue_conversation",
    },
    closed_slot=("booking_text", "nothing"),
)
