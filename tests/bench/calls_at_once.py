"""Holds the conversations of the gap benchmark, one after the other or several at once."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from tests.bench.conversations import CONVERSATIONS, Talk
from tests.bench.gap_figures import Measured, Run
from tests.support.recordings import with_silence
from voice.caller.client import CallOptions, fold, hold_call
from voice.caller.errors import CallerError
from voice.caller.log import CallLog
from voice.caller.report import CallReport
from voice.caller.wav import Utterance

SEED = 2
"""Silence around the utterances varies, the same way in every run."""
BEFORE_MS, AFTER_MS = (100, 600), (200, 900)
APART_S = 0.9
"""Callers begin so much after one another, so that not all of them fall silent at once."""


MOST_IN_VAIN = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be measured: at least `turns` turns, `at_once` calls at a time, over lines like `options`.

    `address` gives the address of a conversation by its place in `CONVERSATIONS`.
    """

    address: Callable[[int], str]
    recordings: Mapping[str, Utterance]
    turns: int
    at_once: int = 1
    options: CallOptions = field(default_factory=CallOptions)


@dataclass(frozen=True, slots=True)
class HeldCall:
    """One call: which conversation, what was said in it, and its log."""

    talk: Talk
    script: tuple[Utterance, ...]
    log: CallLog


async def measure(plan: Plan) -> Run:
    """Hold conversations until enough turns are measured; the first one only warms up.

    Several at once are folded only when all are over: decoding a call would make the others late.

    A call that does not come about is told; a caller who gets none three times in a row gives up.

    Raises:
        CallerError: the server could not be called at all.
    """
    varied = random.Random(SEED)
    warm_up = await hold(plan, 0, varied)
    note(0, warm_up.talk, fold(warm_up.log, warm_up.script).report)
    numbers = count(1)
    wanted = iter_talks(plan.turns)
    held: list[HeldCall] = []
    refused: list[str] = []

    async def call_on(start_s: float) -> None:
        await asyncio.sleep(start_s)
        in_vain = 0
        for which in wanted:
            try:
                call = await hold(plan, which, varied)
            except CallerError as error:
                refused.append(str(error))
                in_vain += 1
                if in_vain == MOST_IN_VAIN:
                    return
                continue
            in_vain = 0
            held.append(call)
            if plan.at_once == 1:
                note(next(numbers), call.talk, fold(call.log, call.script).report)

    async with asyncio.TaskGroup() as tasks:
        for caller in range(plan.at_once):
            tasks.create_task(call_on(caller * APART_S))
    reports = [fold(call.log, call.script).report for call in held]
    if plan.at_once > 1:
        for call, report in zip(held, reports, strict=True):
            note(next(numbers), call.talk, report)
    turns = [
        Measured(line, turn)
        for call, report in zip(held, reports, strict=True)
        for line, turn in zip(call.talk, report.turns, strict=True)
    ]
    return Run(turns, reports, refused)


def iter_talks(turns: int) -> Iterator[int]:
    """Yield the conversations to hold, by their place, round and round, until they have so many turns."""
    planned = 0
    for number in count(1):
        if planned >= turns:
            return
        which = number % len(CONVERSATIONS)
        planned += len(CONVERSATIONS[which])
        yield which


async def hold(plan: Plan, which: int, varied: random.Random) -> HeldCall:
    talk = CONVERSATIONS[which]
    script = tuple(
        with_silence(plan.recordings[line.text], varied.randint(*BEFORE_MS), varied.randint(*AFTER_MS)) for line in talk
    )
    return HeldCall(talk, script, await hold_call(plan.address(which), script, plan.options))


def note(number: int, talk: Talk, report: CallReport) -> None:
    """Tell a person that something is going on, and what was said where the answer was another than expected."""
    gaps = ", ".join(str(turn.gap.gap_ms) if turn.gap else "-" for turn in report.turns)
    name = f"call {number}" if number else "warm-up"
    off = [line.text for line, turn in zip(talk, report.turns, strict=False) if line.answer not in turn.responses]
    told = f"; not answered as expected: {' '.join(off)}" if off else ""
    print(f"{name}: {gaps} ms ({report.failure or report.ended}){told}", file=sys.stderr, flush=True)
