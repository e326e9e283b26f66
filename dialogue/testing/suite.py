"""End-to-end tests as files say them: cases, their steps, fixtures, metadata and stubs.

Everything that is wrong with the files is told at once, with file, line and column. Values follow YAML 1.2, so a
step `user: yes` says the word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from dialogue.errors import TestsInvalid
from dialogue.testing.case import Case, Suite
from dialogue.testing.definitions import Definitions, read_definitions
from dialogue.testing.step_reader import StepReader
from flows.commands import Json
from flows.findings import Findings, did_you_mean
from flows.places import Place
from flows.source import Rows, Scalar, Table, Value, read_yaml

CONFTEST = ("conftest.yml", "conftest.yaml")
DEFAULT_FOLDERS = ("e2e_tests", "tests")
SUFFIXES = (".yml", ".yaml")
_HEAD_KEYS = ("fixtures", "metadata", "stub_custom_actions", "test_cases")
_CASE_KEYS = ("test_case", "fixtures", "metadata", "steps")


def load_suite(paths: Sequence[str], root: Path) -> Suite:
    """Read test files.

    Args:
        paths: files, folders, or `file::case name`, relative to the working folder or to `root`; none stands for
            the folder `e2e_tests` (or `tests`) of `root`.
        root: the assistant's folder.

    Raises:
        TestsInvalid: with everything that is wrong in the files.
    """
    loader = _Loader(root, paths)
    for path in paths or _default_paths(root):
        loader.add(path)
    if loader.findings.has_errors():
        raise TestsInvalid(loader.findings.sorted())
    return Suite(tuple(loader.cases.values()), loader.findings.sorted())


def find_tests(path: str, root: Path) -> Path | None:
    """Return where a path of the command line (its `::case name` left out) lies, None where there is nothing."""
    name = path.partition("::")[0]
    return next((place for place in (Path(name), root / name) if place.exists()), None)


def _default_paths(root: Path) -> Iterable[str]:
    return [str(root / next((name for name in DEFAULT_FOLDERS if (root / name).is_dir()), DEFAULT_FOLDERS[0]))]


class _Loader:
    """Reads what paths name. A file is read once, and a case runs once, however often it is named."""

    def __init__(self, root: Path, told: Sequence[str]) -> None:
        self._told = told
        self.findings = Findings()
        self.cases: dict[int, Case] = {}
        self._root = root
        self._read: dict[Path, list[Case]] = {}
        self._conftests: dict[tuple[Path, Path], Definitions] = {}

    def add(self, path: str) -> None:
        """Add the cases of a file, a folder, or `file::case name`."""
        name, _, wanted = path.partition("::")
        place = find_tests(path, self._root)
        if place is None:
            hint = "" if path in self._told else f"name the test files or folders to run, or put them into {name}"
            self.findings.error(Place(name, 1, 1), "no-such-file", "there is no such test file or folder", hint)
            return
        found = [case for file in _files(place) for case in self._cases(file, _tests_root(place))]
        if wanted and wanted not in {case.name for case in found}:
            hint = did_you_mean(wanted, [case.name for case in found])
            self.findings.error(Place(name, 1, 1), "no-such-case", f"there is no case named {wanted!r}", hint)
        self.cases.update((id(case), case) for case in found if not wanted or case.name == wanted)

    def _cases(self, file: Path, tests_root: Path) -> list[Case]:
        whole = file.resolve()
        if whole not in self._read:
            name = _relative(whole, self._root)
            head = _read_file(file, name, self.findings)
            shared = self._shared(whole.parent, tests_root) if isinstance(head, Table) else Definitions()
            reader = _Reader(name, _keys(whole, tests_root), shared, self.findings)
            self._read[whole] = reader.cases(head) if isinstance(head, Table) else []
        return self._read[whole]

    def _shared(self, folder: Path, tests_root: Path) -> Definitions:
        """Return what the conftest files define, from the uppermost of the folders that have a say downwards.

        These are the assistant's folder, that of the tests and the working folder where they are above the file; and
        above them those that follow one on another with a conftest file each, so that a part of a suite has all of
        the suite's definitions wherever it lies and wherever it is run.
        """
        known = self._conftests.get((folder, tests_root))
        if known is None:
            tops = (self._root.resolve(), tests_root, Path.cwd())
            is_below = any(folder != top and folder.is_relative_to(top) for top in tops)
            goes_on = folder != folder.parent and any((folder.parent / name).is_file() for name in CONFTEST)
            known = self._shared(folder.parent, tests_root) if is_below or goes_on else Definitions()
            for name in CONFTEST:
                if (folder / name).is_file():
                    content = _read_file(folder / name, _relative(folder / name, self._root), self.findings)
                    if isinstance(content, Table):
                        read_definitions(content, known, self.findings)
            self._conftests[folder, tests_root] = known
        return known.copy()


class _Reader:
    """Reads the cases of one test file. `keys` are the file's names in a commands file."""

    def __init__(self, name: str, keys: tuple[str, ...], shared: Definitions, findings: Findings) -> None:
        self._name = name
        self._keys = keys
        self._shared = shared
        self._findings = findings
        self._seen: Counter[str] = Counter()

    def cases(self, head: Table) -> list[Case]:
        """Return the cases; none for a stray file."""
        self._doubt_keys(head, _HEAD_KEYS)
        rows = head.get("test_cases")
        if rows is None or (isinstance(rows, Scalar) and rows.value is None):
            return []
        read_definitions(head, self._shared, self._findings)
        if not isinstance(rows, Rows):
            self._findings.error(head.place_of("test_cases"), "test-cases", "test_cases must be a list of cases")
            return []
        found = [case for row in rows.items if (case := self._case(row)) is not None]
        self._doubt_stubs(head)
        return found

    def _case(self, row: Value) -> Case | None:
        name = row.text("test_case") if isinstance(row, Table) else None
        if not isinstance(row, Table) or name is None:
            self._findings.error(row.place, "test-case", "a case needs a name: `test_case: …`")
            return None
        self._doubt_keys(row, _CASE_KEYS)
        number = self._seen[name] = self._seen[name] + 1
        rows = row.get("steps")
        if not isinstance(rows, Rows) or not rows.items:
            self._findings.error(row.place_of("steps"), "steps", f"case '{name}' needs a list of steps")
            return None
        metadata = self._lookup(row, "metadata", self._shared.metadata)
        return Case(
            self._name,
            name,
            _case_keys(self._keys, name, number),
            self._lookup(row, "fixtures", self._shared.fixtures),
            StepReader(self._findings, self._shared.metadata, metadata).steps(rows),
            self._shared.stubs_of(name),
            row.place.line,
            bool(self._shared.stubs),
            row,
        )

    def _lookup(self, row: Table, key: str, defined: Mapping[str, Mapping[str, Json]]) -> dict[str, Json]:
        """Merge the named fixtures or metadata that a case lists."""
        value = row.get(key)
        wanted = value.items if isinstance(value, Rows) else () if value is None else (value,)
        merged: dict[str, Json] = {}
        for item in wanted:
            name = item.text if isinstance(item, Scalar) else ""
            if name in defined:
                merged.update(defined[name])
            elif isinstance(item, Table):
                merged.update(item.plain())
            elif not (isinstance(item, Scalar) and item.value is None):
                hint = did_you_mean(name, defined)
                self._findings.error(item.place, f"unknown-{key}", f"no {key} named '{name}' is defined", hint)
        return merged

    def _doubt_keys(self, table: Table, known: Sequence[str]) -> None:
        """Warn of a key that nobody reads and that looks like one that is read."""
        for key in table.entries:
            hint = "" if key in known else did_you_mean(key, known)
            if hint:
                self._findings.warning(table.keys[key], "key", f"nobody reads '{key}'", hint)

    def _doubt_stubs(self, head: Table) -> None:
        """Warn of a stub for a case that this file does not have."""
        stubs = head.get("stub_custom_actions")
        for name, place in stubs.keys.items() if isinstance(stubs, Table) else ():
            case, separator, _ = name.rpartition("::")
            if separator and case not in self._seen:
                hint = did_you_mean(case, self._seen)
                self._findings.warning(place, "stub", f"no case of this file is named '{case}'", hint)


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    found = (path for path in place.rglob("*") if path.suffix in SUFFIXES and path.is_file())
    return sorted(path for path in found if path.name not in CONFTEST)


