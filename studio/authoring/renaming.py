"""Giving something another name, and letting every place that names it follow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from flows.source import plain_scalar
from studio.authoring.errors import EditRefused, NothingThere, TextInvalid
from studio.authoring.mentions import Kind, mentions
from studio.authoring.parts import Part, YamlFile, may_name, read_file
from studio.authoring.project_files import ProjectFiles
from studio.authoring.tree import parse_text
from studio.authoring.unreadable import require_readable_entry, require_readable_users

_NAME: Final = re.compile(r"[^\W\d][\w-]{0,99}")
_NOT_SECTIONS: Final = frozenset({"version"})


def rename(files: ProjectFiles, section: str, old: str, new: str) -> tuple[ProjectFiles, list[str]]:
    """Rename an entry of the domain and everything that names it.

    Returns:
        The project, and what could not follow, in words.

    Raises:
        EditRefused: the new name cannot be used or is taken.
    """
    kind = _kind(section)
    if old == new:
        return files, []
    if not _NAME.fullmatch(new) or not isinstance(plain_scalar(new), str):
        raise EditRefused(f"'{new}' cannot be a name: begin with a letter, then letters, digits, '_' and '-'.")
    if kind == "responses" and not new.startswith("utter_"):
        raise EditRefused("The name of a response begins with 'utter_'.")
    if kind == "actions" and new.startswith("utter_"):
        raise EditRefused("A name that begins with 'utter_' is a response's. Choose another for the action.")
    for name in (old, new):
        require_readable_entry(files, kind, name)
    defined = _defined(files, kind)
    if old not in defined:
        raise NothingThere(f"There is no '{old}' in {section} any more.")
    if new in defined:
        raise EditRefused(f"There is a '{new}' in {section} already. Choose another name.")
    files = follow(files, kind, old, new)
    notes: list[str] = []
    if kind == "slots":
        asked, asks = f"utter_ask_{old}", f"utter_ask_{new}"
        responses = _defined(files, "responses")
        if asked in responses and asks in responses:
            raise EditRefused(f"There is a response '{asks}' already, which would answer for '{new}'. Rename it first.")
        if asked in responses:
            files = follow(files, "responses", asked, asks)
        by_name = [name for name in (f"action_ask_{old}", f"validate_{old}") if name in _defined(files, "actions")]
        notes += [
            f"'{name}' is code and keeps its name; rename it there, or '{new}' does without it." for name in by_name
        ]
    if kind == "actions":
        notes.append(f"The code of '{old}' is not changed: give it the name '{new}' there too.")
    if kind in ("slots", "entities", "intents"):
        notes.append(f"Actions that read or set '{old}' in their code are not changed.")
    return files, notes


def _kind(section: str) -> Kind:
    known: dict[str, Kind] = {
        "flows": "flows", "slots": "slots", "responses": "responses", "actions": "actions", "intents": "intents",
        "entities": "entities",
    }  # fmt: skip
    return known[section]


def _defined(files: ProjectFiles, kind: Kind) -> set[str]:
    return {one.name for *_, found in _places(files, kind, "") for one in found if one.is_definition}


def _places(files: ProjectFiles, kind: Kind, name: str) -> Iterator[tuple[str, int, list]]:  # type: ignore[type-arg]
    for path in files.yaml_paths:
        file = files.yaml(path)
        for number, part in enumerate(file.parts if file.problem is None else ()):
            if (
                part.section in _NOT_SECTIONS
                or not may_name(part.text, name)
                or (part.section is None and len(file.parts) > 1)
            ):
                continue
            root = parse_text(part.text, path, file.known).root
            section = section_of(path, part)
            found = [one for one in mentions(part.text, root, section) if one.kind == kind and name in ("", one.name)]
            if found:
                yield path, number, found


def section_of(path: str, part: Part) -> str | None:
    """Return what a part is to be read as: the sections of the domain mean something in the domain alone."""
    if part.section in ("slots", "responses", "actions", "intents", "entities", "forms"):
        is_domain = path.startswith(("domain/", "domain."))
        return part.section if is_domain else None
    if part.section in ("flows", "nlu"):
        return part.section if path.startswith("data/") else None
    return part.section


def follow(files: ProjectFiles, kind: Kind, old: str, new: str) -> ProjectFiles:
    """Rename in every file, definitions included. Raises EditRefused where one that may name it cannot be read."""
    require_readable_users(files, old)
    changes: dict[str, list[tuple[int, str, str | None]]] = {}
    for path, number, found in _places(files, kind, old):
        part = files.yaml(path).parts[number]
        text = part.text
        for one in sorted({(one.start, one.end) for one in found}, reverse=True):
            text = text[: one[0]] + new + text[one[1] :]
        is_renamed = part.name == old and any(one.is_definition for one in found)
        changes.setdefault(path, []).append((number, text, new if is_renamed else None))
    for path, parts in changes.items():
        files = files.with_yaml(_changed(files.yaml(path), parts))
    return files


def _changed(file: YamlFile, changes: list[tuple[int, str, str | None]]) -> YamlFile:
    texts = {number: text for number, text, _ in changes}
    whole = "".join(texts.get(number, part.text) for number, part in enumerate(file.parts))
    try:
        parse_text(whole, file.path)
    except TextInvalid as error:
        raise EditRefused(f"The name cannot be written in {file.path}, line {error.line}. Choose another.") from None
    return read_file(file.path, whole)
