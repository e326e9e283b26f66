"""Projects as zip files: written so that the same content gives the same bytes, read with nothing taken on trust.

A zip from outside is refused as a whole where it tries something: names that lead out, two names for one file,
encryption, a table of contents or contents larger than a project may be (sizes are counted while unpacking, never
taken from the zip). What merely does not belong to a project (trained models, caches, links, hidden files) is left out
and told; it is not even unpacked. Zips within it are never opened.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Final

from studio.projects.contents import MOST_BYTES, MOST_FILE_BYTES, MOST_FILES, LeftOut
from studio.projects.errors import ImportRefused
from studio.projects.paths import clashes, left_out_because, normal_path, problem_of_path

MOST_ZIP_BYTES: Final = MOST_BYTES
_MOST_TABLE_BYTES: Final = MOST_FILES * 1_200
"""A table of contents has 46 bytes and the path of each entry, and extras."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""Of every entry we write: the first moment that a zip can tell, so that equal content gives equal bytes."""
_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_LOCATOR: Final = b"PK\x06\x07"
_LOCATOR_BYTES: Final = 20
_END64_BYTES: Final = 56
_MOST_COMMENT_BYTES: Final = 65_535
_UTF8: Final = 0x800
_ENCRYPTED: Final = 0x1 | 0x40
_READABLE: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PIECE: Final = 256 * 1024
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What was in a zip: files by path, and what was left out."""

    files: Mapping[str, bytes]
    left_out: tuple[LeftOut, ...]


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a zip; the same files give the same bytes."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as made:
        for path, content in sorted(files):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, on every system
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            made.writestr(entry, content)
    return into.getvalue()


def at_top(_: Sequence[str]) -> str:
    """Say that the files of a zip lie at its top."""
    return ""


def unpacked(
    source: bytes | Path | BinaryIO,
    *,
    find_root: Callable[[Sequence[str]], str] = at_top,
    keeps: frozenset[str] = frozenset(),
) -> Unpacked:
    """Read a zip that came from outside.

    Args:
        find_root: gives the folder within the zip (`""`, or with a `/` behind) that is taken, from all its paths.
        keeps: folders at the top that are read although they are hidden.

    Raises:
        ImportRefused: with what is wrong with it.
    """
    if isinstance(source, bytes):
        return unpacked(io.BytesIO(source), find_root=find_root, keeps=keeps)
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                return unpacked(file, find_root=find_root, keeps=keeps)
        except OSError as error:
            raise ImportRefused(f"{source} cannot be read: {error.strerror}.") from error
    try:
        _check_table(source)
        with zipfile.ZipFile(source) as opened:
            return _read(opened, find_root, keeps)
    except ImportRefused:
        raise
    except _BROKEN as problem:
        raise ImportRefused(f"This is no zip file that can be read: {problem or type(problem).__name__}.") from None
    except RuntimeError as problem:  # what zipfile raises for what is encrypted in ways that its flags do not tell
        raise ImportRefused(f"This zip file cannot be read: {problem}.") from None


def _check_table(source: BinaryIO) -> None:
    """Refuse a table of contents that would fill the memory before it can be counted."""
    size = source.seek(0, io.SEEK_END)
    if size > MOST_ZIP_BYTES:
        raise ImportRefused(f"The zip file is larger than {MOST_ZIP_BYTES // 1024 // 1024} MB.")
    source.seek(max(0, size - _END_BYTES - _MOST_COMMENT_BYTES - _LOCATOR_BYTES - _END64_BYTES))
    tail = source.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise ImportRefused("This is no zip file, or only a part of one. Zip the assistant's folder again.")
    (table_bytes,) = struct.unpack_from("<L", tail, at + 12)
    locator = at - _LOCATOR_BYTES
    if locator >= _END64_BYTES and tail[locator : locator + 4] == _LOCATOR:
        (table_bytes,) = struct.unpack_from("<Q", tail, locator - _END64_BYTES + 40)
    if table_bytes > _MOST_TABLE_BYTES:
        raise ImportRefused(f"The zip file has more than {MOST_FILES} files, or names without end.")
    source.seek(0)


def _read(opened: zipfile.ZipFile, find_root: Callable[[Sequence[str]], str], keeps: frozenset[str]) -> Unpacked:
    entries = opened.infolist()
    if len(entries) > MOST_FILES:
        raise ImportRefused(f"The zip file has {len(entries)} entries; {MOST_FILES} are the most.")
    paths = {path: entry for entry in entries if (path := _path_of(entry)) and not entry.is_dir()}
    if len(paths) < sum(1 for entry in entries if not entry.is_dir() and _path_of(entry)):
        raise ImportRefused("The zip file has two entries of one name. Nothing of it was taken.")
    for first, second in clashes(paths):
        raise ImportRefused(f"The zip file has {first!r} and {second!r}, which are one file on some systems.")
    root = find_root(tuple(paths))
    left_out: list[LeftOut] = []
    files: dict[str, bytes] = {}
    room = MOST_BYTES
    for path, entry in paths.items():
        name = path.removeprefix(root)
        reason = _left_out(path, root, entry, keeps)
        if reason is not None:
            left_out.append(LeftOut(path, reason))
            continue
        content = files[name] = _content(opened, entry, path, min(room, MOST_FILE_BYTES))
        room -= len(content)
    return Unpacked(files, tuple(sorted(left_out)))


def _left_out(path: str, root: str, entry: zipfile.ZipInfo, keeps: frozenset[str]) -> str | None:
    if not path.startswith(root):
        return "outside of the assistant's folder"
    name = path.removeprefix(root)
    return _link(entry) or (None if name.split("/")[0] in keeps else left_out_because(name))


def _path_of(entry: zipfile.ZipInfo) -> str:
    """Return an entry's path, checked: one that tries something makes the whole zip suspicious."""
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")  # many programs write UTF-8 and do not say so
    is_absolute = name.startswith(("/", "\\"))
    path = normal_path(name)
    problem = "it is an absolute path" if is_absolute else (problem_of_path(path) if path else None)
    if problem is not None:
        raise ImportRefused(
            f"The zip file has an entry {name[:200]!r}: {problem}. Nothing of it was taken: zip the folder itself."
        )
    return path


def _link(entry: zipfile.ZipInfo) -> str | None:
    mode = entry.external_attr >> 16
    if entry.create_system != 3 or stat.S_IFMT(mode) in (0, stat.S_IFREG):
        return None
    return "a link" if stat.S_ISLNK(mode) else "not a file"


def _content(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, path: str, room: int) -> bytes:
    if entry.flag_bits & _ENCRYPTED:
        raise ImportRefused(f"{path!r} in the zip file is encrypted. Export it again without a password.")
    if entry.compress_type not in _READABLE:
        raise ImportRefused(f"{path!r} in the zip file is compressed in a way that is not read here: use deflate.")
    pieces: list[bytes] = []
    size = 0
    with opened.open(entry) as file:
        for piece in _pieces(file):
            size += len(piece)
            if size > room:
                raise ImportRefused(
                    f"{path!r} in the zip file is too large: a project has at most {MOST_BYTES // 1024 // 1024} MB, "
                    f"and {MOST_FILE_BYTES // 1024 // 1024} MB in one file. Leave it out and zip the rest."
                )
            pieces.append(piece)
    return b"".join(pieces)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
