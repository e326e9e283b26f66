"""Runs end-to-end tests: each case is a conversation of its own, turn by turn, up to the first that disappoints."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from traceback import extract_tb
from typing import Literal, TypeVar

from dialogue.cleanup import clean_up
from dialogue.conversation import Conversation
from dialogue.events import DialogueEvent
from dialogue.knowledge.running import with_search
from dialogue.knowledge.search import KnowledgeSearch
from dialogue.ports import ActionRunner, Understanding
from dialogue.store import MemoryEventStore
from dialogue.testing.case import Case, Suite, UserStep
from dialogue.testing.commands_file import Turns
from dialogue.testing.coverage import trace_of
from dialogue.testing.definitions import mocked_time
from dialogue.testing.descriptions import conversation_lines, describe_turn
from dialogue.testing.expectations import Turn
from dialogue.testing.judgement import judge
from dialogue.testing.recording import RecordedUnderstanding, aligned, commands_of
from dialogue.testing.results import CaseResult, Failure, SuiteResult, TurnCommands
from dialogue.testing.stubs import StubbedActions
from dialogue.turn import TurnOutput, UserTurn
from dialogue.understanding.parsing import format_command
from flows.commands import Clarify, Command
from flows.events import StepEntered
from flows.model import Assistant

SEED = 0
"""Of the chance by which variations of a response are chosen: every run of a case is the same."""
SESSION_START = "/session_start"
FRAMES_TOLD = 3
"""Of a crash, the innermost places that a failure names."""

AnyConversation = TypeVar("AnyConversation", bound=Conversation)
StubMode = Literal["before", "only", "alone", "aside"]


@dataclass(frozen=True, slots=True)
class Bench:
    """What cases run with.

    understanding: proposes commands where a case has no recording; None allows recorded cases only.
    recorded: turns of a commands file by case; None means that nothing is recorded.
    search: answers from the assistant's documents, where it has any and no stub stands for it.
    actions: user code; `stubs` says whether a file's stubs stand before it, are all there is (`only`), are all
        there is for files that have any (`alone`), or are put aside.
    skips_judged: whether assertions that need a judging model are skipped; otherwise they fail.
    measures_coverage: whether results carry what the case ran through.
    """

    assistant: Assistant
    understanding: Understanding | None = None
    recorded: Mapping[str, Turns] | None = None
    actions: ActionRunner | None = None
    search: KnowledgeSearch | None = None
    stubs: StubMode = "before"
    model: str = ""
    channel: str = "voice"
    skips_judged: bool = False
    measures_coverage: bool = False


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
    """Run one case in a conversation of its own. A case that breaks the runner itself has failed."""
    started = time.perf_counter()
    run = _Run(case, bench)
    try:
        failure = await run.failure()
    except Exception as problem:  # whatever it is, the other cases shall run
        failure = run.crash(problem)
    return CaseResult(
        case.file,
        case.name,
        run.n_turns,
        failure,
        tuple(run.commands),
        case.keys[0],
        time.perf_counter() - started,
        case.line,
        tuple(run.skipped),
        trace_of(run.events, bench.assistant) if bench.measures_coverage else None,
        case,
    )


class _Run:
    """One case while it runs."""

    def __init__(self, case: Case, bench: Bench) -> None:
        self.n_turns = 0
        self.commands: list[tuple[Command, ...]] = []
        self.skipped: list[str] = []
        self._case = case
        self._bench = bench
        self._conversation: Conversation | None = None
        self._step: UserStep | None = None
        self._told = TurnCommands()
        self._steps: dict[str, str] = {}

    @property
    def events(self) -> Sequence[DialogueEvent]:
        """Everything that happened in the conversation so far."""
        return self._conversation.events if self._conversation is not None else ()

    async def failure(self) -> Failure | None:
        """Run the case and return what it failed of, None when it passed."""
        case, bench = self._case, self._bench
        turns = commands_of(case, bench.recorded) if bench.recorded is not None else None
        recorded = None if turns is None else aligned(turns, case, bench.assistant)
        understanding = bench.understanding if recorded is None else RecordedUnderstanding(bench.assistant, recorded)
        if understanding is None:
            expected = f"recorded commands under {case.keys[0]!r}"
            return Failure(0, None, case.line, expected, ("the commands file has none",))
        conversation = self._conversation = new_conversation(
            case, bench, understanding, Conversation, f"{case.file}::{case.name}"
        )
        if not _begins_itself(case):
            await _drain(conversation.start())
        if case.slots:
            await conversation.set_slots(case.slots)
        for step in case.steps:
            if step.is_silence:
                continue  # nobody can be silent in a typed conversation: see `voice_notes`
            self._step = step
            turn = Turn(tuple(conversation.events)) if step.text is None else await self._turn(step.text)
            if isinstance(understanding, RecordedUnderstanding) and understanding.ran_out:
                n_steps = sum(other.text is not None for other in case.steps)
                told = f"the recording has {len(turns or ())} turns, the case {n_steps}"
                return self._failure(step, step.line, f"recorded commands for user step {self.n_turns}", (told,))
            failure = self._judge(step, turn)
            if failure is not None:
                return failure
        return None

    def crash(self, problem: Exception) -> Failure:
        """Return the failure of a case that broke the runner."""
        step = self._step or UserStep(None, {}, (), False, self._case.line)
        places = [f"at {Path(f.filename).name}:{f.lineno} in {f.name}" for f in extract_tb(problem.__traceback__)]
        told = (f"{type(problem).__name__}: {problem}", *reversed(places[-FRAMES_TOLD:]))
        return self._failure(step, step.line, "the step to run: this is a fault of the runner, or of the engine", told)

    async def _turn(self, text: str) -> Turn:
        """Take one turn of the caller."""
        conversation = self._conversation
        assert conversation is not None
        assert self._step is not None
        self.n_turns += 1
        before, mark, steps = conversation.state, len(conversation.events), dict(self._steps)
        understood = await conversation.understand(UserTurn(text, self._step.metadata))
        is_payload = understood.stage == "payload"
        self.commands.append(() if is_payload else understood.commands)
        cleaned = clean_up(understood.commands, before, conversation.assistant, is_payload=is_payload)
        self._told = TurnCommands(_lines(understood.commands), _lines(cleaned), understood.stage)
        await _drain(conversation.commit(understood))
        events = conversation.events[mark:]
        self._steps.update((event.flow_id, event.step_id) for event in events if isinstance(event, StepEntered))
        return Turn(tuple(events), _offered(cleaned, conversation.assistant), steps)

    def _judge(self, step: UserStep, turn: Turn) -> Failure | None:
        judged = judge(step, turn, self._case.file, skips_judged=self._bench.skips_judged)
        self.skipped += judged.skipped
        missed = judged.missed
        if missed is None:
            return None
        happened = describe_turn(turn)
        if not turn.events and self._conversation is not None and self._conversation.is_over:
            happened = ("the conversation was over before this step",)
        return self._failure(step, missed.line, missed.expected, happened, missed.diff)

    def _failure(
        self, step: UserStep, line: int, expected: str, actual: tuple[str, ...], diff: tuple[str, ...] = ()
    ) -> Failure:
        said = conversation_lines(self.events)
        number = 0 if step.text is None else self.n_turns
        return Failure(number, step.text, line, expected, actual, diff, said, self._told)


def new_conversation(
    case: Case, bench: Bench, understanding: Understanding, kind: type[AnyConversation], name: str
) -> AnyConversation:
    """Make the conversation of a case, of this kind and with this id: its actions, its clock, and always one chance."""
    told = mocked_time(case.slots)
    return kind(
        name,
        bench.assistant,
        understanding=understanding,
        actions=with_search(actions_of(case, bench), bench.search),
        store=MemoryEventStore(),
        random=Random(SEED),
        channel=bench.channel,
        clock=time.time if told is None else told.timestamp,
        zone=None if told is None else told.tzinfo,
    )


def _begins_itself(case: Case) -> bool:
    """Say whether the first thing that happens in a case is that its caller starts the session."""
    return bool(case.steps) and (case.steps[0].text or "").strip() == SESSION_START


def _offered(cleaned: Sequence[Command], assistant: Assistant) -> frozenset[str]:
    """Return ids and names of flows that a clarification offers, whether or not its response utters them."""
    ids = [option for command in cleaned if isinstance(command, Clarify) for option in command.options]
    return frozenset(ids) | {assistant.flows[flow_id].name for flow_id in ids if flow_id in assistant.flows}


def actions_of(case: Case, bench: Bench) -> ActionRunner:
    """Return what runs a case's actions: its stubs, user code, or both."""
    match bench.stubs:
        case "only":
            return StubbedActions(case.stubs)
        case "alone":
            return StubbedActions(case.stubs, None if case.has_stubs else bench.actions)
        case "aside":
            return bench.actions or StubbedActions({})
        case "before":
            return StubbedActions(case.stubs, bench.actions)


def _lines(commands: Sequence[Command]) -> tuple[str, ...]:
    return tuple(format_command(command) for command in commands)


async def _drain(outputs: AsyncIterator[TurnOutput]) -> None:
    async for _ in outputs:
        pass
