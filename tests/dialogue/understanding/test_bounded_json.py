"""JSON that anybody may send: what is refused, and that refusing is all that happens."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.bounded_json import MAX_BYTES, MAX_DEPTH, read_json
from tests.support.log_events import JSON_VALUES

REFUSED = [
    "",
    "{",
    "NaN",
    '{"a": [Infinity]}',
    "-Infinity",
    "1e400",
    "-1e999",
    "1" * 5000,
    "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
    "[" * 60_000,
    '{"a":' * 30 + "1" + "}" * 30,
    '"' + "x" * MAX_BYTES + '"',
    '"' + "é" * (MAX_BYTES // 2) + '"',
    r'"\ud83d"',
    r'{"\udc00": 1}',
    "\ud83d",
]


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: ascii(text[:12]))
def test_refuses(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json raises it, with a text of its own
        read_json(text)


def test_brackets_within_texts_are_no_depth() -> None:
    assert read_json(json.dumps({"a": "[{" * 500, '"[': 1})) == {"a": "[{" * 500, '"[': 1}
    assert read_json("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert read_json(r'"\ud83d\ude97"') == "🚗"


@given(JSON_VALUES)
def test_reads_what_json_writes(value: object) -> None:
    assert read_json(json.dumps(value)) == value


@given(st.text('{}[]",:\\0e9aNu ', max_size=200))
def test_any_text_is_a_value_or_a_value_error(text: str) -> None:
    try:
        value = read_json(text)
    except ValueError:
        return
    json.dumps(value, allow_nan=False)
