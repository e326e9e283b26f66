"""§2.2 button payloads: `/SetSlots(…)` and its limits."""

from __future__ import annotations

import pytest

from flows.commands import Json
from tests.conformance.assistant import Talk
from tests.conformance.conftest import Write
from tests.conformance.files.domains import domain

FLOWS = """
flows:
  f:
    description: asks many things
    run_pattern_completed: false
    nlu_trigger: [{intent: go}]
    persisted_slots: [t, n, b, c]
    steps:
      - collect: t
      - collect: n
      - collect: b
      - collect: c
      - action: utter_done
  other:
    description: another
    persisted_slots: [o]
    steps:
      - collect: o
"""
SLOTS = {
    "t": "text",
    "n": "float",
    "b": "bool",
    "c": "{type: categorical, values: [red, Blue]}",
    "o": "text",
    "l": "{type: list, mappings: [{type: controlled}]}",
}


def _talk(write: Write) -> Talk:
    talk = Talk(write(FLOWS, domain(SLOTS, say=["utter_done"], more="intents: [go]\n", unasked=["l"])))
    talk.hear("start flow f")
    return talk


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("/SetSlots(t=hello)", {"t": "hello"}),
        ("/SetSlots(t=hello world)", {"t": "hello world"}),
        ("/SetSlots( t = hello )", {"t": "hello"}),
        ("/SetSlots(t=hello, n=5)", {"t": "hello", "n": 5.0}),
        ("/SetSlots(t=hello,n=5,b=true,c=blue)", {"t": "hello", "n": 5.0, "b": True, "c": "Blue"}),
        ("/SetSlots(b=False)", {"b": False}),
        ("/SetSlots(t=a=b)", {"t": "a=b"}),
        ("/SetSlots(t=None)", {"t": None}),
        ("/SetSlots(t=null)", {"t": None}),
        ("/SetSlots(t=undefined)", {"t": None}),
        ("/SetSlots(n=-1.5)", {"n": -1.5}),
        ("/SetSlots(t=🚗)", {"t": "🚗"}),
        ("/SetSlots(t=سيارة)", {"t": "سيارة"}),
        ('/SetSlots(t=it\'s "quoted")', {"t": 'it\'s "quoted"'}),
        ("/SetSlots(t=/go)", {"t": "/go"}),
    ],
)
def test_s2_2_set_slots(write: Write, payload: str, expected: dict[str, Json]) -> None:
    talk = _talk(write)
    talk.hear(payload)
    assert {name: talk.slots[name] for name in expected} == expected


def test_s2_2_set_slots_answers_the_question(write: Write) -> None:
    talk = _talk(write)
    assert talk.said("/SetSlots(t=x)") == ("utter_ask_n",)
    assert talk.said("/SetSlots(n=1, b=no, c=red)") == ("utter_done",)


def test_s2_2_null_empties_a_filled_slot(write: Write) -> None:
    talk = _talk(write)
    talk.hear("/SetSlots(t=x)")
    talk.hear("/SetSlots(t=None)")
    assert talk.slots["t"] is None


def test_s2_2_ten_pairs_are_allowed(write: Write) -> None:
    names = [f"s{number}" for number in range(10)]
    steps = "\n".join(f"      - collect: {name}" for name in names)
    flows = f"""
flows:
  f:
    description: f
    run_pattern_completed: false
    persisted_slots: [{", ".join(names)}]
    steps:
{steps}
"""
    talk = Talk(write(flows, domain(dict.fromkeys(names, "text"))))
    talk.hear("start flow f")
    talk.hear(f"/SetSlots({', '.join(f'{name}=1' for name in names)})")
    assert [talk.slots[name] for name in names] == ["1"] * 10


MALFORMED = [
    "/SetSlots()",
    "/SetSlots(t)",
    "/SetSlots(=x)",
    "/SetSlots(t=a(b))",
    "/SetSlots(t=x",
    "/SetSlots t=x",
    "/SetSlots(t=a, )",
    "/setslots(t=x)",
    "/SETSLOTS(t=x)",
    "/SetSlots(" + ", ".join(f"t{number}=1" for number in range(11)) + ")",
    "/SetSlots(((((((((((",
    "/SetSlots(" + "t=" * 5000 + ")",
    "/",
    "//",
    "/ go",
    "/go{",
    "/go{not json}",
    '/go{"t": }',
    '/go{"t": NaN}',
    '/go{"t": Infinity}',
    "/go" + "{" * 3000,
    pytest.param('/go{"t": ' + "[" * 3000 + "]" * 3000 + "}", id="deep-json"),
    "/go[1]",
    "/go{}{}",
    "/\x00",
    "/🚗",
    '/go@2{"t": "x"} trailing',
]


