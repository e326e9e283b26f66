"""The copy grammar: what the language model may write in this turn, as GBNF.

It can name only flows that may be started and slots that may be filled; numbers only from those said, categories
only where the turn names them, free text only as a stretch of what was said. Yes-or-no slots are left out altogether:
only the fast path may confirm anything. So whatever the model writes is valid, and nothing in it is invented.

    root  ::= start | sets | other
    start ::= "start flow transfer_money\\n" ("set slot amount 50\\n")? ("set slot recipient " ("Joe" | ...) "\\n")?
"""

from __future__ import annotations

from collections.abc import Sequence

from dialogue.understanding.filling import number_fits
from dialogue.understanding.numbers import find_numbers
from dialogue.understanding.parsing import format_command
from dialogue.understanding.situation import Situation
from dialogue.understanding.slot_kinds import kind_of
from dialogue.understanding.spans import find_categories
from dialogue.understanding.words import STOP_WORDS, split_words
from flows.commands import CancelFlow, CannotHandle, ChitChat, Command, RepeatLastBotMessages, SetSlot, SkipQuestion
from flows.model import Assistant, Flow, Slot

MAX_SPAN_WORDS = 6
MAX_SPANS = 120
"""Stretches of text offered as a value. Longer turns than about 25 words offer only their first ones."""
END_OF_LINE = '"\\n"'


def turn_grammar(text: str, situation: Situation, flows: Sequence[Flow]) -> str:
    """The grammar for one turn, with `flows` as those that may be started."""
    rules = [f"start-{place} ::= {_start(text, flow, situation)}" for place, flow in enumerate(flows)]
    sets = _any_of_in_order(text, allowed_slots(situation), situation)
    choices = [f"start-{place}" for place in range(len(flows))]
    if sets:
        rules.append(f"sets ::= {sets}")
        choices.append("sets")
    choices.append(" | ".join(f"{_literal(format_command(command))} {END_OF_LINE}" for command in _others(situation)))
    return "\n".join([f"root ::= {' | '.join(choices)}", *rules]) + "\n"


def allowed_slots(situation: Situation) -> tuple[Slot, ...]:
    """Slots of the running flow that a model may fill: never a yes or no."""
    asked = situation.asked
    slots = [*situation.fillable, *([asked] if asked is not None and asked not in situation.fillable else [])]
    return tuple(slot for slot in slots if slot.type not in ("bool", "list") and slot.is_filled_by_model)


def slots_of(flow: Flow, assistant: Assistant) -> tuple[Slot, ...]:
    """Slots that the turn which starts `flow` may fill."""
    slots = (assistant.slots[name] for name in flow.all_collected or flow.collected if name in assistant.slots)
    return tuple(slot for slot in slots if slot.type not in ("bool", "list") and slot.is_filled_by_model)


def values_said(text: str, slot: Slot, situation: Situation) -> tuple[str, ...]:
    """What a model may write as the value of `slot`: only what the turn says."""
    about = situation.description(slot)
    match slot.type:
        case "float":
            kind = kind_of(slot, about)
            fitting = [one for one in find_numbers(text) if number_fits(one, slot, about, kind) > 0]
            return tuple(dict.fromkeys(str(one.value) for one in fitting))
        case "categorical" | "strict_categorical":
            return tuple(dict.fromkeys(span.value for span in find_categories(text, slot.values)))
        case _:
            return stretches(text)


def stretches(text: str) -> tuple[str, ...]:
    """Stretches of the turn that begin and end in a word that means something, the shortest first."""
    words = split_words(text)
    found: dict[str, None] = {}
    for size in range(1, MAX_SPAN_WORDS + 1):
        for first in range(len(words) - size + 1):
            inside = words[first : first + size]
            if inside[0].lower not in STOP_WORDS and inside[-1].lower not in STOP_WORDS:
                found[text[inside[0].start : inside[-1].end]] = None
    return tuple(found)[:MAX_SPANS]


def _start(text: str, flow: Flow, situation: Situation) -> str:
    line = f"{_literal(f'start flow {flow.id}')} {END_OF_LINE}"
    return " ".join([line, *(f"({one})?" for one in _sets(text, slots_of(flow, situation.assistant), situation))])


def _any_of_in_order(text: str, slots: Sequence[Slot], situation: Situation) -> str:
    """At least one of the slots, each once and in order: a b? c? | b c? | c."""
    lines = _sets(text, slots, situation)
    return " | ".join(
        " ".join([lines[first], *(f"({line})?" for line in lines[first + 1 :])]) for first in range(len(lines))
    )


def _sets(text: str, slots: Sequence[Slot], situation: Situation) -> list[str]:
    lines = []
    for slot in slots:
        values = values_said(text, slot, situation)
        if values:
            written = " | ".join(_literal(format_command(SetSlot(slot.name, value))) for value in values)
            lines.append(f"({written}) {END_OF_LINE}")
    return lines


def _others(situation: Situation) -> tuple[Command, ...]:
    running: tuple[Command, ...] = (CancelFlow(),) if situation.is_flow_running else ()
    asked: tuple[Command, ...] = (SkipQuestion(),) if situation.asked is not None else ()
    return (*running, *asked, RepeatLastBotMessages(), ChitChat(), CannotHandle())


def _literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
