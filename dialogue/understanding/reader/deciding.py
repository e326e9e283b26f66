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
from dialogue.understanding.fast_path.matcher import topic_stems
from dialogue.understanding.filling import fill_slots
from dialogue.understanding.normalising import normalised
from dialogue.understanding.numbers import find_numbers
from dialogue.understanding.reader.heads import Act
from dialogue.understanding.reader.openings import opens_with
from dialogue.understanding.reader.reading import FlowShare, Reading, Said
from dialogue.understanding.situation import Situation
from dialogue.understanding.slot_kinds import Kind, kind_of
from dialogue.understanding.spans import find_categories
from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    Json,
    KnowledgeAnswer,
    RepeatLastBotMessages,
    SetSlot,
    SkipQuestion,
    StartFlow,
)
from flows.model import Assistant, Flow, Slot

LIKELY = 0.5
SURE = 0.45
ALONE: frozenset[Act] = frozenset({"clarify", "chat", "search", "skip", "repeat", "person", "none", "hold"})
OVERRULED: frozenset[Act] = frozenset({"chat", "search", "none", "clarify"})
"""Acts that give way to a flow that is very near: a question that a flow answers is a wish for that flow."""
CLEAR = 0.7
CLEAR_ASKED = 0.8
LEAST_ANSWER = 0.1
AGREED = 0.6
CONFIRMED = 0.95
REFUSED = 0.8
"""Shares from which on a question is answered whose yes lets an action write; below them it is asked again."""
TRIED = 3
"""Acts that are tried, the likeliest first, until one comes with what it needs: a value, a flow."""
MAX_OPTIONS = 3
OPTION = 0.4
"""Part of the likeliest flow's share from which on another is offered beside it."""
SECOND = 0.3
"""Share of the second flow from which on a turn that starts something starts both."""
FORMED: frozenset[Kind] = frozenset({"date", "time", "email", "money", "count"})
_PREPOSITION = re.compile(r"^(?:on|at|for|by|from|in(?! the\b)(?! \w+ (?:days|weeks|months|hours)))\s+", re.IGNORECASE)
_JOINER = re.compile(r"\b(?:and|then|also|plus|after that|as well)\b|[,;.?!]\s", re.IGNORECASE)
_EDGE = re.compile(r"^[\s,.;:!?\"']+|[\s,;:!?\"']+$|(?<!\b[A-Za-z])\.+$")


@dataclass(frozen=True, slots=True)
class Decision:
    """Commands, and the reader's own estimate that they are right (not calibrated)."""

    commands: tuple[Command, ...]
    share: float
    acts: Mapping[Act, float]
    flows: tuple[FlowShare, ...]

    @property
    def is_sure(self) -> bool:
        """Whether a language model, where one is asked, is left out of it."""
        return self.share >= SURE


def decide(reading: Reading, situation: Situation) -> Decision:
    """Decide what a turn means."""
    shares = _possible(reading.acts(), situation)
    flows = reading.flows()
    sure = min(max(share, 1 - share) for share in shares.values())
    for act in sorted(shares, key=lambda act: -shares[act])[:TRIED]:
        likely = {one for one, share in shares.items() if share >= LIKELY} | {act}
        if act in OVERRULED and _is_clear(flows, situation):
            act, likely = "start", {"start"}
        if act == "cancel" and _is_refusal(reading, situation):
            act, likely = "no", {"no"}
        if act in ALONE:
            commands, factor = _alone(act, flows, situation), 1.0
        else:
            together = [one for one in shares if one in likely and one not in ALONE]
            commands, factor = _together(together, reading, flows, situation)
        if commands:
            return Decision(commands, min(sure, shares[act]) * factor, shares, flows)
    return Decision((CannotHandle(),), 0.0, shares, flows)


def _is_refusal(reading: Reading, situation: Situation) -> bool:
    """Whether what sounds like stopping, "no, leave it", is the answer no to the question that was asked."""
    asked = situation.asked
    return asked is not None and asked.type == "bool" and opens_with(reading.text) is False


def _is_clear(flows: Sequence[FlowShare], situation: Situation) -> bool:
    """Whether one flow is so near that the turn must mean it, whatever kind of turn it sounds like."""
    if not flows or (situation.active is not None and flows[0].flow.id == situation.active.id):
        return False
    return flows[0].share >= (CLEAR if situation.asked is None else CLEAR_ASKED)


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
        answer = _answer(acts, reading, situation)
        if answer is not None and situation.asked is not None:
            commands.append(SetSlot(situation.asked.name, answer, EXTRACTOR))
    for one in started:
        commands.append(StartFlow(one.flow.id))
    if "fill" in acts or started:
        slots, role = _fillable(started, situation)
        topic = started[0].flow if started else situation.active
        values, share = _values(reading, slots, situation, topic, is_candidate=role)
        if "fill" in acts:
            factor *= share
        commands += [SetSlot(name, value, EXTRACTOR) for name, value in values.items()]
    return tuple(commands), factor


