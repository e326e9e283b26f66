"""Speaks ahead what an assistant will say word for word, while nobody is calling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import structlog

from flows.model import Assistant
from models.errors import ModelUnavailable
from models.rendered import RenderedSpeech
from studio.versions import Dialogue
from voice.attendance.phrases import every_text
from voice.pronunciation.lexicon import Lexicon
from voice.pronunciation.speaking import pronounce
from voice.speech.sentences import split_sentences

_LOOK_AGAIN_S = 1.0


def fixed_sentences(assistant: Assistant) -> tuple[str, ...]:
    """Return the sentences of all voice responses that no slot's value can change, each once, as they are spoken.

    Raises PronunciationInvalid.
    """
    lexicon = Lexicon.from_mapping(assistant.voice.get("pronunciation"))
    written = (*_sentences(assistant), *_asides(assistant))
    spoken = (pronounce(sentence, lexicon, assistant.language).text for sentence in written)
    return tuple(dict.fromkeys(spoken))


async def render_ahead(assistant: Assistant, rendered: RenderedSpeech, is_calm: Callable[[], bool]) -> None:
    """Fill the cache of spoken sentences, one sentence at a time, never while `is_calm` says no.

    A call that begins meanwhile waits for at most the sentence being made (0.4 s for a long one).
    """
    sentences = fixed_sentences(assistant)
    try:
        for sentence in sentences:
            # Polled: a call begins at any time, and this is in no hurry.
            while not is_calm():  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_AGAIN_S)
            await rendered.render(sentence)
    except ModelUnavailable as error:
        structlog.get_logger(__name__).warning("rendering ahead stopped", reason=str(error))


async def keep_rendered(dialogue: Dialogue, rendered: RenderedSpeech, is_calm: Callable[[], bool]) -> None:
    """Render ahead for the version that runs, and again for each that takes over, until cancelled."""
    while True:
        async with asyncio.TaskGroup() as group:
            rendering = group.create_task(render_ahead(dialogue.assistant, rendered, is_calm), name="render ahead")
            await dialogue.next_version()
            rendering.cancel()


def _sentences(assistant: Assistant) -> Iterator[str]:
    # The greeting first: nobody who calls waits for it.
    for name in sorted(assistant.responses, key=lambda name: "session_start" not in name and "greet" not in name):
        for variation in assistant.responses[name]:
            if variation.channel not in (None, "voice") or not variation.text:
                continue
            yield from (sentence for sentence in split_sentences(variation.text) if "{" not in sentence)


def _asides(assistant: Assistant) -> Iterator[str]:
    """What a call says of itself: fillers, "take your time", goodbyes."""
    for text in every_text(assistant, assistant.language):
        yield from split_sentences(text)
