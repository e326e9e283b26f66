"""Hostile and enormous input at run time: a clear answer each time, and a conversation that goes on."""

from __future__ import annotations

import asyncio
import json
import math

import pytest

from dialogue.replay import replay
from dialogue.serialization import event_from_json, event_to_json
from dialogue.turn import Said, Understood, UserTurn
from dialogue.understanding.parsing import parse_commands
from flows.commands import Json, SetSlot, StartFlow
from flows.errors import AssistantInvalid
from tests.conformance.assistant import Talk, slot
from tests.conformance.conftest import Write
from tests.conformance.files.domains import domain

FLOWS = """
flows:
  f:
    name: rent a car
    description: asks
    run_pattern_completed: false
    nlu_trigger: [{intent: go}]
    steps:
      - collect: x
        rejections:
          - if: slots.x matches "^never$"
            utter: utter_no
          - if: "'{{slots.x}}' = 'forbidden'"
            utter: utter_no
      - action: utter_echo
      - action: utter_jinja
      - collect: y
"""
ECHO = """
utter_echo: [{text: "[{x}]"}]
utter_jinja: [{text: "<{{slots.x}}>", metadata: {template: jinja}}]
"""
SLOTS = {"x": "text", "y": "text"}
HOSTILE = [
    "{{ 7 * 7 }}",
    "{% for i in range(10**9) %}x{% endfor %}",
    "{x}{y}{slots}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ slots.__class__ }}",
    "{%",
    "{{",
    "}}{{",
    "'; drop table slots; --",
    "' or '1'='1",
    "\\' or \\'",
    "\x00\x01\x02",
    "\u202eabc\u202c",
    "مرحبا بالعالم",
    "שלום",
    "🚗🏳️‍🌈👩‍👩‍👧‍👦",
    "é" * 500,
    "\ud83d\ude97".encode("utf-16", "surrogatepass").decode("utf-16"),
    "line one\nline two\r\nline three",
    "</script><b>",
    "/restart",
    "/SetSlots(y=1)",
    "start flow f",
    "None of these",
    "%s %d %(a)s",
    "$(rm -rf /)",
    "../../etc/passwd",
    '{"a": [1, 2, {"b": null}]}',
]


def _talk(write: Write, kind: str = "text") -> Talk:
    text = domain({"x": kind, "y": "text"}, say=["utter_no"], responses=ECHO, more="intents: [go]\n")
    talk = Talk(write(FLOWS, text))
    talk.hear("start flow f")
    return talk


@pytest.mark.parametrize("value", HOSTILE, ids=[str(number) for number in range(len(HOSTILE))])
def test_hostile_values_come_back_as_they_are(write: Write, value: str) -> None:
    talk = _talk(write)
    turn = talk.give(SetSlot("x", value))
    assert turn.texts == (f"[{value}]", f"<{value}>", "utter_ask_y")
    assert talk.slots["x"] == value
    assert talk.asks == "y"


@pytest.mark.parametrize("kind", ["text", "any", "bool", "float", "{type: categorical, values: [a, b]}"])
def test_a_value_of_100_000_characters(write: Write, kind: str) -> None:
    flows = FLOWS.replace("      - action: utter_jinja\n", "")
    text = domain({"x": kind, "y": "text"}, say=["utter_no"], responses=ECHO.split("utter_jinja")[0])
    talk = Talk(write(flows, text))
    talk.hear("start flow f")
    try:
        talk.give(SetSlot("x", "word " * 20_000))
    except AssertionError:  # the refusal that would say the value back grows too long
        assert [problem.code for problem in talk.faults] == ["template-failed"]
    talk.faults.clear()
    assert talk.asks in ("x", "y")
    talk.hear("cancel flow")
    assert talk.stack == ()


def test_a_jinja_text_that_grows_too_long_apologises(write: Write) -> None:
    talk = _talk(write)
    problems = talk.faults
    with pytest.raises(AssertionError):  # the driver expects no fault
        talk.give(SetSlot("x", "word " * 20_000))
    assert [problem.code for problem in problems] == ["template-failed"]
    problems.clear()
    assert talk.asks == "y"
    assert talk.said("cancel flow")[0] == "utter_flow_cancelled_rasa"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("value", ["a" * 5000 + "!", "a" * 999 + "!", "a" * 30 + "!", "aaaa!"])
