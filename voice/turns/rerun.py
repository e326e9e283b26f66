"""Turn-taking run again over a recorded call: exactly, or under other thresholds. Pure.

Exactly, every input is given again in its order. Under other thresholds the caller's sound is the same, but what
follows from it moves: a turn that is tried sooner is recognised sooner. So the results of models are given as long
after their trial as they took in the call, and what the assistant does as long after the turn that it answers. Where
the other thresholds try a turn at a place at which nothing was recognised in the call, the nearest trial's words stand
for it; the turn is then marked as estimated.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from voice.audio import FRAME_MS
from voice.events import TurnEnded, TurnRetracted
from voice.recording.inputs import TimedInput
from voice.turns.effects import Emit, TryTurn, TurnEffect, WithdrawTurn
from voice.turns.inputs import FrameHeard, PartialReady, TranscriptReady, TurnInput
from voice.turns.policy import TurnPolicy
from voice.turns.state import TurnState
from voice.turns.turn_taking import step

SAME_END_MS = 120
"""Two trials or turns whose speech ends within so much of one another are of the same words. Our own choice."""


@dataclass(frozen=True, slots=True)
class HeldTurn:
    """A turn that the caller held, and when it was over. Times are ms of audio.

    `is_estimated`: its words or their time are those of a neighbouring trial.
    """

    text: str
    begin_ms: int
    speech_end_ms: int
    ended_ms: int
    is_estimated: bool = False


@dataclass(slots=True)
class _Trial:
    """A revision as it was tried in the call, and what came of it: (ms after the trial, order of arrival, input)."""

    revision: int
    from_ms: int
    to_ms: int
    at_ms: int
    results: list[tuple[int, int, TurnInput]] = field(default_factory=list)
    lived_ms: int = 0
    """How long after the trial it was given up, where it was."""

    @property
    def is_known(self) -> bool:
        return any(isinstance(given, TranscriptReady) for _, _, given in self.results)


@dataclass(slots=True)
class _Answer:
    """What the assistant did after a turn (or before any): (ms after its end, order of arrival, input)."""

    speech_end_ms: int
    ended_ms: int
    inputs: list[tuple[int, int, TurnInput]] = field(default_factory=list)


def run_again(inputs: Iterable[TimedInput], policy: TurnPolicy) -> list[tuple[int, TurnEffect]]:
    """Give turn-taking the same inputs again; return what it orders, each with its audio time."""
    state, ordered = TurnState(), []
    for timed in inputs:
        state, effects = step(state, timed.given, policy)
        ordered += [(timed.at_ms, effect) for effect in effects]
    return ordered


def turns_held(effects: Iterable[tuple[int, TurnEffect]], estimated: frozenset[int] = frozenset()) -> list[HeldTurn]:
    """Return the turns that ended and were not taken back."""
    held: dict[int, HeldTurn] = {}
    begins: dict[int, int] = {}
    for _, effect in effects:
        match effect:
            case TryTurn(revision=revision, from_ms=from_ms):
                begins[revision] = from_ms
            case Emit(event=TurnEnded(revision=revision, text=text, speech_end_ms=end_ms, at_ms=at_ms)):
                begin_ms = begins.get(revision, end_ms)
                held[revision] = HeldTurn(text, begin_ms, end_ms, at_ms, revision in estimated)
            case Emit(event=TurnRetracted(revision=revision)):
                held.pop(revision, None)
            case _:
                pass
    return list(held.values())


def run_with(inputs: Sequence[TimedInput], recorded: TurnPolicy, changed: TurnPolicy) -> list[HeldTurn]:
    """Return the turns as other thresholds would have had them."""
    world = _World(inputs, recorded)
    state, ordered = TurnState(), []
    for frame in world.frames:
        state, effects = step(state, frame.given, changed)
        ordered += [(frame.at_ms, effect) for effect in effects]
        world.follow(frame.at_ms, effects)
        while (due := world.next_due(frame.at_ms, state)) is not None:
            state, effects = step(state, due, changed)
            ordered += [(frame.at_ms, effect) for effect in effects]
            world.follow(frame.at_ms, effects)
    return turns_held(ordered, frozenset(world.estimated))


class _World:
    """What surrounded turn-taking in the call, as it would have answered to other orders."""

    def __init__(self, inputs: Sequence[TimedInput], policy: TurnPolicy) -> None:
        self.frames = [timed for timed in inputs if isinstance(timed.given, FrameHeard)]
        self.estimated: set[int] = set()
        self._trials: list[_Trial] = []
        self._answers: list[_Answer] = [_Answer(0, 0)]
        self._due: list[tuple[int, int, int, TurnInput]] = []
        self._n_due = 0
        self._read(inputs, policy)
        self._schedule(0, self._answers[0].inputs)

    def follow(self, at_ms: int, effects: Iterable[TurnEffect]) -> None:
        """Let come what these orders lead to."""
        for effect in effects:
            match effect:
                case TryTurn():
                    self._try(at_ms, effect)
                case Emit(event=TurnEnded(speech_end_ms=end_ms)):
                    answers = [one for one in self._answers[1:] if abs(one.speech_end_ms - end_ms) <= SAME_END_MS]
                    if answers:
                        self._schedule(at_ms, answers[0].inputs)
                case _:
                    pass

    def next_due(self, at_ms: int, state: TurnState) -> TurnInput | None:
        """Return the next input that is there by now."""
        if not self._due or self._due[0][0] > at_ms:
            return None
        given = heapq.heappop(self._due)[3]
        if isinstance(given, PartialReady) and state.phase != "quiet":
            return replace(given, begin_ms=state.begin_ms)
        return given

    def _read(self, inputs: Sequence[TimedInput], policy: TurnPolicy) -> None:
        """Live through the call once to learn which input answered which order."""
        state = TurnState()
        trials: dict[int, _Trial] = {}
        for order, timed in enumerate(inputs):
            given = timed.given
            revision = getattr(given, "revision", None)
            if revision in trials:
                trials[revision].results.append((timed.at_ms - trials[revision].at_ms, order, given))
            elif isinstance(given, PartialReady):
                self._push(timed.at_ms, order, given)
            elif not isinstance(given, FrameHeard):
                self._answers[-1].inputs.append((timed.at_ms - self._answers[-1].ended_ms, order, given))
            state, effects = step(state, given, policy)
            for effect in effects:
                match effect:
                    case TryTurn(revision=number, from_ms=from_ms, to_ms=to_ms):
                        trials[number] = _Trial(number, from_ms, to_ms, timed.at_ms)
                        self._trials.append(trials[number])
                    case WithdrawTurn(revision=number) if number in trials:
                        trials[number].lived_ms = timed.at_ms - trials[number].at_ms
                    case Emit(event=TurnEnded(speech_end_ms=end_ms)):
                        self._answers.append(_Answer(end_ms, timed.at_ms))
                    case _:
                        pass

    def _try(self, at_ms: int, order: TryTurn) -> None:
        own = _nearest(self._trials, order)
        if own is None:
            return
        known = own if own.is_known else _nearest([trial for trial in self._trials if trial.is_known], order)
        if known is not own or not _is_same(own, order):
            self.estimated.add(order.revision)
        for delay_ms, number, given in own.results:
            self._push(at_ms + delay_ms, number, _of_revision(given, order.revision))
        if known is not None and known is not own:
            # The caller went on before anything was recognised: till then nothing more was known in the call either.
            for delay_ms, number, given in known.results:
                late_ms = max(delay_ms, own.lived_ms + FRAME_MS)
                self._push(at_ms + late_ms, number, _of_revision(given, order.revision))

    def _schedule(self, at_ms: int, inputs: Iterable[tuple[int, int, TurnInput]]) -> None:
        for delay_ms, number, given in inputs:
            self._push(at_ms + delay_ms, number, given)

    def _push(self, at_ms: int, number: int, given: TurnInput) -> None:
        self._n_due += 1
        heapq.heappush(self._due, (max(at_ms, 0), number, self._n_due, given))


def _nearest(trials: Sequence[_Trial], order: TryTurn) -> _Trial | None:
    """Return the trial that ends nearest to this one; of two, the one that begins nearest."""
    return min(trials, key=lambda one: (abs(one.to_ms - order.to_ms), abs(one.from_ms - order.from_ms)), default=None)


def _is_same(trial: _Trial, order: TryTurn) -> bool:
    return abs(trial.to_ms - order.to_ms) <= SAME_END_MS and abs(trial.from_ms - order.from_ms) <= SAME_END_MS


def _of_revision(given: Any, revision: int) -> TurnInput:
    result: TurnInput = replace(given, revision=revision)
    return result


@dataclass(frozen=True, slots=True)
class TurnDifference:
    """One turn of the call beside what other thresholds make of it.

    kind: `same`; `earlier` or `later` by `by_ms`; `cut_off` where they would have ended it while the caller went on;
    `joined` where they wait through what ended a turn in the call; `lost` where they hear no turn; `new` where only
    they do.
    """

    kind: str
    recorded: HeldTurn | None
    changed: tuple[HeldTurn, ...] = ()
    by_ms: int = 0

    @property
    def is_estimated(self) -> bool:
        return any(turn.is_estimated for turn in self.changed)


def compared(recorded: Sequence[HeldTurn], changed: Sequence[HeldTurn]) -> list[TurnDifference]:
    """Return for each turn of the call what becomes of it, then the turns that only the other thresholds hear."""
    differences, used = [], set()
    for turn in recorded:
        covering = [index for index, other in enumerate(changed) if _overlap(turn, other)]
        used.update(covering)
        differences.append(_difference(turn, [changed[index] for index in covering]))
    fresh = (TurnDifference("new", None, (other,)) for index, other in enumerate(changed) if index not in used)
    return [*differences, *fresh]


def _difference(turn: HeldTurn, covering: Sequence[HeldTurn]) -> TurnDifference:
    others = tuple(covering)
    if not others:
        return TurnDifference("lost", turn)
    last = others[-1]
    by_ms = last.ended_ms - turn.ended_ms
    if len(others) > 1 or last.speech_end_ms < turn.speech_end_ms - SAME_END_MS:
        return TurnDifference("cut_off", turn, others, others[0].ended_ms - turn.ended_ms)
    if last.speech_end_ms > turn.speech_end_ms + SAME_END_MS:
        return TurnDifference("joined", turn, others, by_ms)
    if abs(by_ms) < FRAME_MS:
        return TurnDifference("same", turn, others)
    return TurnDifference("earlier" if by_ms < 0 else "later", turn, others, by_ms)


def _overlap(one: HeldTurn, other: HeldTurn) -> bool:
    return max(one.begin_ms, other.begin_ms) < min(one.speech_end_ms, other.speech_end_ms)
