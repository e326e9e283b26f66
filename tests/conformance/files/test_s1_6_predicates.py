"""§1.6 the predicate language as flows ask it at run time; the compatibility set first."""

from __future__ import annotations

import asyncio

import pytest

from flows.commands import Json
from flows.errors import AssistantInvalid
from tests.conformance.assistant import Talk
from tests.conformance.conftest import Write
from tests.conformance.files.domains import domain

SLOTS = {
    "t": "text",
    "u": "text",
    "b": "bool",
    "c": "{type: categorical, values: [card, Cash, transfer]}",
    "n": "float",
    "m": "float",
    "l": "{type: list, mappings: [{type: controlled}]}",
    "anything": "any",
}
FLOW = """
flows:
  f:
    description: asks a predicate
    run_pattern_completed: false
    steps:
      - noop: true
        next:
          - if: {predicate}
            then: [{{action: utter_yes, next: END}}]
          - else: [{{action: utter_no, next: END}}]
"""
DOMAIN = domain(SLOTS, say=["utter_yes", "utter_no"], unasked=list(SLOTS))

CASES: list[tuple[str, dict[str, Json], bool]] = [
    # the compatibility set
    ("not slots.t", {}, True),
    ("not slots.t", {"t": "x"}, False),
    ("not slots.t", {"t": ""}, True),
    ("slots.t and slots.u", {"t": "x"}, False),
    ("slots.t and slots.u", {"t": "x", "u": "y"}, True),
    ("slots.n >= 3", {"n": 3}, True),
    ("slots.n >= 3", {"n": 2.99}, False),
    ("slots.n >= 3", {}, False),
    ('slots.t < "3"', {"t": "2"}, True),
    ('slots.t < "3"', {"t": "4"}, False),
    ("slots.n < slots.m", {"n": 1, "m": 2}, True),
    ("slots.t < slots.u", {"t": "2024-01-01", "u": "2024-02-01"}, True),
    ("slots.u < slots.t", {"t": "2024-01-01", "u": "2024-02-01"}, False),
    ("slots.c is 'card'", {"c": "card"}, True),
    ("slots.c is 'card'", {"c": "transfer"}, False),
    ("slots.t == 'a' or slots.t == 'b'", {"t": "b"}, True),
    ("slots.t == 'a' or slots.t == 'b'", {"t": "c"}, False),
    ('not (slots.t matches "^[0-9]+$")', {"t": "12a"}, True),
    ('not (slots.t matches "^[0-9]+$")', {"t": "123"}, False),
    ("False", {}, False),
    ("True", {}, True),
    # operators
    ("slots.n > 3", {"n": 3}, False),
    ("slots.n < 3", {"n": 2}, True),
    ("slots.n <= 3", {"n": 3}, True),
    ("slots.n = 3", {"n": 3.0}, True),
    ("slots.n == 3.0", {"n": 3}, True),
    ("slots.n != 3", {"n": 3}, False),
    ("slots.n is not 3", {"n": 4}, True),
    ("slots.t is not null", {"t": "x"}, True),
    ("slots.t is not null", {}, False),
    ("slots.t IS NOT NULL", {"t": "x"}, True),
    ("slots.t != 'x'", {}, True),
    ("slots.b is null", {}, True),
    ("slots.b is null", {"b": False}, False),
    ("slots.b is undefined", {}, True),
    ("slots.b = true", {"b": True}, True),
    ("slots.b = True", {"b": True}, True),
    ("slots.b == FALSE", {"b": False}, True),
    ("slots.b is false", {}, False),
    ("slots.b", {"b": True}, True),
    ("slots.b", {"b": False}, False),
    ("not slots.b", {}, True),
    ("slots.n", {"n": 0}, False),
    ("slots.l is empty", {"l": []}, True),
    ("slots.l is empty", {"l": [1]}, False),
    ("slots.t is empty", {}, True),
    ("{'A' 'B'} contains slots.t", {"t": "A"}, True),
    ("{'A' 'B'} contains slots.t", {"t": "a"}, False),
    ("{'A', 'B'} contains slots.t", {"t": "B"}, True),
    ("{1 2 3} contains slots.n", {"n": 2.0}, True),
    ("{'A' 'B'} contains slots.t", {}, False),
    ('slots.t contains "Rasa"', {"t": "I know Rasa well"}, True),
    ('slots.t contains "Rasa"', {"t": "i know rasa"}, False),
    ('slots.t contains "x"', {}, False),
    ("slots.l contains 'x'", {"l": ["x", "y"]}, True),
    ("slots.l contains 'z'", {"l": ["x", "y"]}, False),
    ('slots.t matches "(?i)^yes"', {"t": "YES please"}, True),
    ('slots.t matches "^\\\\d{3}$"', {"t": "123"}, True),
    ('slots.t matches "^\\\\d{3}$"', {"t": "1234"}, False),
    ('slots.t matches "b"', {"t": "abc"}, True),
    ('slots.t matches "b"', {}, False),
    # joining
    ("slots.t = 'x' AND slots.n > 1", {"t": "x", "n": 2}, True),
    ("slots.t = 'x' OR slots.n > 1", {"n": 2}, True),
    ("NOT slots.t", {}, True),
    ("not slots.b and slots.n > 1", {"n": 2}, True),
    ("not slots.n > 1", {"n": 2}, False),
    ("not slots.n > 1 and slots.b", {"n": 2, "b": True}, False),
    ("slots.b or slots.n > 1 and slots.t", {"b": True}, True),
    ("(slots.b or slots.n > 1) and slots.t", {"b": True}, False),
    ("not (slots.b or slots.t)", {}, True),
    ("((slots.n > 1))", {"n": 2}, True),
    ('slots.t = "don\'t"', {"t": "don't"}, True),
    ("slots.n = -5", {"n": -5}, True),
    ("slots.n > -1.5", {"n": -1}, True),
    ("slots.n >= 1e3", {"n": 1000}, True),
]


