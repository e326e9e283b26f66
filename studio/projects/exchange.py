"""The studio's side of `vivavoce pull` and `vivavoce push`: giving a project away, and taking changes into it.

A push is all or nothing. What it changed is merged with what was changed here since; with a conflict, or where the
result does not parse or has errors, nothing is written. Merging and checking need nobody to wait: what is written is
what was checked, or nothing (`Incoming.put`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flows.errors import Finding
from flows.findings import Findings
from flows.source import read_yaml
from studio.assistants import find_problems
from studio.projects.contents import hash_of, hashes_of, is_of_studio, read_files, version_of
from studio.projects.errors import FilesChanged, PushRefused
from studio.projects.guarding import require_no_code, require_open_settings
from studio.projects.history import changes_between
from studio.projects.packages import Push, write_archive
from studio.projects.text_merging import merge_texts
from studio.projects.three_way import YAML, FileConflict, MergeTexts, as_text, changed_paths, merge
from studio.projects.workspace import Project
from studio.projects.writing import apply_changes, write_files


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did. With conflicts nothing was written; `merged` are files that both sides had changed."""

    version: str
    paths: tuple[str, ...]
    merged: tuple[str, ...]
    conflicts: tuple[FileConflict, ...]
    findings: tuple[Finding, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as the API tells it."""
        return {
            "version": self.version,
            "paths": list(self.paths),
            "merged": list(self.merged),
            "conflicts": [conflict.to_json() for conflict in self.conflicts],
            "findings": [asdict(finding) for finding in self.findings],
        }


def archive(project: Project) -> bytes:
    """Return the draft as an archive for `vivavoce pull`."""
    return write_archive(project.id, read_files(project.folder))


@dataclass(frozen=True, slots=True)
class Incoming:
    """A push that was merged with the draft as it was (`here`) and checked; nothing is written yet."""

    here: Mapping[str, bytes]
    changes: Mapping[str, bytes | None]
    merged: tuple[str, ...]
    findings: tuple[Finding, ...]

    def put(self, project: Project) -> Pushed:
        """Write it into the draft.

        Raises:
            FilesChanged: the draft is not as it was any more; nothing was changed.
            WritingFailed: nothing was changed.
        """
        moved = changed_paths(self.here, read_files(project.folder))
        if any(not is_of_studio(path) or path in self.changes for path in moved):
            raise FilesChanged(f"Changed underneath in between: {', '.join([*moved][:5])}. Try again.", tuple(moved))
        result = {path: one for path, one in {**self.here, **self.changes}.items() if one is not None}
        apply_changes(project.folder, changes_between(self.here, self.changes))
        return Pushed(version_of(hashes_of(result)), tuple(self.changes), self.merged, (), self.findings)


def read_incoming(
    project: Project,
    push: Push,
    *,
    allows_errors: bool = False,
    allows_code: bool = True,
    texts: MergeTexts = merge_texts,
    check: Callable[[Path], Sequence[Finding]] = find_problems,
) -> Incoming | Pushed:
    """Merge what somebody changed elsewhere with the draft, and check what becomes of it. Edits may go on meanwhile.

    Args:
        push: what `vivavoce push` sends.
        allows_errors: take what has errors, as an edit in the studio may; YAML that does not parse is never taken.
        allows_code: whether who pushes may change Python files, which run on this machine, and where secrets go.

    Returns:
        What can be written; with conflicts, what is told of them.

    Raises:
        CodeRefused, SettingsRefused, PushRefused, FilesChanged, WritingFailed.
    """
    here = read_files(project.folder)
    if not allows_code:
        require_no_code(push.changed)
        require_open_settings({path: (here.get(path), push.contents.get(path)) for path in push.changed})
    changed = set(push.changed)
    theirs = {path: one for path, one in push.contents.items() if path in changed}
    mine = {path: one for path, one in here.items() if path in changed}
    found = merge(_base(push, here), mine, theirs, texts)
    if found.conflicts:
        return Pushed(version_of(hashes_of(here)), (), found.merged, found.conflicts, ())
    result = {path: one for path, one in {**here, **found.changes}.items() if one is not None}
    require_yaml({path: one for path, one in found.changes.items() if one is not None})
    findings = checked(result, project.folder.name, check)
    errors = [one for one in findings if one.severity == "error"]
    if errors and not allows_errors:
        first = errors[0]
        told_first = f"{first.file}:{first.line}: {first.message}"
        raise PushRefused(f"{told_first}. Nothing was taken: mend it and push again.", errors)
    return Incoming(here, found.changes, found.merged, tuple(findings))


def require_yaml(files: Mapping[str, bytes]) -> None:
    """Refuse YAML that does not parse: it would hide everything else in its file. Raises PushRefused."""
    for path, content in files.items():
        if path.endswith(YAML):
            findings = Findings()
            text = as_text(content)
            if text is not None:
                read_yaml(text, path, findings)
            wrong = [one for one in findings.sorted() if one.code == "yaml"]
            if text is None or wrong:
                place = f"{path}:{wrong[0].line}:{wrong[0].column}" if wrong else path
                why = wrong[0].message if wrong else "this is no UTF-8 text"
                raise PushRefused(f"{place}: {why}. Nothing was taken.", wrong)


def checked(
    files: Mapping[str, bytes], name: str, check: Callable[[Path], Sequence[Finding]] = find_problems
) -> Sequence[Finding]:
    """Return what is wrong with some files, as if they were the folder `name` of an assistant."""
    with tempfile.TemporaryDirectory(prefix="vivavoce-") as made:
        folder = Path(made) / name
        folder.mkdir()
        write_files(folder, files.items(), is_lasting=False)
        return check(folder)


def _base(push: Push, here: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what the push began from, as far as it is known: it was sent, or it is what stands here."""
    known = {path: one for path, one in here.items() if hash_of(one) == push.base_files.get(path)}
    return {path: one for path, one in {**known, **push.base}.items() if path in set(push.changed)}
