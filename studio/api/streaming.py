"""Server-sent events that end with the server, and with the right of whoever listens.

A stream may stay open for days. It holds up a server that is told to stop unless it ends by itself, and whoever was
shut out in between must not go on hearing; so it asks again from time to time.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, suppress
from typing import Any, ClassVar, Final, TypeVar

from fastapi import Request
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse

from studio.api.authentication import find_person
from studio.errors import Fault, StudioError
from studio.people.errors import PeopleUnavailable
from studio.workbench import Workbench

PING_S: Final = 15
ALIVE: Final = json.dumps({"type": "alive"})
"""Sent where nothing else is, every `PING_S`, to who must know whether a stream that says nothing still stands."""
ASK_EVERY_S = 30.0
"""So long somebody whose session has expired may go on hearing; who is shut out stops hearing at once."""
MOST_STREAMS = 500
"""Streams that one server keeps open, each a task and a queue. Browsers open one for each page; our own choice."""
MOST_OF_ONE = 60
"""Streams of one person: nobody shuts out the others by opening pages. Our own choice."""
_T = TypeVar("_T")


class TooManyStreams(StudioError):
    """So many pages listen already, everybody's or one person's."""

    code: ClassVar[str] = "too-many-streams"
    fault: ClassVar[Fault] = "provider"
    http_status: ClassVar[int] = 503


def event_stream(
    request: Request, bench: Workbench, told: AsyncGenerator[Mapping[str, Any]], *, is_alive_told: bool = False
) -> EventSourceResponse:
    """Answer with a stream of `told`, as JSON.

    Args:
        is_alive_told: What keeps the connection up is news as well (`ALIVE`), and not a comment that no page sees.

    Raises:
        TooManyStreams.
    """
    if bench.streams.total() >= MOST_STREAMS:
        raise TooManyStreams("Too many pages listen to this server already. Close some, then load this one again.")
    person = request.state.person.id
    if bench.streams[person] >= MOST_OF_ONE:
        raise TooManyStreams(f"You have {MOST_OF_ONE} pages open already. Close some, then load this one again.")

    async def lines() -> AsyncIterator[dict[str, str]]:
        bench.streams[person] += 1
        try:
            async with aclosing(_while_allowed(request, bench.closing, told)) as allowed:
                async for news in allowed:
                    yield {"data": json.dumps(news, ensure_ascii=False, default=str)}
        finally:
            bench.streams[person] -= 1
            bench.streams += Counter()  # without those that have none
            await told.aclose()

    alive = (lambda: ServerSentEvent(data=ALIVE)) if is_alive_told else None
    return EventSourceResponse(lines(), ping=PING_S, ping_message_factory=alive)


async def _while_allowed(request: Request, closing: asyncio.Event, told: AsyncGenerator[_T]) -> AsyncGenerator[_T]:
    """Yield what is told until it ends, the server closes, or whoever asked may not read any more."""
    ending = asyncio.ensure_future(closing.wait())
    following: asyncio.Future[_T] | None = None
    losing = _somebody_loses_rights(request)
    asked_s = time.monotonic()
    try:
        while not closing.is_set():
            following = following or asyncio.ensure_future(anext(told))
            await asyncio.wait((following, ending, losing), timeout=ASK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
            if losing.done() or time.monotonic() - asked_s >= ASK_EVERY_S:
                losing.cancel()
                losing = _somebody_loses_rights(request)  # before it is asked, so that nothing is missed
                if not await _may_read(request):
                    return
                asked_s = time.monotonic()
            if following.done():
                done, following = following, None
                try:
                    news = done.result()
                except StopAsyncIteration:
                    return
                yield news
    finally:
        for waiting in (ending, losing, following):
            if waiting is not None:
                waiting.cancel()
                with suppress(asyncio.CancelledError, StopAsyncIteration):
                    await waiting


def _somebody_loses_rights(request: Request) -> asyncio.Future[Any]:
    """Be done as soon as somebody's rights, session or token may have ended."""
    try:
        accounts = request.app.state.services.door.accounts()
    except StudioError:
        accounts = None
    waiting = asyncio.Event() if accounts is None else accounts.lost_rights
    return asyncio.ensure_future(waiting.wait())


async def _may_read(request: Request) -> bool:
    try:
        person = await find_person(request, is_use=False)  # a page that only listens is not in use
    except PeopleUnavailable:  # a full disk ends nobody's work
        return True
    return person is not None and person.may("read")
