"""The studio's API over real files in a folder of the test, without sockets and without models."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from studio.parts import PartBoard
from studio.people.door import Door
from studio.settings import Settings
from studio.workbench import Workbench
from studio.workbench_opening import OpenedWorkbench, make_workbench, open_workbench
from tests.studio.api.conftest import Server

EXAMPLES = Path(__file__).parents[3] / "examples"


@dataclass
class Studio:
    """What a test reaches: a client, and the files behind it."""

    http: httpx.AsyncClient
    bench: Workbench
    opened: OpenedWorkbench
    data: Path
    served: Path


@asynccontextmanager
async def studio_over(server: Server, tmp_path: Path, *, example: str = "bank") -> AsyncIterator[Studio]:
    """Serve a copy of an example."""
    served = tmp_path / "served" / example
    ignored = shutil.ignore_patterns("calls", "__pycache__", ".studio")
    shutil.copytree(EXAMPLES / example, served, ignore=ignored)
    settings = Settings(data_dir=tmp_path / "data", projects=tmp_path / "data" / "projects")
    opened = make_workbench(settings, served)
    async with AsyncExitStack() as stack:
        await open_workbench(stack, opened, PartBoard())
        before = server.app.state.services
        door = Door(lambda: opened.accounts)
        server.app.state.services = replace(before, workbench=opened.workbench, door=door)
        transport = httpx.ASGITransport(server.app, raise_app_exceptions=False)
        http = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080"))
        yield Studio(http, opened.workbench, opened, tmp_path / "data", served)
