"""`action_trigger_search` among the actions of an assistant: its own action of that name goes first, if it has one."""

from __future__ import annotations

from dialogue.events import ActionFailed, ActionReturned
from dialogue.knowledge.search import KnowledgeSearch
from dialogue.ports import ActionRunner, ToolRunner
from flows.actions import SEARCH_ACTION
from flows.commands import Json
from flows.effects import ToolCall


class ActionsAndSearch:
    """An `ActionRunner`, and `ToolRunner` if the actions are one, that searches documents as well."""

    def __init__(self, actions: ActionRunner, search: KnowledgeSearch) -> None:
        self.actions = actions
        self.search = search

    def knows(self, name: str) -> bool:
        """Say whether there is an action of this name."""
        return name == SEARCH_ACTION or self.actions.knows(name)

    async def run(self, name: str, tracker: Json, domain: Json) -> ActionReturned | ActionFailed:
        """Run an action, or search."""
        if name == SEARCH_ACTION and not self.actions.knows(name):
            return await self.search.run(tracker)
        return await self.actions.run(name, tracker, domain)

    async def call(self, call: ToolCall) -> ActionReturned | ActionFailed:
        """Call a tool."""
        if isinstance(self.actions, ToolRunner):
            return await self.actions.call(call)
        return ActionFailed(call.tool, "nothing calls tools of MCP servers here")


def with_search(actions: ActionRunner, search: KnowledgeSearch | None) -> ActionRunner:
    """Return the actions with the search, where there is one."""
    return actions if search is None else ActionsAndSearch(actions, search)
