"""The catalogue names real things, completely, and one with mistakes does not load."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.catalogue import load_catalogue
from models.errors import CatalogueInvalid, ModelUnknown

_VALID = """
models:
  tiny:
    task: recognition
    title: Tiny
    languages: [en]
    licence: MIT
    provenance: made here
    hub: nobody/tiny
    default: true
    sources:
      - name: one
        files:
          a.bin:
            sha256: "{hash}"
            size_bytes: 3
            parts: [{{package: tiny==1.0, member: tiny/a.bin}}]
""".format(hash="0" * 64)


def _write(folder: Path, content: str) -> Path:
    path = folder / "catalogue.yml"
    path.write_text(content)
    return path


def test_the_default_set_has_one_model_for_each_task() -> None:
    tasks = [entry.task for entry in load_catalogue().select()]
    assert sorted(tasks) == [
        "end-of-turn",
        "language-model",
        "recognition",
        "sentence-encoder",
        "synthesis",
        "voice-activity",
    ]


def test_every_model_tells_licence_and_provenance() -> None:
    for entry in load_catalogue().models:
        assert entry.licence
        assert entry.provenance
        assert entry.languages
        assert entry.size_bytes > 0


def test_the_mirror_of_whisper_pins_its_own_hash() -> None:
    first, second = load_catalogue().find("whisper-base").sources
    assert first.files["model.bin"].sha256 != second.files["model.bin"].sha256


def test_models_are_selected_once_each_in_the_order_named() -> None:
    chosen = load_catalogue().select(["smart-turn", "silero-vad", "smart-turn"])
    assert [entry.id for entry in chosen] == ["smart-turn", "silero-vad"]


def test_an_unknown_model_is_told_with_those_that_exist() -> None:
    with pytest.raises(ModelUnknown, match=r"'wisper'.*whisper-base"):
        load_catalogue().find("wisper")


def test_a_catalogue_of_ones_own_loads(tmp_path: Path) -> None:
    part = load_catalogue(_write(tmp_path, _VALID)).find("tiny").sources[0].files["a.bin"].parts[0]
    assert (part.project, part.version, part.archive) == ("tiny", "1.0", "wheel")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0" * 64, "0" * 63),
        ("a.bin:", "../a.bin:"),
        ("tiny==1.0", "tiny"),
        ("size_bytes: 3", "size_bytes: -3"),
        ("task: recognition", "task: singing"),
        ("licence: MIT", "license: MIT"),
        ("parts: [{package: tiny==1.0, member: tiny/a.bin}]", "parts: []"),
        ("models:", "model:"),
        ("models:", "models: ["),
    ],
)
def test_a_mistake_in_the_catalogue_is_told_with_its_file(tmp_path: Path, old: str, new: str) -> None:
    assert old in _VALID
    path = _write(tmp_path, _VALID.replace(old, new, 1))
    with pytest.raises(CatalogueInvalid, match=str(path)):
        load_catalogue(path)


def test_a_catalogue_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogueInvalid, match="No such file"):
        load_catalogue(tmp_path / "none.yml")
