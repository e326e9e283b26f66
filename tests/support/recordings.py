"""Recordings for tests and benchmarks: those of the bank example, and texts spoken once and kept."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path
from ruamel.yaml import YAML

from models.cache import ModelCache
from models.piper import MODEL_ID, PiperSynthesiser
from tests.support.server import ROOT
from voice.caller.wav import CALL_RATE_HZ, Utterance, load_utterance, make_utterance, write_wav

BANK_CALLS = ROOT / "examples" / "bank" / "calls"


@dataclass(frozen=True, slots=True)
class ScriptedUtterance:
    """One recorded utterance and what holds after it; `answer` is the name of the response that is heard."""

    text: str
    path: Path
    answer: str | None
    flow: str | None
    slots: Mapping[str, Any]
    actions: Mapping[str, int]
    is_last: bool


def load_call(name: str) -> tuple[ScriptedUtterance, ...]:
    """Read a recorded call of the bank example."""
    given = YAML(typ="safe").load((BANK_CALLS / f"{name}.yml").read_text())
    return tuple(
        ScriptedUtterance(
            text=each["text"],
            path=BANK_CALLS / each["file"],
            answer=each.get("answer"),
            flow=each.get("flow"),
            slots=each.get("slots") or {},
            actions=each.get("actions") or {},
            is_last=bool(each.get("ended")),
        )
        for each in given["utterances"]
    )


def speak(texts: Sequence[str], folder: Path | None = None) -> list[Utterance]:
    """Speak texts with the catalogue's voice, bare of silence before and after; each text is synthesised once."""
    folder = folder or user_cache_path("vivavoce") / "recordings"
    folder.mkdir(parents=True, exist_ok=True)
    paths = {text: folder / f"{key_of(text)}.wav" for text in texts}
    missing = [text for text, path in paths.items() if not path.is_file()]
    if missing:
        with ThreadPoolExecutor(1) as beside:  # a browser that is driven has a loop on this thread
            spoken = beside.submit(lambda: asyncio.run(synthesise(missing))).result()
        for text, utterance in zip(missing, spoken, strict=True):
            partial = paths[text].with_suffix(".part")
            write_wav(partial, (utterance.samples,))
            partial.rename(paths[text])
    return [replace(load_utterance(paths[text]), name=text) for text in texts]


def key_of(text: str) -> str:
    return hashlib.sha256(f"{MODEL_ID}\n{text}".encode()).hexdigest()[:24]


async def synthesise(texts: Sequence[str]) -> list[Utterance]:
    synthesiser = PiperSynthesiser(ModelCache())
    await synthesiser.start()
    try:
        utterances = []
        for text in texts:
            chunks = [chunk async for chunk in synthesiser.synthesise(text)]
            samples = np.concatenate([chunk.samples for chunk in chunks])
            utterances.append(make_utterance(samples, chunks[0].sample_rate_hz, text))
        return utterances
    finally:
        await synthesiser.close()


def with_silence(utterance: Utterance, before_ms: int, after_ms: int) -> Utterance:
    """Put silence around an utterance."""
    before = before_ms * CALL_RATE_HZ // 1000
    samples = np.concatenate(
        [np.zeros(before, np.int16), utterance.samples, np.zeros(after_ms * CALL_RATE_HZ // 1000, np.int16)]
    )
    return Utterance(utterance.name, samples, utterance.speech_end + before)
