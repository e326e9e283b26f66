"""The folder of weights on this machine, and which of its files were found to be what the catalogue pins.

```
<root>/<model id>/<file>          the weights
<root>/<model id>/verified.json   of each file its SHA-256 when last hashed, with its size and mtime then
<root>/downloads/                 packages being fetched
<root>/lock                       held by whoever changes the folder
```
A file whose size and mtime are those of its record is not hashed again, so a start costs a few `stat` calls.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import platformdirs

from models.errors import CacheUnusable, ModelMissing

ROOT_VARIABLE = "VIVAVOCE_MODELS"
_RECORD_NAME = "verified.json"
_HASH_BYTES = 1 << 20
FULL_DISK = (errno.ENOSPC, errno.EDQUOT)


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(_HASH_BYTES):
            digest.update(data)
    return digest.hexdigest()


class ModelCache:
    """The weights in one folder: `root`, or where `VIVAVOCE_MODELS` says, or the user's cache folder."""

    def __init__(self, root: Path | None = None) -> None:
        configured = os.environ.get(ROOT_VARIABLE)
        default = Path(configured) if configured else platformdirs.user_cache_path("vivavoce") / "models"
        self.root = (root or default).expanduser().absolute()

    @property
    def downloads(self) -> Path:
        return self.root / "downloads"

    def folder(self, model_id: str) -> Path:
        """Return the folder of a model, which need not exist."""
        return self.root / model_id

    def path(self, model_id: str, file_name: str) -> Path:
        """Return where a weight is. Raises `ModelMissing` if it is not there, or was found damaged."""
        path = self.folder(model_id) / file_name
        advice = f"run: vivavoce models fetch {model_id}"
        if not path.is_file():
            raise ModelMissing(f"{model_id}: {file_name} is not in {path.parent}; {advice}")
        if self.verified_sha256(model_id, file_name) is None:
            raise ModelMissing(f"{model_id}: {path} is not the file that was verified; {advice}")
        return path

    def verified_sha256(self, model_id: str, file_name: str) -> str | None:
        """Return the hash recorded for a file, or None if it is missing or has changed since."""
        recorded = self._records(model_id).get(file_name)
        if recorded is None:
            return None
        with contextlib.suppress(OSError):
            if recorded[1:] == _fingerprint(self.folder(model_id) / file_name):
                return str(recorded[0])
        return None

    def has(self, model_id: str, files: Mapping[str, str]) -> bool:
        """Tell whether every file (name to SHA-256) is there, verified and unchanged."""
        return all(self.verified_sha256(model_id, name) == sha256 for name, sha256 in files.items())

    def record(self, model_id: str, file_name: str, sha256: str) -> None:
        """Note that a file was hashed now. Call with the lock held."""
        records = self._records(model_id)
        records[file_name] = [sha256, *_fingerprint(self.folder(model_id) / file_name)]
        self._write_records(model_id, records)

    def forget(self, model_id: str, file_name: str) -> None:
        """Drop a file's record, so that nothing uses it until `fetch`. Call with the lock held."""
        records = self._records(model_id)
        if records.pop(file_name, None) is not None:
            self._write_records(model_id, records)

    @contextlib.contextmanager
    def locked(self, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Hold the folder's lock, calling `on_wait` if another has it. It goes with a process that dies."""
        with self._open_lock() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                on_wait()
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _open_lock(self) -> IO[str]:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            return (self.root / "lock").open("w")
        except OSError as error:
            if error.errno in FULL_DISK:
                raise
            raise CacheUnusable(
                f"cannot write to the models folder {self.root}: {error.strerror}; "
                f"set {ROOT_VARIABLE} to a folder that this user may write"
            ) from error

    def _records(self, model_id: str) -> dict[str, list[Any]]:
        try:
            records = json.loads((self.folder(model_id) / _RECORD_NAME).read_text())
        except (OSError, ValueError):
            # Nothing recorded, or half a record of a crash: the files are hashed again.
            return {}
        return records if isinstance(records, dict) else {}

    def _write_records(self, model_id: str, records: Mapping[str, list[Any]]) -> None:
        write_atomically(self.folder(model_id) / _RECORD_NAME, json.dumps(records, indent=1).encode())


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file so that a crash leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _fingerprint(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]
