"""§1.4 `collect`: every option, in conversation."""

from __future__ import annotations

import pytest

from dialogue.events import ActionReturned
from flows.commands import Json
from flows.errors import AssistantInvalid
from tests.conformance.assistant import Talk, returned, slot
from tests.conformance.conftest import Write
from tests.conformance.files.domains import domain

HEAD = """
flows:
  rent:
    description: rent a car
    run_pattern_completed: false
    steps:
"""


def _talk(write: Write, steps: str, slots: dict[str, str], say: list[str], **more: object) -> Talk:
    actions = more.pop("actions", {})
    text = domain(slots, say=say, actions=list(actions), **more)  # type: ignore[arg-type,call-overload]
    return Talk(write(HEAD + steps, text), actions)  # type: ignore[arg-type]


def test_s1_4_a_filled_slot_is_skipped(write: Write) -> None:
    talk = _talk(write, "      - collect: a\n      - collect: b\n", {"a": "text", "b": "text"}, [])
    assert talk.said("start flow rent", "set slot a 1") == ("utter_ask_b",)


def test_s1_4_the_slots_of_later_questions_may_be_given_at_once(write: Write) -> None:
    talk = _talk(write, "      - collect: a\n      - collect: b\n", {"a": "text", "b": "text"}, [])
    assert talk.said("start flow rent") == ("utter_ask_a",)
    assert talk.said("set slot b 2") == ("utter_ask_a",)
    assert talk.said("set slot a 1") == ()
    assert talk.stack == ()


def test_s1_4_ask_before_filling_clears_and_asks(write: Write) -> None:
    steps = "      - collect: a\n        ask_before_filling: true\n      - action: utter_done\n"
    talk = _talk(write, steps, {"a": "text"}, ["utter_done"])
    turn = talk.hear("start flow rent", "set slot a early")
    assert turn.said == ("utter_ask_a",)
    assert talk.slots["a"] is None
    assert talk.said("set slot a late") == ("utter_done",)


def test_s1_4_ask_before_filling_asks_although_there_is_an_initial_value(write: Write) -> None:
    steps = "      - collect: a\n        ask_before_filling: true\n"
    talk = _talk(write, steps, {"a": "{type: text, initial_value: preset}"}, [])
    assert talk.said("start flow rent") == ("utter_ask_a",)


def test_s1_4_utter_is_used_to_ask(write: Write) -> None:
    talk = _talk(write, "      - collect: a\n        utter: utter_which\n", {"a": "text"}, ["utter_which"])
    assert talk.said("start flow rent") == ("utter_which",)
    assert talk.said("offtopic reply")[-1] == "utter_which"


def test_s1_4_one_slot_may_be_asked_for_in_two_ways(write: Write) -> None:
    steps = """
      - collect: a
        utter: utter_first
      - set_slots: [{a: null}]
      - collect: a
        utter: utter_second
    """
    talk = _talk(write, steps, {"a": "text"}, ["utter_first", "utter_second"])
    assert talk.said("start flow rent") == ("utter_first",)
    assert talk.said("set slot a x") == ("utter_second",)


def test_s1_4_action_ask_is_used_where_the_domain_has_it(write: Write) -> None:
    asks = {"action_ask_a": returned("action_ask_a", {"text": "Which one?", "buttons": []})}
    talk = _talk(write, "      - collect: a\n", {"a": "text"}, [], actions=asks, unasked=["a"])
    turn = talk.hear("start flow rent")
    assert turn.ran == ("action_ask_a",)
    assert turn.texts == ("Which one?",)
    assert talk.asks == "a"
    assert talk.hear("offtopic reply").ran == ("action_ask_a",)
    assert talk.hear("set slot a x").ran == ()


def test_s1_4_both_utter_and_action_is_an_error(write: Write) -> None:
    with pytest.raises(AssistantInvalid, match="utter_ask_a"):
        _talk(write, "      - collect: a\n", {"a": "text"}, [], actions={"action_ask_a": ()})


