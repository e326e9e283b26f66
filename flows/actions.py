"""Actions as the engine runs them: responses, the built-in ones, and the hand-over of custom ones to the shell.

A custom action of the same name replaces a built-in one. A name that comes out of a template and that nobody knows
(`validate_amount` where there is none) is passed over: the patterns name more than most assistants have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from flows.commands import Json
from flows.corrections import apply_correction
from flows.effects import HangUp, RepeatLastMessages, RunAction, executed
from flows.endings import break_down, cancel_group
from flows.model import START, ActionEffect, ActionTask, CollectTask, Rejection
from flows.reactions import raise_group
from flows.run import Run
from flows.stack import ASKING, COLLECT, active_root, asked_slot, interrupted_roots, is_root
from flows.state import Frame

LISTEN: Final = "action_listen"
SEARCH_ACTION: Final = "action_trigger_search"
NO_RELEVANT_ANSWER: Final = "action_no_relevant_answer"
"""What follows a search that found nothing: of our own, and only ever a follow-up."""
_SEARCH_POLICY: Final = "EnterpriseSearchPolicy"
_CHECKS: Final = "validate_"
_ASKS: Final = "action_ask_"
_SAID_BACK_CHARACTERS: Final = 200
_Builtin: TypeAlias = Callable[[Run, Frame], None]
_REJECTIONS_BY_TYPE: Final = {
    "bool": "utter_boolean_slot_rejection",
    "float": "utter_float_slot_rejection",
    "categorical": "utter_categorical_slot_rejection",
    "strict_categorical": "utter_categorical_slot_rejection",
}


def run_step_action(run: Run, frame: Frame, task: ActionTask) -> None:
    """Carry out an action step of the frame on top."""
    run.done()
    template = task.template
    name = task.name if template is None else template.render(run.slots, frame.context)
    if template is not None and _is_pointless(run, frame, name):
        return
    if not run_action(run, frame, name, task.effect) and template is None:
        _hand_over(run, frame, name, task.effect)


def run_action(run: Run, frame: Frame, name: str, effect: ActionEffect | None = None) -> bool:
    """Run an action for a frame; False where nobody knows it."""
    if name in run.assistant.custom_actions:
        _hand_over(run, frame, name, effect)
    elif name == SEARCH_ACTION and has_search_policy(run.assistant.config):
        _hand_over(run, frame, name, effect or "read")
    elif name.startswith("utter_"):
        if name not in run.assistant.responses:
            break_down(run)
        run.utter(name, frame)
    elif name in BUILT_IN:
        run.effects.append(executed(name))
        BUILT_IN[name](run, frame)
    else:
        return False
    return True


def only_asks(name: str) -> bool:
    """Say whether an action asks for a slot or checks its value, by the format's names for such actions."""
    return name.startswith((_ASKS, _CHECKS))


def has_search_policy(config: Mapping[str, Json]) -> bool:
    """Tell whether config.yml has the policy that answers from documents, by its short or its long name."""
    policies = config.get("policies")
    listed = policies if isinstance(policies, list | tuple) else ()
    names = [str(policy.get("name")) for policy in listed if isinstance(policy, Mapping)]
    return any(name.rpartition(".")[2] == _SEARCH_POLICY for name in names)


def _hand_over(run: Run, frame: Frame, name: str, effect: ActionEffect | None) -> None:
    run.pending_action = name
    chosen = effect or run.assistant.action_effects.get(name, "write")
    run.ends_with(RunAction(name, frame.flow_id, frame.step_id, chosen))


def _is_pointless(run: Run, frame: Frame, name: str) -> bool:
    """Tell whether a templated action of a pattern has nothing to do now."""
    context = frame.context
    if not name or (name.startswith("utter_") and name not in run.assistant.responses):
        return True
    if frame.flow_id not in ASKING:
        return False
    if name.startswith(_CHECKS):  # there is nothing to check before the caller has answered
        return run.slots.get(str(context.get("collect"))) is None
    asks = (
        context.get("utter"),
        context.get("collect_action"),
        context.get("refill_utter"),
        context.get("refill_action"),
    )
    return frame.frame_id == run.said_frame_id and name in asks


