"""The state of a conversation: what the engine needs to go on, and nothing of what was said before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

from flows.commands import Json
from flows.model import START, Assistant
from flows.slot_values import SlotValues

FrameKind: TypeAlias = Literal["regular", "interrupt", "link", "call", "pattern"]
_NO_CONTEXT: Final[Mapping[str, Json]] = {}


class Frame(NamedTuple):
    """One flow being run. Frame ids count from 1 in a conversation.

    A tuple and no dataclass, because a turn makes a dozen of them and a tuple is made in a third of the time.

    `step_id` is the step the frame is at; `is_done` says that its task was carried out, so that the next thing
    to do is to follow its links. `is_asked`: the collect step was entered before. `context` is what a pattern's
    predicates, action names and texts see as `context.`; empty for the assistant's own flows.
    """

    frame_id: int
    flow_id: str
    step_id: str = START
    kind: FrameKind = "regular"
    is_done: bool = True
    is_asked: bool = False
    context: Mapping[str, Json] = _NO_CONTEXT

    def at(self, step_id: str, *, is_done: bool = False, is_asked: bool = False) -> Frame:
        """The same frame at another step."""
        return Frame(self.frame_id, self.flow_id, step_id, self.kind, is_done, is_asked, self.context)


@dataclass(frozen=True, slots=True)
class ConversationState:
    """Everything that decides what happens next. `stack` has its top at the end.

    `pending_action` is the custom action whose result is awaited. `misfits` holds values from a model that do not
    fit their slot's type, until the question is asked and they are refused. `heard_by_nlu` names the slots that a
    trained classifier filled and that a model may not change. `offered` are the flows between which the caller was
    asked to choose last. The rest is of the running turn:
    `kept_slots` survive the reset of a cancelled flow, `said_frame_id` is the frame whose question was just
    repeated, so that it is not asked twice, `n_steps` guards against endless loops.
    """

    slots: Mapping[str, Json]
    stack: tuple[Frame, ...] = ()
    n_frames: int = 0
    pending_action: str | None = None
    misfits: Mapping[str, Json] = field(default_factory=dict)
    heard_by_nlu: frozenset[str] = frozenset()
    offered: tuple[str, ...] = ()
    kept_slots: frozenset[str] = frozenset()
    said_frame_id: int = 0
    n_steps: int = 0
    is_session_started: bool = False
    is_ended: bool = False


def initial_state(assistant: Assistant) -> ConversationState:
    """The state of a conversation in which nothing has happened yet."""
    return ConversationState(slots=SlotValues(assistant.initial_slots))
