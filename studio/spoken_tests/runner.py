"""Runs spoken cases: prepares what the caller says, holds the call, judges it step by step, and measures it after.

A call that the transport lost is held once more; a case that disappoints never is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, replace
from traceback import extract_tb
from typing import Protocol

from dialogue.testing.case import Case, Suite, UserStep
from dialogue.testing.coverage import trace_of
from dialogue.testing.results import CaseResult, SuiteResult
from dialogue.testing.runner import FRAMES_TOLD, Bench
from dialogue.understanding.payload import parse_payload
from studio.spoken_tests.judging import CaseJudge
from studio.spoken_tests.spoken import SpokenCase, SpokenResult, SpokenTurn
from studio.spoken_tests.voices import described
from voice.caller.errors import CallerError
from voice.caller.wav import Utterance
from voice.ports import Pcm
from voice.synthetic_callers.manner import Manner, Manners, manner_of
from voice.synthetic_callers.measured import MeasuredCall
from voice.synthetic_callers.script import HeldCall, Taken, Turn, Watch
from voice.synthetic_callers.told import dropped_in, heard_in
from voice.synthetic_callers.words import compare

ATTEMPTS = 2
"""Of a case whose transport failed: once more, and then it has failed."""
OUR_FAULTS = ("internal-error",)
"""Reasons for the end of a call that are no transport's: they come again."""


class Voices(Protocol):
    """Who speaks as a caller (`studio.spoken_tests.voices.CallerVoices`)."""

    @property
    def names(self) -> tuple[str, ...]: ...

    async def utterance(self, text: str, manner: Manner) -> Utterance: ...

    async def noisy(self, utterance: Utterance, manner: Manner) -> Utterance: ...

    async def background(self, manner: Manner) -> Pcm | None: ...


class Telephone(Protocol):
    """Holds one call of a case; raises CallerError where none comes about."""

    async def call(self, turns: Sequence[Turn], watch: Watch, background: Pcm | None) -> HeldCall: ...


@dataclass(frozen=True, slots=True)
class SpokenBench:
    """What spoken cases run with. `open_line` makes a server and a telephone for one case; `measure` measures a
    finished call, in a thread; `keep` writes a call down and returns where."""

    bench: Bench
    voices: Voices
    manners: Manners
    open_line: Callable[[Case], AbstractAsyncContextManager[Telephone]]
    measure: Callable[[HeldCall], MeasuredCall]
    keep: Callable[[Case, HeldCall, MeasuredCall, SpokenCase], str] | None = None
    parallel: int = 1


async def run_spoken(
    suite: Suite,
    bench: SpokenBench,
    *,
    fail_fast: bool = False,
    on_case: Callable[[SpokenCase], None] = lambda _: None,
) -> SpokenResult:
    """Run cases, several at once where told to; results come in the order of the cases."""
    started = time.perf_counter()
    places = asyncio.Semaphore(bench.parallel)
    has_failed = asyncio.Event()

    async def run(case: Case) -> SpokenCase | None:
        async with places:
            if fail_fast and has_failed.is_set():
                return None
            spoken = await run_case(case, bench)
            if not spoken.result.passed:
                has_failed.set()
            on_case(spoken)
            return spoken

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(run(case)) for case in suite.cases]
    except BaseExceptionGroup as problems:
        # What gets here is no case's fault, such as a full disk under what is kept: one message, as of one case.
        raise problems.exceptions[0] from None
    cases = tuple(spoken for task in tasks if (spoken := task.result()) is not None)
    seconds = time.perf_counter() - started
    result = SuiteResult(tuple(spoken.result for spoken in cases), bench.bench.model, seconds)
    return SpokenResult(result, cases, bench.manners.seed)


async def speak_ahead(suite: Suite, bench: SpokenBench) -> None:
    """Speak everything that the callers will say, before any call: synthesis must not take the calls' processor.

    Raises:
        ModelUnavailable: the voice does not start.
    """
    for case in suite.cases:
        for number, step in enumerate(CaseJudge(case, bench.bench.assistant, skips_judged=True).steps, 1):
            text = step.text
            if text is None or parse_payload(text, bench.bench.assistant, step.metadata) is not None:
                continue
            # What a case alone is to blame for, such as a voice that there is not, fails that case when it runs.
            with suppress(ValueError, CallerError):
                manner = manner_of(case, number, step, bench.manners, bench.voices.names)
                await bench.voices.utterance(step.voice.say or text, manner)
                await bench.voices.background(manner)


async def run_case(case: Case, bench: SpokenBench) -> SpokenCase:
    """Run one case; a second time if its first call was lost. A case that breaks the runner itself has failed."""
    started = time.perf_counter()
    attempt, is_lost = 0, True
    while is_lost and attempt < ATTEMPTS:
        attempt += 1
        run = _Run(case, bench)
        is_lost = False
        try:
            is_lost = await run.hold()
        except CallerError as problem:
            is_lost = True
            run.judge.failure = run.judge.crash(case.line, "the call to come about", (str(problem),))
        except Exception as problem:  # whatever it is, the other cases shall run
            run.judge.failure = run.judge.crash(case.line, "the case to run", _told(problem))
    spoken = run.result(attempt, time.perf_counter() - started)
    return await run.kept(spoken)


