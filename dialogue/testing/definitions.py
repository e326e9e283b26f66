"""What test files share: fixtures, metadata and stubs, from conftest files and from the heads of test files.

The inner definition stands over the outer: folder over root, file over folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dialogue.testing.case import Stub
from flows.commands import Json
from flows.findings import Findings
from flows.source import Rows, Scalar, Table, Value

MOCKED_TIME = "mocked_datetime"
"""The fixture slot that says what time it is in a test."""


@dataclass(slots=True)
class Definitions:
    """Fixtures and metadata by name, stubs by action or `case::action`."""

    fixtures: dict[str, dict[str, Json]] = field(default_factory=dict)
    metadata: dict[str, dict[str, Json]] = field(default_factory=dict)
    stubs: dict[str, Stub] = field(default_factory=dict)

    def copy(self) -> Definitions:
        """Return the same definitions, to be extended apart."""
        return Definitions(dict(self.fixtures), dict(self.metadata), dict(self.stubs))

    def stubs_of(self, case: str) -> dict[str, Stub]:
        """Return the stubs that hold for a case, its own over those for all."""
        own = f"{case}::"
        stubs = {action: stub for action, stub in self.stubs.items() if "::" not in action}
        stubs.update((name.removeprefix(own), stub) for name, stub in self.stubs.items() if name.startswith(own))
        return stubs


def read_definitions(head: Table, into: Definitions, findings: Findings) -> None:
    """Add what the head of a test file (or a conftest file) defines."""
    for name, value in _named(head, "fixtures", findings):
        into.fixtures[name] = _fixture(name, value, findings)
    for name, value in _named(head, "metadata", findings):
        if isinstance(value, Table):
            into.metadata[name] = value.plain()
        elif not _is_null(value):
            findings.error(value.place, "metadata", f"metadata '{name}' must be a map")
    for name, value in _named(head, "stub_custom_actions", findings):
        into.stubs[name] = _stub(name, value, findings)


def mocked_time(slots: Mapping[str, Json]) -> datetime | None:
    """Return the time that a fixture sets; None where there is none, or it is no ISO 8601 time."""
    try:
        told = datetime.fromisoformat(str(slots.get(MOCKED_TIME) or ""))
    except ValueError:
        return None
    return told if told.tzinfo is not None else told.replace(tzinfo=UTC)


def _named(head: Table, key: str, findings: Findings) -> Iterator[tuple[str, Value]]:
    """Yield the entries of a list of one-key maps (or of one map)."""
    rows = head.get(key)
    for table in rows.items if isinstance(rows, Rows) else () if rows is None else (rows,):
        if isinstance(table, Table):
            yield from table.entries.items()
        elif not _is_null(table):
            findings.error(table.place, key, f"{key} must be a list of name: content")


def _fixture(name: str, value: Value, findings: Findings) -> dict[str, Json]:
    slots: dict[str, Json] = {}
    for item in value.items if isinstance(value, Rows) else (value,):
        if isinstance(item, Table):
            slots.update(item.plain())
        elif not _is_null(item):
            findings.error(item.place, "fixture", f"fixture '{name}' must list slot: value")
    if slots.get(MOCKED_TIME) is not None and mocked_time(slots) is None:
        told = f"fixture '{name}' sets {MOCKED_TIME} to {slots[MOCKED_TIME]!r}, which is no ISO 8601 time"
        findings.warning(value.place, "fixture", told, "write it as 2026-01-31T09:30:00")
    return slots


def _stub(name: str, value: Value, findings: Findings) -> Stub:
    """Read a stub: lists of events and responses, either of which may be missing."""
    if _is_null(value):
        return Stub()
    content = value.plain() if isinstance(value, Table) else {}
    events, responses = content.get("events") or [], content.get("responses") or []
    if not isinstance(value, Table) or not _are_maps(events) or not _are_maps(responses):
        findings.error(value.place, "stub", f"stub '{name}' needs `events` and `responses`, lists of maps")
        return Stub()
    return Stub(tuple(events), tuple(responses))


def _are_maps(items: object) -> bool:
    return isinstance(items, list) and all(isinstance(item, dict) for item in items)


def _is_null(value: Value) -> bool:
    return isinstance(value, Scalar) and value.value is None
