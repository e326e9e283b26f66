"""The folder of projects, and the one assistant that is served from elsewhere and edited in place.

    <root>/<id>/…             one assistant each
    <root>/.bin/<id>-<time>/  what was deleted
    <root>/.making-…/         what is being made: it gets its place, by renaming, only when it is whole

Every function blocks on files: call it in a thread.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from flows.findings import Findings
from flows.source import Table, read_yaml
from studio.projects.archives import packed, unpacked
from studio.projects.contents import MOST_BYTES, LeftOut, list_files, read_files
from studio.projects.errors import ImportRefused, ProjectNameInvalid, ProjectTaken, ProjectUnknown, told
from studio.projects.guarding import require_no_code, require_no_variables
from studio.projects.paths import check_id, fold, slug
from studio.projects.templates import template_files
from studio.projects.writing import finish_pending, folder_in_making, put_folder, remove_folder, write_files

BIN: Final = ".bin"
CONFIGS: Final = ("config.yml", "config.yaml")
_STALE_S: Final = 24 * 3600
"""What has been in the making for so long belongs to nobody any more."""
_MOST_NAME: Final = 120
_TIMES: Final = "%Y%m%dT%H%M%SZ"
_JOINERS: Final = "\u200c\u200d"
"""They cannot be seen, and belong to words of Persian, of Indian scripts, and to emoji."""


@dataclass(frozen=True, slots=True)
class Project:
    """One assistant's folder. `is_own`: the workspace made it; else it is served from elsewhere, edited in place."""

    id: str
    folder: Path
    is_own: bool = True

    @property
    def key(self) -> str:
        """Name what the server keeps of it: its id, or for a folder elsewhere its name and a hash of its place."""
        if self.is_own:
            return self.id
        place = hashlib.sha256(str(self.folder.resolve()).encode("utf-8", "surrogateescape")).hexdigest()
        return f"{slug(self.folder.name)}.{place[:8]}"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought, and what of it was left out."""

    project: Project
    left_out: tuple[LeftOut, ...]


class Workspace:
    """All projects of a studio. `root` is their folder, `served` the assistant that `vivavoce serve DIR` was given."""

    def __init__(self, root: Path, *, served: Path | None = None) -> None:
        self.root = root.expanduser().absolute()
        self._served = None if served is None else served.resolve()

    def projects(self) -> tuple[Project, ...]:
        """List all projects, the served one first, then by id. What a crash left of their changes is finished."""
        served = self.served
        own = [] if not self.root.is_dir() else [path for path in self.root.iterdir() if _is_project(path)]
        found = [Project(path.name, path) for path in sorted(own, key=lambda path: fold(path.name))]
        found = [project for project in found if served is None or project.folder.resolve() != served.folder]
        return (*(() if served is None else (served,)), *found)

    @property
    def served(self) -> Project | None:
        """The assistant that is served, if it has a folder of its own."""
        if self._served is None:
            return None
        is_own = self._served.parent == self.root.resolve() and check_id(self._served.name)
        if is_own:
            return Project(self._served.name, self._served)
        named = slug(self._served.name)
        is_taken = (self.root / named).exists()
        return Project(f"{named}-served" if is_taken else named, self._served, is_own=False)

    def get(self, project_id: str) -> Project:
        """Return a project, after finishing what a crash may have interrupted in it.

        Raises:
            ProjectUnknown: there is none of this id.
        """
        served = self.served
        if served is not None and served.id == project_id:
            found = served
        elif check_id(project_id) and _is_project(self.root / project_id):
            found = Project(project_id, self.root / project_id)
        else:
            raise ProjectUnknown(f"There is no project {project_id[:80]!r}. It may have been deleted or renamed.")
        finish_pending(found.folder)
        return found

    def create(self, name: str, *, template: str = "empty", project_id: str | None = None) -> Project:
        """Make a project from a template. Without an id it gets one from its name.

        Raises:
            ProjectNameInvalid, TemplateUnknown, ProjectTaken, WritingFailed: nothing was made.
        """
        named = _checked_name(name)
        chosen = self._chosen_id(named, project_id)
        return self._made(chosen, template_files(template, assistant_id=chosen, name=named))

    def import_zip(
        self,
        source: bytes | Path | BinaryIO,
        *,
        name: str | None = None,
        project_id: str | None = None,
        allows_code: bool = True,
    ) -> Imported:
        """Make a project of a zip file, whatever it tries. `allows_code`: its programs may run on this machine.

        Raises:
            CodeRefused, SettingsRefused: it has programs, or settings that ask for the server's variables.
            ImportRefused, ProjectNameInvalid, ProjectTaken, WritingFailed: nothing was made.
        """
        root = ""

        def find_root(paths: Sequence[str]) -> str:
            nonlocal root
            root = assistant_root(paths)
            return root

        found = unpacked(source, find_root=find_root)
        if not allows_code:
            require_no_code(found.files)
            require_no_variables(found.files)
        known_as = name or (source.stem if isinstance(source, Path) else root.rstrip("/").split("/")[-1])
        chosen = self._chosen_id(_checked_name(known_as or "assistant"), project_id)
        return Imported(self._made(chosen, dict(found.files)), found.left_out)

    def import_folder(self, folder: Path, *, name: str | None = None, project_id: str | None = None) -> Imported:
        """Copy an assistant's folder into the workspace; links are not followed.

        Raises:
            ImportRefused, ProjectNameInvalid, ProjectTaken, WritingFailed: nothing was made.
        """
        source = folder.expanduser().resolve()
        if not source.is_dir():
            raise ImportRefused(f"There is no folder {folder}. Name the one that has the assistant's config.yml.")
        if source == self.root.resolve() or self.root.resolve().is_relative_to(source):
            raise ImportRefused(f"{folder} contains the studio's own projects. Name the folder of one assistant.")
        if not has_config(source):
            raise ImportRefused(f"{folder} has no config.yml, so it is not an assistant's folder.")
        listing = list_files(source)
        size = sum((source / path).stat().st_size for path in listing.files)
        if size > MOST_BYTES:
            raise ImportRefused(
                f"{folder} has {size // 1024 // 1024} MB; {MOST_BYTES // 1024 // 1024} MB are the most."
            )
        chosen = self._chosen_id(_checked_name(name or source.name), project_id)
        return Imported(self._made(chosen, read_files(source)), listing.left_out)

    def export(self, project_id: str) -> bytes:
        """Return a project as a zip file, without what holds for this copy alone; the same files, the same bytes."""
        return packed(read_files(self.get(project_id).folder).items())

    def delete(self, project_id: str) -> Path:
        """Move a project into the bin and return where it is now.

        Raises:
            ProjectUnknown: there is none of this id.
            ProjectTaken: it is the one that is served from elsewhere, whose folder is not the studio's to move.
        """
        project = self.get(project_id)
        if not project.is_own or project.folder.resolve() == self._served:
            raise ProjectTaken(f"{project_id} is being served from {project.folder}: stop the server to delete it.")
        with told(self.root):
            (self.root / BIN).mkdir(exist_ok=True)
            stamp = datetime.now(UTC).strftime(_TIMES)
            for number in range(1, 1_000):
                place = self.root / BIN / (f"{project_id}-{stamp}" if number == 1 else f"{project_id}-{stamp}-{number}")
                with suppress(FileExistsError):
                    put_folder(project.folder, place)
                    return place
        raise ProjectTaken(f"The bin {self.root / BIN} is full of projects of this name. Empty it.")

    def tidy(self) -> None:
        """Throw away what crashes left half made. Call it when the studio starts."""
        if self.root.is_dir():
            for path in self.root.glob(".making-*"):
                with suppress(OSError):
                    if time.time() - path.stat().st_mtime > _STALE_S:
                        remove_folder(path)

    def _made(self, project_id: str, files: dict[str, bytes]) -> Project:
        with folder_in_making(self.root) as made:
            write_files(made, sorted(files.items()))
            try:
                put_folder(made, self.root / project_id)
            except FileExistsError:
                raise ProjectTaken(f"There is a project {project_id!r} already. Choose another id.") from None
        return Project(project_id, self.root / project_id)

    def _chosen_id(self, name: str, project_id: str | None) -> str:
        taken = {fold(taken) for taken in self._taken()}
        if project_id is None:
            candidates = _numbered(slug(name))
            return next(one for one in candidates if fold(one) not in taken)
        if not check_id(project_id):
            raise ProjectNameInvalid(
                f"{project_id[:80]!r} cannot be an id: up to 64 letters (a to z), digits, '-' and '_', a letter or "
                "digit first."
            )
        if fold(project_id) in taken:
            raise ProjectTaken(f"There is a project {project_id!r} already. Choose another id.")
        return project_id

    def _taken(self) -> Iterator[str]:
        served = self.served
        if served is not None:
            yield served.id
        if self.root.is_dir():
            yield from (path.name for path in self.root.iterdir())


def name_of(folder: Path) -> str:
    """Return what an assistant is called: the name in its voice.yml, else its id, else its folder's name."""
    for file, key in (("voice.yml", "name"), ("config.yml", "assistant_id")):
        with suppress(OSError, UnicodeDecodeError):
            read = read_yaml((folder / file).read_text(encoding="utf-8"), file, Findings())
            name = read.text(key) if isinstance(read, Table) else None
            if name:
                return name[:_MOST_NAME]
    return folder.name


