"""Worker program of recognition: Whisper in CTranslate2, on windows far shorter than the 30 s it was trained on.

```
requests ──▶ pieces of 29 s at most ──▶ spectrograms ──▶ encoder ──┬──▶ decoder ──▶ text, words, language
             (several of one batch      of one window              │
              go through as one)                                   └ stop here, or every few tokens, if cancelled
```
A text that looks wrong is decoded again on the next window of its ladder (`models.whisper_windows`).
"""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from models.frames import Frame
from models.log_mel import HOP_SAMPLES, SAMPLE_RATE_HZ, Array, LogMel
from models.whisper_languages import AUTO_LANGUAGE, DOUBTED_BELOW, likeliest
from models.whisper_windows import (
    FULL_WINDOW_S,
    Decoded,
    clean,
    cut_long,
    needs_longer_window,
    token_cap,
    window_samples,
    windows_s,
)
from models.whisper_words import WordTokens, spans_ms, split_words
from models.workers.serving import Answer, BatchHandler, serve_batches

# Less than this is no word, and Whisper would invent one.
SHORTEST_SAMPLES = SAMPLE_RATE_HZ // 10
# Mean log-probability that stands for "nothing was heard"; below everything the model gives.
NOTHING_LOG_PROBABILITY = -10.0
_HINT_TOKENS = 120
# What the decoder holds, prompt and text together.
_CONTEXT_TOKENS = 448
# A request that may be given up is decoded in steps of so many tokens: each further step costs about 25 ms on one core
# for reading the encoder's output again, and eight tokens take about 95 ms (measured, whisper-base, window of 6 s).
_STEP_TOKENS = 8


