"""Training variants as assistants of the format, and their turns as situations and commands.

The prompt that a language model is trained on is thereby the one that it will be asked with: both are written by
`dialogue.understanding.prompt`.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from dialogue.understanding.situation import Situation, slot_descriptions
from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    HumanHandoff,
    KnowledgeAnswer,
    RepeatLastBotMessages,
    SetSlot,
    SkipQuestion,
    StartFlow,
)
from flows.effects import Expectation
from flows.loader import load_assistant
from flows.model import Assistant, CollectTask
from models.training.turn_kinds import Turn, Variant

_ALONE: dict[str, Command] = {
    "cancel": CancelFlow(),
    "chat": ChitChat(),
    "search": KnowledgeAnswer(),
    "skip": SkipQuestion(),
    "repeat": RepeatLastBotMessages(),
    "person": HumanHandoff(),
    "none": CannotHandle(),
}


def assistant_of(variant: Variant) -> Assistant:
    """Write a variant as an assistant's files and load them."""
    flows, slots, responses = {}, {}, {}
    for flow_id, (name, told) in variant.flows.items():
        steps = [
            {"collect": slot, "description": variant.domain.slots[slot].about} for slot in variant.slots_of(flow_id)
        ]
        flows[flow_id] = {"name": name, "description": told, "steps": [*steps, {"action": "utter_done"}]}
    for slot_id, slot in variant.domain.slots.items():
        made: dict[str, object] = {"type": slot.type, "mappings": [{"type": "from_llm"}]}
        if slot.type == "categorical":
            made["values"] = list(slot.values)
        slots[slot_id] = made
        responses[f"utter_ask_{slot_id}"] = [{"text": slot.ask}]
    responses["utter_done"] = [{"text": "Done."}]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "data").mkdir()
        (root / "config.yml").write_text("recipe: default.v1\nlanguage: en\npipeline: []\n")
        (root / "domain.yml").write_text(json.dumps({"version": "3.1", "slots": slots, "responses": responses}))
        (root / "data" / "flows.yml").write_text(json.dumps({"flows": flows}))
        return load_assistant(root)


def situation_of(turn: Turn, variant: Variant, assistant: Assistant) -> Situation:
    """Where the conversation of a turn stands."""
    active = assistant.flows[turn.active] if turn.active else None
    fillable = tuple(assistant.slots[name] for name in variant.slots_of(turn.active)) if turn.active else ()
    expected = Expectation()
    if active is not None and turn.asked is not None:
        slot = assistant.slots[turn.asked]
        step = next(s for s in active.steps if isinstance(s.task, CollectTask) and s.task.slot == turn.asked)
        kind = {"bool": "yes_no", "categorical": "category", "float": "number"}.get(slot.type, "text")
        expected = Expectation(kind, turn.asked, active.id, step.id, slot.values)  # type: ignore[arg-type]
    return Situation(
        assistant,
        expected,
        active,
        tuple(flow for flow in assistant.user_flows if not flow.is_only_called),
        fillable,
        {**dict.fromkeys(assistant.slots), **turn.filled},
        slot_descriptions(assistant),
    )


def commands_of(turn: Turn, variant: Variant) -> tuple[Command, ...] | None:
    """What a turn means, in the order of what was said; None where only a closed matcher may decide (yes, no)."""
    if turn.acts & {"yes", "no", "hold"}:
        return None
    if "clarify" in turn.acts:
        return (Clarify(turn.flows),)
    commands: list[Command] = [command for act, command in _ALONE.items() if act in turn.acts]
    commands += [StartFlow(flow) for flow in turn.flows]
    said = sorted(turn.spans.items(), key=lambda item: item[1])
    known = {name for flow in turn.flows for name in variant.slots_of(flow)}
    known |= set(variant.slots_of(turn.active)) if turn.active else set()
    for name, (start, end) in said:
        if name not in known:
            continue
        value = turn.values.get(name, turn.text[start:end])
        commands.append(SetSlot(name, f"{value:g}" if isinstance(value, float) else value))
    meant = {name: value for name, value in turn.values.items() if name not in turn.spans and isinstance(value, str)}
    commands += [SetSlot(name, value) for name, value in meant.items() if name in known]
    return tuple(commands) or None
