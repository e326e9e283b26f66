"""Sounds over a reply without a call: real voice activity and recognition, turn-taking on audio time, no transport.

A second of compute a sound, and none the second time: what was recognised is kept on disk by the hash of its audio.
So thresholds can be compared over hundreds of sounds. What models take is assumed (`FINAL_MS`, `PARTIAL_MS`): this
tells *what* is decided; how soon is measured in calls (`tests.bench.barge_in`).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from flows.effects import Expectation
from models.cache import ModelCache
from models.silero import SileroModel
from models.whisper import WhisperRecogniser
from voice.audio import FRAME_MS, FRAME_SAMPLES, LISTEN_RATE_HZ, level_db, to_pcm
from voice.caller.wav import CALL_RATE_HZ
from voice.calls.heard import HeardAudio
from voice.calls.listening import VOICED_PROBABILITY
from voice.ports import Audio, Pcm, Priority, VoiceActivity
from voice.recognition.inventions import is_invented
from voice.resampling import Resampler
from voice.turns import effects as turn_effects
from voice.turns import inputs as turn_inputs
from voice.turns import turn_taking as turns
from voice.turns.echo_gate import EchoGate
from voice.turns.policy import TurnPolicy
from voice.turns.state import TurnState

FINAL_MS, PARTIAL_MS, JUDGED_MS, UNDERSTOOD_MS = 220, 250, 80, 20
"""From the order to the result, on two idle cores (whisper-base, windows of 8 s)."""
LEAD_MS, TRAIL_MS = 2_000, 3_000
ROOM_DB = -62.0
"""Noise of a quiet room, below full scale."""
REPLY = 1


@dataclass(frozen=True, slots=True)
class Reply:
    """What the assistant says meanwhile, and what it waits for."""

    said: str = ""
    expectation: Expectation = field(default_factory=Expectation)
    is_question_out: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the reply; times in ms from the first sample of the sound. `texts`: everything recognised."""

    paused_ms: int | None = None
    resumed_ms: int | None = None
    stopped_ms: int | None = None
    pauses: int = 0
    last_paused_ms: int | None = None
    ended: str | None = None
    dropped: tuple[str, ...] = ()
    texts: tuple[tuple[str, str, float], ...] = ()
    voiced_ms: int = 0

    @property
    def is_stopped(self) -> bool:
        return self.stopped_ms is not None or self.ended is not None


Recognise = Callable[[Audio, bool], tuple[str, float]]
"""Audio and whether a partial will do; the text and its log-probability."""


