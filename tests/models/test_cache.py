"""The cache gives out only files that were verified and have not changed since."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from models.cache import ModelCache, hash_file
from models.errors import CacheUnusable, ModelMissing


@pytest.fixture
def cache(tmp_path: Path) -> ModelCache:
    return ModelCache(tmp_path / "models")


def _put(cache: ModelCache, content: bytes = b"weights") -> Path:
    path = cache.folder("tiny") / "a.bin"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_recorded_file_is_given_out(cache: ModelCache) -> None:
    path = _put(cache)
    cache.record("tiny", "a.bin", hash_file(path))
    assert cache.path("tiny", "a.bin") == path
    assert cache.has("tiny", {"a.bin": hash_file(path)})
    assert not cache.has("tiny", {"a.bin": "0" * 64})


def test_a_missing_file_is_told_with_what_to_type(cache: ModelCache) -> None:
    with pytest.raises(ModelMissing, match="run: vivavoce models fetch tiny"):
        cache.path("tiny", "a.bin")


def test_a_file_nobody_verified_is_not_given_out(cache: ModelCache) -> None:
    _put(cache)
    with pytest.raises(ModelMissing, match="not the file that was verified"):
        cache.path("tiny", "a.bin")


def test_a_file_that_changed_is_not_given_out(cache: ModelCache) -> None:
    path = _put(cache)
    cache.record("tiny", "a.bin", hash_file(path))
    path.write_bytes(b"altered")
    os.utime(path, ns=(0, 12345))
    with pytest.raises(ModelMissing):
        cache.path("tiny", "a.bin")


def test_a_forgotten_file_is_not_given_out(cache: ModelCache) -> None:
    path = _put(cache)
    cache.record("tiny", "a.bin", hash_file(path))
    cache.forget("tiny", "a.bin")
    cache.forget("tiny", "never.bin")
    with pytest.raises(ModelMissing):
        cache.path("tiny", "a.bin")


@pytest.mark.parametrize("record", ["{", "[]", '"text"'])
def test_half_a_record_counts_as_none(cache: ModelCache, record: str) -> None:
    path = _put(cache)
    (path.parent / "verified.json").write_text(record)
    assert cache.verified_sha256("tiny", "a.bin") is None
    cache.record("tiny", "a.bin", "0" * 64)
    assert cache.verified_sha256("tiny", "a.bin") == "0" * 64


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVAVOCE_MODELS", str(tmp_path / "elsewhere"))
    assert ModelCache().root == tmp_path / "elsewhere"
    assert ModelCache(tmp_path / "named").root == tmp_path / "named"
    monkeypatch.delenv("VIVAVOCE_MODELS")
    assert ModelCache().root.parts[-2:] == ("vivavoce", "models")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheUnusable, match="VIVAVOCE_MODELS"), ModelCache(tmp_path / "file").locked():
        pass
