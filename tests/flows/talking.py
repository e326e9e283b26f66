"""Conversations with the engine by oracle commands, written down line by line for golden tests.

A line is `say <response>`, `run <action>`, `listen <slot or open>`, `hang up`, `repeat`, or an event such as
`started <flow>`. Custom actions answer from a script.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flows.commands import Command, Json
from flows.effects import Effect, Emit, HangUp, Listen, RepeatLastMessages, RunAction, Utter
from flows.engine import step
from flows.events import FlowCancelled, FlowCompleted, FlowInterrupted, FlowResumed, FlowStarted
from flows.inputs import ActionBroke, ActionDone, CommandsReceived, EngineInput
from flows.loader import load_assistant
from flows.model import Assistant
from flows.state import ConversationState, initial_state

FUNDS = {"action_check_funds": {"has_funds": True}}
COMPLETED = ("say utter_ask_continue_conversation", "listen continue_conversation")
OFFER = ("say utter_ask_continue_interrupted_flow_confirmation", "listen continue_interrupted_flow_confirmation")
MACHINERY = {"pattern_collect_information", "pattern_validate_slot"}


def assistant_in(folder: Path, flows: str, domain: str, *, profile: str = "3.16") -> Assistant:
    """Write an assistant's two files and load it."""
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "flows.yml").write_text(flows)
    (folder / "domain.yml").write_text(domain)
    return load_assistant(folder, profile=profile)


class Talk:
    """A conversation. `results` maps a custom action to its slots, or to None where it fails."""

    def __init__(self, assistant: Assistant, results: Mapping[str, dict[str, Json] | None] | None = None) -> None:
        self.assistant = assistant
        self.state: ConversationState = initial_state(assistant)
        self.results = dict(results or {})
        self.effects: list[Effect] = []

    def hear(self, *commands: Command) -> list[str]:
        """Give one turn's commands, run its actions, and return the turn's lines (words and actions only)."""
        self.effects = []
        self._give(CommandsReceived(commands))
        while isinstance(last := self.effects[-1], RunAction):
            result = self.results.get(last.name, {})
            if result is None:
                self._give(ActionBroke(last.name, "it fell over"))
            else:
                self._give(ActionDone(last.name, tuple(result.items())))
        return [line for effect in self.effects if (line := _line(effect))]

    def events(self) -> list[str]:
        """Return the last turn's starts and ends of flows, the question machinery left out."""
        return [line for effect in self.effects if isinstance(effect, Emit) and (line := _event_line(effect))]

    def slot(self, name: str) -> Json:
        return self.state.slots[name]

    def _give(self, given: EngineInput) -> None:
        self.state, effects = step(self.state, given, self.assistant)
        self.effects += effects


def _line(effect: Effect) -> str:
    match effect:
        case Utter(response, _, _):
            return f"say {response}"
        case RunAction(name, _, _, _):
            return f"run {name}"
        case Listen(expectation):
            return f"listen {expectation.slot or 'open'}"
        case HangUp():
            return "hang up"
        case RepeatLastMessages():
            return "repeat"
        case _:
            return ""


def _event_line(effect: Emit) -> str:
    event = effect.event
    words = {
        FlowStarted: "started",
        FlowCompleted: "completed",
        FlowCancelled: "cancelled",
        FlowInterrupted: "interrupted",
        FlowResumed: "resumed",
    }
    word = words.get(type(event))
    flow_id = getattr(event, "flow_id", "")
    return f"{word} {flow_id}" if word and flow_id not in MACHINERY else ""
