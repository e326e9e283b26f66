"""Conditions: predicates compiled to closures that take slots and context and never raise.

A predicate may hold Jinja, which is rendered first: `slots.{{context.collect}} is not null`. Such a condition is
compiled anew for each text that comes out, and remembered.

Comparison follows the values: numbers by size, texts by alphabet, a number with a text that is a number by size;
what cannot be ordered is neither smaller nor larger. Equality is by value, and case matters.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeAlias, assert_never

from flows.commands import Json
from flows.errors import PredicateInvalid
from flows.expressions import Expression, ExpressionInvalid, compile_expression
from flows.places import Place
from flows.predicates import (
    EMPTY,
    Comparison,
    Denied,
    Joined,
    Members,
    Operator,
    Reference,
    Tree,
    Value,
    parse_tree,
    walk,
)
from flows.templates import compile_template, has_template, look_up

Scope: TypeAlias = Mapping[str, Json]
Test: TypeAlias = Callable[[Scope, Scope], bool]
_Getter: TypeAlias = Callable[[Scope, Scope], Json]

_RENDERED_REMEMBERED: Final = 1_024
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_ORDERED: Final[dict[str, Callable[[Json, Json], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Risk:
    """Something about a predicate that is worth a warning."""

    message: str
    position: int


@dataclass(frozen=True, slots=True)
class Condition:
    """A predicate, ready to be asked: `test(slots, context)` never raises.

    `references` and `comparisons` are for checks at load. `constant` is set where nothing is looked up. `place`
    is where the text begins in the file.
    """

    text: str
    test: Test = field(compare=False, repr=False)
    references: tuple[Reference, ...] = field(default=(), compare=False, repr=False)
    comparisons: tuple[Comparison, ...] = field(default=(), compare=False, repr=False)
    constant: bool | None = None
    risks: tuple[Risk, ...] = field(default=(), compare=False, repr=False)
    place: Place | None = field(default=None, compare=False, repr=False)
    is_on_one_line: bool = field(default=True, compare=False, repr=False)

    def place_of(self, position: int) -> Place | None:
        """Return the place in the file of a character of the predicate."""
        return self.place.plus(position) if self.place is not None and self.is_on_one_line else self.place

    @property
    def slots(self) -> frozenset[str]:
        """Names of the slots that the predicate reads."""
        return frozenset(reference.names[0] for reference in self.references if reference.root == "slots")


def parse(text: str) -> Condition:
    """Compile a predicate.

    Raises:
        PredicateInvalid: it does not parse, or a regular expression in it does not compile.
    """
    if has_template(text):
        return _templated(text)
    tree = parse_tree(text)
    trees = walk(tree)
    comparisons = tuple(node for node in trees if isinstance(node, Comparison))
    return Condition(
        text=text,
        test=_truth(tree),
        references=tuple(node for node in trees if isinstance(node, Reference)),
        comparisons=comparisons,
        risks=_risks(comparisons),
        constant=bool(tree.value) if isinstance(tree, Value) else None,
    )


def constant(value: bool) -> Condition:
    """The condition that always, or never, holds: what `if: False` means."""
    return Condition(text=str(value), test=lambda _slots, _context: value, constant=value)


def all_equal(wanted: Mapping[str, Json]) -> Condition:
    """The legacy form of a response's condition: every slot has exactly this value."""
    pairs = tuple(wanted.items())
    text = " and ".join(f"slots.{name} = {value!r}" for name, value in pairs)
    references = tuple(Reference("slots", (name,), 0) for name, _ in pairs)
    return Condition(text, lambda slots, _context: all(slots.get(name) == value for name, value in pairs), references)


def _templated(text: str) -> Condition:
    try:
        template = compile_template(text, is_predicate=True)
    except ValueError as error:
        raise PredicateInvalid(str(error), 0) from error
    render = template.render

    def test(slots: Scope, context: Scope) -> bool:
        rendered = _parsed_or_none(render(slots, context))
        return rendered is not None and rendered(slots, context)

    return Condition(text, test, _references_around_placeholders(text))


def _references_around_placeholders(text: str) -> tuple[Reference, ...]:
    """Check what can be checked before rendering: the predicate with every placeholder written as a name."""
    if "{%" in text:
        return ()
    masks = [(match.start(), match.end()) for match in _PLACEHOLDER.finditer(text)]
    masked = _PLACEHOLDER.sub(lambda match: "x" * len(match.group()), text)
    try:
        tree = parse_tree(masked)
    except PredicateInvalid as error:
        if any(start <= error.position < end for start, end in masks):
            return ()  # the placeholder stands where a value is wanted: only rendering can tell
        raise
    return tuple(
        node
        for node in walk(tree)
        if isinstance(node, Reference)
        and not any(
            start < node.position + len(".".join((node.root, *node.names))) and node.position < end
            for start, end in masks
        )
    )