@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|aa)+$", "(.*a){25}$", "^(a*)*b$", "^((a|a)+)+$"])
def test_exploding_regular_expressions_return(write: Write, pattern: str, value: str) -> None:
    text = domain(SLOTS, say=["utter_no"], responses=ECHO, more="intents: [go]\n")
    try:
        talk = Talk(write(FLOWS.replace("^never$", pattern), text))
    except AssistantInvalid:
        return  # refused at load: as good
    talk.hear("start flow f")
    turn = talk.give(SetSlot("x", value))
    assert turn.said[-1] in ("utter_ask_x", "utter_ask_y")


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        -math.inf,
        10**400,
        -(10**400),
        True,
        [],
        {},
        [[[[1]]]],
        {"a": {"b": [1, None]}},
        "NaN",
        "1e400",
        "",
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["text", "any", "bool", "float", "{type: categorical, values: [a, b]}"])
def test_values_of_odd_kinds_from_a_model(write: Write, kind: str, value: Json) -> None:
    talk = _talk(write, kind)
    turn = talk.give(SetSlot("x", value))
    assert not turn.is_over
    for event in talk.conversation.events:
        text = json.dumps(event_to_json(event), allow_nan=False)
        assert event_from_json(json.loads(text)) is not None
    talk.hear("cancel flow")
    assert talk.stack == ()


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, 10**400, [], {}, [[1]], {"a": None}, "", "x" * 100_000], ids=lambda v: str(v)[:10]
)
@pytest.mark.parametrize("kind", ["text", "bool", "float", "{type: categorical, values: [a, b]}"])
def test_values_of_odd_kinds_from_an_action(write: Write, kind: str, value: Json) -> None:
    flows = FLOWS.replace("      - collect: x\n", "      - action: action_x\n      - collect: x\n").replace(
        "      - action: utter_jinja\n", ""
    )
    text = domain(
        {"x": kind, "y": "text"}, say=["utter_no"], responses=ECHO.split("utter_jinja")[0], actions=["action_x"]
    )
    talk = Talk(write(flows, text), {"action_x": [slot("x", value)]})
    turn = talk.hear("start flow f")
    assert turn.said[-1] in ("utter_ask_x", "utter_ask_y")
    talk.hear("cancel flow")
    assert talk.stack == ()


def test_unknown_flows_slots_and_options(write: Write) -> None:
    talk = _talk(write)
    for line in ("start flow nothing", "set slot nothing 1", "disambiguate flows a b c", "SetSlot(x)", "StartFlow()"):
        turn = talk.give(*parse_commands(line), text=line)
        assert turn.said, line
        assert talk.asks == "x", line


def test_one_thousand_commands_in_a_turn(write: Write) -> None:
    talk = _talk(write)
    turn = talk.give(*[SetSlot("x", str(number)) for number in range(1000)])
    assert turn.texts[0] == "[999]"
    turn = talk.give(*[StartFlow("f")] * 1000)
    assert turn.said == ("utter_ask_y",)


def test_one_thousand_turns(write: Write) -> None:
    """Beside the driver, which replays the whole log behind every turn."""
    conversation = _talk(write).conversation

    async def turns() -> None:
        for number in range(250):
            for line, said in [
                (f"set slot x {number}", "utter_ask_y"),
                ("offtopic reply", "utter_ask_y"),
                ("cancel flow", "utter_flow_cancelled_rasa"),
                ("start flow f", "utter_ask_x"),
            ]:
                understood = Understood(UserTurn(line), parse_commands(line), "recorded")
                outputs = [output async for output in conversation.commit(understood)]
                assert [output.response for output in outputs if isinstance(output, Said)][-1] == said

    asyncio.run(turns())
    assert len(conversation.state.stack) == 2
    assert conversation.state.slots["x"] is None
    assert replay(conversation.events, conversation.assistant) == conversation.state


def test_flows_interrupted_fifty_deep(write: Write) -> None:
    flows = "flows:\n" + "".join(
        f"  f{number}:\n    name: flow {number}\n    description: does {number}\n    steps: [{{collect: s{number}}}]\n"
        for number in range(50)
    )
    talk = Talk(write(flows, domain({f"s{number}": "text" for number in range(50)})))
    for number in range(50):
        assert talk.said(f"start flow f{number}") == (f"utter_ask_s{number}",)
    for _ in range(50):
        talk.hear("cancel flow")
    assert talk.user_stack == ()


