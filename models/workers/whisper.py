"""Worker program of recognition: Whisper in CTranslate2, on windows far shorter than the 30 s it was trained on.

The encoder's time grows with its window, so it gets the utterance and a second, but no less than 12 s: below that words
are lost, and at 5 s the decoder begins to loop. 330 recorded English prompts of one speaker (0.4 to 9 s, Debian's
asterisk-core-sounds-en-g722), one thread of a busy machine:

```
window at least, s      8     10     12     30
word error rate, %    6.7    5.6    5.1    5.1
processor time, ms    276    316    357   1244
```
A text that looks like a loop is decoded once more on the full window.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.frames import Frame
from models.log_mel import HOP_SAMPLES, SAMPLE_RATE_HZ, Array, LogMel
from models.workers.serving import Handler, serve

FULL_WINDOW_S = 30.0
# Less than this is no word, and Whisper would invent one.
SHORTEST_SAMPLES = SAMPLE_RATE_HZ // 10
# Mean log-probability that stands for "nothing was heard"; below everything the model gives.
NOTHING_LOG_PROBABILITY = -10.0
_MARGIN_S = 1.0
_BASE_TOKENS = 8
_TOKENS_PER_S = 9
# Texts of those 330 prompts: 1.3 at most; loops seen at 4 and 5 s: 2.1 to 3.8, with a log-probability as good as that
# of speech (-0.1 to -0.3), which therefore cannot tell them.
_LOOP_COMPRESSION = 2.0
_HINT_TOKENS = 120
# What the decoder holds, prompt and text together.
_CONTEXT_TOKENS = 448
# A long utterance is cut at the quietest place of this last part of a window.
_CUT_SEARCH_S = 8.0
_CUT_FRAME_SAMPLES = SAMPLE_RATE_HZ // 10


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one window gave. `log_probability` is the sum over `tokens` + 1 (the end of the text counts)."""

    text: str
    tokens: int
    log_probability: float
    hit_cap: bool

    @property
    def looks_like_loop(self) -> bool:
        """Tell whether the decoder seems to have gone round in circles."""
        data = self.text.encode()
        return self.hit_cap or len(data) > _LOOP_COMPRESSION * len(zlib.compress(data))


