"""Server-sent events that end with the server, and with the right of whoever listens.

A stream may stay open for days. It holds up a server that is told to stop unless it ends by itself, and whoever was
shut out in between must not go on hearing; so it asks again from time to time.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, suppress
from typing import Any, ClassVar, Final, TypeVar

from fastapi import Request
from sse_starlette.sse import EventSourceResponse

from studio.api.authentication import find_person
from studio.errors import Fault, StudioError
from studio.people.errors import PeopleUnavailable
from studio.workbench import Workbench

PING_S: Final = 15
ASK_EVERY_S = 30.0
"""So long somebody who was shut out may go on hearing."""
MOST_STREAMS = 500
"""Streams that one server keeps open, each a task and a queue. Browsers open one for each page; our own choice."""
_T = TypeVar("_T")


class TooManyStreams(StudioError):
    """So many pages listen already."""

    code: ClassVar[str] = "too-many-streams"
    fault: ClassVar[Fault] = "provider"
    http_status: ClassVar[int] = 503


def event_stream(request: Request, bench: Workbench, told: AsyncGenerator[Mapping[str, Any]]) -> EventSourceResponse:
    """Answer with a stream of `told`, as JSON. Raises TooManyStreams."""
    if bench.n_streams >= MOST_STREAMS:
        raise TooManyStreams("Too many pages listen to this server already. Close some, then load this one again.")

    async def lines() -> AsyncIterator[dict[str, str]]:
        bench.n_streams += 1
        try:
            async with aclosing(_while_allowed(request, bench.closing, told)) as allowed:
                async for news in allowed:
                    yield {"data": json.dumps(news, ensure_ascii=False, default=str)}
        finally:
            bench.n_streams -= 1
            await told.aclose()

    return EventSourceResponse(lines(), ping=PING_S)


async def _while_allowed(request: Request, closing: asyncio.Event, told: AsyncGenerator[_T]) -> AsyncGenerator[_T]:
    """Yield what is told until it ends, the server closes, or whoever asked may not read any more."""
    ending = asyncio.ensure_future(closing.wait())
    following: asyncio.Future[_T] | None = None
    asked_s = time.monotonic()
    try:
        while not closing.is_set():
            following = following or asyncio.ensure_future(anext(told))
            await asyncio.wait((following, ending), timeout=ASK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
            if time.monotonic() - asked_s >= ASK_EVERY_S:
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
        for waiting in (ending, following):
            if waiting is not None:
                waiting.cancel()
                with suppress(asyncio.CancelledError, StopAsyncIteration):
                    await waiting


async def _may_read(request: Request) -> bool:
    try:
        person = await find_person(request)
    except PeopleUnavailable:  # a full disk ends nobody's work
        return True
    return person is not None and person.may("read")
