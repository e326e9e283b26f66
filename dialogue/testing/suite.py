"""End-to-end tests as files say them: cases, their steps, fixtures, metadata and stubs.

Everything that is wrong with the files is told at once, with file, line and column. Values follow YAML 1.2, so a
step `user: yes` says the word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dialogue.errors import TestsInvalid
from dialogue.testing.case import Case, Stub, Suite
from dialogue.testing.step_reader import StepReader
from flows.commands import Json
from flows.findings import Findings
from flows.places import Place
from flows.source import Rows, Scalar, Table, Value, read_yaml

CONFTEST = ("conftest.yml", "conftest.yaml")
DEFAULT_FOLDERS = ("e2e_tests", "tests")
SUFFIXES = (".yml", ".yaml")


@dataclass(slots=True)
class _Shared:
    """What conftest files and the heads of test files define, the inner over the outer."""

    fixtures: dict[str, dict[str, Json]] = field(default_factory=dict)
    metadata: dict[str, dict[str, Json]] = field(default_factory=dict)
    stubs: dict[str, Stub] = field(default_factory=dict)

    def copy(self) -> _Shared:
        return _Shared(dict(self.fixtures), dict(self.metadata), dict(self.stubs))


def load_suite(paths: Sequence[str], root: Path) -> Suite:
    """Read test files.

    Args:
        paths: files, folders, or `file::case name`, relative to the working folder or to `root`; none stands for
            the folder `e2e_tests` (or `tests`) of `root`.
        root: the assistant's folder.

    Raises:
        TestsInvalid: with everything that is wrong in the files.
    """
    findings = Findings()
    cases: list[Case] = []
    for path in paths or _default_paths(root):
        name, _, wanted = path.partition("::")
        place = next((p for p in (Path(name), root / name) if p.exists()), None)
        if place is None:
            findings.error(Place(name, 1, 1), "no-such-file", "there is no such test file or folder")
            continue
        tests_root = place if place.is_dir() else place.parent
        found = [case for file in _files(place) for case in _Reader(file, root, tests_root, findings).cases()]
        if wanted and wanted not in {case.name for case in found}:
            findings.error(Place(name, 1, 1), "no-such-case", f"there is no case named {wanted!r}")
        cases += [case for case in found if not wanted or case.name == wanted]
    if findings.has_errors():
        raise TestsInvalid(findings.sorted())
    return Suite(tuple(cases))


def _default_paths(root: Path) -> Iterable[str]:
    return [next((name for name in DEFAULT_FOLDERS if (root / name).is_dir()), DEFAULT_FOLDERS[0])]


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    found = (path for path in place.rglob("*") if path.suffix in SUFFIXES and path.is_file())
    return sorted(path for path in found if path.name not in CONFTEST)


class _Reader:
    """Reads one test file, with the conftest files above it."""

    def __init__(self, file: Path, root: Path, tests_root: Path, findings: Findings) -> None:
        self._file = file
        self._root = root
        self._tests_root = tests_root
        self._findings = findings
        self._name = _relative(file, root)

    def cases(self) -> list[Case]:
        head = self._read(self._file)
        if not isinstance(head, Table) or "test_cases" not in head.entries:
            return []  # a stray or comment-only file
        shared = self._conftests()
        self._take_shared(head, shared)
        rows = head.get("test_cases")
        found: list[Case] = []
        for row in rows.items if isinstance(rows, Rows) else ():
            case = self._case(row, shared, found)
            if case is not None:
                found.append(case)
        if not isinstance(rows, Rows):
            self._findings.error(head.place_of("test_cases"), "test-cases", "test_cases must be a list of cases")
        return found

    def _read(self, file: Path) -> Value | None:
        name = _relative(file, self._root)
        try:
            return read_yaml(file.read_text(encoding="utf-8"), name, self._findings)
        except (OSError, UnicodeDecodeError) as problem:
            self._findings.error(Place(name, 1, 1), "unreadable", f"cannot read the file: {problem}")
            return None

    def _conftests(self) -> _Shared:
        """Return what the conftest files define, from the assistant's folder down to the test's own."""
        shared = _Shared()
        top = self._root.resolve()
        folders = [folder for folder in self._file.resolve().parents if folder.is_relative_to(top)]
        for folder in reversed(folders or [self._file.parent]):
            for name in CONFTEST:
                if (folder / name).is_file():
                    content = self._read(folder / name)
                    if isinstance(content, Table):
                        self._take_shared(content, shared)
        return shared

    def _take_shared(self, head: Table, shared: _Shared) -> None:
        for name, value in self._named(head, "fixtures"):
            slots: dict[str, Json] = {}
            for item in value.items if isinstance(value, Rows) else (value,):
                if isinstance(item, Table):
                    slots.update(item.plain())
                else:
                    self._findings.error(value.place, "fixture", f"fixture '{name}' must list slot: value")
            shared.fixtures[name] = slots
        for name, value in self._named(head, "metadata"):
            if isinstance(value, Table):
                shared.metadata[name] = value.plain()
            else:
                self._findings.error(value.place, "metadata", f"metadata '{name}' must be a map")
        stubs = head.get("stub_custom_actions")
        for name, value in stubs.entries.items() if isinstance(stubs, Table) else ():
            shared.stubs[name] = self._stub(name, value)

    def _named(self, head: Table, key: str) -> Iterable[tuple[str, Value]]:
        """Yield the entries of a list of one-key maps (or of one map)."""
        rows = head.get(key)
        tables = rows.items if isinstance(rows, Rows) else () if rows is None else (rows,)
        for table in tables:
            if isinstance(table, Table):
                yield from table.entries.items()
            elif not (isinstance(table, Scalar) and table.value is None):
                self._findings.error(table.place, key, f"{key} must be a list of name: content")

    def _stub(self, name: str, value: Value) -> Stub:
        content = value.plain() if isinstance(value, Table) else {}
        events, responses = content.get("events") or [], content.get("responses") or []
        if not isinstance(value, Table) or not _are_maps(events) or not _are_maps(responses):
            self._findings.error(value.place, "stub", f"stub '{name}' needs `events` and `responses`, lists of maps")
            return Stub()
        return Stub(tuple(events), tuple(responses))

    def _case(self, row: Value, shared: _Shared, before: Sequence[Case]) -> Case | None:
        name = row.text("test_case") if isinstance(row, Table) else None
        if not isinstance(row, Table) or name is None:
            self._findings.error(row.place, "test-case", "a case needs a name: `test_case: …`")
            return None
        rows = row.get("steps")
        if not isinstance(rows, Rows) or not rows.items:
            self._findings.error(row.place_of("steps"), "steps", f"case '{name}' needs a list of steps")
            return None
        metadata = self._lookup(row, "metadata", shared.metadata)
        steps = StepReader(self._findings, shared.metadata, metadata).steps(rows)
        stubs = {action: stub for action, stub in shared.stubs.items() if "::" not in action}
        stubs.update(
            (action.removeprefix(f"{name}::"), stub)
            for action, stub in shared.stubs.items()
            if action.startswith(f"{name}::")
        )
        slots = self._lookup(row, "fixtures", shared.fixtures)
        keys = self._keys(name, sum(case.name == name for case in before))
        return Case(self._name, name, keys, slots, steps, stubs, row.place.line)

    def _lookup(self, row: Table, key: str, defined: Mapping[str, Mapping[str, Json]]) -> dict[str, Json]:
        """Merge the named fixtures or metadata that a case lists."""
        value = row.get(key)
        wanted = value.items if isinstance(value, Rows) else () if value is None else (value,)
        merged: dict[str, Json] = {}
        for item in wanted:
            name = item.text if isinstance(item, Scalar) else ""
            if name in defined:
                merged.update(defined[name])
            else:
                self._findings.error(item.place, f"unknown-{key}", f"no {key} named '{name}' is defined")
        return merged

    def _keys(self, name: str, n_before: int) -> tuple[str, ...]:
        """Return the names for a commands file; a case whose name was used before has a number behind it."""
        files = dict.fromkeys(
            _relative(self._file, base) for base in (self._tests_root, Path.cwd(), self._root, self._root.parent)
        )
        plain = (*(f"{file}::{name}" for file in files), name)
        return (*(f"{key} #{n_before + 1}" for key in plain), *plain) if n_before else plain


def _are_maps(items: object) -> bool:
    return isinstance(items, list) and all(isinstance(item, dict) for item in items)


def _relative(file: Path, base: Path) -> str:
    whole, top = file.resolve(), base.resolve()
    return whole.relative_to(top).as_posix() if whole.is_relative_to(top) else whole.as_posix()
