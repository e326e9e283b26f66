"""A new assistant in a folder of one's own, outside of any workspace."""

from __future__ import annotations

from pathlib import Path

from studio.projects.errors import ProjectTaken
from studio.projects.paths import slug
from studio.projects.templates import template_files
from studio.projects.writing import folder_in_making, put_folder, write_files


def make_folder(folder: Path, *, template: str, name: str | None = None) -> tuple[str, ...]:
    """Make an assistant from a template in a new or empty folder; return its files.

    Raises:
        TemplateUnknown, ProjectTaken, WritingFailed: nothing was made.
    """
    place = folder.expanduser().absolute()
    known_as = name or place.name or "assistant"
    files = template_files(template, assistant_id=slug(known_as), name=known_as)
    if place.exists() and not place.is_dir():
        raise ProjectTaken(f"{folder} is a file. Name a folder.")
    if place.is_dir() and any(place.iterdir()):
        raise ProjectTaken(f"{folder} is not empty. Name a new folder, or an empty one.")
    with folder_in_making(place.parent) as made:
        write_files(made, sorted(files.items()))
        try:
            put_folder(made, place)
        except FileExistsError:
            raise ProjectTaken(f"{folder} is not empty. Name a new folder, or an empty one.") from None
    return tuple(sorted(files))
