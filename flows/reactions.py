"""What each command does to the stack and the slots, before the flows go on.

Slots are set at once. Flows and patterns that commands bring in are put on the stack in reverse, so that the
first command of the turn is answered first. A command that makes no sense in this state does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    CorrectSlots,
    Failed,
    HandleCodeChange,
    HumanHandoff,
    Json,
    KnowledgeAnswer,
    Noop,
    RepeatLastBotMessages,
    Restart,
    SessionEnd,
    SessionStart,
    SetSlot,
    SkipQuestion,
    StartFlow,
    UserSilence,
)
from flows.corrections import propose_correction, validation_frame
from flows.effects import Emit
from flows.endings import enumeration, resume
from flows.events import FlowInterrupted
from flows.model import START
from flows.run import Run
from flows.stack import CANCEL, CONTINUE, INTERNAL_ERROR, active_root, digressions, group_end, is_root
from flows.state import Frame

SILENCES = "consecutive_silence_timeouts"
_NONE: frozenset[str] = frozenset()
_LEAVE_OFFER = (RepeatLastBotMessages, UserSilence, CannotHandle, Noop, ChitChat)
"""What a caller says without choosing and without leaving the choice behind, while no other question is open."""


@dataclass(slots=True)
class _Turn:
    """What one turn's commands bring in, in the order heard. `cancelled` is the frame id of a cancelled root."""

    frames: list[Frame] = field(default_factory=list)
    validations: list[Frame] = field(default_factory=list)
    cancelled: int | None = None
    has_interrupted: bool = False


def react(run: Run, commands: tuple[Command, ...]) -> None:
    """Carry out the commands of one turn: what ends or changes what is going on before what begins."""
    turn = _Turn()
    run.kept_slots = _kept_slots(run, commands)
    run.said_frame_id = 0
    if not all(isinstance(command, _LEAVE_OFFER) for command in commands) or active_root(run.stack) >= 0:
        run.offered = ()
    _note_speech(run, commands)
    for command in commands if len(commands) < 2 else sorted(commands, key=_precedence):
        _react(run, turn, command)
    run.stack.extend(reversed(turn.frames))
    run.stack.extend(turn.validations)


def _precedence(command: Command) -> int:
    return 0 if isinstance(command, CancelFlow) else 1 if isinstance(command, CorrectSlots) else 2


def _kept_slots(run: Run, commands: tuple[Command, ...]) -> frozenset[str]:
    """Return the slots set for a flow that starts in this turn: the reset of a cancelled one leaves them alone."""
    starts = [command.flow for command in commands if isinstance(command, StartFlow)]
    if not starts:
        return _NONE
    open_slots = [run.assistant.open_slots.get(flow_id, _NONE) for flow_id in starts]
    heard = frozenset(command.name for command in commands if isinstance(command, SetSlot))
    return heard & frozenset().union(*open_slots)


def _note_speech(run: Run, commands: tuple[Command, ...]) -> None:
    """Whoever speaks is not silent: count silences from the start again."""
    initial = run.assistant.initial_slots.get(SILENCES)
    if not commands or run.slots.get(SILENCES) == initial or SILENCES not in run.slots:
        return
    if not any(isinstance(command, UserSilence) or _starts_silence(command) for command in commands):
        run.set_slot(SILENCES, initial)


def _starts_silence(command: Command) -> bool:
    return isinstance(command, StartFlow) and command.flow == "pattern_user_silence"


def _react(run: Run, turn: _Turn, command: Command) -> None:
    match command:
        case StartFlow(flow):
            _start(run, turn, flow)
        case SetSlot():
            _set(run, turn, command)
        case CancelFlow():
            _cancel(run, turn)
        case CorrectSlots(corrections):
            frame = propose_correction(run, corrections)
            if frame is not None:
                turn.frames.append(frame)
        case Clarify(options):
            if _offers(run):
                return  # "shall we go back?" is asked again, and not buried
            run.offered = _offered(run, options)
            turn.frames.append(run.new_frame("pattern_clarification", "pattern", _clarification(run, run.offered)))
        case CannotHandle(reason):
            turn.frames.append(run.new_frame("pattern_cannot_handle", "pattern", {"reason": reason}))
        case Failed(error_type, info):
            context = {"error_type": error_type, "info": info}
            turn.frames.append(run.new_frame(INTERNAL_ERROR, "pattern", context))
        case SessionStart(metadata):
            _start_session(run, turn, metadata)
        case _:
            pattern = pattern_of(command)
            if pattern:
                turn.frames.append(run.new_frame(pattern, "pattern"))


def pattern_of(command: Command) -> str:
    """Return the pattern that answers a command with nothing else to it; empty for all other commands."""
    match command:
        case SkipQuestion():
            return "pattern_skip_question"
        case KnowledgeAnswer():
            return "pattern_search"
        case ChitChat():
            return "pattern_chitchat"
        case RepeatLastBotMessages():
            return "pattern_repeat_bot_messages"
        case HumanHandoff():
            return "pattern_human_handoff"
        case SessionEnd():
            return "pattern_session_end"
        case Restart():
            return "pattern_restart"
        case UserSilence():
            return "pattern_user_silence"
        case HandleCodeChange():
            return "pattern_code_change"
        case Noop():
            return ""
        case StartFlow() | SetSlot() | CancelFlow() | CorrectSlots() | Clarify():
            return ""
        case CannotHandle() | Failed() | SessionStart():
            return ""
    assert_never(command)


