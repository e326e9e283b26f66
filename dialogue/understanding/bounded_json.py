"""JSON that anybody may send: bounded in size and depth, and nothing that our own log could not write again."""

from __future__ import annotations

import json
import math
import re
from typing import Final, NoReturn

from flows.commands import Json

MAX_BYTES: Final = 64 * 1024
"""Far more than any button or form carries."""
MAX_DEPTH: Final = 20
"""Lists and objects within each other."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


def read_json(text: str) -> Json:
    """Read JSON.

    Raises:
        ValueError: it is no JSON, larger than MAX_BYTES, deeper than MAX_DEPTH, or holds NaN, an infinity, or half of
            a surrogate pair.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8")) > MAX_BYTES:
        raise ValueError(f"more than {MAX_BYTES} bytes")
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += 1 if token[0] in "[{" else -1 if token[0] in "]}" else 0
        if depth > MAX_DEPTH:
            raise ValueError(f"nested deeper than {MAX_DEPTH}")
    value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    if "\\u" in text:
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # raises for half a surrogate pair
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _finite(written: str) -> float:
    value = float(written)
    if not math.isfinite(value):
        raise ValueError(f"{written} is out of range")
    return value
