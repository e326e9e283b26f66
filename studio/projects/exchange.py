"""The studio's side of `vivavoce pull` and `vivavoce push`: giving a project away, and taking changes into it.

A push is all or nothing. What it changed is merged with what was changed here since; with a conflict, or where the
result does not parse or has errors, nothing is written.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from flows.errors import Finding
from flows.findings import Findings
from flows.source import read_yaml
from studio.assistants import find_problems
from studio.projects.contents import Manifest, hash_of, read_files, version_of
from studio.projects.errors import PushRefused
from studio.projects.history import changes_between
from studio.projects.packages import Push, read_push, write_archive
from studio.projects.text_merging import merge_texts
from studio.projects.three_way import FileConflict, MergeTexts, as_text, merge
from studio.projects.workspace import Project
from studio.projects.writing import apply_changes, write_files

YAML: Final = (".yml", ".yaml")
CODE: Final = (".py",)


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


def take_push(
    project: Project,
    content: bytes,
    *,
    allows_errors: bool = False,
    allows_code: bool = True,
    texts: MergeTexts = merge_texts,
    check: Callable[[Path], Sequence[Finding]] = find_problems,
) -> Pushed:
    """Take what somebody changed elsewhere into the draft.

    Args:
        content: what `vivavoce push` sends.
        allows_errors: take what has errors, as an edit in the studio may; YAML that does not parse is never taken.
        allows_code: whether who pushes may change Python files, which run on this machine.

    Raises:
        ImportRefused, PushRefused, FilesChanged, WritingFailed: nothing was changed.
    """
    push = read_push(content)
    if not allows_code:
        _require_no_code(push)
    here = read_files(project.folder)
    changed = set(push.changed)
    theirs = {path: one for path, one in push.contents.items() if path in changed}
    mine = {path: one for path, one in here.items() if path in changed}
    found = merge(_base(push, here), mine, theirs, texts)
    if found.conflicts:
        return Pushed(_version(here), (), found.merged, found.conflicts, ())
    result = {path: one for path, one in {**here, **found.changes}.items() if one is not None}
    require_yaml({path: one for path, one in found.changes.items() if one is not None})
    findings = checked(result, project.folder.name, check)
    errors = [one for one in findings if one.severity == "error"]
    if errors and not allows_errors:
        first = errors[0]
        told_first = f"{first.file}:{first.line}: {first.message}"
        raise PushRefused(f"{told_first}. Nothing was taken: mend it and push again.", errors)
    apply_changes(project.folder, changes_between(here, found.changes))
    return Pushed(_version(result), tuple(found.changes), found.merged, (), tuple(findings))


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
        write_files(folder, files.items())
        return check(folder)


def _base(push: Push, here: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what the push began from, as far as it is known: it was sent, or it is what stands here."""
    known = {path: one for path, one in here.items() if hash_of(one) == push.base_files.get(path)}
    return {path: one for path, one in {**known, **push.base}.items() if path in set(push.changed)}


def _require_no_code(push: Push) -> None:
    code = [path for path in push.changed if path.endswith(CODE)]
    if code:
        raise PushRefused(
            f"{code[0]} is a program that would run on the server. Only an admin may change it: ask one to push."
        )


def _version(files: Mapping[str, bytes]) -> str:
    manifest: Manifest = {path: hash_of(content) for path, content in files.items()}
    return version_of(manifest)
