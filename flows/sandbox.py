"""A Jinja sandbox in which no template runs for long, grows without end, or changes anything. Pure.

Templates belong to an assistant's designer, and what they read comes from callers and servers. Everything that could
take time or room is paid for out of one purse a rendering, before or as it is done: turns of loops and calls by number;
values that are built, compared, filtered, called for or printed by their weight. So the same template and values
always come to the same end: no clock decides.

    parse ─▶ _Bounding puts filters of ours around loops, literals, comparisons and outputs ─▶ compile
    render: Purse in the scope ◀─ those filters, every filter and test of Jinja's, every call
"""

from __future__ import annotations

import re
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from functools import wraps
from typing import Any, Final, cast

from jinja2 import TemplateRuntimeError, nodes, pass_context
from jinja2.environment import Environment
from jinja2.filters import do_sum
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer

MAX_CHARACTERS: Final = 10_000
"""Of a text that a template makes: more than ten minutes of speech is a mistake."""
MAX_TURNS: Final = 10_000
"""Turns of all loops of one rendering, calls included."""
MAX_WORK: Final = 1_000_000
"""Weight of all that one rendering handles: some tenths of a second at worst."""
_MAX_BITS: Final = 65_536
_LARGEST_POWER: Final = 1_000
_LARGEST_SIZE: Final = 1_000
_CHARACTERS_A_UNIT: Final = 16
_BITS_A_UNIT: Final = 256
_PURSE: Final = "_budget"
_WIDE_FORMAT = re.compile(r"[%:.][^a-zA-Z%}]*(\d{4,}|\*)|\{[^}]*\{")
"""A width of four digits, one that comes with the values (`%*d`), or one that is a field of its own (`{:{}}`)."""
_NOT_OF_TEXTS: Final = frozenset(
    {"center", "ljust", "rjust", "zfill", "expandtabs", "format", "format_map", "translate", "maketrans", "encode"}
)
"""Methods of texts that make a text of any length, or what is no text."""
_OF_NUMBERS: Final = frozenset({"is_integer", "bit_length", "conjugate", "real", "imag"})
_SIZED: Final = frozenset({"batch", "slice", "wordwrap", "tojson", "round", "truncate"})
"""Filters that take a size, or a text which they put in many places."""
_LEFT_OUT: Final = ("center", "indent")


class LimitExceeded(TemplateRuntimeError):
    """A template does more than it may; the message says what."""