def run_slot_rejections(run: Run, frame: Frame) -> None:
    """Refuse the value of the slot that a pattern asks for, if a rejection holds or it does not fit its type."""
    name = asked_slot(frame) or ""
    slot = run.assistant.slots.get(name)
    if slot is None:
        return
    if name in run.misfits:
        refused = run.misfits.pop(name)
        if run.slots.get(name) is None:
            response = _REJECTIONS_BY_TYPE.get(slot.type, "utter_ask_rephrase")
            run.utter(response, frame, {"value": _said_back(refused)})
        return
    value = run.slots.get(name)
    if value is None:
        return
    for rejection in _rejections(run, frame, name):
        if rejection.condition.test(run.slots, frame.context):
            run.set_slot(name, None)
            run.utter(rejection.utter, frame, {"value": _said_back(value), name: _said_back(value)})
            return


def _said_back(value: Json) -> Json:
    """Shorten a refused value to what one can listen to."""
    is_long = isinstance(value, str) and len(value) > _SAID_BACK_CHARACTERS
    return f"{value[:_SAID_BACK_CHARACTERS]}…" if is_long else value


def _rejections(run: Run, frame: Frame, name: str) -> tuple[Rejection, ...]:
    if frame.flow_id != COLLECT:
        validation = run.assistant.slots[name].validation
        return validation.rejections if validation is not None else ()
    position = next((i for i, other in enumerate(run.stack) if other.frame_id == frame.frame_id), 0)
    below = run.stack[position - 1] if position > 0 else None
    flow = run.assistant.flows.get(below.flow_id) if below is not None else None
    step = flow.by_id.get(below.step_id) if flow is not None and below is not None else None
    return step.task.rejections if step is not None and isinstance(step.task, CollectTask) else ()


def _cancel_flow(run: Run, frame: Frame) -> None:
    ids = frame.context.get("canceled_frames")
    wanted = set(ids) if isinstance(ids, list | tuple) else set()
    for index in range(len(run.stack) - 1, -1, -1):
        if run.stack[index].frame_id in wanted and is_root(run.stack[index]):
            kept = _frames_from(run, frame)
            cancel_group(run, index, kept=run.kept_slots)
            run.stack.extend(kept)


def _frames_from(run: Run, running: Frame) -> list[Frame]:
    """Take the running pattern and all above it off the stack, so that a group below ends before it."""
    position = next((i for i, other in enumerate(run.stack) if other.frame_id == running.frame_id), len(run.stack))
    taken = run.stack[position:]
    del run.stack[position:]
    return taken


def _continue_interrupted_flow(run: Run, frame: Frame) -> None:
    running = _frames_from(run, frame)
    wanted = str(run.slots.get("interrupted_flow_to_continue") or "").strip().lower()
    if wanted and frame.context.get("multiple_flows_interrupted"):
        for index in range(len(run.stack) - 1, -1, -1):
            flow = run.assistant.flows.get(run.stack[index].flow_id)
            if (
                is_root(run.stack[index])
                and flow is not None
                and wanted in (flow.id.lower(), flow.name.lower(), run.name_of(flow.id).lower())
            ):
                raise_group(run, index, len(run.stack))
                break
    run.stack.extend(running)


def _cancel_interrupted_flows(run: Run, frame: Frame) -> None:
    running = _frames_from(run, frame)
    ids = {root.frame_id for root in interrupted_roots(run.stack)}
    for index in range(len(run.stack) - 1, -1, -1):
        if index < len(run.stack) and run.stack[index].frame_id in ids:
            cancel_group(run, index)
    run.stack.extend(running)


