"""Expressions over a tool's result: what they give, and that nothing in them runs or grows without end."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.commands import Json
from flows.result_expressions import ExpressionFailed, bare, evaluated, expression_error

RESULT: dict[str, Any] = {
    "content": [{"type": "text", "text": "it is 12.5"}, {"type": "text", "text": "more"}],
    "structuredContent": {
        "price": 12.5,
        "ok": True,
        "items": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
        "nothing": None,
        "long": "x" * 100_000,
    },
}
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("result.structuredContent.price", 12.5),
        ("result.structuredContent['ok']", True),
        ("result.structuredContent.nothing", None),
        ("result.structuredContent.gone.deeper[3].still", None),
        ("result.nothing_at_all", None),
        ("result.content", RESULT["content"]),
        ("result", RESULT),
        ("result.content[0].text", "it is 12.5"),
        ("result.content | length", 2),
        ("result.content[0].text.split(' ')[-1] | float", 12.5),
        ("result.structuredContent.items", RESULT["structuredContent"]["items"]),
        ("result.structuredContent.items | map(attribute='name')", ["a", "b"]),
        ("result.structuredContent.items | map(attribute='name') | join(', ')", "a, b"),
        ("result.structuredContent.items | join(' or ', attribute='name')", "a or b"),
        ("result.structuredContent.items | selectattr('id', 'gt', 1) | map(attribute='id') | list", [2]),
        ("result.structuredContent.items | sum(attribute='id')", 3),
        ("result.structuredContent.price * 2 + 1", 26.0),
        ("result.structuredContent.price | round | int", 12),
        ("'yes' if result.structuredContent.ok else 'no'", "yes"),
        ("result.structuredContent.gone or 'unknown'", "unknown"),
        ("result.structuredContent.gone | default('none')", "none"),
        ("result.structuredContent.gone is defined", False),
        ("'price' in result.structuredContent", True),
        ("result.content[0].text.replace('it', 'that')", "that is 12.5"),
        ("'-'.join(['a', 'b'])", "a-b"),
        ("{'a': (1, 2)}", {"a": [1, 2]}),
        ("result.content[0].type ~ '!'", "text!"),
        ("result.structuredContent.keys() | list | first", "price"),
        ("[3, 1, 2] | sort(reverse=true)", [3, 2, 1]),
    ],
)
def test_values(expression: str, value: Json) -> None:
    assert expression_error(expression) is None
    assert evaluated(expression, RESULT) == value


@pytest.mark.parametrize(
    "expression",
    [
        "result.structuredContent.price / 0",
        "result.structuredContent.price + 'x'",
        "result.structuredContent.gone + 1",
        "result()",
        "result.content.append(1)",
        "result.structuredContent.update({})",
        "result.structuredContent.items[0].__class__()",
        "'x'.__class__.__mro__[1].__subclasses__()",
        "result.structuredContent.long * 1000",
        "[1] * 10000000",
        "9 ** 999999999",
        "'%999999999d' % 1",
        "'x'.center(999999999)",
        "'{:>999999999}'.format(1)",
        "(5).to_bytes(999999999, 'big')",
        "1.5 | round(999999999, 'ceil')",
        "result.structuredContent.long.replace('x', result.structuredContent.long)",
        "result.structuredContent.long | replace('x', result.structuredContent.long)",
        "result.structuredContent.long.join(result.structuredContent.long)",
        "result.structuredContent.long | join(result.structuredContent.long)",
        "result.structuredContent.long | list | sum(start='')",
        "[[1]] | sum(start=[])",
        "result.structuredContent.items.pop()",
        "['x'.upper]",
        "1e308 * 10",
        "'x'.encode()",
        "range(5)",
        "lipsum(999)",
    ],
)
def test_what_gives_no_value(expression: str) -> None:
    with pytest.raises(ExpressionFailed):
        evaluated(expression, RESULT)


@pytest.mark.parametrize(
    "text",
    [
        "result[",
        "",
        "result.a }}{{ result.b",
        "result | random",
        "result | nothing",
        "result is nothing",
        "{% for x in result %}{% endfor %}",
        "(" * 400 + "1" + ")" * 400 + "[",
        "not " * 480 + "1",
        "-" * 1_999 + "1",
        "x" * 2_001,
        "'a' ~ " * 2_000 + "'b'",
    ],
)
def test_what_is_no_expression(text: str) -> None:
    assert expression_error(text)
    with pytest.raises(ExpressionFailed):
        evaluated(text, RESULT)


def test_one_list_in_many_places_counts_each_time() -> None:
    doubled = "[result, result]"
    for _ in range(5):
        doubled = f"[{doubled}, {doubled}]"
    with pytest.raises(ExpressionFailed, match="too large"):
        evaluated(doubled, {"content": "x" * 100_000})


def test_depth_is_bounded() -> None:
    value: Json = 1
    for _ in range(200):
        value = [value]
    with pytest.raises(ExpressionFailed, match="nested deeper"):
        evaluated("result.a", {"a": value})


@pytest.mark.parametrize(
    ("text", "inner"), [("{{ result.a }}", "result.a"), (" result.a ", "result.a"), ("{{a}}{{b}}", "{{a}}{{b}}")]
)
def test_braces_around_an_expression(text: str, inner: str) -> None:
    assert bare(text) == inner


@given(JSON_VALUES, st.text(max_size=30))
def test_any_result_and_any_expression(value: Json, text: str) -> None:
    assert evaluated("result.a", {"a": value}) == value
    for expression in (text, f"result.{text}", f"result.a | {text}"):
        try:
            given_back = evaluated(expression, {"a": value})
        except ExpressionFailed:
            continue
        json.dumps(given_back, allow_nan=False)
        assert evaluated(expression, {"a": value}) == given_back
