"""Values said in the middle of turns, typed and as recognition writes them: which slot gets what, and what gets none.

The slots are those of no assistant; each group has rivals that must not be taken in.
"""

from __future__ import annotations

from datetime import datetime

import pytest

from dialogue.understanding.filling import fill_slots
from flows.model import Slot

ABOUT = {
    "visit_day": "the day of the visit",
    "date_of_birth": "the patient's date of birth",
    "visit_time": "the time of the visit",
    "birth_year": "the year in which the customer was born",
    "rental_hours": "for how many hours, a number",
    "guests": "how many people will come",
    "account_number": "the account number, eight digits",
    "booking_code": "the code of the booking, two letters and four digits",
    "plate_number": "the licence plate",
}
NOW = datetime(2026, 11, 18, 10, 0)


def text(*names: str) -> list[Slot]:
    return [Slot(name, "text") for name in names]


def count(*names: str) -> list[Slot]:
    return [Slot(name, "float") for name in names]


def choice(name: str, *values: str) -> list[Slot]:
    return [Slot(name, "categorical", values)]


PATIENT = text("visit_day", "date_of_birth", "visit_time", "patient_name")
CONTACT = text("postcode", "contact_phone", "contact_email") + count("copies")
MEMBER = text("account_number") + count("birth_year")
PLATES = text("plate_number", "booking_code", "callback_number")
ROOM = [*choice("room_kind", "single", "double", "family room"), *count("guests", "rental_hours")]
STATIONS = choice("start_station", "Harbour", "Central Station", "University", "Old Quay", "Windmill Hill")
WAY = choice("send_by", "e-mail", "post", "pick-up") + text("contact_email")

DATES = [
    ("born third of may nineteen ninety one", {"date_of_birth": "third of may nineteen ninety one"}),
    ("second of november seventy nine", {"date_of_birth": "second of november seventy nine"}),
    ("I was born on the third of July '95", {"date_of_birth": "third of July '95"}),
    ("july third ninety five please", {"date_of_birth": "july third ninety five"}),
    ("that's 12/3/79", {"date_of_birth": "12/3/79"}),
    ("my birthday is 4.5.1990 and can i come on friday", {"date_of_birth": "4.5.1990", "visit_day": "friday"}),
    ("tomorrow", {"visit_day": "tomorrow"}),
    ("next week if you can", {"visit_day": "next week"}),
    ("on the third of May at nine", {"visit_day": "third of May", "visit_time": "nine"}),
    ("third of may at half past nine", {"visit_day": "third of may", "visit_time": "half past nine"}),
    ("half seven in the morning on saturday", {"visit_time": "half seven in the morning", "visit_day": "saturday"}),
    ("at eight tonight", {"visit_time": "eight", "visit_day": "tonight"}),
    ("eleven o clock for a visit", {"visit_time": "eleven o clock"}),
    ("twenty to nine on the second of june", {"visit_time": "twenty to nine", "visit_day": "second of june"}),
]

CODES = [
    ("post them to l s six two a b", {"postcode": "LS62AB"}),
    ("Post them to LS6 2AB", {"postcode": "LS62AB"}),
    ("email it to priya dot raman at example dot com", {"contact_email": "priya.raman@example.com"}),
    ("a dot lindquist at fjordmail dot s e", {"contact_email": "a.lindquist@fjordmail.se"}),
    (
        "two copies to BS1 4QT, and ring me on 0117 496 0034",
        {"copies": 2, "postcode": "BS14QT", "contact_phone": "01174960034"},
    ),
    ("oh double one three four nine six oh triple seven", {"contact_phone": "01134960777"}),
    ("oh seven seven double oh nine hundred three one eight", {"contact_phone": "07700900318"}),
    ("mail me at javier dot bailey at yahoo dot co dot uk", {"contact_email": "javier.bailey@yahoo.co.uk"}),
    ("write to me at hannah.martinez@sky.com if you need it", {"contact_email": "hannah.martinez@sky.com"}),
    ("three copies to 82 Old Mill Road", {"copies": 3}),
    ("good um fifty copies then", {"copies": 50}),
]

PLATE_TURNS = [
    ("HM 913, and I want my money back", {"plate_number": "HM913"}),
    ("h m nine one three and i want my money back", {"plate_number": "HM913"}),
    ("foxtrot echo three oh nine", {"plate_number": "FE309"}),
    ("it's b as in bravo t as in tango six six four", {"plate_number": "BT664"}),
    ("same one t r double eight oh", {"plate_number": "TR880"}),
    ("the booking code is C-7-9-9-0", {"booking_code": "C7990"}),
    ("my booking code is a six nine six four", {"booking_code": "A6964"}),
    ("KX2941 please", {"booking_code": "KX2941"}),
    ("zed zed triple oh one", {"booking_code": "ZZ0001"}),
    ("my booking code is k x two nine four one", {"booking_code": "KX2941"}),
    ("call me on 07700 900123", {"callback_number": "07700900123"}),
    ("plus four four seven nine one one two three four five six seven", {"callback_number": "+447911234567"}),
    ("November the fourth at 4 pm", {}),
    ("I need a 25 euro card", {}),
    ("the 10 k run on the A 40 road", {}),
]

