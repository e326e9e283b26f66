"""What every rule of clean-up is given beside the commands; `cleanup` has the rules and their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from flows.commands import Command
from flows.model import Assistant
from flows.state import ConversationState

Commands: TypeAlias = tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules look at.

    `is_payload`: the turn was a payload, which no model stands behind; `is_button`: one that sets slots by name, and
    is never misunderstood.
    """

    state: ConversationState
    assistant: Assistant
    is_payload: bool = False
    is_button: bool = False
