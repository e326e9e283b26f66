"""Which steps of an assistant's flows its tests run through, and by which links. Pure.

Every case leaves a `Trace`: how often each step was entered, from which step of the same flow, and which commands
were proposed. Traces of cases add up. Patterns of the assistant's own count as flows; default ones do not. A jump
that is no link of the flow (a correction goes back to an earlier step) is not an edge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dialogue.events import DialogueEvent, UserSaid
from dialogue.serialization import type_name
from flows.events import FlowCancelled, FlowCompleted, FlowStarted, StepEntered
from flows.model import END, START, Assistant, Flow, Step


@dataclass(frozen=True, slots=True)
class Trace:
    """What a case ran through: (flow, step), (flow, from step, to step) and command names, each with a count."""

    steps: Counter[tuple[str, str]] = field(default_factory=Counter)
    edges: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    flows: tuple[str, ...] = ()
    """Flows that were started, in order, each once."""


@dataclass(frozen=True, slots=True)
class StepCoverage:
    id: str
    line: int
    count: int


@dataclass(frozen=True, slots=True)
class FlowCoverage:
    """The coverage of one flow. `edges` are the links of the flow, those never taken with a count of 0."""

    id: str
    name: str
    file: str
    line: int
    steps: tuple[StepCoverage, ...]
    edges: Mapping[tuple[str, str], int]

    @property
    def visited(self) -> int:
        """The number of steps that were entered at all."""
        return sum(step.count > 0 for step in self.steps)

    @property
    def missing(self) -> tuple[StepCoverage, ...]:
        """The steps that were never entered."""
        return tuple(step for step in self.steps if step.count == 0)

    @property
    def share(self) -> float:
        """Visited steps of all, between 0 and 1."""
        return self.visited / len(self.steps) if self.steps else 1.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of an assistant by some of its tests."""

    flows: tuple[FlowCoverage, ...]
    commands: Mapping[str, int]

    @property
    def n_steps(self) -> int:
        """The number of steps of all flows."""
        return sum(len(flow.steps) for flow in self.flows)

    @property
    def visited(self) -> int:
        """The number of steps that were entered, of all flows."""
        return sum(flow.visited for flow in self.flows)

    @property
    def share(self) -> float:
        """Visited steps of all, between 0 and 1."""
        return self.visited / self.n_steps if self.n_steps else 1.0


def trace_of(events: Sequence[DialogueEvent], assistant: Assistant) -> Trace:
    """Return what a conversation ran through."""
    trace = Trace()
    flows: dict[str, None] = {}
    at: dict[str, str] = {}
    for event in events:
        match event:
            case UserSaid(commands=commands):
                trace.commands.update(type_name(type(command)) for command in commands)
            case FlowStarted(flow_id=flow_id):
                flows.setdefault(flow_id)
                at[flow_id] = START
            case StepEntered(flow_id=flow_id, step_id=step_id):
                trace.steps[flow_id, step_id] += 1
                _count_edge(trace, assistant.flows.get(flow_id), at.get(flow_id, START), step_id)
                at[flow_id] = step_id
            case FlowCompleted(flow_id=flow_id):
                _count_edge(trace, assistant.flows.get(flow_id), at.pop(flow_id, START), END)
            case FlowCancelled(flow_id=flow_id):
                at.pop(flow_id, None)
            case _:
                pass
    measured = tuple(flow_id for flow_id in flows if _is_measured(assistant.flows.get(flow_id)))
    return Trace(trace.steps, trace.edges, trace.commands, measured)


def coverage_of(traces: Iterable[Trace], assistant: Assistant) -> Coverage:
    """Add up traces to the coverage of every flow, in the order of the files."""
    steps: Counter[tuple[str, str]] = Counter()
    edges: Counter[tuple[str, str, str]] = Counter()
    commands: Counter[str] = Counter()
    for trace in traces:
        steps.update(trace.steps)
        edges.update(trace.edges)
        commands.update(trace.commands)
    flows = [flow for flow in assistant.flows.values() if _is_measured(flow)]
    return Coverage(tuple(_covered(flow, steps, edges) for flow in flows), dict(commands.most_common()))


def _covered(
    flow: Flow, steps: Mapping[tuple[str, str], int], edges: Mapping[tuple[str, str, str], int]
) -> FlowCoverage:
    return FlowCoverage(
        flow.id,
        flow.name,
        flow.place.file if flow.place else "",
        flow.place.line if flow.place else 0,
        tuple(StepCoverage(step.id, _line(step), steps.get((flow.id, step.id), 0)) for step in flow.steps),
        {edge: edges.get((flow.id, *edge), 0) for edge in _edges(flow)},
    )


def _edges(flow: Flow) -> dict[tuple[str, str], None]:
    """Return the links of a flow, from its start to END, in the order of its steps."""
    found: dict[tuple[str, str], None] = {(START, flow.first): None}
    for step in flow.steps:
        found.update(dict.fromkeys((step.id, branch.target) for branch in step.next))
        if not step.next:
            found[step.id, END] = None
    return found


def _count_edge(trace: Trace, flow: Flow | None, source: str, target: str) -> None:
    if flow is None:
        return
    step = flow.by_id.get(source)
    targets = [branch.target for branch in step.next] or [END] if step is not None else [flow.first]
    if target in targets:
        trace.edges[flow.id, source, target] += 1


def _is_measured(flow: Flow | None) -> bool:
    return flow is not None and not flow.is_default


def _line(step: Step) -> int:
    return step.place.line if step.place else 0
