"""The client of a server that speaks the OpenAI protocol: completions over HTTP, streamed as server-sent events.

Whatever the server does (hangs, trickles, breaks off, never ends, lies, redirects, answers with a gigabyte) comes
back as `ModelUnavailable` within the time limit, or as the text so far where enough was said. What it refuses is
left out from then on (`completion_requests`). Keys stand in no message and no log.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import httpx

from dialogue.ports import Completion, OnText
from models.completion_requests import RequestStyle, after_refusal, payload
from models.completion_stream import AnswerMalformed, AnswerReader, EventLines, error_text, read_whole
from models.errors import ModelBusy, ModelUnavailable

CONNECT_LIMIT_S: Final = 2.0
MAX_ERROR_BYTES: Final = 20_000
MAX_ATTEMPTS: Final = 6
"""Refusals that are answered by leaving something out; a server that refuses for longer is not for us."""
LONGEST_RETRY_AFTER_S: Final = 600.0
CONNECTIONS: Final = 64
KEEP_ALIVE_S, KEEP_ALIVE_FAR_S = 4.0, 60.0
"""How long an idle connection is kept: uvicorn, which vLLM runs on, closes one after 5 s, and it is made anew in no
time; to a far server that would cost a turn the handshake."""
SHORTEST_SECRET: Final = 6
_TOO_MANY, _UNAUTHORISED, _FORBIDDEN = 429, 401, 403


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where a model is served, and how it is asked. `label` is what people call it.

    `query` goes behind every address (Azure's api-version). `proxied`: settings of the environment for proxies hold.
    """

    label: str
    api_base: str
    style: RequestStyle
    api_key: str = field(default="", repr=False)
    key_header: str = "Authorization"
    timeout_s: float = 7.0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict)
    is_verified: bool = True
    is_proxied: bool = False
    warm_fields: Mapping[str, Any] = field(default_factory=dict)
    """Fields for requests that only fill the cache; none: the server has no cache worth filling."""

    def without_key(self, told: str) -> str:
        """Return what a server said without our key, which some repeat."""
        return told.replace(self.api_key, "…") if len(self.api_key) >= SHORTEST_SECRET else told


