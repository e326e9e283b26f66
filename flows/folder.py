"""An assistant's folder on disk: which files belong to it, and their text, whatever else lies there.

Names that begin with a dot are other programs' (editors, version control, archives of other systems). Links to
folders are followed, each folder once, so that a link back up ends nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from flows.findings import Findings
from flows.model import Flow
from flows.places import Place
from flows.source import MAX_FILE_CHARACTERS, Value, read_yaml

YAML_SUFFIXES: Final = frozenset({".yml", ".yaml"})
MAX_FILES: Final = 10_000
MAX_CHARACTERS: Final = 100_000_000
"""Of all YAML files of one assistant together."""
_MAX_FOLDERS_DEEP: Final = 40
_MAX_FILE_BYTES: Final = 4 * MAX_FILE_CHARACTERS


class Remembered:
    """What an assistant's files and flows were read as, for reading it again: values are never changed.

    Only that in which nothing was wrong is kept, since findings have to be told each time; and only what the last
    reading had, since files and flows come and go for as long as a server runs.
    """

    def __init__(self) -> None:
        self._last: dict[str, tuple[str, Value | None]] = {}
        self._last_flows: dict[str, tuple[Value, Flow]] = {}
        self._files: dict[str, tuple[str, Value | None]] = {}
        self._flows: dict[str, tuple[Value, Flow]] = {}

    def begin(self) -> None:
        """Begin to read the folder once more."""
        self._last, self._files = self._files, {}
        self._last_flows, self._flows = self._flows, {}

    @property
    def size(self) -> int:
        """How many files and flows are kept."""
        return len(self._last) + len(self._files) + len(self._last_flows) + len(self._flows)

    def flow(self, flow_id: str, node: Value) -> Flow | None:
        """Return the flow that was read from the very same value; None where there is none."""
        known = self._last_flows.get(flow_id)
        if known is None or known[0] is not node:
            return None
        self._flows[flow_id] = known
        return known[1]

    def keep(self, flow_id: str, node: Value, flow: Flow) -> None:
        """Keep a flow for the next reading."""
        self._flows[flow_id] = node, flow

    def read(self, text: str, file: str, findings: Findings) -> Value | None:
        """Read a file's text as `read_yaml` does."""
        known = self._last.get(file)
        if known is not None and known[0] == text:
            self._files[file] = known
            return known[1]
        found = Findings()
        value = read_yaml(text, file, found)
        if not found.is_empty:
            return read_yaml(text, file, findings)
        self._files[file] = text, value
        return value


class Folder:
    """Reads files below one root; whatever cannot be read is a finding."""

    def __init__(self, root: Path, findings: Findings, remembered: Remembered | None = None) -> None:
        self.root, self.remembered = root, remembered
        self._findings = findings
        self._n_characters = 0

    def yaml_files(self, name: str) -> list[Path]:
        """Return the YAML files below a folder of the root, in the order of their paths."""
        found = sorted(path for path in self._files(self.root / name, 0, set()) if path.suffix in YAML_SUFFIXES)
        if len(found) > MAX_FILES:
            message = f"there are more than {MAX_FILES} files; the rest is not read"
            self._findings.error(Place(name, 1, 1), "too-many-files", message)
        return found[:MAX_FILES]

    def _files(self, folder: Path, depth: int, seen: set[Path]) -> Iterator[Path]:
        try:
            real = folder.resolve()
            if not folder.is_dir() or real in seen or depth > _MAX_FOLDERS_DEEP:
                return
            seen.add(real)
            children = sorted(folder.iterdir())
        except (OSError, RuntimeError) as error:  # of links that lead to themselves
            self._unreadable(folder, error)
            return
        for child in children:
            if child.name.startswith(".") or child.name == "__pycache__":
                continue
            if child.is_dir():
                yield from self._files(child, depth + 1, seen)
            elif child.is_file():
                yield child
            elif child.suffix in YAML_SUFFIXES and child.is_symlink():
                self._unreadable(child, FileNotFoundError("the link leads nowhere"))

    def read(self, path: Path) -> Value | None:
        """Read a YAML file; None where it is empty or cannot be read."""
        text = self._text(path)
        if text is None:
            return None
        self._n_characters += len(text)
        if self._n_characters > MAX_CHARACTERS:
            message = f"the assistant's files have more than {MAX_CHARACTERS} characters; this one is not read"
            self._findings.error(Place(self.name_of(path), 1, 1), "too-many-files", message)
            return None
        reading = read_yaml if self.remembered is None else self.remembered.read
        return reading(text, self.name_of(path), self._findings)

    def _text(self, path: Path) -> str | None:
        try:
            if path.stat().st_size > _MAX_FILE_BYTES:
                message = f"the file is larger than {MAX_FILE_CHARACTERS} characters"
                self._findings.error(Place(self.name_of(path), 1, 1), "file-too-large", message, "split it")
                return None
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            before = error.object[: error.start]
            line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
            message = f"byte {error.start} is not UTF-8 text"
            place = Place(self.name_of(path), line, column)
            self._findings.error(place, "unreadable", f"the file cannot be read: {message}", "save it as UTF-8")
        except OSError as error:
            self._unreadable(path, error)
        return None

    def name_of(self, path: Path) -> str:
        """Return how findings name a file."""
        return path.relative_to(self.root).as_posix()

    def _unreadable(self, path: Path, error: Exception) -> None:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        message = f"it cannot be read: {reason}"
        self._findings.error(Place(self.name_of(path) or ".", 1, 1), "unreadable", message)

    def python_text(self) -> str:
        """Return the text of the assistant's own code, only to see which names occur in it."""
        paths = [path for path in self._files(self.root / "actions", 0, set()) if path.suffix == ".py"]
        paths += sorted(path for path in self.root.glob("*.py") if path.is_file())
        return "\n".join(self._code(path) for path in paths[:MAX_FILES])

    def _code(self, path: Path) -> str:
        try:
            if path.stat().st_size > _MAX_FILE_BYTES:
                return ""
            return path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
