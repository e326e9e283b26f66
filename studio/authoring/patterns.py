"""The flows that come with the product: what an assistant's patterns are where it does not say otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import flows
from flows.actions import has_search_policy
from flows.profiles import NEWEST, profile_of
from flows.validation import DEFAULTS
from studio.authoring.parts import Spot, YamlFile, read_file
from studio.authoring.project_files import ProjectFiles

_FOLDER: Final = Path(flows.__file__).parent / "patterns"
_FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "3.13": ("up_to_3_13.yml", "up_to_3_15.yml", "default.yml"),
    "3.14": ("up_to_3_15.yml", "default.yml"),
    "3.16": ("default.yml",),
}
"""As in `flows.loader`, which a test compares this with: what an earlier file says stands."""
PATTERNS_FILE: Final = "data/patterns.yml"


@lru_cache  # a file of the product never changes
def _file(name: str) -> YamlFile:
    return read_file(f"{DEFAULTS}/{name}", (_FOLDER / name).read_text(encoding="utf-8"))


@lru_cache
def _defaults(names: tuple[str, ...]) -> dict[str, tuple[YamlFile, Spot]]:
    found: dict[str, tuple[YamlFile, Spot]] = {}
    for name in names:
        for flow_id, spot in _file(name).entries("flows"):
            found.setdefault(flow_id, (_file(name), spot))
    return found


def default_flows(files: ProjectFiles) -> dict[str, tuple[YamlFile, Spot]]:
    """Return the product's flows for a project, those that it has versions of its own of included."""
    return _defaults(_names(files))


def _names(files: ProjectFiles) -> tuple[str, ...]:
    given = files.settings("voice").get("profile")
    profile = profile_of(str(given)) if given is not None else NEWEST
    first = ("with_documents.yml",) if has_search_policy(files.settings("config")) else ()
    return (*first, *_FILES.get(profile or NEWEST, _FILES[NEWEST]))


def patterns_path(files: ProjectFiles) -> str:
    """Return the file in which a project keeps its patterns."""
    own = [path for flow_id, (path, _) in files.flows.items() if flow_id.startswith("pattern_")]
    return max(set(own), key=lambda path: (own.count(path), path)) if own else PATTERNS_FILE
