"""Makes a test case of a conversation's log: what the caller said, what came of it, and stubs for what actions gave.

The case passes offline with the commands that come with it, for as long as the assistant does the same. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dialogue.events import ActionFailed, ActionReturned, AssistantSaid, DialogueEvent, UserSaid
from dialogue.knowledge.passages import SOURCE
from dialogue.testing.commands_file import Turns
from dialogue.testing.yaml_text import block
from dialogue.turn_traces import turns_of
from flows.commands import Command, HandleCodeChange, Json
from flows.events import FlowCancelled, FlowCompleted, FlowStarted, SlotSet
from flows.model import Assistant

FIXTURE: Final = "as set in the studio"
DESIGNER: Final = "designer"
_PATTERN: Final = "pattern_"
_LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class MadeTest:
    """A test file with one case, the commands of its user steps, and what the case cannot say."""

    name: str
    text: str
    commands: Turns
    notes: tuple[str, ...] = ()


def case_from_log(events: Sequence[DialogueEvent], assistant: Assistant, name: str | None = None) -> MadeTest:
    """Return the case of a conversation; without a name it is called after the first thing that was said."""
    turns = turns_of(events)
    made = _Making(assistant, name or _name_of(turns))
    made.begin(turns[0])
    for turn in turns[1:]:
        made.turn(turn)
    return made.done()


class _Making:
    def __init__(self, assistant: Assistant, name: str) -> None:
        self._assistant = assistant
        self._name = name
        self._fixture: dict[str, Json] = {}
        self._steps: list[Json] = []
        self._commands: list[tuple[Command, ...]] = []
        self._stubs: dict[str, Json] = {}
        self._notes: dict[str, None] = {}

    def begin(self, turn: Sequence[DialogueEvent]) -> None:
        """Take what happened before the caller said anything."""
        self._fixture = {event.name: event.value for event in _set_by_designer(turn)}
        for event in turn:
            if isinstance(event, AssistantSaid) and event.response is not None:
                self._steps.append({"utter": event.response})
        self._stub(turn)

    def turn(self, turn: Sequence[DialogueEvent]) -> None:
        """Take one turn of the caller."""
        said = turn[0]
        assert isinstance(said, UserSaid)
        self._stub(turn)
        if not said.text:
            self._notes["the caller was silent once, which a typed test cannot do: that turn is left out"] = None
        else:
            assertions = list(self._assertions(turn))
            self._steps.append({"user": said.text, **({"assertions": assertions} if assertions else {})})
            own = tuple(one for one in said.commands if not isinstance(one, HandleCodeChange))
            self._commands.append(() if said.stage == "payload" else own)
        self._by_designer(turn)

    def done(self) -> MadeTest:
        """Return the case."""
        case: dict[str, Json] = {"test_case": self._name}
        head: dict[str, Json] = {}
        if self._fixture:
            head["fixtures"] = [{FIXTURE: [{slot: value} for slot, value in self._fixture.items()]}]
            case["fixtures"] = [FIXTURE]
        if self._stubs:
            head["stub_custom_actions"] = self._stubs
        case["steps"] = self._steps
        text = block({**head, "test_cases": [case]})
        return MadeTest(self._name, text, tuple(self._commands), tuple(self._notes))

    def _assertions(self, turn: Sequence[DialogueEvent]) -> Iterable[Json]:
        started = [event.flow_id for event in turn if isinstance(event, FlowStarted) and _is_own(event.flow_id)]
        if started:
            yield {"flow_started": {"operator": "all", "flow_ids": list(dict.fromkeys(started))}}
        slots = [slot for name, value in _last_values(turn).items() if (slot := self._slot(name, value)) is not None]
        if slots:
            yield {"slot_was_set": slots}
        for name in dict.fromkeys(event.name for event in turn if isinstance(event, ActionReturned)):
            if name in self._assistant.actions:
                yield {"action_executed": name}
        for event in turn:
            if isinstance(event, AssistantSaid) and (said := _said(event)) is not None:
                yield {"bot_uttered": said}
        for event in turn:
            if isinstance(event, FlowCompleted) and _is_own(event.flow_id):
                yield {"flow_completed": {"flow_id": event.flow_id}}
            elif isinstance(event, FlowCancelled) and _is_own(event.flow_id):
                yield {"flow_cancelled": {"flow_id": event.flow_id}}

    def _slot(self, name: str, value: Json) -> dict[str, Json] | None:
        """Return the assertion of a slot; the value of a sensitive one stays out of the file."""
        slot = self._assistant.slots.get(name)
        if slot is None or slot.is_default or value is None:
            return None
        return {"name": name} if slot.is_sensitive else {"name": name, "value": value}

    def _stub(self, turn: Sequence[DialogueEvent]) -> None:
        for place, event in enumerate(turn):
            if isinstance(event, ActionFailed):
                self._notes[f"{event.name} failed, which a stub cannot do: the test runs it without one"] = None
            elif isinstance(event, ActionReturned):
                given = event.events if event.result is None else _slots_behind(turn[place + 1 :])
                stub: Json = {
                    "events": [_told(one) for one in given],
                    "responses": [_told(one) for one in event.responses],
                }
                key = f"{self._name}::{event.name}"
                if self._stubs.setdefault(key, stub) != stub:
                    told = f"{event.name} gave back different things, and a stub gives always the same: the first"
                    self._notes[told] = None

    def _by_designer(self, turn: Sequence[DialogueEvent]) -> None:
        """Slots that were set midway are set by a payload, which is the nearest that a test can do."""
        values = {event.name: event.value for event in _set_by_designer(turn)}
        for name, value in values.items():
            if value is None:
                self._notes[f"the slot {name} was emptied by hand, which a test cannot do"] = None
                continue
            self._notes[f"the slot {name} was set by hand: the test sets it by a payload, which is a turn"] = None
            written = value if isinstance(value, str) else json.dumps(value)
            self._steps.append({"user": f"/SetSlots({name}={written})"})
            self._commands.append(())


def _name_of(turns: Sequence[Sequence[DialogueEvent]]) -> str:
    texts = (turn[0].text for turn in turns[1:] if isinstance(turn[0], UserSaid))
    first = next((text for text in texts if text and not text.startswith("/")), "conversation from the studio")
    return re.sub(r"\s+", " ", first.replace("::", ":")).strip()[:_LONGEST_NAME]


def _is_own(flow_id: str) -> bool:
    return not flow_id.startswith(_PATTERN)


def _set_by_designer(events: Iterable[DialogueEvent]) -> list[SlotSet]:
    return [event for event in events if isinstance(event, SlotSet) and event.by == DESIGNER]


def _last_values(turn: Iterable[DialogueEvent]) -> dict[str, Json]:
    """Return the values that slots got in a turn; one that was emptied again (at a flow's end) by what it held."""
    values: dict[str, Json] = {}
    for event in turn:
        if isinstance(event, SlotSet) and event.by is None and event.value is not None:
            values[event.name] = event.value
    return values


def _said(event: AssistantSaid) -> dict[str, Json] | None:
    if event.response is not None:
        return {"utter_name": event.response}
    if not event.text or event.source == SOURCE:
        return None
    return {"text_matches": f"^{re.escape(event.text)}$"}


def _told(content: Mapping[str, Json]) -> dict[str, Json]:
    """Return what an action gave back without what is empty; that a slot's value is empty says something."""
    return {name: value for name, value in content.items() if name == "value" or value not in (None, [], {})}


def _slots_behind(events: Sequence[DialogueEvent]) -> list[Mapping[str, Json]]:
    """Return the slots that the result of a tool filled, as an action would set them."""
    found: list[Mapping[str, Json]] = []
    for event in events:
        if not isinstance(event, SlotSet):
            break
        found.append({"event": "slot", "name": event.name, "value": event.value})
    return found
