"""How an assistant's voice says a text, for whoever writes it."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import numpy as np

from studio.assistants import load
from studio.speech import Speech
from studio.voice_settings import voice_settings
from voice.audio import LISTEN_RATE_HZ
from voice.caller.wav import write_wav
from voice.ports import Priority
from voice.speech.pronounced import PronouncedSpeech
from voice.speech.sentences import split_sentences


async def spoken_as_wav(folder: Path, text: str, speech: Speech) -> bytes:
    """Say a text with the lexicon of the assistant in `folder`; returns a mono WAV file at the voice's own rate.

    Raises:
        AssistantInvalid, VoiceError.
    """
    assistant = await asyncio.to_thread(load, folder)
    voice = PronouncedSpeech(speech.rendered, voice_settings(assistant).lexicon, assistant.language)
    pieces, rate_hz = [], 0
    for sentence in split_sentences(text):
        async for chunk in voice.synthesise(sentence, priority=Priority.SPECULATION):
            pieces.append(chunk.samples)
            rate_hz = chunk.sample_rate_hz
    file = io.BytesIO()
    write_wav(file, (np.concatenate(pieces) if pieces else np.zeros(0, np.int16),), rate_hz or LISTEN_RATE_HZ)
    return file.getvalue()
