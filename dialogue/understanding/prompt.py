"""The prompt of the language model: a static prefix per assistant, and a short tail per turn.

The prefix has the task, a line for each flow and examples made from the flows themselves; it is the same bytes in
every turn of every call, so that the model's state behind it is kept. What changes comes last and is bounded: the
question, what is filled, the caller's words.
"""

from __future__ import annotations

from collections.abc import Sequence

from dialogue.understanding.situation import Situation
from dialogue.understanding.words import clean, label
from flows.model import Assistant, Flow

MAX_PREFIX_CHARACTERS = 4000
"""About 1,000 tokens. Flows beyond that are not in the prefix; the turn's nearest flows stand in the tail anyhow."""
MAX_FLOW_LINE = 160
MAX_EXAMPLES = 6
MAX_FILLED = 4
MAX_VALUE_CHARACTERS = 40

_TASK = """\
A caller speaks to an assistant. Write what the caller wants as commands, one on a line.
start flow ID: the caller wants what this flow does
set slot NAME VALUE: the caller gives a value
cancel flow: the caller wants to stop
offtopic reply: small talk
cannot handle: no flow does what the caller wants

Flows:
"""
_UNRELATED = (
    ("What is the capital of France?", "cannot handle"),
    ("How are you today?", "offtopic reply"),
)


def static_prefix(assistant: Assistant) -> str:
    """The part of the prompt that is the same in every turn with this assistant."""
    flows = [flow for flow in assistant.user_flows if not flow.is_only_called]
    lines: list[str] = []
    room = MAX_PREFIX_CHARACTERS
    for flow in flows:
        line = flow_line(flow)
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    examples = [(f"I want to {flow.name or label(flow.id)}.", f"start flow {flow.id}") for flow in flows[:MAX_EXAMPLES]]
    shown = "".join(f"Caller: {said}\n{command}\n\n" for said, command in (*examples, *_UNRELATED))
    return _TASK + "\n".join(lines) + "\n\n" + shown


def flow_line(flow: Flow) -> str:
    """One flow on one line: id, description, slots."""
    slots = f" [{', '.join(flow.collected)}]" if flow.collected else ""
    return clean(f"{flow.id}: {flow.description}")[: MAX_FLOW_LINE - len(slots)] + slots


def volatile_tail(text: str, situation: Situation, candidates: Sequence[Flow] = ()) -> str:
    """The part of the prompt that belongs to this turn."""
    lines = []
    if candidates:
        lines.append("Likely: " + ", ".join(flow.id for flow in candidates))
    if situation.active is not None:
        lines.append(f"Running: {situation.active.id}")
    given = [
        f"{slot.name} = {clean(str(situation.values[slot.name]))[:MAX_VALUE_CHARACTERS]}"
        for slot in situation.fillable
        if situation.values.get(slot.name) is not None and not slot.is_sensitive
    ]
    if given:
        lines.append("Known: " + "; ".join(given[:MAX_FILLED]))
    if situation.asked is not None:
        about = situation.description(situation.asked) or label(situation.asked.name)
        lines.append(f"Asked: {situation.asked.name} ({clean(about)[:80]})")
    return "".join(f"{line}\n" for line in lines) + f"Caller: {text}\n"
