"""Reading flows: a YAML map of a flow to a `Flow` with flattened, linked steps.

Nested step lists are numbered in file order. A step without an `id` gets `<number>_<what it does>`. The last step
of any list ends the flow, unless its `next` says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from flows.commands import Json
from flows.conditions import Condition, constant, parse
from flows.errors import PredicateInvalid
from flows.findings import Findings, did_you_mean
from flows.model import END, START, Branch, Flow, NluTrigger, NoopTask, Step
from flows.places import Place
from flows.source import Rows, Scalar, Table, Value
from flows.task_reader import TASK_KEYS, flat_collect, read_task

_FLOW_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_FLOW_KEYS: Final = {
    "name", "description", "steps", "if", "nlu_trigger", "always_include_in_prompt", "run_pattern_completed",
    "persisted_slots", "translation", "metadata", "voice",
}  # fmt: skip
_REMOVED_KEYS: Final = {"ask_confirm_digressions", "block_digressions"}
_STEP_KEYS: Final = {"id", "next", "description", "metadata", "voice", "effect"}


@dataclass(slots=True)
class _Draft:
    """A step whose links are not known yet. `branches`: condition, and a target or the drafts of a list."""

    node: Table
    id: str
    order: int
    branches: list[tuple[Condition | None, str | list[_Draft]]] | None = None


@dataclass(slots=True)
class _Drafts:
    flow_id: str
    findings: Findings
    is_default: bool
    by_id: dict[str, _Draft] = field(default_factory=dict)
    targets: list[tuple[str, Place]] = field(default_factory=list)
    n_steps: int = 0


def read_condition(value: Value, findings: Findings) -> Condition | None:
    """Read a predicate; errors become findings at their exact place."""
    if not isinstance(value, Scalar):
        findings.error(value.place, "predicate", "a condition must be text")
        return None
    if isinstance(value.value, bool):
        return constant(value.value)
    is_on_one_line = value.offset is not None and "\n" not in value.text
    start = value.place.plus(value.offset or 0)
    try:
        return replace(parse(value.text), place=start, is_on_one_line=is_on_one_line)
    except PredicateInvalid as error:
        place = start.plus(error.position) if is_on_one_line else start
        findings.error(place, "predicate", f"'{value.text}': {error.message}", error.suggestion)
        return None


def read_flow(flow_id: str, node: Value, place: Place, findings: Findings, *, is_default: bool) -> Flow | None:
    """Read one flow; None where there is nothing that could run."""
    if not _FLOW_ID.fullmatch(flow_id):
        findings.error(place, "flow-id", f"'{flow_id}' is no flow id", "use letters, digits, _ and -")
    if not isinstance(node, Table):
        findings.error(place, "flow", f"flow '{flow_id}' must be a map with description and steps")
        return None
    for key in node.entries:
        if key in _REMOVED_KEYS:
            findings.warning(node.keys[key], "removed-key", f"'{key}' has no effect any more")
        elif key not in _FLOW_KEYS:
            suggestion = did_you_mean(key, _FLOW_KEYS)
            findings.warning(node.keys[key], "unknown-key", f"a flow has no '{key}'", suggestion)
    if not (node.text("description") or "").strip():
        findings.error(place, "description-missing", f"flow '{flow_id}' needs a description")
    drafts = _Drafts(flow_id, findings, is_default)
    rows = node.get("steps")
    if not isinstance(rows, Rows) or not rows.items:
        findings.error(place, "steps-missing", f"flow '{flow_id}' needs steps")
        return None
    steps: list[Step] = []
    _finish(_drafted(rows, drafts), drafts, steps)
    _check_targets(drafts)
    steps.sort(key=lambda step: step.order)
    return _flow(flow_id, node, tuple(steps), place, findings, is_default)


def _flow(
    flow_id: str, node: Table, steps: tuple[Step, ...], place: Place, findings: Findings, is_default: bool
) -> Flow:
    guard = node.get("if")
    persisted = node.get("persisted_slots")
    names = [item.text for item in persisted.items if isinstance(item, Scalar)] if isinstance(persisted, Rows) else []
    for step in steps:
        if step.metadata.get("keeps_slot"):
            names.append(str(step.metadata["keeps_slot"]))
    return Flow(
        id=flow_id,
        name=node.text("name") or flow_id,
        description=(node.text("description") or "").strip(),
        steps=steps,
        guard=read_condition(guard, findings) if guard is not None else None,
        nlu_trigger=_triggers(node.get("nlu_trigger"), findings),
        always_include_in_prompt=_flag(node, "always_include_in_prompt", False, findings),
        run_pattern_completed=_flag(node, "run_pattern_completed", True, findings),
        persisted_slots=frozenset(names),
        is_pattern=flow_id.startswith("pattern_"),
        is_default=is_default,
        translation=_mapping(node, "translation"),
        place=place,
    )


def _flag(node: Table, key: str, default: bool, findings: Findings) -> bool:
    value = node.get(key)
    if value is None:
        return default
    if isinstance(value, Scalar) and isinstance(value.value, bool):
        return value.value
    findings.error(value.place, "not-a-bool", f"'{key}' must be true or false")
    return default


def _mapping(node: Table, key: str) -> Mapping[str, Json]:
    value = node.get(key)
    return value.plain() if isinstance(value, Table) else {}


def _triggers(value: Value | None, findings: Findings) -> tuple[NluTrigger, ...]:
    if value is None:
        return ()
    triggers: list[NluTrigger] = []
    for item in value.items if isinstance(value, Rows) else ():
        intent = item.get("intent") if isinstance(item, Table) else item
        if isinstance(intent, Table) and (name := intent.text("name")) is not None:
            threshold = intent.get("confidence_threshold")
            number = threshold.value if isinstance(threshold, Scalar) else None
            triggers.append(NluTrigger(name, float(number) if isinstance(number, int | float) else 0.0))
        elif isinstance(intent, Scalar) and intent.value is not None:
            triggers.append(NluTrigger(intent.text))
        else:
            findings.error(item.place, "nlu-trigger", "write '- intent: name'")
    return tuple(triggers)


def _drafted(rows: Rows, drafts: _Drafts) -> list[_Draft]:
    found: list[_Draft] = []
    for item in rows.items:
        if not isinstance(item, Table):
            drafts.findings.error(item.place, "step", "a step must be a map such as '- action: name'")
            continue
        item = flat_collect(item)
        draft = _Draft(item, _step_id(item, drafts), drafts.n_steps)
        drafts.n_steps += 1
        drafts.by_id.setdefault(draft.id, draft)
        found.append(draft)
        following = item.get("next")
        if following is not None:
            draft.branches = _branches(following, drafts)
    return found


def _step_id(node: Table, drafts: _Drafts) -> str:
    given = node.text("id")
    if given in (START, END):
        drafts.findings.error(node.place_of("id"), "step-id", f"'{given}' is reserved")
    elif given is not None:
        if given in drafts.by_id:
            first = drafts.by_id[given].node.place.line
            drafts.findings.error(node.place_of("id"), "duplicate-id", f"step id '{given}' is taken in line {first}")
        return given
    kind = next((key for key in node.entries if key in TASK_KEYS), "step")
    name = node.text(kind)
    label = {"action": name, "collect": f"collect_{name}", "link": f"link_{name}", "call": f"call_{name}"}
    return f"{drafts.n_steps}_{label.get(kind) or kind}"


def _branches(value: Value, drafts: _Drafts) -> list[tuple[Condition | None, str | list[_Draft]]]:
    if isinstance(value, Scalar):
        return [(None, _target(value, drafts))]
    if isinstance(value, Rows):
        is_branching = any(isinstance(item, Table) and {"if", "else"} & item.keys.keys() for item in value.items)
        if not is_branching:
            return [(None, _drafted(value, drafts))]
        branches = [branch for item in value.items for branch in _branch(item, drafts)]
        unconditional = [index for index, (condition, _) in enumerate(branches) if condition is None]
        if unconditional and unconditional[0] < len(branches) - 1:
            drafts.findings.error(value.place, "else-not-last", "'else' must be the last branch, and there is one")
        elif not unconditional:
            drafts.findings.warning(value.place, "else-missing", "without 'else' the flow ends when no branch holds")
        return branches
    drafts.findings.error(value.place, "next", "'next' must be a step id, END, branches or steps")
    return []


def _branch(item: Value, drafts: _Drafts) -> list[tuple[Condition | None, str | list[_Draft]]]:
    findings = drafts.findings
    if not isinstance(item, Table):
        findings.error(item.place, "branch", "a branch must have 'if' and 'then', or 'else'")
        return []
    for key in item.entries:
        if key not in ("if", "then", "else"):
            suggestion = did_you_mean(key, ("if", "then", "else"))
            findings.error(item.keys[key], "branch", f"a branch has no '{key}'", suggestion)
    condition: Condition | None = None
    key = "else"
    guard = item.get("if")
    if guard is not None:
        key = "then"
        condition = read_condition(guard, findings) or constant(False)
    target = item.get(key)
    if target is None:
        findings.error(item.place, "branch", f"this branch needs '{key}'")
        return []
    if isinstance(target, Rows):
        return [(condition, _drafted(target, drafts))]
    if isinstance(target, Scalar):
        return [(condition, _target(target, drafts))]
    findings.error(target.place, "branch", f"'{key}' must be a step id, END or a list of steps")
    return []


def _target(value: Scalar, drafts: _Drafts) -> str:
    if value.value is None:
        drafts.findings.error(value.place, "next", "'next' is empty: write a step id or END")
        return END
    if value.text.upper() == END:
        return END
    drafts.targets.append((value.text, value.place))
    return value.text


def _finish(found: list[_Draft], drafts: _Drafts, steps: list[Step]) -> None:
    for index, draft in enumerate(found):
        following = found[index + 1].id if index + 1 < len(found) else END
        task = read_task(draft.node, drafts.findings, read_condition)
        _check_keys(draft.node, drafts.findings)
        if isinstance(task, NoopTask) and draft.branches is None:
            drafts.findings.error(draft.node.place, "noop", "a noop step must have 'next'")
        branches: list[Branch] = []
        for condition, target in draft.branches if draft.branches is not None else [(None, following)]:
            if isinstance(target, str):
                branches.append(Branch(condition, target))
            else:
                branches.append(Branch(condition, target[0].id if target else END))
                _finish(target, drafts, steps)
        metadata = dict(_mapping(draft.node, "metadata"))
        if draft.node.text("reset_after_flow_ends") in ("false", "False"):
            metadata["keeps_slot"] = draft.node.text("collect")
        if task is not None:
            steps.append(
                Step(
                    id=draft.id,
                    flow_id=drafts.flow_id,
                    order=draft.order,
                    task=task,
                    next=tuple(branches),
                    voice=_mapping(draft.node, "voice"),
                    metadata=metadata,
                    place=draft.node.place,
                )
            )


def _check_keys(node: Table, findings: Findings) -> None:
    kind = next((key for key in node.entries if key in TASK_KEYS), None)
    allowed = _STEP_KEYS | TASK_KEYS.get(kind or "", set()) | set(TASK_KEYS)
    for key in node.entries:
        if key not in allowed:
            suggestion = did_you_mean(key, allowed)
            findings.warning(node.keys[key], "unknown-key", f"this step has no '{key}'", suggestion)


def _check_targets(drafts: _Drafts) -> None:
    for target, place in drafts.targets:
        if target not in drafts.by_id:
            message = f"flow '{drafts.flow_id}' has no step '{target}'"
            drafts.findings.error(place, "unknown-step", message, did_you_mean(target, [*drafts.by_id, END]))
