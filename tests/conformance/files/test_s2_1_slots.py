"""§2.1 slots: types and coercion, initial values, the built-in ones, and §8 (25), (28), (29)."""

from __future__ import annotations

import pytest

from flows.commands import Json
from flows.errors import AssistantInvalid
from tests.conformance.assistant import Talk, slot
from tests.conformance.conftest import Write
from tests.conformance.files.domains import domain

ASK = """
flows:
  f:
    description: asks
    run_pattern_completed: false
    persisted_slots: [x]
    steps:
      - collect: x
      - action: utter_done
"""


def _talk(write: Write, definition: str, **more: str) -> Talk:
    return Talk(write(ASK, domain({"x": definition}, responses='utter_done: [{text: "[{x}]"}]', **more)))


@pytest.mark.parametrize(
    ("definition", "said", "expected", "printed"),
    [
        ("text", "hello there", "hello there", "[hello there]"),
        ("text", '"hello there"', "hello there", "[hello there]"),
        ("text", "'hi'", "hi", "[hi]"),
        ("text", "100", "100", "[100]"),
        ("text", "True", "True", "[True]"),
        ("bool", "True", True, "[True]"),
        ("bool", "true", True, "[True]"),
        ("bool", "False", False, "[False]"),
        ("bool", "yes", True, "[True]"),
        ("bool", "no", False, "[False]"),
        ("float", "100", 100.0, "[100]"),
        ("float", "1.5", 1.5, "[1.5]"),
        ("float", "-3", -3.0, "[-3]"),
        ("float", "1,200", 1200.0, "[1200]"),
        ("float", "$1,200.50", 1200.5, "[1200.5]"),
        ("{type: categorical, values: [card, Cash]}", "CARD", "card", "[card]"),
        ("{type: categorical, values: [card, Cash]}", "cash", "Cash", "[Cash]"),
        ("{type: categorical, values: [1, 2]}", "2", "2", "[2]"),
        ("{type: categorical, values: [yes, no]}", "yes", "yes", "[yes]"),
        ("any", "100", "100", "[100]"),
        ("any", "some text", "some text", "[some text]"),
        ("text", "null", None, None),
        ("text", "None", None, None),
        ("text", "undefined", None, None),
        ("float", "null", None, None),
    ],
)
def test_s8_29_values_from_a_model_are_coerced(
    write: Write, definition: str, said: str, expected: Json, printed: str | None
) -> None:
    talk = _talk(write, definition)
    talk.hear("start flow f")
    turn = talk.hear(f"set slot x {said}")
    assert talk.slots["x"] == expected
    assert type(talk.slots["x"]) is type(expected)
    assert turn.texts == (("utter_ask_x",) if printed is None else (printed,))


@pytest.mark.parametrize(
    ("definition", "said", "refusal"),
    [
        ("bool", "maybe", "utter_boolean_slot_rejection"),
        ("float", "many", "utter_float_slot_rejection"),
        ("float", "NaN", "utter_float_slot_rejection"),
        ("float", "inf", "utter_float_slot_rejection"),
        ("float", "1e999", "utter_float_slot_rejection"),
        ("{type: categorical, values: [card, cash]}", "cheque", "utter_categorical_slot_rejection"),
        ("{type: strict_categorical, values: [card, cash]}", "cheque", "utter_categorical_slot_rejection"),
        ("{type: float, min_value: 1}", "0", "utter_float_slot_rejection"),
        ("{type: float, max_value: 10}", "11", "utter_float_slot_rejection"),
        ("{type: float, min_value: 1, max_value: 10}", "-4", "utter_float_slot_rejection"),
    ],
)
def test_s4_5_values_of_another_type_are_refused_and_asked_for_again(
    write: Write, definition: str, said: str, refusal: str
) -> None:
    talk = _talk(write, definition)
    talk.hear("start flow f")
    turn = talk.hear(f"set slot x {said}")
    assert turn.said == (refusal, "utter_ask_x")
    assert talk.slots["x"] is None
    assert talk.asks == "x"


