"""Texts with placeholders: `{slot}`, or Jinja in a sandbox whose work and output are bounded (`flows/sandbox.py`).

Templates belong to the assistant's designer, and values in them come from callers. So a value is never read as a
template; and a template can reach no Python internals and write no more than `MAX_CHARACTERS`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateError

from dialogue.errors import TemplateFailed
from dialogue.read_back import FILTERS
from flows.commands import Json
from flows.sandbox import MAX_CHARACTERS, Sandbox, scope_of

__all__ = ["MAX_CHARACTERS", "Values", "interpolate", "printed", "printed_in_jinja", "render_jinja"]

EXACT_INTEGERS = 1e15
"""Below this every integral float prints as the integer that it is."""

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}\n]+)\}")


@dataclass(frozen=True, slots=True)
class Values:
    """What a text may refer to: slots, the context of the active frame, and arguments given with the response."""

    slots: Mapping[str, Json] = field(default_factory=dict)
    context: Mapping[str, Json] = field(default_factory=dict)
    arguments: Mapping[str, Json] = field(default_factory=dict)


def printed(value: Json) -> str:
    """Return how a value is said: an integral float without its `.0`, anything else as Python writes it."""
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_INTEGERS:
        return str(int(value))
    return str(value)


def interpolate(text: str, values: Values) -> str:
    """Fill in `{slot}` and `{argument}`; an unset slot prints `None`, an unknown name stays as it stands.

    `{{` and `}}` are literal braces, so that payloads such as `/inform{{"name": "{name}"}}` can be written.
    """

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return found[0][0]
        for scope in (values.arguments, values.slots):
            if name in scope:
                return printed(scope[name])
        return found[0]

    return _PLACEHOLDER.sub(fill, text)


def render_jinja(text: str, values: Values) -> str:
    """Render a Jinja text over `slots.`, `context.` and the arguments by name.

    Raises:
        TemplateFailed: it does not parse, refers to what is not there, or exceeds its limits.
    """
    scope = scope_of({**values.arguments, "slots": values.slots, "context": values.context})
    try:
        pieces: list[str] = []
        length = 0
        for piece in _compiled(text).generate(scope):
            pieces.append(piece)
            length += len(piece)
            if length > MAX_CHARACTERS:
                raise TemplateFailed(f"a text grows beyond {MAX_CHARACTERS} characters: {text[:80]!r}")
        return "".join(pieces)
    except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as problem:
        raise TemplateFailed(f"cannot render {text[:80]!r}: {problem}") from problem
    except (RecursionError, SyntaxError, MemoryError) as problem:  # the last two are of Python's own compiler
        raise TemplateFailed(f"cannot render {text[:80]!r}: it calls itself or is nested too deeply") from problem


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Template:
    return _environment().from_string(text)


@lru_cache(maxsize=1)
def _environment() -> Sandbox:
    return Sandbox(finalize=printed_in_jinja, filters=FILTERS)


def printed_in_jinja(value: Any) -> Any:
    """Leave Jinja's own values (such as undefined ones) to Jinja, and print floats as everywhere else."""
    return printed(value) if isinstance(value, float) else value