class KeptRecognition:
    """Whisper, with everything that it ever wrote kept in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runner = asyncio.Runner()
        self._recogniser: WhisperRecogniser | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, audio: Audio, is_partial: bool) -> tuple[str, float]:
        key = hashlib.sha256(audio.tobytes() + bytes([is_partial, 8])).hexdigest()[:32]
        path = self._folder / f"{key}.json"
        if not path.is_file():
            path.write_text(json.dumps(self._runner.run(self._ask(audio, is_partial))))
        text, log_probability = json.loads(path.read_text())
        return str(text), float(log_probability)

    def close(self) -> None:
        if self._recogniser is not None:
            self._runner.run(self._recogniser.close())
        self._runner.close()

    async def _ask(self, audio: Audio, is_partial: bool) -> tuple[str, float]:
        if self._recogniser is None:
            self._recogniser = WhisperRecogniser(ModelCache())
            await self._recogniser.start()
        priority = Priority.PARTIAL if is_partial else Priority.FINAL
        heard = await self._recogniser.recognise(audio, priority=priority, is_short_expected=True)
        return heard.text, heard.log_probability


def over_a_reply(sound: Pcm, behind: Pcm | None = None) -> Pcm:
    """Lay a sound (48 kHz) on the line, with a room or `behind` under it; int16 at 16 kHz."""
    lead, trail = (np.zeros(length * CALL_RATE_HZ // 1_000, np.int16) for length in (LEAD_MS, TRAIL_MS))
    line = np.concatenate([lead, sound, trail]).astype(np.float64)
    if behind is None:
        line += np.random.default_rng(len(sound)).normal(scale=32_768 * 10 ** (ROOM_DB / 20), size=len(line))
    else:
        line += np.resize(behind, len(line))
    resampler = Resampler(LISTEN_RATE_HZ)
    return np.concatenate((resampler.convert(to_pcm(line / 32_768), CALL_RATE_HZ), resampler.flush()))


@dataclass(frozen=True, slots=True)
class Echo:
    """The reply's audio, 16 kHz, and how it comes back to the caller's microphone. `is_gated`: by `EchoGate`."""

    audio: Pcm
    delay_ms: int = 120
    gain_db: float = -20.0
    is_gated: bool = True


class Replay:
    """One reply, and what is heard over it."""

    def __init__(
        self,
        voice_activity: VoiceActivity,
        recognise: Recognise,
        reply: Reply,
        policy: TurnPolicy | None = None,
        echo: Echo | None = None,
    ) -> None:
        self._echo = echo
        self._gate = EchoGate()
        self._is_playing = True
        self._position = 0
        self._on_its_way: deque[Pcm] = deque()
        if echo is not None:
            self._on_its_way.extend([np.zeros(FRAME_SAMPLES, np.int16)] * (echo.delay_ms // FRAME_MS))
        self._voice_activity = voice_activity
        self._recognise = recognise
        self._policy = policy or TurnPolicy()
        self._heard = HeardAudio()
        self._state = TurnState()
        self._due: list[tuple[int, turn_inputs.TurnInput]] = []
        self._found = Outcome()
        self._take(turn_inputs.QuestionChanged(reply.expectation))
        self._take(turn_inputs.ReplyChanged(REPLY))
        self._take(turn_inputs.ReplyAudible(REPLY, reply.is_question_out, reply.said))

    def run(self, line: Pcm) -> Outcome:
        """Hear a whole line, as `over_a_reply` makes it."""
        for at in range(0, len(line) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
            self._hear(line[at : at + FRAME_SAMPLES])
        return self._found

    def _with_echo(self, samples: Pcm, echo: Echo) -> tuple[Pcm, bool]:
        """Play 20 ms more of the reply, if it goes on, and return what the microphone hears, and if that is an echo."""
        played = np.zeros(FRAME_SAMPLES, np.int16)
        if self._is_playing:
            rest = echo.audio[self._position : self._position + FRAME_SAMPLES]
            played[: len(rest)] = rest
            self._position += FRAME_SAMPLES
        self._gate.play(played, LISTEN_RATE_HZ)
        self._on_its_way.append(played)
        back = self._on_its_way.popleft() * 10 ** (echo.gain_db / 20)
        mixed = to_pcm((samples + back) / 32_768)
        self._gate.hear(mixed)
        return mixed, self._gate.is_echo() and echo.is_gated

    def _hear(self, samples: Pcm) -> None:
        is_echo = False
        if self._echo is not None:
            samples, is_echo = self._with_echo(samples, self._echo)
        probability = self._voice_activity.feed(samples)
        now_ms = self._heard.now_ms + FRAME_MS
        self._heard.append(samples, now_ms, is_voiced=probability >= VOICED_PROBABILITY)
        for due in [each for each in self._due if each[0] <= now_ms]:
            self._due.remove(due)
            self._take(due[1])
        if is_echo:
            self._take(turn_inputs.FrameHeard(now_ms, 0.0))
        else:
            self._take(turn_inputs.FrameHeard(now_ms, probability, level_db(samples)))
        if self._state.overlap is not None:
            self._found = replace(self._found, voiced_ms=self._state.overlap.voiced_ms)

    def _take(self, given: turn_inputs.TurnInput) -> None:
        self._state, effects = turns.step(self._state, given, self._policy)
        for effect in effects:
            self._carry_out(effect)

    def _carry_out(self, effect: turn_effects.TurnEffect) -> None:
        found, at_ms = self._found, self._heard.now_ms - LEAD_MS
        match effect:
            case turn_effects.TryTurn(revision, from_ms, to_ms):
                text, log_probability = self._recognised("final", from_ms, to_ms)
                invented = is_invented(text, self._heard.voiced_ms(from_ms, to_ms))
                self._later(FINAL_MS, turn_inputs.TranscriptReady(revision, text, log_probability, invented))
            case turn_effects.RecognisePartial(from_ms, to_ms):
                text, log_probability = self._recognised("partial", from_ms, to_ms)
                self._later(PARTIAL_MS, turn_inputs.PartialReady(from_ms, text, "", log_probability))
            case turn_effects.JudgeTurn(revision):
                self._later(JUDGED_MS, turn_inputs.TurnJudged(revision, 0.9))
            case turn_effects.Understand(revision):
                self._later(UNDERSTOOD_MS, turn_inputs.CommandsReady(revision, is_certain=False))
            case turn_effects.PauseReply():
                self._is_playing = False
                paused_ms = at_ms if found.paused_ms is None else found.paused_ms
                self._found = replace(found, paused_ms=paused_ms, pauses=found.pauses + 1, last_paused_ms=at_ms)
            case turn_effects.ResumeReply():
                self._is_playing = True
                self._found = replace(found, resumed_ms=at_ms)
            case turn_effects.StopReply():
                self._is_playing = False
                self._found = replace(found, stopped_ms=at_ms)
            case turn_effects.CommitTurn(_, text):
                self._found = replace(found, ended=text)
            case turn_effects.Emit(event) if type(event).__name__ == "TurnDropped":
                self._found = replace(found, dropped=(*found.dropped, str(getattr(event, "reason", ""))))
            case _:
                pass

    def _recognised(self, kind: str, from_ms: int, to_ms: int) -> tuple[str, float]:
        text, log_probability = self._recognise(self._heard.cut(from_ms, to_ms), kind == "partial")
        heard = (*self._found.texts, (kind, text, round(log_probability, 2)))
        self._found = replace(self._found, texts=heard)
        return text, log_probability

    def _later(self, after_ms: int, given: turn_inputs.TurnInput) -> None:
        self._due.append((self._heard.now_ms + after_ms, given))


def replayed(
    sound: Pcm, model: SileroModel, recognise: Recognise, reply: Reply | None = None, policy: TurnPolicy | None = None
) -> Outcome:
    """Put one sound (48 kHz) over a reply and say what became of it."""
    return Replay(model.new_call(), recognise, reply or Reply(), policy).run(over_a_reply(sound))