@pytest.mark.parametrize(("predicate", "slots", "holds"), CASES)
def test_s1_6_predicates_at_run_time(write: Write, predicate: str, slots: dict[str, Json], holds: bool) -> None:
    quoted = "'" + predicate.replace("'", "''").replace("\\\\", "\\") + "'"
    talk = Talk(write(FLOW.format(predicate=quoted), DOMAIN))
    asyncio.run(talk.conversation.set_slots(slots))
    assert talk.said("start flow f") == ("utter_yes" if holds else "utter_no",)


def test_s1_6_folded_predicates_over_several_lines(write: Write) -> None:
    predicate = ">\n              slots.t = 'x'\n              and slots.n > 1"
    talk = Talk(write(FLOW.format(predicate=predicate), DOMAIN))
    asyncio.run(talk.conversation.set_slots({"t": "x", "n": 2}))
    assert talk.said("start flow f") == ("utter_yes",)


@pytest.mark.parametrize(
    ("predicate", "holds"),
    [
        ('"slots.{{slots.t}} is not null"', False),
        ('"slots.{{slots.u}} is not null"', True),
        ("\"'{{slots.t}}' = 'n'\"", True),
        ("\"slots.t = '{{slots.t}}'\"", True),
        ("\"slots.t = '{{ slots.u }}'\"", False),
        ('"{{ slots.m }} > 5"', True),
        ("\"'{{ slots.t | upper }}' = 'N'\"", True),
        ("\"'{% if slots.m > 5 %}big{% else %}small{% endif %}' = 'big'\"", True),
    ],
)
def test_s1_6_jinja_is_rendered_first(write: Write, predicate: str, holds: bool) -> None:
    talk = Talk(write(FLOW.format(predicate=predicate), DOMAIN))
    asyncio.run(talk.conversation.set_slots({"t": "n", "u": "m", "m": 6}))
    assert talk.said("start flow f") == ("utter_yes" if holds else "utter_no",)


@pytest.mark.parametrize(
    "hostile", ["' or '1' = '1", "x' or not slots.t or 'y", "\\' or 1 = 1", "{{ 7 * 7 }}", "'" * 99]
)
def test_s1_6_a_value_in_a_quoted_literal_stays_a_value(write: Write, hostile: str) -> None:
    predicate = "\"'{{slots.t}}' = 'no such thing'\""
    talk = Talk(write(FLOW.format(predicate=predicate), DOMAIN))
    asyncio.run(talk.conversation.set_slots({"t": hostile}))
    assert talk.said("start flow f") == ("utter_no",)


