"""The prompt of the language model: four parts, from what never changes to what only this turn has.

    static_prefix   instructions, flows and slots     the same bytes in every turn of every call
    state_part      the running flow, the question    known while the assistant waits: read in before the caller speaks
    caller_part     the caller's words                all that a model has left to read when the turn ends

So the model's state behind the first two is kept or made ahead of time, and a turn costs the words and the answer.
One layout serves every model; only the `Naming` differs. A training example is the three parts and, as its target,
`wording.write_commands`:

    f1 transfer money: Send money to a contact (s1 recipient, s2 amount)
    ...
    In f1 transfer money: s1 recipient = Joe
    Asked s2: How much would you like to send?
    Caller: fifty dollars please
    s2 50
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogue.understanding.naming import Naming, flows_of, slots_of
from dialogue.understanding.situation import Situation
from dialogue.understanding.words import clean, label
from flows.model import Assistant, CollectTask, Flow, Slot

MAX_PREFIX_CHARACTERS = 5000
"""About 1,250 tokens. A flow beyond that has its line in the tail of the turns that it is a candidate of."""
MAX_FLOWS = 60
MAX_DESCRIPTION_WORDS = 14
MAX_LINE_CHARACTERS = 300
MAX_VALUES = 4
MAX_VALUES_CHARACTERS = 40
MAX_STATE_SLOTS = 8
MAX_GIVEN_CHARACTERS = 24
MAX_QUESTION_WORDS = 14
MAX_QUESTION_CHARACTERS = 100
MAX_CALLER_CHARACTERS = 1000
"""Where config.yml lets callers say more, a model reads the beginning."""
MAX_HISTORY_LINES = 4
MAX_HISTORY_CHARACTERS = 400
MAX_EXAMPLES = 4

CALLER = "Caller:"
_PLACEHOLDER = re.compile(r"\{+\s*(?:slots\.)?([\w.]*)[^{}]*\}+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def static_prefix(assistant: Assistant, naming: Naming) -> str:
    """The part of the prompt that is the same in every turn with this assistant."""
    lines = [flow_line(flow, assistant, naming) for flow in flows_in_prefix(assistant, naming)]
    return _instructions(naming) + "".join(f"{line}\n" for line in lines) + _examples(assistant, naming) + "\n"


def flows_in_prefix(assistant: Assistant, naming: Naming) -> tuple[Flow, ...]:
    """The flows that have their line in the static prefix: as many as its size admits."""
    room = MAX_PREFIX_CHARACTERS
    kept: list[Flow] = []
    for flow in flows_of(assistant)[:MAX_FLOWS]:
        room -= len(flow_line(flow, assistant, naming)) + 1
        if room < 0:
            break
        kept.append(flow)
    return tuple(kept)


def flow_line(flow: Flow, assistant: Assistant, naming: Naming) -> str:
    """One flow on one line: name, description, slots."""
    about = _cut_words(flow.description, MAX_DESCRIPTION_WORDS).rstrip(".:;, ")
    name = label(flow.name) or label(flow.id)
    head = f"{naming.flows[flow.id]} {name}: {about}" if naming.is_short else f"{flow.id}: {about or name}"
    line = clean(head)[:MAX_LINE_CHARACTERS]
    named: list[str] = []
    for slot in slots_of(flow, assistant):
        shown = _slot_with_values(slot, naming)
        if len(line) + len(", ".join([*named, shown])) > MAX_LINE_CHARACTERS:
            break
        named.append(shown)
    return f"{line} ({', '.join(named)})" if named else line


def state_part(
    situation: Situation, naming: Naming, candidates: Sequence[Flow] = (), history: Sequence[str] = ()
) -> str:
    """Where the conversation stands, up to the place where the caller's words begin.

    Args:
        candidates: flows that this turn may start and that the static prefix has no room for. Without them the part
            depends on the state alone, and can be read in before the caller speaks.
        history: what was said before, oldest first; the last lines of it are shown.
    """
    lines = [clean(line)[:MAX_HISTORY_CHARACTERS] for line in history[-MAX_HISTORY_LINES:]]
    lines += _running(situation, naming)
    lines += _asked(situation, naming)
    lines += [flow_line(flow, situation.assistant, naming) for flow in candidates if flow.id in naming.flows]
    return "".join(f"{line}\n" for line in lines) + CALLER


def caller_part(text: str) -> str:
    """The caller's words on one line. Behind it the model writes."""
    return f" {clean(text)[:MAX_CALLER_CHARACTERS]}\n"


