"""One call of the engine's `step` while it runs: a working copy of the state, and the effects so far.

It is the only mutable object of the engine, lives for one call, and copies what it changes; the state that came in
stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from flows.commands import Json
from flows.effects import Effect, Emit, Utter, completed, executed
from flows.events import SlotSet
from flows.model import START, Assistant, Flow
from flows.slot_values import SlotValues
from flows.state import ConversationState, Frame, FrameKind
from flows.values import Misfit, fitted

_NO_CONTEXT: Final[dict[str, Json]] = {}


@dataclass(slots=True)
class Run:
    """Working copy of a `ConversationState`. `is_over` once the last effect is there."""

    assistant: Assistant
    stack: list[Frame]
    slots: SlotValues
    misfits: dict[str, Json]
    heard_by_nlu: frozenset[str]
    n_frames: int
    n_steps: int
    pending_action: str | None
    offered: tuple[str, ...]
    kept_slots: frozenset[str]
    said_frame_id: int
    is_session_started: bool
    is_ended: bool
    effects: list[Effect] = field(default_factory=list)
    is_over: bool = False

    @classmethod
    def of(cls, state: ConversationState, assistant: Assistant) -> Run:
        return cls(
            assistant=assistant,
            stack=list(state.stack),
            slots=SlotValues.of(state.slots, assistant.initial_slots),
            misfits=dict(state.misfits),
            heard_by_nlu=state.heard_by_nlu,
            n_frames=state.n_frames,
            n_steps=state.n_steps,
            pending_action=state.pending_action,
            offered=state.offered,
            kept_slots=state.kept_slots,
            said_frame_id=state.said_frame_id,
            is_session_started=state.is_session_started,
            is_ended=state.is_ended,
        )

    def state(self) -> ConversationState:
        """Return the state after this run."""
        return ConversationState(
            slots=self.slots,
            stack=tuple(self.stack),
            n_frames=self.n_frames,
            pending_action=self.pending_action,
            misfits=self.misfits,
            heard_by_nlu=self.heard_by_nlu,
            offered=self.offered,
            kept_slots=self.kept_slots,
            said_frame_id=self.said_frame_id,
            n_steps=self.n_steps,
            is_session_started=self.is_session_started,
            is_ended=self.is_ended,
        )

    def ends_with(self, effect: Effect) -> None:
        """Add the last effect of this run."""
        self.effects.append(effect)
        self.is_over = True

    def utter(self, response: str, frame: Frame | None, metadata: Mapping[str, Json] | None = None) -> None:
        """Say a response, if the assistant has it."""
        if response in self.assistant.responses:
            context = frame.context if frame is not None else _NO_CONTEXT
            self.effects.append(executed(response))
            self.effects.append(Utter(response, context, metadata or _NO_CONTEXT))

    def name_of(self, flow_id: str) -> str:
        """Return what the caller knows a flow as."""
        flow = self.assistant.flows.get(flow_id)
        return flow.named(self.slots.get("language")) if flow is not None else flow_id

    def set_slot(self, name: str, value: Json) -> None:
        """Store a value as it is."""
        self.slots.put(name, value)
        self.misfits.pop(name, None)
        if name in self.heard_by_nlu:
            self.heard_by_nlu -= {name}
        self.effects.append(Emit(SlotSet(name, value)))

    def set_heard(self, name: str, value: Json, *, by_nlu: bool = False) -> None:
        """Store a value that a model heard; one that does not fit is noted, and refused when it is asked for.

        What a trained classifier heard (`by_nlu`) is kept from models, where the slot's mappings ask for it.
        """
        slot = self.assistant.slots[name]
        try:
            self.set_slot(name, fitted(slot, value))
            if by_nlu and slot.keeps_what_a_classifier_heard:
                self.heard_by_nlu |= {name}
        except Misfit:
            self.set_slot(name, value)
            self.set_slot(name, None)
            self.misfits[name] = value

    def reset_slots(self, flow: Flow, *, kept: frozenset[str] = frozenset()) -> None:
        """Give the slots of a flow that ends their initial values."""
        for index, name in enumerate(flow.resets):
            initial = self.assistant.initial_slots.get(name)
            if name in kept:
                continue
            if index < flow.n_collected or self.slots.get(name) != initial:
                self.set_slot(name, initial)
            self.misfits.pop(name, None)

    def new_frame(self, flow_id: str, kind: FrameKind, context: Mapping[str, Json] | None = None) -> Frame:
        """Make a frame that is about to start."""
        self.n_frames += 1
        return Frame(self.n_frames, flow_id, START, kind, context=context if context is not None else _NO_CONTEXT)

    def push_pattern(self, flow_id: str, context: Mapping[str, Json] | None = None) -> None:
        self.stack.append(self.new_frame(flow_id, "pattern", context))

    def done(self) -> None:
        """The task of the top frame's step is carried out: its links come next."""
        frame = self.stack[-1]
        self.stack[-1] = frame.at(frame.step_id, is_done=True)

    def drop(self, indexes: Sequence[int]) -> None:
        """Take pattern frames off the stack, wherever they are; their slots are reset."""
        for index in sorted(indexes, reverse=True):
            frame = self.stack.pop(index)
            if frame.step_id != START:
                self.effects.append(completed(frame.flow_id, frame.step_id))
            flow = self.assistant.flows.get(frame.flow_id)
            if flow is not None:
                self.reset_slots(flow)
