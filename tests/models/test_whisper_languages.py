"""Which language a transcript is written in: the rule, and real weights on German and English speech of espeak-ng."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from models.cache import ModelCache
from models.whisper import WhisperRecogniser
from models.whisper_languages import likeliest
from voice.caller.wav import CALL_RATE_HZ, load_utterance
from voice.ports import Audio, LanguageChoice, Priority
from voice.resampling import Resampler

SPEAKER = shutil.which("espeak-ng")
"""A program of its own, never part of ours: `apt-get install espeak-ng`."""
GERMAN = (
    "Können Sie mir meinen Kontostand sagen?",
    "Ich habe meine Karte verloren und möchte sie sperren.",
    "Entschuldigung, ich verstehe Sie nicht, sprechen Sie auch Deutsch?",
    "Ich hätte gern einen Termin am nächsten Donnerstag.",
)
ENGLISH = (
    "Can you tell me my account balance?",
    "I lost my card and want to block it.",
    "Yes please.",
    "No.",
    "Hello?",
    "I would like an appointment next Thursday.",
)
FIRST = LanguageChoice("en", ("en", "de-AT"))
SETTLED = LanguageChoice("en-US", ("en-US", "de"), is_settled=True)


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        ({"de": 0.8, "en": 0.05, "nl": 0.15}, ("de", 0.94)),
        ({"nl": 0.9, "de": 0.06, "en": 0.04}, ("en", 0.4)),
        ({"en": 0.7, "de": 0.3}, ("en", 0.7)),
        ({"nl": 1.0}, ("en", 0.0)),
    ],
)
def test_another_language_must_be_far_ahead_of_the_likely_one(
    ranking: dict[str, float], expected: tuple[str, float]
) -> None:
    tokens = [(f"<|{language}|>", share) for language, share in ranking.items()]
    language, share = likeliest(tokens, "en", ["en", "de", "no-such-language"])
    assert (language, round(share, 2)) == expected


def test_without_an_offer_the_first_is_taken() -> None:
    assert likeliest([("<|cy|>", 0.4), ("<|en|>", 0.3)]) == ("cy", 0.4)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def recogniser() -> AsyncIterator[WhisperRecogniser]:
    recogniser = WhisperRecogniser(ModelCache())
    await recogniser.start()
    yield recogniser
    await recogniser.close()


def spoken(folder: Path, language: str, text: str) -> Audio:
    """Have espeak-ng say it; at 16 kHz."""
    file = folder / "said.wav"
    subprocess.run([str(SPEAKER), "-v", language, "-s", "150", "-w", str(file), text], check=True, timeout=30)
    up = Resampler(16_000)
    samples = up.convert(load_utterance(file).samples, CALL_RATE_HZ)
    return np.concatenate([samples, up.flush()]).astype(np.float32) / np.float32(32768)


needs_speaker = pytest.mark.skipif(SPEAKER is None, reason="espeak-ng is not installed")


@pytest.mark.model
@pytest.mark.slow
@needs_speaker
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("choice", [FIRST, SETTLED], ids=["first turns", "settled"])
async def test_german_is_heard_in_a_call_that_began_in_english(
    recogniser: WhisperRecogniser, tmp_path: Path, choice: LanguageChoice
) -> None:
    heard = [
        await recogniser.recognise(spoken(tmp_path, "de", text), language=choice, priority=Priority.FINAL)
        for text in GERMAN
    ]
    told = [(each.language, each.text, round(each.log_probability, 2)) for each in heard]
    assert sum(each.language == "de" for each in heard) >= (4 if choice is FIRST else 3), told


@pytest.mark.model
@pytest.mark.slow
@needs_speaker
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("choice", [FIRST, SETTLED], ids=["first turns", "settled"])
async def test_english_stays_english(recogniser: WhisperRecogniser, tmp_path: Path, choice: LanguageChoice) -> None:
    heard = [
        await recogniser.recognise(spoken(tmp_path, "en", text), language=choice, priority=Priority.FINAL)
        for text in ENGLISH
    ]
    assert [each.language for each in heard] == ["en"] * len(ENGLISH), [each.text for each in heard]
