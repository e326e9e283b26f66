"""Effects of the flow engine: its orders to the shell, in the order in which they are to be carried out.

Not beside `step` but in a file of their own, because dialogue and its fakes read them without the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, TypeAlias

from flows.commands import Json
from flows.events import ActionExecuted, FlowCompleted, FlowEvent

ExpectationKind: TypeAlias = Literal["yes_no", "category", "number", "text", "open"]


@dataclass(frozen=True, slots=True)
class Dtmf:
    """How keys of the telephone are collected: `length` digits, or up to `finish_on_key`."""

    length: int | None = None
    finish_on_key: str | None = None
    allow_audio_input: bool = True


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the step that waits for the caller expects; listening and the fast path are derived from it.

    kind: `yes_no` for a bool slot, `category` for a categorical one (its values in `values`), `number` for a
    float, `text` for any other slot, `open` when no slot is asked ("what can I do for you?").
    """

    kind: ExpectationKind = "open"
    slot: str | None = None
    flow_id: str | None = None
    step_id: str | None = None
    values: tuple[str, ...] = ()
    confirms_write: bool = False
    """A yes here lets an action with outside effects run: recognition is never biased towards it."""
    silence_timeout_s: Mapping[str, float] = field(default_factory=dict)
    """What the step says of silence, by channel or for all (`*`); empty leaves it to channel and assistant."""
    dtmf: Dtmf | None = None
    """How keys of the telephone answer this question, where they do."""


@dataclass(frozen=True, slots=True)
class Emit:
    """Append this event to the log. The state returned beside it already contains it."""

    event: FlowEvent


@lru_cache(maxsize=4_096)  # names of actions and responses, which an assistant has a few hundred of
def executed(name: str) -> Emit:
    """Return the effect that tells of an action or a response that ran."""
    return Emit(ActionExecuted(name))


@lru_cache(maxsize=4_096)
def completed(flow_id: str, step_id: str) -> Emit:
    """Return the effect that tells of a flow that ended at a step."""
    return Emit(FlowCompleted(flow_id, step_id))


@dataclass(frozen=True, slots=True)
class Utter:
    """Say a response of the domain. `context` is the active frame's (`context.` in templates)."""

    response: str
    context: Mapping[str, Json] = field(default_factory=dict)
    metadata: Mapping[str, Json] = field(default_factory=dict)
    """Template arguments beyond slots, for instance `value` in a rejection."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The call of a tool on an MCP server, by the server's name in endpoints.yml. `meta` goes beside the arguments."""

    server: str
    tool: str
    arguments: Mapping[str, Json] = field(default_factory=dict)
    meta: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunAction:
    """Run a custom action, then feed its `ActionReturned` (or `ActionFailed`) to `step`. Always the last effect.

    With a `call` it is no code of the assistant's own that runs but a tool, of which `name` is the name as well.
    """

    name: str
    flow_id: str | None
    step_id: str | None
    effect: Literal["none", "read", "write"] = "write"
    call: ToolCall | None = None


@dataclass(frozen=True, slots=True)
class RepeatLastMessages:
    """Say again everything that was said since the caller's last turn."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call once what was said has been played."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait for the caller. Always the last effect."""

    expectation: Expectation


Effect: TypeAlias = Emit | Utter | RunAction | RepeatLastMessages | HangUp | Listen
