"""A gesture made on an older text than there is now: done on what its maker saw, then merged with the present."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studio.authoring import conflicts
from studio.authoring.applying import Work, apply
from studio.authoring.commands import Base, Command, Patch, RenameFlow
from studio.authoring.errors import AuthoringError
from studio.authoring.merging import merge
from studio.authoring.parts import etag_of
from studio.authoring.positions import moved
from studio.authoring.project_files import ProjectFiles
from studio.authoring.shapes import Conflict
from studio.authoring.states import EarlierTexts
from studio.authoring.undo import matched_keys
from studio.authoring.views import parsed


def reconcile(files: ProjectFiles, commands: Sequence[Command], base: Base, earlier: EarlierTexts) -> Work | Conflict:
    """Do a gesture, merging it where its base, or what it saw of an entry, is not what is there.

    Raises:
        AuthoringError: it cannot be done.
    """
    stale_files = {path: etag for path, etag in base.files.items() if _file_etag(files, path) not in (None, etag)}
    stale_flows = {
        flow: etag
        for flow, etag in base.flows.items()
        if flow in files.flows and files.flows[flow][0] not in stale_files and etag_of(files.flow_text(flow)) != etag
    }
    seen = _as_seen(files, commands, stale_files, stale_flows, earlier)
    if isinstance(seen, Conflict):
        return seen
    work = apply(seen, commands)
    if work.clashes and (told := conflicts.of_entries(seen, commands, work)) is not None:
        return conflicts.with_rest(told, seen, commands, "mine")
    _keep_own(work, stale_files, stale_flows, earlier)
    conflict = _merge(work, files, seen, stale_files, {flow: _name_now(commands, flow) for flow in stale_flows})
    if conflict is None:
        return work
    whole = conflicts.with_rest(conflict.model_copy(update={"own": work.own}), seen, commands)
    return _straight(files, commands) or whole


def _file_etag(files: ProjectFiles, path: str) -> str | None:
    found = files.files.get(path)
    return None if found is None else found.etag


def _as_seen(
    files: ProjectFiles,
    commands: Sequence[Command],
    stale_files: Mapping[str, str],
    stale_flows: Mapping[str, str],
    earlier: EarlierTexts,
) -> ProjectFiles | Conflict:
    """Return the project as the gesture's maker saw it; a conflict where that is not remembered."""
    seen = files
    for path, etag in stale_files.items():
        text = earlier.get(etag)
        if text is None and etag:
            return conflicts.of_unknown(files, commands, path)
        seen = seen.with_text(path, text)
    for flow, etag in stale_flows.items():
        text = earlier.get(etag)
        if text is None:
            return conflicts.of_unknown(files, commands, files.flows[flow][0], flow)
        file, spot = seen.flow(flow)
        seen = seen.with_part(file, spot, text)
        if "*" in text:  # it may name by an alias what nothing in the file does any more
            seen = seen.with_text(file.path, seen.text(file.path))
            if file.path in seen.unreadable:
                return conflicts.of_unknown(files, commands, file.path, flow)
    return seen


def _keep_own(
    work: Work, stale_files: Mapping[str, str], stale_flows: Mapping[str, str], earlier: EarlierTexts
) -> None:
    """Remember what the maker has now, before what others did is merged in."""
    for path in stale_files:
        text = work.files.text(path)
        if text is not None:
            work.own.files[path] = earlier.keep(text)
    for flow in stale_flows:
        if flow in work.files.flows and not work.moved.get(flow):  # other keys are told as they are after the merge
            work.own.flows[flow] = earlier.keep(work.files.flow_text(flow))


def _straight(files: ProjectFiles, commands: Sequence[Command]) -> Work | None:
    """Take a gesture back in the present text, where that still says what it wrote; None where it does not.

    Sentences that others have put beside it are no reason to ask.
    """
    if not all(isinstance(one, Patch) and all(edit.old.strip() for edit in one.edits) for one in commands):
        return None
    try:
        return apply(files, commands)
    except AuthoringError:
        return None


def _name_now(commands: Sequence[Command], flow: str) -> str:
    """Return what a gesture calls a flow at its end."""
    for one in commands:
        if isinstance(one, RenameFlow) and one.flow == flow:
            flow = one.id
    return flow


def _merge(
    work: Work, files: ProjectFiles, seen: ProjectFiles, stale_files: Mapping[str, str], names: Mapping[str, str]
) -> Conflict | None:
    for path in stale_files:
        conflict = _merge_file(work, files, seen, path)
        if conflict is not None:
            return conflict
    for flow, name in names.items():
        conflict = _merge_flow(work, files, seen, flow, name)
        if conflict is not None:
            return conflict
    return None


def _merge_file(work: Work, files: ProjectFiles, seen: ProjectFiles, path: str) -> Conflict | None:
    base, theirs, mine = (one.text(path) or "" for one in (seen, files, work.files))
    merged = merge(base, theirs, mine, is_yaml=path.endswith((".yml", ".yaml")))
    if merged.conflicts:
        return conflicts.of_file(path, base, theirs, mine, merged)
    work.files = work.files.with_text(path, merged.text)
    return None


def _merge_flow(work: Work, files: ProjectFiles, seen: ProjectFiles, flow: str, name: str) -> Conflict | None:
    """Merge a flow; `name` is what the gesture calls it at its end."""
    base, theirs = seen.flow_text(flow), files.flow_text(flow)
    mine = work.files.flow_text(name) if name in work.files.flows else ""
    merged = merge(base, theirs, mine)
    if merged.conflicts or not mine:
        return conflicts.of_flow(files, flow, (base, theirs, mine), merged)
    file, spot = work.files.flow(name)
    graphs = [parsed(*one.flow(flow)).graph for one in (seen, files)]
    work.files = work.files.with_part(file, spot, merged.text)
    now = parsed(*work.files.flow(name)).graph
    work.moved[name] = dict(matched_keys(graphs[0], now))
    if flow in files.positions:
        followed = moved(files.positions, flow, dict(matched_keys(graphs[1], now)))
        work.set_positions({**work.files.positions, name: followed[flow]})
    return None
