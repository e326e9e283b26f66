"""From a reading to commands: which acts are likely together, which flow, which values; and how sure all that is.

acts above one half ─┬─ alone: clarify, chat, search, skip, repeat, person, nothing usable
                     └─ together: cancel, start (with its slots), values of the running flow, yes or no
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialogue.understanding.evidence import EXTRACTOR
from dialogue.understanding.fast_path.control import hand_over
from dialogue.understanding.fast_path.offered import pointed_at
from dialogue.understanding.reader.answers import SAYS_NOTHING, answer_instead, yes_or_no
from dialogue.understanding.reader.heads import Act
from dialogue.understanding.reader.openings import orders_the_model
from dialogue.understanding.reader.reading import FlowShare, Reading
from dialogue.understanding.reader.values import (
    answers_by_form,
    answers_surely,
    contradictions,
    find_values,
    formed_values,
)
from dialogue.understanding.situation import Situation
from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    KnowledgeAnswer,
    RepeatLastBotMessages,
    SetSlot,
    SkipQuestion,
    StartFlow,
)
from flows.model import Assistant, Flow, Slot

LIKELY = 0.5
SURE = 0.6
"""Share from which on a turn is left as it is read: 0.86 of the turns of `tests/open` are right then, 0.51 below."""
ALONE: frozenset[Act] = frozenset({"clarify", "chat", "search", "skip", "repeat", "person", "none", "hold"})
CLEAR: Mapping[Act, float] = {"chat": 0.7, "search": 0.7, "none": 0.6, "clarify": 0.9}
"""Acts that give way to a flow that is very near, and its share from which on: a question that a flow answers is a
wish for that flow."""
CLEAR_ASKED = 0.8
"""The same for all of them where a question is open."""
TRIED = 3
"""Acts that are tried, the likeliest first, until one comes with what it needs: a value, a flow."""
TOLD = 0.2
"""Share of values from which on a turn that may mean several flows starts the likeliest: who tells so much is not asked
what it is about."""
NOTHING_SAID = 0.9
"""Share from which on an act that says nothing does not give way to an answer whose form shows that it is one."""
MAX_OPTIONS = 3
OPTION = 0.4
"""Part of the likeliest flow's share from which on another is offered beside it."""
SAYS_MORE = 0.05
"""Share of values from which on what has a form of its own counts beside a yes or no: "yes, two"."""
SECOND = 0.3
"""Share of the second flow from which on a turn that starts something starts both."""
_JOINER = re.compile(r"\b(?:and|then|also|plus|after that|as well)\b|[,;.?!]\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Decision:
    """Commands, and the reader's own estimate that they are right (not calibrated)."""

    commands: tuple[Command, ...]
    share: float
    acts: Mapping[Act, float]
    flows: tuple[FlowShare, ...]

    @property
    def started(self) -> tuple[str, ...]:
        """The flows that it starts."""
        return tuple(command.flow for command in self.commands if isinstance(command, StartFlow))

    @property
    def is_sure(self) -> bool:
        """Whether a language model, where one is asked, is left out of it."""
        return self.share >= SURE


def decide(reading: Reading, situation: Situation) -> Decision:
    """Decide what a turn means."""
    shares = _possible(reading.acts(), situation)
    flows = reading.flows()
    if orders_the_model(reading.text):
        return Decision((CannotHandle(),), 1.0, shares, flows)
    chosen = pointed_at(reading.text, situation)
    if chosen is not None and chosen is not situation.active:
        commands, _ = _together(("start",), reading, [FlowShare(chosen, 1.0, 1.0)], situation)
        return Decision(commands, 1.0, shares, flows)
    sure = min(max(share, 1 - share) for share in shares.values())
    for act in sorted(shares, key=lambda act: -shares[act])[:TRIED]:
        likely = {one for one, share in shares.items() if share >= LIKELY} | {act}
        is_told = act == "clarify" and reading.acts()["fill"] >= TOLD
        if is_told or (act in CLEAR and _is_clear(act, flows, situation)):
            act, likely = "start", {"start"}
        is_answer = answers_by_form if shares[act] < NOTHING_SAID else answers_surely
        if act in SAYS_NOTHING and is_answer(reading.text, situation):
            act, likely = "fill", {"fill"}
        if (answer := answer_instead(act, reading, situation)) is not None:
            act, likely = answer, {answer}
        if act in ALONE:
            commands, factor = _alone(act, flows, situation), 1.0
        else:
            together = [one for one in shares if one in likely and one not in ALONE]
            commands, factor = _together(together, reading, flows, situation)
        if commands:
            return Decision(commands, min(sure, shares[act]) * factor, shares, flows)
    return Decision((CannotHandle(),), 0.0, shares, flows)


def _is_clear(act: Act, flows: Sequence[FlowShare], situation: Situation) -> bool:
    """Whether one flow is so near that the turn must mean it, whatever kind of turn it sounds like."""
    if not flows or (situation.active is not None and flows[0].flow.id == situation.active.id):
        return False
    return flows[0].share >= (CLEAR[act] if situation.asked is None else CLEAR_ASKED)


def _possible(acts: Mapping[Act, float], situation: Situation) -> dict[Act, float]:
    """Leave out what the situation does not admit."""
    asked = situation.asked
    ruled_out: set[Act] = set()
    if not situation.is_flow_running:
        ruled_out |= {"cancel"}
    if asked is None or asked.type != "bool":
        ruled_out |= {"yes", "no"}
    if asked is None:
        ruled_out |= {"skip", "hold"}
    if asked is None and not situation.fillable:
        ruled_out |= {"fill"} if acts["start"] < LIKELY else set()
    if not situation.startable:
        ruled_out |= {"start", "clarify"}
    return {act: share for act, share in acts.items() if act not in ruled_out}


def _alone(act: Act, flows: Sequence[FlowShare], situation: Situation) -> tuple[Command, ...]:
    match act:
        case "clarify":
            top = flows[0].share if flows else 0.0
            near = [one.flow.id for one in flows[:MAX_OPTIONS] if one.share >= OPTION * top]
            return (Clarify(tuple(near if len(near) > 1 else [one.flow.id for one in flows[:2]])),)
        case "chat":
            return (ChitChat(),)
        case "search":
            return (KnowledgeAnswer(),)
        case "skip":
            return (SkipQuestion(),)
        case "repeat":
            return (RepeatLastBotMessages(),)
        case "person":
            return hand_over(situation)
        case _:
            return (CannotHandle(),)


def _together(
    acts: Sequence[Act], reading: Reading, flows: Sequence[FlowShare], situation: Situation
) -> tuple[tuple[Command, ...], float]:
    commands: list[Command] = []
    factor = 1.0
    running = situation.active.id if situation.active is not None else None
    started: list[FlowShare] = []
    if "start" in acts:
        started = [one for one in flows[:1] if one.flow.id != running]
        is_joined = _JOINER.search(reading.text) is not None
        if started and len(flows) > 1 and is_joined and flows[1].share >= SECOND and flows[1].flow.id != running:
            started.append(flows[1])
        factor *= sum(one.share for one in started) if started else 0.5
    if "cancel" in acts:
        commands.append(CancelFlow())
    if not started:
        commands += _answered(acts, reading, situation)
    for one in started:
        commands.append(StartFlow(one.flow.id))
    if "fill" in acts or started:
        slots, role = _fillable(started, reading, situation)
        topic = started[0].flow if started else situation.active
        values, share = find_values(reading, slots, situation, topic, is_candidate=role)
        if "fill" in acts:
            factor *= share
        commands += [SetSlot(name, value, EXTRACTOR) for name, value in values.items()]
    return tuple(commands), factor


def _answered(acts: Sequence[Act], reading: Reading, situation: Situation) -> list[Command]:
    """A yes or no to the question, and what has a form of its own beside it."""
    answer, asked = yes_or_no(acts, reading, situation), situation.asked
    if answer is None or asked is None:
        return []
    says_more = "fill" not in acts and reading.acts()["fill"] >= SAYS_MORE
    if answer and situation.expectation.confirms_write:
        changed = contradictions(reading, situation)
        if changed:  # "yes, fifty" to a question about five hundred agrees to something else
            return [SetSlot(name, value, EXTRACTOR) for name, value in changed.items()] if says_more else []
        return [SetSlot(asked.name, True, EXTRACTOR)]
    beside = formed_values(reading.text, situation, is_refused=not answer) if says_more else {}
    return [SetSlot(name, value, EXTRACTOR) for name, value in ({asked.name: answer} | beside).items()]


def _fillable(started: Sequence[FlowShare], reading: Reading, situation: Situation) -> tuple[list[Slot], bool]:
    if started:
        named = {slot.name: slot for one in started for slot in slots_of(one.flow, situation.assistant)}
        return [slot for slot in named.values() if slot.type != "bool" or reading.may_pass(slot)], True
    asked = situation.asked
    slots = list(situation.fillable)
    if asked is not None and asked not in slots:
        slots.append(asked)
    return [slot for slot in slots if slot.type != "bool" or (slot is not asked and reading.may_pass(slot))], False


def slots_of(flow: Flow, assistant: Assistant) -> list[Slot]:
    """Slots that the turn which starts `flow` may fill."""
    slots = (assistant.slots[name] for name in flow.all_collected or flow.collected if name in assistant.slots)
    return [slot for slot in slots if slot.is_filled_by_model]
