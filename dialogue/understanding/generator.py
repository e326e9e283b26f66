"""The language model's stage: prompt, copy grammar, completion, and what of it is believed.

How much a model is believed is a setting, because it was measured:

    agreement   a small model that was not trained for this: what it proposes counts only where the router's nearest
                flow is the same, and the values are then the router's. Asked only where its vote could decide.
    trained     a model with our adapter: it reads and writes aliases, and its commands count as they are; what the
                domain does not call a category it was taught to recognise ("the puppy" is a dog).
    full        a model that is known to be good: real names, any value of a category, its commands count as they are.

Commands are read while the model writes, so that the first can be acted on before the last is written, and the model
is stopped where nothing more can count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from dialogue.ports import Completion, LanguageModel
from dialogue.understanding.admission import Admission
from dialogue.understanding.evidence import start_flow
from dialogue.understanding.grammar import Categories, turn_grammar
from dialogue.understanding.index import Ranked
from dialogue.understanding.naming import SHORT, Naming, real_names, short_names
from dialogue.understanding.prompt import caller_part, flows_in_prefix, state_part, static_prefix
from dialogue.understanding.router import Routed
from dialogue.understanding.situation import Situation
from dialogue.understanding.wording import CommandReader
from flows.commands import Command, StartFlow
from flows.model import Assistant, Flow

Trust: TypeAlias = Literal["agreement", "trained", "full"]
OnCommand: TypeAlias = Callable[[Command], None]
"""Told of each command that counts, as soon as the model has written it."""

MAX_CANDIDATES = 8
MAX_TOKENS = 48
"""Two starts with their slots in aliases, or the names of the flows alone, which are all that counts at `agreement`."""
MAX_TOKENS_OF_NAMES = 160
"""The slots too in real names, which are several tokens each. The turn's budget of time bounds it as well."""
LEAST_NEARNESS = 0.34
"""Below this the nearest flow is wrong more often than right, whatever a small model says about it."""
_CATEGORIES: Mapping[Trust, Categories] = {"agreement": "said", "trained": "any", "full": "any"}


@dataclass(frozen=True, slots=True)
class Generated:
    """What the model proposed and what of it is believed; `commands` is None where nothing is."""

    commands: tuple[Command, ...] | None
    prompt: str
    completion: Completion
    proposed: tuple[Command, ...] = ()


class CommandGenerator:
    """Asks a language model for the commands of a turn with one assistant."""

    def __init__(
        self, assistant: Assistant, model: LanguageModel, trust: Trust, *, naming: Naming | None = None
    ) -> None:
        """Write the static prefix. `naming` is what the model was trained for, if not what `trust` implies."""
        self._model = model
        self._trust: Trust = trust
        self._naming = naming or (short_names(assistant) if trust == "trained" else real_names(assistant))
        is_short = self._naming.words == SHORT or trust == "agreement"
        self._max_tokens = MAX_TOKENS if is_short else MAX_TOKENS_OF_NAMES
        self._prefix = static_prefix(assistant, self._naming)
        self._in_prefix = frozenset(flow.id for flow in flows_in_prefix(assistant, self._naming))

    @property
    def is_asked_often(self) -> bool:
        """Whether reading ahead is worth its milliseconds: a model that is not trusted is asked about few turns."""
        return self._trust != "agreement"

    async def warm(self) -> None:
        """Fill the model's cache with the prefix. Raises what the model raises."""
        await self._model.warm(self._prefix)

    async def anticipate(self, situation: Situation) -> None:
        """Have the model read all that is known before the caller speaks. Raises what the model raises."""
        await self._model.warm(self._prefix, state_part(situation, self._naming))

    def is_worth_asking(self, routed: Routed | None) -> bool:
        """Say whether the model's answer could better what the router has to offer."""
        if self.is_asked_often or routed is None:
            return self.is_asked_often
        is_near = bool(routed.candidates) and routed.candidates[0].score >= LEAST_NEARNESS
        return is_near and routed.suggestion is None

    def prompt(self, text: str, situation: Situation, candidates: Sequence[Ranked] = ()) -> str:
        """The whole prompt of a turn."""
        return self._prefix + self._tail(text, situation, offered_flows(situation, candidates))

    async def generate(
        self,
        text: str,
        situation: Situation,
        candidates: tuple[Ranked, ...],
        *,
        on_command: OnCommand | None = None,
    ) -> Generated:
        """Ask the model. Raises what the model raises.

        Args:
            candidates: flows by nearness to the turn; without them every flow may be started.
            on_command: not told anything where commands count only after a comparison (`agreement`).
        """
        offered = offered_flows(situation, candidates)
        tail = self._tail(text, situation, offered)
        grammar = turn_grammar(text, situation, offered, self._naming, _CATEGORIES[self._trust])
        is_believed = self._trust != "agreement"
        reading = _Reading(
            self._naming, Admission(situation, offered), on_command if is_believed else None, self._max_tokens
        )
        completion = await self._model.complete(
            self._prefix,
            tail,
            grammar=grammar,
            max_tokens=self._max_tokens,
            stop=self._naming.stop,
            on_text=reading.take,
        )
        proposed = reading.end(completion)
        believed = proposed if is_believed else _agreed(text, proposed, situation, candidates)
        return Generated(believed or None, self._prefix + tail, completion, proposed)

    def _tail(self, text: str, situation: Situation, offered: Sequence[Flow]) -> str:
        unlisted = [flow for flow in offered if flow.id not in self._in_prefix][:MAX_CANDIDATES]
        return state_part(situation, self._naming, unlisted) + caller_part(text)


def offered_flows(situation: Situation, candidates: Sequence[Ranked]) -> tuple[Flow, ...]:
    """The flows that a model may start: the nearest ones, or all where nobody ranked them."""
    return tuple(one.flow for one in candidates[:MAX_CANDIDATES]) or situation.startable


class _Reading:
    """Reads one completion while it is written."""

    def __init__(self, naming: Naming, admission: Admission, on_command: OnCommand | None, max_tokens: int) -> None:
        self._reader = CommandReader(naming)
        self._admission = admission
        self._on_command = on_command
        self._max_tokens = max_tokens
        self._text = ""

    def take(self, piece: str) -> bool:
        """Take the next piece; return whether the model has said enough."""
        self._text += piece
        self._admit(self._reader.feed(piece))
        is_over = "\n\n" in self._text and bool(self._admission.commands)
        return is_over or self._admission.is_complete

    def end(self, completion: Completion) -> tuple[Command, ...]:
        """Return what counts of the whole completion; a command that was cut short does not."""
        if not completion.text.startswith(self._text):
            return self._admission.commands  # what was streamed is what was acted on
        self._admit(self._reader.feed(completion.text[len(self._text) :]))
        if completion.completion_tokens < self._max_tokens:
            self._admit(self._reader.finish())
        return self._admission.commands

    def _admit(self, commands: Sequence[Command]) -> None:
        for command in commands:
            for kept in self._admission.admit(command):
                if self._on_command is not None:
                    self._on_command(kept)


def _agreed(
    text: str, proposed: tuple[Command, ...], situation: Situation, candidates: tuple[Ranked, ...]
) -> tuple[Command, ...] | None:
    """Start the nearest flow where the model wants it too."""
    if not candidates or candidates[0].score < LEAST_NEARNESS:
        return None
    nearest = candidates[0].flow
    return start_flow(nearest, text, situation) if StartFlow(nearest.id) in proposed else None