def _repeat(run: Run, _frame: Frame) -> None:
    """Say the last words again; the question among them need not be asked once more."""
    asking = [other for other in run.stack if other.flow_id in ASKING and other.step_id != START]
    run.said_frame_id = asking[-1].frame_id if asking else 0
    run.effects.append(RepeatLastMessages())


def _start_session(run: Run, frame: Frame) -> None:
    if run.is_session_started:
        running = _frames_from(run, frame)
        while (root := active_root(run.stack)) >= 0:
            cancel_group(run, root)
        run.stack[:] = running
        if not run.assistant.session.carry_over_slots:
            _forget_slots(run, keeping=("session_started_metadata",))
    run.is_session_started = True


def _restart(run: Run, frame: Frame) -> None:
    run.stack[:] = _frames_from(run, frame)
    _forget_slots(run, keeping=("session_started_metadata",))
    run.utter("utter_restart", frame)


def restart(run: Run) -> None:
    """Forget the slots and everything that goes on, as an action may ask for."""
    run.stack.clear()
    _forget_slots(run, keeping=("session_started_metadata",))


def _forget_slots(run: Run, keeping: tuple[str, ...]) -> None:
    for name, initial in run.assistant.initial_slots.items():
        if name not in keeping and run.slots.get(name) != initial:
            run.set_slot(name, initial)
    run.misfits.clear()


def _reset_routing(run: Run, _frame: Frame) -> None:
    """Forget what the other assistant of a coexistence must not see: all slots but the shared ones."""
    shared = tuple(slot.name for slot in run.assistant.slots.values() if slot.shared_for_coexistence)
    _forget_slots(run, keeping=("session_started_metadata", "language", *shared))


def _clean_stack(run: Run, frame: Frame) -> None:
    running = _frames_from(run, frame)
    while (root := active_root(run.stack)) >= 0:
        cancel_group(run, root)
    run.stack[:] = running


def _hang_up(run: Run, _frame: Frame) -> None:
    run.is_ended = True
    run.ends_with(HangUp())


def _search(run: Run, _frame: Frame) -> None:
    """Say that there is no answer: nothing was found, or there is nothing to search."""
    run.push_pattern("pattern_cannot_handle", {"reason": "cannot_handle_no_relevant_answer"})


def _chitchat(run: Run, _frame: Frame) -> None:
    run.push_pattern("pattern_cannot_handle", {"reason": "cannot_handle_chitchat"})


def _fall_back(run: Run, _frame: Frame) -> None:
    run.push_pattern("pattern_cannot_handle", {"reason": "default"})


def _nothing(_run: Run, _frame: Frame) -> None:
    """A marker: that it was executed is all it says."""


BUILT_IN: Final[Mapping[str, _Builtin]] = MappingProxyType(
    {
        "action_run_slot_rejections": run_slot_rejections,
        "action_cancel_flow": _cancel_flow,
        "action_correct_flow_slot": apply_correction,
        "action_continue_interrupted_flow": _continue_interrupted_flow,
        "action_cancel_interrupted_flows": _cancel_interrupted_flows,
        "action_repeat_bot_messages": _repeat,
        "action_session_start": _start_session,
        "action_restart": _restart,
        "action_clean_stack": _clean_stack,
        "action_hangup": _hang_up,
        "action_session_end": _hang_up,
        SEARCH_ACTION: _search,
        NO_RELEVANT_ANSWER: _search,
        "action_trigger_chitchat": _chitchat,
        "action_default_fallback": _fall_back,
        "action_clarify_flows": _nothing,
        "action_handoff_metric": _nothing,
        "action_reset_routing": _reset_routing,
        "action_extract_slots": _nothing,
        "action_validate_slot_mappings": _nothing,
        "action_deactivate_loop": _nothing,
        "action_revert_fallback_events": _nothing,
        "action_unlikely_intent": _nothing,
        "action_back": _nothing,
    }
)
"""Built-in actions by name; `action_listen` is the engine's own, since it ends the turn."""
