"""A second reading of a flow's graph, by the engine's own loader, to hold the studio's reading against."""

from __future__ import annotations

from flows.findings import Findings
from flows.flow_reader import read_flow
from flows.model import END, Flow, LinkTask
from flows.source import Table, read_yaml
from studio.authoring.project_files import ProjectFiles
from studio.authoring.shapes import Flow as Shown


def engine_flow(files: ProjectFiles, flow_id: str) -> Flow | None:
    path, _ = files.flows[flow_id]
    table = read_yaml(files.yaml(path).text, path, Findings())
    assert isinstance(table, Table)
    flows = table.entries["flows"]
    assert isinstance(flows, Table)
    return read_flow(flow_id, flows.entries[flow_id], flows.keys[flow_id], Findings(), is_default=False)


def engine_ways(flow: Flow) -> dict[str, list[tuple[str | None, str]]]:
    return {
        step.id: [(branch.condition.text if branch.condition else None, branch.target) for branch in step.next]
        for step in flow.steps
        if not isinstance(step.task, LinkTask)
    }


def shown_ways(flow: Shown) -> dict[str, list[tuple[str | None, str]]]:
    names = {step.key: step.engine_id for step in flow.steps}
    ways: dict[str, list[tuple[str | None, str]]] = {
        step.engine_id: [] for step in flow.steps if step.type not in ("link", "unknown")
    }
    for edge in flow.edges:
        if edge.from_ == "START":
            continue
        is_unwritten_else = edge.kind == "else" and edge.is_implicit
        if is_unwritten_else:
            continue
        target = edge.to_id if edge.to is None else END if edge.to == END else names[edge.to]
        ways[names[edge.from_]].append((edge.condition, str(target)))
    return ways
