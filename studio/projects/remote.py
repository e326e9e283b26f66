"""A project on another studio, over its HTTP API: `GET …/archive` and `POST …/push`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

import httpx

from studio.projects.archives import MOST_ZIP_BYTES
from studio.projects.errors import RemoteFailed
from studio.projects.packages import Archive, read_archive
from studio.projects.paths import check_id

ZIP: Final = "application/zip"
_TIMEOUT: Final = httpx.Timeout(60.0, connect=10.0)
_PROJECT: Final = re.compile(r"^(?P<before>.*?)/(?:api/projects|studio)/(?P<project>[^/]+)(?:/.*)?$")
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a project is: the studio's address, and the project's id, None where the address does not name one."""

    studio: str
    project: str | None

    @property
    def is_exposed(self) -> bool:
        """Say whether others on the way could read what is sent."""
        parts = urlsplit(self.studio)
        return parts.scheme == "http" and parts.hostname not in _LOOPBACK


@dataclass(frozen=True, slots=True)
class Refused:
    """What a studio answered that does not take a push: its conflicts, or its findings."""

    message: str
    conflicts: tuple[Mapping[str, Any], ...] = ()
    findings: tuple[Mapping[str, Any], ...] = ()


def parse_address(url: str, project: str | None = None) -> Address:
    """Read what people have at hand: a studio's address, or that of a project in it or in its API.

    Raises:
        RemoteFailed: it is no address.
    """
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise RemoteFailed(f"{url!r} is no address of a studio. One is like http://127.0.0.1:8080/studio/bank")
    if parts.username or parts.password:
        raise RemoteFailed("A name or password in the address is not sent. Use a token: --token, or VIVAVOCE_TOKEN.")
    path = parts.path.rstrip("/")
    found = _PROJECT.match(path)
    before = found["before"] if found else re.sub(r"/(?:api(?:/projects)?|studio)$", "", path)
    named = project or (unquote(found["project"]) if found else None)
    if named is not None and not check_id(named):
        raise RemoteFailed(f"{named[:80]!r} cannot be a project's id.")
    return Address(f"{parts.scheme}://{parts.netloc}{before}", named)


class Remote:
    """One project of another studio."""

    def __init__(self, address: Address, *, token: str | None = None, transport: httpx.BaseTransport | None = None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        parts = urlsplit(address.studio)
        headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
        self._client = httpx.Client(base_url=address.studio, headers=headers, timeout=_TIMEOUT, transport=transport)
        self._address = address
        self.project = address.project

    def __enter__(self) -> Remote:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    @property
    def url(self) -> str:
        """Return the address of the project, as it is kept beside a copy of it."""
        return f"{self._address.studio}/studio/{self.project}"

    def choose(self) -> str:
        """Return the project: the one that was named, or the only one that there is.

        Raises:
            RemoteFailed: there are several, or none.
        """
        if self.project is None:
            listed = self._json(self._ask("GET", "/api/projects"))
            ids = [str(one.get("id")) for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
            if len(ids) != 1:
                known = f"it has {', '.join(ids[:10])}" if ids else "it has none"
                raise RemoteFailed(f"Name the project of {self._address.studio} with --project: {known}.")
            self.project = ids[0]
        return self.project

    def pull(self) -> Archive:
        """Fetch the project as it is. Raises RemoteFailed, ImportRefused."""
        return read_archive(self._ask("GET", f"{self._path()}/archive", accept=ZIP))

    def push(self, content: bytes, *, allows_errors: bool = False) -> Mapping[str, Any] | Refused:
        """Send what was changed; return what became of it. Raises RemoteFailed."""
        query = "?allow_errors=true" if allows_errors else ""
        answer = self._send("POST", f"{self._path()}/push{query}", content)
        told = self._told(answer)
        if answer.status_code == 409 or told.get("conflicts"):
            return Refused(_message(answer, told), tuple(told.get("conflicts") or ()))
        if answer.status_code == 422:
            return Refused(_message(answer, told), (), tuple(told.get("findings") or ()))
        self._require_good(answer)
        return told

    def create(self, content: bytes) -> Mapping[str, Any]:
        """Make the project of a zip file. Raises RemoteFailed."""
        name = quote(self.choose())
        answer = self._send("POST", f"/api/projects/import?id={name}&name={name}", content)
        self._require_good(answer)
        return self._told(answer)

    def is_there(self) -> bool:
        """Say whether the studio has the project. Raises RemoteFailed."""
        answer = self._send("GET", self._path(), None)
        if answer.status_code == 404:
            return False
        self._require_good(answer)
        return True

    def _path(self) -> str:
        return f"/api/projects/{quote(self.choose())}"

    def _ask(self, method: str, path: str, *, accept: str = "application/json") -> bytes:
        answer = self._send(method, path, None, accept)
        self._require_good(answer)
        return answer.content

    def _send(self, method: str, path: str, content: bytes | None, accept: str = "application/json") -> httpx.Response:
        headers = {"Accept": accept, **({"Content-Type": ZIP} if content is not None else {})}
        request = self._client.build_request(method, path, content=content, headers=headers)
        try:
            answer = self._client.send(request, stream=True)
            try:
                pieces, size = [], 0
                for piece in answer.iter_bytes():
                    size += len(piece)
                    if size > MOST_ZIP_BYTES:
                        raise RemoteFailed(f"{self._address.studio} sends more than a project may have.")
                    pieces.append(piece)
            finally:
                answer.close()
        except httpx.HTTPError as error:
            why = str(error) or type(error).__name__
            raise RemoteFailed(
                f"{self._address.studio} does not answer: {why}. Is the studio running there?"
            ) from error
        return httpx.Response(answer.status_code, headers=_plain(answer.headers), content=b"".join(pieces))

    def _require_good(self, answer: httpx.Response) -> None:
        if answer.is_success:
            return
        told = self._told(answer)
        message = _message(answer, told)
        if answer.status_code in (401, 403):
            raise RemoteFailed(f"{message} Give a token that may do this: --token, or VIVAVOCE_TOKEN.")
        if answer.is_redirect:
            raise RemoteFailed(f"{self._address.studio} leads elsewhere ({answer.headers.get('location')}). Use that.")
        raise RemoteFailed(f"{self._address.studio} refused ({answer.status_code}): {message}")

    def _json(self, content: bytes) -> Any:
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise RemoteFailed(f"{self._address.studio} does not answer as a studio does. Is it one?") from None

    def _told(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            told = json.loads(answer.content)
        except (ValueError, RecursionError):
            if answer.is_success:
                raise RemoteFailed(f"{self._address.studio} does not answer as a studio does. Is it one?") from None
            return {}
        return told if isinstance(told, dict) else {}


def _message(answer: httpx.Response, told: Mapping[str, Any]) -> str:
    return str(told.get("message") or told.get("detail") or f"HTTP {answer.status_code}.")


def _plain(headers: httpx.Headers) -> dict[str, str]:
    """Leave out what was true of the body on the way only."""
    return {name: value for name, value in headers.items() if name not in ("content-encoding", "content-length")}
