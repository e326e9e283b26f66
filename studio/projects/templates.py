"""Assistants to begin with: small, complete, and valid as they are. They stand in `studio/templates`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import studio
from studio.projects.contents import list_files
from studio.projects.errors import TemplateUnknown

FOLDER: Final = Path(studio.__file__).parent / "templates"
_ABOUT: Final = "template.json"
"""Beside each template's files: what it is called and what it is for. It is not copied."""


@dataclass(frozen=True, slots=True)
class Template:
    """One template; `id` is its folder's name."""

    id: str
    name: str
    description: str


def templates() -> tuple[Template, ...]:
    """List all templates, the empty one first."""
    found = []
    for folder in sorted(path for path in FOLDER.iterdir() if (path / _ABOUT).is_file()):
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        found.append(Template(folder.name, about["name"], about["description"]))
    return tuple(sorted(found, key=lambda template: (template.id != "empty", template.id)))


def template_files(template_id: str, *, assistant_id: str, name: str) -> dict[str, bytes]:
    """Return a template's files, with the new assistant's id and name in them.

    Raises:
        TemplateUnknown: with those that there are.
    """
    known = {template.id for template in templates()}
    if template_id not in known:
        raise TemplateUnknown(f"There is no template {template_id[:80]!r}; there are {', '.join(sorted(known))}.")
    folder = FOLDER / template_id
    files = {path: (folder / path).read_bytes() for path in list_files(folder).files if path != _ABOUT}
    files["config.yml"] = _with_line(files["config.yml"], "assistant_id", assistant_id)
    files["voice.yml"] = _with_line(files["voice.yml"], "name", name)
    return files


def _with_line(content: bytes, key: str, value: str) -> bytes:
    """Set a key at the top of a YAML file of ours; a JSON text is a YAML scalar in every case."""
    line = f"{key}: {json.dumps(value, ensure_ascii=False)}"
    text = content.decode("utf-8")
    return re.sub(rf"^{key}:.*$", lambda _: line, text, count=1, flags=re.MULTILINE).encode("utf-8")
