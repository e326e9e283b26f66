"""Synthesises what callers say: which voices this machine has, their speech kept on disk, and utterances made of it.

    <cache>/callers/voices/<hash>/voice.onnx[.json]   a voice set to speak the same text always the same way
    <cache>/callers/speech/<hash>.wav                 what it said, by voice, its settings and text

A VITS voice draws chance for every sentence; with its two noise scales at 0 it draws none, so that the same text is
the same samples on every run. Everything else of a manner (`synthetic_callers.shaping`) is made anew: it is arithmetic.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs

from dialogue.testing.voice_keys import Noise
from models.cache import ModelCache, hash_file, write_atomically
from models.catalogue import load_catalogue
from models.worker import Worker, WorkerSpec
from studio.spoken_tests.errors import VoiceUnusable
from studio.spoken_tests.plan import voice_name
from voice.audio import first_audible_sample, last_audible_sample
from voice.caller.errors import RecordingUnusable
from voice.caller.wav import CALL_RATE_HZ, Utterance, load_utterance, write_wav
from voice.ports import Pcm
from voice.speech.sentences import has_words
from voice.synthetic_callers import shaping
from voice.synthetic_callers.manner import Manner

WORKER = "models.workers.piper"
STEADY = {"noise_scale": 0.0, "noise_w": 0.0}
"""What makes a voice deterministic; the rest of its settings are its own."""
FORMAT = "1"
"""Of what is kept; another number leaves what is there unread."""
TRAIL_MS = 100
"""Silence behind an utterance: an encoder's look-ahead must not cut its last sound."""
BACKGROUND_S = 20
"""Of noise, after which it repeats."""
BABBLE = (
    "We looked at the new house on Saturday, and the kitchen is far too small for all of us.",
    "Then she told him that the train was late again, so they walked the whole way home.",
    "I have never seen so much rain in one week, the garden is completely under water.",
    "Could you pass me the blue folder, the one below the lamp on the left?",
    "They are going to the mountains in March, if the roads are open by then.",
)
"""What the people in the background say: nothing that a test would wait for."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice that can be synthesised here; `sha256` tells its weights and settings from another's."""

    name: str
    path: Path
    sha256: str


def installed_voices(cache: ModelCache) -> tuple[Voice, ...]:
    """Return the catalogue's voices that are here, each under its short name (piper-en-us-joe is joe).

    Raises:
        ModelMissing: there is none; the message says what to type.
    """
    found: list[Voice] = []
    entries = [entry for entry in load_catalogue().models if entry.task == "synthesis"]
    for entry in entries:
        for source in entry.sources:
            weights = [name for name in source.files if name.endswith(".onnx")]
            if weights and cache.has(entry.id, source.pins):
                path, hashes = cache.path(entry.id, weights[0]), "".join(sorted(source.pins.values()))
                found.append(Voice(entry.id.rsplit("-", 1)[-1], path, hashlib.sha256(hashes.encode()).hexdigest()))
                break
    if not found:
        default = next((entry for entry in entries if entry.default), entries[0])
        cache.path(default.id, next(name for name in default.sources[0].files if name.endswith(".onnx")))
        raise VoiceUnusable(f"{default.id} is not whole: type vivavoce models fetch {default.id}")
    return tuple(found)


def voice_of_file(path: Path) -> Voice:
    """Return the voice of a .onnx file with its .onnx.json beside it. Raises VoiceUnusable."""
    settings = path.with_name(f"{path.name}.json")
    for file in (path, settings):
        if not file.is_file():
            raise VoiceUnusable(f"there is no file {file}: a piper voice is NAME.onnx with NAME.onnx.json beside it")
    digest = hashlib.sha256((hash_file(path) + hash_file(settings)).encode()).hexdigest()
    return Voice(voice_name(path), path.absolute(), digest)