class _Run:
    """One attempt at a case."""

    def __init__(self, case: Case, bench: SpokenBench) -> None:
        self.judge = CaseJudge(case, bench.bench.assistant, skips_judged=bench.bench.skips_judged)
        self._case = case
        self._bench = bench
        self._spoken: list[SpokenTurn] = []
        self._call: HeldCall | None = None
        self._measured: MeasuredCall | None = None

    async def hold(self) -> bool:
        """Prepare, call, judge and measure. Return whether the transport lost the call."""
        case, bench = self._case, self._bench
        prepared = [await self._prepare(number, step) for number, step in enumerate(self.judge.steps, 1)]
        first = case.steps[0] if case.steps else UserStep(None, {}, (), False, case.line)
        opening = manner_of(case, 0, first, bench.manners, bench.voices.names)
        quiet = replace(opening, noise=bench.manners.noise)
        background = await bench.voices.background(quiet)

        def watch(taken: Taken) -> bool:
            turn = None
            if taken.number:
                turn = _told_turn(prepared[taken.number - 1][1], taken)
                self._spoken.append(turn)
            return self.judge.look(taken, turn)

        async with bench.open_line(case) as telephone:
            call = self._call = await telephone.call([turn for turn, _ in prepared], watch, background)
        if call.log.failure is not None and self.judge.failure is None:
            expected = f"the call to hold up to user step {self.judge.n_turns + 1}"
            self.judge.failure = self.judge.crash(case.line, expected, (call.log.failure,))
            return call.log.ended not in OUR_FAULTS
        await self._measure(call)
        self._look_back(call)
        return False

    def result(self, attempt: int, seconds: float) -> SpokenCase:
        """Return what came of it."""
        case, judge, bench = self._case, self.judge, self._bench.bench
        result = CaseResult(
            case.file,
            case.name,
            judge.n_turns,
            judge.failure,
            tuple(judge.commands),
            case.keys[0],
            seconds,
            case.line,
            tuple(judge.skipped),
            trace_of(judge.events, bench.assistant) if bench.measures_coverage else None,
            case,
        )
        late = self._measured.late_frames if self._measured is not None else 0
        return SpokenCase(result, tuple(self._spoken), attempt, late)

    async def kept(self, spoken: SpokenCase) -> SpokenCase:
        """Write the call down, where that is wanted."""
        keep = self._bench.keep
        if keep is None or self._call is None:
            return spoken
        await self._measure(self._call)
        assert self._measured is not None
        return replace(spoken, kept=await asyncio.to_thread(keep, self._case, self._call, self._measured, spoken))

    async def _prepare(self, number: int, step: UserStep) -> tuple[Turn, SpokenTurn]:
        """Make what the caller does in a step, and the beginning of what is told of it."""
        bench, told = self._bench, step.voice
        silence_ms, barge_in_at_ms = told.silence_ms, told.barge_in_at_ms
        if step.text is None:
            said = f"(silence of {silence_ms} ms)"
            return Turn(silence_ms=silence_ms), SpokenTurn(number, "silence", step.line, said)
        if parse_payload(step.text, bench.bench.assistant, step.metadata) is not None:
            turn = Turn(None, step.text, silence_ms, barge_in_at_ms)
            return turn, SpokenTurn(number, "payload", step.line, step.text)
        manner = manner_of(self._case, number, step, bench.manners, bench.voices.names)
        words = told.say or step.text
        utterance = await bench.voices.utterance(words, manner)
        if told.noise is not None:
            utterance = await bench.voices.noisy(utterance, manner)
        turn = Turn(utterance, None, silence_ms, barge_in_at_ms)
        return turn, SpokenTurn(number, "speech", step.line, words, manner=described(manner))

    async def _measure(self, call: HeldCall) -> None:
        if self._measured is None:
            self._measured = await asyncio.to_thread(self._bench.measure, call)
        steps = self._measured.steps
        self._spoken = [
            replace(turn, measured=steps[turn.number]) if turn.number in steps else turn for turn in self._spoken
        ]

    def _look_back(self, call: HeldCall) -> None:
        """After the call: was everything reached, and did every answer come in time?"""
        judge = self.judge
        assert self._measured is not None
        reached = len(call.taken) - 1
        if judge.failure is None and reached < len(judge.steps):
            judge.failure, judge.failed_at = judge.unreached(reached + 1, call.log.ended), reached + 1
        slow = judge.too_slow(self._measured, self._spoken)
        if slow is not None and (judge.failed_at is None or slow[0] < judge.failed_at):
            judge.failed_at, judge.failure = slow


def _told_turn(turn: SpokenTurn, taken: Taken) -> SpokenTurn:
    """Add what the server told of a step."""
    notes = dropped_in(taken.events)
    if turn.kind != "speech":
        return replace(turn, notes=notes, is_over_reply=taken.is_over_reply)
    heard = heard_in(taken.events)
    return replace(
        turn, heard=heard, compared=compare(turn.said, heard), notes=notes, is_over_reply=taken.is_over_reply
    )


def _told(problem: Exception) -> Sequence[str]:
    places = [
        f"at {frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} in {frame.name}"
        for frame in extract_tb(problem.__traceback__)
    ]
    code = getattr(problem, "code", None)
    if isinstance(problem, ValueError) or isinstance(code, str):
        return (str(problem),)
    return (f"{type(problem).__name__}: {problem}", *reversed(places[-FRAMES_TOLD:]))