def _start(run: Run, turn: _Turn, flow_id: str) -> None:
    flow = run.assistant.flows.get(flow_id)
    if flow is None or any(frame.flow_id == flow_id for frame in turn.frames):
        return
    if flow.is_pattern:
        turn.frames.append(run.new_frame(flow_id, "pattern"))
        return
    root = active_root(run.stack)
    present = _group_with(run, flow_id)
    is_cancelled = root >= 0 and run.stack[root].frame_id == turn.cancelled
    if present is not None and not (is_cancelled and present == root):
        if present == root and (offers := _offers(run)):
            run.drop(range(offers[0], len(run.stack)))  # naming what was interrupted is a yes
            resume(run)
        elif present != root and run.assistant.profile != "3.13":
            _return_to(run, turn, present)
        return
    run.drop(digressions(run.stack))
    root = active_root(run.stack)
    _interrupt(run, turn, root)
    is_interrupting = root >= 0 and not is_cancelled
    turn.frames.append(run.new_frame(flow_id, "interrupt" if is_interrupting else "regular"))


def _group_with(run: Run, flow_id: str) -> int | None:
    """Return the root of the topmost group in which the flow runs."""
    for index in range(len(run.stack) - 1, -1, -1):
        if run.stack[index].flow_id == flow_id:
            return next((i for i in range(index, -1, -1) if is_root(run.stack[i])), None)
    return None


def _interrupt(run: Run, turn: _Turn, root: int) -> None:
    if root < 0 or turn.has_interrupted:
        return
    frame = run.stack[root]
    if frame.frame_id != turn.cancelled and frame.step_id != START:
        run.effects.append(Emit(FlowInterrupted(frame.flow_id, frame.step_id)))
        turn.has_interrupted = True


def _return_to(run: Run, turn: _Turn, root: int) -> None:
    """Bring an interrupted flow back to the top, as if the caller had said so."""
    run.drop(digressions(run.stack))
    _interrupt(run, turn, active_root(run.stack))
    raise_group(run, root, len(run.stack))
    resume(run)


def raise_group(run: Run, root: int, to: int) -> None:
    """Move the group that begins at `root` up, so that it ends at index `to`."""
    end = min(group_end(run.stack, root), to)
    group = run.stack[root:end]
    run.stack[root:to] = run.stack[end:to] + group


def _set(run: Run, turn: _Turn, command: SetSlot) -> None:
    name = command.name
    if name not in run.assistant.slots:
        return
    _skip_offer(run, name)
    run.set_heard(name, command.value, by_nlu=command.extractor == "nlu")
    turn.validations = [frame for frame in turn.validations if frame.context.get("validate") != name]
    frame = validation_frame(run, name)
    if frame is not None:
        turn.validations.append(frame)


def _skip_offer(run: Run, name: str) -> None:
    """At "shall we go back to it?", giving what the interrupted flow asked for is a yes."""
    offers = _offers(run)
    if not offers:
        return
    flow = run.assistant.flows.get(run.stack[active_root(run.stack)].flow_id)
    if flow is not None and name in flow.all_collected:
        run.drop(range(offers[0], len(run.stack)))
        resume(run)


def _offers(run: Run) -> list[int]:
    """Return the indexes of the questions whether to go back to the flow on top."""
    if not any(frame.flow_id == CONTINUE for frame in run.stack):
        return []
    root = active_root(run.stack)
    return [i for i in range(root + 1, len(run.stack)) if run.stack[i].flow_id == CONTINUE] if root >= 0 else []


def _cancel(run: Run, turn: _Turn) -> None:
    root = active_root(run.stack)
    if root < 0 or turn.cancelled is not None:
        return
    frame = run.stack[root]
    run.drop([i for i in range(root + 1, len(run.stack)) if run.stack[i].kind == "pattern"])
    turn.cancelled = frame.frame_id
    context: dict[str, Json] = {
        "canceled_name": run.name_of(frame.flow_id),
        "canceled_frames": [other.frame_id for other in run.stack[root:]],
    }
    turn.frames.append(run.new_frame(CANCEL, "pattern", context))


def _offered(run: Run, options: tuple[str, ...]) -> tuple[str, ...]:
    limit = run.slots.get("max_clarification_options")
    most = int(limit) if isinstance(limit, int | float) and 0 < limit < 100 else 3
    return tuple(option for option in options if option in run.assistant.flows)[:most]


def _clarification(run: Run, offered: tuple[str, ...]) -> dict[str, Json]:
    names = [run.name_of(flow) for flow in offered]
    return {"names": names, "clarification_options": enumeration(names)}


def _start_session(run: Run, turn: _Turn, metadata: dict[str, Json]) -> None:
    run.is_ended = False
    if "session_started_metadata" in run.assistant.slots:
        run.set_slot("session_started_metadata", metadata)
    turn.frames.append(run.new_frame("pattern_session_start", "pattern"))
