"""How flows end: completed, linked onwards or cancelled, and which pattern answers that."""

from __future__ import annotations

from collections.abc import Sequence

from flows.commands import Json
from flows.effects import Emit, Utter, completed, executed
from flows.events import FlowCancelled, FlowResumed
from flows.model import START, Flow
from flows.run import Run
from flows.stack import (
    CANCEL,
    COMPLETED,
    CONTINUE,
    INTERNAL_ERROR,
    SEARCH,
    active_root,
    group_end,
    interrupted_roots,
    is_root,
)
from flows.state import Frame

ERROR_DEFAULT = "rasa_internal_error_default"


def complete(run: Run, flow: Flow) -> None:
    """End the flow on top: its slots are reset, and the pattern that follows it is put on the stack."""
    frame = run.stack.pop()
    run.effects.append(completed(flow.id, frame.step_id))
    if frame.kind == "call":
        return
    run.reset_slots(flow)
    if is_root(frame):
        after_root(run, flow)
    else:
        _after_pattern(run, frame)


def link(run: Run, flow: Flow, target: str) -> None:
    """End the flow on top and start another in its place."""
    frame = run.stack.pop()
    run.effects.append(completed(flow.id, frame.step_id))
    root = active_root(run.stack)
    if frame.kind == "call" and root >= 0:  # not allowed by the format: the parent would never be told
        del run.stack[root + 1 :]
        parent = run.stack.pop()
        run.effects.append(completed(parent.flow_id, parent.step_id))
        run.reset_slots(run.assistant.flows.get(parent.flow_id, flow))
    else:
        run.reset_slots(flow)
    kind = run.assistant.flows[target].is_pattern
    run.stack.append(run.new_frame(target, "pattern" if kind else "link"))


def after_root(run: Run, flow: Flow) -> None:
    """Go on after the end of a user flow: back to what it interrupted, or on to pattern_completed."""
    if active_root(run.stack) >= 0:
        offer_interrupted(run)
    elif flow.run_pattern_completed and all(frame.step_id == START for frame in run.stack):
        run.stack.insert(0, run.new_frame(COMPLETED, "pattern", {"previous_flow_name": run.name_of(flow.id)}))


def offer_interrupted(run: Run) -> None:
    """Put pattern_continue_interrupted on top if the next user flow had begun before."""
    root = active_root(run.stack)
    if root < 0 or run.stack[root].step_id == START:
        return
    if any(frame.flow_id == CONTINUE for frame in run.stack[root:]):
        return  # it is being asked
    roots = interrupted_roots(run.stack)
    names = [run.name_of(frame.flow_id) for frame in roots if frame.flow_id in run.assistant.flows]
    if not names:
        return
    context: dict[str, Json] = {
        "previous_flow_name": names[0],
        "interrupted_flow_names": names,
        "interrupted_flow_ids": [frame.flow_id for frame in roots],
        "interrupted_flow_options": enumeration(names),
        "multiple_flows_interrupted": len(names) > 1,
    }
    run.push_pattern(CONTINUE, context)


def enumeration(names: Sequence[str]) -> str:
    """Return "a", "a or b", "a, b or c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}" if names else ""


def _after_pattern(run: Run, frame: Frame) -> None:
    context = frame.context
    if frame.flow_id == CONTINUE:
        resume(run)
    elif frame.flow_id == CANCEL and context.get("canceled_name") is not None:
        wanted = context.get("canceled_frames") or ()
        if any(other.frame_id in wanted for other in run.stack):
            return  # the caller was asked and did not mean it: the question comes again
        if active_root(run.stack) >= 0:
            offer_interrupted(run)
        elif run.assistant.profile != "3.16" and all(other.step_id == START for other in run.stack):
            previous = {"previous_flow_name": context["canceled_name"]}
            run.stack.insert(0, run.new_frame(COMPLETED, "pattern", previous))
    elif (frame.flow_id == INTERNAL_ERROR and context.get("canceled_name") is not None) or (
        frame.flow_id == SEARCH and run.assistant.profile == "3.16"
    ):
        offer_interrupted(run)


def resume(run: Run) -> None:
    """Tell that the topmost user flow goes on."""
    root = active_root(run.stack)
    if root >= 0 and run.stack[root].step_id != START:
        frame = run.stack[root]
        run.effects.append(Emit(FlowResumed(frame.flow_id, frame.step_id)))


def cancel_group(run: Run, root: int, *, kept: frozenset[str] = frozenset()) -> None:
    """Take a user flow and all that belongs to it off the stack, and reset its slots."""
    end = group_end(run.stack, root)
    frames = run.stack[root:end]
    del run.stack[root:end]
    for frame in reversed(frames):
        if frame.kind == "pattern":
            if frame.step_id != START:
                run.effects.append(completed(frame.flow_id, frame.step_id))
            _reset(run, frame, frozenset())
        elif frame.step_id != START:
            run.effects.append(Emit(FlowCancelled(frame.flow_id, frame.step_id)))
    _reset(run, frames[0], kept)


def _reset(run: Run, frame: Frame, kept: frozenset[str]) -> None:
    flow = run.assistant.flows.get(frame.flow_id)
    if flow is not None:
        run.reset_slots(flow, kept=kept)


def break_down(run: Run, error_type: str = ERROR_DEFAULT) -> None:
    """Answer a failure: cancel the active flow, then run pattern_internal_error.

    A failure of that pattern itself is answered by the bare response, so that nothing goes round in circles.
    """
    has_failed_twice = any(frame.flow_id == INTERNAL_ERROR for frame in run.stack)
    root = active_root(run.stack)
    context: dict[str, Json] = {"error_type": error_type, "info": {}}
    if root >= 0:
        context["canceled_name"] = run.name_of(run.stack[root].flow_id)
        cancel_group(run, root)
    else:
        run.drop(range(len(run.stack)))
    if has_failed_twice:
        say_internal_error(run)
    else:
        run.push_pattern(INTERNAL_ERROR, context)


def say_internal_error(run: Run) -> None:
    """Say that something went wrong, whatever the state of the flows."""
    response = "utter_internal_error_rasa"
    run.effects.append(executed(response))
    run.effects.append(Utter(response))
