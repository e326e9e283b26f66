"""Runs an assistant's own Python actions in this process, without ever letting them stall or end a call.

User code may block, raise, hang or return nonsense. Plain `run` methods therefore run in a thread each, async ones
on an event loop of their own in another thread, all under a time limit; whatever goes wrong comes back as
`ActionFailed`. Threads are daemons: an action that hangs forever must not keep the server from stopping.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import structlog

from dialogue.actions.answers import plain_content, read_answer
from dialogue.actions.loading import OWN_SDK, PUBLIC_SDK, AssistantCode
from dialogue.actions.sdk import CollectingDispatcher, Tracker
from dialogue.errors import ActionsUnloadable, DialogueError
from dialogue.events import ActionFailed, ActionReturned
from flows.commands import Json
from flows.model import Assistant

TIME_LIMIT_S = 10.0
"""How long an action may take: a caller who hears nothing for longer believes that the line is dead."""
RUNNING_LIMIT = 64
"""Actions running at once, those included that were given up on and still hang."""
DEFAULT_MODULE = "actions"

log = structlog.get_logger(__name__)


class InProcessActions:
    """The `ActionRunner` for an assistant's `actions` package. Call `load` before use and `close` after."""

    def __init__(self, folder: Path, module: str | None = None, *, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._module = module or DEFAULT_MODULE
        self._is_module_required = module is not None
        self._time_limit_s = time_limit_s
        self._code = AssistantCode(folder)
        self._actions: dict[str, Any] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running = 0
        self._counting = threading.Lock()  # actions end in threads of their own

    @classmethod
    def for_assistant(cls, assistant: Assistant, *, time_limit_s: float = TIME_LIMIT_S) -> InProcessActions:
        """Return the runner for `action_endpoint.actions_module` of endpoints.yml, `actions` by default."""
        endpoint = assistant.endpoints.get("action_endpoint")
        module = endpoint.get("actions_module") if isinstance(endpoint, Mapping) else None
        return cls(Path(assistant.folder), module, time_limit_s=time_limit_s)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the actions that were found."""
        return tuple(self._actions)

    def load(self) -> None:
        """Import the package and collect its actions. Raises ActionsUnloadable."""
        self._code.open()
        if not self._is_module_required and not self._has_default_module():
            return
        try:
            self._code.import_all(self._module)
            for kind in self._code.classes():
                self._register(kind)
        except ActionsUnloadable:
            self.close()
            raise

    def close(self) -> None:
        """Forget the assistant's modules; actions that still run are left to end by themselves."""
        self._code.close()
        self._actions.clear()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = None

    def knows(self, name: str) -> bool:
        """Say whether there is an action of this name."""
        return name in self._actions

    async def run(self, name: str, tracker: Json, domain: Json) -> ActionReturned | ActionFailed:
        """Run an action; whatever it does wrong comes back as ActionFailed."""
        started = time.perf_counter()
        action = self._actions.get(name)
        if action is None:
            return ActionFailed(name, f"no action {name!r} in {self._module!r}: is it defined and spelled so?")
        if self._running >= RUNNING_LIMIT:
            return ActionFailed(name, f"{RUNNING_LIMIT} actions are running already")
        dispatcher = CollectingDispatcher()
        try:
            async with asyncio.timeout(self._time_limit_s):
                events = await self._call(action, dispatcher, Tracker.from_dict(deepcopy(tracker)), domain)
            content = plain_content({"events": _only_events(name, events), "responses": dispatcher.messages})
            return read_answer(name, content, _milliseconds_since(started))
        except TimeoutError:
            reason = f"took longer than {self._time_limit_s:g} s"
            return ActionFailed(name, reason, _milliseconds_since(started))
        except Exception as problem:  # the plugin boundary: user code may raise anything
            log.warning("action failed", action=name, exc_info=problem)
            return ActionFailed(name, _reason(problem), _milliseconds_since(started))

    def _has_default_module(self) -> bool:
        return self._code.has(self._module) or self._code.has_folder(self._module)

    def _register(self, kind: type) -> None:
        if inspect.isabstract(kind) or not _is_action(kind):
            return
        try:
            action = kind()
            name = action.name()
        except NotImplementedError:
            return  # a class that other actions are derived from
        except Exception as problem:  # the plugin boundary: user code may raise anything
            raise ActionsUnloadable(f"cannot create {kind.__qualname__}: {problem}") from problem
        if not isinstance(name, str):
            raise ActionsUnloadable(f"{kind.__qualname__}.name() must return a string, not {name!r}")
        if name in self._actions:
            log.warning("action defined twice, the later one counts", action=name)
        self._actions[name] = action

    async def _call(self, action: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> Any:
        def begin() -> Any:
            return action.run(dispatcher, tracker, domain)

        with self._counting:
            self._running += 1
        if inspect.iscoroutinefunction(action.run):
            future = asyncio.run_coroutine_threadsafe(_awaited(begin), self._own_loop())
            future.add_done_callback(lambda _: self._finished())
            return await asyncio.wrap_future(future)
        return await _in_thread(begin, self._finished)

    def _finished(self) -> None:
        with self._counting:
            self._running -= 1

    def _own_loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop of async actions; it stays the same, for clients that they keep open on it."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=_serve, args=(self._loop,), daemon=True, name="actions").start()
        return self._loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


async def _awaited(begin: Callable[[], Any]) -> Any:
    return await begin()


async def _in_thread(begin: Callable[[], Any], finished: Callable[[], None]) -> Any:
    """Run a function in a daemon thread; a caller that is cancelled leaves the thread to itself."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def settle(result: Any, problem: BaseException | None) -> None:
        if future.done():
            return
        if problem is None:
            future.set_result(result)
        else:
            future.set_exception(problem)

    def work() -> None:
        result, problem = None, None
        try:
            result = begin()
        except BaseException as raised:
            problem = raised if isinstance(raised, Exception) else RuntimeError(repr(raised))
        finished()
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, problem)

    threading.Thread(target=work, daemon=True, name="action").start()
    return await future


def _is_action(kind: type) -> bool:
    """Tell whether a class is derived from the SDK's, be it ours or the public one; any other class is its own."""
    sdks = (f"{OWN_SDK}.", f"{PUBLIC_SDK}.")
    return any(base.__name__ == "Action" and base.__module__.startswith(sdks) for base in kind.__mro__)


def _only_events(name: str, returned: Any) -> list[Any]:
    """Leave out what is no event, as servers of the protocol do, and say so in the log."""
    events = list(returned or ())
    kept = [event for event in events if isinstance(event, Mapping) and event.get("event")]
    if len(kept) < len(events):
        log.warning("action returned something that is no event", action=name, ignored=len(events) - len(kept))
    return kept


def _reason(problem: Exception) -> str:
    if isinstance(problem, DialogueError):
        return str(problem)
    is_refusal = any(base.__name__ == "ActionExecutionRejection" for base in type(problem).__mro__)
    return f"rejected: {problem}" if is_refusal else f"{type(problem).__name__}: {problem}"


def _milliseconds_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
