"""What is wrong with the flows of one edit, at once: the checks that need no more than the flow and what it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import replace
from typing import Final

from flows.domain_reader import Domain
from flows.errors import Finding as FileFinding
from flows.findings import Findings
from flows.flow_checks import check_references
from flows.flow_graph import check_shape
from flows.flow_reader import read_flow
from flows.linking import link_flows
from flows.model import Assistant, CallTask, Flow
from flows.source import Table, read_yaml
from studio.authoring.problems import shown_findings
from studio.authoring.project_files import ProjectFiles
from studio.authoring.shapes import Finding

_QUOTED: Final = re.compile(r"'([^']{1,200})'")
_MISSING: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "unknown-slot": (("slots", "{}"),),
    "unknown-response": (("responses", "{}"),),
    "unknown-action": (("responses", "{}"),),
    "no-question": (("responses", "utter_ask_{}"),),
    "unknown-flow": (("flows", "{}"),),
}


def quick_findings(files: ProjectFiles, assistant: Assistant | None, flows: Iterable[str]) -> list[Finding]:
    """Return what is wrong with some flows; `assistant` is the last that loaded, for what they name."""
    return [one for flow_id in flows for one in shown_findings(files, _found(files, assistant, flow_id))]


def _found(files: ProjectFiles, assistant: Assistant | None, flow_id: str) -> list[FileFinding]:
    path, spot = files.flows[flow_id]
    file = files.yaml(path)
    findings = Findings()
    value = read_yaml(file.parts[spot.part].text, path, findings) if len(spot.path) == 1 and not file.known else None
    if not isinstance(value, Table) or flow_id not in value.entries:
        return []
    flow = read_flow(flow_id, value.entries[flow_id], value.keys[flow_id], findings, is_default=False)
    if flow is not None:
        check_shape(flow, findings)
        if assistant is not None:
            linked = _linked(flow, assistant)
            check_references(linked, _with(linked, assistant), findings)
    shift = file.first_line(spot.part) - 1
    return [replace(one, line=one.line + shift) for one in findings.sorted() if not _is_known_now(one, files)]


def _with(flow: Flow, assistant: Assistant) -> Assistant:
    """Return the assistant with a flow put in, for looking names up.

    What an assistant works out from all its flows stays as it was: with 1,000 flows that takes as long as all else that
    an edit does, and no check of references asks for it.
    """
    changed = copy(assistant)
    object.__setattr__(changed, "flows", {**assistant.flows, flow.id: flow})
    return changed


def _linked(flow: Flow, assistant: Assistant) -> Flow:
    domain = Domain(
        slots=dict(assistant.slots),
        responses=dict(assistant.responses),
        action_effects=dict(assistant.action_effects),
    )
    called = {name: assistant.flows[name] for name in _called(flow) if name in assistant.flows}
    return link_flows({**called, flow.id: flow}, domain)[flow.id]


def _called(flow: Flow) -> list[str]:
    return [step.task.flow_id for step in flow.steps if isinstance(step.task, CallTask)]


def _is_known_now(one: FileFinding, files: ProjectFiles) -> bool:
    """Whether what a finding misses has come since the assistant was last checked as a whole."""
    if one.code not in _MISSING:
        return False
    names = _QUOTED.findall(one.message)
    known = {(section, name) for path in files.domain_paths for section, name in files.yaml(path).spots}
    wanted = [(section, form.format(name)) for name in names for section, form in _MISSING[one.code]]
    return any(one in known for one in wanted) or any(
        ("flows", name) in wanted for name in names if name in files.flows
    )
