"""`action_trigger_search` among the actions of an assistant: its own action of that name goes first, if it has one."""

from __future__ import annotations

from typing import Final

import structlog

from dialogue.events import ActionFailed, ActionReturned
from dialogue.knowledge.search import KnowledgeSearch, Means
from dialogue.knowledge.settings import SearchSettings
from dialogue.ports import ActionRunner, ToolRunner
from flows.actions import SEARCH_ACTION
from flows.commands import Json
from flows.effects import ToolCall

log = structlog.get_logger(__name__)

NOTHING_TO_SEARCH: Final = KnowledgeSearch(SearchSettings(), Means(None))
"""Finds nothing: a caller hears that there is no answer, and goes on with what was interrupted."""


class ActionsAndSearch:
    """An `ActionRunner`, and `ToolRunner` if the actions are one, that searches documents as well."""

    def __init__(self, actions: ActionRunner, search: KnowledgeSearch) -> None:
        self.actions = actions
        self.search = search

    def knows(self, name: str) -> bool:
        """Say whether there is an action of this name."""
        return name == SEARCH_ACTION or self.actions.knows(name)

    async def run(self, name: str, tracker: Json, domain: Json) -> ActionReturned | ActionFailed:
        """Run an action, or search.

        An action server that does not list its actions seems to know any. So one of this name that fails, and that the
        domain does not list, is taken not to be there.
        """
        is_search = name == SEARCH_ACTION
        if is_search and not self.actions.knows(name):
            return await self.search.run(tracker)
        returned = await self.actions.run(name, tracker, domain)
        if is_search and isinstance(returned, ActionFailed) and name not in (domain.get("actions") or ()):
            log.info("the documents are searched, since no own action did", reason=returned.reason)
            return await self.search.run(tracker)
        return returned

    async def call(self, call: ToolCall) -> ActionReturned | ActionFailed:
        """Call a tool."""
        if isinstance(self.actions, ToolRunner):
            return await self.actions.call(call)
        return ActionFailed(call.tool, "nothing calls tools of MCP servers here")


def with_search(actions: ActionRunner, search: KnowledgeSearch | None) -> ActionRunner:
    """Return the actions with the search. Without one `action_trigger_search` finds nothing, which ends no call."""
    return ActionsAndSearch(actions, search or NOTHING_TO_SEARCH)