def test_s4_5_the_refusal_knows_the_value(write: Write) -> None:
    talk = _talk(write, "{type: categorical, values: [card, cash]}")
    talk.hear("start flow f")
    assert "cheque" in talk.hear("set slot x cheque").texts[0]
    own = 'utter_categorical_slot_rejection: [{text: "no {{value}}!", metadata: {template: jinja}}]'
    talk = Talk(write(ASK, domain({"x": "{type: categorical, values: [a]}"}, say=["utter_done"], responses=own)))
    talk.hear("start flow f")
    assert talk.hear("set slot x cheque").texts[0] == "no cheque!"


def test_s8_25_an_invalid_category_is_stored_then_nulled_then_refused_then_asked_again(write: Write) -> None:
    talk = _talk(write, "{type: categorical, values: [card, cash]}")
    talk.hear("start flow f")
    turn = talk.hear("set slot x cheque")
    assert turn.slot_events == (("x", "cheque"), ("x", None))
    assert turn.said == ("utter_categorical_slot_rejection", "utter_ask_x")


def test_s2_1_the_range_is_checked_only_where_it_is_set(write: Write) -> None:
    talk = _talk(write, "float")
    assert talk.hear("start flow f", "set slot x -1000000").texts == ("[-1000000]",)


@pytest.mark.parametrize("value", ["1", "10"])
def test_s2_1_the_range_is_inclusive(write: Write, value: str) -> None:
    talk = _talk(write, "{type: float, min_value: 1, max_value: 10}")
    assert talk.hear("start flow f", f"set slot x {value}").texts == (f"[{value}]",)


@pytest.mark.parametrize(
    ("definition", "value", "printed"),
    [
        ("float", 1200, "1200"),
        ("float", "many", "many"),
        ("float", 0.1, "0.1"),
        ("bool", "perhaps", "perhaps"),
        ("bool", True, "True"),
        ("{type: categorical, values: [card, cash]}", "cheque", "cheque"),
        ("{type: categorical, values: [card, cash]}", "CARD", "CARD"),
        ("text", 5, "5"),
        ("any", {"a": [1, None]}, "{'a': [1, None]}"),
        ("{type: float, max_value: 10}", 999, "999"),
    ],
)
def test_s8_28_values_of_actions_are_never_coerced(write: Write, definition: str, value: Json, printed: str) -> None:
    flows = ASK.replace("      - collect: x", "      - action: action_fill\n      - collect: x")
    text = domain({"x": definition}, responses='utter_done: [{text: "{x}"}]', actions=["action_fill"])
    talk = Talk(write(flows, text), {"action_fill": [slot("x", value)]})
    turn = talk.hear("start flow f")
    assert turn.texts == (printed,)
    assert talk.slots["x"] == value
    assert type(talk.slots["x"]) is type(value)


@pytest.mark.parametrize(
    ("definition", "value", "printed"),
    [
        ("{type: float, initial_value: 1200}", 1200, "1200"),
        ("{type: bool, initial_value: unknown}", "unknown", "unknown"),
    ],
)
def test_s8_28_initial_values_are_never_coerced(write: Write, definition: str, value: Json, printed: str) -> None:
    talk = _talk(write, definition)
    assert talk.hear("start flow f").texts == (f"[{printed}]",)
    assert talk.slots["x"] == value


def test_s2_1_lists_are_set_by_actions_only(write: Write) -> None:
    flows = """
    flows:
      f:
        description: lists
        run_pattern_completed: false
        steps:
          - action: action_fill
          - action: utter_done
      g:
        description: waits
        steps: [{collect: y}]
    """
    slots = {"x": "{type: list, mappings: [{type: controlled}]}", "y": "text"}
    text = domain(slots, responses='utter_done: [{text: "{x}"}]', actions=["action_fill"], unasked=["x"])
    talk = Talk(write(flows, text), {"action_fill": [slot("x", ["a", 1])]})
    assert talk.hear("start flow f").texts == ("['a', 1]",)
    talk.hear("start flow g")
    talk.hear("set slot x b")
    talk.hear("/SetSlots(x=b)")
    assert talk.slots["x"] == ["a", 1]


@pytest.mark.parametrize("kind", ["number", "string", "categorial", "integer"])
def test_s2_1_unknown_types_are_errors(write: Write, kind: str) -> None:
    with pytest.raises(AssistantInvalid, match=kind):
        _talk(write, kind)


