"""Runs custom actions on an action server, over the webhook protocol of the format.

    POST webhook {next_action, sender_id, tracker, domain?, domain_digest, version}
      200 events and responses      400 the action refused      404 no such action
      449 the domain is missing: it is sent, once more          else: the action failed

The domain is large and does not change, so a server gets it once and then only its digest. Whatever the server does
(hangs, breaks off, lies, answers with a gigabyte) comes back as `ActionFailed` within the time limit. An action may
have outside effects, so it is asked for a second time only if nothing of it can have run: the connection was never
made; or, for actions declared without outside effects, if it was lost.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import ssl
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping
from importlib import metadata
from typing import Any, Final

import httpx

from dialogue.actions.answers import LARGEST_BYTES, parse_answer, read_answer, too_large
from dialogue.actions.endpoint import ActionServer
from dialogue.actions.errors import ActionEndpointInvalid, ActionServerUnavailable, AnswerInvalid
from dialogue.errors import DialogueError
from dialogue.events import ActionFailed, ActionReturned
from flows.commands import Json

TIME_LIMIT_S: Final = 10.0
"""How long an action may take, all in all: a caller who hears nothing for longer believes that the line is dead."""
HEALTH_LIMIT_S: Final = 3.0
"""How long the server may take to say that it is there."""
KEEP_ALIVE_S: Final = 1.5
"""Idle connections are closed sooner than common servers do (gunicorn after 2 s), so that a request never goes out on
a connection that its server is just closing."""
CONNECTIONS: Final = 64
_DOMAIN_MISSING: Final = 449
_FIRST_BYTES: Final = 200


class WebhookActions:
    """The `ActionRunner` for an action server. Call `open` before use and `close` after."""

    def __init__(
        self,
        server: ActionServer,
        *,
        time_limit_s: float = TIME_LIMIT_S,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.server = server
        self._time_limit_s = time_limit_s
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._names: frozenset[str] | None = None
        self._known_digest: str | None = None
        self._digest_of: tuple[Json, str] | None = None
        self._version = metadata.version("vivavoce")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the actions that the server listed; empty when it was not asked."""
        return tuple(sorted(self._names or ()))

    def open(self) -> None:
        """Make the connection pool; nothing is sent yet. Raises ActionEndpointInvalid."""
        limits = httpx.Limits(
            max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=KEEP_ALIVE_S
        )
        self._client = httpx.AsyncClient(
            verify=self._trusted(),
            timeout=self._time_limit_s,
            limits=limits,
            headers={**self.server.headers, "Accept-Encoding": "identity"},
            params={"token": self.server.token} if self.server.token else None,
            transport=self._transport,
            follow_redirects=False,
            trust_env=False,  # action servers are neighbours: a proxy for the outer world would be in the way
        )

    async def close(self) -> None:
        """Close every connection."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def knows(self, name: str) -> bool:
        """Say whether the server has an action of this name; yes, as long as it has not listed its actions."""
        return self._names is None or name in self._names

    async def health(self) -> None:
        """Ask the server whether it is there. Raises ActionServerUnavailable, with what to do.

        A server without a health page is well: the protocol is older than the page.
        """
        status, _ = await self._get("health")
        if status >= 500:
            raise ActionServerUnavailable(self._unavailable(f"says at /health that it is not well (HTTP {status})"))

    async def list_actions(self) -> tuple[str, ...]:
        """Ask the server for the names of its actions; none where it does not list them.

        Raises ActionServerUnavailable.
        """
        status, body = await self._get("actions")
        if status != httpx.codes.OK:
            return ()
        try:
            listed = parse_answer(body)
        except AnswerInvalid:
            return ()
        items = listed if isinstance(listed, list) else []
        self._names = frozenset(str(item.get("name")) for item in items if isinstance(item, Mapping)) or None
        return self.names

    async def run(self, name: str, tracker: Json, domain: Json) -> ActionReturned | ActionFailed:
        """Run an action; whatever goes wrong comes back as ActionFailed."""
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self._time_limit_s):
                answer = await self._ask(name, tracker, domain)
            return read_answer(name, answer, _milliseconds_since(started))
        except TimeoutError:
            reason = f"took longer than {self._time_limit_s:g} s"
        except httpx.HTTPError as problem:
            reason = self._unavailable(_told(problem))
        except (DialogueError, httpx.InvalidURL) as problem:
            reason = str(problem)
        return ActionFailed(name, reason, _milliseconds_since(started))

    async def _ask(self, name: str, tracker: Json, domain: Json) -> Json:
        digest = self._digest(domain)
        call = {
            "next_action": name,
            "sender_id": tracker.get("sender_id"),
            "tracker": tracker,
            "domain_digest": digest,
            "version": self._version,
        }
        headers = {"traceparent": _traceparent(str(tracker.get("sender_id")))}
        is_sent = self._sends_domain(name, digest)
        status, body = await self._post(name, {**call, "domain": domain} if is_sent else call, headers)
        if status == _DOMAIN_MISSING and not is_sent:
            is_sent = True
            status, body = await self._post(name, {**call, "domain": domain}, headers)
        if status == _DOMAIN_MISSING:
            self._known_digest = None
            raise AnswerInvalid("the action server asks for the domain again, although it was just sent")
        if is_sent:
            self._known_digest = digest
        return _answer(status, body)

    def _sends_domain(self, name: str, digest: str) -> bool:
        if name in self.server.full_domain_for:
            return True
        return not self.server.is_selective and self._known_digest != digest

    async def _post(self, name: str, call: Mapping[str, Json], headers: Mapping[str, str]) -> tuple[int, bytes]:
        body = json.dumps(call, ensure_ascii=False, separators=(",", ":"), default=_as_plain).encode("utf-8", "replace")
        sent = {**headers, "Content-Type": "application/json"}
        if self.server.is_compressed:
            body = zlib.compress(body)
            sent["Content-Encoding"] = "deflate"

        async def send() -> tuple[int, bytes]:
            return await self._exchange("POST", self.server.url, sent, body)

        return await _with_second_try(send, is_repeatable=name in self.server.repeatable)

    async def _get(self, page: str) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(HEALTH_LIMIT_S):
                return await self._exchange("GET", self.server.beside(page), {}, None)
        except TimeoutError:
            raise ActionServerUnavailable(self._unavailable(f"does not answer in {HEALTH_LIMIT_S:g} s")) from None
        except httpx.HTTPError as problem:
            raise ActionServerUnavailable(self._unavailable(_told(problem))) from None
        except AnswerInvalid as problem:
            raise ActionServerUnavailable(self._unavailable(str(problem))) from None

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, bytes]:
        if self._client is None:
            raise ActionServerUnavailable("the connection to the action server is not open")
        async with self._client.stream(method, url, headers=headers, content=body) as response:
            self._client.cookies.clear()  # a cookie would tie one caller's request to another's
            received = bytearray()
            async for chunk in response.aiter_raw():
                received += chunk
                if len(received) > LARGEST_BYTES:
                    raise too_large(len(received))
            return response.status_code, _unpacked(bytes(received), response.headers.get("Content-Encoding"))

    def _trusted(self) -> ssl.SSLContext | bool:
        if self.server.cafile is None:
            return True
        try:
            return ssl.create_default_context(cafile=str(self.server.cafile))
        except (ssl.SSLError, OSError) as problem:
            raise ActionEndpointInvalid(f"action_endpoint.cafile cannot be used: {problem}") from None

    def _digest(self, domain: Json) -> str:
        """Return the domain's digest; reckoned once, since the same domain comes with every action."""
        if self._digest_of is None or self._digest_of[0] is not domain:
            text = json.dumps(domain, sort_keys=True, default=_as_plain)
            self._digest_of = (domain, hashlib.sha256(text.encode()).hexdigest())
        return self._digest_of[1]

    def _unavailable(self, what: str) -> str:
        return (
            f"the action server at {self.server.url} {what}: start it, or correct action_endpoint.url in "
            "endpoints.yml, or the address given instead"
        )


