"""Versions of a project that never change: folders named by their content, from which calls run.

    <root>/<project>/<version>/manifest.json    the hash of every file, by which a damaged snapshot is found out
    <root>/<project>/<version>/<name>/…         the assistant's files, read-only; <name> is that of its own folder

The assistant's folder keeps its name, since it is the assistant's id where config.yml has none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from studio.projects.contents import Manifest, hash_of, is_of_studio, manifest_of, read_files, version_of
from studio.projects.errors import CommitUnknown
from studio.projects.writing import folder_in_making, put_folder, remove_folder, write_files

_MANIFEST: Final = "manifest.json"


class Snapshots:
    """The snapshots of one project, below `root`; `name` is that of the assistant's folder."""

    def __init__(self, root: Path, name: str) -> None:
        self.root = root
        self._name = name

    def take(self, folder: Path, check: Callable[[Path], None] = lambda _: None) -> str:
        """Make a snapshot of a folder as it is now and return its version.

        `check` gets the copy, which nobody edits, and may refuse it by raising: nothing is then left.
        """
        return self.keep(read_files(folder), check)

    def keep(self, files: Mapping[str, bytes], check: Callable[[Path], None] = lambda _: None) -> str:
        """Make a snapshot of some files and return its version; the same files are kept once."""
        wanted = {path: content for path, content in files.items() if not is_of_studio(path)}
        manifest = {path: hash_of(content) for path, content in wanted.items()}
        version = version_of(manifest)
        with folder_in_making(self.root) as made:
            write_files(made / self._name, sorted(wanted.items()))
            check(made / self._name)
            if self._is_whole(version, manifest):
                return version
            remove_folder(self.root / version)  # damaged, or what a crash has left
            write_files(made, [(_MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())])
            _make_read_only(made / self._name)
            with suppress(FileExistsError):  # somebody else was just as quick: by its name it is the same
                put_folder(made, self.root / version)
        return version

    def folder(self, version: str) -> Path:
        """Return the assistant's folder of a version.

        Raises:
            CommitUnknown: there is no such version.
        """
        if not version.isalnum() or not (self.root / version / _MANIFEST).is_file():
            raise CommitUnknown(f"There is no published version {version[:40]!r} of this project on this machine.")
        below = [path for path in (self.root / version).iterdir() if path.is_dir()]
        if len(below) != 1:
            raise CommitUnknown(f"The published version {version} is damaged. Publish it again.")
        return below[0]

    def manifest(self, version: str) -> Manifest:
        """Return the hashes of a version's files. Raises CommitUnknown."""
        folder = self.folder(version)
        read: dict[str, str] = json.loads((folder.parent / _MANIFEST).read_bytes())
        return read

    def is_whole(self, version: str) -> bool:
        """Say whether a version is there and its files are what they were."""
        try:
            return self._is_whole(version, self.manifest(version))
        except (CommitUnknown, ValueError, OSError):
            return False

    def _is_whole(self, version: str, manifest: Manifest) -> bool:
        try:
            return manifest_of(self.folder(version)) == manifest
        except (CommitUnknown, OSError):
            return False


def _make_read_only(folder: Path) -> None:
    for path in folder.rglob("*"):
        with suppress(OSError):
            path.chmod(0o555 if path.is_dir() else 0o444)
    folder.chmod(0o555)
