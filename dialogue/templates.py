"""Texts with placeholders: `{slot}`, or Jinja in a sandbox whose work and output are bounded.

Templates belong to the assistant's designer, and values in them come from callers. So a value is never read as a
template; and a template can reach no Python internals, loop no more than `MAX_ITERATIONS` times in all and write
no more than `MAX_CHARACTERS`. Loops are counted by wrapping what each `for` walks over when the template compiles,
which keeps rendering a pure function: no clock decides whether a text comes out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from jinja2 import Template, TemplateError, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer

from dialogue.errors import TemplateFailed
from flows.commands import Json

MAX_CHARACTERS = 10_000
"""More than ten minutes of speech: a text that long is a mistake."""
MAX_ITERATIONS = 10_000
"""Turns of all loops of one rendering."""
EXACT_INTEGERS = 1e15
"""Below this every integral float prints as the integer that it is."""

_BUDGET = "_budget"
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}\n]+)\}")
_WIDE_FORMAT = re.compile(r"[%:.][^a-zA-Z]*\d{4,}")
_PADDING = frozenset({"center", "ljust", "rjust", "zfill", "expandtabs"})


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
    scope = {**values.arguments, "slots": values.slots, "context": values.context, _BUDGET: _Budget()}
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
    except RecursionError as problem:
        raise TemplateFailed(f"cannot render {text[:80]!r}: it calls itself without end") from problem


class _Budget:
    """How many turns of loops are left."""

    def __init__(self) -> None:
        self.left = MAX_ITERATIONS

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TemplateFailed(f"a text loops more than {MAX_ITERATIONS} times")


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox: items before attributes, bounded operators, no padding to any width."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Prefer a mapping's item, so that a slot may be called `items` or `values`."""
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Refuse Python internals, as the sandbox does, and methods that pad a text to any width."""
        if isinstance(obj, str) and attr in _PADDING | {"format", "format_map"}:
            return False
        return super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse operations whose result could be of any size."""
        if operator == "**" and not (_is_small(left) and _is_small(right)):
            raise TemplateFailed("a text raises a large number to a power")
        if operator == "*" and _repeated(left, right) > MAX_CHARACTERS:
            raise TemplateFailed(f"a text repeats something beyond {MAX_CHARACTERS} items")
        if operator == "%" and isinstance(left, str):
            _refuse_wide(left)
        return _refuse_long(super().call_binop(context, operator, left, right))


class _Bounding(NodeTransformer):
    """Has loops counted and joined texts measured."""

    def visit_For(self, node: nodes.For) -> nodes.Node:
        self.generic_visit(node)
        node.iter = _filtered(node.iter, "counted")
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _filtered(node, "measured")

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        if node.name == _BUDGET:
            raise TemplateFailed(f"a text may not use the name {_BUDGET!r}")
        return node


def _filtered(node: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(cast(nodes.Expr, node), name, [], [], None, None, lineno=node.lineno)


@pass_context
def _counted(context: Context, items: Iterable[Any]) -> Iterator[Any]:
    budget: _Budget = context[_BUDGET]
    for item in items:
        budget.spend()
        yield item


def _repeated(left: Any, right: Any) -> int:
    """Return how long a repetition would become; 0 for two numbers, which may be as large as they like."""
    if isinstance(left, (str, list, tuple)) and isinstance(right, int):
        return len(left) * right
    if isinstance(right, (str, list, tuple)) and isinstance(left, int):
        return len(right) * left
    return 0


def _is_small(value: Any) -> bool:
    return isinstance(value, (int, float)) and abs(value) <= 1000


def _refuse_long(value: Any) -> Any:
    if isinstance(value, (str, list, tuple)) and len(value) > MAX_CHARACTERS:
        raise TemplateFailed(f"a text grows beyond {MAX_CHARACTERS} characters")
    return value


def _refuse_wide(pattern: str) -> None:
    if _WIDE_FORMAT.search(pattern):
        raise TemplateFailed(f"a text formats to more than 999 places: {pattern[:80]!r}")


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Template:
    environment = _environment()
    tree = _Bounding().visit(environment.parse(text))
    return Template.from_code(environment, environment.compile(tree), environment.globals)


@lru_cache(maxsize=1)
def _environment() -> _Environment:
    environment = _Environment(autoescape=False, finalize=printed_in_jinja)
    environment.globals = {"range": safe_range, "namespace": Namespace, "dict": dict}
    plain_format: Callable[..., str] = environment.filters["format"]

    def bounded_format(pattern: str, *args: Any, **kwargs: Any) -> str:
        _refuse_wide(str(pattern))
        return plain_format(pattern, *args, **kwargs)

    environment.filters.update(counted=_counted, measured=_refuse_long, format=bounded_format)
    for name in ("center", "indent"):
        del environment.filters[name]
    return environment


def printed_in_jinja(value: Any) -> Any:
    """Leave Jinja's own values (such as undefined ones) to Jinja, and print floats as everywhere else."""
    return printed(value) if isinstance(value, float) else value