@dataclass(frozen=True, slots=True)
class Ask:
    """One utterance to recognise, [n_samples] float32 at 16 kHz.

    floors_s: the ladder of windows. unsure_below: mean log-probability below which the next one is tried.
    is_stoppable: decode in steps, and leave the words' confidence out.
    languages: what else it may be; then `language` is only likely. is_settled: look for these in an unsure text only.
    """

    audio: Array
    language: str
    hints: Sequence[str]
    floors_s: Sequence[float]
    unsure_below: float
    is_stoppable: bool = False
    languages: Sequence[str] = ()
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What one window gave, word by word, and in which language (its probability is 1 where it was given)."""

    decoded: Decoded
    words: tuple[WordTokens, ...]
    language: str
    language_probability: float


@dataclass(slots=True)
class _Job:
    """A piece of audio on its way through the model."""

    audio: Array
    ask: Ask
    ladder: list[float]
    found: Found | None = None


class WhisperModel:
    """Whisper's network, its tokens and its features. Generators yield None where they may be stopped."""

    def __init__(self, folder: Path, *, threads: int, device: str = "cpu", compute_type: str = "int8") -> None:
        import ctranslate2
        import tokenizers

        self._network: Any = ctranslate2.models.Whisper(
            str(folder), device=device, compute_type=compute_type, intra_threads=threads, inter_threads=1
        )
        self._ctranslate2: Any = ctranslate2
        self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._features = LogMel(self._network.n_mels)

    def check_language(self, language: str) -> None:
        """Raises `ValueError` for a language that the model does not know."""
        if language != AUTO_LANGUAGE and self._tokenizer.token_to_id(f"<|{language}|>") is None:
            raise ValueError(f"this model does not know the language {language!r}")

    def recognise(self, asks: Sequence[Ask]) -> Generator[None, None, list[list[Found]]]:
        """Return for each request what its pieces gave; nothing for what is too short to hold a word."""
        jobs = [
            [
                _Job(piece, ask, windows_s(len(piece), ask.floors_s))
                for piece in cut_long(clean(ask.audio))
                if len(piece) >= SHORTEST_SAMPLES
            ]
            for ask in asks
        ]
        # One after the other where an utterance has several pieces, which is rare: the language of the first is kept.
        together = [each[0] for each in jobs if each]
        while together:
            yield from self._decode(together)
            together = [job for job in together if _climb(job)]
        for each in jobs:
            for job in each[1:]:
                yield from self._finish_alone(job, each[0])
        return [[job.found for job in each if job.found is not None] for each in jobs]

    def align(self, audio: Array, text: str, language: str, floor_s: float) -> list[tuple[str, int, int]]:
        """Return each word of a text with where it begins and ends in the audio (29 s at most), in milliseconds."""
        audio = clean(audio[: int(FULL_WINDOW_S - 1) * SAMPLE_RATE_HZ])
        ids = self._tokenizer.encode(f" {text.strip()}", add_special_tokens=False).ids[: _CONTEXT_TOKENS // 2]
        words = split_words(ids, [0.0] * len(ids), self._to_text)
        if not words or len(audio) < SHORTEST_SAMPLES:
            return []
        samples = window_samples(windows_s(len(audio), [floor_s])[0])
        spectrogram = self._spectrogram(audio, samples)[None]
        encoded = self._network.encode(self._ctranslate2.StorageView.from_array(spectrogram))
        prompt = self._build_prompt(language, ())
        (aligned,) = self._network.align(encoded, prompt, [ids], max(2, len(audio) // HOP_SAMPLES))
        return [
            (word.text, begin_ms, end_ms)
            for word, (begin_ms, end_ms) in zip(words, spans_ms(words, aligned.alignments), strict=True)
        ]

    def _finish_alone(self, job: _Job, first: _Job) -> Generator[None, None, None]:
        assert first.found is not None
        language = first.found.language
        job.ask = replace(job.ask, audio=job.audio, language=language, languages=())
        is_open = True
        while is_open:
            yield from self._decode([job])
            is_open = _climb(job)

    def _decode(self, jobs: Sequence[_Job]) -> Generator[None, None, None]:
        """Decode each piece on the longest of the windows that they want."""
        samples = window_samples(max(job.ladder[0] for job in jobs))
        spectrograms = np.stack([self._spectrogram(job.audio, samples) for job in jobs])
        encoded = self._network.encode(self._ctranslate2.StorageView.from_array(spectrograms))
        yield
        languages = self._languages(encoded, jobs)
        prompts = [
            self._build_prompt(language, job.ask.hints) for job, (language, _) in zip(jobs, languages, strict=True)
        ]
        caps = [token_cap(len(job.audio)) for job in jobs]
        if len(jobs) == 1 and jobs[0].ask.is_stoppable:
            results = [(yield from self._generate_in_steps(encoded, prompts[0], caps[0]))]
        else:
            results = self._generate(encoded, prompts, caps)
        for job, (decoded, words), (language, probability) in zip(jobs, results, languages, strict=True):
            _keep_better(job, Found(decoded, words, language, probability))
        self._doubt(encoded, jobs)

    def _doubt(self, encoded: Any, jobs: Sequence[_Job]) -> None:
        """Write what is unsure in the caller's language in another one that is offered, where it sounds like that."""
        doubted = [index for index, job in enumerate(jobs) if _is_doubted(job)]
        if not doubted:
            return
        rows = self._to_rows(encoded)[doubted]  # copied once, however many are doubted
        rankings = self._network.detect_language(self._ctranslate2.StorageView.from_array(rows))
        for place, (job, ranking) in enumerate(zip([jobs[index] for index in doubted], rankings, strict=True)):
            language, share = likeliest(ranking, job.ask.language, job.ask.languages)
            if language == job.ask.language:
                continue
            row = self._ctranslate2.StorageView.from_array(rows[place : place + 1])
            prompts = [self._build_prompt(language, job.ask.hints)]
            ((decoded, words),) = self._generate(row, prompts, [token_cap(len(job.audio))])
            assert job.found is not None
            if decoded.mean_log_probability > job.found.decoded.mean_log_probability:
                job.found = Found(decoded, words, language, share)

    def _spectrogram(self, audio: Array, samples: int) -> Array:
        padded = np.zeros(samples, dtype=np.float32)
        padded[: len(audio)] = audio[:samples]
        return self._features.compute(padded)

    def _languages(self, encoded: Any, jobs: Sequence[_Job]) -> list[tuple[str, float]]:
        """Return each piece's language, detected where that was asked for, and how likely it is.

        Detecting takes an eighth of what the encoder has taken (measured, whisper-base, window of 12 s).
        """
        if not any(_is_detected(job) for job in jobs):
            return [(job.ask.language, 1.0) for job in jobs]
        return [
            likeliest(ranking, job.ask.language, job.ask.languages) if _is_detected(job) else (job.ask.language, 1.0)
            for job, ranking in zip(jobs, self._network.detect_language(encoded), strict=True)
        ]

    def _generate(
        self, encoded: Any, prompts: Sequence[list[int]], caps: Sequence[int]
    ) -> list[tuple[Decoded, tuple[WordTokens, ...]]]:
        """Decode a batch; CTranslate2 wants all of its prompts equally long, so that there may be several."""
        lengths = sorted({len(prompt) for prompt in prompts})
        rows = None if len(lengths) == 1 else self._to_rows(encoded)
        found: dict[int, tuple[Decoded, tuple[WordTokens, ...]]] = {}
        for length in lengths:
            members = [index for index, prompt in enumerate(prompts) if len(prompt) == length]
            part = encoded if rows is None else self._ctranslate2.StorageView.from_array(rows[members])
            cap = max(caps[index] for index in members)
            results = self._network.generate(
                part,
                [prompts[index] for index in members],
                beam_size=1,
                max_length=_max_length(length, cap),
                suppress_blank=True,
                suppress_tokens=[-1],
                return_scores=True,
                return_logits_vocab=True,
            )
            for index, result in zip(members, results, strict=True):
                ids = result.sequences_ids[0]
                words = split_words(ids, self._log_probabilities(ids, result.logits[0]), self._to_text)
                found[index] = self._as_decoded(ids, result.scores[0] * max(len(ids), 1), caps[index]), tuple(words)
        return [found[index] for index in range(len(prompts))]

    def _generate_in_steps(
        self, encoded: Any, prompt: list[int], cap: int
    ) -> Generator[None, None, tuple[Decoded, tuple[WordTokens, ...]]]:
        """Decode a few tokens at a time, which gives the same text as all at once."""
        ids: list[int] = []
        total = 0.0
        while len(ids) < cap:
            step = min(_STEP_TOKENS, cap - len(ids))
            result = self._network.generate(
                encoded,
                [prompt + ids],
                beam_size=1,
                max_length=_max_length(len(prompt) + len(ids), len(ids) + step),
                suppress_blank=not ids,
                suppress_tokens=[-1],
                return_scores=True,
            )[0]
            has_ended = len(result.sequences_ids[0]) < len(ids) + step
            ids = result.sequences_ids[0]
            # The score is that of the new tokens, divided by the number of all.
            total += result.scores[0] * max(len(ids), 1)
            if has_ended:
                break
            yield
        return self._as_decoded(ids, total, cap), ()

    def _as_decoded(self, ids: Sequence[int], log_probability: float, cap: int) -> Decoded:
        return Decoded(self._to_text(list(ids)).strip(), len(ids), log_probability, len(ids) >= cap)

    def _to_text(self, ids: list[int]) -> str:
        return str(self._tokenizer.decode(ids, skip_special_tokens=True))

    def _to_rows(self, view: Any) -> Any:
        """Return what the network has computed as an array, from whichever device."""
        if view.device != "cpu":
            view = view.to_device(self._ctranslate2.Device.cpu)
        return np.array(view)

    def _log_probabilities(self, ids: Sequence[int], logits: Sequence[Any]) -> list[float]:
        """Return each token's log-probability from the logits of its step."""
        found = []
        for token, view in zip(ids, logits, strict=False):
            values = self._to_rows(view).astype(np.float32).ravel()
            values -= values.max()
            found.append(float(values[token] - np.log(np.sum(np.exp(values)))))
        return found

    def _build_prompt(self, language: str, hints: Sequence[str]) -> list[int]:
        """Build the decoder's prompt; hints stand in it as text that was said before."""
        token = self._tokenizer.token_to_id
        prompt = [token("<|startoftranscript|>"), token(f"<|{language}|>")]
        prompt += [token("<|transcribe|>"), token("<|notimestamps|>")]
        if hints:
            said = self._tokenizer.encode(" " + ", ".join(hints) + ".", add_special_tokens=False).ids
            prompt = [token("<|startofprev|>"), *said[:_HINT_TOKENS], *prompt]
        return prompt


def _is_detected(job: _Job) -> bool:
    ask = job.ask
    return ask.language == AUTO_LANGUAGE or (bool(ask.languages) and not ask.is_settled)


def _is_doubted(job: _Job) -> bool:
    ask = job.ask
    has_others = ask.is_settled and any(one != ask.language for one in ask.languages)
    return has_others and job.found is not None and job.found.decoded.mean_log_probability < DOUBTED_BELOW


def _climb(job: _Job) -> bool:
    """Go to the next window of a piece's ladder, if there is one and its text is not to be believed."""
    assert job.found is not None
    job.ladder = job.ladder[1:]
    if not job.ladder:
        return False
    if job.ladder[0] == FULL_WINDOW_S:
        return job.found.decoded.looks_like_loop  # for less, the full window costs too much: a second
    return needs_longer_window(job.found.decoded, job.ask.unsure_below)


def _keep_better(job: _Job, found: Found) -> None:
    """Believe the longer window, unless it goes round in circles for even longer."""
    before = job.found
    if before is None or not found.decoded.looks_like_loop or found.decoded.tokens <= before.decoded.tokens:
        job.found = found


def _max_length(prompt_tokens: int, cap: int) -> int:
    """Return the `max_length` that allows `cap` new tokens, or a few more behind a long prompt.

    CTranslate2 4.8 stops at half of it, and at its rest after the prompt, whichever comes first (found by trial). Text
    that is given for continuation counts as prompt and as new.
    """
    return min(_CONTEXT_TOKENS, max(2 * cap, prompt_tokens + cap - 1))


def to_reply(pieces: Sequence[Found], took_ms: float) -> dict[str, Any]:
    """Join the pieces of one utterance."""
    if not pieces:
        return {"text": "", "log_probability": NOTHING_LOG_PROBABILITY, "took_ms": took_ms, "words": []}
    total = sum(piece.decoded.log_probability for piece in pieces)
    count = sum(piece.decoded.tokens + 1 for piece in pieces)
    return {
        "text": " ".join(piece.decoded.text for piece in pieces if piece.decoded.text),
        "log_probability": total / count,
        "took_ms": took_ms,
        "words": [[word.text, round(word.confidence, 4)] for piece in pieces for word in piece.words],
        "language": pieces[0].language,
        "language_probability": pieces[0].language_probability,
    }


def _parse(request: Frame) -> Ask:
    header = request.header
    audio = np.frombuffer(request.payload, dtype=np.float32)
    return Ask(
        audio,
        header["language"],
        header["hints"],
        header["floors_s"],
        header["unsure_below"],
        header.get("is_stoppable", False),
        tuple(header.get("languages", ())),
        header.get("is_settled", False),
    )


def build(options: Mapping[str, Any]) -> tuple[BatchHandler, Mapping[str, Any]]:
    """Load the model: `folder`, `threads`, `device`, `compute_type`."""
    model = WhisperModel(
        Path(options["folder"]),
        threads=options["threads"],
        device=options.get("device", "cpu"),
        compute_type=options.get("compute_type", "int8"),
    )
    # The first run allocates; better here than in a caller's first turn.
    silence = Ask(np.zeros(SAMPLE_RATE_HZ, dtype=np.float32), "en", (), (FULL_WINDOW_S,), NOTHING_LOG_PROBABILITY)
    for _ in model.recognise([silence]):
        pass

    def handle(requests: Sequence[Frame]) -> Generator[Answer | None, None, None]:
        if requests[0].header["op"] == "align":  # which goes alone
            header = requests[0].header
            audio = np.frombuffer(requests[0].payload, dtype=np.float32)
            model.check_language(header["language"])
            yield 0, Frame({"words": model.align(audio, header["text"], header["language"], header["floor_s"])})
            return
        began_s = time.perf_counter()
        asks: dict[int, Ask] = {}
        for index, request in enumerate(requests):
            try:
                ask = _parse(request)
                model.check_language(ask.language)
            except (KeyError, ValueError) as problem:
                yield index, problem
            else:
                asks[index] = ask
        found = yield from model.recognise(list(asks.values()))
        took_ms = (time.perf_counter() - began_s) * 1000
        for index, pieces in zip(asks, found, strict=True):
            yield index, Frame(to_reply(pieces, took_ms))

    return handle, {"device": options.get("device", "cpu")}


if __name__ == "__main__":
    serve_batches(build)
