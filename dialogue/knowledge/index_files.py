"""Indexes on disk, each in a file named by its content: encoding thousands of sentences is done once.

A file that is damaged, or of another version, is as good as none: the index is made again and the file replaced.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dialogue.knowledge.index import Index, words_of_passage
from dialogue.knowledge.lexicon import build_lexicon
from dialogue.knowledge.passages import Passage
from flows.errors import Finding

SUFFIX: Final = ".knowledge.npz"
KEPT: Final = 20
"""Indexes that are kept in a folder; the longest unused ones go first."""
_HALF: Final = np.float16
"""Vectors of unit length lose nothing that matters in half precision, and take half the space."""


def index_path(digest: str, folder: Path) -> Path:
    """Return where the index of this name is, if it is kept."""
    return folder / f"{digest}{SUFFIX}"


def save_index(index: Index, folder: Path) -> Path:
    """Write an index, whole or not at all; return where it is. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    target = index_path(index.digest, folder)
    about = {
        "digest": index.digest,
        "passages": [asdict(passage) for passage in index.passages],
        "findings": [asdict(finding) for finding in index.findings],
    }
    arrays: dict[str, npt.NDArray[Any]] = {"about": np.frombuffer(json.dumps(about).encode(), np.uint8)}
    if index.vectors is not None:
        arrays["vectors"] = index.vectors.astype(_HALF)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(buffer.getbuffer())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _tidy(folder)
    return target


def load_index(digest: str, folder: Path) -> Index | None:
    """Return the index of this name, None where there is none that can be used."""
    path = index_path(digest, folder)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            about = json.loads(arrays["about"].tobytes())
            passages = tuple(_passage(entry) for entry in about["passages"])
            findings = tuple(Finding(**entry) for entry in about["findings"])
            lexicon = build_lexicon([words_of_passage(passage) for passage in passages])
            if about["digest"] != digest:
                return None
            vectors = arrays["vectors"].astype(np.float32) if "vectors" in arrays else None
            return Index(digest, passages, lexicon, vectors, findings)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None


def _passage(entry: dict[str, object]) -> Passage:
    return Passage(**{**entry, "sentences": tuple(entry["sentences"])})  # type: ignore[arg-type]


def _tidy(folder: Path) -> None:
    """Remove the indexes that were written longest ago, beyond those that are kept."""
    files = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[KEPT:]:
        path.unlink(missing_ok=True)
