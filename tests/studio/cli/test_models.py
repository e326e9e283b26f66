"""`vivavoce models`: for people and for programs, with a package index of our own behind pip's settings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.catalogue import Catalogue, FilePart, ModelEntry, PinnedFile, Source
from tests.studio.cli.conftest import Vivavoce
from tests.support.package_index import PackageIndex

_WEIGHTS = b"weights"


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[PackageIndex]:
    """Publish one model, and have the catalogue know that one alone."""
    part = FilePart("tiny==1.0", "pkg/a.bin")
    pinned = PinnedFile(hashlib.sha256(_WEIGHTS).hexdigest(), len(_WEIGHTS), (part,))
    source = Source("one", {"a.bin": pinned})
    entry = ModelEntry("tiny", "recognition", "Tiny", ("en",), "MIT", "made here", "none/none", True, (source,))
    monkeypatch.setattr("models.catalogue.load_catalogue", lambda: Catalogue((entry,)))
    with PackageIndex() as index:
        index.add("tiny", "1.0", {"pkg/a.bin": _WEIGHTS})
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
        yield index


def test_list_shows_size_licence_and_provenance(vivavoce: Vivavoce) -> None:
    ran = vivavoce("models", "list")
    assert ran.code == 0
    assert "* whisper-base" in ran.out
    assert "not fetched" in ran.out
    assert "licence: MIT" in ran.out
    assert "third parties unknown" in " ".join(ran.out.split())


def test_list_for_programs(vivavoce: Vivavoce, tmp_path: Path) -> None:
    report = json.loads(vivavoce("models", "list", "--json").out)
    assert report["folder"] == str(tmp_path / "models")
    model = report["models"][0]
    assert {"id", "task", "licence", "provenance", "size_bytes", "installed", "files", "hub"} <= set(model)
    assert model["installed"] is False


@pytest.mark.network
def test_fetch_then_fetch_again_then_verify(vivavoce: Vivavoce, index: PackageIndex, tmp_path: Path) -> None:
    first = vivavoce("models", "fetch")
    assert (first.code, first.out.split()) == (0, ["tiny", "fetched"])
    assert "tiny: ready" in first.err
    assert (tmp_path / "models" / "tiny" / "a.bin").read_bytes() == _WEIGHTS
    again = vivavoce("models", "fetch", "--json")
    assert json.loads(again.out)["models"] == [{"id": "tiny", "source": "one", "was_present": True}]
    assert len(index.downloads) == 1
    assert vivavoce("models", "verify").code == 0


@pytest.mark.network
def test_a_wrong_checksum_is_told_and_nothing_stays(vivavoce: Vivavoce, index: PackageIndex, tmp_path: Path) -> None:
    index.add("tiny", "1.0", {"pkg/a.bin": b"swapped"})
    ran = vivavoce("models", "fetch", "tiny")
    assert ran.code == 1
    assert "catalogue pins" in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "models" / "tiny" / "a.bin").exists()
    report = json.loads(vivavoce("models", "fetch", "tiny", "--json").out)
    assert report["code"] == "checksum-mismatch"


@pytest.mark.network
def test_damage_is_found_and_what_to_type_is_told(vivavoce: Vivavoce, index: PackageIndex, tmp_path: Path) -> None:
    vivavoce("models", "fetch")
    (tmp_path / "models" / "tiny" / "a.bin").write_bytes(b"wEights")
    ran = vivavoce("models", "verify")
    assert ran.code == 1
    assert "damaged" in ran.out
    assert "vivavoce models fetch tiny" in ran.out
    report = json.loads(vivavoce("models", "verify", "--json").out)
    assert (report["ok"], report["files"][0]["state"]) == (False, "damaged")


def test_verify_of_nothing_says_missing(vivavoce: Vivavoce) -> None:
    ran = vivavoce("models", "verify", "silero-vad")
    assert ran.code == 1
    assert "missing" in ran.out


@pytest.mark.parametrize("verb", ["fetch", "verify"])
def test_a_model_that_does_not_exist(vivavoce: Vivavoce, verb: str) -> None:
    ran = vivavoce("models", verb, "wisper")
    assert ran.code == 1
    assert "whisper-base" in ran.err
    report = json.loads(vivavoce("models", verb, "wisper", "--json").out)
    assert report["code"] == "model-unknown"


@pytest.mark.parametrize("arguments", [("frobnicate",), ("fetch", "--bogus"), ("list", "extra")])
def test_wrong_arguments_are_told(vivavoce: Vivavoce, arguments: tuple[str, ...]) -> None:
    ran = vivavoce("models", *arguments)
    assert ran.code == 2
    assert "Usage" in ran.err
