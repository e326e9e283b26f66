"""Golden turns drawn as a timeline, one column = 100 ms, run through `voice.turns.turn_taking` with scripted models."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.effects import Expectation
from voice.audio import FRAME_MS
from voice.turns import effects as turn_effects
from voice.turns import inputs as turn_inputs
from voice.turns import turn_taking as turns
from voice.turns.policy import TurnPolicy
from voice.turns.state import TurnState

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
    partial_ms: int = 180
    has_preview: bool = False
    reply_ms: int = 2000
    """How long a reply is that is begun before its turn is committed."""
    is_interruptible: bool = True
    is_question_out: bool = False
    said: str = ""
    expectation: Expectation = field(default_factory=Expectation)
    policy: TurnPolicy = field(default_factory=TurnPolicy)
    effects: list[tuple[int, turn_effects.TurnEffect]] = field(default_factory=list)

    def run(self) -> Timeline:
        """Feed every frame; collect (audio time, effect)."""
        self._state, _ = turns.step(TurnState(), turn_inputs.QuestionChanged(self.expectation), self.policy)
        self._due: list[tuple[int, turn_inputs.TurnInput]] = []
        self._trials = 0
        is_playing = False
        for at_ms in range(FRAME_MS, len(self.caller) * COLUMN_MS + 1, FRAME_MS):
            column = (at_ms - 1) // COLUMN_MS
            playing = self.assistant[column : column + 1] == "=" and not self.of(turn_effects.StopReply)
            if playing != is_playing:
                self._take(turn_inputs.ReplyChanged(1 if playing else None, self.is_interruptible), at_ms)
                if playing:
                    self._take(turn_inputs.ReplyAudible(1, self.is_question_out, self.said), at_ms)
                is_playing = playing
            for due in [each for each in self._due if each[0] <= at_ms]:
                self._due.remove(due)
                self._take(due[1], at_ms)
            self._take(turn_inputs.FrameHeard(at_ms, 0.9 if self.caller[column] == "#" else 0.02), at_ms)
        return self

    def of(self, kind: type) -> list[tuple[int, turn_effects.TurnEffect]]:
        return [(at_ms, effect) for at_ms, effect in self.effects if isinstance(effect, kind)]

    def drawn(self) -> str:
        """Draw what happened below the caller's line, the last thing in each column.

        A answer begun, E turn committed, R retracted, p paused, r resumed, B barge-in, D dropped.
        """
        letters = {
            turn_effects.BeginReply: "A",
            turn_effects.CommitTurn: "E",
            turn_effects.RetractTurn: "R",
            turn_effects.PauseReply: "p",
            turn_effects.ResumeReply: "r",
            turn_effects.StopReply: "B",
            turn_effects.DropTurn: "D",
        }
        line = [" "] * len(self.caller)
        for at_ms, effect in self.effects:
            letter = letters.get(type(effect))
            if letter:
                line[(at_ms - 1) // COLUMN_MS] = letter
        return "".join(line).rstrip()

    def _take(self, given: turn_inputs.TurnInput, at_ms: int) -> None:
        self._state, effects = turns.step(self._state, given, self.policy)
        for effect in effects:
            self.effects.append((at_ms, effect))
            match effect:
                case turn_effects.TryTurn(revision):
                    text = self.transcripts[min(self._trials, len(self.transcripts) - 1)]
                    self._trials += 1
                    final = turn_inputs.TranscriptReady(revision, text, self.log_probability)
                    self._due.append((at_ms + self.transcript_ms, final))
                case turn_effects.RecognisePartial(from_ms):
                    text = self.transcripts[min(self._trials, len(self.transcripts) - 1)]
                    partial = turn_inputs.PartialReady(from_ms, text, "", self.log_probability)
                    self._due.append((at_ms + self.partial_ms, partial))
                case turn_effects.JudgeTurn(revision):
                    self._due.append((at_ms + 80, turn_inputs.TurnJudged(revision, self.probability)))
                case turn_effects.Understand(revision):
                    ready = turn_inputs.CommandsReady(revision, self.is_certain, self.has_preview)
                    self._due.append((at_ms + 20, ready))
                case turn_effects.BeginReply(revision):
                    reply_id = 100 + revision
                    self._due.append((at_ms + 20, turn_inputs.ReplyChanged(reply_id)))
                    self._due.append((at_ms + 100, turn_inputs.ReplyAudible(reply_id)))
                    self._due.append((at_ms + 100 + self.reply_ms, turn_inputs.ReplyChanged(None)))
