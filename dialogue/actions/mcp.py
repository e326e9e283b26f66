"""Calls tools on the MCP servers of endpoints.yml, for flows whose `call` steps name one.

    ToolCall ──▶ server by name ──▶ connect, negotiate, tools/call, disconnect ──▶ ActionReturned(result)
                                     all of it within one time limit                or ActionFailed

Each call has a connection of its own: nothing that a server keeps, or breaks, reaches over to another caller. Whatever
a server does comes back as `ActionFailed`; and a tool that says of itself that it failed (`isError`) has failed.
The protocol is that of the `mcp` package, an extra (`mcp_session` is all that imports it).
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import structlog

from dialogue.actions.answers import plain_content
from dialogue.actions.errors import AnswerInvalid, McpServerInvalid
from dialogue.errors import DialogueError
from dialogue.events import ActionFailed, ActionReturned
from dialogue.ports import ActionRunner
from flows.commands import Json
from flows.effects import ToolCall
from flows.model import Assistant, CallTask
from flows.tools import mcp_servers

TIME_LIMIT_S: Final = 10.0
"""How long a call may take, all in all: a caller who hears nothing for longer believes that the line is dead."""
EXTRA_MISSING: Final = "the package 'mcp' is not installed: install vivavoce[mcp]"
_TYPES: Final = frozenset({"http", "https", "streamable_http", "streamable-http"})
_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")
_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")
_FIRST_CHARACTERS: Final = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class McpServer:
    """An MCP server, and the headers that it wants to be asked with."""

    name: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def mcp_server(assistant: Assistant, name: str) -> McpServer:
    """Return a server of endpoints.yml.

    Raises:
        McpServerInvalid: there is none of this name, or it cannot be used; the message says which key is at fault.
    """
    given = dict(mcp_servers(assistant.endpoints)).get(name)
    if given is None:
        raise McpServerInvalid(f"endpoints.yml has no MCP server {name!r}: add it to mcp_servers")
    where = f"the MCP server {name!r} in endpoints.yml"
    kind = given.get("type")
    if kind is not None and str(kind).lower() not in _TYPES:
        raise McpServerInvalid(f"{where} is of the type {kind!r}, which is not supported: use 'http'")
    if given.get("oauth") is not None:
        raise McpServerInvalid(f"{where} asks for OAuth, which is not supported: give it a token or an api_key")
    url = _text(given, "url", where)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise McpServerInvalid(f"{where} has no usable url: write it as http://localhost:8000/mcp")
    return McpServer(name, url, _headers(given, where))


def _headers(given: Mapping[str, Json], where: str) -> Mapping[str, str]:
    if given.get("api_key") not in (None, ""):
        name = str(given.get("header_name") or "Authorization")
        key, form = _text(given, "api_key", where), str(given.get("header_format") or "Bearer {key}")
        value = _PLACEHOLDER.sub(lambda _: key, form)
    elif given.get("token") not in (None, ""):
        name, value = "Authorization", f"Bearer {_text(given, 'token', where)}"
    else:
        return {}
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name) or not (value.isascii() and value.isprintable()):
        raise McpServerInvalid(f"{where}: what makes the header may have plain ASCII characters only")
    return {name: value}


def _text(given: Mapping[str, Json], key: str, where: str) -> str:
    value = given.get(key)
    if not isinstance(value, str) or not value.strip():
        raise McpServerInvalid(f"{where} needs the key {key!r}, as a text")
    unset = _VARIABLE.search(value)
    if unset is not None:
        raise McpServerInvalid(f"{where} needs the environment variable {unset[1]!r} for {key!r}: set it first")
    return value.strip()


class McpTools:
    """The `ToolRunner` for the MCP servers of an assistant. `warm` loads what it needs; calls do that themselves."""

    def __init__(self, assistant: Assistant, *, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._assistant = assistant
        self._time_limit_s = time_limit_s

    def warm(self) -> None:
        """Import the protocol, which takes most of a second, before a caller has to wait for it. Raises ImportError."""
        from dialogue.actions import mcp_session  # noqa: F401

    async def call(self, call: ToolCall) -> ActionReturned | ActionFailed:
        """Call a tool; whatever goes wrong comes back as ActionFailed."""
        started = time.perf_counter()
        try:
            result = _checked(await self._ask(call))
            return ActionReturned(call.tool, took_ms=_milliseconds_since(started), result=result)
        except Exception as problem:  # the plugin boundary: the protocol's package has no root for what it raises
            reason = self._reason(_root(problem), call)
        return ActionFailed(call.tool, reason, _milliseconds_since(started))

    def _reason(self, problem: BaseException, call: ToolCall) -> str:
        match problem:
            case DialogueError():
                return str(problem)
            case TimeoutError():
                return f"took longer than {self._time_limit_s:g} s"
            case ImportError():
                return EXTRA_MISSING
            case _:
                text = str(problem)[:_FIRST_CHARACTERS]
                told = f"{type(problem).__name__}: {text}" if text else type(problem).__name__
                hint = "is it running, and is its url in endpoints.yml right?"
                return f"the MCP server {call.server!r} failed ({told}): {hint}"

    async def _ask(self, call: ToolCall) -> Json:
        server = mcp_server(self._assistant, call.server)
        from dialogue.actions.mcp_session import call_tool

        return await call_tool(server, call, self._time_limit_s)


class ActionsAndTools:
    """An `ActionRunner` that is a `ToolRunner` as well, of one each."""

    def __init__(self, actions: ActionRunner, tools: McpTools) -> None:
        self.actions = actions
        self._tools = tools

    def knows(self, name: str) -> bool:
        """Say whether there is an action of this name."""
        return self.actions.knows(name)

    async def run(self, name: str, tracker: Json, domain: Json) -> ActionReturned | ActionFailed:
        """Run an action."""
        return await self.actions.run(name, tracker, domain)

    async def call(self, call: ToolCall) -> ActionReturned | ActionFailed:
        """Call a tool."""
        return await self._tools.call(call)


async def with_tools(actions: ActionRunner, assistant: Assistant, time_limit_s: float = TIME_LIMIT_S) -> ActionRunner:
    """Return the actions with the tools of MCP servers, where the assistant's flows call any.

    A server that cannot be used is a warning now, and a failed action when a caller comes to it.
    """
    tasks = [step.task for flow in assistant.flows.values() for step in flow.steps]
    servers = sorted({str(task.options["mcp_server"]) for task in tasks if isinstance(task, CallTask) and task.is_tool})
    if not servers:
        return actions
    tools = McpTools(assistant, time_limit_s=time_limit_s)
    for server in servers:
        try:
            mcp_server(assistant, server)
        except McpServerInvalid as problem:
            log.warning("MCP server cannot be used", server=server, reason=str(problem))
    try:
        await asyncio.to_thread(tools.warm)
    except ImportError:
        log.warning("flows call tools of MCP servers, which will fail", servers=servers, reason=EXTRA_MISSING)
    return ActionsAndTools(actions, tools)


def _checked(result: Json) -> Mapping[str, Json]:
    """Return a tool's result as plain JSON. Raises AnswerInvalid where the tool says that it failed."""
    if result.get("isError"):
        raise AnswerInvalid(f"the tool says that it failed: {_first_text(result)}")
    kept = {key: result[key] for key in ("content", "structuredContent") if result.get(key) is not None}
    try:
        content: Mapping[str, Json] = plain_content(kept)
    except (RecursionError, ValueError) as problem:
        raise AnswerInvalid(f"the tool's result cannot be kept: {problem}") from None
    return content


def _first_text(result: Mapping[str, Json]) -> str:
    texts = [item.get("text") for item in result.get("content") or () if isinstance(item, Mapping)]
    return next((text[:_FIRST_CHARACTERS] for text in texts if isinstance(text, str)), "it gives no reason")


def _root(problem: BaseException) -> BaseException:
    """Return what went wrong in the first place; groups of errors come from concurrent parts of one call."""
    while isinstance(problem, BaseExceptionGroup):
        problem = problem.exceptions[0]
    return problem


def _milliseconds_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