def test_s1_4_neither_utter_nor_action_is_an_error_unless_there_is_an_initial_value(write: Write) -> None:
    with pytest.raises(AssistantInvalid):
        _talk(write, "      - collect: a\n", {"a": "text"}, [], unasked=["a"])
    talk = _talk(
        write,
        "      - collect: a\n      - action: utter_done\n",
        {"a": "{type: text, initial_value: x}"},
        ["utter_done"],
        unasked=["a"],
    )
    assert talk.said("start flow rent") == ("utter_done",)


def test_s1_8_initial_value_with_ask_before_filling_and_no_question_is_an_error(write: Write) -> None:
    steps = "      - collect: a\n        ask_before_filling: true\n"
    with pytest.raises(AssistantInvalid):
        _talk(write, steps, {"a": "{type: text, initial_value: x}"}, [], unasked=["a"])


REJECTING = """
      - collect: days
        rejections:
          - if: slots.days < 1
            utter: utter_too_short
          - if: slots.days > 30
            utter: utter_too_long
      - action: utter_done
"""
REJECTED = ["utter_too_short", "utter_too_long", "utter_done"]


def test_s1_4_a_rejection_resets_says_and_asks_again_repeatedly(write: Write) -> None:
    talk = _talk(write, REJECTING, {"days": "float"}, REJECTED)
    talk.hear("start flow rent")
    for value, refusal in [("0", "utter_too_short"), ("31", "utter_too_long"), ("-5", "utter_too_short")] * 3:
        turn = talk.hear(f"set slot days {value}")
        assert turn.said == (refusal, "utter_ask_days")
        assert ("days", None) in turn.slot_events
        assert talk.slots["days"] is None
    assert talk.said("set slot days 3") == ("utter_done",)


def test_s1_4_rejections_also_judge_a_value_given_beforehand(write: Write) -> None:
    talk = _talk(write, REJECTING, {"days": "float"}, REJECTED)
    assert talk.said("start flow rent", "set slot days 99") == ("utter_too_long", "utter_ask_days")


def test_s1_4_rejections_may_read_the_text_with_matches(write: Write) -> None:
    steps = """
      - collect: plate
        rejections:
          - if: not (slots.plate matches "^[A-Z]{2}[0-9]{3}$")
            utter: utter_bad_plate
    """
    talk = _talk(write, steps, {"plate": "text"}, ["utter_bad_plate"])
    talk.hear("start flow rent")
    assert talk.said("set slot plate ab123") == ("utter_bad_plate", "utter_ask_plate")
    assert talk.said("set slot plate AB1234") == ("utter_bad_plate", "utter_ask_plate")
    assert talk.said("set slot plate AB123") == ()


def test_s8_files_rejections_may_read_a_second_slot(write: Write) -> None:
    steps = """
      - collect: pick_up
      - collect: drop_off
        rejections:
          - if: slots.drop_off < slots.pick_up
            utter: utter_backwards
      - action: utter_done
    """
    slots = {"pick_up": "float", "drop_off": "float"}
    talk = _talk(write, steps, slots, ["utter_backwards", "utter_done"])
    talk.hear("start flow rent", "set slot pick_up 5")
    assert talk.said("set slot drop_off 3") == ("utter_backwards", "utter_ask_drop_off")
    assert talk.slots["pick_up"] == 5
    assert talk.said("set slot drop_off 9") == ("utter_done",)


def test_s1_4_force_slot_filling_takes_only_that_slot(write: Write) -> None:
    steps = "      - collect: note\n        force_slot_filling: true\n      - collect: b\n"
    for lines in (
        ["cancel flow"],
        ["skip question", "set slot note I want to skip this."],
        ["start flow other", "set slot note x"],
        ["set slot b 3", "set slot note x"],
        ["offtopic reply"],
        ["search and reply"],
    ):
        talk = _talk(write, steps + OTHER, {"note": "text", "b": "text"}, ["utter_other"])
        talk.hear("start flow rent")
        turn = talk.hear(*lines)
        given = [line.split("note ", 1)[1] for line in lines if "note" in line]
        if given:
            assert talk.slots["note"] == given[0], lines
            assert turn.said == ("utter_ask_b",), lines
        else:
            assert turn.said == ("utter_ask_note",), lines
            assert talk.stack[0] == "rent"


