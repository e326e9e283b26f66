"""How an assistant's author writes a code: "such as AB-1234" wants the hyphen that nobody says. Pure."""

from __future__ import annotations

import re
from typing import Final

_LEAD_IN: Final = r"\b(?:such as|like|for example|for instance|e\.g\.|eg|looks like|format)[:,]?\s+['\"“]?"
EXAMPLE: Final = re.compile(
    _LEAD_IN + r"(?P<code>[A-Za-z]*\d?[A-Za-z\d]*\d[A-Za-z\d-]*(?: (?=[A-Za-z\d]*\d)[A-Za-z\d]+)*)",
)
_HYPHENED: Final = re.compile(_LEAD_IN + r"(?P<code>[A-Za-z\d]+(?:-[A-Za-z\d]+)+)\b")


def as_example(code: str, description: str) -> str:
    """Return a code with the hyphens of its author's example, where its letters and figures stand as they do there."""
    found = _HYPHENED.search(description)
    if found is None or not any(map(str.isdigit, found["code"])):
        return code
    example, bare = found["code"], code.replace("-", "")
    if _classes(bare) != _classes(example.replace("-", "")):
        return code
    rest = iter(bare)
    return "".join("-" if character == "-" else next(rest) for character in example)


def _classes(code: str) -> str:
    return "".join("9" if character.isdigit() else "a" if character.isalpha() else character for character in code)
