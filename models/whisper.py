"""Recognition by Whisper in worker processes. Implements `voice.ports.Recogniser`."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

import numpy as np

from dialogue.languages import primary_language
from models.cache import ModelCache
from models.whisper_languages import AUTO_LANGUAGE
from models.worker import RequestDropped, Terms, Worker, WorkerSpec
from voice.ports import Audio, LanguageChoice, Priority, RecognitionDropped, Transcript, Word

MODEL_ID = "whisper-base"
SAMPLE_RATE_HZ = 16_000
FULL_WINDOW_S = 30.0
# Longer audio is no short answer, whatever was expected.
_SHORT_S = 3.0
# A detected language is kept from here on: on the prompts of 1 s and more, English was the first in all cases above it.
_SURE_LANGUAGE = 0.6
# Calls whose language is remembered; the oldest is forgotten first, and detected again.
_LANGUAGES_KEPT = 1024
# No mean log-probability is below it: a partial ends in the middle of a word, and is unsure for that reason alone.
_NEVER = -100.0
# Silence in the middle of a request after which a process counts as hung; the slowest one, two windows of 30 s, takes
# 3 s of an idle core.
_REPLY_LIMIT_S = 15.0
# A final that its process died under is worth a second try while the caller may still be waiting for it.
_RETRY_WITHIN_S = 2.0


@dataclass(frozen=True, slots=True)
class WhisperConfig:
    """How the workers run; docs/decisions/0015-recognition.md has the measurements.

    model: its id in the catalogue.
    threads: of each process. workers: processes, which share one queue.
    floor_s, quick_floor_s, partial_floor_s: the shortest encoder window of a final, of a final where a short answer is
        expected, and of a partial, which may still change.
    unsure_below: mean log-probability under which a text of the quick window is decoded again on `floor_s`.
    device, compute_type: as CTranslate2 has them ("cpu" with "int8", "cuda" with "float16").
    batch_limit: how many utterances go through the model together; on a processor one by one is as fast.
    """

    model: str = MODEL_ID
    threads: int = 1
    niceness: int = 0
    workers: int = 1
    floor_s: float = 12.0
    quick_floor_s: float = 8.0
    partial_floor_s: float = 8.0
    unsure_below: float = -0.9
    device: str = "cpu"
    compute_type: str = "int8"
    batch_limit: int = 1


class WhisperRecogniser:
    """Transcribes utterances, the most urgent first. `start` before use, `close` after."""

    def __init__(self, cache: ModelCache, config: WhisperConfig | None = None) -> None:
        """Raises `ModelMissing` if the weights are not in `cache`."""
        self._config = config = config or WhisperConfig()
        folder = cache.path(config.model, "model.bin").parent
        cache.path(config.model, "tokenizer.json")
        self._languages: OrderedDict[str, str] = OrderedDict()
        self._worker = Worker(
            WorkerSpec(
                name=config.model,
                module="models.workers.whisper",
                options={
                    "folder": str(folder),
                    "threads": config.threads,
                    "device": config.device,
                    "compute_type": config.compute_type,
                },
                niceness=config.niceness,
                reply_limit_s=_REPLY_LIMIT_S,
                processes=config.workers,
                batch_limit=config.batch_limit,
            )
        )

    @property
    def is_available(self) -> bool:
        return self._worker.is_available

    @property
    def pid(self) -> int | None:
        """The process id of the first worker that runs."""
        return self._worker.pid

    async def start(self) -> None:
        """Load the model. Raises `ModelUnavailable`."""
        await self._worker.start()

    async def close(self) -> None:
        await self._worker.close()

    async def recognise(
        self,
        audio: Audio,
        *,
        language: str | LanguageChoice = "en",
        hints: Sequence[str] = (),
        priority: Priority,
        key: str | None = None,
        is_short_expected: bool = False,
        is_soon_wanted: bool = False,
    ) -> Transcript:
        """Transcribe one utterance, [n_samples] float32 at 16 kHz; see `voice.ports.Recogniser`.

        What is shorter than 100 ms gives an empty text with a log-probability of -10. Noise does give a text, with a
        low log-probability: whether to drop it is the caller's decision. Partials have no words.

        Raises:
            ModelUnavailable: no process, or none that could do it.
            RecognitionDropped: a partial gave way.
        """
        seconds = len(audio) / SAMPLE_RATE_HZ
        floors_s = self._floors_s(seconds, priority, is_short_expected)
        if is_soon_wanted and (seconds < _SHORT_S or priority != Priority.FINAL):
            # Hums and laughter are unsure on every window, and the longest takes six times as long as the shortest.
            floors_s = [self._config.quick_floor_s]
        is_partial = priority >= Priority.PARTIAL
        header = {
            "op": "recognise",
            **self._language_fields(language, key),
            "hints": list(hints),
            "floors_s": floors_s,
            "unsure_below": _NEVER if is_partial else self._config.unsure_below,
            "is_stoppable": is_partial,
        }
        terms = Terms(
            key=key,
            batch=f"{floors_s[0]:g}",
            is_droppable=priority == Priority.PARTIAL,
            retry_within_s=_RETRY_WITHIN_S if priority == Priority.FINAL else 0.0,
        )
        payload = np.ascontiguousarray(audio, dtype=np.float32).tobytes()
        try:
            reply = await self._worker.request(header, payload, priority=priority, terms=terms)
        except RequestDropped as reason:
            raise RecognitionDropped(str(reason)) from None
        if language == AUTO_LANGUAGE and key is not None and priority == Priority.FINAL:
            self._keep_language(key, reply.header)
        return _to_transcript(reply.header, len(audio))

    async def find_words(self, audio: Audio, transcript: Transcript) -> tuple[Word, ...]:
        """Return the words of a transcript with where in its audio they were said; the rest stays as it is.

        It takes about as long as recognising without decoding, and waits for everything else: for masking a recording
        afterwards. Of long audio it covers the first 29 s; words behind have no times. Raises `ModelUnavailable`.
        """
        header = {
            "op": "align",
            "text": transcript.text,
            "language": transcript.language or "en",
            "floor_s": self._config.floor_s,
        }
        payload = np.ascontiguousarray(audio, dtype=np.float32).tobytes()
        reply = await self._worker.request(header, payload, priority=Priority.PREFETCH)
        known = transcript.words or tuple(Word(text, 0.0) for text in transcript.text.split())
        spans = [(begin_ms, end_ms) for _, begin_ms, end_ms in reply.header["words"]]
        if len(spans) != len(known):
            spans = []
        return tuple(
            replace(word, start_ms=span[0], end_ms=span[1]) if span else word
            for word, span in zip_longest(known, spans)
        )

    def _language_fields(self, language: str | LanguageChoice, key: str | None) -> dict[str, Any]:
        """Return what the worker is told of the language; Whisper knows languages, and not countries."""
        if isinstance(language, LanguageChoice):
            likely, others = primary_language(language.likely), dict.fromkeys(map(primary_language, language.languages))
            return {"language": likely, "languages": list(others), "is_settled": language.is_settled}
        known = self._languages.get(key or "", language) if language == AUTO_LANGUAGE else primary_language(language)
        return {"language": known}

    def _floors_s(self, seconds: float, priority: Priority, is_short_expected: bool) -> list[float]:
        config = self._config
        if priority >= Priority.PARTIAL:
            # A partial is never worth the full window: the next one comes sooner.
            return [config.partial_floor_s, config.floor_s]
        if is_short_expected and seconds < _SHORT_S:
            return [config.quick_floor_s, config.floor_s, FULL_WINDOW_S]
        return [config.floor_s, FULL_WINDOW_S]

    def _keep_language(self, key: str, reply: Mapping[str, Any]) -> None:
        if reply.get("language_probability", 0.0) >= _SURE_LANGUAGE:
            self._languages[key] = reply["language"]
            self._languages.move_to_end(key)
            while len(self._languages) > _LANGUAGES_KEPT:
                self._languages.popitem(last=False)


def _to_transcript(reply: Mapping[str, Any], n_samples: int) -> Transcript:
    return Transcript(
        text=reply["text"],
        log_probability=reply["log_probability"],
        took_ms=reply["took_ms"],
        audio_ms=n_samples * 1000 // SAMPLE_RATE_HZ,
        words=tuple(Word(text, confidence) for text, confidence in reply["words"]),
        language=reply.get("language"),
    )
