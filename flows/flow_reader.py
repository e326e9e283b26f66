"""Reading flows: a YAML map of a flow to a `Flow` with flattened, linked steps.

Nested step lists are numbered in file order. A step without an `id` gets `<number>_<what it does>`. The last step
of any list ends the flow, unless its `next` says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from flows.commands import Json
from flows.condition_reader import read_condition
from flows.conditions import Condition, constant
from flows.fields import flag, is_given, names, number, warn_of_unknown_keys
from flows.findings import Findings, did_you_mean
from flows.model import END, START, Branch, Flow, NluTrigger, NoopTask, Step
from flows.places import Place
from flows.source import Rows, Scalar, Table, Value
from flows.task_reader import REMOVED_KEYS, TASK_KEYS, flat_collect, read_task

_FLOW_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_FLOW_KEYS: Final = {
    "name", "description", "steps", "if", "nlu_trigger", "always_include_in_prompt", "run_pattern_completed",
    "persisted_slots", "translation", "metadata", "voice",
}  # fmt: skip
_STEP_KEYS: Final = {"id", "next", "description", "metadata", "voice", "effect"}
_LINK_KEYS: Final = {"id", "link", "description", "metadata", "voice"}
_BRANCH_KEYS: Final = ("if", "then", "else")


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


def read_flow(flow_id: str, node: Value, place: Place, findings: Findings, *, is_default: bool) -> Flow | None:
    """Read one flow; None where there is nothing that could run."""
    if not _FLOW_ID.fullmatch(flow_id):
        findings.error(place, "flow-id", f"'{flow_id}' is no flow id", "use letters, digits, _ and -")
    if not isinstance(node, Table):
        findings.error(place, "flow", f"flow '{flow_id}' must be a map with description and steps")
        return None
    _warn_of_removed_keys(node, findings)
    warn_of_unknown_keys(node, _FLOW_KEYS | REMOVED_KEYS, "a flow", findings)
    if not (node.text("description") or "").strip():
        # that of a pattern is read by nobody
        add = findings.warning if flow_id.startswith("pattern_") else findings.error
        add(place, "description-missing", f"flow '{flow_id}' needs a description")
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
    persisted = [item.text for item in names(node, "persisted_slots", findings)]
    kept = [str(step.metadata["keeps_slot"]) for step in steps if step.metadata.get("keeps_slot")]
    if persisted and any(step.metadata.get("says_reset") for step in steps):
        message = "'persisted_slots' cannot be combined with 'reset_after_flow_ends'"
        findings.error(
            node.keys["persisted_slots"], "persisted-slot", message, "name the slots in persisted_slots alone"
        )
    return Flow(
        id=flow_id,
        name=node.text("name") or flow_id,
        description=(node.text("description") or "").strip(),
        steps=steps,
        guard=read_condition(guard, findings) if guard is not None else None,
        nlu_trigger=_triggers(node, findings),
        always_include_in_prompt=flag(node, "always_include_in_prompt", False, findings),
        run_pattern_completed=flag(node, "run_pattern_completed", True, findings),
        persisted_slots=frozenset([*persisted, *kept]),
        is_pattern=flow_id.startswith("pattern_"),
        is_default=is_default,
        translation=_mapping(node, "translation"),
        place=place,
    )


def _mapping(node: Table, key: str) -> Mapping[str, Json]:
    value = node.get(key)
    return value.plain() if isinstance(value, Table) else {}


def _triggers(node: Table, findings: Findings) -> tuple[NluTrigger, ...]:
    """Read `- intent: name`, `- intent: {name: …, confidence_threshold: …}`, or plain names; one or a list."""
    value = node.get("nlu_trigger") if is_given(node, "nlu_trigger") else None
    triggers: list[NluTrigger] = []
    for item in value.items if isinstance(value, Rows) else () if value is None else (value,):
        intent = item.get("intent") if isinstance(item, Table) else item
        if isinstance(intent, Table) and (name := intent.text("name")) is not None:
            triggers.append(NluTrigger(name, _threshold(intent, findings)))
        elif isinstance(intent, Scalar) and intent.value is not None:
            triggers.append(NluTrigger(intent.text, _threshold(item, findings) if isinstance(item, Table) else 0.0))
        else:
            findings.error(item.place, "nlu-trigger", "write '- intent: name'")
    return tuple(triggers)


def _threshold(node: Table, findings: Findings) -> float:
    value = node.get("confidence_threshold")
    if value is None:
        return 0.0
    threshold = number(value)
    if threshold is None or not 0 <= threshold <= 1:
        findings.error(value.place, "nlu-trigger", "'confidence_threshold' must be a number from 0 to 1")
        return 0.0
    return threshold


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
    items = value.items if isinstance(value, Rows) else (value,)
    if not any(isinstance(item, Table) and {"if", "else"} & item.keys.keys() for item in items):
        if isinstance(value, Rows):
            return [(None, _drafted(value, drafts))]
        drafts.findings.error(value.place, "next", "'next' must be a step id, END, branches or steps")
        return []
    branches = [branch for item in items for branch in _branch(item, drafts)]
    unconditional = [index for index, (condition, _) in enumerate(branches) if condition is None]
    if unconditional and unconditional[0] < len(branches) - 1:
        drafts.findings.error(value.place, "else-not-last", "'else' must be the last branch, and there is one")
    elif not unconditional:
        drafts.findings.warning(value.place, "else-missing", "without 'else' the flow ends when no branch holds")
    return branches


def _branch(item: Value, drafts: _Drafts) -> list[tuple[Condition | None, str | list[_Draft]]]:
    """Read `if` with `then`, `else`, or both pairs written as one branch."""
    findings = drafts.findings
    if not isinstance(item, Table):
        findings.error(item.place, "branch", "a branch must have 'if' and 'then', or 'else'")
        return []
    misspelt = item.entries.keys() - set(_BRANCH_KEYS)
    for key in misspelt:
        findings.error(item.keys[key], "branch", f"a branch has no '{key}'", did_you_mean(key, _BRANCH_KEYS))
    found: list[tuple[Condition | None, str | list[_Draft]]] = []
    guard = item.get("if")
    if guard is not None:
        condition = read_condition(guard, findings) or constant(False)
        found += [(condition, target) for target in _branch_targets(item, "then", drafts)]
    if "else" in item.entries:
        found += [(None, target) for target in _branch_targets(item, "else", drafts)]
    elif guard is None and not misspelt:
        findings.error(item.place, "branch", "this branch needs 'else'", "or 'if' and 'then'")
    return found


def _branch_targets(item: Table, key: str, drafts: _Drafts) -> list[str | list[_Draft]]:
    target = item.get(key)
    if key == "else" and not is_given(item, "else") and "if" not in item.entries:
        target = item.get("then")  # `- else:` with `then:` below it
    if target is None or (isinstance(target, Scalar) and target.value is None):
        drafts.findings.error(item.place, "branch", f"this branch needs '{key}'")
        return []
    if isinstance(target, Rows):
        return [_drafted(target, drafts)]
    if isinstance(target, Scalar):
        return [_target(target, drafts)]
    drafts.findings.error(target.place, "branch", f"'{key}' must be a step id, END or a list of steps")
    return []


def _target(value: Scalar, drafts: _Drafts) -> str:
    if value.value is None:
        drafts.findings.error(value.place, "next", "'next' is empty: write a step id or END")
        return END
    drafts.targets.append((value.text, value.place))
    return value.text


def _linked(target: str, drafts: _Drafts) -> str:
    """Return where a target leads: `end` means END, unless a step has that id."""
    return END if target not in drafts.by_id and target.upper() == END else target


def _finish(found: list[_Draft], drafts: _Drafts, steps: list[Step]) -> None:
    for index, draft in enumerate(found):
        following = found[index + 1].id if index + 1 < len(found) else END
        task = read_task(draft.node, drafts.findings)
        _check_keys(draft.node, drafts.findings)
        if isinstance(task, NoopTask) and draft.branches is None:
            drafts.findings.error(draft.node.place, "noop", "a noop step must have 'next'")
        branches: list[Branch] = []
        for condition, target in draft.branches if draft.branches is not None else [(None, following)]:
            if isinstance(target, str):
                branches.append(Branch(condition, _linked(target, drafts)))
            else:
                branches.append(Branch(condition, target[0].id if target else END))
                _finish(target, drafts, steps)
        metadata = {**_mapping(draft.node, "metadata"), **_keeping(draft.node, drafts.findings)}
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


def _keeping(node: Table, findings: Findings) -> dict[str, Json]:
    """Read the deprecated `reset_after_flow_ends` of a collect step."""
    if "collect" not in node.entries or not is_given(node, "reset_after_flow_ends"):
        return {}
    is_reset = flag(node, "reset_after_flow_ends", True, findings)
    return {"says_reset": True} if is_reset else {"says_reset": True, "keeps_slot": node.text("collect")}


def _warn_of_removed_keys(node: Table, findings: Findings) -> None:
    for key in REMOVED_KEYS & node.entries.keys():
        findings.warning(node.keys[key], "removed-key", f"'{key}' has no effect any more")


def _check_keys(node: Table, findings: Findings) -> None:
    kind = next((key for key in node.entries if key in TASK_KEYS), None)
    _warn_of_removed_keys(node, findings)
    allowed = _STEP_KEYS | TASK_KEYS.get(kind or "", set()) | TASK_KEYS.keys() | REMOVED_KEYS
    warn_of_unknown_keys(node, allowed, "this step", findings)
    for key in node.entries.keys() & _STEP_KEYS - _LINK_KEYS if kind == "link" else ():
        findings.warning(node.keys[key], "link", f"a link ends its flow: '{key}' has no effect here")


def _check_targets(drafts: _Drafts) -> None:
    for target, place in drafts.targets:
        if target not in drafts.by_id and target.upper() != END:
            message = f"flow '{drafts.flow_id}' has no step '{target}'"
            drafts.findings.error(place, "unknown-step", message, did_you_mean(target, [*drafts.by_id, END]))
