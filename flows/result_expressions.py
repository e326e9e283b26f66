"""Expressions over the result of a tool: Jinja in a sandbox in which nothing can run for long or grow without end.

An expression belongs to the assistant's designer, but what it reads comes from a server that may lie. So there is no
loop, a text grows only to `MAX_CHARACTERS`, only methods that are listed can be called, and nothing depends on chance
or on a clock: the same result gives the same value again. What comes out is plain JSON.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, Final, NoReturn

from jinja2 import ChainableUndefined, TemplateError, Undefined
from jinja2.environment import TemplateExpression
from jinja2.filters import do_round, do_sum, make_attrgetter
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from flows.commands import Json

MAX_EXPRESSION_CHARACTERS: Final = 2_000
MAX_CHARACTERS: Final = 4_000_000
"""Of a text, or of all texts in a value: twice what an answer may have in bytes."""
MAX_ITEMS: Final = 1_000_000
DEEPEST: Final = 64
_LARGEST_POWER: Final = 1_000
_DIGITS: Final = 15
_FAULTS: Final = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)
_METHODS: Final[Mapping[type, frozenset[str]]] = {
    str: frozenset({
        "capitalize", "count", "endswith", "find", "index", "isalpha", "isdigit", "isnumeric", "join", "lower",
        "lstrip", "partition", "removeprefix", "removesuffix", "replace", "rpartition", "rsplit", "rstrip", "split",
        "splitlines", "startswith", "strip", "swapcase", "title", "upper",
    }),
    dict: frozenset({"get", "items", "keys", "values"}),
    list: frozenset({"count", "index"}),
}  # fmt: skip
"""The methods that an expression may call, by the type of what they belong to."""
_FILTERS: Final = frozenset({
    "abs", "capitalize", "count", "d", "default", "dictsort", "first", "float", "groupby", "int", "items",
    "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "select", "selectattr",
    "sort", "string", "title", "tojson", "trim", "truncate", "unique", "upper", "wordcount",
})  # fmt: skip
"""The filters of Jinja's own that cannot make more than a few times of what they get; `random` is no such one."""


class ExpressionFailed(Exception):
    """An expression does not parse, or gives no value for a result."""


def evaluated(text: str, result: Mapping[str, Json]) -> Json:
    """Return the value of an expression over `result`; None where it names what is not there.

    Raises:
        ExpressionFailed: it does not parse, does what the values do not allow, or what it gives is no JSON.
    """
    try:
        return _plain(_compiled(text)(result=result), _Room(), 0)
    except _FAULTS as problem:
        raise ExpressionFailed(f"{text[:80]!r}: {problem}") from problem


def expression_error(text: str) -> str | None:
    """Return what keeps a text from being an expression over a result, None where nothing does."""
    try:
        _compiled(text)
    except ExpressionFailed as problem:
        return str(problem)
    return None


