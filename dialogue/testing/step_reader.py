"""Reads the steps of a test case: turns of the caller, each with what is expected of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dialogue.testing.case import UserStep
from dialogue.testing.expectations import (
    ActionRuns,
    BotDoesNotSay,
    BotSays,
    ClarificationOffers,
    Expectation,
    FlowEnds,
    FlowStarts,
    NeedsJudge,
    SlotIsNotSet,
    SlotIsSet,
)
from dialogue.turn import Button
from flows.commands import Json
from flows.findings import Findings, did_you_mean
from flows.source import Rows, Scalar, Table, Value

PLAIN_STEPS = ("bot", "utter", "slot_was_set", "slot_was_not_set")
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
)
JUDGED = ("generative_response_is_relevant", "generative_response_is_grounded")


@dataclass(slots=True)
class _Draft:
    """A turn while its steps are read. Plain steps count only where there are no assertions."""

    text: str | None
    line: int
    metadata: dict[str, Json] = field(default_factory=dict)
    plain: list[Expectation] = field(default_factory=list)
    assertions: list[Expectation] | None = None
    is_ordered: bool = False


class StepReader:
    """Reads steps; what is wrong goes to `findings`."""

    def __init__(
        self,
        findings: Findings,
        defined_metadata: Mapping[str, Mapping[str, Json]],
        case_metadata: Mapping[str, Json],
    ) -> None:
        self._findings = findings
        self._defined_metadata = defined_metadata
        self._case_metadata = case_metadata

    def steps(self, rows: Rows) -> tuple[UserStep, ...]:
        """Return the turns of a case; the first has no text when something is expected of the session's start."""
        drafts = [_Draft(None, rows.place.line)]
        for row in rows.items:
            self._take(row, drafts)
        return tuple(
            UserStep(
                draft.text,
                {**self._case_metadata, **draft.metadata},
                tuple(draft.plain if draft.assertions is None else draft.assertions),
                draft.is_ordered,
                draft.line,
            )
            for draft in drafts
            if draft.text is not None or draft.plain or draft.assertions
        )

    def _take(self, row: Value, drafts: list[_Draft]) -> None:
        if not isinstance(row, Table):
            self._findings.error(row.place, "step", "a step must be a map such as `user: …` or `bot: …`")
            return
        known = False
        if "user" in row.entries:
            drafts.append(self._user(row))
            known = True
        draft = drafts[-1]
        if "assertions" in row.entries:
            draft.assertions = [*(draft.assertions or []), *self._assertions(row)]
            draft.is_ordered = draft.is_ordered or row.text("assertion_order_enabled") in ("true", "True")
            known = True
        for kind in PLAIN_STEPS:
            if kind in row.entries:
                draft.plain += self._plain(kind, row)
                known = True
        if not known:
            names = ", ".join(row.entries) or "nothing"
            hint = did_you_mean(next(iter(row.entries), ""), ("user", "assertions", *PLAIN_STEPS))
            self._findings.error(row.place, "step", f"this is no step of a test: {names}", hint)

    def _user(self, row: Table) -> _Draft:
        value = row.get("user")
        if not isinstance(value, Scalar):
            self._findings.error(row.place_of("user"), "step", "`user` must be a text")
        text = value.text if isinstance(value, Scalar) else ""
        name = row.text("metadata")
        if name is not None and name not in self._defined_metadata:
            self._findings.error(row.place_of("metadata"), "unknown-metadata", f"no metadata named '{name}' is defined")
        return _Draft(text, row.place.line, dict(self._defined_metadata.get(name or "", {})))

    def _plain(self, kind: str, row: Table) -> list[Expectation]:
        value = row.entries[kind]
        match kind:
            case "bot" if isinstance(value, Scalar):
                return [BotSays(text=value.text)]
            case "utter" if isinstance(value, Scalar):
                return [BotSays(response=value.text)]
            case "slot_was_set" | "slot_was_not_set":
                return self._slots(value, is_set=kind == "slot_was_set")
            case _:
                self._findings.error(value.place, "step", f"`{kind}` must be a text")
                return []

    def _slots(self, value: Value, *, is_set: bool) -> list[Expectation]:
        kind = SlotIsSet if is_set else SlotIsNotSet
        found: list[Expectation] = []
        for item in value.items if isinstance(value, Rows) else (value,):
            if isinstance(item, Scalar):
                found.append(kind(item.text))
            elif isinstance(item, Table) and item.text("name") is not None and item.entries.keys() <= _NAMED:
                given = item.get("value")
                found.append(kind(item.text("name") or "", given.plain() if given else None, given is not None))
            elif isinstance(item, Table):
                found += [kind(name, inner.plain(), True) for name, inner in item.entries.items()]
            else:
                self._findings.error(item.place, "slot", "expected a slot's name or `slot: value`")
        return found

    def _assertions(self, row: Table) -> list[Expectation]:
        rows = row.entries["assertions"]
        found: list[Expectation] = []
        for item in rows.items if isinstance(rows, Rows) else (rows,):
            if not isinstance(item, Table) or not item.entries:
                self._findings.error(item.place, "assertion", "an assertion must be a map such as `flow_started: …`")
                continue
            for kind, value in item.entries.items():
                found += self._assertion(kind, value, item)
        return found

    def _assertion(self, kind: str, value: Value, item: Table) -> list[Expectation]:
        match kind:
            case "flow_started":
                return self._flow_started(value)
            case "flow_completed":
                return self._flow_ended("completed", value)
            case "flow_cancelled":
                return self._flow_ended("cancelled", value)
            case "pattern_clarification_contains":
                return [ClarificationOffers(_texts(value))]
            case "slot_was_set" | "slot_was_not_set":
                return self._slots(value, is_set=kind == "slot_was_set")
            case "action_executed" if isinstance(value, Scalar):
                return [ActionRuns(value.text)]
            case "bot_uttered":
                return list[Expectation](self._bot_says(value))
            case "bot_did_not_utter":
                return [BotDoesNotSay(said) for said in self._bot_says(value)]
            case "generative_response_is_relevant" | "generative_response_is_grounded":
                return [NeedsJudge(kind)]
            case _:
                hint = did_you_mean(kind, (*ASSERTIONS, *JUDGED))
                self._findings.error(item.keys[kind], "assertion", f"this is no assertion: {kind}", hint)
                return []

    def _flow_started(self, value: Value) -> list[Expectation]:
        if isinstance(value, Scalar):
            return [FlowStarts((value.text,))]
        ids = value.get("flow_ids") if isinstance(value, Table) else value
        operator = value.text("operator") if isinstance(value, Table) else "all"
        if operator not in ("all", "any") or not _texts(ids):
            self._findings.error(
                value.place, "assertion", "flow_started needs a flow's id, or `operator: all|any` and `flow_ids`"
            )
            return []
        return [FlowStarts(_texts(ids), "any" if operator == "any" else "all")]

    def _flow_ended(self, how: Literal["completed", "cancelled"], value: Value) -> list[Expectation]:
        if isinstance(value, Scalar):
            return [FlowEnds(how, value.text)]
        flow_id = value.text("flow_id") if isinstance(value, Table) else None
        if not isinstance(value, Table) or flow_id is None:
            self._findings.error(value.place, "assertion", f"flow_{how} needs `flow_id`")
            return []
        return [FlowEnds(how, flow_id, value.text("flow_step_id"))]

    def _bot_says(self, value: Value) -> list[BotSays]:
        if isinstance(value, Scalar):
            return [BotSays(response=value.text)]
        if not isinstance(value, Table):
            self._findings.error(value.place, "assertion", "bot_uttered needs utter_name, text_matches or buttons")
            return []
        pattern = value.text("text_matches")
        if pattern is not None:
            pattern = pattern.rstrip("\n")
            try:
                re.compile(pattern)
            except re.error as problem:
                place = value.place_of("text_matches")
                self._findings.error(place, "regex", f"this is no regular expression: {problem}")
                pattern = ""
        return [BotSays(None, value.text("utter_name"), pattern, self._buttons(value.get("buttons")))]

    def _buttons(self, value: Value | None) -> tuple[Button, ...]:
        buttons: list[Button] = []
        for item in value.items if isinstance(value, Rows) else ():
            if isinstance(item, Table) and item.text("title") is not None:
                buttons.append(Button(item.text("title") or "", item.text("payload") or ""))
            else:
                self._findings.error(item.place, "assertion", "a button needs a title and a payload")
        return tuple(buttons)


_NAMED = frozenset({"name", "value"})


def _texts(value: Value | None) -> tuple[str, ...]:
    if isinstance(value, Scalar):
        return (value.text,)
    items = value.items if isinstance(value, Rows) else ()
    return tuple(item.text for item in items if isinstance(item, Scalar))
