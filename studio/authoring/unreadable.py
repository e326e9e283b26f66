"""Flows of files that cannot be read as they are: shown as they were when they last could, until the text is mended.

A file that somebody breaks by hand would else take its flows off the page, and everybody who has one open with them.
What is shown cannot be changed; the file's text can. A server that starts over a broken file takes what was committed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from studio.authoring.errors import EditRefused, TextInvalid
from studio.authoring.parts import Spot, YamlFile
from studio.authoring.project_files import ProjectFiles, TextFile
from studio.authoring.shapes import Unreadable


@dataclass(frozen=True, slots=True)
class LostFlow:
    """A flow as it last was: `file` is the last text that could be read, `problem` what is wrong with the one now."""

    file: YamlFile
    spot: Spot
    problem: TextInvalid

    def told(self) -> Unreadable:
        """Return what the page shows of it."""
        return Unreadable(line=self.problem.line, column=self.problem.column, reason=self.problem.reason)


def keeping_last(now: TextFile, before: TextFile | None) -> TextFile:
    """Return a file that was read anew; one that does not parse keeps the last text that did."""
    if before is None or not _may_have_flows(now.path) or now.yaml.problem is None:
        return now
    last = before.yaml if before.yaml.problem is None else before.yaml.last
    return now if last is None else replace(now, given=replace(now.yaml, last=last))


def with_committed(files: ProjectFiles, committed: Callable[[str], str | None]) -> ProjectFiles:
    """Return the project; files that do not parse, and of which nothing earlier is known, with what was committed."""
    found = dict(files.files)
    for path in files.data_paths:
        yaml = files.yaml(path)
        if yaml.problem is not None and yaml.last is None and (text := committed(path)) is not None:
            found[path] = keeping_last(files.files[path], TextFile(path, text))
    return ProjectFiles(found, files.code)


def lost_flows(files: ProjectFiles) -> dict[str, LostFlow]:
    """Return the flows that cannot be read now, by id; one that stands in another file as well is not lost."""
    found: dict[str, LostFlow] = {}
    for path in files.data_paths:
        now = files.yaml(path)
        if now.problem is None or now.last is None:
            continue
        for flow_id, spot in now.last.entries("flows"):
            if flow_id not in files.flows:
                found.setdefault(flow_id, LostFlow(now.last, spot, now.problem))
    return found


def require_readable(files: ProjectFiles, flow_id: str) -> None:
    """Refuse to change a flow that cannot be read. Raises EditRefused."""
    if flow_id in files.flows:
        return
    lost = lost_flows(files).get(flow_id)
    if lost is not None:
        told = f"{lost.problem.reason} (line {lost.problem.line}, column {lost.problem.column})"
        raise EditRefused(f"'{flow_id}' is in {lost.file.path}, which has to be mended in the text first: {told}.")


def _may_have_flows(path: str) -> bool:
    return path.startswith("data/") and path.endswith((".yml", ".yaml"))
