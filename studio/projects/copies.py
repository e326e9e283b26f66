"""A copy of a studio's project in a folder of one's own: `vivavoce pull` and `vivavoce push`, the near side.

    DIR/.studio/remote.json   where it came from, and the hashes of what it began from
    DIR/.studio/remote.zip    that state itself, for merging

Pulling brings the studio's changes into the folder. A file that both sides changed in ways that do not go together
stays as it is here, and the studio's stands beside it as `NAME.theirs`; nothing is pushed before it is gone. Pushing
sends what was changed here, and the studio merges it or takes none of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from flows.errors import Finding
from studio.assistants import find_problems
from studio.projects.contents import LeftOut, hash_of, list_files, read_files
from studio.projects.errors import ImportRefused, ProjectTaken, PushRefused, told
from studio.projects.exchange import checked, require_yaml
from studio.projects.history import changes_between
from studio.projects.packages import Archive, archive_of, read_archive, write_archive, write_push
from studio.projects.paths import STUDIO
from studio.projects.remote import Refused, Remote
from studio.projects.text_merging import merge_texts
from studio.projects.three_way import FileConflict, Merge, MergeTexts, merge
from studio.projects.workspace import CONFIGS, has_config
from studio.projects.writing import (
    THEIRS,
    Change,
    apply_changes,
    finish_pending,
    folder_in_making,
    put_folder,
    write_file,
    write_files,
)

_REMOTE: Final = f"{STUDIO}/remote.json"
_BASE: Final = f"{STUDIO}/remote.zip"


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did: files taken from the studio, merged with changes of one's own, deleted, and in conflict."""

    url: str
    version: str
    taken: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class PushedCopy:
    """What a push did: files sent, those that the studio merged, and what was in the way (then nothing was taken)."""

    url: str
    version: str | None
    sent: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    message: str | None = None
    findings: tuple[Mapping[str, Any], ...] = field(default=())
    left_out: tuple[LeftOut, ...] = ()


def pull(remote: Remote, folder: Path, *, texts: MergeTexts = merge_texts) -> Pulled:
    """Bring a studio's project into a folder, or its changes since the last time.

    Raises:
        RemoteFailed, ImportRefused, ProjectTaken, FilesChanged, WritingFailed: the folder is as it was.
    """
    is_new = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    if not is_new:
        _require_copy(remote, folder)
        finish_pending(folder)
        _require_solved(folder)
    found = remote.pull()
    if not any(name in found.files for name in CONFIGS):
        raise ImportRefused("The studio's project has no config.yml, so it is no assistant. Nothing was written.")
    if is_new:
        _make(folder, remote, found)
        return Pulled(remote.url, found.version, tuple(found.files), findings=tuple(find_problems(folder)))
    base, here = _base(folder), read_files(folder)
    merged = merge(base, here, found.files, texts)
    require_yaml({path: merged.changes[path] or b"" for path in merged.merged if merged.changes.get(path)})
    apply_changes(folder, [*changes_between(here, merged.changes), *_theirs(folder, merged.conflicts)])
    _remember(folder, remote, found)
    return _told(remote, found, merged, find_problems(folder))


def push(remote: Remote, folder: Path, *, allows_errors: bool = False, makes: bool = False) -> PushedCopy:
    """Send what was changed in a folder to a studio, after the checks that the studio makes.

    Args:
        allows_errors: send it although it has errors (files that are no YAML are never sent).
        makes: make the project there if there is none.

    Raises:
        RemoteFailed, ProjectTaken, PushRefused, WritingFailed: nothing was sent or taken.
    """
    if not folder.is_dir() or not has_config(folder):
        raise PushRefused(f"{folder} has no config.yml, so it is not an assistant's folder.")
    _require_copy(remote, folder)
    finish_pending(folder)
    _require_solved(folder)
    here, listing = read_files(folder), list_files(folder)
    require_yaml(here)
    errors = [one for one in checked(here, folder.resolve().name, find_problems) if one.severity == "error"]
    if errors and not allows_errors:
        first = errors[0]
        message = f"{first.file}:{first.line}: {first.message}. Nothing was sent: mend it, or push with --allow-errors."
        raise PushRefused(message, errors)
    if makes and not remote.is_there():
        remote.create(write_archive(remote.choose(), here))
        _remember(folder, remote, archive_of(remote.choose(), here))
        return PushedCopy(remote.url, None, tuple(here), left_out=listing.left_out)
    base = _base(folder)
    sent = tuple(path for path in sorted({*here, *base}) if here.get(path) != base.get(path))
    answer = remote.push(write_push(here, base), allows_errors=allows_errors)
    if isinstance(answer, Refused):
        paths = tuple(str(one.get("path")) for one in answer.conflicts)
        return PushedCopy(remote.url, None, sent, (), paths, answer.message, answer.findings, listing.left_out)
    _remember(folder, remote, archive_of(remote.choose(), here))
    merged, findings = tuple(answer.get("merged") or ()), tuple(answer.get("findings") or ())
    version = str(answer.get("version"))
    return PushedCopy(remote.url, version, sent, merged, (), None, findings, listing.left_out)


