"""Runs dialogue-understanding tests: every turn is understood where the expected commands have led.

    expected commands ──commit──▶ state ──▶ understand(turn) ──▶ compared, and dropped
            ▲                                                        │
            └───────────── commit what the test expects ◀────────────┘

So an error in one turn never makes the next one harder. The assistant's actions run as in end-to-end tests.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from random import Random

from dialogue.cleanup import clean_up
from dialogue.conversation import Conversation
from dialogue.knowledge.running import with_search
from dialogue.knowledge.search import KnowledgeSearch
from dialogue.ports import ActionRunner, Understanding
from dialogue.store import MemoryEventStore
from dialogue.testing.case import Case, UserStep
from dialogue.testing.definitions import mocked_time
from dialogue.testing.descriptions import describe
from dialogue.testing.expectations import NeedsJudge, Turn, first_unmet
from dialogue.testing.runner import SEED, SESSION_START
from dialogue.testing.stubs import StubbedActions
from dialogue.testing.understanding.cases import ExpectedStep, UnderstandingCase, UnderstandingSuite
from dialogue.testing.understanding.results import CaseResult, Compared, StepResult, UnderstandingResult
from dialogue.testing.understanding.scores import compare
from dialogue.turn import Stage, TurnOutput, Understood, UserTurn
from flows.commands import Clarify, Command
from flows.events import StepEntered
from flows.model import Assistant
from flows.state import ConversationState


@dataclass(frozen=True, slots=True)
class UnderstandingBench:
    """What tests run with: `stage` and `model` name what understands.

    A file's stubs stand before `actions`, and before `search`, which answers from the assistant's documents.
    """

    assistant: Assistant
    understanding: Understanding
    actions: ActionRunner | None = None
    search: KnowledgeSearch | None = None
    only_stubs: bool = False
    stage: str = "cascade"
    model: str = ""
    channel: str = "voice"


async def run_understanding(
    suite: UnderstandingSuite, bench: UnderstandingBench, *, on_case: Callable[[CaseResult], None] = lambda _: None
) -> UnderstandingResult:
    """Run tests one after another; `on_case` is told of each."""
    began_s = time.perf_counter()
    results: list[CaseResult] = []
    for case in suite.cases:
        results.append(await run_case(case, bench))
        on_case(results[-1])
    return UnderstandingResult(tuple(results), bench.stage, bench.model, time.perf_counter() - began_s, suite.warnings)


async def run_case(test: UnderstandingCase, bench: UnderstandingBench) -> CaseResult:
    """Run one test in a conversation of its own. A test that breaks the runner itself has failed."""
    run = _Run(test, bench)
    fault = ""
    try:
        await run.run()
    except Exception as problem:  # whatever it is, the other cases shall run
        fault = f"{type(problem).__name__}: {problem}"
    case = test.case
    return CaseResult(case.file, case.name, case.line, tuple(run.results), fault)


class _Run:
    """One test while it runs."""

    def __init__(self, test: UnderstandingCase, bench: UnderstandingBench) -> None:
        self.results: list[StepResult] = []
        self._test = test
        self._bench = bench
        self._steps: dict[str, str] = {}
        self._conversation = _conversation(test.case, bench)

    async def run(self) -> None:
        case, conversation = self._test.case, self._conversation
        begins_itself = bool(self._test.steps) and (self._test.steps[0].step.text or "").strip() == SESSION_START
        if not begins_itself:
            await _drain(conversation.start())
        if case.slots:
            await conversation.set_slots(case.slots)
        for number, expected in enumerate(self._test.steps, 1):
            if conversation.is_over:
                raise RuntimeError(f"the expected commands end the conversation before user step {number}")
            scored = None
            if expected.commands is not None and not expected.is_payload:
                scored = await self._understand(number, expected, expected.commands)
            context = await self._commit(expected)
            if scored is not None:
                self.results.append(replace(scored, context=context))

    async def _understand(self, number: int, expected: ExpectedStep, commands: tuple[Command, ...]) -> StepResult:
        """Understand one turn where the conversation stands, and compare."""
        conversation, step = self._conversation, expected.step
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        understood = await conversation.understand(UserTurn(step.text or "", step.metadata))
        took_ms, cpu_ms = 1000 * (time.perf_counter() - began_s), 1000 * (time.process_time() - began_cpu_s)
        assistant, state = conversation.assistant, conversation.state
        wanted = clean_up(commands, state, assistant)
        cleaned = clean_up(understood.commands, state, assistant, is_payload=understood.stage == "payload")
        compared = Compared(
            compare(commands, understood.commands, "lenient", assistant),
            compare(commands, understood.commands, "strict", assistant),
            compare(wanted, cleaned, "lenient", assistant),
            compare(wanted, cleaned, "strict", assistant),
        )
        told = (step.text or "", commands, understood, wanted, cleaned, compared)
        return StepResult(number, step.line, *told, took_ms, cpu_ms)

    async def _commit(self, expected: ExpectedStep) -> str:
        """Let the conversation go on as the test has it; return what was then expected and did not happen."""
        conversation, step = self._conversation, expected.step
        mark, before = len(conversation.events), dict(self._steps)
        offered = _offered(expected.commands or (), conversation.state, conversation.assistant)
        turn = UserTurn(step.text or "", step.metadata)
        stage: Stage = "payload" if expected.is_payload else "recorded"
        await _drain(conversation.commit(Understood(turn, expected.commands or (), stage)))
        events = conversation.events[mark:]
        self._steps.update((event.flow_id, event.step_id) for event in events if isinstance(event, StepEntered))
        return _unmet(step, Turn(tuple(events), offered, before))


def _offered(commands: tuple[Command, ...], state: ConversationState, assistant: Assistant) -> frozenset[str]:
    """Return ids and names of the flows that the expected clarification offers."""
    cleaned = clean_up(commands, state, assistant)
    ids = [option for command in cleaned if isinstance(command, Clarify) for option in command.options]
    return frozenset(ids) | {assistant.flows[flow_id].name for flow_id in ids if flow_id in assistant.flows}


def _unmet(step: UserStep, turn: Turn) -> str:
    wanted = [one for one in step.wanted if not isinstance(one.expected, NeedsJudge)]
    index = first_unmet([one.expected for one in wanted], turn, in_order=step.is_ordered)
    return "" if index is None else f"line {wanted[index].line}: {describe(wanted[index].expected)}"


def _conversation(case: Case, bench: UnderstandingBench) -> Conversation:
    told = mocked_time(case.slots)
    return Conversation(
        f"{case.file}::{case.name}",
        bench.assistant,
        understanding=bench.understanding,
        actions=with_search(StubbedActions(case.stubs, None if bench.only_stubs else bench.actions), bench.search),
        store=MemoryEventStore(),
        random=Random(SEED),
        channel=bench.channel,
        clock=time.time if told is None else told.timestamp,
        zone=None if told is None else told.tzinfo,
    )


async def _drain(outputs: AsyncIterator[TurnOutput]) -> None:
    async for _ in outputs:
        pass
