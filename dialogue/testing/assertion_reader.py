"""Reads the expectations of a test's step: assertions, and the plain steps `bot`, `utter`, `slot_was_set` and so on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from dialogue.testing.case import Wanted
from dialogue.testing.expectations import (
    ActionRuns,
    BotDoesNotSay,
    BotSays,
    ClarificationOffers,
    Expectation,
    FlowEnds,
    FlowStarts,
    NeedsJudge,
    ShownButton,
    SlotIsNotSet,
    SlotIsSet,
)
from flows.expressions import MAX_PATTERN_CHARACTERS, ExpressionInvalid, compile_expression
from flows.findings import Findings, did_you_mean
from flows.places import Place
from flows.source import Rows, Scalar, Table, Value

PLAIN_STEPS = ("bot", "utter", "slot_was_set", "slot_was_not_set")
JUDGED = ("generative_response_is_relevant", "generative_response_is_grounded")
ASSERTIONS = (
    "flow_started",
    "flow_completed",
    "flow_cancelled",
    "pattern_clarification_contains",
    "slot_was_set",
    "slot_was_not_set",
    "action_executed",
    "bot_uttered",
    "bot_did_not_utter",
    *JUDGED,
)
_NAMED = frozenset({"name", "value"})


class AssertionReader:
    """Turns YAML into expectations; what is wrong goes to `findings`."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def plain(self, kind: str, row: Table) -> list[Wanted]:
        """Read one plain step, such as `bot: Hello`."""
        value, line = row.entries[kind], row.keys[kind].line
        if kind in ("slot_was_set", "slot_was_not_set"):
            return self._slots(value, line, kind, is_plain=True)
        text = _text(value)
        if text is None:
            self._error(row.place_of(kind), "step", f"`{kind}` must be a text")
            return []
        return [Wanted(BotSays(text=text) if kind == "bot" else BotSays(response=text.strip()), line)]

    def assertions(self, value: Value) -> list[Wanted]:
        """Read the list under `assertions`."""
        if isinstance(value, Scalar) and value.value is None:
            return []
        found: list[Wanted] = []
        for item in value.items if isinstance(value, Rows) else (value,):
            if not isinstance(item, Table) or not item.entries:
                self._error(item.place, "assertion", "an assertion must be a map such as `flow_started: …`")
                continue
            for kind in item.entries:
                found += self._assertion(kind, item)
        return found

    def _assertion(self, kind: str, item: Table) -> list[Wanted]:
        value, line = item.entries[kind], item.keys[kind].line
        if kind in ("slot_was_set", "slot_was_not_set"):
            return self._slots(value, line, kind, is_plain=False)
        return [Wanted(expected, line) for expected in self._expected(kind, value, item.keys[kind])]

    def _expected(self, kind: str, value: Value, place: Place) -> Iterable[Expectation]:
        match kind:
            case "flow_started":
                return self._flow_started(value)
            case "flow_completed":
                return self._flow_ended("completed", value)
            case "flow_cancelled":
                return self._flow_ended("cancelled", value)
            case "pattern_clarification_contains":
                return [ClarificationOffers(names)] if (names := self._names(value, kind)) else []
            case "action_executed":
                return [ActionRuns(name) for name in self._names(value, kind)]
            case "bot_uttered":
                return self._bot_says(kind, value)
            case "bot_did_not_utter":
                return [BotDoesNotSay(said) for said in self._bot_says(kind, value)]
            case "generative_response_is_relevant" | "generative_response_is_grounded":
                return [NeedsJudge(kind)]
            case _:
                self._error(place, "assertion", f"this is no assertion: {kind}", did_you_mean(kind, ASSERTIONS))
                return []

    def _slots(self, value: Value, line: int, kind: str, *, is_plain: bool) -> list[Wanted]:
        """Read slots. Plain steps say `slot: value`, assertions `{name: slot, value: value}`; both also the names."""
        of = SlotIsSet if kind == "slot_was_set" else SlotIsNotSet
        found: list[Wanted] = []
        for item in value.items if isinstance(value, Rows) else (value,):
            at = item.place.line if isinstance(value, Rows) else line
            name = item.text("name") if isinstance(item, Table) else None
            if isinstance(item, Scalar) and item.value is not None:
                found.append(Wanted(of(item.text), at))
            elif isinstance(item, Table) and name is not None and _is_named(item, is_plain=is_plain):
                given = item.get("value")
                found.append(Wanted(of(name, given.plain() if given else None, given is not None), at))
            elif isinstance(item, Table) and item.entries:
                found += [Wanted(of(name, inner.plain(), True), at) for name, inner in item.entries.items()]
            else:
                self._error(item.place, "slot", "expected a slot's name or `slot: value`")
        return found

    def _flow_started(self, value: Value) -> list[Expectation]:
        if not isinstance(value, Table):
            names = self._names(value, "flow_started")
            return [FlowStarts(names)] if names else []
        self._check_keys(value, "flow_started", ("operator", "flow_ids"))
        operator, ids = value.text("operator") or "all", value.get("flow_ids")
        if operator not in ("all", "any") or ids is None:
            message = "flow_started needs a flow's id, or `operator: all|any` and `flow_ids`"
            self._error(value.place, "assertion", message)
            return []
        names = self._names(ids, "flow_ids")
        return [FlowStarts(names, "any" if operator == "any" else "all")] if names else []

    def _flow_ended(self, how: Literal["completed", "cancelled"], value: Value) -> list[Expectation]:
        if not isinstance(value, Table):
            return [FlowEnds(how, name) for name in self._names(value, f"flow_{how}")]
        self._check_keys(value, f"flow_{how}", ("flow_id", "flow_step_id"))
        flow_id = value.text("flow_id")
        if flow_id is None:
            self._error(value.place, "assertion", f"flow_{how} needs `flow_id`")
            return []
        return [FlowEnds(how, flow_id, value.text("flow_step_id"))]

    def _bot_says(self, kind: str, value: Value) -> list[BotSays]:
        if isinstance(value, Rows):
            return [said for item in value.items for said in self._bot_says(kind, item)]
        if isinstance(value, Scalar) and value.value is not None:
            return [BotSays(response=value.text)]
        if not isinstance(value, Table) or not value.entries:
            self._error(value.place, "assertion", f"{kind} needs utter_name, text_matches or buttons")
            return []
        self._check_keys(value, kind, ("utter_name", "text_matches", "buttons"))
        return [
            BotSays(None, value.text("utter_name"), self._pattern(value), self._buttons(value.get("buttons"))),
        ]

    def _pattern(self, value: Table) -> str | None:
        pattern = value.text("text_matches")
        if pattern is None:
            return None
        pattern = pattern.rstrip("\n")
        try:
            if len(pattern) > MAX_PATTERN_CHARACTERS:
                re.compile(pattern)
            else:
                compile_expression(pattern)
        except (ExpressionInvalid, re.error, RecursionError, OverflowError) as problem:
            self._error(value.place_of("text_matches"), "regex", f"this is no regular expression: {problem}")
            return ""
        return pattern

    def _buttons(self, value: Value | None) -> tuple[ShownButton, ...]:
        if value is None:
            return ()
        buttons: list[ShownButton] = []
        for item in value.items if isinstance(value, Rows) else (value,):
            title = item.text("title") if isinstance(item, Table) else None
            if isinstance(item, Table) and title is not None:
                buttons.append(ShownButton(title, item.text("payload")))
            else:
                self._error(item.place, "assertion", "a button needs a title, and may have a payload")
        return tuple(buttons)

    def _names(self, value: Value, kind: str) -> tuple[str, ...]:
        items = value.items if isinstance(value, Rows) else (value,)
        names = [item.text for item in items if isinstance(item, Scalar) and item.value is not None]
        if not names or len(names) < len(items):
            self._error(value.place, "assertion", f"{kind} needs a name")
        return tuple(names)

    def _check_keys(self, value: Table, kind: str, known: tuple[str, ...]) -> None:
        """Refuse a key that nobody reads: what it says would never be checked."""
        for key in value.entries:
            if key not in known:
                message = f"{kind} has no '{key}': it takes {', '.join(known)}"
                self._error(value.keys[key], "assertion", message, did_you_mean(key, known))

    def _error(self, place: Place, code: str, message: str, suggestion: str = "") -> None:
        self._findings.error(place, code, message, suggestion)


def _text(value: Value) -> str | None:
    return value.text if isinstance(value, Scalar) and value.value is not None else None


def _is_named(item: Table, *, is_plain: bool) -> bool:
    """Say whether a map names a slot, rather than being `slot: value` for a slot that is called "name"."""
    return item.entries.keys() <= _NAMED and (not is_plain or "value" in item.entries)
