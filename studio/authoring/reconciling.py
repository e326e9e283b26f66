"""A gesture made on an older text than there is now: done on what its maker saw, then merged with the present."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studio.authoring.applying import Work, apply
from studio.authoring.commands import Base, Command
from studio.authoring.errors import AuthoringError
from studio.authoring.merging import Merged, merge
from studio.authoring.parts import etag_of
from studio.authoring.positions import moved
from studio.authoring.project_files import ProjectFiles
from studio.authoring.shapes import Conflict, Lines
from studio.authoring.states import EarlierTexts
from studio.authoring.undo import matched_keys
from studio.authoring.views import parsed


def reconcile(files: ProjectFiles, commands: Sequence[Command], base: Base, earlier: EarlierTexts) -> Work | Conflict:
    """Do a gesture, merging it where its base is not the present text.

    Raises:
        AuthoringError: it cannot be done.
    """
    stale_files = {path: etag for path, etag in base.files.items() if _file_etag(files, path) not in (None, etag)}
    stale_flows = {
        flow: etag
        for flow, etag in base.flows.items()
        if flow in files.flows and files.flows[flow][0] not in stale_files and etag_of(files.flow_text(flow)) != etag
    }
    if not stale_files and not stale_flows:
        return apply(files, commands)
    seen = _as_seen(files, stale_files, stale_flows, earlier)
    if isinstance(seen, Conflict):
        return _with_mine(seen, files, commands)
    work = apply(seen, commands)
    for path in stale_files:
        conflict = _merge_file(work, files, seen, path)
        if conflict is not None:
            return conflict
    for flow in stale_flows:
        conflict = _merge_flow(work, files, seen, flow)
        if conflict is not None:
            return conflict
    return work


def _file_etag(files: ProjectFiles, path: str) -> str | None:
    found = files.files.get(path)
    return None if found is None else found.etag


def _as_seen(
    files: ProjectFiles, stale_files: Mapping[str, str], stale_flows: Mapping[str, str], earlier: EarlierTexts
) -> ProjectFiles | Conflict:
    """Return the project as the gesture's maker saw it; a conflict where that is not remembered."""
    seen = files
    for path, etag in stale_files.items():
        text = earlier.get(etag)
        if text is None:
            return _unknown(files, path)
        seen = seen.with_text(path, text)
    for flow, etag in stale_flows.items():
        text = earlier.get(etag)
        if text is None:
            return _unknown(files, files.flows[flow][0], flow)
        file, spot = seen.flow(flow)
        seen = seen.with_part(file, spot, text)
    return seen


def _unknown(files: ProjectFiles, path: str, flow: str | None = None) -> Conflict:
    """What is told where the text that the gesture was made on is not remembered: all of it has to be looked at."""
    theirs = files.text(path) or ""
    return Conflict(
        flow=flow,
        file=path,
        base=theirs,
        theirs=theirs,
        mine=theirs,
        merged=theirs,
        conflicts=[Lines(start_line=1, end_line=max(1, theirs.count("\n")))],
        etag=etag_of(theirs),
    )


def _with_mine(conflict: Conflict, files: ProjectFiles, commands: Sequence[Command]) -> Conflict:
    try:
        mine = apply(files, commands).files.text(conflict.file)
    except AuthoringError:
        return conflict
    return conflict.model_copy(update={"mine": mine or ""})


def _merge_file(work: Work, files: ProjectFiles, seen: ProjectFiles, path: str) -> Conflict | None:
    base, theirs, mine = seen.text(path) or "", files.text(path) or "", work.files.text(path)
    if mine is None:
        mine = ""
    merged = merge(base, theirs, mine, is_yaml=path.endswith((".yml", ".yaml")))
    if merged.conflicts:
        return _conflict(path, base, theirs, mine, merged)
    work.files = work.files.with_text(path, merged.text)
    return None


def _merge_flow(work: Work, files: ProjectFiles, seen: ProjectFiles, flow: str) -> Conflict | None:
    base, theirs = seen.flow_text(flow), files.flow_text(flow)
    mine = work.files.flow_text(flow) if flow in work.files.flows else ""
    merged = merge(base, theirs, mine)
    if merged.conflicts or not mine:
        return _flow_conflict(files, flow, (base, theirs, mine), merged)
    file, spot = work.files.flow(flow)
    graphs = [parsed(*one.flow(flow)).graph for one in (seen, files)]
    work.files = work.files.with_part(file, spot, merged.text)
    now = parsed(*work.files.flow(flow)).graph
    work.moved[flow] = dict(matched_keys(graphs[0], now))
    if flow in files.positions:
        followed = moved(files.positions, flow, dict(matched_keys(graphs[1], now)))
        work.set_positions({**work.files.positions, flow: followed[flow]})
    return None


def _flow_conflict(files: ProjectFiles, flow: str, texts: tuple[str, str, str], merged: Merged) -> Conflict:
    """Tell a flow's conflict with the texts of its whole file, so that the file that settles it can be written."""
    file, spot = files.flow(flow)
    before = "".join(part.text for part in file.parts[: spot.part])
    after = "".join(part.text for part in file.parts[spot.part + 1 :])
    first = before.count("\n")
    lines = [Lines(start_line=one.start_line + first, end_line=one.end_line + first) for one in merged.conflicts]
    whole = Merged(before + merged.text + after, lines)
    base, _, mine = texts
    return _conflict(file.path, before + base + after, file.text, before + mine + after, whole).model_copy(
        update={"flow": flow}
    )


def _conflict(path: str, base: str, theirs: str, mine: str, merged: Merged) -> Conflict:
    return Conflict(
        file=path,
        base=base,
        theirs=theirs,
        mine=mine,
        merged=merged.text,
        conflicts=merged.conflicts or [Lines(start_line=1, end_line=max(1, merged.text.count("\n")))],
        etag=etag_of(theirs),
    )