class Purse:
    """What one rendering may still spend."""

    __slots__ = ("turns", "work")

    def __init__(self) -> None:
        self.turns, self.work = MAX_TURNS, MAX_WORK

    def turn(self, work: int = 1) -> None:
        """Pay for a turn of a loop, or a call."""
        self.turns -= 1
        if self.turns < 0:
            raise LimitExceeded(f"it loops more than {MAX_TURNS} times")
        self.pay(work)

    def pay(self, work: int) -> None:
        """Pay for work."""
        self.work -= work
        if self.work < 0:
            raise LimitExceeded("it handles more than fits into a text")

    def paid(self, value: Any) -> Any:
        """Return the value after paying for its whole weight; what is in it twice weighs twice."""
        waiting = [value]
        while waiting:
            item = waiting.pop()
            match item:
                case str() | bytes():
                    self.pay(1 + len(item) // _CHARACTERS_A_UNIT)
                case int():
                    self.pay(1 + item.bit_length() // _BITS_A_UNIT)
                case range():
                    self.pay(1 + len(item))
                case Mapping():
                    self.pay(1 + len(item))
                    waiting += [*item.keys(), *item.values()]
                case list() | tuple() | set() | frozenset() | KeysView() | ValuesView() | ItemsView():
                    self.pay(1 + len(item))
                    waiting += item
                case Namespace():
                    self.pay(1)
                    waiting.append(object.__getattribute__(item, "_Namespace__attrs"))
                case _:
                    self.pay(1)
        return value


def scope_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a template of the sandbox is rendered with: the values by name, and a full purse."""
    return {**values, _PURSE: Purse()}


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment: items before attributes, bounded operators, everything paid for. Render with `scope_of`."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(
        self, *, finalize: Callable[[Any], Any] | None = None, filters: Mapping[str, Callable[..., Any]] | None = None
    ) -> None:
        """Make an environment; `filters` are more of them, by name, paid for as Jinja's own are."""
        super().__init__(autoescape=False, finalize=finalize)
        self.globals = {"range": safe_range, "namespace": Namespace, "dict": dict}
        own: dict[str, Callable[..., Any]] = {"format": _format, "join": _join, "replace": _replace, "sum": _sum}
        known: dict[str, Callable[..., Any]] = {**self.filters, **own, **(filters or {})}
        for name in _LEFT_OUT:
            del known[name]
        self.filters = {name: _charged(name, plain) for name, plain in known.items()}
        tests = cast(Mapping[str, Callable[..., Any]], self.tests)
        self.tests = {name: _charged(name, plain) for name, plain in tests.items()}
        self.filters |= {"_counted": _counted, "_paid": _paid, "_measured": _measured}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return cast(nodes.Template, _Bounding().visit(super()._parse(source, name, filename)))

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Prefer a mapping's item, so that a slot may be called `items` or `values`."""
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Refuse Python internals, as the sandbox does, and methods whose result could be of any size."""
        if isinstance(obj, str) and attr in _NOT_OF_TEXTS:
            return False
        if isinstance(obj, (int, float)) and attr not in _OF_NUMBERS:
            return False
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Bound what the method `format` of a text writes, which the sandbox lets through."""
        formatting = super().wrap_str_format(value)
        if formatting is None:
            return None
        pattern = str(value.__self__)

        def bounded(*args: Any, **kwargs: Any) -> str:
            _refuse_wide(pattern)
            return formatting(*args, **kwargs)

        return bounded

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what may be called, as a turn; the two methods that make long texts of short ones are bounded."""
        purse: Purse = context[_PURSE]
        purse.turn()
        owner, name = getattr(obj, "__self__", None), getattr(obj, "__name__", "")
        if isinstance(obj, LoopContext):
            args = tuple(_turns(purse, items) for items in args)
        if isinstance(owner, str) and name == "join":
            return purse.paid(_joined(purse.paid(list(*args)), owner))
        if isinstance(owner, str) and name == "replace":
            return purse.paid(_replace(owner, *args))
        return purse.paid(super().call(context, obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse operations whose result could be of any size."""
        match operator:
            case "**" if not (_is_small(left) and _is_small(right)):
                raise LimitExceeded("it raises a large number to a power")
            case "*":
                _refuse_growth(left, right)
            case "%" if isinstance(left, str):
                _refuse_wide(left)
            case _:
                pass
        value = super().call_binop(context, operator, left, right)
        if isinstance(value, (list, tuple)):
            context[_PURSE].paid(value)
        return _measured(value)


class _Bounding(NodeTransformer):
    """Puts our filters around whatever could take time or room."""

    def visit_For(self, node: nodes.For) -> nodes.Node:
        self.generic_visit(node)
        n_characters = sum(len(data.data) for data in node.find_all(nodes.TemplateData))
        work = nodes.Const(1 + n_characters // _CHARACTERS_A_UNIT)
        node.iter = _filtered(cast(nodes.Expr, node.iter), "_counted", work)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        node.nodes = [_filtered(item, "_measured") for item in node.nodes]
        return _filtered(node, "_measured")

    def visit_AssignBlock(self, node: nodes.AssignBlock) -> nodes.Node:
        self.generic_visit(node)
        node.filter = nodes.Filter(node.filter, "_measured", [], [], None, None, lineno=node.lineno)
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Node:
        self.generic_visit(node)
        node.nodes = [item if isinstance(item, nodes.TemplateData) else _shown(item) for item in node.nodes]
        return node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        self.generic_visit(node)
        node.expr = _filtered(node.expr, "_paid")
        for operand in node.ops:
            operand.expr = _filtered(operand.expr, "_paid")
        return node

    def visit_List(self, node: nodes.List) -> nodes.Node:
        self.generic_visit(node)
        return _filtered(node, "_paid")

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:
        self.generic_visit(node)
        return _filtered(node, "_paid")

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:
        self.generic_visit(node)
        return _filtered(node, "_paid") if node.ctx == "load" else node

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        _refuse_purse(node.name)
        return _filtered(node, "_paid") if node.name in ("varargs", "kwargs") and node.ctx == "load" else node

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:
        _refuse_purse(node.name)
        return self.generic_visit(node)


def _shown(node: nodes.Expr) -> nodes.Filter:
    return _filtered(_filtered(node, "_paid"), "_measured")


def _filtered(node: nodes.Expr, name: str, *args: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(args), [], None, None, lineno=node.lineno)


def _charged(name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter or test of Jinja's that pays for what it gets and for what it gives."""
    passed = getattr(getattr(plain, "jinja_pass_arg", None), "name", "")

    @pass_context
    @wraps(plain)
    def charged(context: Context, *args: Any, **kwargs: Any) -> Any:
        purse: Purse = context[_PURSE]
        purse.paid(args)
        purse.paid(kwargs)
        if name in _SIZED and any(_is_large(value) for value in (*args[1:], *kwargs.values())):
            raise LimitExceeded(f"the filter {name} gets a size above {_LARGEST_SIZE}")
        match passed:
            case "context":
                value = plain(context, *args, **kwargs)
            case "eval_context":
                value = plain(context.eval_ctx, *args, **kwargs)
            case "environment":
                value = plain(context.environment, *args, **kwargs)
            case _:
                value = plain(*args, **kwargs)
        return purse.paid(value)

    return cast(Callable[..., Any], charged)


@pass_context
def _counted(context: Context, items: Iterable[Any], work: int) -> Iterator[Any]:
    return _turns(context[_PURSE], items, work)


def _turns(purse: Purse, items: Iterable[Any], work: int = 1) -> Iterator[Any]:
    for item in items:
        purse.turn(work)
        yield item


@pass_context
def _paid(context: Context, value: Any) -> Any:
    return context[_PURSE].paid(value)


def _measured(value: Any) -> Any:
    if isinstance(value, (str, list, tuple)) and len(value) > MAX_CHARACTERS:
        raise LimitExceeded(f"a text grows beyond {MAX_CHARACTERS} characters")
    return value


def _format(pattern: Any, *args: Any, **kwargs: Any) -> str:
    text = str(pattern)
    _refuse_wide(text)
    return text % (kwargs or args)


def _join(items: Iterable[Any], d: Any = "", attribute: str | None = None) -> str:
    found = list(items) if attribute is None else [_item(item, attribute) for item in items]
    return _joined(found, str(d))


def _item(item: Any, attribute: str) -> Any:
    return item.get(attribute, "") if isinstance(item, Mapping) else ""


def _joined(items: list[Any], between: str) -> str:
    texts = [str(item) for item in items]
    _refuse_length(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


def _replace(text: Any, old: Any, new: Any, count: int | None = None) -> str:
    before, wanted = str(text), str(old)
    _refuse_length(before.count(wanted) * len(str(new)))
    return before.replace(wanted, str(new), -1 if count is None else count)


@pass_context
def _sum(context: Context, items: Iterable[Any], attribute: str | int | None = None, start: float = 0) -> Any:
    if not isinstance(start, (int, float)):
        raise LimitExceeded("sum is for numbers")
    environment: Environment = context.environment
    return do_sum(environment, items, attribute, start)


def _refuse_purse(name: str) -> None:
    if name == _PURSE:
        raise LimitExceeded(f"a text may not use the name {_PURSE!r}")


def _refuse_length(n_characters: int) -> None:
    if n_characters > MAX_CHARACTERS:
        raise LimitExceeded(f"a text grows beyond {MAX_CHARACTERS} characters")


def _refuse_growth(left: Any, right: Any) -> None:
    """Refuse a product that is too large: a repetition, or a number of very many digits."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, (str, bytes, list, tuple)) and isinstance(other, int):
            _refuse_length(len(one) * other)
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > _MAX_BITS:
        raise LimitExceeded("it multiplies numbers of thousands of digits")


def _refuse_wide(pattern: str) -> None:
    if _WIDE_FORMAT.search(pattern):
        raise LimitExceeded(f"it formats to more than 999 places: {pattern[:80]!r}")


def _is_small(value: Any) -> bool:
    return isinstance(value, (int, float)) and abs(value) <= _LARGEST_POWER


def _is_large(value: Any) -> bool:
    return (isinstance(value, int) and abs(value) > _LARGEST_SIZE) or (isinstance(value, str) and len(value) > 100)
