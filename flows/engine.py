"""The flow engine: decides what happens, from a state and what is given to it. Nothing here waits, draws or asks.

Theory of operation
-------------------
A conversation is a stack of frames, each a flow at one of its steps. Only the frame on top moves. `step` puts what
is given on the stack and then moves the top frame, again and again, until something outside is needed: the
caller's next words (`Listen`), a custom action's result (`RunAction`), or the end of the call (`HangUp`). That
effect is the last one; the state returned beside it is all that the next `step` has to know.

                    CommandsReceived        ActionDone        ActionBroke
                          │                     │                  │
                     reactions             slots stored       endings.break_down
                          └──────────┬──────────┴──────────────────┘
                                     ▼
             ┌──────▶ frame on top ─── is its step done? ───▶ yes: follow its links ──▶ next step
             │                               │                     │ no link left
             │                               ▼                     ▼
             │                        no: do the task        the flow ends: reset slots, go on
             │                               │               below, maybe with a pattern
             └───────────────────────────────┴───── until Listen, RunAction or HangUp

Questions are a flow as well. A collect step puts `pattern_collect_information` on top of its own frame; that
pattern checks the slot, asks, and listens in a loop until the slot holds an accepted value. So everything that a
caller may say in between (small talk, another wish, a correction) is a frame above the question, and when that
frame is gone the question is on top again and is asked again; only a caller who needs a moment (`Noop`) is left in
peace. Patterns are ordinary flows from YAML
(`flows/patterns`), which see what triggered them as `context.`, and an assistant may replace any of them.

Where things are: `reactions` commands · `actions` built-in actions · `endings` completed, cancelled, resumed ·
`corrections` · `values` fitting to a slot's type · `stack` questions about the stack · `run` the working copy.

Loops cannot hang it: after MAX_STEPS steps in a turn, all flows are cancelled and the internal-error pattern runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, assert_never

from flows.actions import LISTEN, restart, run_action, run_slot_rejections, run_step_action
from flows.asking import ask, begin, can_ask
from flows.commands import Command, Json, Noop, SessionStart
from flows.effects import Effect, Expectation, HangUp, Listen, executed
from flows.endings import break_down, cancel_group, complete, link, say_internal_error
from flows.expectations import expectation_of
from flows.inputs import ActionBroke, ActionDone, CommandsReceived, EngineInput
from flows.model import (
    END,
    START,
    ActionTask,
    Assistant,
    CallTask,
    CollectTask,
    Flow,
    LinkTask,
    NoopTask,
    SetSlotsTask,
    Slot,
    Step,
)
from flows.reactions import react
from flows.run import Run
from flows.stack import COLLECT, INTERNAL_ERROR, active_root, asked_slot, top_user_frame, waits_on
from flows.state import ConversationState, Frame
from flows.tools import order_call, take_result

MAX_STEPS: Final = 1_000
"""Steps in one turn, as the format has it."""
_STEPS_TO_EXPLAIN: Final = 100


def step(
    state: ConversationState, given: EngineInput, assistant: Assistant
) -> tuple[ConversationState, tuple[Effect, ...]]:
    """Take in what happened and run until something outside is needed.

    Returns:
        The new state, and the effects in order, of which the last one is a `RunAction`, `Listen` or `HangUp`.
    """
    if state.is_ended and not _begins_session(given):
        return state, (HangUp(),)  # such as the result of an action that was slower than the end of the call
    run = Run.of(state, assistant)
    match given:
        case CommandsReceived(commands):
            run.pending_action = None
            run.n_steps = 0
            react(run, commands)
            if state.pending_action is None and _only_needs_a_moment(run, commands):
                run.ends_with(Listen(expectation_of(run.stack, assistant)))
        case ActionDone():
            _take_result(run, given)
        case ActionBroke():
            run.pending_action = None
            break_down(run)
        case _:
            assert_never(given)
    _advance(run)
    return run.state(), tuple(run.effects)


def expectation(state: ConversationState, assistant: Assistant) -> Expectation:
    """Return what the step that waits for the caller expects."""
    return expectation_of(state.stack, assistant)


def startable_flows(state: ConversationState, assistant: Assistant) -> tuple[Flow, ...]:
    """Return the flows that a caller may start now: no patterns, and only those whose guard holds."""
    return tuple(flow for flow in assistant.user_flows if flow.guard is None or flow.guard.test(state.slots, {}))


def is_startable(flow_id: str, state: ConversationState, assistant: Assistant) -> bool:
    """Tell whether a caller may start this flow now."""
    flow = assistant.flows.get(flow_id)
    return flow is not None and not flow.is_pattern and (flow.guard is None or flow.guard.test(state.slots, {}))


def active_user_flow(state: ConversationState, assistant: Assistant) -> Flow | None:
    """Return the topmost flow of the assistant's own that runs, called flows included."""
    frame = top_user_frame(state.stack)
    return assistant.flows.get(frame.flow_id) if frame is not None else None


def collectable_slots(state: ConversationState, assistant: Assistant) -> tuple[Slot, ...]:
    """Return the slots that the flows on the stack collect, called flows included, the topmost flow's first."""
    flows = [assistant.flows[frame.flow_id] for frame in reversed(state.stack) if frame.flow_id in assistant.flows]
    names = dict.fromkeys(name for flow in flows for name in flow.all_collected)
    return tuple(assistant.slots[name] for name in names if name in assistant.slots)


def _begins_session(given: EngineInput) -> bool:
    commands = given.commands if isinstance(given, CommandsReceived) else ()
    return any(isinstance(command, SessionStart) for command in commands)


