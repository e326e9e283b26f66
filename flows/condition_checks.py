"""Checks of predicates against the slots that they read: names that do not exist, comparisons that never hold.

Only what the format forbids is an error: a name that is no slot, and a bool or categorical slot compared with a
value that it cannot have. Everything else that can never hold is a warning, since the assistant runs all the same.
"""

from __future__ import annotations

from typing import Final

from flows.commands import Json
from flows.conditions import Condition
from flows.fields import as_number
from flows.findings import Findings, did_you_mean
from flows.model import Assistant, Slot
from flows.places import Place
from flows.predicates import Comparison, Members, Reference, Value

CATEGORICAL: Final = ("categorical", "strict_categorical")
_ORDERING: Final = ("<", "<=", ">", ">=")


def check_condition(condition: Condition, assistant: Assistant, findings: Findings, *, has_context: bool) -> None:
    """Add findings for unknown slots and impossible comparisons of one predicate."""
    for reference in condition.references:
        place = condition.place_of(reference.position)
        if place is None:
            continue
        name = reference.names[0]
        if reference.root == "slots" and name not in assistant.slots:
            suggestion = did_you_mean(name, assistant.slots)
            findings.error(place, "unknown-slot", f"there is no slot '{name}'", suggestion)
        elif reference.root == "context" and not has_context:
            findings.warning(place, "context", "only patterns have a context; here this is always empty")
    for comparison in condition.comparisons:
        _check_comparison(comparison, condition, assistant, findings)


def _check_comparison(comparison: Comparison, condition: Condition, assistant: Assistant, findings: Findings) -> None:
    sides = (comparison.left, comparison.right)
    reference = next((side for side in sides if isinstance(side, Reference) and side.root == "slots"), None)
    slot = assistant.slots.get(reference.names[0]) if reference is not None else None
    if slot is None or reference is None or len(reference.names) > 1:
        return
    at_operator = condition.place_of(comparison.position)
    if at_operator is None:
        return
    _check_operator(comparison, slot, reference is comparison.left, at_operator, findings)
    other = comparison.right if reference is comparison.left else comparison.left
    if isinstance(other, Value) and isinstance(other.value, str | int | float):
        place = condition.place_of(other.position) or at_operator
        if comparison.operator in ("=", "!="):
            _check_equal(other.value, slot, place, findings)
        elif comparison.operator in _ORDERING and slot.type == "float" and as_number(other.value) is None:
            findings.warning(place, "never-holds", f"'{slot.name}' is a number and {other.value!r} is none")
    elif isinstance(other, Members) and comparison.operator == "contains" and slot.type in CATEGORICAL:
        for value in other.values:
            if isinstance(value, str) and value not in slot.values:
                place = condition.place_of(other.position) or at_operator
                message = f"{value!r} is no value of '{slot.name}'"
                findings.warning(place, "illegal-value", message, _closest(value, slot))


def _check_operator(comparison: Comparison, slot: Slot, is_left: bool, place: Place, findings: Findings) -> None:
    operator = comparison.operator
    message = ""
    if operator in _ORDERING and slot.type == "bool":
        message = f"'{slot.name}' is a bool, which is neither smaller nor larger than anything"
    elif operator == "matches" and slot.type == "bool" and is_left:
        message = f"'{slot.name}' is a bool, which matches nothing"
    elif operator == "contains" and slot.type in ("bool", "float") and is_left:
        message = f"'{slot.name}' is a {slot.type}, which contains nothing"
    if message:
        findings.warning(place, "never-holds", message)


def _check_equal(value: Json, slot: Slot, place: Place, findings: Findings) -> None:
    problem = f"'{slot.name}' is a {slot.type} slot and is compared with {value!r}"
    if slot.type == "bool" and not isinstance(value, bool):
        is_meant = value in (0, 1) or str(value).lower() in ("true", "false")
        add = findings.warning if is_meant else findings.error
        add(place, "illegal-value", problem, "compare with true, false or null")
    elif slot.type in CATEGORICAL and (isinstance(value, bool) or str(value) not in slot.values):
        is_meant = str(value).lower() in {one.lower() for one in slot.values}
        add = findings.warning if is_meant or slot.is_default else findings.error
        add(place, "illegal-value", f"{value!r} is no value of '{slot.name}'", _closest(str(value), slot))
    elif slot.type == "float" and (isinstance(value, bool) or not isinstance(value, int | float)):
        findings.warning(place, "never-holds", problem, "compare with a number")
    elif slot.type == "text" and not isinstance(value, str):
        findings.warning(place, "never-holds", problem, f"put it in quotes: '{value}'")


def _closest(value: str, slot: Slot) -> str:
    return did_you_mean(value, slot.values) or "one of " + ", ".join(slot.values[:10])
