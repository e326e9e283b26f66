"""The language model's stage: prompt, copy grammar, completion, and what of it is believed.

How much a model is believed is a setting, because it was measured. `agreement`, the default, is for a small model
that was not trained for this: what it proposes counts only where the router's nearest flow is the same, and the
values are then the router's. Such a model is asked only where its vote could decide. `full` is for a model that is
known to be good: it is asked about every turn that is left, and its commands count as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from dialogue.ports import Completion, LanguageModel
from dialogue.understanding.evidence import start_flow
from dialogue.understanding.grammar import allowed_slots, slots_of, turn_grammar
from dialogue.understanding.index import Ranked
from dialogue.understanding.parsing import parse_commands
from dialogue.understanding.prompt import static_prefix, volatile_tail
from dialogue.understanding.router import Routed
from dialogue.understanding.situation import Situation
from flows.commands import CannotHandle, Command, SetSlot, StartFlow
from flows.model import Assistant, Flow

Trust: TypeAlias = Literal["agreement", "full"]

MAX_CANDIDATES = 8
MAX_TOKENS = 48
LEAST_NEARNESS = 0.34
"""Below this the nearest flow is wrong more often than right, whatever a small model says about it."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What the model proposed and what of it is believed; `commands` is None where nothing is."""

    commands: tuple[Command, ...] | None
    prompt: str
    completion: Completion


class CommandGenerator:
    """Asks a language model for the commands of a turn with one assistant."""

    def __init__(self, assistant: Assistant, model: LanguageModel, trust: Trust) -> None:
        self._model = model
        self._trust = trust
        self._prefix = static_prefix(assistant)

    async def warm(self) -> None:
        """Fill the model's cache with the prefix. Raises what the model raises."""
        await self._model.warm(self._prefix)

    def is_worth_asking(self, routed: Routed | None) -> bool:
        """Say whether the model's answer could better what the router has to offer."""
        if self._trust == "full" or routed is None:
            return self._trust == "full"
        is_near = bool(routed.candidates) and routed.candidates[0].score >= LEAST_NEARNESS
        return is_near and routed.suggestion is None

    def prompt(self, text: str, situation: Situation) -> str:
        """The whole prompt of a turn."""
        return self._prefix + volatile_tail(text, situation)

    async def generate(self, text: str, situation: Situation, candidates: tuple[Ranked, ...]) -> Generated:
        """Ask the model. Raises what the model raises."""
        flows = [one.flow for one in candidates] or list(situation.startable)
        offered = flows[:MAX_CANDIDATES]
        tail = volatile_tail(text, situation)
        grammar = turn_grammar(text, situation, offered)
        completion = await self._model.complete(self._prefix, tail, grammar=grammar, max_tokens=MAX_TOKENS)
        proposed = valid_commands(parse_commands(completion.text), situation, offered)
        believed = proposed if self._trust == "full" else _agreed(text, proposed, situation, candidates)
        return Generated(believed or None, self._prefix + tail, completion)


def valid_commands(proposed: tuple[Command, ...], situation: Situation, offered: list[Flow]) -> tuple[Command, ...]:
    """Drop what no model may propose, also where a server ignored the grammar or cut the last line short."""
    started = [one.flow for one in proposed if isinstance(one, StartFlow)]
    fillable = {slot.name for slot in allowed_slots(situation)}
    for flow in offered:
        if flow.id in started:
            fillable |= {slot.name for slot in slots_of(flow, situation.assistant)}
    ids = {flow.id for flow in offered}
    kept: list[Command] = []
    for command in proposed:
        match command:
            case StartFlow(flow=flow_id) if flow_id not in ids:
                continue
            case SetSlot(name=name) if name not in fillable:
                continue
            case CannotHandle():
                continue
            case _:
                kept.append(command)
    return tuple(kept)


def _agreed(
    text: str, proposed: tuple[Command, ...], situation: Situation, candidates: tuple[Ranked, ...]
) -> tuple[Command, ...] | None:
    """Start the nearest flow where the model wants it too."""
    if not candidates or candidates[0].score < LEAST_NEARNESS:
        return None
    nearest = candidates[0].flow
    return start_flow(nearest, text, situation) if StartFlow(nearest.id) in proposed else None
