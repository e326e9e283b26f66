"""Models that follow a script: an encoder of word counts, and a language model that writes what it is told to."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dialogue.ports import Completion, OnText
from dialogue.understanding.words import content_stems


class WordEncoder:
    """Encodes a sentence by its telling words: sentences are near when they share words."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self.is_broken = False
        self.calls = 0
        self.digest = "words"

    async def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.calls += 1
        if self.is_broken:
            raise RuntimeError("no encoder")
        rows = np.zeros((len(texts), 384), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in content_stems(text) or {text}:
                row[self._places.setdefault(word, len(self._places)) % 384] += 1
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


class ScriptedModel:
    """Writes `text` after `delay_s`, word by word; remembers what it was asked and what it read ahead."""

    def __init__(self, text: str = "cannot handle\n", *, delay_s: float = 0.0, error: Exception | None = None) -> None:
        self._text = text
        self._delay_s = delay_s
        self._error = error
        self.prefixes: list[str] = []
        self.tails: list[str] = []
        self.grammars: list[str | None] = []
        self.warmed: list[str] = []
        self.written = ""
        self.cancelled = 0

    async def complete(
        self,
        prefix: str,
        tail: str,
        *,
        grammar: str | None = None,
        max_tokens: int = 64,
        stop: Sequence[str] = (),
        on_text: OnText | None = None,
    ) -> Completion:
        self.prefixes.append(prefix)
        self.tails.append(tail)
        self.grammars.append(grammar)
        try:
            await asyncio.sleep(self._delay_s)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self._error is not None:
            raise self._error
        self.written = ""
        for piece in re.findall(r"\s*\S+|\s+$", _before(self._text, stop)):
            self.written += piece
            if on_text is not None and on_text(piece):
                break
        return Completion(self.written, 100, 90, 8, 1.0)

    async def warm(self, prefix: str, tail: str = "") -> None:
        if self._error is not None:
            raise self._error
        self.prefixes.append(prefix)
        self.warmed.append(tail)


def _before(text: str, stop: Sequence[str]) -> str:
    """The text up to the first of the places to stop."""
    return text[: min([len(text), *(text.index(one) for one in stop if one in text)])]
