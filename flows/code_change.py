"""What a change of an assistant's files means for a conversation that is going on. Pure, like the engine.

A conversation stands on the steps that its frames are at. `footing` writes them down, a line a frame, in words that
another version of the assistant, or another process, can be compared with:

    old version ──footing──▶ lines ─┬─ the same under the new version: go on, whatever else was changed
    new version ──footing──▶ lines ─┘  not the same: a code change, answered by pattern_code_change

So texts, conditions and steps further on may change beneath a caller. A flow or step that is gone, or a step that is
now another task (asks for another slot, calls another flow), may not: nobody can say where the caller is then.

`fingerprint` tells versions apart by their content: the same in every process, and blind to comments and layout.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Final

from flows.commands import Json
from flows.conditions import Condition
from flows.corrections import validation_context
from flows.model import (
    START,
    ActionTask,
    Assistant,
    CallTask,
    CollectTask,
    Flow,
    LinkTask,
    NoopTask,
    SetSlotsTask,
    Step,
)
from flows.stack import ASKING, VALIDATE, asked_slot
from flows.state import ConversationState, Frame
from flows.templates import Template
from flows.values import Misfit, fitted

_GONE: Final = "?"
_NOT_CONTENT: Final = frozenset({"place", "places", "folder"})
_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Footing:
    """What a stack stands on: `steps`, a line for each frame, and `resets`, the slots its flows give back."""

    steps: tuple[str, ...] = ()
    resets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adopted:
    """A conversation's state under another version.

    `is_code_change`: HandleCodeChange is due before anything else is answered. `misfits` names the slots whose
    values do not fit their type any more; they keep them.
    """

    state: ConversationState
    is_code_change: bool
    misfits: tuple[str, ...] = ()


def footing(state: ConversationState, assistant: Assistant) -> Footing:
    """Write down what a conversation stands on."""
    resets: dict[str, None] = {}
    for frame in state.stack:
        flow = assistant.flows.get(frame.flow_id)
        resets.update(dict.fromkeys(flow.resets if flow is not None else ()))
    return Footing(tuple(_line(frame, assistant) for frame in state.stack), tuple(resets))


def adopted(state: ConversationState, before: Footing, assistant: Assistant) -> Adopted:
    """Return a state of an older version as the new one takes it over; `before` is its footing there.

    Slots that the domain no longer has are dropped, new ones have their initial value. At a code change the slots
    of flows that are gone are reset here, because the new version knows nothing of them.
    """
    is_code_change = footing(state, assistant).steps != before.steps
    initial = assistant.initial_slots
    values = {name: state.slots.get(name) if name in state.slots else value for name, value in initial.items()}
    if is_code_change and any(frame.flow_id not in assistant.flows for frame in state.stack):
        values.update({name: initial[name] for name in before.resets if name in initial})
    taken = replace(
        state,
        slots=values,
        stack=state.stack if is_code_change else _with_new_questions(state.stack, assistant),
        misfits={name: value for name, value in state.misfits.items() if name in initial},
        kept_slots=state.kept_slots & initial.keys(),
        pending_action=None,
    )
    return Adopted(taken, is_code_change, _misfits(values, assistant))


def fingerprint(flow: Flow) -> str:
    """Return a hash of what a flow does and says of itself."""
    return _hash(_content(flow))


def assistant_fingerprint(assistant: Assistant) -> str:
    """Return a hash of a whole assistant: of everything that was loaded, wherever its folder is."""
    return _hash(_content(assistant))


def _line(frame: Frame, assistant: Assistant) -> str:
    flow = assistant.flows.get(frame.flow_id)
    if flow is None:
        return f"{frame.flow_id} {_GONE}"
    if frame.step_id == START:
        return f"{frame.flow_id} {START}"
    step = flow.by_id.get(frame.step_id)
    task = _GONE if step is None else _task(step)
    return f"{frame.flow_id} {frame.step_id}: {task}{_asked(frame, assistant)}"


def _task(step: Step) -> str:
    match step.task:
        case ActionTask(name=name):
            return f"action {name}"
        case CollectTask(slot=slot):
            return f"collect {slot}"
        case CallTask(flow_id=name):
            return f"call {name}"
        case LinkTask(flow_id=name):
            return f"link {name}"
        case SetSlotsTask():
            return "set_slots"
        case NoopTask():
            return "noop"


def _asked(frame: Frame, assistant: Assistant) -> str:
    """Return which slot a question is about, and whether it can still be asked."""
    if frame.flow_id not in ASKING:
        return ""
    name = asked_slot(frame) or ""
    slot = assistant.slots.get(name)
    is_askable = slot is not None and (frame.flow_id != VALIDATE or slot.validation is not None)
    return f" for {name if is_askable else _GONE}"


def _with_new_questions(stack: tuple[Frame, ...], assistant: Assistant) -> tuple[Frame, ...]:
    """Let the questions that are open be asked again as the new version asks them."""
    frames = list(stack)
    for index, frame in enumerate(frames):
        if frame.flow_id not in ASKING or frame.step_id == START:
            continue
        context = {**frame.context, **_asking(frames, index, assistant)}
        frames[index] = Frame(
            frame.frame_id, frame.flow_id, frame.step_id, frame.kind, frame.is_done, frame.is_asked, context
        )
    return tuple(frames)


def _asking(frames: list[Frame], index: int, assistant: Assistant) -> Mapping[str, Json]:
    frame = frames[index]
    if frame.flow_id == VALIDATE:
        name = str(frame.context.get("validate"))
        slot = assistant.slots.get(name)
        validation = slot.validation if slot is not None else None
        return validation_context(name, validation) if validation is not None else {}
    below = next((other for other in reversed(frames[:index]) if other.flow_id not in ASKING), None)
    flow = assistant.flows.get(below.flow_id) if below is not None else None
    step = flow.by_id.get(below.step_id) if flow is not None and below is not None else None
    task = step.task if step is not None else None
    if not isinstance(task, CollectTask) or task.slot != frame.context.get("collect"):
        return {}
    return task.context


def _misfits(values: Mapping[str, Json], assistant: Assistant) -> tuple[str, ...]:
    unfit: list[str] = []
    for name, value in values.items():
        slot = assistant.slots[name]
        if value is None or value == slot.initial_value or slot.type in ("any", "list", "text"):
            continue
        try:
            fitted(slot, value)
        except Misfit:
            unfit.append(name)
    return tuple(unfit)


def _hash(content: Json) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:_DIGITS]


def _content(value: Any) -> Json:
    """Return what counts of a loaded thing, as JSON: no places in files, nothing that follows from the rest."""
    if isinstance(value, Condition | Template):
        return value.text
    if is_dataclass(value) and not isinstance(value, type):
        named = {field.name for field in fields(value) if field.init} - _NOT_CONTENT
        return {"": type(value).__name__, **{name: _content(getattr(value, name)) for name in named}}
    if isinstance(value, Mapping):
        return {str(key): _content(item) for key, item in value.items()}
    if isinstance(value, Set):
        return sorted(str(item) for item in value)
    if isinstance(value, list | tuple):
        return [_content(item) for item in value]
    return value