def assistant_root(paths: Sequence[str]) -> str:
    """Return the folder of the assistant within the paths of a zip: `""`, or with a `/` behind.

    Raises:
        ImportRefused: there is none, or there are several.
    """
    found = [path for path in paths if path.split("/")[-1] in CONFIGS]
    roots = sorted({path.rpartition("/")[0] for path in found}, key=lambda root: (root.count("/") + bool(root), root))
    roots = [root for root in roots if not any(part.startswith(".") or part == "__MACOSX" for part in root.split("/"))]
    if not roots:
        raise ImportRefused("The zip file has no config.yml, so it is no assistant. Zip the assistant's whole folder.")
    depth = roots[0].count("/") + bool(roots[0])
    rivals = [root for root in roots if root.count("/") + bool(root) == depth]
    if len(rivals) > 1:
        named = ", ".join(rivals[:5])
        raise ImportRefused(f"The zip file has several assistants ({named}). Zip the folder of one of them.")
    return f"{roots[0]}/" if roots[0] else ""


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in range(2, 1_000_000))


def _checked_name(name: str) -> str:
    named = " ".join("".join(one if one.isprintable() or one in _JOINERS else " " for one in name).split())
    if not named:
        raise ProjectNameInvalid("The assistant needs a name.")
    if len(named) > _MOST_NAME:
        raise ProjectNameInvalid(f"The name is longer than {_MOST_NAME} characters. Choose a shorter one.")
    return named


def _is_project(path: Path) -> bool:
    """Say whether it is a project: one whose config.yml was lost by hand stays one, to be mended."""
    return check_id(path.name) and path.is_dir() and (has_config(path) or (path / ".git").exists())


def has_config(folder: Path) -> bool:
    """Say whether a folder is an assistant's: it has a config.yml."""
    with suppress(OSError):  # one folder that cannot be read hides no other project
        return any((folder / name).is_file() for name in CONFIGS)
    return False
