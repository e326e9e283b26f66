"""The grammar of predicates: its trees, written and read again, and its bounds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.conditions import parse
from flows.errors import PredicateInvalid
from flows.predicates import (
    EMPTY,
    MAX_CHARACTERS,
    MAX_DEPTH,
    Comparison,
    Denied,
    Joined,
    Members,
    Reference,
    Tree,
    Value,
    parse_tree,
    written,
)

COMPATIBILITY_SET = [
    "not slots.x",
    "slots.a and slots.b",
    "slots.x >= 3",
    'slots.user_rating < "3"',
    "slots.end < slots.start",
    "slots.x is 'card'",
    "slots.r == 'a' or slots.r == 'b'",
    'not (slots.card matches "^[0-9]+$")',
    'context.names contains "add a contact"',
    'context.canceled_name = "transfer money"',
    'context.previous_flow_name != "a" and slots.x is not null',
    "False",
    "{'A' 'B'} contains slots.x",
    "slots.x is not empty AND NOT slots.y is undefined",
    r"slots.p matches '(?i)it\'s \d+'",
    "slots.n > -1.5e3 or slots.n = +2",
]


def shape(tree: Tree) -> Any:
    """A tree without its positions."""
    match tree:
        case Reference(root, names, _):
            return root, names
        case Value(value, _):
            return "value", type(value).__name__, value
        case Members(values, _):
            return "members", tuple((type(value).__name__, value) for value in values)
        case Comparison(operator, left, right, _):
            return operator, shape(left), shape(right)
        case Denied(inner, _):
            return "not", shape(inner)
        case Joined(word, parts, _):
            return word, tuple(shape(part) for part in parts)


@pytest.mark.parametrize("text", COMPATIBILITY_SET)
def test_what_is_written_reads_the_same(text: str) -> None:
    tree = parse_tree(text)
    assert shape(parse_tree(written(tree))) == shape(tree)


_NAMES = st.from_regex(r"[a-z_]\w{0,5}(-\w{1,3})?", fullmatch=True)
_LITERALS = (
    st.none() | st.booleans() | st.integers(-(10**16), 10**16) | st.floats(allow_nan=False)
    | st.text("ab 'é\"", max_size=6) | st.just(EMPTY)
)  # fmt: skip
_LEAVES: st.SearchStrategy[Tree] = (
    st.builds(
        Reference,
        st.sampled_from(["slots", "context"]),
        st.lists(_NAMES, min_size=1, max_size=3).map(tuple),
        st.just(0),
    )
    | st.builds(Value, _LITERALS, st.just(0))
    | st.builds(Members, st.lists(_LITERALS, max_size=3).map(tuple), st.just(0))
)
_OPERATORS = st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "contains", "matches"])
_TREES = st.recursive(
    _LEAVES,
    lambda inner: (
        st.builds(Comparison, _OPERATORS, inner, inner, st.just(0))
        | st.builds(Denied, inner, st.just(0))
        | st.builds(
            Joined, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3).map(tuple), st.just(0)
        )
    ),
    max_leaves=8,
)


@settings(max_examples=250, deadline=None)
@given(_TREES)
def test_any_tree_reads_the_same_when_written(tree: Tree) -> None:
    assert shape(parse_tree(written(tree))) == shape(tree)


_PIECES = st.sampled_from(
    [
        "slots.a", "context.b", "slots.", "'x'", '"y', "3", "-4.5", "1e999", "9" * 5_000, "not", "and", "OR", "(", ")",
        "{", "}", ",", "=", "==", "!=", "is", "is not", "<=", "contains", "matches", "'(a+)+$'", "'['", "null", "empty",
        "{{context.x}}", "{{", "{% if %}", "&&", "foo", "\\", "\n", "'it\\'s'", "é", "#",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=12), st.sampled_from([" ", ""]))
def test_nothing_but_the_one_error_is_raised(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    assert _answer_or_position(text) in range(len(text) + 2)


def _answer_or_position(text: str) -> int:
    try:
        return int(parse(text).test({"a": "x"}, {"b": 1, "x": "y"}))
    except PredicateInvalid as error:
        return error.position


@pytest.mark.parametrize("opening", ["(", "not ", "not("])
def test_depth_is_bounded(opening: str) -> None:
    closing = ")" if "(" in opening else ""
    with pytest.raises(PredicateInvalid, match="levels deep"):
        parse_tree(opening * 1_000 + "slots.a" + closing * 1_000)
    fits = MAX_DEPTH // 2
    assert parse(opening * fits + "slots.a" + closing * fits).test({"a": True}, {}) in (True, False)


def test_length_is_bounded() -> None:
    assert parse(" or ".join(["slots.a"] * 1_000)).test({"a": True}, {})
    with pytest.raises(PredicateInvalid, match="longer than"):
        parse("slots.a or " * MAX_CHARACTERS)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["9" * 19_999 + "x", "'" * 19_999, "{" * 19_999, "a." * 9_999, "slots" + ".a" * 9_000])
def test_reading_takes_time_in_proportion_to_the_text(text: str) -> None:
    assert _answer_or_position(text) >= 0


def test_an_exploding_expression_is_a_risk_at_its_place() -> None:
    (risk,) = parse("slots.b or slots.a matches '(a+)+$'").risks
    assert risk.position == 27
    assert parse("slots.a matches '^[0-9]+$'").risks == ()
