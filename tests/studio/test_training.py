"""Training makes an artefact outside the assistant's folder, once, and what runs takes it up where it fits."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dialogue.testing.understanding.stages import one_stage
from dialogue.understanding.nlu_adapter import NluCommandAdapter
from dialogue.understanding.trained import KnowingEncoder, Trained
from flows.loader import load_assistant
from models.stored_speech import speech_folder
from studio import artefacts, training, training_parts
from studio.artefacts import Artefacts, with_classifier, with_known_sentences
from studio.conversations import Models
from studio.errors import RecordingRefused
from studio.knowledge import Shelf, open_search
from studio.parts import PartBoard
from studio.settings import Settings, load_settings
from studio.training import TrainOptions, TrainResult, train
from tests.dialogue.understanding.model_scripts import WordEncoder
from voice.ports import SpeechChunk

NLU = """\
version: "3.1"
nlu:
  - intent: want_paint
    examples: |
      - paint the house
      - paint my house
      - house paint please
      - paint it
  - intent: want_leave
    examples: |
      - end the conversation
      - conversation is over
      - end this conversation
      - end it
"""
ENCODER = WordEncoder()


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """Let a scripted encoder stand for the model, and nothing else be there."""
    monkeypatch.setenv("VIVAVOCE_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    async def opened(stack: AsyncExitStack, config: Any, board: Any) -> Models:
        ENCODER.calls = 0
        return Models(ENCODER if config.has_encoder else None, None, None)

    monkeypatch.setattr(training_parts, "open_models", opened)
    return load_settings(reader=False, language_model=False, models=tmp_path / "models")


@pytest.fixture
def folder(assistant_folder: Path) -> Path:
    (assistant_folder / "data").mkdir(exist_ok=True)
    (assistant_folder / "data" / "nlu.yml").write_text(NLU)
    flows = next(assistant_folder.rglob("flows.yml"))
    paint = "description: Paint the house.\n    nlu_trigger:\n      - intent: want_paint"
    flows.write_text(flows.read_text().replace("description: Paint the house.", paint))
    domain = assistant_folder / "domain.yml"
    domain.write_text(domain.read_text() + "intents: [want_paint, want_leave]\n")
    return assistant_folder


async def trained(folder: Path, settings: Settings, kept: Artefacts, **options: Any) -> tuple[TrainResult, list[str]]:
    said: list[str] = []
    result = await train(TrainOptions(folder, has_voice=False, **options), settings, say=said.append, artefacts=kept)
    return result, said


def answering_from_documents(folder: Path, *, is_searched: bool = True, store: str = "faiss") -> None:
    (folder / "docs").mkdir()
    (folder / "docs" / "paint.md").write_text("# Paint\n\nWe have red paint and blue paint for every kind of house.\n")
    if is_searched:
        config = folder / "config.yml"
        policy = f"  - name: EnterpriseSearchPolicy\n    vector_store: {{type: {store}}}\n"
        config.write_text(config.read_text() + policy)


def part_of(result: TrainResult, name: str) -> dict[str, Any]:
    return next(part for part in result.parts if part["name"] == name)


def files_of(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if "__pycache__" not in path.parts}


async def test_the_second_run_has_nothing_to_do(folder: Path, settings: Settings, tmp_path: Path) -> None:
    kept, before = Artefacts(tmp_path / "trained"), files_of(folder)
    first, said = await trained(folder, settings, kept)
    assert first.has_changed
    assert first.is_whole
    assert files_of(folder) == before, "nothing goes into the assistant's folder"
    states = {part["name"]: part["state"] for part in first.parts}
    assert states == {"sentences": "made", "intents": "made", "prompt": "made", "documents": "left out"}
    assert any("2 intents" in line for line in said)
    second, said = await trained(folder, settings, kept)
    assert not second.has_changed
    assert said == [f"nothing changed: {first.file}"]
    assert second.to_json()["parts"] == first.to_json()["parts"]
    assert (await trained(folder, settings, kept, is_forced=True))[0].has_changed


async def test_changed_files_and_documents_are_trained_again(folder: Path, settings: Settings, tmp_path: Path) -> None:
    kept = Artefacts(tmp_path / "trained")
    answering_from_documents(folder)
    first, _ = await trained(folder, settings, kept)
    (folder / "docs" / "roof.md").write_text("# Roof\n\nWe do not paint roofs.\n")
    second, _ = await trained(folder, settings, kept)
    assert (second.has_changed, second.key) == (True, first.key)
    assert part_of(second, "documents")["state"] == "made"
    assert not (await trained(folder, settings, kept))[0].has_changed
    (folder / "data" / "nlu.yml").write_text(NLU.replace("paint it", "colour it"))
    third, _ = await trained(folder, settings, kept)
    assert third.key != first.key


async def test_a_server_finds_the_vectors_of_documents(folder: Path, settings: Settings, tmp_path: Path) -> None:
    kept = Artefacts(tmp_path / "trained")
    answering_from_documents(folder)
    first, _ = await trained(folder, settings, kept)
    assert part_of(first, "documents")["detail"]["vectors"] == 2
    artefact = kept.read(first.key)
    assert artefact is not None
    assert not any("red paint" in sentence for sentence in artefact.encoder), "they are kept once"

    async with AsyncExitStack() as stack:
        board, encoder = PartBoard(), WordEncoder()
        assert await open_search(stack, load_assistant(folder), encoder, board) is not None
        assert [part.state for part in board.parts] == ["ready"]
        assert encoder.calls == 0

        other = WordEncoder()
        other.digest = "other weights"
        await open_search(stack, load_assistant(folder), other, board)
        assert other.calls == 1, "vectors of other weights are none"

        (folder / "docs" / "paint.md").write_text("# Paint\n\nWe have green paint for every kind of house.\n")
        await open_search(stack, load_assistant(folder), encoder, board)
        assert encoder.calls == 1, "changed documents are encoded"


async def test_what_was_kept_beside_the_artefact_and_is_lost_is_made_again(
    folder: Path, settings: Settings, tmp_path: Path
) -> None:
    kept = Artefacts(tmp_path / "trained")
    answering_from_documents(folder)
    await trained(folder, settings, kept)
    indexes = list(Shelf().folder.iterdir())
    assert len(indexes) == 1
    indexes[0].unlink()
    assert (await trained(folder, settings, kept))[0].has_changed
    assert list(Shelf().folder.iterdir()) == indexes


@pytest.mark.parametrize(
    ("store", "told"), [(None, "no EnterpriseSearchPolicy"), ("qdrant", "the vector store 'qdrant'")]
)
async def test_documents_that_are_not_searched_here_are_left_out(
    folder: Path, settings: Settings, tmp_path: Path, store: str | None, told: str
) -> None:
    answering_from_documents(folder, is_searched=store is not None, store=store or "faiss")
    result, _ = await trained(folder, settings, Artefacts(tmp_path / "trained"))
    assert part_of(result, "documents")["state"] == "left out"
    assert told in part_of(result, "documents")["told"]


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", None])
async def test_a_damaged_artefact_is_built_anew(
    folder: Path, settings: Settings, tmp_path: Path, damage: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    kept = Artefacts(tmp_path / "trained")
    first, _ = await trained(folder, settings, kept)
    content = first.file.read_bytes()
    first.file.write_bytes(
        content[: len(content) // 2] + content[len(content) // 2 + 9 :] if damage is None else damage
    )
    assert kept.read(first.key) is None
    assert not first.file.exists()
    again, _ = await trained(folder, settings, kept)
    assert again.has_changed
    assert kept.read(first.key) is not None


async def test_an_artefact_of_another_assistant_is_none(tmp_path: Path) -> None:
    kept = Artefacts(tmp_path)
    path = kept.write(Trained("a", {"x": np.ones(384, np.float32)}, {}))
    path.rename(kept.path("b"))
    assert kept.read("b") is None


async def test_what_runs_takes_it_up(folder: Path, settings: Settings, tmp_path: Path) -> None:
    kept = Artefacts(tmp_path / "trained")
    config = folder / "config.yml"
    config.write_text(config.read_text().replace("pipeline: []", "pipeline:\n  - name: NLUCommandAdapter"))
    await trained(folder, settings, kept)
    assistant = load_assistant(folder)
    broken = WordEncoder()
    broken.is_broken = True
    models, artefact = with_known_sentences(assistant, Models(broken, None, None), kept)
    assert artefact is not None
    assert isinstance(models.encoder, KnowingEncoder)
    router = await one_stage("router", assistant, encoder=models.encoder)  # every sentence is known
    adapter = with_classifier(router, assistant, models.encoder, artefact)
    assert isinstance(adapter, NluCommandAdapter)
    assert with_classifier(router, replace(assistant, config={}), models.encoder, artefact) is router
    other = replace(assistant, examples={})
    assert with_known_sentences(other, Models(broken, None, None), kept) == (Models(broken, None, None), None)


async def test_a_part_that_fails_leaves_the_others_and_is_tried_again(
    folder: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Artefacts(tmp_path / "trained")
    with monkeypatch.context() as patch:
        patch.setattr(ENCODER, "is_broken", True)
        first, said = await trained(folder, settings, kept)
    assert not first.is_whole
    assert {part["name"] for part in first.parts if part["state"] == "failed"} == {"sentences", "intents"}
    assert any("failed: RuntimeError: no encoder" in line for line in said)
    second, _ = await trained(folder, settings, kept)
    assert second.has_changed
    assert second.is_whole


async def test_speech_is_made_once_and_told(
    folder: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Voice:
        def __init__(self, _cache: Any) -> None:
            self.is_started = False

        async def start(self) -> None:
            self.is_started = True

        async def close(self) -> None:
            self.is_started = False

        async def synthesise(self, text: str, **_: Any) -> Any:
            assert self.is_started
            yield SpeechChunk(np.zeros(4, np.int16), 22_050)

    monkeypatch.setattr("models.piper.PiperSynthesiser", Voice)
    monkeypatch.setattr(training_parts, "SPOKEN_A_LINE", 2)
    kept, said = Artefacts(tmp_path / "trained"), list[str]()
    first = await train(TrainOptions(folder), settings, say=said.append, artefacts=kept)
    speech = first.parts[-1]
    assert (speech["name"], speech["state"]) == ("speech", "made")
    assert 0 < speech["detail"]["spoken"] == speech["detail"]["sentences"]
    assert any(line.startswith("speech     2 of") for line in said)
    again = await train(TrainOptions(folder, is_forced=True), settings, say=said.append, artefacts=kept)
    assert again.parts[-1]["detail"]["spoken"] == 0
    assert not (await train(TrainOptions(folder), settings, say=said.append, artefacts=kept)).has_changed
    next(speech_folder().rglob("*.npz")).unlink()
    mended = await train(TrainOptions(folder), settings, say=said.append, artefacts=kept)
    assert mended.parts[-1]["detail"]["spoken"] == 1, "what was lost is spoken again, although nothing else changed"


async def test_without_a_voice_speech_is_left_out(folder: Path, settings: Settings, tmp_path: Path) -> None:
    kept = Artefacts(tmp_path / "trained")
    result = await train(TrainOptions(folder), settings, say=lambda _: None, artefacts=kept)
    assert result.parts[-1]["state"] == "left out"
    assert "vivavoce models fetch" in result.parts[-1]["told"]


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingRefused, match="VIVAVOCE_TRAINED"):
        Artefacts(tmp_path / "file").write(Trained("a", {}, {}))


def test_only_so_many_artefacts_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artefacts, "KEPT", 3)
    kept = Artefacts(tmp_path)
    for number in range(6):
        kept.write(Trained(str(number), {}, {}))
    assert len(list(tmp_path.glob("*.npz"))) == 3
    assert training.Artefacts is Artefacts
