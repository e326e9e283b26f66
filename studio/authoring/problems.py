"""What is wrong with an assistant, told by flow and step: a finding's line leads to the step it stands in."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from operator import itemgetter
from typing import Final

from flows.errors import Finding as FileFinding
from studio.authoring.graph import shown_steps
from studio.authoring.project_files import ProjectFiles
from studio.authoring.shapes import Finding, Step
from studio.authoring.views import parsed

_QUOTED: Final = re.compile(r"'([^']{1,200})'")
_SECTIONS: Final = ("slots", "responses")
_LEAD: Final = "until it can be read, what it holds is shown as it last was, and nothing that only follows is told"
"""Beside the hint of what is wrong with a text, since the findings that follow from it are left out."""


def shown_findings(files: ProjectFiles, findings: Iterable[FileFinding]) -> list[Finding]:
    """Return findings with the flow, the step and the name that each is about."""
    spots = _Spots(files)
    return [spots.shown(one) for one in findings]


class _Spots:
    """Where each flow and entry begins, by file; made once for many findings."""

    def __init__(self, files: ProjectFiles) -> None:
        self._files = files
        self._lines: dict[str, list[tuple[int, int, str, str]]] = {}
        self._steps: dict[str, list[Step]] = {}
        self._known = {name for file in files.shown_domain for _, name in file.spots}

    def shown(self, one: FileFinding) -> Finding:
        flow, step, name = None, None, None
        found = self._entry(one.file, one.line)
        if found is not None:
            section, entry = found
            if section == "flows":
                flow, step = entry, self._step(entry, one.line)
            elif section in _SECTIONS:
                name = entry
        is_lead = one.severity == "error" and one.file in self._files.unreadable
        if name is None and not is_lead:
            name = next((word for word in _QUOTED.findall(one.message) if word in self._known), None)
        return Finding(
            severity=one.severity,
            code=one.code,
            message=one.message,
            hint="; ".join(filter(None, (one.suggestion, _LEAD))) if is_lead else one.suggestion,
            file=one.file,
            line=one.line,
            column=one.column,
            flow=flow,
            step=step,
            name=name,
        )

    def _entry(self, path: str, line: int) -> tuple[str, str] | None:
        if path not in self._files.files or not path.endswith((".yml", ".yaml")):
            return None
        if path not in self._lines:
            self._lines[path] = list(self._read(path))
        lines = self._lines[path]
        at = bisect_left(lines, line, key=itemgetter(1))  # the first that does not end above the line
        first, _, section, name = lines[at] if at < len(lines) else (line + 1, line, "", "")
        return (section, name) if first <= line else None

    def _read(self, path: str) -> Iterable[tuple[int, int, str, str]]:
        file = self._files.yaml(path)
        for number, part in enumerate(file.parts if file.problem is None else ()):
            if part.section is not None and part.name is not None and part.index is None:
                first = file.first_line(number)
                yield first, first + part.text.count("\n"), part.section, part.name

    def _step(self, flow_id: str, line: int) -> str | None:
        if flow_id not in self._steps:
            path, spot = self._files.flows[flow_id]
            file = self._files.yaml(path)
            flow = parsed(file, spot)
            self._steps[flow_id] = shown_steps(flow.graph, flow.fragment.tree, spot.path, file.first_line(spot.part))
        inside = [step for step in self._steps[flow_id] if step.line <= line <= step.end_line]
        return inside[-1].key if inside else None
