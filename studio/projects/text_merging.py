"""How two changes of one text become one: by `studio.authoring.merging`, in the form that `three_way` takes."""

from __future__ import annotations

from studio.authoring.merging import merge
from studio.projects.three_way import YAML, MergedText


def merge_texts(path: str, base: str, mine: str, theirs: str) -> MergedText:
    """Merge two changes of a file's text: YAML by its entries, everything else by lines."""
    merged = merge(base, theirs, mine, is_yaml=path.endswith(YAML))
    return MergedText(merged.text, tuple((lines.start_line, lines.end_line) for lines in merged.conflicts))
