"""Callers' voices: always the same, kept on disk, and told of when they are not there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dialogue.testing.voice_keys import Noise
from models.cache import ModelCache
from models.errors import ModelMissing
from studio.spoken_tests import voices as voices_module
from studio.spoken_tests.errors import VoiceUnusable
from studio.spoken_tests.plan import voice_name
from studio.spoken_tests.voices import CallerVoices, installed_voices, steady_voice, voice_of_file
from voice.caller.errors import RecordingUnusable
from voice.synthetic_callers import shaping
from voice.synthetic_callers.manner import VARIANTS, Manner, Speaker


def manner(variant: str = "", speed: float = 1.0, noise: Noise = Noise(), codec="opus", seed: int = 1) -> Manner:  # noqa: B008
    speaker = Speaker("amy", next(one for one in VARIANTS if one.name == variant))
    return Manner(speaker, speed, noise, codec, seed)


@pytest.fixture
def voice_file(tmp_path: Path) -> Path:
    path = tmp_path / "en_US-amy-medium.onnx"
    path.write_bytes(b"weights")
    settings = {"inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8}, "audio": {}}
    path.with_name(f"{path.name}.json").write_text(json.dumps(settings))
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(voices_module, "WORKER", "tests.support.tone_voice")
    return tmp_path / "callers"


async def test_the_same_text_in_the_same_manner_is_the_same_audio(voice_file: Path, folder: Path, tmp_path: Path):
    made = []
    for place in (folder, tmp_path / "elsewhere"):
        callers = CallerVoices((voice_of_file(voice_file),), place)
        made.append(await callers.utterance("send money", manner("low", 1.1)))
        await callers.close()

    assert np.array_equal(made[0].samples, made[1].samples)
    assert made[0].speech_end == made[1].speech_end
    assert made[0].name == "send money"


async def test_what_was_spoken_once_needs_no_voice_again(
    voice_file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    callers = CallerVoices((voice_of_file(voice_file),), folder)
    first = await callers.utterance("send money", manner())
    await callers.close()
    monkeypatch.setattr(voices_module, "WORKER", "tests.support.no_such_module")
    again = CallerVoices((voice_of_file(voice_file),), folder)

    assert np.array_equal((await again.utterance("send money", manner())).samples, first.samples)
    faster = await again.utterance("send money", manner(speed=1.25))
    assert len(faster.samples) < len(first.samples)


async def test_what_is_kept_and_damaged_is_spoken_anew(voice_file: Path, folder: Path):
    callers = CallerVoices((voice_of_file(voice_file),), folder)
    first = await callers.utterance("send money", manner())
    (kept,) = (folder / "speech").iterdir()
    kept.write_bytes(kept.read_bytes()[:1_000])

    assert np.array_equal((await callers.utterance("send money", manner())).samples, first.samples)
    await callers.close()


async def test_a_text_without_words_is_told(voice_file: Path, folder: Path):
    callers = CallerVoices((voice_of_file(voice_file),), folder)

    with pytest.raises(RecordingUnusable, match="no words"):
        await callers.utterance("…", manner())
    await callers.close()


async def test_noise_lies_under_the_words_and_moves_their_end_not(voice_file: Path, folder: Path):
    callers = CallerVoices((voice_of_file(voice_file),), folder)
    loud = manner(noise=Noise("white", 0.0))
    plain = await callers.utterance("send money", loud)
    noisy = await callers.noisy(plain, loud)
    behind = await callers.background(manner(noise=Noise("babble", 20.0)))
    await callers.close()

    assert noisy.speech_end == plain.speech_end
    assert not np.array_equal(noisy.samples, plain.samples)
    assert await callers.background(manner()) is None
    assert behind is not None
    level_dbfs = 20 * np.log10(np.sqrt(np.mean(behind.astype(float) ** 2)) / 32_768)
    assert level_dbfs == pytest.approx(shaping.SPEECH_DBFS - 20, abs=0.5)


async def test_a_soft_speaker_is_softer(voice_file: Path, folder: Path):
    callers = CallerVoices((voice_of_file(voice_file),), folder)
    soft, plain = [await callers.utterance("send money", manner(name)) for name in ("soft", "")]
    await callers.close()

    levels = [shaping.active_rms(one.samples.astype(float), 48_000) for one in (soft, plain)]
    assert 20 * np.log10(levels[0] / levels[1]) == pytest.approx(-9, abs=0.5)


def test_a_steady_voice_keeps_its_other_settings_and_follows_its_file(voice_file: Path, tmp_path: Path):
    voice = voice_of_file(voice_file)
    link = steady_voice(voice, tmp_path / "voices")
    moved = tmp_path / "moved.onnx"
    voice_file.rename(moved)
    voice_file.with_name(f"{voice_file.name}.json").rename(tmp_path / "moved.onnx.json")
    again = steady_voice(type(voice)(voice.name, moved, voice.sha256), tmp_path / "voices")

    assert link == again
    assert again.read_bytes() == b"weights"
    inference = json.loads(again.with_name("voice.onnx.json").read_text())["inference"]
    assert inference == {"noise_scale": 0.0, "length_scale": 1, "noise_w": 0.0}


@pytest.mark.parametrize("settings", ["", "{}", "[]", '{"inference": 3}'])
def test_a_voice_with_broken_settings_is_told(voice_file: Path, tmp_path: Path, settings: str):
    voice_file.with_name(f"{voice_file.name}.json").write_text(settings)

    with pytest.raises(VoiceUnusable, match="settings cannot be read"):
        steady_voice(voice_of_file(voice_file), tmp_path / "voices")


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(VoiceUnusable, match=r"there is no file .*gone\.onnx"):
        voice_of_file(tmp_path / "gone.onnx")


def test_without_a_voice_it_says_what_to_type(tmp_path: Path):
    with pytest.raises(ModelMissing, match="vivavoce models fetch piper-en-us-joe"):
        installed_voices(ModelCache(tmp_path))


@pytest.mark.parametrize(
    ("file", "name"), [("en_US-amy-medium.onnx", "amy"), ("x/bob.onnx", "bob"), ("de-eva.onnx", "eva")]
)
def test_files_are_named_as_their_makers_do(file: str, name: str):
    assert voice_name(Path(file)) == name
