"""Spoken sentences on disk, in front of any synthesiser: what `vivavoce train` has rendered costs a file to read.

    <folder>/<hash of voice and sentence>.npz     samples, rate, words [n, 3]: number, first sample, end

Only `store` writes. A file that does not read is as if it were not there.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import zipfile
import zlib
from collections.abc import AsyncGenerator, Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
import numpy.typing as npt
import platformdirs

from models.cache import write_atomically
from models.rendered import closing
from voice.ports import Priority, SpeechChunk, SpokenWord, Synthesiser

_BROKEN = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


def speech_folder() -> Path:
    """Return the user's folder of spoken sentences."""
    return Path(platformdirs.user_cache_path("vivavoce")) / "speech"


def speech_path(voice: str, text: str, folder: Path | None = None) -> Path:
    """Return where a sentence in a voice is, if it is stored."""
    digest = hashlib.sha256(f"{voice}\0{text}".encode()).hexdigest()
    return (folder or speech_folder()) / digest[:2] / f"{digest}.npz"


class StoredSpeech:
    """Speaks sentences from files where they are, and by `synthesiser` elsewhere. Implements its port.

    `voice` tells voices apart: the hash of its weights.
    """

    def __init__(self, synthesiser: Synthesiser, voice: str, folder: Path | None = None) -> None:
        self._synthesiser = synthesiser
        self._voice = voice
        self._folder = folder or speech_folder()

    def path(self, text: str) -> Path:
        """Return where a sentence is, if it is stored."""
        return speech_path(self._voice, text, self._folder)

    def holds(self, text: str) -> bool:
        """Say whether a sentence is stored."""
        return self.path(text).is_file()

    async def store(self, text: str) -> bool:
        """Speak a sentence into a file; return whether there was anything to do. Raises as the synthesiser does."""
        if self.holds(text) and await asyncio.to_thread(self._read, text) is not None:
            return False
        chunks = [chunk async for chunk in self._synthesiser.synthesise(text, priority=Priority.PREFETCH)]
        if not chunks:
            return False
        into = io.BytesIO()
        samples = np.concatenate([chunk.samples for chunk in chunks])
        np.savez(into, samples=samples, rate=np.int64(chunks[0].sample_rate_hz), words=_words(chunks))
        await asyncio.to_thread(write_atomically, self.path(text), into.getvalue())
        return True

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncGenerator[SpeechChunk, None]:
        """Yield the speech of `text`."""
        stored = await asyncio.to_thread(self._read, text) if self.holds(text) else None
        if stored is not None:
            yield stored
            return
        async with closing(self._synthesiser.synthesise(text, priority=priority)) as fresh:
            async for chunk in fresh:
                yield chunk

    def _read(self, text: str) -> SpeechChunk | None:
        try:
            with np.load(io.BytesIO(self.path(text).read_bytes()), allow_pickle=False) as file:
                samples, rate, words = file["samples"], int(file["rate"]), file["words"]
        except _BROKEN:
            return None
        is_speech = samples.dtype == np.int16 and samples.ndim == 1 and rate > 0
        if not is_speech or words.dtype != np.int64 or words.shape[1:] != (3,):
            return None
        return SpeechChunk(samples, rate, tuple(SpokenWord(*map(int, row)) for row in words))


def _words(chunks: Sequence[SpeechChunk]) -> npt.NDArray[np.int64]:
    """Return where the words are in all chunks joined, a row each."""
    starts = accumulate((len(chunk.samples) for chunk in chunks), initial=0)
    rows = [
        (spoken.word, start + spoken.begin, start + spoken.end)
        for start, chunk in zip(starts, chunks, strict=False)
        for spoken in chunk.words
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 3)
