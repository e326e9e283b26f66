"""Predicates as the condition builder shows them, and back.

    {"all": [tree, …]}   {"any": [tree, …]}   {"not": tree}
    {"slot": "amount", "operator": ">", "value": 100}      {"context": "reason", "operator": "=", "value": "x"}
    {"slot": "a", "operator": "holds"}                     `slots.a` alone
    {"slot": "a", "operator": "in", "value": ["x", "y"]}   `{'x' 'y'} contains slots.a`
    {"slot": "a", "operator": "<", "value": {"slot": "b"}}    {"…": …, "value": {"literal": "empty"}}

What cannot be shown so (templates, constants, a value on the left) stays free text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flows.commands import Json
from flows.conditions import parse
from flows.errors import PredicateInvalid
from flows.predicates import (
    EMPTY,
    MAX_CHARACTERS,
    MAX_DEPTH,
    Comparison,
    Denied,
    Joined,
    Members,
    Reference,
    Tree,
    Value,
    parse_tree,
    written,
)
from flows.templates import has_template
from studio.authoring.errors import AuthoringError

OPERATORS: Final = ("=", "!=", "<", "<=", ">", ">=", "contains", "matches")
_ROOTS: Final[Mapping[str, str]] = {"slot": "slots", "context": "context"}
_NAMES: Final[Mapping[str, str]] = {root: name for name, root in _ROOTS.items()}
_SAME: Final[Mapping[str, str]] = {"is": "=", "==": "=", "is not": "!=", "is true": "holds"}
_ORDER: Final = ["<", "<=", ">", ">="]
_UNSET: Final[list[Json]] = [None]


class ConditionInvalid(AuthoringError):
    """A tree from the builder that is no condition."""

    code = "condition-invalid"
    http_status = 422


def read(text: str) -> dict[str, Json]:
    """Return a predicate for the builder.

    `parsed` is its tree, None where only free text can show it. `error` says why it is no predicate, with the
    `position` of the first character that does not fit and a `hint`.
    """
    try:
        parse(text)
        tree = None if has_template(text) else parse_tree(text)
    except PredicateInvalid as error:
        told = {"error": error.message, "position": error.position, "hint": error.suggestion}
        return {"parsed": None, **told}
    try:
        parsed = None if tree is None else _shown(tree)
    except _NotShown:
        parsed = None
    return {"parsed": parsed, "error": None, "position": None, "hint": ""}


class _NotShown(Exception):
    """The builder has no form for this."""


def _shown(tree: Tree) -> Json:
    match tree:
        case Joined(word, parts, _):
            return {"all" if word == "and" else "any": [_shown(part) for part in parts]}
        case Denied(inner, _):
            return {"not": _shown(inner)}
        case Reference():
            return {**_reference(tree), "operator": "holds"}
        case Comparison("contains", Members(values, _), Reference() as right, _):
            return {**_reference(right), "operator": "in", "value": [_literal(value) for value in values]}
        case Comparison(operator, Reference() as left, right, _):
            return {**_reference(left), "operator": operator, "value": _side(right)}
        case _:
            raise _NotShown


def _reference(tree: Reference) -> dict[str, Json]:
    return {_NAMES[tree.root]: ".".join(tree.names)}


def _side(tree: Tree) -> Json:
    if isinstance(tree, Value):
        return _literal(tree.value)
    if isinstance(tree, Reference):
        return _reference(tree)
    raise _NotShown


def _literal(value: Json) -> Json:
    if value is EMPTY:
        return {"literal": "empty"}
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        raise _NotShown  # which no JSON holds
    return value


def write(tree: Json) -> str:
    """Write a builder's tree as a predicate.

    Raises:
        ConditionInvalid: it is no condition; says what is missing.
    """
    text = _text(tree, 0, "")
    if len(text) > MAX_CHARACTERS:
        raise ConditionInvalid("The condition is too long. Split it over several steps.")
    try:
        parse(text)
    except PredicateInvalid as error:
        raise ConditionInvalid(f"The condition cannot be written: {error.message}.") from None
    return text


def _text(tree: Json, depth: int, above: str) -> str:
    if depth >= MAX_DEPTH:
        raise ConditionInvalid("The condition is nested too deeply. Split it over several steps.")
    if not isinstance(tree, dict):
        raise ConditionInvalid("A condition needs a slot, an operator and a value.")
    for key, word in (("all", "and"), ("any", "or")):
        if key in tree:
            return _joined(tree, key, word, depth, above)
    if "not" in tree:
        _only(tree, {"not"})
        return f"not {_text(tree['not'], depth + 1, 'not')}"
    text = _comparison(tree)
    return f"({text})" if above == "not" and " " in text else text


def _joined(tree: Mapping[str, Json], key: str, word: str, depth: int, above: str) -> str:
    _only(tree, {key})
    parts = tree[key]
    if not isinstance(parts, list) or not parts:
        raise ConditionInvalid("A group needs at least one condition in it.")
    if len(parts) == 1:
        return _text(parts[0], depth + 1, above)
    text = f" {word} ".join(_text(part, depth + 1, word) for part in parts)
    return f"({text})" if above else text


def _only(tree: Mapping[str, Json], keys: set[str]) -> None:
    others = tree.keys() - keys
    if others:
        raise ConditionInvalid(f"'{sorted(map(str, others))[0]}' does not belong here.")


def _comparison(tree: Mapping[str, Json]) -> str:
    _only(tree, {"slot", "context", "operator", "value"})
    name = _name(tree)
    operator = _SAME.get(str(tree.get("operator")), tree.get("operator"))
    if operator == "holds":
        return name
    if operator in ("is set", "is not set"):
        return f"{name} {'is not' if operator == 'is set' else 'is'} null"
    if "value" not in tree:
        raise ConditionInvalid(f"Say what {name} is compared with.")
    value = tree["value"]
    if operator == "in":
        if not isinstance(value, list) or not value:
            raise ConditionInvalid(f"Give at least one value that {name} may have.")
        return "{" + " ".join(_written(one) for one in value) + "} contains " + name
    if operator not in OPERATORS:
        raise ConditionInvalid(f"'{operator}' is no operator. These are: {', '.join(OPERATORS)}, in, holds.")
    if value is None and operator in ("=", "!="):
        return f"{name} {'is' if operator == '=' else 'is not'} null"  # as people write it
    return f"{name} {operator} {_written_side(value)}"


def _name(tree: Mapping[str, Json]) -> str:
    for key, root in _ROOTS.items():
        name = tree.get(key)
        if isinstance(name, str) and name.strip():
            reference = f"{root}.{name.strip()}"
            try:
                is_one = isinstance(parse_tree(reference), Reference)
            except PredicateInvalid:
                is_one = False
            if is_one:
                return reference
            raise ConditionInvalid(f"'{name}' cannot be the name of a {key}.")
    raise ConditionInvalid("Choose the slot that the condition looks at.")


def _written_side(value: Json) -> str:
    if isinstance(value, dict) and value.keys() & _ROOTS.keys():
        _only(value, {"slot", "context"})
        return _name(value)
    return _written(value)


def _written(value: Json) -> str:
    if value == {"literal": "empty"}:
        return "empty"
    if isinstance(value, dict | list) or (isinstance(value, float) and value != value):
        raise ConditionInvalid("A value is a text, a number, true, false or nothing.")
    try:
        return written(Value(value, 0))
    except StopIteration:
        raise ConditionInvalid(f"{value!r} cannot be written in a condition: it ends in a backslash.") from None


def choices(slot: Mapping[str, Json]) -> dict[str, Json]:
    """Return the operators and legal values for a slot, by its definition in the domain; `values` None means any."""
    kind = slot.get("type")
    values = slot.get("values")
    if kind == "bool":
        return {"operators": ["holds", "=", "!="], "values": [True, False, None]}
    if kind in ("categorical", "strict_categorical") and isinstance(values, list):
        return {"operators": ["=", "!=", "in", "holds"], "values": [*map(str, values), *_UNSET]}
    if kind == "float":
        return {"operators": ["=", "!=", *_ORDER, "holds"], "values": None}
    if kind == "list":
        return {"operators": ["contains", "=", "!=", "holds"], "values": None}
    return {"operators": ["=", "!=", "contains", "matches", "in", *_ORDER, "holds"], "values": None}