OTHER = """
  other:
    description: another
    steps: [{action: utter_other}]
"""


def test_s1_4_force_slot_filling_only_while_the_step_asks(write: Write) -> None:
    steps = "      - collect: note\n        force_slot_filling: true\n      - collect: b\n"
    talk = _talk(write, steps + OTHER, {"note": "text", "b": "text"}, ["utter_other"])
    talk.hear("start flow rent", "set slot note x")
    assert "utter_flow_cancelled_rasa" in talk.said("cancel flow")


def test_s1_4_a_slot_with_an_initial_value_is_not_asked_for(write: Write) -> None:
    steps = "      - collect: a\n      - action: utter_done\n"
    talk = _talk(write, steps, {"a": "{type: bool, initial_value: false}"}, ["utter_done"])
    assert talk.said("start flow rent") == ("utter_done",)


def test_s1_4_list_slots_may_not_be_collected(write: Write) -> None:
    with pytest.raises(AssistantInvalid):
        _talk(write, "      - collect: a\n", {"a": "{type: list, mappings: [{type: controlled}]}"}, [])


def _only_short(tracker: Json) -> list[Json]:
    value = str(tracker["slots"]["city"])
    return [slot("city", value.title() if len(value) < 10 else None)]


def test_s1_4_validate_slot_is_the_custom_validation_action(write: Write) -> None:
    steps = "      - collect: city\n      - action: utter_done\n"
    talk = _talk(write, steps, {"city": "text"}, ["utter_done"], actions={"validate_city": _only_short})
    assert talk.hear("start flow rent").ran == ()
    turn = talk.hear("set slot city a-very-long-name")
    assert (turn.ran, turn.said) == (("validate_city",), ("utter_ask_city",))
    turn = talk.hear("set slot city rome")
    assert (turn.ran, turn.said) == (("validate_city",), ("utter_done",))
    assert ("city", "Rome") in turn.slot_events


def test_s1_4_validate_slot_may_say_why(write: Write) -> None:
    refuses = ActionReturned(
        "validate_city", ({"event": "slot", "name": "city", "value": None},), ({"text": "Not there."},)
    )
    talk = _talk(write, "      - collect: city\n", {"city": "text"}, [], actions={"validate_city": refuses})
    talk.hear("start flow rent")
    assert talk.hear("set slot city rome").texts == ("Not there.", "utter_ask_city")


def test_s1_4_validate_slot_also_sees_a_value_given_beforehand(write: Write) -> None:
    talk = _talk(write, "      - collect: city\n", {"city": "text"}, [], actions={"validate_city": _only_short})
    turn = talk.hear("start flow rent", "set slot city a-very-long-name")
    assert (turn.ran, turn.said) == (("validate_city",), ("utter_ask_city",))


def test_s1_4_rejections_come_before_validate_slot(write: Write) -> None:
    steps = "      - collect: city\n        rejections: [{if: slots.city = 'x', utter: utter_no_x}]\n"
    talk = _talk(write, steps, {"city": "text"}, ["utter_no_x"], actions={"validate_city": _only_short})
    talk.hear("start flow rent")
    turn = talk.hear("set slot city x")
    assert (turn.ran, turn.said) == ((), ("utter_no_x", "utter_ask_city"))


