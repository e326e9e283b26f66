"""Runs an assistant's own Python actions in this process, without ever letting them stall or end a call.

User code may block, raise, hang or return nonsense. Plain `run` methods therefore run in a thread each, async ones
on an event loop of their own in another thread, all under a time limit; whatever goes wrong comes back as
`ActionFailed`. What an action returned is read there too, since it may be a generator without end. Threads are
daemons: an action that hangs forever must not keep the server from stopping. An async action that blocks holds up
the other async ones, so their loop is given up when one ran out of time and the loop does not answer any more.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from itertools import islice
from pathlib import Path
from typing import Any

import structlog

from dialogue.actions.answers import plain_content, read_answer
from dialogue.actions.errors import AnswerInvalid
from dialogue.actions.loading import OWN_SDK, PUBLIC_SDK, AssistantCode
from dialogue.actions.sdk import CollectingDispatcher, Tracker
from dialogue.errors import ActionsUnloadable, DialogueError
from dialogue.events import ActionFailed, ActionReturned
from flows.commands import Json
from flows.model import Assistant

TIME_LIMIT_S = 10.0
"""How long an action may take: a caller who hears nothing for longer believes that the line is dead."""
LOAD_LIMIT_S = 60.0
"""How long importing an assistant's code may take; large libraries take ten seconds on a slow disk."""
RUNNING_LIMIT = 64
"""Actions running at once, those included that were given up on and still hang."""
MOST_EVENTS = 10_000
"""Events of one action; more come from a generator that never ends."""
BLOCKED_S = 0.2
"""A loop that has not answered for so long is blocked by an action on it."""
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
        self._asked: _Probe | None = None
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

    async def open(self, *, time_limit_s: float = LOAD_LIMIT_S) -> None:
        """Load in a thread, so that code which never gets to its end holds up nobody. Raises ActionsUnloadable."""
        try:
            async with asyncio.timeout(time_limit_s):
                await _in_thread(self.load, lambda: None)
        except TimeoutError:
            self.close()
            reason = f"importing takes longer than {time_limit_s:g} s"
            raise ActionsUnloadable(f"cannot import {self._module!r}: {reason}") from None

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

        def begin() -> Any:
            return action.run(dispatcher, Tracker.from_dict(deepcopy(tracker)), deepcopy(domain))

        def collect(returned: Any) -> Json:
            return plain_content({"events": _only_events(name, returned), "responses": dispatcher.messages})

        try:
            async with asyncio.timeout(self._time_limit_s):
                content = await self._call(inspect.iscoroutinefunction(action.run), begin, collect)
            return read_answer(name, content, _milliseconds_since(started))
        except TimeoutError:
            self._ask_loop()
            reason = f"took longer than {self._time_limit_s:g} s"
            return ActionFailed(name, reason, _milliseconds_since(started))
        except Exception as problem:  # the plugin boundary: user code may raise anything
            if not isinstance(problem, DialogueError):  # the place in the user's code; of an answer there is none
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
        except (Exception, SystemExit) as problem:  # the plugin boundary: user code may raise anything
            if isinstance(problem, AttributeError) and kind.__subclasses__():
                return  # another such class: its name is built from what those that derive from it say
            raise ActionsUnloadable(f"cannot create {kind.__qualname__}: {problem}") from problem
        if not isinstance(name, str):
            raise ActionsUnloadable(f"{kind.__qualname__}.name() must return a string, not {name!r}")
        if name in self._actions:
            log.warning("action defined twice, the later one counts", action=name)
        self._actions[name] = action

    async def _call(self, is_async: bool, begin: Callable[[], Any], collect: Callable[[Any], Json]) -> Json:
        """Run an action and read what it returned, both away from the server's own event loop."""

        def run() -> tuple[Any, Json]:
            returned = begin()
            return (returned, None) if inspect.isawaitable(returned) else (None, collect(returned))

        if is_async:
            return await self._on_own_loop(begin, collect)
        self._started()
        awaitable, content = await _in_thread(run, self._finished)
        return content if awaitable is None else await self._on_own_loop(lambda: awaitable, collect)

    async def _on_own_loop(self, begin: Callable[[], Awaitable[Any]], collect: Callable[[Any], Json]) -> Json:
        loop = self._own_loop()
        self._started()
        future = asyncio.run_coroutine_threadsafe(_awaited(begin, collect), loop)
        future.add_done_callback(lambda _: self._finished())
        return await asyncio.wrap_future(future)

    def _started(self) -> None:
        with self._counting:
            self._running += 1

    def _finished(self) -> None:
        with self._counting:
            self._running -= 1

    def _own_loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop of async actions; it stays the same, for clients that they keep open on it."""
        if self._loop is not None and self._asked is not None and self._asked.is_blocked:
            log.warning("an async action blocks the loop of all: others get a new one")
            self._loop.call_soon_threadsafe(self._loop.stop)  # for when it is free again
            self._loop = self._asked = None
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._loop.set_exception_handler(_tell)
            threading.Thread(target=_serve, args=(self._loop,), daemon=True, name="actions").start()
        return self._loop

    def _ask_loop(self) -> None:
        """Ask the loop of async actions for a sign of life; the next of them looks whether it came."""
        is_waiting = self._asked is not None and not self._asked.has_answered
        if self._loop is not None and not is_waiting:
            self._asked = _Probe(self._loop)


class _Probe:
    """Whether a loop still takes its turns: it is asked when this is made, from another thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.has_answered = False
        self._asked_s = time.monotonic()
        loop.call_soon_threadsafe(self._answer)

    @property
    def is_blocked(self) -> bool:
        """Whether no answer came for longer than a busy loop needs."""
        return not self.has_answered and time.monotonic() - self._asked_s > BLOCKED_S

    def _answer(self) -> None:
        self.has_answered = True


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    is_stopped = False
    try:
        while not is_stopped:
            try:
                loop.run_forever()
                is_stopped = True
            except (SystemExit, KeyboardInterrupt) as problem:  # of a task that an action left behind
                log.warning("a task of an action tried to end the program", problem=repr(problem))
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def _tell(_: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    """Log what went wrong in a task that an action left behind: in one line, as finalizers may run anywhere."""
    log.warning("something that an action left behind failed", problem=repr(context.get("exception", context)))


async def _awaited(begin: Callable[[], Awaitable[Any]], collect: Callable[[Any], Json]) -> Json:
    try:
        return collect(await begin())
    except (SystemExit, KeyboardInterrupt, asyncio.CancelledError) as problem:
        # The first two would end the loop that all async actions share, the last the turn that waits for this one.
        raise RuntimeError(repr(problem)) from problem


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
            is_plain = isinstance(raised, Exception) and not isinstance(raised, StopIteration)  # no future takes that
            problem = raised if is_plain else RuntimeError(repr(raised))
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
    events = list(islice(returned or (), MOST_EVENTS + 1))
    if len(events) > MOST_EVENTS:
        raise AnswerInvalid(f"gave back more than {MOST_EVENTS:,} events")
    kept = [event for event in events if isinstance(event, Mapping) and event.get("event")]
    if len(kept) < len(events):
        log.warning("action returned something that is no event", action=name, ignored=len(events) - len(kept))
    return kept


def _reason(problem: Exception) -> str:
    if isinstance(problem, DialogueError):
        return str(problem)
    is_refusal = any(base.__name__ == "ActionExecutionRejection" for base in type(problem).__mro__)
    try:
        return f"rejected: {problem}" if is_refusal else f"{type(problem).__name__}: {problem}"
    except Exception:  # user code again: a fault whose own text cannot be had
        return type(problem).__name__


def _milliseconds_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
