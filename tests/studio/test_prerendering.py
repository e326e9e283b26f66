"""What is spoken ahead: fixed sentences only, while nobody calls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from flows.loader import load_assistant
from models.errors import ModelUnavailable
from models.rendered import RenderedSpeech
from studio.prerendering import fixed_sentences, render_ahead
from voice.ports import Priority, SpeechChunk


@dataclass
class Recorder:
    """A synthesiser that remembers what it was asked, and dies at a word."""

    dies_at: str = ""
    asked: list[tuple[str, Priority]] = field(default_factory=list)

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncIterator[SpeechChunk]:
        if text == self.dies_at:
            raise ModelUnavailable("voice", "it died")
        self.asked.append((text, priority))
        yield SpeechChunk(np.zeros(10, np.int16), 22_050)


def test_only_what_no_slot_can_change(assistant_folder: Path) -> None:
    sentences = fixed_sentences(load_assistant(assistant_folder))
    assert {"Hello there.", "What can I do?", "Which colour?", "Goodbye."} <= set(sentences)
    assert not any("{" in sentence for sentence in sentences)
    assert len(sentences) == len(set(sentences))


async def test_each_sentence_is_made_once_at_the_lowest_priority(assistant_folder: Path) -> None:
    assistant, recorder = load_assistant(assistant_folder), Recorder()
    rendered = RenderedSpeech(recorder)
    for _ in range(2):
        await render_ahead(assistant, rendered, lambda: True)
    assert recorder.asked == [(sentence, Priority.PREFETCH) for sentence in fixed_sentences(assistant)]


async def test_a_voice_that_dies_ends_only_the_rendering(assistant_folder: Path) -> None:
    recorder = Recorder(dies_at="What can I do?")
    await render_ahead(load_assistant(assistant_folder), RenderedSpeech(recorder), lambda: True)
    assert ("Goodbye.", Priority.PREFETCH) not in recorder.asked
