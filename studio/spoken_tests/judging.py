"""Compares what a server told in a call with what a case expects, step by step. Pure.

The comparison itself is that of typed tests (`dialogue.testing.expectations`). What is added is what only a call
has: whether the caller was heard aright, and how long the answer took.
"""

from __future__ import annotations

from collections.abc import Sequence

from dialogue.events import DialogueEvent
from dialogue.testing.case import Case, UserStep
from dialogue.testing.descriptions import conversation_lines, describe, describe_turn
from dialogue.testing.expectations import Turn
from dialogue.testing.judgement import judge
from dialogue.testing.results import Failure, TurnCommands
from dialogue.understanding.parsing import format_command
from flows.commands import Command
from flows.events import SlotSet, StepEntered
from flows.model import Assistant
from studio.spoken_tests.spoken import SpokenTurn
from voice.synthetic_callers.measured import MeasuredCall
from voice.synthetic_callers.script import Taken
from voice.synthetic_callers.told import commands_of, stages_of, turn_of

FEW_LATE_FRAMES = 5
"""With more frames of the caller late, a gap says more of the machine than of the assistant (our own choice)."""
SESSION_START = "/session_start"


class CaseJudge:
    """Looks at each step of one case when it is over, and remembers the first that disappoints."""

    def __init__(self, case: Case, assistant: Assistant, *, skips_judged: bool) -> None:
        self.failure: Failure | None = None
        self.failed_at: int | None = None
        self.commands: list[tuple[Command, ...]] = []
        self.skipped: list[str] = []
        self.events: list[DialogueEvent] = []
        self._case = case
        self._assistant = assistant
        self._skips_judged = skips_judged
        self._entered: dict[str, str] = {}
        self.opening, self.steps = split_steps(case)

    @property
    def n_turns(self) -> int:
        """How many turns of the caller were taken, as typed tests count them."""
        return len(self.commands)

    def look(self, taken: Taken, spoken: SpokenTurn | None) -> bool:
        """Judge a step; return whether the call is worth going on. Number 0 is the session's start."""
        told = turn_of(taken.events, self._assistant, dict(self._entered))
        if taken.number == 0:
            fixtures = tuple(SlotSet(name, value) for name, value in self._case.slots.items())
            turn = Turn((*told.events, *fixtures), told.offered, told.steps)
            step = self.opening
        else:
            turn, step = told, self.steps[taken.number - 1]
        self.events += turn.events
        self._entered.update((event.flow_id, event.step_id) for event in turn.events if isinstance(event, StepEntered))
        if step is None:
            return True
        if step.text is not None:
            is_speech = spoken is not None and spoken.kind == "speech"
            self.commands.append(commands_of(turn.events) if is_speech else ())
        failure = self._judged(step, turn, spoken)
        if failure is not None:
            self.failure, self.failed_at = failure, taken.number
        return failure is None

    def unreached(self, number: int, reason: str) -> Failure:
        """Return the failure of a step that the call did not live to see."""
        step = self.steps[number - 1]
        expected = describe(step.wanted[0].expected) if step.wanted else "the call to go on"
        line = step.wanted[0].line if step.wanted else step.line
        return self._failure(step, line, expected, (f"the conversation was over before this step: {reason}",))

    def too_slow(self, measured: MeasuredCall, spoken: Sequence[SpokenTurn]) -> tuple[int, Failure] | None:
        """Return the first step whose answer did not come in time, if there is any."""
        for turn in spoken:
            step = self.steps[turn.number - 1]
            gap_ms = turn.measured.gap_ms
            missed = next((limit for limit in step.limits if gap_ms is None or gap_ms > limit.within_ms), None)
            if missed is not None:
                expected = f"an answer within {missed.within_ms} ms"
                return turn.number, self._failure(step, missed.line, expected, _slow(turn, measured.late_frames))
        return None

    def crash(self, line: int, expected: str, told: Sequence[str]) -> Failure:
        """Return the failure of a case that could not be called at all."""
        return Failure(0, None, line, expected, tuple(told), conversation=conversation_lines(self.events))

    def _judged(self, step: UserStep, turn: Turn, spoken: SpokenTurn | None) -> Failure | None:
        judged = judge(step, turn, self._case.file, skips_judged=self._skips_judged)
        self.skipped += judged.skipped
        missed = judged.missed
        if missed is None:
            return None
        happened = (*heard_lines(spoken), *describe_turn(turn))
        return self._failure(step, missed.line, missed.expected, happened, missed.diff, turn)

    def _failure(
        self,
        step: UserStep,
        line: int,
        expected: str,
        actual: tuple[str, ...],
        diff: tuple[str, ...] = (),
        turn: Turn | None = None,
    ) -> Failure:
        lines = tuple(format_command(command) for command in commands_of(turn.events)) if turn is not None else ()
        stages = ", ".join(stages_of(turn.events)) if turn is not None else ""
        number = 0 if step is self.opening else self._number(step)
        user = f"(silence of {step.voice.silence_ms} ms)" if step.is_silence else step.text
        said = conversation_lines(self.events)
        return Failure(number, user, line, expected, actual, diff, said, TurnCommands(lines, lines, stages))

    def _number(self, step: UserStep) -> int:
        """Count a step as typed tests do: user steps from 1; a silence has the number of the turn before it."""
        upto = next(index for index, other in enumerate(self._case.steps) if other is step)
        return sum(other.text is not None for other in self._case.steps[: upto + 1])


def split_steps(case: Case) -> tuple[UserStep | None, tuple[UserStep, ...]]:
    """Return what is expected of the session's start, if anything is, and the steps that the caller takes.

    A call always starts its session, so a first step `/session_start` is not sent: it expects what the call opens with.
    """
    first = case.steps[0] if case.steps else None
    opens = first is not None and (
        (first.text is None and not first.is_silence) or (first.text or "").strip() == SESSION_START
    )
    return (first, case.steps[1:]) if opens else (None, case.steps)


def heard_lines(spoken: SpokenTurn | None) -> tuple[str, ...]:
    """Say whether the caller was heard aright, so that a reader knows where to look: at speech or at dialogue."""
    if spoken is None or spoken.kind != "speech" or spoken.compared is None:
        return () if spoken is None else spoken.notes
    compared = spoken.compared
    lines = [f"to be said: {spoken.said}", f"was heard:  {spoken.heard or '(nothing)'}"]
    if compared.is_same:
        lines.append("every word was heard as it was said: look at the dialogue")
    else:
        lines.append(f"misheard:   {compared.difference} ({compared.errors} of {compared.words} words)")
        lines.append("look at the speech first: recognition, endpointing, or the caller's manner")
    manner = ", ".join(f"{name} {value}" for name, value in spoken.manner.items())
    return (*lines, *((f"manner:     {manner}",) if manner else ()), *spoken.notes)


def _slow(turn: SpokenTurn, late_frames: int) -> tuple[str, ...]:
    measured = turn.measured
    if measured.gap_ms is None:
        lines = ["nothing audible was answered"]
    else:
        parts = {**measured.parts, **({"unaccounted": measured.unaccounted_ms} if measured.unaccounted_ms else {})}
        told = ", ".join(f"{name} {value} ms" for name, value in parts.items())
        lines = [f"the answer came after {measured.gap_ms} ms" + (f": {told}" if told else "")]
    if late_frames > FEW_LATE_FRAMES:
        lines.append(f"{late_frames} frames of the caller left late: this machine was too busy to measure gaps")
    return (*lines, *heard_lines(turn))