async def _with_second_try(
    send: Callable[[], Awaitable[tuple[int, bytes]]], *, is_repeatable: bool
) -> tuple[int, bytes]:
    """Send a request, and once more if its connection failed and nothing can have come of it."""
    try:
        return await send()
    except httpx.TimeoutException:
        raise TimeoutError from None
    except httpx.ConnectError:
        pass
    except httpx.TransportError:
        if not is_repeatable:
            raise
    try:
        return await send()
    except httpx.TimeoutException:
        raise TimeoutError from None


def _answer(status: int, body: bytes) -> Json:
    """Return what the server answered. Raises AnswerInvalid for everything that is no result."""
    if status == httpx.codes.OK:
        return parse_answer(body)
    told = _error_text(body)
    match status:
        case httpx.codes.BAD_REQUEST:
            raise AnswerInvalid(f"rejected: {told}" if told else "rejected to run")
        case httpx.codes.NOT_FOUND:
            raise AnswerInvalid(f"is not known to the action server{f': {told}' if told else ''}")
        case _ if 300 <= status < 400:
            raise AnswerInvalid(
                f"the action server sends elsewhere (HTTP {status}): put its final address into the url"
            )
        case _:
            raise AnswerInvalid(f"failed on the action server (HTTP {status}){f': {told}' if told else ''}")


def _error_text(body: bytes) -> str:
    """Return the reason in an error's body, as far as it is fit to be logged."""
    try:
        content = parse_answer(body)
    except AnswerInvalid:
        return ""
    reason = content.get("error") if isinstance(content, Mapping) else None
    return reason[:_FIRST_BYTES] if isinstance(reason, str) else ""


def _unpacked(body: bytes, encoding: str | None) -> bytes:
    """Undo a compression that was not asked for, without ever holding more than the limit."""
    if encoding in (None, "", "identity"):
        return body
    if encoding not in ("gzip", "deflate"):
        raise AnswerInvalid(f"answered in the encoding {encoding!r}, which was not asked for")
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 32)  # told from its first bytes: gzip or zlib
    try:
        content = unpacking.decompress(body, LARGEST_BYTES + 1)
    except zlib.error as problem:
        raise AnswerInvalid(f"answered with damaged {encoding} data: {problem}") from None
    if len(content) > LARGEST_BYTES:
        raise too_large(len(content))
    return content


def _told(problem: httpx.HTTPError) -> str:
    match problem:
        case httpx.ConnectError():
            return f"cannot be reached ({problem})"
        case httpx.TimeoutException():
            return "does not answer in time"
        case _:
            return f"broke the connection off ({str(problem) or type(problem).__name__})"


def _traceparent(conversation_id: str) -> str:
    """Return the W3C trace header: one trace a conversation, one span a request."""
    trace_id = hashlib.sha256(conversation_id.encode("utf-8", "replace")).hexdigest()[:32]
    return f"00-{trace_id}-{secrets.token_hex(8)}-01"


def _as_plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} is no JSON")


def _milliseconds_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