def bare(text: str) -> str:
    """Return an expression without the double braces around it, where somebody wrote them."""
    inner = text.strip()
    is_wrapped = inner.startswith("{{") and inner.endswith("}}") and inner.count("{{") == inner.count("}}") == 1
    return inner[2:-2].strip() if is_wrapped else inner


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox: items before attributes, listed methods only, bounded operators."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002 (the signature is Jinja's)
        return any(type(obj) is kind and attr in names for kind, names in _METHODS.items())

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call a method that is listed; the two that make long texts of short ones are bounded."""
        owner, name = getattr(obj, "__self__", None), getattr(obj, "__name__", "")
        if isinstance(owner, str) and name == "join":
            return _joined(args[0] if args else (), owner)
        if isinstance(owner, str) and name == "replace":
            return _replaced(owner, *args)
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" and not (_is_small(left) and _is_small(right)):
            _refuse("a large number is raised to a power")
        if operator in "*%" and not (_is_number(left) and _is_number(right)):
            _refuse(f"{operator} is for numbers")
        value = super().call_binop(context, operator, left, right)
        if isinstance(value, str | list) and len(value) > MAX_CHARACTERS:
            _refuse(f"a text grows beyond {MAX_CHARACTERS} characters")
        return value


@lru_cache(maxsize=1_024)
def _compiled(text: str) -> TemplateExpression:
    if len(text) > MAX_EXPRESSION_CHARACTERS:
        raise ExpressionFailed(f"it is longer than {MAX_EXPRESSION_CHARACTERS} characters")
    try:
        return _environment().compile_expression(text)
    except TemplateError as problem:
        raise ExpressionFailed(str(problem.message)) from None
    except (RecursionError, SyntaxError, MemoryError, ValueError):  # of Python's own compiler
        raise ExpressionFailed("it is nested too deeply") from None


@lru_cache(maxsize=1)
def _environment() -> _Environment:
    environment = _Environment(undefined=ChainableUndefined, autoescape=False)
    kept: dict[str, Callable[..., Any]] = {name: environment.filters[name] for name in _FILTERS}
    environment.filters = {**kept, "join": _join(environment), "replace": _replaced}
    environment.filters |= {"round": _rounded, "sum": _sum(environment)}
    environment.globals = {}
    return environment


def _sum(environment: _Environment) -> Callable[..., Any]:
    def add_up(items: Iterable[Any], attribute: str | int | None = None, start: float = 0) -> Any:
        if not _is_number(start):
            _refuse("sum adds up numbers")
        return do_sum(environment, items, attribute, start)

    return add_up


def _rounded(value: Any, precision: int = 0, method: Any = "common") -> float:
    if not _is_number(value) or abs(precision) > _DIGITS:
        _refuse(f"round is for numbers, and for at most {_DIGITS} digits")
    return do_round(value, precision, method)


def _join(environment: _Environment) -> Callable[..., str]:
    def join(items: Iterable[Any], d: Any = "", attribute: str | int | None = None) -> str:
        return _joined(items if attribute is None else map(make_attrgetter(environment, attribute), items), d)

    return join


def _joined(items: Iterable[Any], between: Any = "") -> str:
    texts = [str(item) for item in islice(items, MAX_ITEMS)]
    if sum(map(len, texts)) + len(str(between)) * len(texts) > MAX_CHARACTERS:
        _refuse(f"a text grows beyond {MAX_CHARACTERS} characters")
    return str(between).join(texts)


def _replaced(text: Any, old: Any, new: Any, count: int | None = None) -> str:
    before, wanted = str(text), str(old)
    if len(before) + before.count(wanted) * len(str(new)) > MAX_CHARACTERS:
        _refuse(f"a text grows beyond {MAX_CHARACTERS} characters")
    return before.replace(wanted, str(new), -1 if count is None else count)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _is_small(value: Any) -> bool:
    return _is_number(value) and abs(value) <= _LARGEST_POWER


def _refuse(why: str) -> NoReturn:
    raise ExpressionFailed(why)


class _Room:
    """What a value may still have of items and characters: one list in many places of it counts each time."""

    def __init__(self) -> None:
        self.items, self.characters = MAX_ITEMS, MAX_CHARACTERS

    def take(self, characters: int = 0) -> None:
        self.items -= 1
        self.characters -= characters
        if self.items < 0 or self.characters < 0:
            _refuse("it gives a value that is too large")


def _plain(value: Any, room: _Room, depth: int) -> Json:
    """Return a value as JSON: what Jinja gives piece by piece becomes a list."""
    if depth > DEEPEST:
        _refuse(f"it gives a value that is nested deeper than {DEEPEST} levels")
    match value:
        case None | Undefined():
            return None
        case bool() | int():
            return value
        case float() if math.isfinite(value):
            return value
        case str():
            room.take(len(value))
            return str(value)
        case Mapping():
            room.take()
            return {str(key): _plain(item, room, depth + 1) for key, item in value.items()}
        case Iterable() if not isinstance(value, bytes):
            room.take()
            return [_counted(item, room, depth + 1) for item in value]
        case _:
            _refuse(f"it gives a {type(value).__name__}, which cannot be the value of a slot")


def _counted(item: Any, room: _Room, depth: int) -> Json:
    room.take()
    return _plain(item, room, depth)
