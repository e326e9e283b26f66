"""A world around turn-taking in which everything comes late, twice, out of order or never, and which keeps accounts.

It plays the shell: it carries out effects, answers with results of models after any delay, and refuses what must never
happen. An effect outside is a commit here; a voice is the reply that is live and not paused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from flows.effects import Expectation
from voice.audio import FRAME_MS
from voice.turns import effects as turn_effects
from voice.turns import inputs as turn_inputs
from voice.turns import turn_taking as turns
from voice.turns.policy import TurnPolicy
from voice.turns.state import TurnState

WORDS = ("yes", "no", "Mm-hmm.", "stop", "send fifty to Joe", "I want to", "...", "", "hold on", "okay", "agent")
QUESTIONS = (
    Expectation(),
    Expectation("yes_no", "sure", confirms_write=True),
    Expectation("category", "kind", values=("a", "b")),
    Expectation("number", "amount"),
    Expectation("text", "name"),
)
POLICY = TurnPolicy(
    certain_wait_ms=100,
    finished_wait_ms=120,
    unsure_wait_ms=200,
    unfinished_wait_ms=300,
    barge_in_ms=300,
    overlap_partial_ms=100,
    overlap_decide_ms=160,
    overlap_answer_ms=240,
    retract_ms=300,
    partial_every_ms=200,
    max_turn_ms=1_200,
)
"""Everything is sooner than in a call, so that a short schedule holds many turns."""


@dataclass
class TurnWorld:
    """One call, driven by chance."""

    chance: Random
    state: TurnState = field(default_factory=TurnState)
    now_ms: int = 0
    due: list[tuple[int, turn_inputs.TurnInput]] = field(default_factory=list)
    told: list[turn_inputs.TurnInput] = field(default_factory=list)
    """What the answering half tells, in order, a frame later at most."""
    transcripts: dict[int, str] = field(default_factory=dict)
    closed: dict[int, str] = field(default_factory=dict)
    """Revisions of which nothing more may come, and why."""
    begun: int | None = None
    """The revision whose reply was begun and that is not committed yet."""
    live: int | None = None
    paused: bool = False
    reply_ids: int = 0
    commits: list[int] = field(default_factory=list)
    retracted: int = 0

    def run(self, columns: int) -> None:
        """Let so many stretches of speech and silence pass, then silence until everything is settled."""
        is_speech = False
        for _ in range(columns):
            self._disturb()
            is_speech = is_speech != (self.chance.random() < 0.85)
            for _ in range(self.chance.choice((1, 4, 6, 8, 12, 24))):
                noisy = self.chance.random() < 0.05
                self._frame(0.9 if is_speech != noisy else 0.02)
        for _ in range(400):
            if self._is_settled():
                return
            self._frame(0.02)
            if self.live is not None and self.now_ms % 1000 == 0:
                self._end_reply()

    def _is_settled(self) -> bool:
        is_quiet = self.state.phase == "quiet" and self.state.pending is None and self.live is None
        return is_quiet and not self.due and not self.told

    def check_settled(self) -> None:
        """Nothing is left open after long silence: no turn, no pending commit, no paused reply."""
        assert self.state.phase == "quiet", self.state
        assert self.state.pending is None, self.state
        assert self.begun is None
        assert not (self.paused and self.live is not None), "a paused reply was forgotten"

    def take(self, given: turn_inputs.TurnInput) -> None:
        self.state, effects = turns.step(self.state, given, POLICY)
        for effect in effects:
            self._carry_out(effect)

    def _frame(self, probability: float) -> None:
        self.now_ms += FRAME_MS
        ready = [each for each in self.due if each[0] <= self.now_ms]
        self.due = [each for each in self.due if each[0] > self.now_ms]
        told, self.told = self.told, []
        for given in (*told, *(each for _, each in ready)):
            self.take(given)
        self.take(turn_inputs.FrameHeard(self.now_ms, probability))

    def _disturb(self) -> None:
        """What may happen at any time: results of old work, a new question, a reply of an action, a hang-up nearly."""
        match self.chance.randrange(12):
            case 0:
                self.take(turn_inputs.TranscriptReady(self._older(), "stale", -0.1))
            case 1:
                self.take(turn_inputs.CommandsReady(self._older(), True, True))
            case 2:
                self.take(turn_inputs.QuestionChanged(self.chance.choice(QUESTIONS)))
            case 3:
                self._begin_reply(is_interruptible=self.chance.random() < 0.7)
            case 4:
                self._end_reply()
            case 5:
                self.take(turn_inputs.CommitNow())
            case 6:
                self.take(turn_inputs.PartialReady(self.state.begin_ms, self.chance.choice(WORDS)))
            case 7:
                self.take(turn_inputs.RecognitionFailed(self.state.revision, "gone"))
            case 8:
                self.take(turn_inputs.ReplyAudible(self.reply_ids, self.chance.random() < 0.5))
            case _:
                pass

    def _older(self) -> int:
        return self.chance.randrange(max(1, self.state.revision))

    def _begin_reply(self, *, is_interruptible: bool = True) -> None:
        self.take(turn_inputs.CommitNow())  # another thing is answered now
        self.reply_ids += 1
        self.live, self.paused = self.reply_ids, False
        self.told.append(turn_inputs.ReplyChanged(self.reply_ids, is_interruptible))
        if self.chance.random() < 0.9:
            self._later(turn_inputs.ReplyAudible(self.reply_ids, self.chance.random() < 0.3), 200)

    def _end_reply(self) -> None:
        if self.live is not None and not self.paused:
            self.live = None
            self.told.append(turn_inputs.ReplyChanged(None))

    def _later(self, given: turn_inputs.TurnInput, most_ms: int) -> None:
        self.due.append((self.now_ms + self.chance.randrange(0, most_ms, FRAME_MS), given))
        if self.chance.random() < 0.05:  # and once more
            self.due.append((self.now_ms + self.chance.randrange(0, 4 * most_ms, FRAME_MS), given))

    def _carry_out(self, effect: turn_effects.TurnEffect) -> None:
        match effect:
            case turn_effects.TryTurn(revision, from_ms, to_ms):
                assert from_ms < to_ms <= self.now_ms
                assert revision not in self.closed
                words = self.chance.choice(WORDS)
                probability = -1.5 if self.chance.random() < 0.1 else -0.2
                self.transcripts[revision] = words
                failed = turn_inputs.RecognitionFailed(revision, "gone")
                heard = turn_inputs.TranscriptReady(revision, words, probability)
                self._later(failed if self.chance.random() < 0.05 else heard, 240)
            case turn_effects.JudgeTurn(revision):
                self._later(turn_inputs.TurnJudged(revision, self.chance.random()), 120)
            case turn_effects.RecognisePartial(from_ms, to_ms):
                assert from_ms < to_ms <= self.now_ms
                self._later(turn_inputs.PartialReady(from_ms, self.chance.choice(WORDS)), 200)
            case turn_effects.Understand(revision, text):
                assert text == self.transcripts[revision].strip()
                ready = turn_inputs.CommandsReady(revision, self.chance.random() < 0.5, self.chance.random() < 0.6)
                self._later(ready, 80)
            case (
                turn_effects.WithdrawTurn(revision)
                | turn_effects.DropTurn(revision)
                | turn_effects.AdmitUnheard(revision)
            ):
                assert self.closed.setdefault(revision, type(effect).__name__) == type(effect).__name__
            case turn_effects.BeginReply(revision):
                self._begin(revision)
            case turn_effects.CommitTurn(revision, text):
                self._commit(revision, text)
            case turn_effects.RetractTurn(revision):
                assert self.begun == revision, "only a turn that was begun and not committed is taken back"
                self.begun, self.live, self.paused = None, None, False
                self.told.append(turn_inputs.ReplyChanged(None))
                self.closed[revision] = "RetractTurn"
                self.retracted += 1
            case turn_effects.PauseReply(reply_id):
                assert not self.paused or reply_id != self.live
                self.paused = reply_id == self.live or self.paused
            case turn_effects.ResumeReply(reply_id):
                assert reply_id != self.live or self.paused, "only what was paused goes on"
                self.paused = False if reply_id == self.live else self.paused
            case turn_effects.StopReply(reply_id):
                assert reply_id == self.live or reply_id < self.reply_ids, "only the live reply is stopped"
                if reply_id == self.live:
                    self.live, self.paused = None, False
                    self.told.append(turn_inputs.ReplyChanged(None))
            case _:
                pass

    def _begin(self, revision: int) -> None:
        assert revision not in self.closed, f"{revision} was {self.closed.get(revision)}"
        assert self.begun is None, "two turns are never open at once"
        assert revision not in self.commits
        self.begun = revision
        self._begin_reply_soon()

    def _begin_reply_soon(self) -> None:
        self.reply_ids += 1
        self.live, self.paused = self.reply_ids, False
        self.told.append(turn_inputs.ReplyChanged(self.reply_ids))
        if self.chance.random() < 0.9:
            self._later(turn_inputs.ReplyAudible(self.reply_ids), 200)

    def _commit(self, revision: int, text: str) -> None:
        assert revision not in self.closed, f"{revision} was {self.closed.get(revision)} before it was committed"
        assert revision not in self.commits, "committed twice"
        assert not self.commits or revision > self.commits[-1], "turns are committed in their order"
        assert self.begun in {None, revision}, "what was begun first is committed first"
        assert text == self.transcripts[revision].strip()
        assert any(character.isalnum() for character in text)
        self.begun = None
        self.commits.append(revision)
        self.closed[revision] = "CommitTurn"
