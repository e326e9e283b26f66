"""Who names an entry of the content beside the flows: checks of slots, other responses, examples, the actions' code."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from flows.commands import Json
from studio.authoring.errors import TextInvalid
from studio.authoring.mentions import Kind, mentions
from studio.authoring.parts import Part, YamlFile
from studio.authoring.project_files import ProjectFiles
from studio.authoring.tree import parse_text

Names = frozenset[tuple[Kind, str]]
_Places = dict[tuple[Kind, str], dict[tuple[str, str], Json]]
_OF_DOMAIN: Final = ("slots", "responses", "actions", "forms")
_QUOTED: Final = re.compile(r"""["']([^\W\d][\w-]{0,199})["']""")
_IN_CODE: Final[tuple[Kind, ...]] = ("slots", "responses")
"""What an action's code names by a text of its own: `tracker.get_slot("x")`, `response="utter_x"`."""


def uses(files: ProjectFiles) -> Mapping[tuple[Kind, str], list[Json]]:
    """Return for each name where else it is used: `{section, name}`, of code `{section: "code", name: path}`."""
    found: _Places = defaultdict(dict)
    for file in files.shown_domain:
        for part in file.parts:
            if part.section in _OF_DOMAIN:
                _add(found, _names(file, part), part.section, part.name)
    for file in files.shown_data:
        for part in file.parts:
            if part.section == "nlu":
                names = _names(file, part)
                intent = next((name for kind, name in names if kind == "intents"), None)
                _add(found, frozenset(one for one in names if one[0] == "entities"), "intents", intent)
    for path, text in files.code.items():
        quoted = _quoted(text)
        _add(found, frozenset((kind, name) for kind in _IN_CODE for name in quoted), "code", path)
    return {name: list(places.values()) for name, places in found.items()}


def _add(found: _Places, names: Names, section: str, name: str | None) -> None:
    for kind, named in sorted(names):
        if (kind, named) != (section, name) and name is not None:
            found[kind, named][section, name] = {"section": section, "name": name}


def _names(file: YamlFile, part: Part) -> Names:
    if file.known:
        return _read(part, file.known)
    return _remembered(part)


@lru_cache(maxsize=20_000)
def _remembered(part: Part) -> Names:
    return _read(part, {})


def _read(part: Part, known: Mapping[str, Json]) -> Names:
    try:
        root = parse_text(part.text, "", known).root
    except TextInvalid:
        return frozenset()
    is_nlu = part.section == "nlu"
    return frozenset(
        (one.kind, one.name)
        for one in mentions(part.text, root, part.section)
        if not one.is_definition or (is_nlu and one.kind == "intents")
    )


@lru_cache(maxsize=200)
def _quoted(text: str) -> frozenset[str]:
    return frozenset(_QUOTED.findall(text))
