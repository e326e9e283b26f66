"""What `vivavoce train` makes of an assistant: a key of its inputs, and the vectors of its sentences. Pure.

The artefact knows sentences and not indexes: every sentence that was encoded while understanding was prepared, with
its vector. Whoever builds an index asks the encoder as ever and gets the known ones at once, so that an artefact can
be out of date, but never wrong: what it lacks is encoded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from dialogue.ports import SentenceEncoder
from dialogue.understanding.intents import IntentClassifier
from dialogue.understanding.reader.heads import Heads, ReadTurn
from dialogue.understanding.reader.port import TurnReader
from dialogue.understanding.situation import slot_descriptions
from flows.commands import Json
from flows.model import Assistant, CollectTask

Vectors = npt.NDArray[np.float32]
VERSION = 1
"""Of the artefact's content; another one is another key, and so another file."""


@dataclass(frozen=True, slots=True)
class Trained:
    """One artefact: sentences with their vectors, as the sentence encoder makes them and as the reader's does.

    `report` says what was made, in the JSON shape of `vivavoce train`.
    """

    key: str
    encoder: Mapping[str, Vectors]
    reader: Mapping[str, Vectors]
    classifier: IntentClassifier | None = None
    report: Mapping[str, Json] = field(default_factory=dict)


class _Encoding(Protocol):
    async def encode(self, texts: Sequence[str]) -> Vectors: ...


class KnownSentences:
    """Knows the sentences of an artefact; all others are asked of `encoder`.

    Without an artefact it learns: what was asked for since is known from then on, which is how one is made.
    """

    def __init__(self, encoder: _Encoding, known: Mapping[str, Vectors] | None = None) -> None:
        self._encoder = encoder
        self._known = dict(known or {})
        self._is_learning = known is None

    @property
    def known(self) -> Mapping[str, Vectors]:
        """The sentences that need no encoder, with their vectors."""
        return self._known

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """Return [n_texts, 384] float32, rows of unit length. Raises what the encoder raises."""
        found = {text: self._known[text] for text in texts if text in self._known}
        missing = list(dict.fromkeys(text for text in texts if text not in found))
        if missing:
            made = dict(zip(missing, await self._encoder.encode(missing), strict=True))
            if self._is_learning:
                self._known |= made
            found |= made
        return np.stack([found[text] for text in texts]) if texts else await self._encoder.encode(())


class KnowingEncoder(KnownSentences):
    """A sentence encoder that knows sentences."""

    def __init__(self, encoder: SentenceEncoder, known: Mapping[str, Vectors] | None = None) -> None:
        super().__init__(encoder, known)
        self._named = encoder

    @property
    def digest(self) -> str:
        """The same as of the encoder: so are the vectors."""
        return self._named.digest


class KnowingReader(KnownSentences):
    """The same for the reader's model: what it encodes ahead is known, turns are read as ever."""

    def __init__(self, reader: TurnReader, known: Mapping[str, Vectors] | None = None) -> None:
        super().__init__(reader, known)
        self._reader = reader

    @property
    def heads(self) -> Heads:
        """The maps from vectors to what a turn does."""
        return self._reader.heads

    async def read(self, asked: str, text: str) -> ReadTurn:
        """Read a turn. Raises what the reader raises."""
        return await self._reader.read(asked, text)


def artefact_key(assistant: Assistant, weights: Sequence[str]) -> str:
    """Return the hash of all that an artefact depends on; `weights` are the hashes of the encoders' weights."""
    content = {"version": VERSION, "weights": list(weights), **dict(_inputs(assistant))}
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _inputs(assistant: Assistant) -> Iterator[tuple[str, Json]]:
    """Yield what of an assistant understanding is built from: no actions, branches, endpoints or spoken texts."""
    told = slot_descriptions(assistant)
    yield "language", assistant.language
    yield "pipeline", assistant.config.get("pipeline")
    yield "examples", {intent: list(said) for intent, said in assistant.examples.items()}
    yield (
        "flows",
        [
            [
                flow.id,
                flow.name,
                flow.description,
                [[trigger.intent, trigger.confidence_threshold] for trigger in flow.nlu_trigger],
                flow.always_include_in_prompt,
                flow.is_only_called,
                list(flow.all_collected),
            ]
            for flow in assistant.flows.values()
        ],
    )
    yield (
        "slots",
        [
            [slot.name, slot.type, list(slot.values), slot.is_filled_by_model, told.get(slot.name), questions]
            for slot, questions in ((slot, _questions(slot.name, assistant)) for slot in assistant.slots.values())
        ],
    )


def _questions(slot: str, assistant: Assistant) -> list[str]:
    names = {f"utter_ask_{slot}"}
    for flow in assistant.flows.values():
        for step in flow.steps:
            if isinstance(step.task, CollectTask) and step.task.slot == slot and step.task.utter:
                names.add(step.task.utter)
    return [one.text or "" for name in sorted(names) for one in assistant.responses.get(name, ())]
