"""What the reader knows of an assistant before anybody speaks: vectors of its flows, slots and values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dialogue.understanding.reader.heads import Vectors
from dialogue.understanding.reader.port import TurnReader
from dialogue.understanding.reader.shared_words import FlowWords, SharedWords
from dialogue.understanding.situation import slot_descriptions
from dialogue.understanding.words import clean, label
from flows.model import Assistant, CollectTask, Flow
from flows.writes import deciding_slots

MAX_EXAMPLES = 40
"""Examples of an intent beyond these add time to the start and next to nothing to recall."""
MAX_QUESTION_CHARACTERS = 100
ANSWERS = (True, False)
_PLACEHOLDER = re.compile(r"\{+\s*(?:slots\.)?([\w.]*)[^{}]*\}+")
_ANNOTATION = re.compile(r"\[([^\]]*)\]\s*(?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True, slots=True)
class ReaderIndex:
    """Unit vectors. `flows` has a row per sentence about a flow, `owners` whose it is; the first of a flow is its text.

    `slots` maps a slot to its row, `values` a category or a question of yes or no to its values and their rows.
    `words` has the flows of `named`, and `passing` the questions of yes or no that may be answered
    before they are asked.
    """

    owners: tuple[str, ...]
    flows: Vectors
    slots: Mapping[str, Vectors]
    values: Mapping[str, tuple[tuple[str | bool, ...], Vectors]]
    slot_texts: Mapping[str, str]
    flow_texts: Mapping[str, str]
    named: tuple[str, ...]
    words: SharedWords
    passing: frozenset[str] = frozenset()


async def build_index(assistant: Assistant, reader: TurnReader) -> ReaderIndex:
    """Encode an assistant. Raises what the reader raises."""
    told = [flow for flow in assistant.flows.values() if not flow.is_pattern]
    rows = [(flow.id, text) for flow in told for text in _texts(flow, assistant)]
    texts = slot_texts(assistant)
    valued = value_texts(assistant, texts)
    value_rows = [text for listed in valued.values() for text in listed.values()]
    made = await reader.encode([*(text for _, text in rows), *texts.values(), *value_rows])
    flows, rest = made[: len(rows)], made[len(rows) :]
    slots = dict(zip(texts, rest[: len(texts)], strict=True))
    values, at = {}, len(texts)
    for name, listed in valued.items():
        values[name] = (tuple(listed), rest[at : at + len(listed)])
        at += len(listed)
    own = dict(reversed(rows))
    words = SharedWords.of([_words(flow, assistant, texts) for flow in told])
    owners, named = tuple(flow for flow, _ in rows), tuple(flow.id for flow in told)
    return ReaderIndex(owners, flows, slots, values, texts, own, named, words, passing_slots(assistant))


def passing_slots(assistant: Assistant) -> frozenset[str]:
    """Questions of yes or no that a caller may answer in passing: "and no reminder, please".

    Not where an author wants the question asked, not where an action writes right behind it, and not where it depends
    on the answer whether one does.
    """
    asked = {
        step.task.slot
        for flow in assistant.flows.values()
        for step in flow.steps
        if isinstance(step.task, CollectTask) and (step.confirms_write or step.task.ask_before_filling)
    }
    questions = frozenset(
        name
        for name, slot in assistant.slots.items()
        if slot.type == "bool" and slot.is_filled_by_model and not slot.is_default
    )
    return questions - asked - deciding_slots(assistant, questions)


def slot_texts(assistant: Assistant) -> dict[str, str]:
    """A line about each slot that a caller may fill: its name, and what its author says of it or asks for it."""
    described = slot_descriptions(assistant)
    return {
        name: f"{label(name)}: {told}" if (told := described.get(name) or _question(name, assistant)) else label(name)
        for name, slot in assistant.slots.items()
        if slot.is_filled_by_model or name in described
    }


def value_texts(assistant: Assistant, texts: Mapping[str, str]) -> dict[str, dict[str | bool, str]]:
    """Lines about the values of categories and of questions of yes or no; `texts` are the lines about their slots."""
    made: dict[str, dict[str | bool, str]] = {}
    for name, slot in assistant.slots.items():
        if name in texts and slot.type == "bool":
            made[name] = {value: answer_text(texts[name], value) for value in ANSWERS}
        elif name in texts and slot.values:
            made[name] = {value: value_text(name, value) for value in slot.values}
    return made


def value_text(slot: str, value: str) -> str:
    """A line about one value of a category."""
    return f"{label(slot)}: {label(value)}"


def answer_text(slot_text: str, value: bool) -> str:
    """A line about one answer to a question of yes or no."""
    return f"{'yes' if value else 'no'}, {slot_text}"


def _texts(flow: Flow, assistant: Assistant) -> list[str]:
    name = label(flow.name) or label(flow.id)
    examples = [
        _ANNOTATION.sub(r"\1", example)
        for trigger in flow.nlu_trigger
        for example in assistant.examples.get(trigger.intent, ())[:MAX_EXAMPLES]
    ]
    return [f"{flow.name or label(flow.id)}: {flow.description}" if flow.description else name, *examples]


def _words(flow: Flow, assistant: Assistant, texts: Mapping[str, str]) -> FlowWords:
    slots = [name for name in dict.fromkeys(flow.all_collected or flow.collected) if name in texts]
    values = [value for name in slots for value in assistant.slots[name].values or ()]
    questions = [texts[name].partition(": ")[2] for name in slots]
    return FlowWords(flow.name or flow.id, flow.description or "", slots, values, questions)


def _question(slot: str, assistant: Assistant) -> str:
    texts = [one.text for one in assistant.responses.get(f"utter_ask_{slot}", ()) if one.text]
    return clean(_PLACEHOLDER.sub(lambda found: label(found[1]), texts[0]))[:MAX_QUESTION_CHARACTERS] if texts else ""