YEARS = [
    ("204518, born in 1980", {"account_number": "204518", "birth_year": 1980}),
    (
        "two oh four one double eight three three nineteen eighty four",
        {"account_number": "20418833", "birth_year": 1984},
    ),
    ("2041 8833, born 1984", {"account_number": "20418833", "birth_year": 1984}),
    ("sixty seven", {"birth_year": 1967}),
    ("'67", {"birth_year": 1967}),
    ("nineteen eighty four", {"birth_year": 1984}),
    ("1985", {"birth_year": 1985}),
    ("born in sixty seven", {"birth_year": 1967}),
    ("204518", {"account_number": "204518"}),
    ("my number is 20", {"account_number": "20"}),
    ("my lucky thing is 20", {}),
    ("20 people", {}),
]

TAKEN_BACK = [
    ("a double, not a single", {"room_kind": "double"}),
    ("no not the double the single", {"room_kind": "single"}),
    ("a single room instead of the family room", {"room_kind": "single"}),
    ("two, no, four hours", {"rental_hours": 4}),
    ("two hours no sorry four hours", {"rental_hours": 4}),
    ("a single for three hours no wait four hours", {"room_kind": "single", "rental_hours": 4}),
    ("for a whole day", {"rental_hours": 24}),
    ("half a day is enough", {"rental_hours": 12}),
    ("ok, two days then, 48 hours", {"rental_hours": 48}),
    ("for ten hours", {"rental_hours": 10}),
    ("one for me and one for my sister", {"guests": 2}),
    ("me, my husband and our two boys", {"guests": 4}),
    ("me my husband and our two boys so four", {"guests": 4}),
    ("me and my old lot", {}),
    ("a double for three hours no a single for four hours", {"room_kind": "single", "rental_hours": 4}),
    ("okay, just book me one", {}),
]

MOVED = [
    ("Wait, Tuesday I'm working. Wednesday, 4 pm", {"visit_day": "Wednesday", "visit_time": "4 pm"}),
    ("wait tuesday I'm working wednesday four p m", {"visit_day": "wednesday", "visit_time": "four p m"}),
    ("hold on I said Friday but it has to be Thursday", {"visit_day": "Thursday"}),
    ("on Friday, not Thursday", {"visit_day": "Friday"}),
    ("friday not thursday", {"visit_day": "friday"}),
    ("friday at nine no saturday at nine", {"visit_day": "saturday", "visit_time": "nine"}),
    ("friday at nine no saturday at ten", {"visit_day": "saturday", "visit_time": "ten"}),
    ("why not Friday", {"visit_day": "Friday"}),
]

PLACES = [
    ("from the universe city station", {"start_station": "University"}),
    ("the harbor please", {"start_station": "Harbour"}),
    ("wind mill hill", {"start_station": "Windmill Hill"}),
    ("windmil hill", {"start_station": "Windmill Hill"}),
    ("can you repeat the stations", {}),
    ("that old thing", {}),
    ("the harbour instead of old quay", {"start_station": "Harbour"}),
]

MAILED = [
    (
        "email it to leonie dot marsh at postbox dot org",
        {"send_by": "e-mail", "contact_email": "leonie.marsh@postbox.org"},
    ),
    ("mail it to priya.raman@example.com", {"send_by": "e-mail", "contact_email": "priya.raman@example.com"}),
    ("priya.n@letters.co", {"contact_email": "priya.n@letters.co"}),
    ("I'll pick it up", {"send_by": "pick-up"}),
    ("pick the first one", {}),
]


@pytest.mark.parametrize(
    ("slots", "said", "values"),
    [
        *((PATIENT, *turn) for turn in DATES),
        *((CONTACT, *turn) for turn in CODES),
        *((PLATES, *turn) for turn in PLATE_TURNS),
        *((MEMBER, *turn) for turn in YEARS),
        *((ROOM, *turn) for turn in TAKEN_BACK),
        *((PATIENT, *turn) for turn in MOVED),
        *((STATIONS, *turn) for turn in PLACES),
        *((WAY, *turn) for turn in MAILED),
    ],
)
def test_what_a_turn_gives(slots: list[Slot], said: str, values: dict[str, object]) -> None:
    filled = fill_slots(said, slots, ABOUT, now=NOW)
    assert {one.slot: one.value for one in filled} == values


def test_an_invoice_month_may_be_march() -> None:
    slots = text("invoice_month", "date_of_birth")
    assert {one.slot: one.value for one in fill_slots("for march", slots, {})} == {"invoice_month": "march"}
    assert {one.slot: one.value for one in fill_slots("it's February, not January", slots, {})} == {
        "invoice_month": "February"
    }


def test_the_asked_slot_gets_what_fits_two() -> None:
    slots = text("order_number", "invoice_number")
    assert fill_slots("44718", slots, {}) == ()
    assert [one.slot for one in fill_slots("44718", slots, {}, asked="invoice_number")] == ["invoice_number"]
    assert [one.slot for one in fill_slots("order 44718 please", slots, {})] == ["order_number"]


def test_values_do_not_overlap_and_lie_in_the_turn() -> None:
    for slots, turns in ((PATIENT, DATES), (CONTACT, CODES), (PLATES, PLATE_TURNS), (ROOM, TAKEN_BACK)):
        for said, _ in turns:
            end = 0
            for one in fill_slots(said, slots, ABOUT):
                assert end <= one.start <= one.end <= len(said)
                end = one.end
