"""Golden turns drawn as a timeline, one column = 100 ms, run through `voice.turns` with scripted models."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.effects import Expectation
from voice import turns
from voice.audio import FRAME_MS
from voice.policy import TurnPolicy

COLUMN_MS = 100


@dataclass
class Timeline:
    """What the caller does (`#` speech), what the assistant does (`=`), and how the models answer.

    `transcripts` are given to revisions in order (the last one repeats); `transcript_ms` after the trial
    begins.
    """

    caller: str
    assistant: str = ""
    transcripts: list[str] = field(default_factory=lambda: ["yes"])
    probability: float = 0.9
    is_certain: bool = False
    log_probability: float = -0.1
    transcript_ms: int = 150
    expectation: Expectation = field(default_factory=Expectation)
    policy: TurnPolicy = field(default_factory=TurnPolicy)
    effects: list[tuple[int, turns.TurnEffect]] = field(default_factory=list)

    def run(self) -> Timeline:
        """Feed every frame; collect (audio time, effect)."""
        self._state, _ = turns.step(turns.TurnState(), turns.QuestionChanged(self.expectation), self.policy)
        self._due: list[tuple[int, turns.TurnInput]] = []
        self._trials = 0
        is_playing = False
        for at_ms in range(FRAME_MS, len(self.caller) * COLUMN_MS + 1, FRAME_MS):
            column = (at_ms - 1) // COLUMN_MS
            playing = self.assistant[column : column + 1] == "=" and not self.of(turns.StopReply)
            if playing != is_playing:
                self._take(turns.ReplyChanged(1 if playing else None), at_ms)
                is_playing = playing
            for due in [each for each in self._due if each[0] <= at_ms]:
                self._due.remove(due)
                self._take(due[1], at_ms)
            self._take(turns.FrameHeard(at_ms, 0.9 if self.caller[column] == "#" else 0.02), at_ms)
        return self

    def of(self, kind: type) -> list[tuple[int, turns.TurnEffect]]:
        return [(at_ms, effect) for at_ms, effect in self.effects if isinstance(effect, kind)]

    def drawn(self) -> str:
        """Draw what happened below the caller's line: E turn ended, B barge-in, D dropped, P prompted."""
        letters = {turns.CommitTurn: "E", turns.StopReply: "B", turns.DropTurn: "D", turns.PromptCaller: "P"}
        line = [" "] * len(self.caller)
        for at_ms, effect in self.effects:
            letter = letters.get(type(effect))
            if letter:
                line[(at_ms - 1) // COLUMN_MS] = letter
        return "".join(line).rstrip()

    def _take(self, given: turns.TurnInput, at_ms: int) -> None:
        self._state, effects = turns.step(self._state, given, self.policy)
        for effect in effects:
            self.effects.append((at_ms, effect))
            match effect:
                case turns.TryTurn(revision):
                    text = self.transcripts[min(self._trials, len(self.transcripts) - 1)]
                    self._trials += 1
                    ready = turns.TranscriptReady(revision, text, self.log_probability)
                    self._due.append((at_ms + self.transcript_ms, ready))
                case turns.JudgeTurn(revision):
                    self._due.append((at_ms + 80, turns.TurnJudged(revision, self.probability)))
                case turns.Understand(revision):
                    self._due.append((at_ms + 20, turns.CommandsReady(revision, self.is_certain)))
