"""What is wrong with the flows of one edit, at once: the checks that need no more than the flow and what it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeAlias

from flows.domain_reader import Domain
from flows.errors import Finding as FileFinding
from flows.findings import Findings
from flows.flow_checks import check_references
from flows.flow_graph import check_shape
from flows.flow_reader import read_flow
from flows.follow_on import follow_ons
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


@dataclass(frozen=True, slots=True)
class FlowText:
    """A flow as it is written, its first line being line 1 of the text."""

    flow_id: str
    path: str
    text: str


class Elsewhere(Protocol):
    """An assistant that another process has loaded and keeps: it is asked there what is wrong with flows."""

    def found(self, flows: Sequence[FlowText]) -> list[tuple[FileFinding, ...]] | None:
        """Return what is wrong with each flow, None where nobody answers any more."""


Loaded: TypeAlias = Assistant | Elsewhere


def quick_findings(files: ProjectFiles, assistant: Loaded | None, flows: Iterable[str]) -> list[Finding]:
    """Return what is wrong with some flows; `assistant` is the last that loaded, for what they name."""
    texts = [text for flow_id in flows if (text := _text(files, flow_id)) is not None]
    found = _asked(texts, assistant)
    placed = [one for text, ones in zip(texts, found, strict=True) for one in _placed(files, text.flow_id, ones)]
    return shown_findings(files, placed)


def _text(files: ProjectFiles, flow_id: str) -> FlowText | None:
    path, spot = files.flows[flow_id]
    file = files.yaml(path)
    is_whole = len(spot.path) == 1 and not file.known
    return FlowText(flow_id, path, file.parts[spot.part].text) if is_whole else None


def _asked(texts: Sequence[FlowText], assistant: Loaded | None) -> Iterable[tuple[FileFinding, ...]]:
    if assistant is None or isinstance(assistant, Assistant):
        return [flow_findings(text, assistant) for text in texts]
    found = assistant.found(texts)
    return [flow_findings(text, None) for text in texts] if found is None else found


def flow_findings(given: FlowText, assistant: Assistant | None) -> tuple[FileFinding, ...]:
    """Return what is wrong with one flow; lines are those of its text."""
    findings = Findings()
    value = read_yaml(given.text, given.path, findings)
    if not isinstance(value, Table) or given.flow_id not in value.entries:
        return ()
    node, place = value.entries[given.flow_id], value.keys[given.flow_id]
    flow = read_flow(given.flow_id, node, place, findings, is_default=False)
    if flow is not None:
        check_shape(flow, findings)
        if assistant is not None:
            linked = _linked(flow, assistant)
            check_references(linked, _with(linked, assistant), findings)
    return findings.sorted()


def _placed(files: ProjectFiles, flow_id: str, found: Iterable[FileFinding]) -> Iterable[FileFinding]:
    path, spot = files.flows[flow_id]
    shift = files.yaml(path).first_line(spot.part) - 1
    following = follow_ons(FileFinding(broken, 1, 1, "yaml", "") for broken in files.unreadable)
    kept = (one for one in found if one.code not in following and not _is_known_now(one, files))
    return [replace(one, line=one.line + shift) for one in kept]


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
    known = [file.spots for file in files.shown_domain]
    wanted = [(section, form.format(name)) for name in names for section, form in _MISSING[one.code]]
    return any(one in spots for one in wanted for spots in known) or any(
        ("flows", name) in wanted for name in names if name in files.flows
    )
