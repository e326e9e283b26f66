"""Checks of a flow's shape: steps that nothing leads to, and loops that never wait for the caller.

Everything is linear in the number of steps and branches: loops are the strongly connected parts of the graph.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from flows.actions import BUILT_IN
from flows.findings import Findings
from flows.model import ActionTask, CallTask, CollectTask, Flow, LinkTask, SetSlotsTask, Step

Edges = Mapping[str, Collection[str]]
_NAMED_STEPS = 8


def check_shape(flow: Flow, findings: Findings) -> None:
    """Add findings for unreachable steps and endless loops."""
    edges = {step.id: _targets(step, flow) for step in flow.steps}
    reached = _reachable(flow.first, edges)
    for step in flow.steps:
        if step.id not in reached and step.place is not None:
            findings.warning(step.place, "unreachable", f"nothing leads to step '{step.id}'")
    _check_loops(flow, edges, findings)


def loops(edges: Edges) -> list[set[str]]:
    """Return the sets of names that can reach each other, each of at least one edge (Tarjan, without recursion)."""
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    found: list[set[str]] = []
    for start in edges:
        if start in index:
            continue
        waiting = [(start, iter(edges[start]))]
        index[start] = lowest[start] = len(index)
        path.append(start)
        on_path.add(start)
        while waiting:
            name, rest = waiting[-1]
            target = next((one for one in rest if one in edges), None)
            if target is None:
                waiting.pop()
                if waiting:
                    lowest[waiting[-1][0]] = min(lowest[waiting[-1][0]], lowest[name])
                if lowest[name] == index[name]:
                    part = _taken(path, on_path, name)
                    if len(part) > 1 or name in edges[name]:
                        found.append(part)
            elif target not in index:
                index[target] = lowest[target] = len(index)
                path.append(target)
                on_path.add(target)
                waiting.append((target, iter(edges[target])))
            elif target in on_path:
                lowest[name] = min(lowest[name], index[target])
    return found


def _taken(path: list[str], on_path: set[str], name: str) -> set[str]:
    part: set[str] = set()
    while name not in part:
        part.add(path.pop())
    on_path -= part
    return part


def _targets(step: Step, flow: Flow) -> tuple[str, ...]:
    if isinstance(step.task, LinkTask):
        return ()
    return tuple(branch.target for branch in step.next if branch.target in flow.by_id)


def _reachable(start: str, edges: Edges) -> set[str]:
    found = {start}
    waiting = [start]
    while waiting:
        for name in edges.get(waiting.pop(), ()):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


def _check_loops(flow: Flow, edges: Edges, findings: Findings) -> None:
    reported: set[str] = set()
    quiet = [step.id for step in flow.steps if not _may_wait(step)]
    for loop in loops(_within(quiet, edges)):
        steps = [flow.by_id[name] for name in loop]
        has_exit = any(_leaves(step, loop, edges, flow) for step in steps)
        if not (has_exit and any(_changes_slots(step) for step in steps)):
            is_error = not has_exit and not any(_runs_code(step) for step in steps)
            message = "this loop never waits for the caller"
            if has_exit:  # taken or not at the first step: the engine's limit of steps ends it otherwise
                message += ", and nothing in it changes what its way out depends on"
            _report(flow, loop, "endless-loop", message, findings, is_error=is_error)
            reported |= loop
    skipping = [step.id for step in flow.steps if not _always_waits(step)]
    for loop in loops(_within(skipping, edges)):
        steps = [flow.by_id[name] for name in loop]
        asks = any(isinstance(step.task, CollectTask) for step in steps)
        if asks and loop.isdisjoint(reported) and not any(_changes_slots(step) for step in steps):
            message = "the second time round, this loop's questions are skipped, because their slots are filled"
            _report(flow, loop, "loop-without-question", message, findings, is_error=False)


def _within(names: Iterable[str], edges: Edges) -> Edges:
    return {name: edges[name] for name in names}


def _may_wait(step: Step) -> bool:
    return isinstance(step.task, CollectTask | CallTask) or _listens(step)


def _listens(step: Step) -> bool:
    return isinstance(step.task, ActionTask) and step.task.name == "action_listen"


def _always_waits(step: Step) -> bool:
    return _listens(step) or (isinstance(step.task, CollectTask) and step.task.ask_before_filling)


def _leaves(step: Step, loop: set[str], edges: Edges, flow: Flow) -> bool:
    has_else = any(branch.condition is None for branch in step.next)
    ends = not has_else or any(branch.target not in flow.by_id for branch in step.next)
    return ends or any(target not in loop for target in edges[step.id])


def _changes_slots(step: Step) -> bool:
    if isinstance(step.task, ActionTask):
        return not step.task.name.startswith("utter_")
    asks_again = isinstance(step.task, CollectTask) and bool(step.task.rejections)
    return asks_again or isinstance(step.task, SetSlotsTask | CallTask)


def _runs_code(step: Step) -> bool:
    """Whether the step is an action of the assistant's own, which may end the conversation."""
    task = step.task
    return isinstance(task, ActionTask) and not task.name.startswith("utter_") and task.name not in BUILT_IN


def _report(flow: Flow, loop: set[str], code: str, message: str, findings: Findings, *, is_error: bool) -> None:
    steps = sorted((flow.by_id[name] for name in loop), key=lambda step: step.order)
    if steps[0].place is not None:
        names = ", ".join(step.id for step in steps[:_NAMED_STEPS])
        more = ", …" if len(steps) > _NAMED_STEPS else ""
        add = findings.error if is_error else findings.warning
        add(steps[0].place, code, f"{message} (steps {names}{more})", "collect with ask_before_filling")