class OpenAiCompatible:
    """A language model behind the port of `dialogue`. `open` it before use and `close` it after."""

    def __init__(self, settings: ServerSettings, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.settings = settings
        self.style = settings.style
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    def open(self) -> None:
        """Make the connection pool; nothing is sent yet. Raises ModelUnavailable for a key that no header takes."""
        settings = self.settings
        headers = {**settings.headers, "Accept-Encoding": "identity"}
        if settings.api_key:
            is_bearer = settings.key_header == "Authorization"
            headers[settings.key_header] = f"Bearer {settings.api_key}" if is_bearer else settings.api_key
        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            raise ModelUnavailable(settings.label, "its api_key or a header has characters that HTTP does not take")
        self._client = httpx.AsyncClient(
            verify=settings.is_verified,
            timeout=httpx.Timeout(settings.timeout_s, connect=min(CONNECT_LIMIT_S, settings.timeout_s)),
            limits=httpx.Limits(
                max_connections=CONNECTIONS,
                max_keepalive_connections=CONNECTIONS,
                keepalive_expiry=KEEP_ALIVE_FAR_S if settings.is_proxied else KEEP_ALIVE_S,
            ),
            headers=headers,
            params=dict(settings.query),
            transport=self._transport,
            follow_redirects=False,
            trust_env=settings.is_proxied,
        )

    async def close(self) -> None:
        """Close every connection. May be called twice."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def complete(
        self,
        prefix: str,
        tail: str,
        *,
        grammar: str | None = None,
        max_tokens: int = 64,
        stop: Sequence[str] = (),
        on_text: OnText | None = None,
    ) -> Completion:
        """Complete `prefix + tail`. Raises `ModelUnavailable`; reading ends as soon as enough was said."""
        began_s = time.perf_counter()
        async with self._guarded():
            for _ in range(MAX_ATTEMPTS):
                body = payload(self.style, prefix, tail, grammar=grammar, max_tokens=max_tokens, stop=stop)
                answer = await self._ask_twice(body, stop, on_text)
                if answer is not None:
                    break
            else:
                raise ModelUnavailable(self.settings.label, "it refuses every form of the request")
        prompt, cached, written = answer.tokens()
        if answer.finish_reason == "length":
            written = max(written, max_tokens)  # whoever reads a last line must know that it was cut
        took_ms = 1000 * (time.perf_counter() - began_s)
        return Completion(answer.text, prompt, cached, written, took_ms)

    async def warm(self, prefix: str, tail: str = "") -> None:
        """Have the server read `prefix + tail` into its cache, where it has one. Raises `ModelUnavailable`."""
        if not self.settings.warm_fields or self.style.endpoint != "completions":
            return
        async with self._guarded():
            for _ in range(MAX_ATTEMPTS):
                body = payload(self.style, prefix, tail, grammar=None, max_tokens=1, stop=())
                body |= {name: value for name, value in self.settings.warm_fields.items() if self._takes(name)}
                if await self._ask(body, AnswerReader(()), None) is not None:
                    return

    async def post(self, path: str, body: Mapping[str, Any]) -> tuple[int, str]:
        """Send a request beside completions, such as `load_lora_adapter`; return status and the server's word."""
        async with self._guarded(), self._stream(path, body) as response:
            return response.status_code, self._told(await _limited(response))

    def _takes(self, field: str) -> bool:
        return field not in self.style.without

    def _guarded(self) -> _Guard:
        return _Guard(self.settings)

    def _stream(self, path: str, body: Mapping[str, Any]) -> Any:
        if self._client is None:
            raise ModelUnavailable(self.settings.label, "the connection is not open")
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        self._client.cookies.clear()  # a cookie would tie one caller's request to another's
        return self._client.stream(
            "POST", _joined(self.settings.api_base, path), content=content, headers={"Content-Type": "application/json"}
        )

    async def _ask_twice(
        self, body: dict[str, Any], stop: Sequence[str], on_text: OnText | None
    ) -> AnswerReader | None:
        """Ask again where a connection that had been idle turned out to be dead: nothing came of it."""
        reader = AnswerReader(stop)
        try:
            return await self._ask(body, reader, on_text)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if reader.n_pieces:
                raise
        return await self._ask(body, AnswerReader(stop), on_text)

    async def _ask(self, body: dict[str, Any], reader: AnswerReader, on_text: OnText | None) -> AnswerReader | None:
        """Send one request; None where it was refused and can be asked in another way."""
        async with self._stream(self.style.endpoint, body) as response:
            if response.status_code == httpx.codes.OK:
                await self._read(response, reader, on_text)
                return reader
            await self._refused(response, body)
            return None

    async def _read(self, response: httpx.Response, reader: AnswerReader, on_text: OnText | None) -> None:
        if "text/event-stream" not in response.headers.get("Content-Type", "text/event-stream"):
            whole = await _limited(response, MAX_ERROR_BYTES * 10)
            _tell(reader.feed(read_whole(whole)) + reader.end(), on_text)
            return
        lines = EventLines()
        async for data in response.aiter_raw():
            for event in lines.feed(data):
                has_heard_enough = _tell(reader.feed(event), on_text)
                if reader.is_over or has_heard_enough:
                    _tell(reader.end(), None if has_heard_enough else on_text)
                    return
        if reader.finish_reason is None and not reader.is_over:
            raise AnswerMalformed("it broke the answer off")
        _tell(reader.end(), on_text)

    async def _refused(self, response: httpx.Response, body: Mapping[str, Any]) -> None:
        """Remember what the server does not take; raise where there is nothing to leave out."""
        status, label = response.status_code, self.settings.label
        told = self._told(await _limited(response))
        style = after_refusal(self.style, status, told, body)
        if style is not None:
            self.style = style
            return
        shown = f": {told}" if told else ""
        match status:
            case _ if status == _TOO_MANY or (status == 503 and "Retry-After" in response.headers):
                raise ModelBusy(label, f"has too much to do (HTTP {status}){shown}", _retry_after(response))
            case _ if status in (_UNAUTHORISED, _FORBIDDEN):
                raise ModelUnavailable(label, f"does not take our key (HTTP {status}): check api_key{shown}")
            case _ if 300 <= status < 400:
                raise ModelUnavailable(label, f"sends elsewhere (HTTP {status}): put its final address into api_base")
            case _:
                raise ModelUnavailable(label, f"failed (HTTP {status}){shown}")

    def _told(self, body: bytes) -> str:
        """Return the reason that an error's body gives."""
        try:
            told = error_text(json.loads(body))
        except (ValueError, RecursionError):
            told = ""
        return self.settings.without_key(told)


class _Guard:
    """Bounds the time of a request and gives every failure its name."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._limit = asyncio.timeout(settings.timeout_s)

    async def __aenter__(self) -> None:
        await self._limit.__aenter__()

    async def __aexit__(self, kind: Any, problem: BaseException | None, traceback: Any) -> None:
        label, limit_s = self._settings.label, self._settings.timeout_s
        try:
            await self._limit.__aexit__(kind, problem, traceback)
        except TimeoutError:
            raise ModelUnavailable(label, f"took longer than {limit_s:g} s") from None
        match problem:
            case httpx.ConnectError() | httpx.ConnectTimeout():
                raise ModelUnavailable(label, f"cannot be reached at {_shown(self._settings.api_base)}") from None
            case httpx.TimeoutException():
                raise ModelUnavailable(label, f"took longer than {limit_s:g} s") from None
            case httpx.InvalidURL() | httpx.UnsupportedProtocol():
                raise ModelUnavailable(label, "its api_base is no address") from None
            case httpx.HTTPError():
                raise ModelUnavailable(label, f"broke the connection off ({type(problem).__name__})") from None
            case AnswerMalformed():
                raise ModelUnavailable(label, self._settings.without_key(str(problem))) from None


def _tell(piece: str, on_text: OnText | None) -> bool:
    return bool(piece and on_text is not None and on_text(piece))


async def _limited(response: httpx.Response, most: int = MAX_ERROR_BYTES) -> bytes:
    received = bytearray()
    async for data in response.aiter_raw():
        received += data
        if len(received) > most:
            break
    return bytes(received[:most])


def _retry_after(response: httpx.Response) -> float | None:
    """Return how long the server wants to be left alone: seconds, or a date."""
    given = response.headers.get("Retry-After", "").strip()
    try:
        wait_s = float(given)
    except ValueError:
        try:
            wait_s = parsedate_to_datetime(given).timestamp() - time.time()
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    return min(max(wait_s, 0.0), LONGEST_RETRY_AFTER_S) if isfinite(wait_s) else None


def _joined(base: str, path: str) -> str:
    parts = urlsplit(base)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{path}", fragment=""))


def _shown(base: str) -> str:
    """Return the address without a name and password in it."""
    parts = urlsplit(base)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment=""))
