"""The flows of a state of a project as graphs, and putting one flow of a state into another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from studio.authoring import plain_data
from studio.authoring.errors import TextInvalid
from studio.authoring.files import POSITIONS
from studio.authoring.parts import YamlFile, read_file
from studio.authoring.project_files import ProjectFiles
from studio.authoring.tree import parse_text
from studio.authoring.views import shown_flow
from studio.projects.errors import CommitRefused, CommitUnknown
from studio.projects.three_way import YAML, Files, as_text

_SECTION: Final = "flows"


def read_flows(files: Files) -> dict[str, Mapping[str, Any]]:
    """Return every flow of a state by its id, in the form of the studio's API; files that do not parse have none."""
    found = _project_files(files)
    return {flow_id: shown_flow(found, flow_id).model_dump(by_alias=True) for flow_id in found.flows}


def with_flow_of(now: Files, then: Files, flow_id: str) -> dict[str, bytes]:
    """Return the files of now with one flow as it was then: in its place if it is still there, else in its old file.

    A flow that was not there then is taken away.

    Raises:
        CommitUnknown: neither state has it.
        CommitRefused: it cannot be put in.
    """
    old, new = _find(then, flow_id), _find(now, flow_id)
    if old is None and new is None:
        raise CommitUnknown(f"There is no flow {flow_id[:80]!r}, neither now nor in that commit.")
    if old is None:
        assert new is not None
        return {**now, new[0]: new[1].without(_SECTION, flow_id).text.encode("utf-8")}
    text = _entry_text(old[1], flow_id)
    if new is not None:
        path, file = new
        made = file.with_part(file.spots[_SECTION, flow_id].part, _indented(text, _column(_entry_text(file, flow_id))))
    else:
        path = old[0]
        file = read_file(path, as_text(now.get(path, b"")) or "")
        if file.problem is not None:
            raise CommitRefused(f"{path} is no valid YAML now, so nothing can be put into it. Mend it first.")
        value = plain_data.at(old[1].fragment(old[1].spots[_SECTION, flow_id].part).data, (flow_id,))
        made = file.with_entry(_SECTION, flow_id, value, lines=_indented(text, 0).rstrip("\n").split("\n"))
    try:
        whole = parse_text(made.text, path).plain()
    except TextInvalid as error:
        raise CommitRefused(f"The flow cannot be put into {path} as that is written now: {error.reason}.") from None
    flows = whole.get(_SECTION) if isinstance(whole, dict) else None
    if not isinstance(flows, dict) or flow_id not in flows:
        raise CommitRefused(f"The flow cannot be put into {path} as that is written now. Restore the whole commit.")
    return {**now, path: made.text.encode("utf-8")}


def _project_files(files: Files) -> ProjectFiles:
    wanted = {path: as_text(content) for path, content in files.items() if path.endswith(YAML) or path == POSITIONS}
    return ProjectFiles.of({path: text for path, text in wanted.items() if text is not None})


def _find(files: Files, flow_id: str) -> tuple[str, YamlFile] | None:
    found = _project_files(files)
    place = found.flows.get(flow_id)
    return None if place is None else (place[0], found.yaml(place[0]))


def _entry_text(file: YamlFile, flow_id: str) -> str:
    part = file.parts[file.spots[_SECTION, flow_id].part]
    if part.name is None or file.known:
        raise CommitRefused(
            f"The flow {flow_id!r} is written in braces or shares parts with others (anchors) in {file.path}. Restore "
            "the whole commit instead."
        )
    return part.text


def _column(text: str) -> int:
    """Return the column at which an entry's key stands."""
    line = next((line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")), "")
    return len(line) - len(line.lstrip(" "))


def _indented(text: str, column: int) -> str:
    """Move an entry's lines so that its key stands at a column."""
    shift = column - _column(text)
    if shift > 0:
        return re.sub(r"^(?=[^\n])", " " * shift, text, flags=re.MULTILINE)
    return re.sub(rf"^ {{1,{-shift}}}", "", text, flags=re.MULTILINE) if shift else text