def test_s1_4_the_nested_form_of_collect(write: Write) -> None:
    steps = "      - collect: {name: a, silence_timeout: 3, utter: utter_which}\n"
    talk = _talk(write, steps, {"a": "text"}, ["utter_which"])
    assert talk.said("start flow rent") == ("utter_which",)
    assert talk.asks == "a"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("5", {"*": 5.0}),
        ("2.5", {"*": 2.5}),
        ("{twilio_media_streams: 4, browser_audio: 6}", {"twilio_media_streams": 4.0, "browser_audio": 6.0}),
        ("[{twilio_media_streams: 4}, {browser_audio: 6}]", {"twilio_media_streams": 4.0, "browser_audio": 6.0}),
    ],
)
def test_s1_4_silence_timeout_is_a_number_a_map_or_a_list_of_maps(
    write: Write, written: str, expected: dict[str, float]
) -> None:
    talk = _talk(write, f"      - collect: a\n        silence_timeout: {written}\n", {"a": "text"}, [])
    step = talk.assistant.flows["rent"].steps[0]
    assert dict(step.task.silence_timeout_s) == expected  # type: ignore[union-attr]


@pytest.mark.parametrize("written", ["0", "-1", "soon", "true"])
def test_s1_4_a_silence_timeout_is_a_number_of_seconds(write: Write, written: str) -> None:
    with pytest.raises(AssistantInvalid):
        _talk(write, f"      - collect: a\n        silence_timeout: {written}\n", {"a": "text"}, [])


def test_s1_4_silence_timeout_is_known_while_the_step_waits(write: Write) -> None:
    """§7: precedence step over channel over global; so the shell has to learn the step's."""
    steps = """
      - collect: a
        silence_timeout: {browser_audio: 6}
      - collect: b
        silence_timeout: 3
    """
    talk = _talk(write, steps, {"a": "text", "b": "text"}, [])
    talk.hear("start flow rent")
    assert dict(talk.conversation.expectation.silence_timeout_s) == {"browser_audio": 6.0}
    talk.hear("set slot a x")
    assert dict(talk.conversation.expectation.silence_timeout_s) == {"*": 3.0}


def test_s1_4_dtmf_is_known_while_the_step_waits(write: Write) -> None:
    steps = """
      - collect: a
        dtmf: {length: 4}
      - collect: b
        dtmf: {finish_on_key: "#", allow_audio_input: false}
    """
    talk = _talk(write, steps, {"a": "text", "b": "text"}, [])
    talk.hear("start flow rent")
    dtmf = talk.conversation.expectation.dtmf
    assert (dtmf.length, dtmf.finish_on_key, dtmf.allow_audio_input) == (4, None, True)
    talk.hear("set slot a 1234")
    dtmf = talk.conversation.expectation.dtmf
    assert (dtmf.length, dtmf.finish_on_key, dtmf.allow_audio_input) == (None, "#", False)


def test_s1_4_dtmf_is_a_length_or_a_key_and_not_both(write: Write) -> None:
    for wrong in ('{length: 4, finish_on_key: "#"}', "4", "{length: four}"):
        with pytest.raises(AssistantInvalid):
            _talk(write, f"      - collect: a\n        dtmf: {wrong}\n", {"a": "text"}, [])


def test_s1_6_an_invalid_rejection_at_run_time_is_an_internal_error_response(write: Write) -> None:
    """A predicate whose Jinja makes it unreadable only at run time."""
    steps = """
      - collect: a
        rejections:
          - if: "slots.a = 'x' {{ slots.b }}"
            utter: utter_no
    """
    talk = _talk(write, steps, {"a": "text", "b": "text"}, ["utter_no"])
    talk.hear("start flow rent")
    talk.hear("set slot a y")
    assert talk.stack == ()


def test_s1_4_the_same_slot_in_two_flows_is_not_asked_for_twice_while_it_stands(write: Write) -> None:
    flows = """
      - collect: a
      - link: second
  second:
    description: second
    persisted_slots: [a]
    steps: [{collect: a}, {action: utter_done}]
    """
    talk = _talk(write, flows, {"a": "text"}, ["utter_done"])
    talk.hear("start flow rent")
    # §8 (20): the source's resets come before the target starts
    assert talk.said("set slot a x") == ("utter_ask_a",)
    assert "utter_done" in talk.said("set slot a y")
    assert talk.slots["a"] == "y"