def known_remote(folder: Path) -> str | None:
    """Return the address from which a folder was pulled, None where it was not."""
    try:
        read = json.loads((folder / _REMOTE).read_bytes())
        return str(read["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _require_copy(remote: Remote, folder: Path) -> None:
    if not folder.is_dir():
        raise ProjectTaken(f"{folder} is a file. Name a folder.")
    remote.choose()
    known = known_remote(folder)
    if known is not None and known != remote.url:
        raise ProjectTaken(
            f"{folder} is a copy of {known}, not of {remote.url}. Name that address, or delete {folder / _REMOTE} to "
            "begin anew."
        )
    if known is None and not has_config(folder):
        raise ProjectTaken(f"{folder} is not empty and no assistant's folder. Name an empty or a new one.")


def _require_solved(folder: Path) -> None:
    waiting = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob(f"*{THEIRS}"))]
    waiting = [path for path in waiting if not path.startswith(".")]
    if waiting:
        raise ProjectTaken(
            f"Conflicts of an earlier pull are not solved: {', '.join(waiting[:5])}. Bring what you want of each into "
            "the file beside it, delete it, and try again."
        )


def _base(folder: Path) -> dict[str, bytes]:
    """Return the state that a copy began from; nothing where it is not known or not whole."""
    try:
        read = json.loads((folder / _REMOTE).read_bytes())
        found = read_archive((folder / _BASE).read_bytes())
    except (OSError, ValueError, ImportRefused):
        return {}
    return dict(found.files) if isinstance(read, dict) and read.get("files") == found.manifest else {}


def _remember(folder: Path, remote: Remote, found: Archive) -> None:
    """Keep what both sides have now. The archive goes first: if the second is not written, there is no base."""
    write_file(folder / _BASE, write_archive(found.project, found.files))
    write_file(folder / _REMOTE, _remote_json(remote, found))


def _remote_json(remote: Remote, found: Archive) -> bytes:
    whole = {"url": remote.url, "project": remote.project, "version": found.version, "files": dict(found.manifest)}
    return json.dumps(whole, indent=1, sort_keys=True, ensure_ascii=False).encode()


def _make(folder: Path, remote: Remote, found: Archive) -> None:
    kept = {_REMOTE: _remote_json(remote, found), _BASE: write_archive(found.project, found.files)}
    with folder_in_making(folder.absolute().parent) as made:
        write_files(made, [*found.files.items(), *kept.items()])
        try:
            put_folder(made, folder.absolute())
        except FileExistsError:
            raise ProjectTaken(f"{folder} was made by somebody else in between. Try again.") from None


def _theirs(folder: Path, conflicts: Sequence[FileConflict]) -> list[Change]:
    changes = []
    with told(folder):
        for conflict in conflicts:
            if conflict.theirs is not None:
                path = conflict.path + THEIRS
                old = folder / path
                changes.append(Change(path, conflict.theirs, hash_of(old.read_bytes()) if old.is_file() else None))
    return changes


def _told(remote: Remote, found: Archive, merged: Merge, findings: Sequence[Finding]) -> Pulled:
    changes = merged.changes
    both = set(merged.merged)
    taken = tuple(path for path, content in changes.items() if content is not None and path not in both)
    deleted = tuple(path for path, content in changes.items() if content is None)
    conflicts = tuple(conflict.path for conflict in merged.conflicts)
    return Pulled(remote.url, found.version, taken, merged.merged, deleted, conflicts, tuple(findings))
