"""Values of sensitive slots in texts and JSON: none is left, and little else is lost."""

from __future__ import annotations

import json
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.events import AssistantSaid, UserSaid
from dialogue.serialization import event_from_json, event_to_json
from flows.commands import CorrectSlots, SetSlot
from flows.events import SlotSet
from tests.support.log_events import any_event
from tests.voice.recording.talking import Answer, TalkingCall, new_recorder
from voice.recording.line_files import read_lines
from voice.recording.masking import Vault, masked_event, masked_text, masked_turn, values_in


def vault(value: object, slot: str = "card") -> Vault:
    return Vault(frozenset({slot})).with_value(slot, value)


@pytest.mark.parametrize(
    ("value", "text", "masked"),
    [
        ("41111111", "It is 4111 1111, right?", "It is [card], right?"),
        ("41111111", "It is 4111-1111.", "It is [card]."),
        ("41111111", "four one one one one one one one", "[card]"),
        ("41111111", "oh four one one one, one one one one", "oh [card]"),
        (41111111, "41,111,111 it is", "[card] it is"),
        (1200.0, "You have 1200 and 12000", "You have [card] and [card]"),
        ("Ann", "Ann and Annabel", "[card] and Annabel"),
        ("Anna", "ANNA and Hannah", "[card] and [card]"),
        ("Jane Doe", "Thank you, Jane Doe!", "Thank you, [card]!"),
        ("müller@web.de", "MÜLLER @ web.de", "[card]"),
        ("5", "press 5 now", "press 5 now"),
        (True, "true enough", "true enough"),
        (None, "none", "none"),
        ({"a": ["9876"]}, "9 8 7 6", "[card]"),
        ("4217", "it was forty-two seventeen, wasn't it", "it was [card], wasn't it"),
        ("4217", "four thousand two hundred and seventeen", "[card]"),
        ("4217", "forty two one seven and forty two", "[card] and forty two"),
        ("42177", "four two one double seven", "[card]"),
        ("4000", "a pin of four thousand, four zero zero zero", "a pin of [card]"),
        ("AB1217", "A B twelve seventeen", "[card]"),
        (1200.5, "twelve hundred dollars and fifty cents", "[card] cents"),
        (250, "two fifty, or two hundred and fifty", "[card], or [card]"),
        ("joe.smith@web.de", "it is joe dot smith at web dot de", "it is [card]"),
        ("+49 30 1234567", "plus four nine thirty twelve thirty-four five six seven", "plus [card]"),
        ("1990-05-04", "May fourth, nineteen ninety", "[card]"),
        ("1990-05-21", "the twenty first of May nineteen ninety", "the [card]"),
        ("1990-05-04", "oh four oh five nineteen ninety", "[card]"),
        ("19:30", "half past seven or nineteen thirty", "[card] or [card]"),
        ("4217", "forty two and seven", "forty two and seven"),
        ("4217", "I have 42 apples and 170 pears", "I have 42 apples and 170 pears"),
    ],
)
def test_a_value_is_found_however_it_is_written(value, text, masked):
    assert masked_text(text, vault(value)) == masked


@pytest.mark.parametrize(
    ("value", "text", "masked"),
    [
        ("1234", "it is 1234", "it is [card]"),
        ("1234", "it is 1234, I mean twelve thirty four", "it is [card], I mean [card]"),
        ("1234", "it is 1234, I mean twelve forty three", "[card]"),
        ("2026-05-04", "the fourth of May", "[card]"),
        ("Jane", "my name is Jane", "my name is [card]"),
        ("1234", "", ""),
        (None, "I do not know", "[card]"),
    ],
)
def test_a_turn_that_gave_a_value_goes_as_a_whole_where_a_trace_might_be_left(value, text, masked):
    assert masked_turn(text, {"card"}, vault(value)) == masked


def test_events_keep_what_makes_them_readable():
    known = vault("credit")
    event = UserSaid("by credit card", (SetSlot("card", "credit"), CorrectSlots((("card", "credit"),))), "llm")
    masked = masked_event(event_to_json(event), known)

    assert masked["text"] == "by [card] card"
    assert event_from_json(masked).commands == (SetSlot("card", "[card]"), CorrectSlots((("card", "[card]"),)))
    said = AssistantSaid("By credit card?", "utter_credit")
    assert event_from_json(masked_event(event_to_json(said), known)) == AssistantSaid("By [card] card?", "utter_credit")


def test_a_slot_that_is_called_like_a_key_of_an_event_masks_its_own_values_only():
    slots = frozenset({"name"})
    body = event_to_json(SlotSet("amount", 1200))

    assert list(values_in(body, slots)) == []
    assert list(values_in(event_to_json(SlotSet("name", "Jane")), slots)) == [("name", "Jane")]


def test_measurements_of_a_call_are_nobodys_value():
    known = vault(1200)
    assert masked_event({"type": "barge_in", "reply_id": 1200, "at_ms": 1200}, known)["at_ms"] == 1200
    assert masked_event({"type": "slot_set", "name": "limit", "value": 1200}, known)["value"] == "[card]"


CHARACTERS = string.ascii_letters + string.digits
VALUES = st.text(CHARACTERS, min_size=6, max_size=16)
AROUND = st.text(CHARACTERS + " ,.-äß[]", max_size=12)


@settings(deadline=None)
@given(VALUES, AROUND, AROUND)
def test_no_value_is_left_in_any_text(value, before, after):
    assert value not in masked_text(f"{before}{value}{after}", vault(value))


@settings(deadline=None)
@given(any_event(), VALUES)
def test_masking_never_raises_and_leaves_no_value_in_what_people_said(event, value):
    body = event_to_json(event)
    known = Vault(frozenset({"card", "text"})).with_value("card", value)
    masked = masked_event(body, known)
    if isinstance(masked.get("text"), str):
        assert value not in masked["text"]
    json.dumps(masked)


@settings(deadline=None)
@given(any_event())
def test_without_sensitive_slots_nothing_is_changed(event):
    body = event_to_json(event)
    assert masked_event(body, Vault()) == json.loads(json.dumps(body))


SECRETS = VALUES.map(lambda text: f"7q{text}")  # which no word of the program is


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(SECRETS, st.booleans()), min_size=1, max_size=3))
def test_no_value_of_any_call_occurs_in_any_file(tmp_path_factory, told):
    """Whether the value is understood in its turn or set later, whether it is read back in these words or spaced."""
    root = tmp_path_factory.mktemp("calls")
    words = [f"it is {value}" for value, _ in told]
    answers = [
        Answer(
            (SetSlot("secret", value),) if is_understood else (),
            (SlotSet("secret", value),),
            f"I have {value}, that is {' '.join(value)}.",
            takes_ms=200,
        )
        for value, is_understood in told
    ]
    call = TalkingCall(new_recorder(root, sensitive=["secret"]), [*words, "bye"], answers)
    call.play(".####..........." * len(told)).end()
    files = [path for path in root.rglob("*") if path.is_file()]
    written = "\n".join(line for path in files for line in read_lines(path))

    assert len(files) == 4
    assert [value for value, _ in told if value in written or " ".join(value) in written] == []
