"""The studio without models: the real API over real files, for tests of pages and for looking at them.

    python -m tests.support.studio_server --port 8101 --served examples/bank [--data DIR] [--public]

Starts in two seconds. Calls, spoken previews and trainings that need weights are refused as a server without them does.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import uvicorn

from flows.model import Assistant
from studio.api.app import create_app
from studio.api.people import link_path
from studio.api.security import LOOPBACK_HOSTS
from studio.api.services import CallGateway, Services, TextChannel
from studio.assistants import load
from studio.doctor import PAGE_FOLDER
from studio.errors import ServiceNotReady
from studio.parts import PartBoard
from studio.people.door import Door
from studio.reloading import ReloadStatus
from studio.settings import Settings
from studio.telemetry import Telemetry
from studio.workbench_opening import make_workbench, open_workbench

STREAMS = "/test/streams"


def _no_models() -> None:
    raise ServiceNotReady("This server has no models.")


def _no_gateway() -> CallGateway:
    raise ServiceNotReady("This server has no models.")


def _no_text() -> TextChannel:
    raise ServiceNotReady("This server has no models.")


async def serve(
    served: Path, data: Path, port: int, *, is_public: bool = False, page_folder: Path = PAGE_FOLDER
) -> None:
    """Serve until cancelled. Beside the API it tells at `STREAMS` how many streams of events are open."""
    settings = Settings(data_dir=data, projects=data / "projects")
    opened = make_workbench(settings, await asyncio.to_thread(served.resolve))
    assistant: Assistant = await asyncio.to_thread(load, served)
    async with AsyncExitStack() as stack:
        await open_workbench(stack, opened, PartBoard())
        if is_public and opened.accounts is not None and (link := await opened.accounts.first_link()):
            print(f"First admin: {link_path(link)}", flush=True)
        services = Services(
            assistant=lambda: assistant,
            reload_status=lambda: ReloadStatus("current", "test", 0.0),
            board=PartBoard(),
            telemetry=Telemetry(),
            gateway=_no_gateway,
            require_calls=_no_models,
            text=_no_text,
            models=lambda: [],
            page_folder=page_folder,
            allowed_hosts=LOOPBACK_HOSTS,
            workbench=opened.workbench,
            door=Door(lambda: opened.accounts, is_public),
        )
        app = create_app(services)
        app.add_api_route(STREAMS, lambda: {"open": opened.workbench.streams.total()})
        config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off")
        print(f"http://127.0.0.1:{port}/studio", flush=True)
        await uvicorn.Server(config).serve()


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--served", type=Path, default=Path("examples/bank"))
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--port", type=int, default=8101)
    parser.add_argument("--public", action="store_true", help="ask who comes, as beyond this machine")
    parser.add_argument("--page", type=Path, default=PAGE_FOLDER, help="the built page, where it is not the usual one")
    given = parser.parse_args(arguments)
    data = given.data or Path(tempfile.mkdtemp(prefix="vivavoce-studio-"))
    asyncio.run(serve(given.served, data, given.port, is_public=given.public, page_folder=given.page))


if __name__ == "__main__":
    main()
