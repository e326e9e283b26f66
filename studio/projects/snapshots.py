"""Versions of a project that never change: folders named by their content, from which calls run.

    <root>/<version>/manifest.json    the hash of every file, by which a damaged snapshot is found out
    <root>/<version>/<name>/…         the assistant's files, read-only; <name> is that of its own folder

The assistant's folder keeps its name, since it is the assistant's id where config.yml has none. When a version was last
made or asked for is the time of its folder: what nobody names and nobody has used for long is thrown away (`tidy`).
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from studio.projects.contents import Manifest, hashes_of, is_of_studio, manifest_of, read_files, version_of
from studio.projects.errors import CommitUnknown
from studio.projects.writing import folder_in_making, put_folder, remove_folder, write_files

Check = Callable[[Path], None]
"""Gets an assistant's folder and refuses it by raising."""
UNUSED_S: Final = 24 * 3600.0
"""So long a version that nothing names stays after its last use: whoever is about to call it finds it. Our choice."""
_MANIFEST: Final = "manifest.json"
_GOING: Final = ".making-gone-"


def version_of_files(files: Mapping[str, bytes]) -> str:
    """Return the version that some files are."""
    return version_of(hashes_of(files))


class Snapshots:
    """The snapshots of one project, below `root`; `name` is that of the assistant's folder."""

    def __init__(self, root: Path, name: str) -> None:
        self.root = root
        self._name = name

    def take(self, folder: Path, check: Check = lambda _: None) -> str:
        """Make a snapshot of a folder as it is now and return its version.

        `check` gets the copy, which nobody edits, and may refuse it by raising: nothing is then left.
        """
        return self.keep(read_files(folder), check)

    def keep(self, files: Mapping[str, bytes], check: Check = lambda _: None) -> str:
        """Make a snapshot of some files and return its version; the same files are kept once."""
        wanted = {path: content for path, content in files.items() if not is_of_studio(path)}
        manifest = hashes_of(wanted)
        version = version_of(manifest)
        if self.use(version) and self._is_whole(version, manifest):
            check(self.folder(version))
            return version
        with folder_in_making(self.root) as made:
            write_files(made / self._name, sorted(wanted.items()))
            check(made / self._name)
            remove_folder(self.root / version)  # damaged, or what a crash has left
            write_files(made, [(_MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())])
            _make_read_only(made / self._name)
            with suppress(FileExistsError):  # somebody else was just as quick: by its name it is the same
                put_folder(made, self.root / version)
        return version

    def use(self, version: str) -> bool:
        """Say whether a version is there, and note that it is used."""
        if not version.isalnum():
            return False
        with suppress(OSError):  # a folder that only can be read is there all the same
            os.utime(self.root / version)
        return (self.root / version / _MANIFEST).is_file()

    def folder(self, version: str) -> Path:
        """Return the assistant's folder of a version, which counts as used by that.

        Raises:
            CommitUnknown: there is no such version.
        """
        if not self.use(version):
            raise CommitUnknown(f"There is no published version {version[:40]!r} of this project on this machine.")
        below = [path for path in (self.root / version).iterdir() if path.is_dir()]
        if len(below) != 1:
            raise CommitUnknown(f"The published version {version} is damaged. Publish it again.")
        return below[0]

    def is_there(self, version: str) -> bool:
        """Say whether a version is there, without a look at its files."""
        return version.isalnum() and (self.root / version / _MANIFEST).is_file()

    def manifest(self, version: str) -> Manifest:
        """Return the hashes of a version's files. Raises CommitUnknown."""
        if not self.is_there(version):
            raise CommitUnknown(f"There is no published version {version[:40]!r} of this project on this machine.")
        read: dict[str, str] = json.loads((self.root / version / _MANIFEST).read_bytes())
        return read

    def is_whole(self, version: str) -> bool:
        """Say whether a version is there and its files are what they were."""
        try:
            return self._is_whole(version, self.manifest(version))
        except (CommitUnknown, ValueError, OSError):
            return False

    def tidy(self, kept: Collection[str], *, unused_s: float = UNUSED_S) -> tuple[str, ...]:
        """Throw away versions that are not in `kept` and were not used for so long; return them."""
        if not self.root.is_dir():
            return ()
        gone = []
        for path in sorted(self.root.iterdir()):
            if path.name not in kept and path.is_dir() and _is_unused(path, unused_s):
                place = path if path.name.startswith(".") else _put_aside(path, unused_s)
                if place is not None:
                    remove_folder(place)
                    gone.append(path.name)
        return tuple(gone)

    def _is_whole(self, version: str, manifest: Manifest) -> bool:
        try:
            return manifest_of(self.folder(version)) == manifest
        except (CommitUnknown, OSError):
            return False


def _is_unused(path: Path, unused_s: float) -> bool:
    try:
        return time.time() - path.stat().st_mtime >= unused_s
    except OSError:
        return False


def _put_aside(path: Path, unused_s: float) -> Path | None:
    """Take a version away in one step; where somebody has come to use it just before, put it back."""
    place = path.with_name(f"{_GOING}{secrets.token_hex(6)}")
    try:
        path.rename(place)
        if not _is_unused(place, unused_s):
            place.rename(path)
            return None
    except OSError:
        return None
    return place


def _make_read_only(folder: Path) -> None:
    for path in folder.rglob("*"):
        with suppress(OSError):
            path.chmod(0o555 if path.is_dir() else 0o444)
    folder.chmod(0o555)
