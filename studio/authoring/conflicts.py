"""What is told where two people changed the same place: the texts of the file, and what is to be sent then."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from studio.authoring.applying import Work, apply, touching
from studio.authoring.commands import Command, Put
from studio.authoring.content_gestures import put, put_examples
from studio.authoring.content_merging import as_seen
from studio.authoring.errors import AuthoringError
from studio.authoring.files import POSITIONS
from studio.authoring.matching import opcodes
from studio.authoring.merging import Merged, merge
from studio.authoring.parts import etag_of
from studio.authoring.project_files import ProjectFiles
from studio.authoring.shapes import Conflict, Lines
from studio.authoring.states import changed_paths
from studio.authoring.undo import replacing
from studio.authoring.value_merging import Side


def of_unknown(files: ProjectFiles, commands: Sequence[Command], path: str, flow: str | None = None) -> Conflict:
    """Tell that the text a gesture was made on is not remembered: all of it has to be looked at."""
    theirs = mine = files.text(path) or ""
    with contextlib.suppress(AuthoringError):
        mine = apply(files, commands).files.text(path) or ""
    lines = [Lines(start_line=1, end_line=max(1, theirs.count("\n")))]
    return _told(path, theirs, theirs, mine, Merged(theirs, lines)).model_copy(
        update={"flow": flow, "back": replacing(path, theirs, mine)}
    )


def of_file(path: str, base: str, theirs: str, mine: str, merged: Merged) -> Conflict:
    """Tell of a file that both changed."""
    is_yaml = path.endswith((".yml", ".yaml"))
    with_mine = merge(base, mine, theirs, is_yaml=is_yaml).text
    return _told(path, base, theirs, mine, merged).model_copy(update={"back": replacing(path, theirs, with_mine)})


def of_flow(files: ProjectFiles, flow: str, texts: tuple[str, str, str], merged: Merged) -> Conflict:
    """Tell of a flow with the texts of its whole file, so that the file that settles it can be written."""
    file, spot = files.flow(flow)
    before = "".join(part.text for part in file.parts[: spot.part])
    after = "".join(part.text for part in file.parts[spot.part + 1 :])
    first = before.count("\n")
    lines = [Lines(start_line=one.start_line + first, end_line=one.end_line + first) for one in merged.conflicts]
    base, theirs, mine = texts
    with_mine = before + merge(base, mine, theirs).text + after
    told = _told(
        file.path, before + base + after, file.text, before + mine + after, Merged(before + merged.text + after, lines)
    )
    return told.model_copy(update={"flow": flow, "back": replacing(file.path, file.text, with_mine)})


def of_entries(files: ProjectFiles, commands: Sequence[Command], work: Work) -> Conflict | None:
    """Tell of entries of the content that both changed; None where both come to the same text."""
    with_mine = apply(files, commands, "mine").files
    paths = sorted(changed_paths(work.files, with_mine) - {POSITIONS})
    if not paths:
        return None
    path = paths[0]
    theirs, mine, merged = (one.text(path) or "" for one in (files, with_mine, work.files))
    told = _told(path, _as_seen(files, work).text(path) or "", theirs, mine, Merged(merged, _differing(mine, merged)))
    clash = work.clashes[0]
    name = clash.name if isinstance(clash, Put) else clash.intent
    return told.model_copy(update={"entry": name, "back": replacing(path, theirs, mine)})


def with_rest(
    conflict: Conflict, files: ProjectFiles, commands: Sequence[Command], prefers: Side = "theirs"
) -> Conflict:
    """Add what the gesture does beside the file that the conflict is about."""
    try:
        touched = list(touching(files, commands, prefers))
    except AuthoringError:
        return conflict
    both = {conflict.file, POSITIONS}
    rest = [_sent(one) for one, paths in zip(commands, touched, strict=True) if paths - both]
    return conflict.model_copy(update={"rest": rest, "back": [*conflict.back, *rest]})


def _sent(command: Command) -> dict[str, Any]:
    return command.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _as_seen(files: ProjectFiles, work: Work) -> ProjectFiles:
    for clash in work.clashes:
        command = as_seen(clash)
        try:
            files = put(files, command) if isinstance(command, Put) else put_examples(files, command)
        except AuthoringError:  # it was not there then, and is not there now
            continue
    return files


def _differing(mine: str, merged: str) -> list[Lines]:
    """Return the lines of the merged text where the maker's would read otherwise."""
    lines = mine.split("\n"), merged.split("\n")
    return [Lines(start_line=c + 1, end_line=max(c + 1, d)) for tag, _, _, c, d in opcodes(*lines) if tag != "equal"]


def _told(path: str, base: str, theirs: str, mine: str, merged: Merged) -> Conflict:
    return Conflict(
        file=path,
        base=base,
        theirs=theirs,
        mine=mine,
        merged=merged.text,
        conflicts=merged.conflicts or [Lines(start_line=1, end_line=max(1, merged.text.count("\n")))],
        etag=etag_of(theirs),
    )