def _only_needs_a_moment(run: Run, commands: tuple[Command, ...]) -> bool:
    """Tell whether a caller said "hold on" to a question: it stays open and is not asked again at once."""
    waiting = waits_on(run.stack)
    if waiting is None or not commands or not all(isinstance(command, Noop) for command in commands):
        return False
    asking = waiting[0]
    flow = run.assistant.flows.get(asking.flow_id)
    present = flow.by_id.get(asking.step_id) if flow is not None else None
    task = present.task if present is not None else None
    is_listening = asking.is_done and isinstance(task, ActionTask) and task.name == LISTEN
    return is_listening and run.slots.get(str(asked_slot(asking))) is None


def _take_result(run: Run, done: ActionDone) -> None:
    run.pending_action = None
    run.effects.append(executed(done.name))
    if done.name == "action_session_start":
        run.is_session_started = True
    _store(run, done.slots)
    if done.result is not None and not take_result(run, done.name, done.result):
        break_down(run)
    if done.restarts:
        restart(run)
    if done.session_ended:
        run.is_ended = True
        run.ends_with(HangUp())
    elif done.followup == LISTEN:
        run.ends_with(Listen(expectation_of(run.stack, run.assistant)))
    elif done.followup and run.stack:
        run_action(run, run.stack[-1], done.followup)


def _store(run: Run, slots: Iterable[tuple[str, Json]]) -> None:
    for name, value in slots:
        if name in run.assistant.slots:
            run.set_slot(name, value)


def _advance(run: Run) -> None:
    flows, stack = run.assistant.flows, run.stack
    question = flows.get(COLLECT)
    is_question_plain = can_ask(question, run.assistant)
    while not run.is_over:
        run.n_steps += 1
        if run.n_steps > MAX_STEPS and _overrun(run):
            return
        if not stack:
            run.ends_with(Listen(Expectation()))
            return
        frame = stack[-1]
        flow = flows.get(frame.flow_id)
        if flow is None:
            stack.pop()  # the flow was removed beneath this conversation
        elif is_question_plain and flow is question and frame.is_done and begin(run, flow, frame):
            run_slot_rejections(run, frame)
            if ask(run, flow, frame):
                complete(run, flow)
        else:
            _move(run, frame, flow)


def _move(run: Run, frame: Frame, flow: Flow) -> None:
    """Bring the frame on top to its next step, if it is through with the present one, and carry that out."""
    present = flow.by_id.get(frame.step_id)
    if present is None and frame.step_id != START:
        run.stack.pop()  # the step was removed beneath this conversation
        return
    if frame.is_done or present is None:
        if present is None:
            run.effects.append(flow.started)
        following = flow.by_id.get(flow.first if present is None else _target(run, frame, present))
        if following is None:
            complete(run, flow)
            return
        run.effects.append(following.entered)
        frame = run.stack[-1] = frame.at(following.id)
        present = following
    _carry_out(run, frame, flow, present)


def _overrun(run: Run) -> bool:
    """Stop an endless loop; True once nothing more may run in this turn."""
    if run.n_steps == MAX_STEPS + 1:
        while (root := active_root(run.stack)) >= 0:
            cancel_group(run, root)
        run.drop(range(len(run.stack)))
        run.push_pattern(INTERNAL_ERROR, {"error_type": "rasa_internal_error_default", "info": {}})
        return False
    if run.n_steps <= MAX_STEPS + _STEPS_TO_EXPLAIN:
        return False
    run.stack.clear()
    say_internal_error(run)
    run.ends_with(Listen(Expectation()))
    return True


def _target(run: Run, frame: Frame, present: Step) -> str:
    for branch in present.next:
        if branch.condition is None or branch.condition.test(run.slots, frame.context):
            return branch.target
    return END


def _carry_out(run: Run, frame: Frame, flow: Flow, present: Step) -> None:
    match present.task:
        case CollectTask() as task:
            _collect(run, frame, task)
        case ActionTask() as task:
            if task.name == LISTEN:
                run.done()
                run.ends_with(Listen(expectation_of(run.stack, run.assistant)))
            else:
                run_step_action(run, frame, task)
        case SetSlotsTask(values):
            _store(run, values)
            run.done()
        case LinkTask(target):
            if target in run.assistant.flows:
                link(run, flow, target)
            else:
                break_down(run)
        case CallTask() as task if task.is_tool:
            order_call(run, frame, task)
        case CallTask(child):
            if child in run.assistant.flows:
                run.done()
                run.stack.append(run.new_frame(child, "call"))
            else:
                break_down(run)
        case NoopTask():
            run.done()
        case _:
            assert_never(present.task)


def _collect(run: Run, frame: Frame, task: CollectTask) -> None:
    is_filled = run.slots.get(task.slot) is not None
    if frame.is_asked and is_filled:
        run.done()
        return
    if not frame.is_asked and task.ask_before_filling and is_filled:
        run.set_slot(task.slot, None)
        is_filled = False
    if not frame.is_asked and is_filled and _is_accepted_unseen(run, task):
        run.done()
        return
    if not is_filled and not task.utter and not task.action:
        break_down(run)
        return
    # a pattern's own question may speak of what triggered the pattern
    context = {**frame.context, **task.context} if frame.context else task.context
    run.stack[-1] = frame.at(frame.step_id, is_asked=True)
    run.push_pattern(COLLECT, context)


def _is_accepted_unseen(run: Run, task: CollectTask) -> bool:
    """Tell whether a filled slot needs no look from pattern_collect_information."""
    assistant = run.assistant
    return (
        not task.rejections
        and f"validate_{task.slot}" not in assistant.custom_actions
        and COLLECT in assistant.flows
        and assistant.flows[COLLECT].is_default
    )
