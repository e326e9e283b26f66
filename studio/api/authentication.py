"""Who asks, and whether they may: every route passes here (`authorise`), by one table of route and right.

    loopback, no accounts      everybody is the admin "You"
    loopback, accounts         session cookie or bearer token
    beyond loopback            session cookie or bearer token, whether there are accounts or not

Unsafe methods are taken from pages of this server's own address only, so that no other page acts in one's name.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.api.permissions import OPEN, right_for
from studio.people.accounts import SESSION_S
from studio.people.door import Door
from studio.people.errors import ForeignOrigin, NotAllowed, SignInNeeded
from studio.people.records import CALLER, LOCAL, Person
from studio.people.roles import TOLD, roles_with

COOKIE: Final = "vivavoce_session"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


async def authorise(request: Request) -> None:
    """Find out who asks, and refuse what their role does not allow (a dependency of the whole application).

    Raises:
        SignInNeeded, NotAllowed, ForeignOrigin.
        ServiceNotReady: the accounts are not open yet.
    """
    route = request.scope["route"]
    right = right_for(request.method, route.path)
    if request.method not in _SAFE:
        _refuse_foreign(request)
    if right == OPEN:
        request.state.person = None
        return
    person = await known_person(request)
    request.state.person = person
    if person is None and right == "call" and request.app.state.services.door.may_call:
        person = request.state.person = CALLER
    if person is None:
        raise SignInNeeded("Sign in first." if _is_page(request) else "Sign in first, or send a token as bearer.")
    if not person.may(right):
        who = " or ".join(roles_with(right))
        raise NotAllowed(f"As {person.role} you may not {TOLD[right]}. Somebody who is {who} may.")


async def known_person(request: Request) -> Person | None:
    """Return who asks, found out once for a request, and again where somebody has lost a right since.

    Raises:
        ServiceNotReady.
    """
    accounts = request.app.state.services.door.accounts()
    revision = None if accounts is None else accounts.revision
    found: tuple[int | None, Person | None] | None = getattr(request.state, "found", None)
    if found is None or found[0] != revision:
        found = request.state.found = revision, await find_person(request)
    return found[1]


async def find_person(request: Request, *, is_use: bool = True) -> Person | None:
    """Return who asks; None where nobody is known. Raises ServiceNotReady.

    Args:
        is_use: The session lasts longer for it, and its cookie with it (`SessionCookies`).
    """
    door: Door = request.app.state.services.door
    accounts = door.accounts()
    if accounts is None:
        return None if door.is_public else LOCAL
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return await accounts.of_token(token.strip())
    cookie = request.cookies.get(COOKIE)
    if cookie is not None:
        extended = partial(setattr, request.state, "extended", cookie)
        person = await accounts.of_session(cookie, is_use=is_use, when_extended=extended)
        if person is not None:
            return person
    if not door.is_public and not await accounts.any_exist():
        return LOCAL
    return None


def require_known(request: Request) -> None:
    """Refuse whoever calls without having been asked who they are. Raises SignInNeeded."""
    if request.state.person == CALLER:
        raise SignInNeeded("Sign in first: without that, what is served or published to production can be called.")


def person_of(request: Request) -> Person:
    """Give who asks (a dependency of routes)."""
    person = request.state.person
    assert isinstance(person, Person), "the route's right is not in the table of permissions"
    return person


Asking = Annotated[Person, Depends(person_of)]


def set_session(response: Response, token: str, scheme: str) -> None:
    """Give a browser the cookie of a session, for as long as the session lasts unused."""
    response.set_cookie(
        COOKIE, token, max_age=int(SESSION_S), path="/", httponly=True, samesite="strict", secure=scheme == "https"
    )


class SessionCookies:
    """Gives the cookie again whenever its session lasts longer: else whoever comes every day is put out after a while.

    A response that sets the cookie itself (signing in and out) is left as it is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def send_with_cookie(message: Message) -> None:
            token = state.get("extended")
            if message["type"] == "http.response.start" and token is not None:
                headers = MutableHeaders(scope=message)
                if "set-cookie" not in headers:
                    again = Response()
                    set_session(again, token, scope["scheme"])
                    headers.append("set-cookie", again.headers["set-cookie"])
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _refuse_foreign(request: Request) -> None:
    """Browsers send `Origin` with every unsafe request, and no page can forge it; programs send none."""
    origin = request.headers.get("origin")
    scheme = request.headers.get("authorization", "").partition(" ")[0].lower()
    if origin is None or scheme == "bearer":  # browsers add Basic by themselves, but no bearer
        return
    if urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower():
        raise ForeignOrigin(f"A page of {origin[:100]} asked for this. Only this server's own pages may.")


def _is_page(request: Request) -> bool:
    return "sec-fetch-mode" in request.headers
