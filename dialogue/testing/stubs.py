"""Actions that answer from a test file instead of running user code."""

from __future__ import annotations

from collections.abc import Mapping

from dialogue.events import ActionFailed, ActionReturned
from dialogue.ports import ActionRunner, ToolRunner
from dialogue.testing.case import Stub
from flows.commands import Json
from flows.effects import ToolCall


class StubbedActions:
    """An `ActionRunner` and `ToolRunner` for one case: its stubs, and behind them other actions if they are given.

    A tool is stubbed by its name as well: the slots come from the stub's events then, and its mapping is not used.
    """

    def __init__(self, stubs: Mapping[str, Stub], others: ActionRunner | None = None) -> None:
        self._stubs = stubs
        self._others = others

    def knows(self, name: str) -> bool:
        """Say whether there is a stub, or an action behind the stubs."""
        return name in self._stubs or (self._others is not None and self._others.knows(name))

    async def run(self, name: str, tracker: Json, domain: Json) -> ActionReturned | ActionFailed:
        """Return what the test file says the action returns."""
        stub = self._stubs.get(name)
        if stub is not None:
            return ActionReturned(name, stub.events, stub.responses)
        if self._others is not None:
            return await self._others.run(name, tracker, domain)
        return ActionFailed(name, f"the test stubs no action {name!r}: add it under stub_custom_actions")

    async def call(self, call: ToolCall) -> ActionReturned | ActionFailed:
        """Return what the test file says the tool returns, or what the tool does."""
        stub = self._stubs.get(call.tool)
        if stub is not None:
            return ActionReturned(call.tool, stub.events, stub.responses)
        if isinstance(self._others, ToolRunner):
            return await self._others.call(call)
        return ActionFailed(call.tool, f"the test stubs no tool {call.tool!r}: add it under stub_custom_actions")
