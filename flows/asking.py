"""The default `pattern_collect_information`, carried out in one go.

Nearly every turn answers one question and asks the next, and each question is a pattern of five steps, most of
which have nothing to do. Walking them costs more than all else that a turn does. So where an assistant leaves the
pattern as it comes, this does what walking it would do: the same effects in the same order, the same frame
afterwards (a test compares the two). Where a step needs the outside, the frame is left at that step, and the
engine walks on from there.

    start ─▶ validate ─▶ filled? the pattern ends
                         else ask ─▶ action ─▶ listen ─▶ start
"""

from __future__ import annotations

from flows.effects import Listen, executed
from flows.expectations import expectation_of
from flows.model import START, Assistant, Flow, Step
from flows.run import Run
from flows.state import Frame

REJECTIONS = "action_run_slot_rejections"
_REJECTIONS_RUN = executed(REJECTIONS)
_N_STEPS = 5


def can_ask(flow: Flow | None, assistant: Assistant) -> bool:
    """Tell whether questions are asked by the default pattern, with nothing in it replaced."""
    return (
        flow is not None
        and flow.is_default
        and len(flow.steps) == _N_STEPS
        and REJECTIONS not in assistant.custom_actions
    )


def begin(run: Run, flow: Flow, frame: Frame) -> bool:
    """Emit what leads to the first step; False where the frame is not between two rounds of a question."""
    start, *_, listen = flow.steps
    if "collect" not in frame.context:  # started by its name
        return False
    if frame.step_id == START:
        run.effects.append(flow.started)
    elif frame.step_id != listen.id:
        return False
    run.effects += (start.entered, _REJECTIONS_RUN)
    return True


def ask(run: Run, flow: Flow, frame: Frame) -> bool:
    """Go on after the rejections ran: True when the slot is filled and the pattern is to end at its present step."""
    _, validate, asking, acting, listen = flow.steps
    context, custom = frame.context, run.assistant.custom_actions
    slot = context["collect"]
    is_filled = run.slots.get(slot) is not None
    run.effects.append(validate.entered)
    if is_filled:
        is_checked = f"validate_{slot}" in custom
        _stay(run, frame, validate, is_done=not is_checked)
        return not is_checked
    is_repeated = frame.frame_id == run.said_frame_id
    run.effects.append(asking.entered)
    utter = context["utter"]
    if utter in custom or not utter.startswith("utter_"):
        return _stay(run, frame, asking)
    if not is_repeated:
        run.utter(utter, frame)
    run.effects.append(acting.entered)
    if context["collect_action"] in custom and not is_repeated:
        return _stay(run, frame, acting)
    run.effects.append(listen.entered)
    _stay(run, frame, listen, is_done=True)
    run.ends_with(Listen(expectation_of(run.stack, run.assistant)))
    return False


def _stay(run: Run, frame: Frame, step: Step, *, is_done: bool = False) -> bool:
    run.stack[-1] = frame.at(step.id, is_done=is_done)
    return False
