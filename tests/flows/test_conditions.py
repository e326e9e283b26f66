"""The predicate language: what holds, what does not, and where errors are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.conditions import all_equal, constant, parse
from flows.errors import PredicateInvalid
from flows.expressions import MAX_MATCHED_CHARACTERS

SLOTS = {
    "yes": True, "no": False, "n": 3, "f": 3.0, "text": "Rasa rocks", "digit": "2", "empty": "", "names": ["A", "B"],
    "none": None, "start": 5, "end": 4, "card": "1234", "kind": "card", "with-dash": 1, "quoted": 'a"b', "o": "O'Brien",
}  # fmt: skip
CONTEXT = {"names": ["add a contact", "x"], "collect": "n", "reason": "r", "deep": {"er": 1}, "bad": "n or true"}


@pytest.mark.parametrize(
    ("predicate", "holds"),
    [
        ("slots.yes", True),
        ("not slots.yes", False),
        ("not slots.missing", True),
        ("slots.yes and slots.no", False),
        ("slots.yes AND NOT slots.no", True),
        ("slots.no or slots.yes", True),
        ("slots.no and slots.no or slots.yes", True),
        ("slots.no and (slots.no or slots.yes)", False),
        ("not slots.n = 4", True),
        ("slots.n >= 3", True),
        ("slots.n > 3", False),
        ("slots.n = slots.f", True),
        ("slots.n == 3", True),
        ("slots.n != 3", False),
        ("slots.n is not 3", False),
        ("slots.end < slots.start", True),
        ('slots.digit < "3"', True),
        ("slots.digit < 3", True),
        ("slots.text < 3", False),
        ("slots.none < 3", False),
        ("slots.yes > 0", False),
        ("slots.n > -1.5", True),
        ("slots.kind is 'card'", True),
        ("slots.kind is 'Card'", False),
        ("slots.kind == 'a' or slots.kind == 'card'", True),
        ("slots.none is null", True),
        ("slots.none is undefined", True),
        ("slots.n is not null", True),
        ("slots.no is null", False),
        ("slots.no is False", True),
        ("slots.yes is true", True),
        ("slots.empty is empty", True),
        ("slots.none is empty", True),
        ("slots.text is not empty", True),
        ("{'card' 'cash'} contains slots.kind", True),
        ("{'card', 'cash'} contains 'cheque'", False),
        ('slots.text contains "Rasa"', True),
        ('slots.text contains "rasa"', False),
        ("slots.names contains 'A'", True),
        ("slots.none contains 'A'", False),
        ('slots.text matches "(?i)RASA"', True),
        ('not (slots.card matches "^[0-9]+$")', False),
        (r'slots.card matches "^\d{4}$"', True),
        ('slots.f matches "^3$"', True),
        ('slots.none matches ".*"', False),
        ('slots.quoted = "a\\"b"', True),
        ("slots.with-dash = 1", True),
        ("context.names contains 'add a contact'", True),
        ("context.reason != 'x' and context.reason = 'r'", True),
        ("context.deep.er = 1", True),
        ("context.deep.er.est is null", True),
        ("slots.{{context.collect}} is not null", True),
        ("slots.{{ context.missing }} is not null", False),
        ("slots.text contains '{{context.reason}}'", True),
        ("slots.o = '{{slots.o}}'", True),
        ('slots.o = "{{slots.o}}"', True),
        ('slots.quoted = "{{slots.quoted}}"', True),
        ("slots.kind = '{{ slots.kind | lower }}'", True),
        ("slots.{{context.bad}}", False),
        ("true", True),
        ("False", False),
    ],
)
def test_holds(predicate: str, holds: bool) -> None:
    assert parse(predicate).test(SLOTS, CONTEXT) is holds


@pytest.mark.parametrize(
    ("predicate", "position", "words"),
    [
        ("", 0, "found the end"),
        ("slots.a >", 9, "found the end"),
        ("slots.a = = 3", 10, "found '='"),
        ("foo = 3", 0, "unknown name 'foo'"),
        ("slots.a and bar", 12, "unknown name 'bar'"),
        ("slots = 3", 0, "must be followed by a name"),
        ("(slots.a", 0, "never closed"),
        ("slots.a)", 7, "was not expected"),
        ("slots.a slots.b", 8, "was not expected"),
        ("slots.a && slots.b", 8, "not part of the predicate language"),
        ("slots.a = 'x", 10, "never closed"),
        ("{'a' slots.b} contains 'a'", 5, "holds literals"),
        ('slots.a matches "(b"', 17, "does not compile"),
        ("slots.a matches 3", 16, "quoted regular expression"),
        ("slots.{{context.x}} && slots.b", 20, "not part of"),
    ],
)
def test_errors_have_exact_positions(predicate: str, position: int, words: str) -> None:
    with pytest.raises(PredicateInvalid) as caught:
        parse(predicate)
    assert caught.value.position == position
    assert words in caught.value.message


def test_what_a_value_says_cannot_change_the_logic() -> None:
    condition = parse("slots.secret = '{{slots.guess}}'")
    assert not condition.test({"secret": "s", "guess": "x' or 's' = 's"}, {})
    filtered = parse("slots.secret = '{{slots.guess | lower}}'")
    assert not filtered.test({"secret": "s", "guess": "x' or 's' = 's"}, {})


def test_long_values_match_up_to_a_limit() -> None:
    condition = parse('slots.a matches "^(a+)+$"')
    assert condition.test({"a": "aaa"}, {})
    assert condition.test({"a": "a" * MAX_MATCHED_CHARACTERS}, {})
    assert not condition.test({"a": "a" * (MAX_MATCHED_CHARACTERS - 1) + "b"}, {})
    assert not condition.test({"a": "a" * (MAX_MATCHED_CHARACTERS + 1)}, {})


def test_constants_and_legacy_conditions() -> None:
    assert parse("False").constant is False
    assert constant(True).test({}, {})
    legacy = all_equal({"a": 1, "b": None})
    assert legacy.test({"a": 1}, {})
    assert not legacy.test({"a": 2}, {})
    assert legacy.slots == {"a", "b"}


def test_slots_read() -> None:
    assert parse("slots.a = 1 and not (slots.b or context.c)").slots == {"a", "b"}


@given(st.text(max_size=60))
def test_any_text_parses_or_says_where_not(text: str) -> None:
    assert _position_or_answer(text) in range(len(text) + 2)


def _position_or_answer(text: str) -> int:
    try:
        return int(parse(text).test(SLOTS, CONTEXT))
    except PredicateInvalid as error:
        return error.position


_VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
)
_OPERATORS = st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "is", "is not", "contains", "matches"])


@given(_OPERATORS, _VALUES, _VALUES)
def test_comparing_any_two_values_never_raises(operator: str, left: object, right: object) -> None:
    assert parse(f"slots.a {operator} slots.b").test({"a": left, "b": right}, {}) in (True, False)
