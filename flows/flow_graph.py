"""Checks of a flow's shape: steps that nothing leads to, and loops that never wait for the caller."""

from __future__ import annotations

from collections.abc import Callable

from flows.findings import Findings
from flows.model import ActionTask, CollectTask, Flow, LinkTask, SetSlotsTask, Step

Edges = dict[str, list[str]]


def check_shape(flow: Flow, findings: Findings) -> None:
    """Add findings for unreachable steps and endless loops."""
    edges = {step.id: _targets(step, flow) for step in flow.steps}
    reached = _reachable(flow.first, edges) | {flow.first}
    for step in flow.steps:
        if step.id not in reached and step.place is not None:
            findings.warning(step.place, "unreachable", f"nothing leads to step '{step.id}'")
    _check_loops(flow, edges, findings)


def _targets(step: Step, flow: Flow) -> list[str]:
    if isinstance(step.task, LinkTask):
        return []
    return [branch.target for branch in step.next if branch.target in flow.by_id]


def _reachable(start: str, edges: Edges) -> set[str]:
    found: set[str] = set()
    waiting = list(edges.get(start, ()))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += edges.get(name, ())
    return found


def _check_loops(flow: Flow, edges: Edges, findings: Findings) -> None:
    reported: set[str] = set()
    for loop in _loops(flow, edges, lambda step: isinstance(step.task, CollectTask) or _listens(step)):
        leaves = any(target not in loop for name in loop for target in edges[name]) or any(
            _may_end(flow.by_id[name], flow) for name in loop
        )
        changes = any(_changes_slots(flow.by_id[name]) for name in loop)
        if not (leaves and changes):
            _report(flow, loop, "endless-loop", "this loop never waits for the caller", findings)
            reported |= loop
    for loop in _loops(flow, edges, _always_waits):
        asks = any(isinstance(flow.by_id[name].task, CollectTask) for name in loop)
        if asks and loop.isdisjoint(reported) and not any(_changes_slots(flow.by_id[name]) for name in loop):
            message = "the second time round, this loop's questions are skipped, because their slots are filled"
            _report(flow, loop, "loop-without-question", message, findings, is_error=False)


def _loops(flow: Flow, edges: Edges, is_left_out: Callable[[Step], bool]) -> list[set[str]]:
    """Return the sets of steps that can reach each other, looking only at steps that are not left out."""
    inner = {step.id for step in flow.steps if not is_left_out(step)}
    quiet = {name: [target for target in edges[name] if target in inner] for name in inner}
    reach = {name: _reachable(name, quiet) for name in inner}
    loops: list[set[str]] = []
    for name in sorted(inner):
        loop = {other for other in reach[name] if name in reach[other]}
        if loop and loop not in loops:
            loops.append(loop)
    return loops


def _listens(step: Step) -> bool:
    return isinstance(step.task, ActionTask) and step.task.name == "action_listen"


def _always_waits(step: Step) -> bool:
    return _listens(step) or (isinstance(step.task, CollectTask) and step.task.ask_before_filling)


def _may_end(step: Step, flow: Flow) -> bool:
    has_else = any(branch.condition is None for branch in step.next)
    return not has_else or any(branch.target not in flow.by_id for branch in step.next)


def _changes_slots(step: Step) -> bool:
    if isinstance(step.task, ActionTask):
        return not step.task.name.startswith("utter_")
    return isinstance(step.task, SetSlotsTask) or (isinstance(step.task, CollectTask) and bool(step.task.rejections))


def _report(flow: Flow, loop: set[str], code: str, message: str, findings: Findings, *, is_error: bool = True) -> None:
    first = min((flow.by_id[name] for name in loop), key=lambda step: step.order)
    if first.place is not None:
        add = findings.error if is_error else findings.warning
        add(first.place, code, f"{message} (steps {', '.join(sorted(loop))})", "collect with ask_before_filling")