class CallerVoices:
    """Speaks as callers. `close` after use; a voice's process starts when a text is not yet kept."""

    def __init__(self, voices: Sequence[Voice], folder: Path | None = None) -> None:
        self._voices = {voice.name: voice for voice in voices}
        self._folder = folder or Path(platformdirs.user_cache_path("vivavoce")) / "callers"
        self._workers: dict[str, Worker] = {}
        self._starting = asyncio.Lock()
        self._backgrounds: dict[tuple[str, str, str, float], Pcm] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The voices, without their variants."""
        return tuple(self._voices)

    async def close(self) -> None:
        """End the voices' processes."""
        for worker in self._workers.values():
            await worker.close()
        self._workers.clear()

    async def utterance(self, text: str, manner: Manner) -> Utterance:
        """Speak a text in a manner. A noise of the step's own lies under its words.

        Raises:
            ModelUnavailable: the voice's process does not start or answer.
            RecordingUnusable: there is nothing audible in it.
        """
        speech, rate_hz = await self._speech(text, manner.speaker.voice)
        return await asyncio.to_thread(shaped, text, speech, rate_hz, manner)

    async def noisy(self, utterance: Utterance, manner: Manner) -> Utterance:
        """Lay a manner's noise under an utterance."""
        if manner.noise.kind == "none":
            return utterance
        noise = await self.background(manner)
        assert noise is not None
        under = np.resize(np.roll(noise, -(manner.seed % len(noise))), len(utterance.samples))
        mixed = shaping.to_pcm(utterance.samples.astype(np.float64) + under)
        return Utterance(utterance.name, mixed, utterance.speech_end)

    async def background(self, manner: Manner) -> Pcm | None:
        """Return the noise of a manner, at the level that belongs to its speaker; None where it is quiet."""
        noise, level_db = manner.noise, manner.speaker.variant.level_db
        if noise.kind == "none":
            return None
        key = (str(noise), manner.codec, manner.speaker.voice, level_db)
        if key not in self._backgrounds:
            speech = []
            rate_hz = CALL_RATE_HZ
            if noise.kind == "babble":
                for text in BABBLE:
                    samples, rate_hz = await self._speech(text, manner.speaker.voice)
                    speech.append(samples.astype(np.float64))
            self._backgrounds[key] = await asyncio.to_thread(background, noise, speech, rate_hz, manner)
        return self._backgrounds[key]

    async def _speech(self, text: str, name: str) -> tuple[Pcm, int]:
        """Return a text in a voice as it is, from disk where it was spoken before."""
        voice = self._voices[name]
        key = hashlib.sha256("\0".join((FORMAT, voice.sha256, json.dumps(STEADY), text)).encode()).hexdigest()
        path = self._folder / "speech" / f"{key}.wav"
        if path.is_file():
            try:
                return (await asyncio.to_thread(load_utterance, path)).samples, CALL_RATE_HZ
            except RecordingUnusable:
                path.unlink(missing_ok=True)  # left half-written by a machine that went down
        samples = await self._synthesise(text, voice)
        await asyncio.to_thread(_keep, path, samples)
        return samples, CALL_RATE_HZ

    async def _synthesise(self, text: str, voice: Voice) -> Pcm:
        worker = await self._worker(voice)
        chunks: list[Pcm] = []
        rate_hz = CALL_RATE_HZ
        if has_words(text):
            async for reply in worker.stream({"op": "synthesise", "pieces": [text], "gain_db": 0.0}):
                chunks.append(np.frombuffer(reply.payload, np.int16))
                rate_hz = int(reply.header["sample_rate_hz"])
        if not chunks:
            raise RecordingUnusable(repr(text), "has no words to say")
        joined = np.concatenate(chunks).astype(np.float64)
        return shaping.to_pcm(shaping.resample(joined, CALL_RATE_HZ / rate_hz))

    async def _worker(self, voice: Voice) -> Worker:
        async with self._starting:
            if voice.name not in self._workers:
                path = await asyncio.to_thread(steady_voice, voice, self._folder / "voices")
                worker = Worker(WorkerSpec(voice.name, WORKER, {"path": str(path), "threads": 1}))
                self._workers[voice.name] = worker
                await worker.start()
            return self._workers[voice.name]


def steady_voice(voice: Voice, folder: Path) -> Path:
    """Set a voice to draw no chance: its weights linked, its settings written anew. Raises VoiceUnusable."""
    try:
        settings = json.loads(voice.path.with_name(f"{voice.path.name}.json").read_text(encoding="utf-8"))
        settings["inference"] = {**settings["inference"], **STEADY}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VoiceUnusable(f"{voice.path}: its settings cannot be read ({error}); fetch the voice again") from error
    own = folder / voice.sha256[:16]
    own.mkdir(parents=True, exist_ok=True)
    link = own / "voice.onnx"
    if not link.is_file():
        link.unlink(missing_ok=True)  # a link to weights that have moved
        link.symlink_to(voice.path)
    write_atomically(own / "voice.onnx.json", json.dumps(settings).encode())
    return link


def shaped(text: str, speech: Pcm, rate_hz: int, manner: Manner) -> Utterance:
    """Make an utterance: pitch, tempo, level and line. Raises RecordingUnusable where nothing is audible."""
    variant = manner.speaker.variant
    start, end = first_audible_sample(speech, rate_hz), last_audible_sample(speech, rate_hz)
    if start is None or end is None:
        raise RecordingUnusable(repr(text), "has no words to say")
    samples = shaping.shift_pitch(speech[start:end].astype(np.float64), variant.pitch, rate_hz)
    samples = shaping.stretch(samples, manner.speed, rate_hz)
    samples = shaping.levelled(samples, rate_hz, shaping.SPEECH_DBFS + variant.level_db)
    if manner.codec == "mulaw":
        samples = shaping.on_telephone(samples, rate_hz)
    whole = np.concatenate(
        (shaping.resample(samples, CALL_RATE_HZ / rate_hz), np.zeros(TRAIL_MS * CALL_RATE_HZ // 1000))
    )
    pcm = shaping.to_pcm(whole)
    speech_end = last_audible_sample(pcm, CALL_RATE_HZ)
    if speech_end is None:
        raise RecordingUnusable(repr(text), "has no words to say")
    return Utterance(text, pcm, speech_end)


def background(noise: Noise, speech: Sequence[shaping.Wave], rate_hz: int, manner: Manner) -> Pcm:
    """Make noise as far below a speaker as it says, at 48 kHz. White noise ends at 8 kHz, where recognition does."""
    if noise.kind == "babble":
        made = shaping.babble(speech, BACKGROUND_S * rate_hz, rate_hz, seed=7)
        made = shaping.resample(made, CALL_RATE_HZ / rate_hz)
    else:
        made = shaping.resample(shaping.white_noise(BACKGROUND_S * 16_000, seed=7), CALL_RATE_HZ / 16_000)
    gained = made * shaping.noise_gain(noise.snr_db, shaping.SPEECH_DBFS + manner.speaker.variant.level_db)
    return shaping.to_pcm(shaping.on_telephone(gained, CALL_RATE_HZ) if manner.codec == "mulaw" else gained)


def _keep(path: Path, samples: Pcm) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    write_wav(partial, (samples,))
    partial.replace(path)


def described(manner: Manner) -> Mapping[str, object]:
    """Return a manner for a report."""
    return {
        "voice": manner.speaker.name,
        "speed": manner.speed,
        "noise": str(manner.noise),
        "codec": manner.codec,
    }
