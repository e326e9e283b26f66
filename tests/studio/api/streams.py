"""An open stream of server-sent events, for tests: the app is called as a server calls it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

from tests.studio.api.conftest import Server


class Stream:
    """One open stream; the test client would wait for a whole answer."""

    def __init__(self, server: Server, path: str, **headers: str) -> None:
        self._sent: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._gone = asyncio.Event()
        self._asked = False
        given = [(b"host", b"127.0.0.1"), *((name.encode(), text.encode()) for name, text in headers.items())]
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": given,
            "client": ("127.0.0.1", 9),
            "server": ("127.0.0.1", 80),
            "scheme": "http",
            "http_version": "1.1",
            "root_path": "",
        }
        self.task = asyncio.ensure_future(server.app(scope, self._receive, self._sent.put))

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def start(self) -> MutableMapping[str, Any]:
        async with asyncio.timeout(20):
            return await self._sent.get()

    async def news(self) -> dict[str, Any]:
        async with asyncio.timeout(20):
            while True:
                body = (await self._sent.get()).get("body", b"").decode()
                if body.startswith("data:"):
                    told: dict[str, Any] = json.loads(body.removeprefix("data:"))
                    return told

    async def leave(self) -> None:
        self._gone.set()
        await self.over()

    async def over(self) -> None:
        async with asyncio.timeout(20):
            await self.task