def test_s8_files_jinja_inside_a_quoted_literal_keeps_any_name(write: Write) -> None:
    """A flow called "Bob's car" is still itself."""
    flows = """
    flows:
      f:
        name: Bob's car
        description: a flow
        steps: [{action: utter_yes}]
      pattern_completed:
        description: done
        steps:
          - noop: true
            next:
              - if: "'{{context.previous_flow_name}}' contains 'car'"
                then: [{action: utter_yes, next: END}]
              - else: [{action: utter_no, next: END}]
    """
    talk = Talk(write(flows, DOMAIN))
    assert talk.said("start flow f") == ("utter_yes", "utter_yes")


@pytest.mark.parametrize(
    ("predicate", "holds"),
    [
        ('context.previous_flow_name = "rent a car"', True),
        ('context.previous_flow_name != "a" and context.previous_flow_name != "b"', True),
        ('context.previous_flow_name = "rent"', False),
        ("context.previous_flow_name contains 'car'", True),
        ("not context.previous_flow_name", False),
        ("context.nothing", False),
        ("context.nothing.deeper is null", True),
    ],
)
def test_s1_7_context_in_pattern_completed(write: Write, predicate: str, holds: bool) -> None:
    flows = f"""
    flows:
      f:
        name: rent a car
        description: a flow
        steps: [{{action: utter_yes}}]
      pattern_completed:
        description: done
        steps:
          - noop: true
            next:
              - if: '{predicate.replace("'", "''")}'
                then: [{{action: utter_yes, next: END}}]
              - else: [{{action: utter_no, next: END}}]
    """
    talk = Talk(write(flows, DOMAIN))
    assert talk.said("start flow f")[1:] == ("utter_yes" if holds else "utter_no",)


def test_s1_7_names_of_a_clarification(write: Write) -> None:
    flows = """
    flows:
      add:
        name: add a contact
        description: add
        steps: [{action: utter_yes}]
      remove:
        name: remove a contact
        description: remove
        steps: [{action: utter_yes}]
      pattern_clarification:
        description: which
        steps:
          - noop: true
            next:
              - if: context.names contains "add a contact"
                then: [{action: utter_yes, next: END}]
              - else: [{action: utter_no, next: END}]
    """
    talk = Talk(write(flows, DOMAIN))
    assert talk.said("disambiguate flows add remove") == ("utter_yes",)


def test_s1_7_canceled_name(write: Write) -> None:
    flows = """
    flows:
      send:
        name: transfer money
        description: send
        steps: [{collect: t}]
      pattern_cancel_flow:
        description: cancel
        steps:
          - action: action_cancel_flow
            next:
              - if: context.canceled_name = "transfer money"
                then: [{action: utter_yes, next: END}]
              - else: [{action: utter_no, next: END}]
    """
    talk = Talk(write(flows, domain({"t": "text"}, say=["utter_yes", "utter_no"])))
    talk.hear("start flow send")
    assert talk.said("cancel flow") == ("utter_yes",)


@pytest.mark.parametrize(
    "predicate",
    [
        "slots.t =",
        "slots.t = 'x",
        "slots.nothing = 1",
        "t = 'x'",
        "slots.t && slots.u",
        "(slots.t",
        "and",
        "",
        "slots.t matches '('",
        "slots.b = 'maybe'",
        "slots.c = 'cheque'",
    ],
)
def test_s1_8_predicates_parse_and_name_what_exists(write: Write, predicate: str) -> None:
    with pytest.raises(AssistantInvalid):
        write(FLOW.format(predicate="'" + predicate.replace("'", "''") + "'"), DOMAIN)


@pytest.mark.parametrize(
    "predicate", ["slots.c = 'card'", "slots.c = 'Cash'", "slots.b = true", "slots.b is null", "slots.c is null"]
)
def test_s1_8_legal_values_are_legal(write: Write, predicate: str) -> None:
    write(FLOW.format(predicate='"' + predicate + '"'), DOMAIN)


@pytest.mark.parametrize("pattern", ["(?i)URGENT", "^[^0-9]+$", "urgent$"])
def test_s1_6_long_values_match_as_short_ones_do(write: Write, pattern: str) -> None:
    predicate = f"'slots.t matches \"{pattern}\"'"
    talk = Talk(write(FLOW.format(predicate=predicate), DOMAIN))
    asyncio.run(talk.conversation.set_slots({"t": "long words " * 200 + "urgent"}))
    assert talk.said("start flow f") == ("utter_yes",)