class WhisperModel:
    """Whisper's network, its tokens and its features."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        import ctranslate2
        import tokenizers

        self._network: Any = ctranslate2.models.Whisper(
            str(folder), device="cpu", compute_type="int8", intra_threads=threads, inter_threads=1
        )
        self._to_storage: Any = ctranslate2.StorageView.from_array
        self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._features = LogMel()

    def recognise(self, audio: Array, language: str, hints: Sequence[str], floor_s: float) -> tuple[str, float]:
        """Return the text and its mean log-probability a token.

        Args:
            audio: [n_samples] float32, 16 kHz.
            language: its code, as Whisper has it.
            hints: names and words that may be said.
            floor_s: the shortest window that the encoder gets.
        """
        if len(audio) < SHORTEST_SAMPLES:
            return "", NOTHING_LOG_PROBABILITY
        prompt = self._build_prompt(language, hints)
        pieces = [self._recognise_piece(piece, prompt, floor_s) for piece in cut_long(audio)]
        total = sum(piece.log_probability for piece in pieces)
        count = sum(piece.tokens + 1 for piece in pieces)
        return " ".join(piece.text for piece in pieces if piece.text), total / count

    def _recognise_piece(self, audio: Array, prompt: list[int], floor_s: float) -> Decoded:
        seconds = len(audio) / SAMPLE_RATE_HZ
        window_s = min(FULL_WINDOW_S, max(floor_s, seconds + _MARGIN_S))
        cap = int(_BASE_TOKENS + _TOKENS_PER_S * seconds)
        first = self._decode(audio, prompt, window_s, cap)
        if not first.looks_like_loop or window_s == FULL_WINDOW_S:
            return first
        second = self._decode(audio, prompt, FULL_WINDOW_S, cap)
        return first if second.looks_like_loop and second.tokens > first.tokens else second

    def _decode(self, audio: Array, prompt: list[int], window_s: float, cap: int) -> Decoded:
        # The encoder halves the number of frames, which must be even for that.
        frames = 2 * int(np.ceil(window_s * SAMPLE_RATE_HZ / HOP_SAMPLES / 2))
        padded = np.zeros(frames * HOP_SAMPLES, dtype=np.float32)
        padded[: len(audio)] = audio[: len(padded)]
        features = self._to_storage(self._features.compute(padded)[None])
        result = self._network.generate(
            self._network.encode(features),
            [prompt],
            beam_size=1,
            max_length=_max_length(len(prompt), cap),
            suppress_blank=True,
            suppress_tokens=[-1],
            return_scores=True,
        )[0]
        ids = result.sequences_ids[0]
        text = self._tokenizer.decode(ids, skip_special_tokens=True).strip()
        return Decoded(text, len(ids), result.scores[0] * max(len(ids), 1), len(ids) >= cap)

    def _build_prompt(self, language: str, hints: Sequence[str]) -> list[int]:
        """Build the decoder's prompt; hints stand in it as text that was said before."""
        token = self._tokenizer.token_to_id
        if (language_id := token(f"<|{language}|>")) is None:
            raise ValueError(f"this model does not know the language {language!r}")
        prompt = [token("<|startoftranscript|>"), language_id, token("<|transcribe|>"), token("<|notimestamps|>")]
        if hints:
            said = self._tokenizer.encode(" " + ", ".join(hints) + ".", add_special_tokens=False).ids
            prompt = [token("<|startofprev|>"), *said[:_HINT_TOKENS], *prompt]
        return prompt


def _max_length(prompt_tokens: int, cap: int) -> int:
    """Return the `max_length` that allows `cap` new tokens, or a few more behind a long prompt.

    CTranslate2 4.8 stops at half of it, and at its rest after the prompt, whichever comes first (found by trial).
    """
    return min(_CONTEXT_TOKENS, max(2 * cap, prompt_tokens + cap - 1))


def cut_long(audio: Array) -> list[Array]:
    """Cut audio that no window holds at its quietest places, into pieces that one does."""
    limit = int((FULL_WINDOW_S - _MARGIN_S) * SAMPLE_RATE_HZ)
    pieces = []
    while len(audio) > limit:
        start = limit - int(_CUT_SEARCH_S * SAMPLE_RATE_HZ)
        frames = audio[start : limit - (limit - start) % _CUT_FRAME_SAMPLES].reshape(-1, _CUT_FRAME_SAMPLES)
        quietest = int(np.argmin(np.mean(frames**2, axis=1)))
        cut = start + quietest * _CUT_FRAME_SAMPLES + _CUT_FRAME_SAMPLES // 2
        pieces.append(audio[:cut])
        audio = audio[cut:]
    return [*pieces, audio]


def build(options: Mapping[str, Any]) -> tuple[Handler, Mapping[str, Any]]:
    """Load the model: `folder`, `threads`."""
    model = WhisperModel(Path(options["folder"]), threads=options["threads"])
    # The first run allocates; better here than in a caller's first turn.
    model.recognise(np.zeros(SAMPLE_RATE_HZ, dtype=np.float32), "en", (), FULL_WINDOW_S)

    def handle(request: Frame) -> Generator[Frame, None, None]:
        began_s = time.perf_counter()
        audio = np.frombuffer(request.payload, dtype=np.float32)
        header = request.header
        text, log_probability = model.recognise(audio, header["language"], header["hints"], header["floor_s"])
        took_ms = (time.perf_counter() - began_s) * 1000
        yield Frame({"text": text, "log_probability": log_probability, "took_ms": took_ms})

    return handle, {}


if __name__ == "__main__":
    serve(build)