@lru_cache(maxsize=_RENDERED_REMEMBERED)  # a pure function of its text, and bounded
def _parsed_or_none(text: str) -> Test | None:
    try:
        return _truth(parse_tree(text))
    except PredicateInvalid:
        return None  # the caller sees a condition that does not hold; `parse` has checked the rest at load


def _truth(tree: Tree) -> Test:
    match tree:
        case Comparison(name, left, right, _):
            return _comparison(name, left, right)
        case Denied(inner, _):
            denied = _truth(inner)
            return lambda slots, context: not denied(slots, context)
        case Joined(word, parts, _):
            tests = tuple(_truth(part) for part in parts)
            return _stopping_at(tests, is_and=word == "and")
        case Reference() | Value() | Members():
            get = _getter(tree)
            return lambda slots, context: bool(get(slots, context))
    assert_never(tree)


def _stopping_at(tests: tuple[Test, ...], *, is_and: bool) -> Test:
    def test_in_turn(slots: Scope, context: Scope) -> bool:
        for test in tests:
            if test(slots, context) is not is_and:
                return not is_and
        return is_and

    return test_in_turn


def _getter(tree: Tree) -> _Getter:
    match tree:
        case Reference("slots", (name,), _):
            return lambda slots, _context: slots.get(name)
        case Reference(root, names, _):
            if root == "slots":
                return lambda slots, _context: look_up(slots, names)
            return lambda _slots, context: look_up(context, names)
        case Value(value, _):
            return lambda _slots, _context: None if value is EMPTY else value
        case Members(values, _):
            return lambda _slots, _context: values
        case _:
            return _truth(tree)


def _comparison(name: Operator, left: Tree, right: Tree) -> Test:
    if name == "matches":
        return _matching(left, right)
    get_left, get_right = _getter(left), _getter(right)
    if _is_empty_literal(left) or _is_empty_literal(right):
        get = get_right if _is_empty_literal(left) else get_left
        return lambda slots, context: (name == "=") == _is_empty(get(slots, context))
    if name == "=":
        return lambda slots, context: bool(get_left(slots, context) == get_right(slots, context))
    if name == "!=":
        return lambda slots, context: bool(get_left(slots, context) != get_right(slots, context))
    if name == "contains":
        return lambda slots, context: _contains(get_left(slots, context), get_right(slots, context))
    compare = _ORDERED[name]
    return lambda slots, context: _in_order(compare, get_left(slots, context), get_right(slots, context))


def _matching(left: Tree, right: Tree) -> Test:
    get_left, get_right = _getter(left), _getter(right)
    if isinstance(right, Value):
        pattern = _compiled(right)
        return lambda slots, context: _matches(get_left(slots, context), pattern)
    return lambda slots, context: _matches(get_left(slots, context), get_right(slots, context))


def _compiled(literal: Value) -> Expression:
    if not isinstance(literal.value, str):
        raise PredicateInvalid("'matches' needs a quoted regular expression", literal.position)
    try:
        return compile_expression(literal.value)
    except ExpressionInvalid as error:
        raise PredicateInvalid(error.message, literal.position + 1 + error.position) from error


def _risks(comparisons: tuple[Comparison, ...]) -> tuple[Risk, ...]:
    literals = [one.right for one in comparisons if one.operator == "matches" and isinstance(one.right, Value)]
    compiled = [(literal, _compiled(literal)) for literal in literals]
    return tuple(Risk(one.risk, literal.position) for literal, one in compiled if one.risk)


def _matches(value: Json, pattern: Expression | Json) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    text = f"{value:g}" if isinstance(value, float) and value.is_integer() and abs(value) < 1e6 else str(value)
    if isinstance(pattern, Expression):
        return pattern.search(text)
    try:
        return isinstance(pattern, str) and compile_expression(pattern).search(text)
    except ExpressionInvalid:
        return False  # a pattern that comes out of a slot


def _contains(whole: Json, part: Json) -> bool:
    if isinstance(whole, str):
        return isinstance(part, str) and part in whole
    if isinstance(whole, list | tuple):
        return part in whole
    return isinstance(whole, Mapping) and isinstance(part, str) and part in whole


def _in_order(compare: Callable[[Json, Json], bool], left: Json, right: Json) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return compare(left, right)
    left_number, right_number = _number(left), _number(right)
    return left_number is not None and right_number is not None and compare(left_number, right_number)


def _number(value: Json) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _is_empty_literal(tree: Tree) -> bool:
    return isinstance(tree, Value) and tree.value is EMPTY


def _is_empty(value: Json) -> bool:
    return value is None or (isinstance(value, str | list | tuple | Mapping) and not value)
