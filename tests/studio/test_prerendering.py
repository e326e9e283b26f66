"""What is spoken ahead: fixed sentences only, while nobody calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dialogue.store import MemoryEventStore
from flows.loader import load_assistant
from models.errors import ModelUnavailable
from models.rendered import RenderedSpeech
from studio.prerendering import fixed_sentences, keep_rendered, render_ahead
from studio.versions import Dialogue, Version
from tests.studio.conftest import NoActions, ScriptedUnderstanding
from voice.ports import Priority, SpeechChunk


@dataclass
class Recorder:
    """A synthesiser that remembers what it was asked, tells when one text has come, and dies at another."""

    dies_at: str = ""
    waits_for: str = ""
    has_come: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[tuple[str, Priority]] = field(default_factory=list)

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncIterator[SpeechChunk]:
        if text == self.dies_at:
            raise ModelUnavailable("voice", "it died")
        self.asked.append((text, priority))
        if text == self.waits_for:
            self.has_come.set()
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


async def test_a_version_that_takes_over_is_spoken_ahead_as_well(assistant_folder: Path) -> None:
    def version() -> Version:
        return Version(load_assistant(assistant_folder), ScriptedUnderstanding(), NoActions())

    recorder, first = Recorder(waits_for="What hue?"), version()
    domain = assistant_folder / "domain.yml"
    domain.write_text(domain.read_text().replace("Which colour?", "What hue?"))
    dialogue = Dialogue(first, MemoryEventStore())

    was_asked = asyncio.Event()

    def is_calm() -> bool:
        was_asked.set()
        return dialogue.version is not first

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        keeping = group.create_task(keep_rendered(dialogue, RenderedSpeech(recorder), is_calm))
        await was_asked.wait()
        await dialogue.switch(version())  # while the first still waits for calls to end
        await recorder.has_come.wait()
        keeping.cancel()
    assert "Which colour?" not in [said for said, _ in recorder.asked]
