"""Which paths a project may have, and which of its files belong to it. Pure.

A path is relative, with `/` between its parts, in normal form C, and means the same file on every system: nothing
leads out of the folder, no two names differ in case alone, and no name is a device of one of them.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

MOST_PART_BYTES: Final = 255
"""Longest name of a file on the usual file systems (ext4, APFS, NTFS)."""
MOST_PATH_BYTES: Final = 1_024
MOST_DEPTH: Final = 32
"""Our own choices: an assistant's paths have tens of characters and three or four parts."""
STUDIO: Final = ".studio"
LOCAL: Final = (f"{STUDIO}/remote.json", f"{STUDIO}/remote.zip", f"{STUDIO}/pending", f"{STUDIO}/local")
"""What holds for this copy of the folder alone: never exported, committed or pushed."""

_KEPT_HIDDEN: Final = frozenset({".gitignore", ".gitattributes"})
_SKIPPED_FOLDERS: Final = frozenset({"__pycache__", "__MACOSX", "node_modules", "venv"})
_SKIPPED_FILES: Final = frozenset({"Thumbs.db", "desktop.ini"})
_BINARIES: Final = {
    "a trained model": (
        ".tar.gz",
        ".tgz",
        ".onnx",
        ".gguf",
        ".safetensors",
        ".pt",
        ".pth",
        ".ckpt",
        ".h5",
        ".pkl",
        ".npz",
    ),
    "an archive": (".zip", ".tar", ".gz", ".bz2", ".xz", ".7z", ".rar", ".whl", ".jar"),
    "a program": (".exe", ".dll", ".so", ".dylib", ".pyc", ".pyo", ".class", ".o", ".msi", ".dmg", ".apk"),
    "a database": (".sqlite", ".sqlite3", ".db", ".sqlite-wal", ".sqlite-shm"),
    "left by another program": (".theirs", ".part", ".tmp", ".swp", ".orig"),
}
_DEVICE: Final = re.compile(r"^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])(?:\.|$)", re.I)
_DRIVE: Final = re.compile(r"^[A-Za-z]:")
_HIDDEN_CHARACTERS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
"""They turn the direction of what follows, so that a name reads as another."""
_ID: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")


def problem_of_path(name: str) -> str | None:
    """Say what is wrong with a path that came from outside, None where nothing is."""
    if not name:
        return "it has no name"
    if name.startswith("/") or _DRIVE.match(name):
        return "it is an absolute path"
    if len(name.encode("utf-8", "surrogatepass")) > MOST_PATH_BYTES:
        return f"its path is longer than {MOST_PATH_BYTES} bytes"
    parts = name.split("/")
    if len(parts) > MOST_DEPTH:
        return f"it lies more than {MOST_DEPTH} folders deep"
    return next((problem for part in parts if (problem := _problem_of_part(part)) is not None), None)


def normal_path(name: str) -> str:
    """Return a path as it is kept: `/` between parts, normal form C, without `./` in front and `/` behind."""
    path = unicodedata.normalize("NFC", name.replace("\\", "/"))
    while path.startswith("./"):
        path = path[2:]
    return path.rstrip("/") if path != "/" else path


def clashes(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of paths that are one file on some system: alike but for case, or a file that is also a folder."""
    known: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in paths:
        folded = fold(path)
        if folded in known:
            yield known[folded], path
        known.setdefault(folded, path)
        parts = path.split("/")
        for end in range(1, len(parts)):
            parent = "/".join(parts[:end])
            spelled = folders.setdefault(fold(parent), parent)
            if spelled != parent:
                yield spelled, parent
    for folded, folder in folders.items():
        if folded in known:
            yield known[folded], folder


def fold(path: str) -> str:
    """Return what two paths share that some file system takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", path).casefold())


def left_out_because(path: str) -> str | None:
    """Say why a file of the folder is not part of the project, None where it is."""
    if path == STUDIO or any(path == local or path.startswith(f"{local}/") for local in LOCAL):
        return "of this copy of the folder alone"
    *folders, name = path.split("/")
    for index, folder in enumerate(folders):
        if folder in _SKIPPED_FOLDERS:
            return "made by another program"
        if folder.startswith(".") and not (index == 0 and folder == STUDIO):
            return "hidden"
    if name in _SKIPPED_FILES:
        return "made by another program"
    if name.startswith(".") and name not in _KEPT_HIDDEN:
        return "hidden"
    lowered = name.lower()
    return next((reason for reason, suffixes in _BINARIES.items() if lowered.endswith(suffixes)), None)


def check_id(project_id: str) -> bool:
    """Say whether a text can be a project's id."""
    return _ID.match(project_id) is not None


def slug(name: str) -> str:
    """Make an id of a name in any script."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[:48].strip("-_")
    return made or f"assistant-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:6]}"


def _problem_of_part(part: str) -> str | None:
    if part == "..":
        return "it leads out of the folder"
    if part in ("", "."):
        return "its path has an empty part"
    if len(part.encode("utf-8", "surrogatepass")) > MOST_PART_BYTES:
        return f"its name is longer than {MOST_PART_BYTES} bytes"
    if any(unicodedata.category(one) in ("Cc", "Cs") or one in _HIDDEN_CHARACTERS for one in part):
        return "its name has characters that cannot be seen"
    if ":" in part or "\\" in part:
        return "its name has a colon or a backslash"
    if part != part.rstrip(". "):
        return "its name ends in a dot or a space"
    if _DEVICE.match(part):
        return "its name is that of a device"
    return None
