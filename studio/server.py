"""One server from start to stop: HTTP answers at once, parts come up beside it, and all goes down in reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager

import uvicorn

from flows.model import Assistant
from studio.api.app import create_app
from studio.api.people import link_path
from studio.composition import Runtime
from studio.listening import is_loopback_socket, url_of
from studio.parts import PartStatus, reasons
from studio.settings import Settings

MOST_THREADS = 32
"""For what blocks. Python's own number (cores and four) is used up by as many people who wait for git or for a lock, up
to 20 s, and calls read their documents and stored speech in the same threads. Our own choice."""
GRACEFUL_STOP_S = 5
"""Requests in progress may take so long after the server was told to stop."""


class _Uvicorn(uvicorn.Server):
    """Leaves signals to `run_server`, which has more to stop than HTTP."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def run_server(
    assistant: Assistant, settings: Settings, listener: socket.socket, *, say: Callable[[str], None]
) -> None:
    """Serve until the process is told to stop. `say` gets the lines that tell a person what is going on."""
    say = _ignoring_closed_pipes(say)
    url = url_of(listener)
    say(f"Assistant: {assistant.name}, {len(assistant.user_flows)} flows ({assistant.folder})")
    say(f"Listening: {url}   (parts are loading)")
    if not is_loopback_socket(listener):
        say(_who_may_come_in(settings))
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(MOST_THREADS, "blocking"))
    async with AsyncExitStack() as stack:
        runtime = Runtime(assistant, settings, lambda part: _tell(part, say))
        server = _Uvicorn(_http_config(runtime, settings, is_public=not is_loopback_socket(listener)))
        _stop_on_signals(server, runtime, say)
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(server.serve(sockets=[listener]), name="http")
            is_public = not is_loopback_socket(listener)
            parts = group.create_task(_bring_up(runtime, stack, url, say, is_public=is_public), name="parts")
            await serving
            parts.cancel()
    say("Stopped.")


def _who_may_come_in(settings: Settings) -> str:
    if settings.allow_insecure_bind:
        return "Warning: whoever reaches this address can call; only the studio asks who they are."
    return "Whoever comes from another machine signs in, or sends a token."


async def _bring_up(
    runtime: Runtime, stack: AsyncExitStack, url: str, say: Callable[[str], None], *, is_public: bool
) -> None:
    began_s = time.monotonic()
    await runtime.start(stack)
    _settle_memory()
    await _tell_first_link(runtime, url, say, is_public=is_public)
    failed = [part for part in runtime.board.parts if not part.is_ready]
    if failed:
        say("\nNot everything is ready:")
        for reason in reasons(failed):
            say(f"  {reason}")
        say(f"What needs none of that works: {url}")
    else:
        say(f"\nReady after {time.monotonic() - began_s:.1f} s. Open {url}")
    await runtime.work_beside()


def _settle_memory() -> None:
    """Take what has been loaded out of every later garbage collection: a full one stopped all calls for 0.14 s."""
    gc.collect()
    gc.freeze()


async def _tell_first_link(runtime: Runtime, url: str, say: Callable[[str], None], *, is_public: bool) -> None:
    """Beyond this machine nobody gets in without an account: tell how the first admin gets one."""
    if is_public and runtime.accounts is not None:
        link = await runtime.accounts.first_link()
        if link is not None:
            say(f"\nFirst admin: open {url}{link_path(link)}\n(works once, for a week; use this machine's name there)")


def _ignoring_closed_pipes(say: Callable[[str], None]) -> Callable[[str], None]:
    """A terminal that has gone away (a closed pipe) is no reason to stop serving, nor to fail to stop."""

    def tell(line: str) -> None:
        with contextlib.suppress(OSError):
            say(line)

    return tell


def _tell(part: PartStatus, say: Callable[[str], None]) -> None:
    if part.state == "starting":
        return
    took = f"{part.took_ms / 1000:.1f} s" if part.state == "ready" else part.detail
    say(f"  {part.name:<20} {part.state:<7} {took}".rstrip())


def _http_config(runtime: Runtime, settings: Settings, *, is_public: bool) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(runtime.services(is_public=is_public)),
        log_config=None,
        access_log=settings.log_level == "debug",
        ws="websockets-sansio",
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_STOP_S,
    )


def _stop_on_signals(server: uvicorn.Server, runtime: Runtime, say: Callable[[str], None]) -> None:
    """Stop at the first signal, without grace at the second."""

    def stop() -> None:
        if server.should_exit:
            server.force_exit = True
            return
        server.should_exit = True
        runtime.end_streams()
        say("\nStopping: no new calls; running ones are told.")

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
