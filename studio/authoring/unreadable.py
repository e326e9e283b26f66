"""What stands in files that cannot be read as they are: shown as it was when it last could, until the text is mended.

A file that somebody breaks by hand would else take its flows, slots and responses off the page, and everybody who has
one open with them; what names them would be told that they do not exist, and they would be made a second time.
What is shown cannot be changed; the file's text can. A server that starts over a broken file takes what was committed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from flows.commands import Json
from studio.authoring.errors import EditRefused, TextInvalid
from studio.authoring.parts import Spot, YamlFile
from studio.authoring.project_files import ProjectFiles, TextFile, is_kept
from studio.authoring.shapes import Unreadable

Examples = Literal["intent", "lookup"]
"""What an entry of examples is of."""
_KEY: Final = r"""(?m)^[ \t]*(?:-[ \t]+)?["']?{}["']?[ \t]*(?:[:#]|\r?$)"""
_EXAMPLES_OF: Final = r"""(?m)\b{}["']?[ \t]*:[ \t]*["']?{}["']?[ \t]*(?:#|\r?$)"""
_WORD: Final = r"(?<![\w-]){}(?![\w-])"


@dataclass(frozen=True, slots=True)
class LostFlow:
    """A flow as it last was: `file` is the last text that could be read, `problem` what is wrong with the one now."""

    file: YamlFile
    spot: Spot
    problem: TextInvalid

    def told(self) -> Unreadable:
        """Return what the page shows of it."""
        return _told(self.file.path, self.problem)


def _told(path: str, problem: TextInvalid) -> Unreadable:
    return Unreadable(file=path, line=problem.line, column=problem.column, reason=problem.reason)


def told(files: ProjectFiles, path: str | None) -> Unreadable | None:
    """Return why a file cannot be read; None where it can."""
    problem = None if path is None else files.unreadable.get(path)
    return None if path is None or problem is None else _told(path, problem)


def mark(files: ProjectFiles, *paths: str | None) -> dict[str, Json]:
    """Return what the lists say of an entry that is written in some files; nothing where all of them can be read."""
    for path in paths:
        if (found := told(files, path)) is not None:
            return {"unreadable": found.model_dump()}
    return {}


def keeping_last(now: TextFile, before: TextFile | None) -> TextFile:
    """Return a file that was read anew; one that does not parse keeps the last text that did."""
    if before is None or not is_kept(now.path) or now.yaml.problem is None:
        return now
    last = before.yaml if before.yaml.problem is None else before.yaml.last
    return now if last is None else replace(now, given=replace(now.yaml, last=last))


def with_committed(files: ProjectFiles, committed: Callable[[str], str | None]) -> ProjectFiles:
    """Return the project; files that do not parse, and of which nothing earlier is known, with what was committed."""
    found = dict(files.files)
    for path in files.unreadable:
        if files.yaml(path).last is None and (text := committed(path)) is not None:
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


def lost_examples(files: ProjectFiles, kind: Examples) -> dict[str, str]:
    """Return the intents, or the lookup tables, some sentences of which cannot be read now, with the file of those."""
    lost = [file for file in files.shown_data if file.path in files.unreadable]
    return {name: file.path for file in reversed(lost) for name in _named(file, "nlu", kind)}


def _named(file: YamlFile, section: str, key: str = "") -> Iterator[str]:
    """Yield the names in a section: keys of a map, items of a list or their keys, or what items say under a key."""
    if file.problem is not None:
        return
    found = file.whole().at((section,))
    for row in found if isinstance(found, list | dict) else ():
        if key and isinstance(row, dict) and row.get(key) is not None:
            yield str(row[key])
        elif not key:
            yield from map(str, row) if isinstance(row, dict) else (str(row),)


def require_readable(files: ProjectFiles, flow_id: str) -> None:
    """Refuse to change a flow that cannot be read, or to make one that is in a text that cannot. Raises EditRefused."""
    if flow_id not in files.flows:
        _refuse(files, flow_id, files.data_paths, "flows", "", _KEY.format(re.escape(flow_id)))


def require_readable_entry(files: ProjectFiles, section: str, name: str) -> None:
    """Refuse to change or to make an entry of the domain that is in a file that cannot be read. Raises EditRefused."""
    broken = [path for path in files.domain_paths if path in files.unreadable]
    readable = [path for path in files.domain_paths if broken and path not in files.unreadable]
    if broken and not any(name in _named(files.yaml(path), section) for path in readable):
        _refuse(files, name, broken, section, "", _KEY.format(re.escape(name)))


def require_readable_examples(files: ProjectFiles, kind: Examples, name: str) -> None:
    """Refuse to change examples, some of which are in a file that cannot be read. Raises EditRefused."""
    _refuse(files, name, files.data_paths, "nlu", kind, _EXAMPLES_OF.format(kind, re.escape(name)))


def require_readable_users(files: ProjectFiles, name: str) -> None:
    """Refuse to give something another name that a text which cannot be read may name. Raises EditRefused."""
    _refuse(files, name, files.yaml_paths, None, "", _WORD.format(re.escape(name)))


def _refuse(files: ProjectFiles, name: str, paths: list[str], section: str | None, key: str, pattern: str) -> None:
    for path in paths:
        file = files.yaml(path)
        if file.problem is None:
            continue
        is_sure = section is not None and file.last is not None and name in _named(file.last, section, key)
        if is_sure or re.search(pattern, file.text):
            place = f"line {file.problem.line}, column {file.problem.column}"
            what = f"'{name}' is {'named in' if section is None else 'in'} {path}"
            raise EditRefused(f"{what}, which has to be mended in the text first: {file.problem.reason} ({place}).")
