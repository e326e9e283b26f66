"""Opens the assistant's action server for conversations, and keeps an eye on whether it is there."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack, suppress
from typing import Final

import structlog

from dialogue.actions.endpoint import ActionServer
from dialogue.actions.errors import ActionServerUnavailable
from dialogue.actions.webhook import WebhookActions
from flows.model import Assistant
from studio.parts import PartBoard, PartStatus

COMPRESS: Final = "COMPRESS_ACTION_SERVER_REQUEST"
"""The format's variable: where it is true, requests to action servers are compressed."""
WELL_EVERY_S: Final = 10.0
ILL_EVERY_S: Final = 2.0
"""So often the server is asked for its health: seldom while it is well, often while callers are refused for it."""

log = structlog.get_logger(__name__)


def is_compressed() -> bool:
    """Say whether the environment asks for compressed requests."""
    return os.environ.get(COMPRESS, "").strip().lower() in ("true", "1", "yes")


async def open_action_server(stack: AsyncExitStack, server: ActionServer, time_limit_s: float) -> WebhookActions:
    """Make the connection pool to an action server. Raises ActionEndpointInvalid."""
    actions = WebhookActions(server, time_limit_s=time_limit_s)
    stack.push_async_callback(actions.close)
    await asyncio.to_thread(actions.open)  # reads certificates
    return actions


async def watch_action_server(
    stack: AsyncExitStack, actions: WebhookActions, assistant: Assistant, board: PartBoard, part: str
) -> None:
    """Report on the board, now and from now on, whether the server is there; an assistant without actions needs none.

    Nobody is let in whose flow would break off for want of it, and everybody again as soon as it is back.
    """
    if not assistant.actions:
        return
    if is_well := await _report(actions, board, part, was_well=True):
        await _tell_lacking(actions, assistant)

    async def watch(is_well: bool) -> None:
        while True:
            await asyncio.sleep(WELL_EVERY_S if is_well else ILL_EVERY_S)
            is_well = await _report(actions, board, part, was_well=is_well)

    watching = asyncio.create_task(watch(is_well), name="action server's health")
    stack.push_async_callback(_stop, watching)


async def _report(actions: WebhookActions, board: PartBoard, part: str, *, was_well: bool) -> bool:
    """Ask for the server's health, and put a change on the board."""
    try:
        await actions.health()
    except ActionServerUnavailable as problem:
        if was_well:
            log.warning("action server unavailable", reason=str(problem))
            board.report(PartStatus(part, "failed", str(problem), problem.code))
        return False
    if not was_well:
        log.info("action server available", url=actions.server.url)
        board.report(PartStatus(part, "ready"))
    return True


async def _tell_lacking(actions: WebhookActions, assistant: Assistant) -> None:
    with suppress(ActionServerUnavailable):
        await actions.list_actions()
    lacking = sorted(name for name in assistant.actions if not actions.knows(name))
    if lacking:
        log.warning("actions that the action server lacks", actions=lacking)


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