@pytest.mark.parametrize("payload", MALFORMED)
def test_s2_2_odd_payloads_leave_the_conversation_usable(write: Write, payload: str) -> None:
    talk = _talk(write)
    turn = talk.hear(payload)
    assert not turn.is_over
    assert turn.said, "the caller hears something"
    assert talk.slots["n"] is None
    assert talk.said("/SetSlots(t=x, n=1, b=true)")[-1] in ("utter_ask_c", "utter_corrected_previous_input")


@pytest.mark.parametrize("payload", ["/setslots(t=x)", "/SETSLOTS(t=x)", "/Setslots(t=x)"])
def test_s2_2_set_slots_is_case_sensitive(write: Write, payload: str) -> None:
    talk = _talk(write)
    talk.hear(payload)
    assert talk.slots["t"] is None


def test_s2_2_eleven_pairs_are_too_many(write: Write) -> None:
    talk = _talk(write)
    talk.hear("/SetSlots(t=x, n=1, " + ", ".join(f"b{number}=1" for number in range(9)) + ")")
    assert (talk.slots["t"], talk.slots["n"]) == (None, None)


def test_s2_2_not_for_list_slots(write: Write) -> None:
    talk = _talk(write)
    talk.hear("/SetSlots(l=x)")
    assert talk.slots["l"] is None


def test_s2_2_a_slot_must_belong_to_an_active_flow(write: Write) -> None:
    talk = _talk(write)
    talk.hear("/SetSlots(o=x)")
    assert talk.slots["o"] is None
    assert talk.asks == "t"


@pytest.mark.parametrize("payload", ["/SetSlots(o=x)", "/SetSlots(nothing=x)", "/SetSlots(l=x)", "/SetSlots(t=x)"])
def test_s2_2_set_slots_never_triggers_cannot_handle(write: Write, payload: str) -> None:
    assert "utter_ask_rephrase" not in _talk(write).said(payload)


@pytest.mark.parametrize("payload", ["/SetSlots(o=x)", "/SetSlots(nothing=x)", "/SetSlots(l=x)", "/SetSlots(t=x)"])
def test_s2_2_set_slots_without_any_flow_never_triggers_cannot_handle(write: Write, payload: str) -> None:
    talk = Talk(write(FLOWS, domain(SLOTS, say=["utter_done"], more="intents: [go]\n", unasked=["l"])))
    assert "utter_ask_rephrase" not in talk.said(payload)


def test_s2_2_a_value_of_the_wrong_kind_is_refused(write: Write) -> None:
    talk = _talk(write)
    talk.hear("/SetSlots(t=x)")
    assert talk.said("/SetSlots(n=many)") == ("utter_float_slot_rejection", "utter_ask_n")
    talk.hear("/SetSlots(n=1, b=true)")
    assert talk.said("/SetSlots(c=green)") == ("utter_categorical_slot_rejection", "utter_ask_c")


def test_s2_2_a_payload_changes_a_filled_slot_by_a_correction(write: Write) -> None:
    talk = _talk(write)
    talk.hear("/SetSlots(t=x)")
    assert talk.said("/SetSlots(t=y)") == ("utter_corrected_previous_input", "utter_ask_n")
    assert talk.slots["t"] == "y"


def test_s2_2_slots_of_patterns_are_set_by_payload(write: Write) -> None:
    flows = FLOWS.replace("run_pattern_completed: false", "run_pattern_completed: true")
    talk = Talk(write(flows, domain(SLOTS, say=["utter_done"], more="intents: [go]\n", unasked=["l"])))
    talk.hear("start flow f")
    assert talk.said("/SetSlots(t=x, n=1, b=true, c=red)") == ("utter_done", "utter_ask_continue_conversation")
    assert talk.said("/SetSlots(continue_conversation=True)") == ("utter_can_do_something_else",)


def test_s2_2_an_intent_payload_starts_a_flow_and_fills_its_slots(write: Write) -> None:
    talk = Talk(write(FLOWS, domain(SLOTS, say=["utter_done"], more="intents: [go]\n", unasked=["l"])))
    assert talk.said("/go") == ("utter_ask_t",)


def test_s2_3_session_config(write: Write) -> None:
    more = """
    session_config:
      session_expiration_time: 5
      carry_over_slots_to_new_session: false
      start_session_after_expiry: false
    actions:
      - action_a
      - action_b: {send_domain: true}
    """
    flows = "flows:\n  f:\n    description: f\n    steps: [{action: action_a}, {action: action_b}]\n"
    assistant = write(flows, domain(more=more))
    session = assistant.session
    assert (session.expiration_time_min, session.carry_over_slots, session.start_after_expiry) == (5.0, False, False)
    assert set(assistant.actions) == {"action_a", "action_b"}
    assistant = write("flows:\n  f:\n    description: f\n    steps: [{action: utter_x}]\n", domain(say=["utter_x"]))
    session = assistant.session
    assert (session.expiration_time_min, session.carry_over_slots, session.start_after_expiry) == (60.0, True, True)