def question_of(situation: Situation) -> str:
    """What the assistant asked, in its own words where the domain has them, cut to a few."""
    asked = situation.asked
    if asked is None:
        return ""
    texts = [one.text for one in situation.assistant.responses.get(_response_name(situation, asked), ()) if one.text]
    text = texts[0] if texts else situation.description(asked) or label(asked.name)
    text = clean(_PLACEHOLDER.sub(lambda found: label(found[1]), text))
    questions = [sentence for sentence in _SENTENCE_END.split(text) if sentence.endswith("?")]
    return _cut_words(questions[-1] if questions else text, MAX_QUESTION_WORDS)[:MAX_QUESTION_CHARACTERS]


def _response_name(situation: Situation, asked: Slot) -> str:
    flow = situation.assistant.flows.get(situation.expectation.flow_id or "")
    step = flow.by_id.get(situation.expectation.step_id or "") if flow else None
    task = step.task if step else None
    return (task.utter if isinstance(task, CollectTask) else "") or f"utter_ask_{asked.name}"


def _running(situation: Situation, naming: Naming) -> list[str]:
    """The running flow with what is filled; the open slots too where no line of the prefix has them."""
    if situation.active is None:
        return []
    is_listed = situation.active.id in naming.flows
    slots = [slot for slot in situation.fillable if slot.name in naming.slots]
    slots = [slot for slot in slots if not is_listed or situation.values.get(slot.name) is not None]
    shown = ", ".join(_slot_with_given(slot, situation, naming) for slot in slots[:MAX_STATE_SLOTS])
    words = label(situation.active.name) or label(situation.active.id)
    names = [naming.flows[situation.active.id]] if is_listed else []
    head = " ".join(["In", *names, words]) if naming.is_short else f"In {situation.active.id}"
    return [f"{head}: {shown}" if shown else head]


def _asked(situation: Situation, naming: Naming) -> list[str]:
    asked = situation.asked
    if asked is None:
        return []
    name = naming.slots.get(asked.name, "yes or no" if asked.type == "bool" else "")
    return [f"Asked {name}: {question_of(situation)}".replace(" :", ":")]


def _slot_with_values(slot: Slot, naming: Naming) -> str:
    """A slot in a flow's line, with some of its values where it is a category."""
    written = _written(slot, naming)
    if slot.type not in ("categorical", "strict_categorical") or not slot.values:
        return written
    return f"{written}: {'/'.join(slot.values[:MAX_VALUES])[:MAX_VALUES_CHARACTERS]}"


def _slot_with_given(slot: Slot, situation: Situation, naming: Naming) -> str:
    value = situation.values.get(slot.name)
    if value is None:
        return _written(slot, naming)
    shown = "given" if slot.is_sensitive else clean(str(value))[:MAX_GIVEN_CHARACTERS]
    return f"{_written(slot, naming)} = {shown}"


def _written(slot: Slot, naming: Naming) -> str:
    return f"{naming.slots[slot.name]} {label(slot.name)}" if naming.is_short else slot.name


def _instructions(naming: Naming) -> str:
    words = naming.words
    flow, slot = ("fN", "sN") if naming.is_short else ("FLOW", "SLOT")
    return (
        "Write what the caller wants as commands.\n"
        f"{words.start}{flow}: start this flow\n"
        f"{words.fill}{slot} VALUE: fill or correct this slot, as said, numbers in figures\n"
        f"{words.clarify} {flow} {flow}: may be any of these flows\n"
        f"{words.cancel}: stop the running flow\n"
        f"{words.skip}: cannot or will not answer\n"
        f"{words.repeat}: say it again\n"
        f"{words.person}: wants to talk to a person\n"
        f"{words.search}: asks for information that no flow gives\n"
        f"{words.chat}: small talk\n"
        f"{words.nothing}: nothing of these\n"
        "Flows:\n"
    )


def _examples(assistant: Assistant, naming: Naming) -> str:
    """Examples for a model that was not trained for this: made of the flows themselves."""
    if naming.is_short:
        return ""
    words = naming.words
    shown = [
        (f"I want to {label(flow.name) or label(flow.id)}.", f"{words.start}{flow.id}")
        for flow in flows_in_prefix(assistant, naming)[:MAX_EXAMPLES]
    ]
    shown += [("What is the capital of France?", words.nothing), ("How are you today?", words.chat)]
    return "\n" + "\n".join(f"{CALLER} {said}\n{command}\n" for said, command in shown)


def _cut_words(text: str, most: int) -> str:
    words = clean(text).split(" ")
    return " ".join(words[:most])
