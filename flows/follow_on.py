"""What only follows from a file that could not be read: it is not told as well, since mending the file mends it.

A domain with a slip in its YAML has no slots and no responses, so every flow would name unknown ones, and the one
finding that helps would drown. Findings that hold whatever the file says are told as always.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from flows.errors import Finding

_LOST: Final = frozenset(
    {
        "yaml", "unreadable", "too-many-files", "file-too-large", "too-many-values", "too-deep", "domain", "flows",
        "settings",
    }
)  # fmt: skip
"""Findings after which something of a file is missing."""
_FOLLOWING: Final[Mapping[str, frozenset[str]]] = {
    "domain": frozenset(
        {
            "unknown-slot", "unknown-response", "unknown-action", "unknown-intent", "unknown-entity", "no-question",
            "never-filled",
        }
    ),
    "data": frozenset({"unknown-flow", "unknown-intent", "never-started", "never-filled"}),
    "endpoints": frozenset({"unknown-server"}),
}  # fmt: skip
"""By the file, or the folder of files: what is found where something of it is missing."""


def follow_ons(findings: Iterable[Finding]) -> frozenset[str]:
    """Return the codes of the findings that may only follow from `findings`, which are those of reading."""
    areas = {finding.file.split("/")[0].split(".")[0] for finding in findings if _loses(finding)}
    return frozenset().union(*(_FOLLOWING.get(area, frozenset()) for area in areas))


def _loses(finding: Finding) -> bool:
    is_section_twice = finding.code == "duplicate-key" and finding.column == 1
    return finding.severity == "error" and (finding.code in _LOST or is_section_twice)
