"""How two changes of one text become one: by `studio.authoring.merging`, in the form that `three_way` takes."""

from __future__ import annotations

from typing import Final

from flows.findings import Findings
from flows.source import read_yaml
from studio.authoring.merging import merge
from studio.projects.three_way import MergedText

_YAML: Final = (".yml", ".yaml")


def merge_texts(path: str, base: str, mine: str, theirs: str) -> MergedText:
    """Merge two changes of a file's text: YAML by its entries, everything else by lines.

    A merge that says something twice that no side said twice (both added a slot of one name) is a conflict.
    """
    is_yaml = path.endswith(_YAML)
    merged = merge(base, theirs, mine, is_yaml=is_yaml)
    ranges = tuple((lines.start_line, lines.end_line) for lines in merged.conflicts)
    if is_yaml and not ranges:
        told = {message for text in (base, mine, theirs) for _, message in _faults(text, path)}
        ranges = tuple((line, line) for line, message in _faults(merged.text, path) if message not in told)
    return MergedText(merged.text, ranges)


def _faults(text: str, path: str) -> list[tuple[int, str]]:
    findings = Findings()
    read_yaml(text, path, findings)
    return [(finding.line, f"{finding.code} {finding.message}") for finding in findings.sorted()]
