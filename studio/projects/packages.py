"""What travels between two copies of a project: its files with a list of their hashes, and what somebody changed. Pure.

    <path>                        a file
    .vivavoce/manifest.json       the hashes of all files; of a push also those of the state that it began from
    .vivavoce/base/<path>         of a push: a changed file as it was in that state, for merging

A push carries only the files that were changed since; the others are named by their hashes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from studio.projects.archives import packed, unpacked
from studio.projects.contents import MOST_FILES, Manifest, hash_of, hashes_of, version_of
from studio.projects.errors import ImportRefused
from studio.projects.paths import left_out_because, problem_of_path

OWN: Final = ".vivavoce"
_MANIFEST: Final = f"{OWN}/manifest.json"
_BASE: Final = f"{OWN}/base/"
_FORMAT: Final = 1
_HASH: Final = re.compile(r"^[0-9a-f]{64}$")


@dataclass(frozen=True, slots=True)
class Archive:
    """A whole state of a project."""

    project: str
    version: str
    files: Mapping[str, bytes]
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Push:
    """A state by its hashes, what it began from, and the contents of what differs (`base` may lack some)."""

    files: Manifest
    base_files: Manifest
    contents: Mapping[str, bytes] = field(default_factory=dict)
    base: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def changed(self) -> tuple[str, ...]:
        """Return the files that were changed, added or deleted."""
        paths = sorted({*self.files, *self.base_files})
        return tuple(path for path in paths if self.files.get(path) != self.base_files.get(path))


def archive_of(project: str, files: Mapping[str, bytes]) -> Archive:
    """Return a state of a project by its files."""
    manifest = hashes_of(files)
    return Archive(project, version_of(manifest), files, manifest)


def write_archive(project: str, files: Mapping[str, bytes]) -> bytes:
    """Return an archive; the same files give the same bytes."""
    made = archive_of(project, files)
    head = {"format": _FORMAT, "project": project, "version": made.version, "files": made.manifest}
    return packed([*files.items(), (_MANIFEST, _json(head))])


def read_archive(content: bytes) -> Archive:
    """Read an archive that came from elsewhere.

    Raises:
        ImportRefused: it is none, or its files are not what its manifest says.
    """
    head, files, _ = _read(content)
    manifest = _hashes(head.get("files"))
    if hashes_of(files) != manifest:
        raise ImportRefused("The archive is damaged: its files are not what its manifest says. Fetch it again.")
    return Archive(str(head.get("project", ""))[:100], version_of(manifest), files, manifest)


def write_push(files: Mapping[str, bytes], base: Mapping[str, bytes]) -> bytes:
    """Return a push of some files that began from others."""
    now, then = hashes_of(files), hashes_of(base)
    head = {"format": _FORMAT, "files": now, "base": then}
    differing = [path for path in sorted({*files, *base}) if now.get(path) != then.get(path)]
    sent = [(path, files[path]) for path in differing if path in files]
    sent += [(_BASE + path, base[path]) for path in differing if path in base]
    return packed([*sent, (_MANIFEST, _json(head))])


def read_push(content: bytes) -> Push:
    """Read a push that came from elsewhere.

    Raises:
        ImportRefused: it is none, or not whole.
    """
    head, files, base = _read(content)
    push = Push(_hashes(head.get("files")), _hashes(head.get("base")), files, base)
    for path in push.changed:
        if path in push.files and hash_of(files.get(path, b"")) != push.files[path]:
            raise ImportRefused(f"The push is not whole: {path!r} is missing or damaged. Push again.")
    if any(push.base_files.get(path) != hash_of(one) for path, one in base.items()):
        raise ImportRefused("The push is not whole: what it began from is damaged. Pull, then push again.")
    if any(path not in push.changed for path in files):
        raise ImportRefused("The push has files that its manifest does not name. Push again.")
    return push


def _read(content: bytes) -> tuple[dict[str, Any], dict[str, bytes], dict[str, bytes]]:
    found = unpacked(content, keeps=frozenset({OWN}))
    if found.left_out:
        first = found.left_out[0]
        raise ImportRefused(f"{first.path[:200]!r} cannot be a file of a project: {first.reason}.")
    files = dict(found.files)
    try:
        head = json.loads(files.pop(_MANIFEST, b""))
    except (ValueError, RecursionError):
        raise ImportRefused("This is no archive of a studio: it has no manifest.") from None
    if not isinstance(head, dict) or head.get("format") != _FORMAT:
        raise ImportRefused("The archive was made by another version of the studio. Bring both to the same version.")
    base = {path.removeprefix(_BASE): files.pop(path) for path in list(files) if path.startswith(_BASE)}
    if any(path.startswith(f"{OWN}/") for path in files):
        raise ImportRefused("The archive has files that no archive of a studio has.")
    return head, files, base


def _hashes(given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or len(given) > MOST_FILES:
        raise ImportRefused("The archive's manifest cannot be read.")
    for path, content in given.items():
        problem = problem_of_path(path) or left_out_because(path)
        if problem is not None or not isinstance(content, str) or not _HASH.match(content):
            raise ImportRefused(f"The archive's manifest has {path[:200]!r}: {problem or 'no hash'}.")
    return given


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogateescape")
