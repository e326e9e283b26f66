"""Getting one file over HTTP whole: resumed where it was cut, checked against its hash, never half in place."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import httpx

from models.cache import FULL_DISK, hash_file
from models.errors import ChecksumMismatch, DiskFull, FetchFailed, IndexUnreachable, PackageMissing
from models.index import RemoteFile

OnBytes: TypeAlias = Callable[[int, int | None], None]

# Attempts in a row that bring no byte; one that does starts the count again.
_FRUITLESS_ATTEMPTS = 4
_FIRST_PAUSE_S = 0.5


class Interrupted(FetchFailed):
    """The fetch was told to stop; what has arrived is kept and continued next time."""

    code = "fetch-interrupted"
    fault = "client"


def download(client: httpx.Client, remote: RemoteFile, folder: Path, on_bytes: OnBytes, stop: threading.Event) -> Path:
    """Return the file in `folder` once it is there and right; `on_bytes` gets bytes so far and in all.

    Raises:
        ChecksumMismatch: the bytes are not those that the index announces; they have been removed.
        PackageMissing, IndexUnreachable: the server does not have it, or cannot be reached.
        DiskFull, Interrupted: as they say; the part that has arrived is kept.
    """
    with reporting_full_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / remote.name
        if target.is_file() and _is_right(target, remote):
            return target
        part = folder / f"{remote.name}.part"
        was_resumed = part.exists()
        _transfer_all(client, remote, part, on_bytes, stop)
        if was_resumed and not _is_right(part, remote):
            # The old part may be of another upload, or damaged: once more from the beginning.
            part.unlink()
            _transfer_all(client, remote, part, on_bytes, stop)
        if not _is_right(part, remote):
            part.unlink()
            raise ChecksumMismatch(
                f"{remote.name} is not the file that the package index announces (SHA-256 {remote.sha256}); "
                "it was removed. Try again; if it comes again, a proxy or mirror changes downloads"
            )
        part.replace(target)
        return target


@contextlib.contextmanager
def reporting_full_disk(folder: Path) -> Iterator[None]:
    """Turn the errors of a full disk or quota into `DiskFull`."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL_DISK:
            raise
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        free_mb = shutil.disk_usage(existing).free // 1_000_000
        raise DiskFull(
            f"no room left in {folder} ({free_mb} MB free); make room, or set VIVAVOCE_MODELS to a folder elsewhere"
        ) from error


def _is_right(path: Path, remote: RemoteFile) -> bool:
    """Compare with the index's hash. Without one any bytes pass here: the weights inside are pinned by hash anyway."""
    return remote.sha256 is None or hash_file(path) == remote.sha256


def _transfer_all(
    client: httpx.Client, remote: RemoteFile, part: Path, on_bytes: OnBytes, stop: threading.Event
) -> None:
    """Transfer until the server says that this was all; what was cut goes on from there."""
    fruitless = 0
    while True:
        before = _size(part)
        try:
            _transfer(client, remote, part, on_bytes, stop)
            return
        except (httpx.TransportError, _Busy) as error:
            fruitless = 0 if _size(part) > before else fruitless + 1
            if fruitless >= _FRUITLESS_ATTEMPTS:
                raise IndexUnreachable(
                    f"downloading {remote.name} failed: {error or type(error).__name__}; check the network and try "
                    "again: what has arrived is kept and continued"
                ) from error
            stop.wait(_FIRST_PAUSE_S * 2**fruitless)


class _Busy(Exception):
    """The server asks to come again later."""


def _transfer(client: httpx.Client, remote: RemoteFile, part: Path, on_bytes: OnBytes, stop: threading.Event) -> None:
    """Append what is missing from `part`, in one request."""
    done = _size(part)
    if remote.size_bytes is not None and done == remote.size_bytes:
        return
    headers = {"Accept-Encoding": "identity"}
    if done:
        headers["Range"] = f"bytes={done}-"
    with client.stream("GET", remote.url, headers=headers) as response:
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            # All is there already, or the part is of something else; the hash will tell.
            return
        _check_status(response, remote)
        is_continued = response.status_code == httpx.codes.PARTIAL_CONTENT
        done = done if is_continued else 0
        length = response.headers.get("content-length")
        total = done + int(length) if length and length.isdigit() else remote.size_bytes
        with part.open("ab" if is_continued else "wb") as file:
            for data in response.iter_raw():
                if stop.is_set():
                    raise Interrupted(f"stopped; {done // 1_000_000} MB of {remote.name} are kept for next time")
                file.write(data)
                done += len(data)
                on_bytes(done, total)
            file.flush()
            os.fsync(file.fileno())


def _check_status(response: httpx.Response, remote: RemoteFile) -> None:
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
        raise _Busy(f"the server answered {status}")
    if status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
        raise PackageMissing(f"{remote.name} is listed by the package index, but its server does not have it")
    if response.is_error:
        raise IndexUnreachable(f"the server refuses {remote.name}: it answered {status}")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
