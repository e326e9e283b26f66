"""Templates inside flow files: Jinja in action names and predicates, over `slots.` and `context.`.

Almost all of them are plain paths such as `{{context.collect}}`, which are filled in directly; anything more goes
through the sandbox of `sandbox.py`, in which nothing runs for long or changes what it reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from jinja2 import Environment, TemplateError, nodes

from flows.commands import Json
from flows.sandbox import Sandbox, scope_of

Scope = Mapping[str, Json]
MAX_CHARACTERS = 4_000
"""Of a predicate or a name with placeholders in it."""
_PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_NAME_OR_NUMBER = re.compile(r"-?\w+(?:[-.]\w+)*")
_PATH = re.compile(r"(slots|context)((?:\.\w+)+)")
_FAULTS = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)
_SYNTAX = Environment(autoescape=False)
"""Only ever parses, so that what it is made of does not matter."""


@dataclass(frozen=True, slots=True)
class Template:
    """A text with placeholders. `render(slots, context)` fills them in; what is unset becomes empty."""

    text: str
    render: Callable[[Scope, Scope], str] = field(compare=False, repr=False)


def has_template(text: str) -> bool:
    """Whether a text has anything for Jinja to do."""
    return "{{" in text or "{%" in text


def syntax_error(text: str) -> str | None:
    """Return what keeps a text from being a template, None where nothing does."""
    try:
        _SYNTAX.parse(text)
    except TemplateError as error:
        return str(error.message)
    except RecursionError:
        return "it is nested too deeply"
    return None


def slots_in_template(text: str) -> frozenset[str]:
    """Return the names that follow `slots.` in a text that parses as a template."""
    found: set[str] = set()
    for node in _SYNTAX.parse(text).find_all(nodes.Getattr):
        if isinstance(node.node, nodes.Name) and node.node.name == "slots":
            found.add(node.attr)
    return frozenset(found)


def compile_template(text: str, *, is_predicate: bool = False) -> Template:
    """Compile a text with placeholders.

    Args:
        text: the text.
        is_predicate: what comes out is parsed, so a value must not be able to add anything but itself: inside
            quotes its quotes are escaped, elsewhere it may only be a name or a number.

    Raises:
        ValueError: the Jinja in it is not well formed.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"the template is longer than {MAX_CHARACTERS} characters")
    found = _PLACEHOLDER.findall(text)
    is_plain = "{%" not in text and "{#" not in text and text.count("{{") == len(found)
    if is_plain and all(_PATH.fullmatch(inner) for inner in found):
        return Template(text, _paths_renderer(text, is_predicate))
    try:
        compiled = _environment(is_predicate).from_string(text)
    except TemplateError as error:
        raise ValueError(f"the template does not parse: {error.message}") from error
    except (RecursionError, SyntaxError, MemoryError):  # the last two are of Python's own compiler
        raise ValueError("the template is nested too deeply") from None

    def render(slots: Scope, context: Scope) -> str:
        try:
            written = compiled.render(scope_of({"slots": slots, "context": context}))
        except _FAULTS:
            return ""  # as an unset placeholder: the caller treats an empty name as nothing to run
        return written if len(written) <= MAX_CHARACTERS else ""

    return Template(text, render)


@lru_cache(maxsize=2)
def _environment(is_predicate: bool) -> Sandbox:
    environment = Sandbox(finalize=_without_quotes if is_predicate else None)
    del environment.filters["random"]  # the same step is taken again in a replay
    return environment


def _paths_renderer(text: str, is_predicate: bool) -> Callable[[Scope, Scope], str]:
    pieces = _PLACEHOLDER.split(text)  # literal, placeholder, literal, …
    literals = pieces[0::2]
    guards = [_Guard(_open_quote("".join(literals[: index + 1]))) for index in range(len(literals) - 1)]
    paths = [(root == "slots", tuple(rest.split(".")[1:])) for root, rest in _roots(pieces[1::2])]

    def render(slots: Scope, context: Scope) -> str:
        parts = [literals[0]]
        for (is_slot, names), literal, guard in zip(paths, literals[1:], guards, strict=True):
            value = look_up(slots if is_slot else context, names)
            if value is not None:
                parts.append(guard(str(value)) if is_predicate else str(value))
            parts.append(literal)
        return "".join(parts)

    return render


@dataclass(frozen=True, slots=True)
class _Guard:
    """Makes a value safe where it stands in a predicate: inside this quote, or outside of any."""

    quote: str

    def __call__(self, value: str) -> str:
        if self.quote:
            return value.rstrip("\\").replace(self.quote, "\\" + self.quote)
        return value if _NAME_OR_NUMBER.fullmatch(value) else ""


def _open_quote(text: str) -> str:
    quote = ""
    for character in text:
        if character == quote:
            quote = ""
        elif not quote and character in "\"'":
            quote = character
    return quote


def _without_quotes(value: Json) -> Json:
    return re.sub(r"[\"'\\]", "", value) if isinstance(value, str) else value


def _roots(placeholders: list[str]) -> list[tuple[str, str]]:
    matches = [_PATH.fullmatch(inner) for inner in placeholders]
    return [(match.group(1), match.group(2)) for match in matches if match is not None]


def look_up(scope: Scope, names: tuple[str, ...]) -> Json:
    """Follow dotted names into mappings; None where one is missing."""
    value: Json = scope
    for name in names:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value