def test_s1_8_a_slot_defined_in_two_domain_files_is_an_error(write: Write) -> None:
    one, two = domain({"x": "text"}), domain({"x": "float"}, unasked=["x"])
    with pytest.raises(AssistantInvalid, match="x"):
        write(ASK.replace("utter_done", "utter_ask_x"), "", more={"domain/a.yml": one, "domain/b.yml": two})


def test_s2_a_domain_folder_is_merged(write: Write) -> None:
    more = {
        "domain/slots.yml": domain({"x": "text"}),
        "domain/deep/texts.yml": domain(say=["utter_done"]),
        "domain/empty.yml": "# nothing here\n",
        "domain/notes.txt": "not yaml: [",
    }
    import tempfile
    from pathlib import Path

    from tests.conformance.assistant import load  # a folder, and no domain.yml

    with tempfile.TemporaryDirectory() as folder:
        talk = Talk(load(Path(folder), {"data/f.yml": ASK, **more}))
        assert talk.said("start flow f", "set slot x 1") == ("utter_done",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", None),
        ("silence_timeout", 7.0),
        ("consecutive_silence_timeouts", 0.0),
        ("session_started_metadata", None),
        ("return_value", None),
        ("route_session_to_calm", None),
        ("flow_hashes", None),
        ("confirm_correction", None),
        ("interrupted_flow_to_continue", None),
        ("continue_interrupted_flow_confirmation", None),
        ("max_clarification_options", 3.0),
        ("continue_conversation", None),
        ("csat_score", None),
    ],
)
def test_s2_1_built_in_slots_are_there(write: Write, name: str, value: Json) -> None:
    flows = "flows:\n  f:\n    description: f\n    steps: [{action: utter_x}]\n"
    slots = Talk(write(flows, domain(say=["utter_x"]))).slots
    assert name in slots
    assert slots[name] == value


def test_s2_1_the_language_slot_is_strict_categorical(write: Write) -> None:
    more = {"config.yml": "language: en\nadditional_languages: [de, fr]\n"}
    assistant = write(ASK, domain({"x": "text"}, say=["utter_done"]), more=more)
    assert assistant.slots["language"].type == "strict_categorical"
    assert set(assistant.slots["language"].values) == {"en", "de", "fr"}


def test_s2_1_call_data_is_in_session_started_metadata(write: Write) -> None:
    talk = _talk(write, "text")
    talk.start({"call_id": "c1", "user_phone": "+1"})
    assert talk.slots["session_started_metadata"] == {"call_id": "c1", "user_phone": "+1"}


def test_s1_8_no_dialogue_stack_in_a_flow(write: Write) -> None:
    with pytest.raises(AssistantInvalid):
        write(ASK.replace("x", "dialogue_stack"), domain(say=["utter_done", "utter_ask_dialogue_stack"]))


def test_s8_05_an_initial_value_counts_as_filled_and_a_later_set_is_a_correction(write: Write) -> None:
    flows = ASK.replace("      - action: utter_done", "      - collect: y\n      - action: utter_done")
    talk = Talk(write(flows, domain({"x": "{type: text, initial_value: old}", "y": "text"}, say=["utter_done"])))
    assert talk.said("start flow f") == ("utter_ask_y",)
    assert talk.said("set slot x new") == ("utter_corrected_previous_input", "utter_ask_y")
    assert talk.slots["x"] == "new"


def test_s8_21_collect_slots_get_a_null_event_at_the_end_even_if_never_filled(write: Write) -> None:
    flows = """
    flows:
      f:
        description: branches
        run_pattern_completed: false
        steps:
          - collect: x
            next:
              - if: slots.x = 'stop'
                then: END
              - else: more
          - id: more
            collect: y
    """
    talk = Talk(write(flows, domain({"x": "text", "y": "text"})))
    turn = talk.hear("start flow f", "set slot x stop")
    assert turn.slot_events == (("x", "stop"), ("x", None), ("y", None))


def test_s4_3_6_a_slot_that_the_domain_lacks_cannot_be_handled(write: Write) -> None:
    talk = _talk(write, "text")
    assert talk.said("set slot nothing 5") == ("utter_ask_rephrase",)
    talk.hear("start flow f")
    turn = talk.hear("set slot nothing 5")
    assert turn.said == ("utter_ask_rephrase", "utter_ask_x")
    assert "nothing" not in talk.slots