def _answer(acts: Sequence[Act], reading: Reading, situation: Situation) -> bool | None:
    """Yes or no; None where that is not clear enough.

    A yes that lets an action write must be all but certain, or be said in so many words and nothing else with it.
    """
    asked = situation.asked
    if asked is None or asked.type != "bool":
        return None
    shares = reading.acts()
    yes, no = shares["yes"], shares["no"]
    opening = opens_with(reading.text)
    if not situation.expectation.confirms_write:
        if opening is not None and ((yes if opening else no) > LEAST_ANSWER or acts == ["no"]):
            return opening
        return yes > no if {"yes", "no"} & set(acts) else None
    others = max(no, shares["fill"], shares["cancel"], shares["start"])
    if yes >= CONFIRMED and others <= 1 - CONFIRMED:
        return True
    if opening and yes >= AGREED and others <= 1 - AGREED:
        return True
    if opening is False and yes <= 1 - AGREED:
        return False
    return False if no >= REFUSED and yes <= 1 - REFUSED else None


def _fillable(started: Sequence[FlowShare], situation: Situation) -> tuple[list[Slot], bool]:
    if started:
        named = {slot.name: slot for one in started for slot in slots_of(one.flow, situation.assistant)}
        return list(named.values()), True
    asked = situation.asked
    slots = [slot for slot in situation.fillable if slot.type != "bool"]
    if asked is not None and asked.type != "bool" and asked not in slots:
        slots.append(asked)
    return slots, False


def slots_of(flow: Flow, assistant: Assistant) -> list[Slot]:
    """Slots that the turn which starts `flow` may fill; never a yes or no."""
    slots = (assistant.slots[name] for name in flow.all_collected or flow.collected if name in assistant.slots)
    return [slot for slot in slots if slot.type != "bool" and slot.is_filled_by_model]


def _values(
    reading: Reading, slots: Sequence[Slot], situation: Situation, topic: Flow | None, *, is_candidate: bool
) -> tuple[dict[str, Json], float]:
    """Values of slots, no two from the same words, and the share of the least sure one.

    What has a form of its own, a date, a time, a number, an address to write to, is cut out by that form; names and
    other words are where the reader finds them.
    """
    values: dict[str, Json] = {}
    taken: list[tuple[int, int]] = []
    kinds = {slot.name: kind_of(slot, situation.description(slot)) for slot in slots}
    ruled = fill_slots(reading.text, slots, situation.descriptions, taken=topic_stems(topic))
    found = reading.spans(slots, "candidate" if is_candidate else None)
    asked = situation.asked
    answer = found.get(asked.name) if asked is not None and not is_candidate else None
    for one in ruled:
        is_answer = answer is not None and one.start < answer.end and answer.start < one.end
        if is_answer and asked is not None and one.slot != asked.name:
            continue  # the words answer the question, whatever else they could be
        if kinds[one.slot] in FORMED and (one.slot in found or len(slots) > 1):
            values[one.slot] = one.value
            taken.append((one.start, one.end))
    share = 1.0
    by_name = {slot.name: slot for slot in slots}
    for name, said in sorted(found.items(), key=lambda item: -item[1].share):
        if name in values or any(said.start < end and start < said.end for start, end in taken):
            continue
        value, sure = value_of(by_name[name], situation.description(by_name[name]), said, reading)
        if value is not None:
            values[name] = value
            taken.append((said.start, said.end))
            share = min(share, said.share * sure)
    for one in ruled:
        if one.slot not in values and not any(one.start < end and start < one.end for start, end in taken):
            values[one.slot] = one.value
            taken.append((one.start, one.end))
    if not is_candidate and not values and asked is not None and asked.values:
        meant = reading.value(asked)
        if meant is not None:
            return {asked.name: meant[0]}, meant[1]
    changed = {name: value for name, value in values.items() if situation.values.get(name) != value}
    return changed, share if changed else 0.5


def value_of(slot: Slot, about: str, said: Said, reading: Reading) -> tuple[Json, float]:
    """The value that a stretch of the turn gives to a slot, None where it gives none; and how sure that is."""
    words = _EDGE.sub("", reading.text[said.start : said.end])
    kind = kind_of(slot, about)
    match slot.type:
        case "float":
            numbers = [one for one in find_numbers(words) if one.reading == "cardinal"] or list(find_numbers(words))
            return (numbers[-1].value, 1.0) if numbers else (None, 0.0)
        case "categorical" | "strict_categorical":
            named = {span.value for span in find_categories(words, slot.values)}
            if len(named) == 1:
                return named.pop(), 1.0
            meant = reading.value(slot)
            return meant if meant is not None else (None, 0.0)
        case _:
            if kind in ("date", "time"):
                words = _PREPOSITION.sub("", words)
            return (normalised(slot, words, description=about) if words else None), 1.0
