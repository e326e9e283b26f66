"""Long sound without words closes the gate; a person is heard again soon."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.effects import Expectation
from voice.attendance import onset_gate
from voice.attendance.onset_gate import GatePolicy, GateState
from voice.turns import effects as turn_effects
from voice.turns import inputs as turn_inputs
from voice.turns import turn_taking as turns
from voice.turns.policy import TurnPolicy
from voice.turns.state import TurnState

GATE, TURNS = GatePolicy(), TurnPolicy()
QUIET_DB = -65.0
MUSIC_S = 200
"""What an hour does has shown by then: all evidence is used up after a minute."""


class Line:
    """A caller behind the gate and turn-taking, with a recogniser that writes words only for speech."""

    def __init__(self) -> None:
        self.gate, self.turns = GateState(), TurnState()
        self.turns, _ = turns.step(self.turns, turn_inputs.QuestionChanged(Expectation()), TURNS)
        self.at_ms = 0
        self.tries: list[int] = []
        self.partials = 0
        self.committed: list[tuple[int, str]] = []
        self.effects: list[onset_gate.GateEffect] = []
        self.words: list[tuple[int, str]] = []
        self._due: list[tuple[int, turn_inputs.TurnInput]] = []

    def hear(self, seconds: float, level_db: float | None, *, words: str = "", wobble_db: float = 2.0) -> Line:
        """Sound of so many seconds; None is silence. With `words` it is speech: its level falls between syllables."""
        for _ in range(round(seconds * 50)):
            self.at_ms += 20
            phase = self.at_ms / 1000
            level, voiced = QUIET_DB, level_db is not None
            if level_db is not None:
                level = level_db + wobble_db * math.sin(phase * 2 * math.pi * 1.3)
                if words:
                    in_gap = (self.at_ms // 20) % 14 >= 11  # four syllables a second, 60 ms between them
                    level, voiced = (level_db - 20 if in_gap else level_db), not in_gap or phase % 1 < 0.5
                    self.words.append((self.at_ms, words))
            self._frame(level, voiced)
        return self

    def _frame(self, level_db: float, voiced: bool) -> None:
        frame = onset_gate.FrameLevel(self.at_ms, level_db, voiced)
        self._gate(frame)
        for due in [each for each in self._due if each[0] <= self.at_ms]:
            self._due.remove(due)
            self._turn(due[1])
        self._turn(turn_inputs.FrameHeard(self.at_ms, 0.9 if voiced and self.gate.is_open else 0.01))

    def _gate(self, what: onset_gate.GateInput) -> None:
        self.gate, effects = onset_gate.step(self.gate, what, GATE)
        self.effects += effects

    def _turn(self, given: turn_inputs.TurnInput) -> None:
        self.turns, effects = turns.step(self.turns, given, TURNS)
        for effect in effects:
            match effect:
                case turn_effects.TryTurn(revision, from_ms, to_ms):
                    self.tries.append(self.at_ms)
                    said = self._said(from_ms, to_ms)
                    self._due.append((self.at_ms + 300, turn_inputs.TranscriptReady(revision, said, -0.1)))
                case turn_effects.Understand(revision):
                    self._due.append((self.at_ms + 20, turn_inputs.CommandsReady(revision, is_certain=False)))
                case turn_effects.RecognisePartial(from_ms, to_ms):
                    self.partials += 1
                    self._gate(onset_gate.PartialHeard(bool(self._said(from_ms, to_ms))))
                case turn_effects.DropTurn():
                    self._gate(onset_gate.TurnWithoutWords(self.at_ms))
                case turn_effects.CommitTurn(text=text):
                    self.committed.append((self.at_ms, text))
                    self._gate(onset_gate.TurnWithWords(self.at_ms))
                case _:
                    pass

    def _said(self, from_ms: int, to_ms: int) -> str:
        heard = [said for at_ms, said in self.words if from_ms < at_ms <= to_ms]
        return heard[0] if len(heard) >= 10 else ""


def test_music_is_tried_a_few_times_and_then_once_in_ten_seconds() -> None:
    line = Line().hear(2, None).hear(MUSIC_S, -30)
    first_minute = [at_ms for at_ms in line.tries if at_ms < 62_000]
    assert len(first_minute) <= 8
    assert len(line.tries) <= MUSIC_S / 10 + 5
    gaps = [later - earlier for earlier, later in zip(line.tries, line.tries[1:], strict=False)]
    assert min(gaps) >= 8_000
    assert line.partials <= MUSIC_S / 10 * 4
    assert [type(effect).__name__ for effect in line.effects] == ["BackgroundBegan"]
    assert line.committed == []


def test_speech_after_the_music_is_heard_from_its_first_syllable() -> None:
    line = Line().hear(120, -30).hear(1, None)
    begun_ms = line.at_ms
    line.hear(1.2, -30, words="I am back").hear(2, None)
    assert [text for _, text in line.committed] == ["I am back"]
    assert line.committed[0][0] - begun_ms < 1_200 + 2_000
    assert [type(effect).__name__ for effect in line.effects] == ["BackgroundBegan", "BackgroundEnded"]
    assert line.gate.verdict.known is None or line.gate.verdict.wordless == 0


@pytest.mark.parametrize("louder_db", [8, 12, 20])
def test_a_caller_who_speaks_over_the_music_is_heard_within_two_seconds(louder_db: float) -> None:
    line = Line().hear(120, -30)
    begun_ms, tries = line.at_ms, len(line.tries)
    line.hear(2.0, -30 + louder_db, words="are you still there")
    assert line.gate.is_open
    line.hear(1.5, None)
    assert len(line.tries) > tries
    assert line.committed
    assert line.committed[-1][0] - begun_ms < 4_000


def test_speech_as_loud_as_the_music_that_it_replaces_is_heard_at_the_next_try() -> None:
    line = Line().hear(120, -30)
    begun_ms = line.at_ms
    line.hear(12, -30, words="hello", wobble_db=0).hear(2, None)
    assert line.committed
    assert line.committed[0][0] - begun_ms <= 15_000


def test_coughs_never_close_it() -> None:
    line = Line()
    for _ in range(20):
        line.hear(0.3, -25).hear(2.2, None)
    assert line.gate.is_open
    assert line.effects == []


def test_a_barking_dog_closes_it_and_a_sentence_is_heard_over_it() -> None:
    line = Line()
    for _ in range(30):
        line.hear(0.4, -20).hear(0.45, None)
    assert not line.gate.is_open
    begun_ms = line.at_ms
    line.hear(2.5, -22, words="can you hear me").hear(2, None)
    assert line.committed
    assert line.committed[-1][0] - begun_ms < 4_500


def test_after_half_a_minute_of_silence_all_is_forgotten() -> None:
    line = Line().hear(60, -30).hear(45, None)
    assert line.gate.verdict.known is None
    assert line.gate.verdict.wordless == 0
    line.hear(0.3, -25).hear(2, None)
    assert line.gate.is_open


def test_ordinary_speech_never_meets_the_gate() -> None:
    line = Line()
    for number in range(10):
        line.hear(2.0, -28, words=f"sentence {number}").hear(1.5, None)
    assert line.effects == []
    assert len(line.committed) == 10


def test_partials_with_words_keep_a_long_turn_open() -> None:
    line = Line().hear(25, -28, words="a long story")
    assert line.gate.is_open
    assert line.effects == []


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_sound_without_words_costs_a_bounded_number_of_tries(seed: int) -> None:
    chance, line = random.Random(seed), Line()
    while line.at_ms < 150_000:
        if chance.random() < 0.6:
            line.hear(chance.uniform(0.2, 6), chance.uniform(-45, -10), wobble_db=chance.uniform(0, 8))
        else:
            line.hear(chance.uniform(0.05, 1.5), None)
    # One in 10 s, what closes the gate, and each piece of evidence once.
    assert len(line.tries) <= 15 + 25
    assert line.committed == []


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_clear_speech_after_any_noise_and_a_second_of_silence_is_heard_within_its_turn(seed: int) -> None:
    chance, line = random.Random(seed), Line()
    while line.at_ms < 40_000:
        line.hear(chance.uniform(0.5, 8), chance.uniform(-40, -20), wobble_db=chance.uniform(0, 4))
        line.hear(chance.uniform(0.02, 0.4), None)
    line.hear(1.2, None)
    begun_ms = line.at_ms
    line.hear(2.0, -22, words="hello again").hear(2, None)
    assert line.committed
    assert line.committed[-1][0] - begun_ms <= 4_000
