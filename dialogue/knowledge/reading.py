"""Reads a folder of documents from disk. What cannot be read is told and left out: the rest still answers.

| kind | files |
|---|---|
| text | `.txt`, `.md`, `.markdown`, `.html`, `.htm` |
| questions with answers | `.json`, `.jsonl`, `.yml`, `.yaml`; in text, lines that begin with `Q:` and `A:` |

Files whose name begins with a dot, and all other kinds, are passed over in silence. Everything is bounded: the size
of a file, of all files, their number, the passages. Links are followed as long as they stay in the folder.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Final

from dialogue.knowledge.markup import Block, html_blocks, markdown_blocks, text_blocks
from dialogue.knowledge.pairs import NoPairs, read_pairs
from dialogue.knowledge.passages import Passage
from dialogue.knowledge.splitting import split_blocks
from flows.errors import Finding

LARGEST_FILE_BYTES: Final = 5_000_000
LARGEST_TOTAL_BYTES: Final = 200_000_000
MOST_FILES: Final = 10_000
MOST_PASSAGES: Final = 50_000
_FORM: Final = "3"
"""Changes whenever the same files would give other passages."""
_BLOCKS: Final[Mapping[str, Callable[[str], Iterator[Block]]]] = MappingProxyType(
    {
        ".txt": text_blocks,
        ".md": markdown_blocks,
        ".markdown": markdown_blocks,
        ".html": html_blocks,
        ".htm": html_blocks,
    }
)
_PAIRS: Final = frozenset({".json", ".jsonl", ".yml", ".yaml"})


@dataclass(frozen=True, slots=True)
class Documents:
    """What a folder says. `digest` changes with the content of its files; `findings` are warnings about them."""

    passages: tuple[Passage, ...]
    digest: str
    findings: tuple[Finding, ...] = ()


def read_documents(folder: Path) -> Documents:
    """Read everything in a folder. Takes the time that files take: call it in a thread. Never raises for its files."""
    reading = _Reading(folder)
    passages = tuple(islice(reading.passages(), MOST_PASSAGES + 1))
    if len(passages) > MOST_PASSAGES:
        reading.warn("", "too-many-passages", f"there are more than {MOST_PASSAGES:,} passages; the rest is not read")
    elif not passages and not reading.findings:
        reading.warn("", "no-documents", "there is no text to answer from", "put .md, .txt or .html files there")
    return Documents(passages[:MOST_PASSAGES], reading.digest.hexdigest(), tuple(reading.findings))


class _Reading:
    """One pass over a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.findings: list[Finding] = []
        self.digest = hashlib.sha256(_FORM.encode())

    def warn(self, name: str, code: str, message: str, suggestion: str = "", line: int = 1) -> None:
        """Note what is wrong with a file of the folder."""
        file = f"{self._folder.name}/{name}" if name else self._folder.name
        self.findings.append(Finding(file, line, 1, code, message, suggestion, "warning"))

    def passages(self) -> Iterator[Passage]:
        """Yield the passages of all files, in the order of their names."""
        if not self._folder.is_dir():
            self.warn("", "no-documents", "there is no such folder", "make it, and put .md, .txt or .html files there")
            return
        total = 0
        for name, path in self._files():
            content = self._content(name, path)
            if content is None:
                continue
            total += len(content)
            if total > LARGEST_TOTAL_BYTES:
                self.warn(
                    name, "documents-too-large", f"the files have more than {LARGEST_TOTAL_BYTES:,} bytes together"
                )
                return
            self.digest.update(b"\0".join((name.encode("utf-8", "replace"), hashlib.sha256(content).digest(), b"")))
            yield from self._read(name, path.suffix.lower(), content)

    def _read(self, name: str, suffix: str, content: bytes) -> Iterator[Passage]:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            line = content.count(b"\n", 0, problem.start) + 1
            self.warn(name, "not-utf-8", "it is not UTF-8 text, so it is not read", "save it as UTF-8", line)
            return
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        try:
            if suffix in _PAIRS:
                yield from read_pairs(text, name, suffix)
            else:
                yield from split_blocks(_BLOCKS[suffix](text), name)
        except NoPairs as problem:
            self.warn(name, "no-pairs", str(problem))
        except (ValueError, RecursionError, AssertionError) as problem:  # of html.parser, on hostile pages
            self.warn(name, "unreadable", f"it cannot be read: {type(problem).__name__}: {problem}")

    def _content(self, name: str, path: Path) -> bytes | None:
        try:
            size = path.stat().st_size
            if size > LARGEST_FILE_BYTES:
                message = f"it has {size:,} bytes, and at most {LARGEST_FILE_BYTES:,} are read: it is left out"
                self.warn(name, "file-too-large", message, "split it")
                return None
            with path.open("rb") as file:
                content = file.read(LARGEST_FILE_BYTES + 1)
        except OSError as problem:
            self.warn(name, "unreadable", f"it cannot be read: {problem.strerror}")
            return None
        if b"\0" in content or len(content) > LARGEST_FILE_BYTES:
            self.warn(name, "binary-file", "it is no text, so it is not read", "save it as UTF-8 text")
            return None
        return content

    def _files(self) -> Iterator[tuple[str, Path]]:
        """Yield the files that count, with their names relative to the folder."""
        root = self._folder.resolve()
        seen: set[Path] = set()
        n_files = 0
        for parent, folders, names in os.walk(root, followlinks=True, onerror=None):
            here = Path(parent).resolve()
            if here in seen or not here.is_relative_to(root):
                folders.clear()
                if here not in seen:
                    self._warn_outside(Path(parent).relative_to(root).as_posix())
                continue
            seen.add(here)
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for file_name in sorted(names):
                path = Path(parent) / file_name
                name = path.relative_to(root).as_posix()
                if file_name.startswith(".") or path.suffix.lower() not in {*_BLOCKS, *_PAIRS}:
                    continue
                if not path.resolve().is_relative_to(root):
                    self._warn_outside(name)
                    continue
                if not path.is_file():
                    continue  # a pipe or a device would keep the reader waiting
                n_files += 1
                if n_files > MOST_FILES:
                    self.warn("", "too-many-files", f"there are more than {MOST_FILES:,} files; the rest is not read")
                    return
                yield name, path

    def _warn_outside(self, name: str) -> None:
        self.warn(name, "outside", "it is a link to outside the folder, so it is not read", "copy what it leads to")
