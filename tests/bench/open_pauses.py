"""Where open speech would be ended, offline: every pause is heard once, and waits are then compared in milliseconds.

    python -m tests.bench.open_pauses [--most N]

The texts of `open_pauses.yml` are spoken in pieces, joined with pauses, and go through voice activity, turn-taking,
recognition, the turn model and understanding. What these know at each pause is kept in the user's cache (of a text,
speaker and line); the real waits are asked about it, with pauses drawn anew many times over. No call is placed:
what a call adds is told beside the constants here.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import statistics
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from platformdirs import user_cache_path
from ruamel.yaml import YAML

from dialogue.store import MemoryEventStore
from dialogue.turn import UserTurn
from models.cache import ModelCache
from models.silero import SileroModel
from models.smart_turn import SmartTurn
from models.whisper import WhisperRecogniser
from studio import assistants
from studio.conversations import open_models, prepare_understanding
from studio.logs import configure_logs
from studio.parts import PartBoard
from studio.settings import LogConfig, load_settings
from tests.bench.hesitant_speech import join, trim
from tests.bench.telephone import BABBLE_TEXTS, babble_for, telephone_band
from tests.support.conversations import new_conversation, outputs_of
from tests.support.recordings import speak
from tests.support.server import ROOT
from voice.audio import FRAME_SAMPLES, LISTEN_RATE_HZ, level_db
from voice.caller.wav import CALL_RATE_HZ, make_utterance
from voice.calls.heard import HeardAudio
from voice.calls.listening import CERTAIN_STAGES, TURN_MODEL_MS, TURN_MODEL_TAIL_MS, confidence_of
from voice.endpointing.answer_shape import AnswerShape
from voice.endpointing.pauses import CallerPauses
from voice.endpointing.silence import Evidence, wait_ms
from voice.ports import Pcm, Priority
from voice.resampling import Resampler
from voice.synthetic_callers.shaping import resample, stretch
from voice.turns.effects import TryTurn
from voice.turns.inputs import FrameHeard
from voice.turns.policy import TurnPolicy
from voice.turns.state import TurnState
from voice.turns.turn_taking import step

TEXTS = Path(__file__).with_name("open_pauses.yml")
Speaker = Literal["as it is", "higher, faster", "over a telephone with babble"]
SPEAKERS: tuple[Speaker, ...] = ("as it is", "higher, faster", "over a telephone with babble")
FACTOR = 1.14
"""Of pitch and speed, as the synthetic callers' "high"."""
PAUSE_MS = (300, 1_200)
"""As the pauses of `hesitant_speech`."""
DRAWS = 40
SEEN_LATER_MS = 90
"""By so much a pause is longer for turn-taking than it is in audio: median of 228."""
KNOWN_AFTER_MS = 390
"""Soft end, recognition and understanding on two cores."""
TAKEN_BACK_MS = 80 + TurnPolicy().retract_ms
"""From the end of a turn: until its reply is heard, and as long as the turn can be taken back then."""


