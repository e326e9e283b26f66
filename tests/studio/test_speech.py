"""What `vivavoce train` has spoken is played after a restart, in the voice that it was spoken in and in no other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flows.loader import load_assistant
from models.cache import ModelCache
from models.piper import CONFIG_NAME, FILE_NAME, MODEL_ID
from studio.artefacts import Artefacts
from studio.parts import PartBoard
from studio.settings import Settings, load_settings
from studio.speech import Speech, open_speech
from studio.training import TrainOptions, train
from voice.ports import SpeechChunk

GREETING = "Hello there."


class Part:
    """Stands for a model in a process of its own."""

    is_available = True

    def __init__(self, *_: Any) -> None: ...

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    @classmethod
    def from_cache(cls, _cache: ModelCache) -> Part:
        return cls()

    def new_call(self) -> None: ...


class Voice(Part):
    """Notes what it speaks."""

    spoken: list[str]

    async def synthesise(self, text: str, **_: Any) -> AsyncIterator[SpeechChunk]:
        self.spoken.append(text)
        yield SpeechChunk(np.full(8, len(text), np.int16), 22_050)


def put_voice(models: Path, weights: bytes) -> None:
    cache, folder = ModelCache(models), models / MODEL_ID
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in ((FILE_NAME, weights), (CONFIG_NAME, b"{}")):
        (folder / name).write_bytes(content)
        cache.record(MODEL_ID, name, f"{name} {content!r}")


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(Voice, "spoken", [], raising=False)
    monkeypatch.setattr("models.piper.PiperSynthesiser", Voice)
    for name in ("models.whisper.WhisperRecogniser", "models.smart_turn.SmartTurn", "models.silero.SileroModel"):
        monkeypatch.setattr(name, Part)
    put_voice(tmp_path / "models", b"joe")
    return load_settings(encoder=False, reader=False, language_model=False, models=tmp_path / "models")


async def opened(stack: AsyncExitStack, folder: Path, settings: Settings) -> Speech:
    speech = await open_speech(stack, load_assistant(folder), settings.workers, PartBoard())
    assert speech is not None
    return speech


async def heard(speech: Speech, text: str) -> list[int]:
    return [int(sample) async for chunk in speech.rendered.synthesise(text) for sample in chunk.samples]


async def test_a_trained_greeting_needs_no_synthesis_after_a_restart(
    assistant_folder: Path, settings: Settings, tmp_path: Path
) -> None:
    await train(TrainOptions(assistant_folder), settings, say=lambda _: None, artefacts=Artefacts(tmp_path / "trained"))
    assert GREETING in Voice.spoken
    Voice.spoken.clear()
    async with AsyncExitStack() as stack:
        speech = await opened(stack, assistant_folder, settings)
        assert await heard(speech, GREETING) == [len(GREETING)] * 8
        assert Voice.spoken == []
        assert await heard(speech, "Nobody knew this.") == [len("Nobody knew this.")] * 8
        assert Voice.spoken == ["Nobody knew this."]


async def test_another_voice_speaks_for_itself(assistant_folder: Path, settings: Settings, tmp_path: Path) -> None:
    kept = Artefacts(tmp_path / "trained")
    await train(TrainOptions(assistant_folder), settings, say=lambda _: None, artefacts=kept)
    put_voice(tmp_path / "models", b"another voice")
    Voice.spoken.clear()
    async with AsyncExitStack() as stack:
        await heard(await opened(stack, assistant_folder, settings), GREETING)
        assert Voice.spoken == [GREETING]
    again = await train(TrainOptions(assistant_folder), settings, say=lambda _: None, artefacts=kept)
    assert again.has_changed
    assert again.parts[-1]["detail"]["spoken"] > 0
