"""Runs end-to-end tests: each case is a conversation of its own, turn by turn, up to the first that disappoints."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

from dialogue.cleanup import clean_up
from dialogue.conversation import Conversation
from dialogue.ports import ActionRunner, Understanding
from dialogue.store import MemoryEventStore
from dialogue.testing.case import Case, Suite, UserStep
from dialogue.testing.commands_file import RecordedUnderstanding, Turns, commands_of
from dialogue.testing.expectations import Turn, describe, describe_turn, first_unmet
from dialogue.testing.results import CaseResult, Failure, SuiteResult
from dialogue.testing.stubs import StubbedActions
from dialogue.turn import TurnOutput, Understood, UserTurn
from flows.commands import Clarify, Command
from flows.model import Assistant
from flows.state import ConversationState

SEED = 0
"""Of the chance by which variations of a response are chosen: every run of a case is the same."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What cases run with.

    understanding: proposes commands where a case has no recording; None allows recorded cases only.
    recorded: turns of a commands file by case; None means that nothing is recorded.
    actions: user code; `stubs` says whether a file's stubs stand before it, alone, or aside.
    """

    assistant: Assistant
    understanding: Understanding | None = None
    recorded: dict[str, Turns] | None = None
    actions: ActionRunner | None = None
    stubs: Literal["before", "only", "aside"] = "before"
    model: str = ""
    channel: str = "voice"


async def run_suite(
    suite: Suite,
    bench: Bench,
    *,
    fail_fast: bool = False,
    on_case: Callable[[CaseResult], None] = lambda _: None,
) -> SuiteResult:
    """Run cases one after another; `on_case` is told of each, `fail_fast` stops behind the first failure."""
    started = time.perf_counter()
    results: list[CaseResult] = []
    for case in suite.cases:
        result = await run_case(case, bench)
        results.append(result)
        on_case(result)
        if fail_fast and not result.passed:
            break
    return SuiteResult(tuple(results), bench.model, time.perf_counter() - started)


async def run_case(case: Case, bench: Bench) -> CaseResult:
    """Run one case in a conversation of its own."""
    turns = commands_of(case, bench.recorded) if bench.recorded is not None else None
    understanding = bench.understanding if turns is None else RecordedUnderstanding(bench.assistant, turns)
    if understanding is None:
        expected = f"recorded commands under {case.keys[0]!r}"
        return _result(case, 0, [], Failure(0, None, case.line, expected, ("the commands file has none",)))
    conversation = Conversation(
        f"{case.file}::{case.name}",
        bench.assistant,
        understanding=understanding,
        actions=_actions(case, bench),
        store=MemoryEventStore(),
        random=Random(SEED),
        channel=bench.channel,
    )
    n_turns, commands, failure = await _run_steps(case, conversation)
    await conversation.end("test over")
    return _result(case, n_turns, commands, failure)


async def _run_steps(case: Case, conversation: Conversation) -> tuple[int, list[tuple[Command, ...]], Failure | None]:
    await _drain(conversation.start())
    opening = tuple(conversation.events)
    if case.slots:
        await conversation.set_slots(case.slots)
    commands: list[tuple[Command, ...]] = []
    n_turns = 0
    for step in case.steps:
        if step.text is None:
            turn = Turn(opening)
        else:
            n_turns += 1
            before = conversation.state
            mark = len(conversation.events)
            understood = await conversation.understand(UserTurn(step.text, step.metadata))
            commands.append(() if understood.stage == "payload" else understood.commands)
            await _drain(conversation.commit(understood))
            offered = _offered(understood, before, conversation.assistant)
            turn = Turn(tuple(conversation.events[mark:]), offered)
        failure = _judge(step, turn, n_turns)
        if failure is not None:
            return n_turns, commands, failure
    return n_turns, commands, None


def _judge(step: UserStep, turn: Turn, number: int) -> Failure | None:
    unmet = first_unmet(step.expected, turn, in_order=step.is_ordered)
    if unmet is None:
        return None
    wanted = describe(unmet) + (" (in this order)" if step.is_ordered else "")
    return Failure(number, step.text, step.line, wanted, describe_turn(turn))


def _offered(understood: Understood, before: ConversationState, assistant: Assistant) -> frozenset[str]:
    """Return ids and names of flows that a clarification offers, whether or not its response utters them."""
    cleaned = clean_up(understood.commands, before, assistant, is_payload=understood.stage == "payload")
    ids = [option for command in cleaned if isinstance(command, Clarify) for option in command.options]
    return frozenset(ids) | {assistant.flows[flow_id].name for flow_id in ids if flow_id in assistant.flows}


def _actions(case: Case, bench: Bench) -> ActionRunner:
    match bench.stubs:
        case "only":
            return StubbedActions(case.stubs)
        case "aside":
            return bench.actions or StubbedActions({})
        case "before":
            return StubbedActions(case.stubs, bench.actions)


def _result(case: Case, n_turns: int, commands: list[tuple[Command, ...]], failure: Failure | None) -> CaseResult:
    return CaseResult(case.file, case.name, n_turns, failure, tuple(commands), case.keys[0])


async def _drain(outputs: AsyncIterator[TurnOutput]) -> None:
    async for _ in outputs:
        pass
