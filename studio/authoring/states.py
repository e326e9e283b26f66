"""What a project's server remembers of one folder: its files as read, what tells of changes, and earlier texts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from studio.authoring.files import Stamp, is_text, read_text, scan
from studio.authoring.parts import etag_of
from studio.authoring.project_files import ProjectFiles, TextFile
from studio.authoring.unreadable import keeping_last, with_committed
from studio.projects.git import committed_text

MAX_CHARACTERS: Final = 100_000_000
"""Of all texts of a project together: as many as the engine reads."""
_REMEMBERED: Final = 32_000_000
"""Characters of earlier texts that are kept for merging; our own choice."""


@dataclass(frozen=True)
class Snapshot:
    """The folder at one moment."""

    files: ProjectFiles
    stamps: Mapping[str, Stamp] = field(default_factory=dict)

    @property
    def sizes(self) -> dict[str, int]:
        return {path: stamp.size_bytes for path, stamp in self.stamps.items()}


def read_folder(root: Path, old: Snapshot | None = None) -> Snapshot:
    """Read a folder, taking from an earlier reading what has not changed since.

    Raises:
        ProjectGone: there is no folder.
    """
    known = old or Snapshot(ProjectFiles({}))
    stamps = {one.path: one.stamp for one in scan(root)}
    files: dict[str, TextFile] = {}
    code: dict[str, str] = {}
    n_characters = 0
    for path, stamp in stamps.items():
        is_code = path.endswith(".py") and (path.startswith("actions/") or "/" not in path)
        if not is_text(path) and not is_code:
            continue
        is_known = known.stamps.get(path) == stamp
        if is_code:
            code[path] = known.files.code.get(path, "") if is_known else read_text(root, path) or ""
            continue
        found = known.files.files.get(path)
        if found is None or not is_known:
            text = read_text(root, path)
            if text is None:
                continue
            found = found if found is not None and found.text == text else keeping_last(TextFile(path, text), found)
        n_characters += len(found.text)
        if n_characters <= MAX_CHARACTERS:
            files[path] = found
    return Snapshot(ProjectFiles(files, code), stamps)


def read_first(root: Path) -> Snapshot:
    """Read a folder of which nothing is known yet; flows that cannot be read are taken as they were committed.

    Raises:
        ProjectGone: there is no folder.
    """
    snapshot = read_folder(root)
    return Snapshot(with_committed(snapshot.files, partial(committed_text, root)), snapshot.stamps)


def changed_paths(old: ProjectFiles, new: ProjectFiles) -> set[str]:
    """Return the files that differ."""
    both = old.files.keys() | new.files.keys()
    return {
        path for path in both if old.files.get(path) is not new.files.get(path) and old.text(path) != new.text(path)
    }


def changed_flows(old: ProjectFiles, new: ProjectFiles, paths: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the flows whose text differs, and those that are gone, of files that differ."""
    touched = set(paths)
    before = {flow: where for flow, where in old.flows.items() if where[0] in touched}
    after = {flow: where for flow, where in new.flows.items() if where[0] in touched}
    changed = []
    for flow, (path, spot) in after.items():
        text = new.yaml(path).parts[spot.part].text
        if flow not in old.flows:
            changed.append(flow)
        else:
            old_path, old_spot = old.flows[flow]
            if old_path != path or old.yaml(old_path).parts[old_spot.part].text != text:
                changed.append(flow)
    return changed, [flow for flow in before if flow not in new.flows]


class EarlierTexts:
    """Texts by etag, the oldest forgotten first."""

    def __init__(self) -> None:
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._size = 0

    def keep(self, text: str) -> str:
        """Remember a text; return its etag."""
        etag = etag_of(text)
        if etag not in self._texts:
            self._texts[etag] = text
            self._size += len(text)
        self._texts.move_to_end(etag)
        while self._size > _REMEMBERED and len(self._texts) > 1:
            self._size -= len(self._texts.popitem(last=False)[1])
        return etag

    def get(self, etag: str) -> str | None:
        return self._texts.get(etag)

    def keep_changes(self, old: ProjectFiles, new: ProjectFiles, paths: Iterable[str]) -> None:
        """Remember what a change replaces, file by file and flow by flow."""
        for path in paths:
            text = old.text(path)
            if text is None or not path.endswith((".yml", ".yaml")):
                self.keep(text) if text is not None else None
                continue
            self.keep(text)
            if new.text(path) == text:
                continue
            for part in old.yaml(path).parts:
                if part.section == "flows":
                    self.keep(part.text)
