"""Corrections: what the caller changes of what was said before, and where the flow goes on from.

New values apply only at `action_correct_flow_slot`. The flow then goes back to the earlier of the corrected
slot's collect and the present step; collects behind it that are filled are skipped, so that a branch which the new
value changes is walked anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from flows.commands import Json
from flows.model import Assistant, CallTask, CollectTask, Flow, SlotValidation, Step
from flows.run import Run
from flows.stack import CORRECTION, VALIDATE, active_root, digressions
from flows.state import Frame
from flows.values import Misfit, fitted


class CorrectedValue(dict[str, Json]):
    """An entry of `context.corrected_slots`: texts read its `.value`, and older ones print the entry itself."""

    def __str__(self) -> str:
        value = self.get("value")
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def propose_correction(run: Run, corrections: Iterable[tuple[str, Json]]) -> Frame | None:
    """Prepare pattern_correction; one that is pending is replaced. None where there is nothing to correct."""
    values = {name: _spoken(run, name, value) for name, value in corrections if name in run.assistant.slots}
    if not values:
        return None
    run.drop(digressions(run.stack))
    root = active_root(run.stack)
    pending = [index for index in range(root + 1, len(run.stack)) if run.stack[index].flow_id == CORRECTION]
    if pending:
        run.drop([i for i in range(pending[0], len(run.stack)) if run.stack[i].kind == "pattern"])
    goal = _goal(run, values)
    context: dict[str, Json] = {
        "corrected_slots": {name: CorrectedValue(value=value) for name, value in values.items()},
        "new_slot_values": list(values.values()),
        "is_reset_only": _is_reset_only(run, values),
        "reset_flow_id": goal[1].flow_id if goal else None,
        "reset_step_id": goal[1].id if goal else None,
    }
    return run.new_frame(CORRECTION, "pattern", context)


def apply_correction(run: Run, frame: Frame) -> None:
    """Write the new values and move the flow back: what `action_correct_flow_slot` does."""
    corrected = frame.context.get("corrected_slots")
    values = {
        name: entry.get("value") if isinstance(entry, dict) else entry
        for name, entry in (corrected.items() if isinstance(corrected, dict) else ())
        if name in run.assistant.slots
    }
    is_reset_only = bool(frame.context.get("is_reset_only"))
    for name, value in values.items():
        if is_reset_only:
            run.set_slot(name, None)
        else:
            run.set_heard(name, value, by_nlu=name in run.heard_by_nlu)
    goal = _goal(run, values)
    if goal is not None:
        _move(run, goal[0], goal[1], frame)
    for name in values:
        validation = None if is_reset_only else validation_frame(run, name)
        if validation is not None:
            run.stack.append(validation)


def validation_frame(run: Run, name: str) -> Frame | None:
    """Return a frame of pattern_validate_slot for a slot that has checks and a value."""
    validation = run.assistant.slots[name].validation
    if validation is None or (run.slots.get(name) is None and name not in run.misfits):
        return None
    return run.new_frame(VALIDATE, "pattern", validation_context(name, validation))


def validation_context(name: str, validation: SlotValidation) -> dict[str, Json]:
    """Return what pattern_validate_slot sees of a slot's checks as `context.`."""
    return {
        "validate": name,
        "refill_utter": validation.refill_utter,
        "refill_action": validation.refill_action,
        "rejections": [{"if": one.condition.text, "utter": one.utter} for one in validation.rejections],
    }


def _spoken(run: Run, name: str, value: Json) -> Json:
    try:
        return fitted(run.assistant.slots[name], value)
    except Misfit:
        return value


def _is_reset_only(run: Run, names: Collection[str]) -> bool:
    flows = run.assistant.flows
    family = {name for frame in run.stack if frame.flow_id in flows for name in _family(flows[frame.flow_id], run)}
    asking = {
        step.task.slot: step.task.ask_before_filling
        for flow_id in family
        for step in flows[flow_id].steps
        if isinstance(step.task, CollectTask) and step.task.slot in names
    }
    return all(asking.get(name, False) for name in names)


def _family(flow: Flow, run: Run) -> list[str]:
    found, waiting = [flow.id], list(flow.calls)
    while waiting:
        name = waiting.pop()
        if name not in found and name in run.assistant.flows:
            found.append(name)
            waiting += run.assistant.flows[name].calls
    return found


def _goal(run: Run, names: Collection[str]) -> tuple[int, Step] | None:
    """Return the frame (its index) and the step to go back to; None where the present step comes first.

    From the parent to its children: the outermost frame that has the slot behind it, itself or in a flow that it
    called, is the one that goes back.
    """
    flows = run.assistant.flows
    for index in range(max(active_root(run.stack), 0), len(run.stack)):
        frame = run.stack[index]
        flow = flows.get(frame.flow_id)
        present = flow.by_id.get(frame.step_id) if flow is not None else None
        if flow is None or present is None or frame.flow_id == CORRECTION:
            continue
        is_calling = any(other.kind == "call" for other in run.stack[index + 1 :])
        for step in flow.steps:
            if step.order > present.order:
                break
            if step is present and is_calling and not _collects_itself(step, names):
                break
            if _collects(step, names, run.assistant):
                return index, step
    return None


def _collects_itself(step: Step, names: Collection[str]) -> bool:
    return isinstance(step.task, CollectTask) and step.task.slot in names


def _collects(step: Step, names: Collection[str], assistant: Assistant) -> bool:
    if isinstance(step.task, CallTask):
        child = assistant.flows.get(step.task.flow_id)
        return child is not None and not set(names).isdisjoint(child.all_collected)
    return _collects_itself(step, names)


def _move(run: Run, index: int, step: Step, running: Frame) -> None:
    """Put a frame before a step; children and questions above it go, the running pattern stays on top."""
    kept = next(
        (i for i in range(index + 1, len(run.stack)) if run.stack[i].frame_id == running.frame_id), len(run.stack)
    )
    gone = run.stack[index + 1 : kept]
    del run.stack[index + 1 : kept]
    for frame in gone:
        flow = run.assistant.flows.get(frame.flow_id)
        if frame.kind == "pattern" and flow is not None:
            run.reset_slots(flow)
    run.stack[index] = run.stack[index].at(step.id)
    run.effects.append(step.entered)
