"""Whole entries of a project's content, section by section, for the pages that edit them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from flows.commands import Json
from studio.authoring.errors import NothingThere
from studio.authoring.files import is_text
from studio.authoring.mentions import Kind
from studio.authoring.outline import DOCUMENTS, entries, examples, listed, users
from studio.authoring.parts import etag_of
from studio.authoring.project_files import ProjectFiles
from studio.authoring.unreadable import lost_examples, mark
from studio.authoring.uses import uses

SECTIONS: Final = ("slots", "responses", "intents", "entities", "actions", "documents", "voice", "session_config")


def section(files: ProjectFiles, name: str, sizes: Mapping[str, int]) -> Json:
    """Return a section: a list of `{name, value, file, line, used_by, …}`, or of voice.yml `{value, path, text, etag}`.

    Raises:
        NothingThere: there is no such section.
    """
    if name in ("slots", "responses", "session_config"):
        return _maps(files, name)
    if name == "intents":
        return _intents(files)
    if name in ("entities", "actions"):
        use, other, kind = users(files), uses(files), cast("Kind", name)
        words = examples(files, "lookup") if name == "entities" else {}
        lost = lost_examples(files, "lookup") if name == "entities" else {}
        return [
            {
                "name": one,
                "value": options,
                "file": path,
                "line": line,
                "used_by": use.get((kind, one), []),
                "used_in": other.get((kind, one), []),
                "lookup": words.get(one, []),
                **mark(files, path, lost.get(one)),
            }
            for one, (path, line, options) in listed(files, name).items()
        ]
    if name == "documents":
        return [
            {"name": path.removeprefix(DOCUMENTS), "path": path, "size": size, "is_editable": is_text(path)}
            for path, size in sorted(sizes.items())
            if path.startswith(DOCUMENTS)
        ]
    if name == "voice":
        path = "voice.yaml" if "voice.yaml" in files.files else "voice.yml"
        found = files.files.get(path)
        return {
            "value": files.settings("voice"),
            "path": path,
            "text": found.text if found else "",
            "etag": found.etag if found else None,
            **mark(files, path),
        }
    raise NothingThere(f"There is no content called '{name}'. These are: {', '.join(SECTIONS)}.")


def _maps(files: ProjectFiles, name: str) -> Json:
    use, other, kind = users(files), uses(files), cast("Kind", name)
    return [
        {
            "name": one,
            "value": value,
            "file": file.path,
            "line": file.first_line(spot.part),
            "etag": etag_of(file.parts[spot.part].text),
            "used_by": use.get((kind, one), []),
            "used_in": other.get((kind, one), []),
            **mark(files, file.path),
        }
        for one, file, spot, value in entries(files, name)
    ]


def _intents(files: ProjectFiles) -> Json:
    use, other, known, domain = users(files), uses(files), examples(files), listed(files, "intents")
    lost = lost_examples(files, "intent")
    return [
        {
            "name": name,
            "value": domain[name][2] if name in domain else None,
            "file": domain[name][0] if name in domain else None,
            "line": domain[name][1] if name in domain else 0,
            "examples": known.get(name, []),
            "used_by": use.get(("intents", name), []),
            "used_in": other.get(("intents", name), []),
            **mark(files, domain[name][0] if name in domain else None, lost.get(name)),
        }
        for name in dict.fromkeys([*domain, *known])
    ]
