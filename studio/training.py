"""`vivavoce train`: from an assistant's files to one artefact, part by part, with progress.

    load, validate ─▶ sentences ─▶ intents ─▶ prompt ─▶ documents ─▶ speech ─▶ <hash>.npz

A part whose model is off or missing is left out with the reason; the rest is made. Nothing is written into the
assistant's folder.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from dialogue.understanding.trained import Trained, artefact_key
from models.cache import ModelCache
from studio import assistants
from studio.artefacts import Artefacts, weights_of
from studio.errors import is_expected
from studio.settings import Settings
from studio.training_parts import (
    Detail,
    LeftOut,
    MakePart,
    Making,
    encode_documents,
    encode_sentences,
    fit_classifier,
    is_kept,
    other_inputs,
    speak_ahead,
    write_prompt,
)

State: TypeAlias = Literal["made", "left out", "failed"]


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """`is_forced`: build everything anew. `has_voice`: speak what is always said alike, where a voice is installed."""

    folder: Path
    is_forced: bool = False
    has_voice: bool = True


@dataclass(frozen=True, slots=True)
class TrainedPart:
    """How one part went; `told` is a line for people."""

    name: str
    state: State
    seconds: float
    told: str
    detail: Detail = field(default_factory=dict)

    def to_json(self) -> Detail:
        seconds = round(self.seconds, 3)
        return {"name": self.name, "state": self.state, "seconds": seconds, "told": self.told, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What a training did. `has_changed` is False where the artefact was there already."""

    assistant: str
    key: str
    file: Path
    has_changed: bool
    parts: tuple[Detail, ...]
    seconds: float

    @property
    def is_whole(self) -> bool:
        return all(part["state"] != "failed" for part in self.parts)

    def to_json(self) -> Detail:
        """Return the result as `vivavoce train --json` prints it."""
        told = {"assistant": self.assistant, "key": self.key, "file": str(self.file), "changed": self.has_changed}
        return {**told, "parts": list(self.parts), "seconds": round(self.seconds, 3)}


async def train(
    options: TrainOptions, settings: Settings, *, say: Callable[[str], None], artefacts: Artefacts | None = None
) -> TrainResult:
    """Train an assistant; `say` hears of each part.

    Raises:
        AssistantInvalid: with everything that is wrong in the files.
        RecordingRefused: the artefact cannot be written.
    """
    began_s = time.perf_counter()
    assistant = assistants.load(assistants.find_folder(options.folder).resolve())
    cache, kept = ModelCache(settings.models), artefacts or Artefacts()
    key = artefact_key(assistant, await asyncio.to_thread(_weights, settings, cache))
    inputs = await other_inputs(assistant, cache, settings, has_voice=options.has_voice)
    known = None if options.is_forced else kept.read(key)
    is_done = known is not None and known.report.get("inputs") == inputs
    if known is not None and is_done and await asyncio.to_thread(is_kept, known.report):
        say(f"nothing changed: {kept.path(key)}")
        parts = tuple(known.report.get("parts", ()))
        return TrainResult(assistant.name, key, kept.path(key), False, parts, time.perf_counter() - began_s)
    async with AsyncExitStack() as stack:
        making = Making(assistant, settings, cache, stack, say)
        made = tuple([await _make(name, part, making, say) for name, part in _parts(options)])
    parts = tuple(part.to_json() for part in made)
    # What failed may go better the next time, so it is not taken for done.
    report = {"parts": list(parts), "inputs": inputs if all(part.state != "failed" for part in made) else None}
    encoder, reader = ({} if one is None else one.known for one in (making.encoder, making.reader))
    file = kept.write(Trained(key, encoder, reader, making.classifier, report))
    result = TrainResult(assistant.name, key, file, True, parts, time.perf_counter() - began_s)
    say(f"trained in {result.seconds:.1f} s: {file}")
    return result


def _weights(settings: Settings, cache: ModelCache) -> tuple[str, ...]:
    config = settings.workers
    return weights_of(has_encoder=config.has_encoder, has_reader=config.has_reader, cache=cache)


def _parts(options: TrainOptions) -> list[tuple[str, MakePart]]:
    parts: list[tuple[str, MakePart]] = [
        ("sentences", encode_sentences),
        ("intents", fit_classifier),
        ("prompt", write_prompt),
        ("documents", encode_documents),
    ]
    return [*parts, ("speech", speak_ahead)] if options.has_voice else parts


async def _make(name: str, part: MakePart, making: Making, say: Callable[[str], None]) -> TrainedPart:
    """Make one part; whatever goes wrong with it, the others are made."""
    began_s = time.perf_counter()
    state: State = "made"
    detail: Detail = {}
    try:
        told, detail = await part(making)
    except LeftOut as reason:
        state, told = "left out", str(reason)
    except Exception as problem:  # the plugin boundary: models and files may be anything
        state, told = "failed", str(problem) if is_expected(problem) else f"{type(problem).__name__}: {problem}"
    made = TrainedPart(name, state, time.perf_counter() - began_s, told, detail)
    say(f"{name:<10} {made.seconds:6.1f} s  {told if state == 'made' else f'{state}: {told}'}")
    return made
