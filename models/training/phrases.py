"""Phrases of any phone call: `phrases.yml`, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

PATH = Path(__file__).with_name("phrases.yml")


@dataclass(frozen=True, slots=True)
class Phrases:
    """Lists of phrases by name, and frames of answers by the kind of their value."""

    lists: Mapping[str, tuple[str, ...]]
    answer_frames: Mapping[str, tuple[str, ...]]


def read_phrases(path: Path = PATH) -> Phrases:
    """Read the file."""
    content = YAML(typ="safe").load(path.read_text())
    frames = content.pop("answer_frames")
    return Phrases(
        {name: tuple(str(one) for one in items) for name, items in content.items()},
        {kind: tuple(str(one) for one in items) for kind, items in frames.items()},
    )
