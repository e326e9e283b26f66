"""Values of the environment, taken out of what people are told: `${NAME}` stands there instead, as in the file.

Findings quote what cannot be used. Of a variable that would tell whoever may edit the file a secret of the server's:
writing `temperature: ${AWS_SECRET_ACCESS_KEY}` would be enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from flows.errors import Finding

_NAMED: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]{0,200})")
_FILES: Final = ("config", "endpoints", "credentials", "voice")
"""Of an assistant's folder: variables are filled in here, or may be one day."""
_LEAST_CHARACTERS: Final = 3
"""Shorter values are switches and figures, and stand in other words as well."""
_SURELY: Final = 8
"""So much of a value's beginning is taken for it where a message was cut; other words begin alike by chance below."""
_LONGEST_SHOWN: Final = 300


def named_values(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that the folder's settings name, with their values, the longest first."""
    names: set[str] = set()
    for path in (folder / f"{name}{end}" for name in _FILES for end in (".yml", ".yaml")):
        with suppress(OSError):
            names |= set(_NAMED.findall(path.read_text(encoding="utf-8", errors="replace")))
    found = {name: environment[name] for name in names if len(environment.get(name, "")) >= _LEAST_CHARACTERS}
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def without_values(text: str, values: Mapping[str, str]) -> str:
    """Return a text with each value, or the beginning of it at which the text was cut, as its variable."""
    for name, value in values.items():
        cut = min(len(value) - 1, _LONGEST_SHOWN)
        for length in (len(value), *range(cut, _SURELY - 1, -1)):
            told = f"${{{name}}}".replace("\\", "\\\\")
            text = re.sub(re.escape(value[:length]), told, text, flags=re.IGNORECASE)
    return text


def hidden(findings: Iterable[Finding], folder: Path, environment: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return findings that tell no value of the environment."""
    values = named_values(folder, environment)
    return tuple(
        replace(one, message=without_values(one.message, values), suggestion=without_values(one.suggestion, values))
        if values
        else one
        for one in findings
    )
