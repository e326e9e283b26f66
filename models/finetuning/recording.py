"""First step of `finetune prepare`: runs tests, and notes of each turn what a model would be asked and is to write.

Only turns of passing cases teach, and of these only what a model has words for: payloads and buttons speak for
themselves, and a yes or no is never a model's to give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from dialogue.ports import Understanding
from dialogue.testing.case import Case
from dialogue.testing.commands_file import Turns
from dialogue.testing.recording import RecordedUnderstanding, aligned, commands_of
from dialogue.testing.results import CaseResult
from dialogue.testing.runner import Bench, run_case
from dialogue.turn import Understood, UserTurn
from dialogue.understanding.naming import Naming
from dialogue.understanding.prompt import MAX_CALLER_CHARACTERS, caller_part, flows_in_prefix, state_part, static_prefix
from dialogue.understanding.situation import Situation, read_situation
from dialogue.understanding.wording import write_command, write_commands
from dialogue.understanding.words import clean
from flows.commands import Clarify, Command, StartFlow
from flows.model import Assistant, Flow
from flows.state import ConversationState
from models.finetuning.examples import Example
from models.finetuning.values import Span, find_values

Skipped: TypeAlias = Literal["payload", "no-commands", "no-words", "too-long"]
"""Why a turn teaches nothing."""

MAX_OFFERED = 8
"""Flows in the tail of a prompt, where the prefix has no room for all: as many as the router offers."""


@dataclass(frozen=True, slots=True)
class RecordedTurn:
    """One turn of a passing case. `spans` are the places of its values, None where one was not found in the words.

    `number` counts the user steps of the case from 0; `skipped` says why the turn teaches nothing.
    """

    number: int
    turn: UserTurn
    commands: tuple[Command, ...]
    stage: str
    state: ConversationState
    situation: Situation
    spans: Mapping[str, Span] | None
    skipped: Skipped | None

    @property
    def text(self) -> str:
        return self.turn.text


@dataclass(frozen=True, slots=True)
class RecordedCase:
    """A case that was run, with its turns as far as it went."""

    case: Case
    result: CaseResult
    turns: tuple[RecordedTurn, ...]

    @property
    def id(self) -> str:
        """File and name, with a number where the file uses the name again."""
        return f"{self.case.file}::{self.case.keys[0].partition('::')[2]}"

    @property
    def taught(self) -> tuple[RecordedTurn, ...]:
        """The turns that teach something: none of a case that failed."""
        return tuple(turn for turn in self.turns if turn.skipped is None) if self.result.passed else ()


class Prompts:
    """Writes prompts and completions as the language model of an assistant is asked with."""

    def __init__(self, assistant: Assistant, naming: Naming) -> None:
        self._naming = naming
        self._prefix = static_prefix(assistant, naming)
        listed = {flow.id for flow in flows_in_prefix(assistant, naming)}
        self._unlisted = tuple(
            flow for flow in assistant.user_flows if flow.id in naming.flows and flow.id not in listed
        )

    def example(self, text: str, commands: Sequence[Command], situation: Situation) -> Example:
        """Write the example of a turn."""
        tail = state_part(situation, self._naming, self._offered(commands)) + caller_part(text)
        return Example(self._prefix + tail, write_commands(commands, self._naming))

    def has_words(self, commands: Sequence[Command]) -> bool:
        """Say whether each of the commands can be written."""
        return all(write_command(command, self._naming) is not None for command in commands)

    def _offered(self, commands: Sequence[Command]) -> tuple[Flow, ...]:
        """Flows that the prefix has no room for: those wanted, and their neighbours as what else was near."""
        wanted = [flow for command in commands for flow in _flows_of(command)]
        places = [place for place, flow in enumerate(self._unlisted) if flow.id in wanted]
        if not places:
            return ()
        first = max(0, min(places[0] - MAX_OFFERED // 2, len(self._unlisted) - MAX_OFFERED))
        near = self._unlisted[first : first + MAX_OFFERED]
        return (*near, *(self._unlisted[place] for place in places if self._unlisted[place] not in near))


async def record_case(
    case: Case, bench: Bench, prompts: Prompts, recorded: Mapping[str, Turns] | None = None
) -> RecordedCase:
    """Run one case and keep what was understood of each turn.

    Args:
        bench: what cases run with; its `understanding` is asked where `recorded` is None.
        recorded: commands of a commands file, which are then the truth.
    """
    inner = bench.understanding
    if recorded is not None:
        turns = commands_of(case, recorded)
        given = None if turns is None else aligned(turns, case, bench.assistant)
        inner = None if given is None else RecordedUnderstanding(bench.assistant, given)
    if inner is None:
        return RecordedCase(case, await run_case(case, replace(bench, understanding=None, recorded={})), ())
    listening = _Listening(inner, bench.assistant, prompts)
    result = await run_case(case, replace(bench, understanding=listening, recorded=None))
    return RecordedCase(case, result, tuple(listening.turns))


class _Listening:
    """Understanding that keeps each turn with the state that it was said in."""

    def __init__(self, inner: Understanding, assistant: Assistant, prompts: Prompts) -> None:
        self._inner = inner
        self._assistant = assistant
        self._prompts = prompts
        self.turns: list[RecordedTurn] = []

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
        """Ask the other understanding."""
        understood = await self._inner.understand(turn, state)
        situation = read_situation(state, self._assistant, turn.local_time)
        spans = find_values(turn.text, understood.commands, self._assistant)
        self.turns.append(
            RecordedTurn(
                len(self.turns),
                turn,
                understood.commands,
                understood.stage,
                state,
                situation,
                spans,
                self._skipped(understood),
            )
        )
        return understood

    def _skipped(self, understood: Understood) -> Skipped | None:
        if understood.stage == "payload":
            return "payload"
        if not understood.commands or not clean(understood.turn.text):
            return "no-commands"
        if len(clean(understood.turn.text)) > MAX_CALLER_CHARACTERS:
            return "too-long"
        return None if self._prompts.has_words(understood.commands) else "no-words"


def _flows_of(command: Command) -> tuple[str, ...]:
    match command:
        case StartFlow(flow=flow):
            return (flow,)
        case Clarify(options=options):
            return options
        case _:
            return ()