def test_a_fork_of_calls_that_doubles_at_each_level_is_bounded(write: Write) -> None:
    flows = "flows:\n" + "".join(
        f"  f{n}:\n    description: does {n}\n    steps: [{{call: f{n + 1}}}, {{call: f{n + 1}}}]\n" for n in range(20)
    )
    flows += "  f20:\n    description: last\n    steps: [{action: utter_x}]\n"
    talk = Talk(write(flows, domain(say=["utter_x"])))
    turn = talk.hear("start flow f0")
    assert "utter_internal_error_rasa" in turn.said
    assert len(turn.said) < 1100
    assert talk.user_stack == ()


LOOPING = """
flows:
  f:
    description: loops by way of an action
    run_pattern_completed: false
    steps:
      - id: again
        action: action_x
        next:
          - if: slots.n > 3
            then: END
          - else: again
"""
N = {"n": "{type: float, mappings: [{type: controlled}]}"}


def test_a_loop_that_a_custom_action_ends(write: Write) -> None:
    talk = Talk(
        write(LOOPING, domain(N, actions=["action_x"], unasked=["n"])),
        {"action_x": lambda tracker: [slot("n", (tracker["slots"]["n"] or 0) + 1)]},
    )
    turn = talk.hear("start flow f")
    assert turn.ran == ("action_x",) * 4
    assert talk.stack == ()


def test_an_action_that_never_ends_its_loop_is_cut_off(write: Write) -> None:
    talk = Talk(write(LOOPING, domain(N, actions=["action_x"], unasked=["n"])), {"action_x": ()})
    turn = talk.hear("start flow f")
    assert "utter_internal_error_rasa" in turn.said
    assert len(turn.ran) <= 1000
    assert talk.user_stack == ()


def test_flows_that_link_to_each_other_for_ever_are_cut_off(write: Write) -> None:
    flows = """
    flows:
      f:
        description: one
        steps: [{action: utter_x}, {link: g}]
      g:
        description: two
        steps: [{link: f}]
    """
    talk = Talk(write(flows, domain({"t": "text"}, say=["utter_x"], unasked=["t"])))
    turn = talk.hear("start flow f")
    assert "utter_internal_error_rasa" in turn.said
    assert len(turn.said) <= 1000
    assert talk.user_stack == ()


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in range(99999999) %}x{% endfor %}",
        "{{ 'x' * 99999999 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ slots.missing.deeper }}",
        "{{ undefined_name.attribute }}",
        "{{ 1 / 0 }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ slots.x | replace('', 'x' * 9999) }}",
        "{{ range(99999) | join('x' * 999) }}",
        "{{ 'x' | indent(99999999) }}",
        "{{ '%99999999d' | format(1) }}",
        "{{ '{:99999999}'.format(1) }}",
        "{% set ns = namespace(a='x') %}{% for i in range(60) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}{{ ns.a }}",
        "{{ [1] * 99999999 }}",
        "{{ ('x' * 9000) | wordwrap(1) }}",
        "{{ lipsum(9999) }}",
        "{{ cycler }}{{ joiner }}",
        "{% include 'x' %}",
        "{% import 'os' as os %}",
    ],
)
def test_hostile_templates_in_responses(write: Write, template: str) -> None:
    own = f"utter_x: [{{text: {json.dumps(template)}, metadata: {{template: jinja}}}}]"
    flows = "flows:\n  f:\n    description: f\n    steps: [{action: utter_x}, {collect: t}]\n"
    try:
        talk = Talk(write(flows, domain({"t": "text", "x": "text"}, responses=own, unasked=["x"])))
    except AssistantInvalid:
        return  # refused at load: as good
    try:
        talk.hear("start flow f")
    except AssertionError:
        assert [problem.code for problem in talk.faults] == ["template-failed"]
    talk.faults.clear()
    assert talk.asks == "t"
    assert len(json.dumps([str(event) for event in talk.conversation.events])) < 100_000
    assert talk.said("cancel flow")[0] == "utter_flow_cancelled_rasa"


def test_fixtures_of_unknown_slots_do_no_harm(write: Write) -> None:
    talk = _talk(write)
    asyncio.run(talk.conversation.set_slots({"no_such_slot": 1, "y": {"deep": [None]}}))
    assert talk.said("set slot x 1")[-1] != "utter_internal_error_rasa"
