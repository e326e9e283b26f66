"""A predicate becomes a tree and a predicate again that means the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.conditions import parse
from studio.authoring.condition_builder import ConditionInvalid, choices, read, write

NAMES = st.sampled_from(["a", "b", "c"])
TEXTS = st.text(st.characters(codec="utf-8"), max_size=6).filter(lambda text: not text.endswith("\\"))
LITERALS = st.none() | st.booleans() | st.integers(-99, 99) | st.floats(-99, 99) | TEXTS
WHO = st.one_of(NAMES.map(lambda name: {"slot": name}), NAMES.map(lambda name: {"context": name}))


def compared(who: dict, operator: str, value: Any) -> dict:
    return {**who, "operator": operator, "value": value}


LEAVES = st.one_of(
    WHO.map(lambda who: {**who, "operator": "holds"}),
    st.builds(compared, WHO, st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "contains"]), LITERALS | WHO),
    st.builds(compared, WHO, st.just("in"), st.lists(LITERALS, min_size=1, max_size=3)),
    st.builds(compared, WHO, st.just("="), st.just({"literal": "empty"})),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda tree: {"not": tree}),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: {"any": parts}),
    ),
    max_leaves=8,
)
SLOTS = st.fixed_dictionaries({"a": LITERALS, "b": LITERALS, "c": LITERALS | st.lists(LITERALS, max_size=2)})


@given(TREES, SLOTS, SLOTS)
def test_tree_to_text_to_tree_keeps_the_meaning(tree, slots, context):
    text = write(tree)
    again = read(text)

    assert again["error"] is None
    assert again["parsed"] is not None
    assert parse(write(again["parsed"])).test(slots, context) == parse(text).test(slots, context)
    assert write(again["parsed"]) == text


@pytest.mark.parametrize(
    "text",
    [
        "not slots.x",
        "slots.a and slots.b",
        "slots.x >= 3",
        'slots.user_rating < "3"',
        "slots.end < slots.start",
        "slots.x is 'card'",
        "slots.r == 'a' or slots.r == 'b'",
        'not (slots.card matches "^[0-9]+$")',
        'context.names contains "add a contact"',
        'context.previous_flow_name != "a" and slots.b',
        "{'A' 'B'} contains slots.x",
        "NOT slots.a AND slots.b is not null",
        "slots.a.b = 1",
    ],
)
def test_predicates_of_real_assistants_are_shown(text):
    tree = read(text)["parsed"]

    assert tree is not None
    for value in (None, True, "a", "card", "3", 4, "x"):
        slots = dict.fromkeys(("x", "a", "b", "user_rating", "end", "start", "r", "card"), value)
        assert parse(write(tree)).test(slots, {"names": value}) == parse(text).test(slots, {"names": value})


@pytest.mark.parametrize("text", ["slots.{{context.collect}} is null", "False", "1 < slots.a", "'x' contains slots.a"])
def test_what_the_builder_cannot_show_stays_free_text(text):
    assert read(text) == {"parsed": None, "error": None, "position": None, "hint": ""}


def test_what_is_no_predicate_says_where():
    told = read("slots.a ==")

    assert told["parsed"] is None
    assert told["position"] == 10
    assert "a value or a slot" in told["error"]


@pytest.mark.parametrize(
    "tree",
    [
        None,
        [],
        {},
        {"all": []},
        {"all": {}},
        {"slot": "a"},
        {"slot": "a", "operator": "?", "value": 1},
        {"not": 1},
        {"slot": "a b", "operator": "holds"},
        {"slot": "a) or (slots.b", "operator": "holds"},
        {"slot": "", "operator": "holds"},
        {"slot": "a", "operator": "=", "value": [1]},
        {"slot": "a", "operator": "=", "value": "\\"},
        {"slot": "a", "operator": "matches", "value": "("},
        {"slot": "a", "operator": "=", "value": 1, "more": 2},
    ],
)
def test_a_tree_that_is_no_condition_is_refused(tree):
    with pytest.raises(ConditionInvalid):
        write(tree)


def test_a_deep_tree_is_refused():
    tree: dict = {"slot": "a", "operator": "holds"}
    for _ in range(500):
        tree = {"not": tree}
    with pytest.raises(ConditionInvalid, match="deep"):
        write(tree)


def test_the_legal_values_of_a_slot():
    assert choices({"type": "bool"})["values"] == [True, False, None]
    assert choices({"type": "categorical", "values": ["a", 2]})["values"] == ["a", "2", None]
    assert choices({"type": "text"})["values"] is None
