"""The outline's lines of slots and responses, each worked out once for what is written and who uses it.

A project has thousands of them, and an edit changes few: the others are the very same values in the next outline. What
a line says depends on nothing but the arguments here, so that remembering it can never show anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from flows.commands import Json
from studio.authoring.fragment import Fragment, Setting
from studio.authoring.mentions import Kind
from studio.authoring.parts import Spot, YamlFile
from studio.authoring.project_files import ProjectFiles
from studio.authoring.shapes import EntryLine, Unreadable
from studio.authoring.tree import Path
from studio.authoring.unreadable import told

Users = Mapping[tuple[Kind, str], list[str]]
Entry = tuple[str, YamlFile, Spot, Json]
Make = Callable[[str, Json, dict[str, Json], list[str], tuple[str, ...]], EntryLine]


@lru_cache(maxsize=20_000)
def value_at(text: str, path: Path) -> Json:
    """Return what is written at a path of an entry that stands alone."""
    return Fragment(text, Setting()).at(path)


def slot_lines(files: ProjectFiles, entries: Iterable[Entry], use: Users) -> Iterator[EntryLine]:
    """Yield the line of each slot."""
    return _lines(files, entries, use, "slots", _slot, ())


def response_lines(
    files: ProjectFiles, entries: Iterable[Entry], use: Users, languages: Iterable[str]
) -> Iterator[EntryLine]:
    """Yield the line of each response; of the languages the first is the assistant's own."""
    return _lines(files, entries, use, "responses", _response, tuple(languages))


def _lines(
    files: ProjectFiles, entries: Iterable[Entry], use: Users, kind: Kind, make: Make, languages: tuple[str, ...]
) -> Iterator[EntryLine]:
    for name, file, spot, value in entries:
        text, line, lost = file.parts[spot.part].text, file.first_line(spot.part), told(files, file.path)
        used = use.get((kind, name), [])
        if file.known:
            yield make(name, value, _place(text, file.path, line, lost), used, languages)
        else:
            yield _remembered(make, name, text, spot.path, file.path, line, lost, tuple(used), languages)


@lru_cache(maxsize=40_000)
def _remembered(
    make: Make,
    name: str,
    text: str,
    path: Path,
    file: str,
    line: int,
    lost: Unreadable | None,
    used: tuple[str, ...],
    languages: tuple[str, ...],
) -> EntryLine:
    return make(name, value_at(text, path), _place(text, file, line, lost), list(used), languages)


def _place(text: str, file: str, line: int, lost: Unreadable | None) -> dict[str, Json]:
    for written in text.split("\n"):
        if not written.lstrip().startswith("#"):
            break
        line += 1
    return {"file": file, "line": line, **({} if lost is None else {"unreadable": lost.model_dump()})}


def _slot(name: str, value: Json, place: dict[str, Json], used: list[str], _languages: tuple[str, ...]) -> EntryLine:
    table = value if isinstance(value, dict) else {}
    more: dict[str, Json] = {
        "type": str(table.get("type") or "any"),
        **place,
        "values": table.get("values") if isinstance(table.get("values"), list) else [],
        "has_validation": "validation" in table,
        "used_by": used,
    }
    return EntryLine(name=name, **more)


def _response(name: str, value: Json, place: dict[str, Json], used: list[str], languages: tuple[str, ...]) -> EntryLine:
    rows = [row if isinstance(row, dict) else {"text": row} for row in value] if isinstance(value, list) else []
    said = [row for row in rows if row.get("text")]
    spoken = {
        languages[0],
        *(key for row in rows if isinstance(row.get("translation"), dict) for key in row["translation"]),
    }
    missing = [
        language
        for language in languages[1:]
        if any(
            language not in (row.get("translation") or {})
            for row in said
            if isinstance(row.get("translation") or {}, dict)
        )
    ]
    more: dict[str, Json] = {
        "variations": len(rows),
        "text": str(said[0]["text"])[:200] if said else "",
        "languages": [language for language in languages if language in spoken],
        "missing_languages": missing,
        "used_by": used,
        **place,
    }
    return EntryLine(name=name, **more)
