"""Worker program of synthesis: the piper engine.

piper-tts is GPL-3.0-or-later. It runs in this process alone and nothing imports this module: the server starts it as a
program and speaks to it over pipes. It is also an optional extra, so it may be absent.

A request has the pieces of one text; each is answered as it is made, at one loudness, without the silence that the
engine puts around it, and with where its words are. One that is cancelled stops within some milliseconds, also while
the network computes.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from models.frames import Frame
from models.onnx_outputs import outputs_of, with_output
from models.word_alignment import SpokenPhoneme, word_spans
from models.workers.serving import Handler, serve
from models.workers.stopping import StoppableSession, aside
from voice.speech.joins import silent_lead_samples, silent_tail_samples
from voice.speech.loudness import Samples, block_energies, gated_lufs, levelled

PAUSE_MS = 120
"""Kept behind a piece that ends with a comma or the like, where the sentence goes on."""
JOIN_MS = 20
"""Kept behind a piece that ends between two words."""
CALIBRATION = (
    "Hello, how can I help you today?",
    "Thank you for calling. I have found your booking for Friday, the twenty first of May, at half past seven.",
    "Your balance is one thousand two hundred fifty dollars. Would you like to hear the last payments?",
)
"""What a voice says to have its loudness measured: twelve seconds, sounds and sentences of all kinds."""


def load_voice(path: Path, threads: int) -> tuple[Any, StoppableSession]:
    """Load a voice with a bounded number of threads, and with the lengths of its phonemes for an output."""
    import onnxruntime
    from piper import PiperVoice
    from piper.config import PiperConfig

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        _with_lengths(path.read_bytes()), options, providers=["CPUExecutionProvider"]
    )
    stoppable = StoppableSession(session, onnxruntime.RunOptions)
    config = PiperConfig.from_dict(json.loads(path.with_name(f"{path.name}.json").read_text()))
    return PiperVoice(config=config, session=stoppable), stoppable


def _with_lengths(model: bytes) -> bytes:
    """Have the model tell how long each phoneme is: what it rounds up to whole steps, if that is one tensor."""
    names = outputs_of(model, "Ceil")
    return with_output(model, names[0]) if len(names) == 1 else model


def speak(voice: Any, piece: str) -> tuple[Samples, list[SpokenPhoneme]]:
    """Return the speech of a piece, float32 as the engine made it, and its phonemes; none if it does not tell."""
    from piper.config import SynthesisConfig

    made: list[Samples] = [np.zeros(0, np.float32)]
    phonemes: list[SpokenPhoneme] = []
    for chunk in voice.synthesize(piece, SynthesisConfig(normalize_audio=False), include_alignments=True):
        made.append(chunk.audio_float_array)
        spoken = [SpokenPhoneme(one.phoneme, int(one.num_samples)) for one in chunk.phoneme_alignments or ()]
        phonemes += [*spoken, SpokenPhoneme(" ", len(made[-1]) - sum(one.samples for one in spoken))]
    return np.concatenate(made), phonemes if any(one.symbol != " " for one in phonemes) else []


def measure(voice: Any) -> float | None:
    """Return the loudness of a voice over some sentences, in LUFS."""
    energies = [block_energies(speak(voice, text)[0], voice.config.sample_rate) for text in CALIBRATION]
    return gated_lufs(np.concatenate(energies))


def answer(voice: Any, piece: str, gain_db: float, is_last: bool) -> Frame:
    """Return one piece as it goes out: samples, and where each of its words begins and ends in them."""
    rate_hz = voice.config.sample_rate
    made, phonemes = speak(voice, piece)
    samples = levelled(made, rate_hz, gain_db)
    lead = silent_lead_samples(samples, rate_hz)
    tail = 0
    if not is_last:
        kept_ms = PAUSE_MS if piece[-1:] in ",;:.!?…—–" else JOIN_MS
        tail = silent_tail_samples(samples, rate_hz, kept_ms)
    samples = samples[lead : len(samples) - tail]
    spans = word_spans(piece.split(), phonemes, lambda word: [one for part in voice.phonemize(word) for one in part])
    words = [[min(max(at - lead, 0), len(samples)) for at in span] for span in spans]
    return Frame({"sample_rate_hz": rate_hz, "words": words}, samples.tobytes())


def build(options: Mapping[str, Any]) -> tuple[Handler, Mapping[str, Any]]:
    """Load the voice at `path`; `threads` bounds its use of the processor."""
    voice, session = load_voice(Path(options["path"]), options["threads"])
    speak(voice, "Ready.")

    def handle(request: Frame) -> Generator[Frame | None, None, None]:
        if request.header["op"] == "measure":
            yield Frame({"lufs": measure(voice)})
            return
        pieces: Sequence[str] = request.header["pieces"]
        gain_db: float = request.header["gain_db"]
        for number, piece in enumerate(pieces):
            yield from aside(partial(answer, voice, piece, gain_db, number + 1 == len(pieces)), session)

    return handle, {"sample_rate_hz": voice.config.sample_rate}


if __name__ == "__main__":
    serve(build)