@dataclass(frozen=True, slots=True)
class Text:
    kind: Literal["request", "story"]
    assistant: str
    is_seen: bool
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known at a pause, as listening knows it. `has_words`: the reply would begin with words."""

    text: str
    probability: float
    is_certain: bool = False
    confidence: float = 1.0
    has_words: bool = True

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.text, self.is_certain, self.probability, is_understood=True, confidence=self.confidence)


@dataclass(frozen=True, slots=True)
class Outcome:
    ended_early: bool
    cut_off: bool
    waited_ms: int


def read_texts(path: Path = TEXTS) -> list[Text]:
    return [
        Text(block["kind"], block["assistant"], block["seen"], tuple(part.strip() for part in text.split("|")))
        for block in YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        for text in block["texts"]
    ]


def spoken_pieces(text: Text) -> list[str]:
    """Write the pieces as they are to be spoken: with a comma, the voice sounds as if it went on."""
    *first, last = text.pieces
    return [*(piece if piece[-1] in ".,?!" else f"{piece}," for piece in first), last]


def play(known: Sequence[Known], shape: AnswerShape, policy: TurnPolicy, chance: random.Random) -> Outcome:
    """Let endpointing hear one utterance, of which this is known at each pause and at the end."""
    caller, early, cut = CallerPauses(), False, False
    for each in known[:-1]:
        wait = max(wait_ms(each.evidence, shape, policy, caller), KNOWN_AFTER_MS)
        pause_ms = chance.randint(*PAUSE_MS) + SEEN_LATER_MS
        if pause_ms <= wait:
            caller = caller.went_on(pause_ms)
        elif each.has_words and pause_ms < wait + TAKEN_BACK_MS:
            early, caller = True, caller.cut_off(pause_ms)
        else:
            early, cut, caller = True, True, CallerPauses()
    return Outcome(early, cut, max(wait_ms(known[-1].evidence, shape, policy, caller), KNOWN_AFTER_MS))


def shape_of_kind(kind: str) -> AnswerShape:
    return AnswerShape("text", is_story=True) if kind == "story" else AnswerShape("open")


class Hearing:
    """Plays texts to the models; what they made of one is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._recogniser = WhisperRecogniser(ModelCache())
        self._turn_model = SmartTurn(ModelCache())
        self._vad = SileroModel.from_cache(ModelCache())

    async def open(self, stack: AsyncExitStack) -> None:
        for model in (self._recogniser, self._turn_model):
            await model.start()
            stack.push_async_callback(model.close)

    async def hear(self, text: Text, speaker: Speaker) -> list[Known]:
        """Return what is known at each pause of a text and at its end; fewer where a pause was not heard."""
        written = f"2\n{speaker}\n{text.kind}\n{'|'.join(text.pieces)}"
        path = self._folder / f"{hashlib.sha256(written.encode()).hexdigest()[:24]}.json"
        if path.is_file():
            return [Known(**each) for each in json.loads(path.read_text())]
        samples, ends_ms = spoken(text, speaker)
        heard, tried = self._tries(samples, shape_of_kind(text.kind))
        known = []
        for end_ms in ends_ms:
            near = [order for order, last_ms in tried if abs(last_ms - end_ms) <= 250]
            if near:
                known.append(await self._judged(heard, near[-1]))
        path.write_text(json.dumps([asdict(each) for each in known]))
        return known

    def _tries(self, samples: Pcm, shape: AnswerShape) -> tuple[HeardAudio, list[tuple[TryTurn, int]]]:
        """Return what was tried, and after which sound; without a transcript no turn ever ends."""
        heard, activity, state = HeardAudio(), self._vad.new_call(), TurnState(shape=shape)
        tried: list[tuple[TryTurn, int]] = []
        for frame in frames(samples):
            probability = activity.feed(frame)
            heard.append(frame, 0)
            state, effects = step(state, FrameHeard(heard.now_ms, probability, level_db(frame)), TurnPolicy())
            tried += [(effect, state.last_sound_ms) for effect in effects if isinstance(effect, TryTurn)]
        return heard, tried

    async def _judged(self, heard: HeardAudio, order: TryTurn) -> Known:
        text = await self._recogniser.recognise(heard.cut(order.from_ms, order.to_ms), priority=Priority.FINAL)
        to_ms = min(heard.speech_end_ms(order.from_ms, order.to_ms) + TURN_MODEL_TAIL_MS, order.to_ms)
        voice = heard.cut(max(order.from_ms, to_ms - TURN_MODEL_MS), to_ms)
        return Known(text.text, await self._turn_model.probability(voice))