def _tests_root(place: Path) -> Path:
    """Return the folder from which tests are named: the one given, or the one called e2e_tests above a file."""
    if place.is_dir():
        return place.resolve()
    above = place.resolve().parents
    return next((folder for folder in above if folder.name in DEFAULT_FOLDERS), above[0])


def _read_file(file: Path, name: str, findings: Findings) -> Value | None:
    try:
        return read_yaml(file.read_text(encoding="utf-8-sig"), name, findings)
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8 text"
        findings.error(Place(name, 1, 1), "unreadable", f"the file cannot be read: {reason}")
        return None


def _keys(file: Path, tests_root: Path) -> tuple[str, ...]:
    """Return the names of a file in commands files: from the tests' root first, then from every folder above it."""
    parts = file.parts[1:]
    suffixes = ("/".join(parts[start:]) for start in range(len(parts)))
    return tuple(dict.fromkeys((_relative(file, tests_root), *suffixes)))


def _case_keys(files: tuple[str, ...], name: str, number: int) -> tuple[str, ...]:
    """Return the names of a case; one whose name was used before in its file has a number behind it."""
    plain = (*(f"{file}::{name}" for file in files), name)
    return plain if number == 1 else (*(f"{key} #{number}" for key in plain), *plain)


def _relative(file: Path, base: Path) -> str:
    whole, top = file.resolve(), base.resolve()
    return whole.relative_to(top).as_posix() if whole.is_relative_to(top) else whole.as_posix()
