"""Reading a predicate from a file: errors become findings at their exact place."""

from __future__ import annotations

from dataclasses import replace

from flows.conditions import Condition, constant, parse
from flows.errors import PredicateInvalid
from flows.findings import Findings
from flows.source import Scalar, Value


def read_condition(value: Value, findings: Findings) -> Condition | None:
    """Read a predicate; None and a finding where it cannot be one."""
    if not isinstance(value, Scalar):
        findings.error(value.place, "predicate", "a condition must be text", "put it in quotes if it begins with {")
        return None
    if isinstance(value.value, bool):
        return replace(constant(value.value), place=value.place)
    is_on_one_line = value.offset is not None and "\n" not in value.text
    start = value.place.plus(value.offset or 0)
    try:
        condition = replace(parse(value.text), place=start, is_on_one_line=is_on_one_line)
    except PredicateInvalid as error:
        place = start.plus(error.position) if is_on_one_line else start
        findings.error(place, "predicate", f"'{_shortened(value.text)}': {error.message}", error.suggestion)
        return None
    for risk in condition.risks:
        place = condition.place_of(risk.position) or start
        findings.warning(place, "slow-expression", risk.message, "write it so that one text fits in one way only")
    return condition


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}…"