def spoken(text: Text, speaker: Speaker) -> tuple[Pcm, list[int]]:
    """Return a text as 48 kHz audio with pauses, and where each piece ends (ms)."""
    chance = random.Random("|".join(text.pieces) + speaker)
    pieces = [trim(utterance.samples) for utterance in speak(spoken_pieces(text))]
    if speaker == "higher, faster":
        pieces = [faster(piece) for piece in pieces]
    utterance, pauses = join("", pieces, [chance.randint(400, 1_000) for _ in pieces[1:]])
    samples = np.concatenate((np.zeros(CALL_RATE_HZ, np.int16), utterance.samples, np.zeros(CALL_RATE_HZ, np.int16)))
    if speaker == "over a telephone with babble":
        noise = np.resize(babble_for([make_utterance(samples, CALL_RATE_HZ, "")]), len(samples))
        samples = np.clip(telephone_band(samples).astype(np.int32) + noise, -32_768, 32_767).astype(np.int16)
    ends_ms = [*(pause.start_ms for pause in pauses), utterance.speech_end * 1_000 // CALL_RATE_HZ]
    return samples, [1_000 + end_ms for end_ms in ends_ms]


def faster(samples: Pcm) -> Pcm:
    wave = stretch(resample(samples.astype(np.float64), 1 / FACTOR), 1.01, CALL_RATE_HZ)
    return np.asarray(np.clip(np.rint(wave), -32_768, 32_767), np.int16)


def frames(samples: Pcm) -> Iterator[Pcm]:
    down = Resampler(LISTEN_RATE_HZ)
    heard = np.concatenate((down.convert(samples, CALL_RATE_HZ), down.flush()))
    for start in range(0, len(heard) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        yield heard[start : start + FRAME_SAMPLES]


class Judging:
    """Understanding of each assistant, as at the beginning of a call."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._settings = load_settings()
        self._board = PartBoard()
        self._models: Any = None
        self._conversations: dict[str, Any] = {}
        self._judged: dict[tuple[str, str], tuple[bool, float, bool]] = {}

    async def judge(self, assistant: str, known: Known) -> Known:
        """Add what understanding makes of the words."""
        key = (assistant, known.text)
        if key not in self._judged:
            conversation = await self._conversation(assistant)
            understood = await conversation.understand(UserTurn(known.text))
            rehearsal = conversation.rehearse(understood)
            has_words = rehearsal is not None and bool(rehearsal.said)
            if rehearsal is not None:
                rehearsal.discard()
            self._judged[key] = (understood.stage in CERTAIN_STAGES, confidence_of(understood), has_words)
        return Known(known.text, known.probability, *self._judged[key])

    async def _conversation(self, name: str) -> Any:
        if name not in self._conversations:
            settings = self._settings.workers
            if self._models is None:
                self._models = await open_models(self._stack, settings, self._board)
            assistant = assistants.load(ROOT / name)
            understanding = await prepare_understanding(
                assistant, self._models, self._board, self._stack, budget_s=settings.llm_budget_s
            )
            conversation = new_conversation(assistant, understanding=understanding, store=MemoryEventStore())
            await outputs_of(conversation.start())
            self._conversations[name] = conversation
        return self._conversations[name]


async def gather(texts: Sequence[Text], folder: Path) -> list[tuple[Text, Speaker, list[Known]]]:
    """Return what is known at the pauses of each text by each speaker; a text with a pause unheard is left out."""
    found = []
    async with AsyncExitStack() as stack:
        hearing, judging = Hearing(folder), Judging(stack)
        await hearing.open(stack)
        for speaker in SPEAKERS:
            for text in texts:
                known = await hearing.hear(text, speaker)
                if text.kind == "request":
                    known = [await judging.judge(text.assistant, each) for each in known]
                if len(known) == len(text.pieces):
                    found.append((text, speaker, known))
    return found


def row(name: str, played: Sequence[tuple[Text, Outcome]]) -> str:
    paused = [outcome for text, outcome in played if len(text.pieces) > 1]
    fluent = [outcome.waited_ms for text, outcome in played if len(text.pieces) == 1]
    early = sum(outcome.ended_early for outcome in paused) / max(1, len(paused))
    cut = sum(outcome.cut_off for outcome in paused) / max(1, len(paused))
    median = f"{statistics.median(fluent):.0f}" if fluent else "-"
    return f"{name:<48}{len(paused):>7}{early:>13.1%}{cut:>16.1%}{median:>14}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.open_pauses", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--most", type=int, default=None, help="only so many texts, drawn from all")
    given = parser.parse_args(arguments)
    configure_logs(LogConfig("error", "console"))
    texts = read_texts()
    texts = random.Random(1).sample(texts, min(given.most, len(texts))) if given.most else texts
    folder = user_cache_path("vivavoce") / "bench" / "open_pauses"
    folder.mkdir(parents=True, exist_ok=True)
    speak(sorted({*BABBLE_TEXTS, *(piece for text in texts for piece in spoken_pieces(text))}))
    known = asyncio.run(gather(texts, folder))
    print(f"{'':<48}{'n':>7}{'ended early':>13}{'not taken back':>16}{'fluent wait':>14}")
    chance, policy = random.Random(1), TurnPolicy()
    for is_seen in (True, False):
        for kind in ("request", "story"):
            for speaker in SPEAKERS:
                chosen = [(t, k) for t, s, k in known if (t.is_seen, t.kind, s) == (is_seen, kind, speaker)]
                played = [(t, play(k, shape_of_kind(kind), policy, chance)) for t, k in chosen for _ in range(DRAWS)]
                name = f"{'tuned on' if is_seen else 'unseen'}, {kind}, {speaker}"
                print(row(name, played))


if __name__ == "__main__":
    main()
