"""Signing in and out, people, tokens and the audit log."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from studio.api.authentication import COOKIE, Asking, find_person, set_session
from studio.api.given import Given
from studio.api.services import Services, services_of
from studio.errors import ServiceNotReady
from studio.people.accounts import Accounts, Session
from studio.people.records import LOCAL_ID, Person
from studio.people.roles import RIGHTS, Role

router = APIRouter(prefix="/api", tags=["people"])
_Text = Annotated[str, Field(min_length=1, max_length=300)]


class SignIn(Given):
    name: _Text
    password: _Text


class Redeem(Given):
    link: _Text
    password: _Text
    name: _Text | None = None


class NewPerson(Given):
    name: _Text
    role: Role


class PersonChange(Given):
    name: _Text | None = None
    role: Role | None = None
    is_active: bool | None = None


class NewToken(Given):
    name: _Text
    role: Role
    days: int | None = Field(90, ge=1, le=3_650)


def accounts_of(services: Annotated[Services, Depends(services_of)]) -> Accounts:
    """Give the accounts (a dependency)."""
    accounts = services.door.accounts()
    if accounts is None:
        raise ServiceNotReady("The accounts are not open: the server is still starting, or their file cannot be used.")
    return accounts


Using = Annotated[Accounts, Depends(accounts_of)]


@router.get("/me")
async def me(request: Request) -> dict[str, Any]:
    """Say who asks and what they may do; `person` is null where somebody has to sign in."""
    person = await find_person(request)
    if person is None:
        return {"person": None, "rights": [], "has_accounts": True}
    told = {"id": person.id, "name": person.name, "role": person.role}
    return {"person": told, "rights": sorted(RIGHTS[person.role]), "has_accounts": person.id != LOCAL_ID}


@router.post("/session")
async def sign_in(given: SignIn, request: Request, response: Response, accounts: Using) -> dict[str, Any]:
    """Sign in; the answer sets the session's cookie."""
    address = request.client.host if request.client else "unknown"
    session = await accounts.sign_in(given.name, given.password, address)
    return await _signed_in(session, request, response, accounts)


@router.post("/session/link")
async def redeem(given: Redeem, request: Request, response: Response, accounts: Using) -> dict[str, Any]:
    """Take a one-time link: choose a password and be signed in."""
    session = await accounts.redeem(given.link, given.password, given.name)
    return await _signed_in(session, request, response, accounts)


@router.delete("/session", status_code=204)
async def sign_out(request: Request, response: Response, accounts: Using) -> None:
    """End the session of the cookie."""
    if (cookie := request.cookies.get(COOKIE)) is not None:
        await accounts.sign_out(cookie)
    response.delete_cookie(COOKIE, path="/")


@router.get("/people")
async def people(accounts: Using) -> list[dict[str, Any]]:
    """List the accounts."""
    return [asdict(person) for person in await accounts.people()]


@router.post("/people", status_code=201)
async def invite(given: NewPerson, by: Asking, accounts: Using) -> dict[str, Any]:
    """Make an account; `link` is the path of its one-time link, told this once."""
    person, link = await accounts.invite(by, given.name, given.role)
    return {**asdict(person), "link": link_path(link)}


@router.patch("/people/{person_id}")
async def change(person_id: str, given: PersonChange, by: Asking, accounts: Using) -> dict[str, Any]:
    """Change name, role, or whether the account may sign in."""
    changed = await accounts.change(by, person_id, name=given.name, role=given.role, is_active=given.is_active)
    return asdict(changed)


@router.delete("/people/{person_id}", status_code=204)
async def remove(person_id: str, by: Asking, accounts: Using) -> None:
    """Delete an account."""
    await accounts.remove(by, person_id)


@router.post("/people/{person_id}/link")
async def new_link(person_id: str, by: Asking, accounts: Using) -> dict[str, str]:
    """Make a new one-time link, for instance for somebody who has forgotten their password."""
    return {"link": link_path(await accounts.new_link(by, person_id))}


@router.get("/tokens")
async def tokens(accounts: Using) -> list[dict[str, Any]]:
    """List the programs' tokens, without their texts."""
    return [asdict(token) for token in await accounts.tokens()]


@router.post("/tokens", status_code=201)
async def new_token(given: NewToken, by: Asking, accounts: Using) -> dict[str, Any]:
    """Make a token for a program; its text is told this once."""
    token, text = await accounts.new_token(by, given.name, given.role, given.days)
    return {**asdict(token), "token": text}


@router.delete("/tokens/{token_id}", status_code=204)
async def end_token(token_id: str, by: Asking, accounts: Using) -> None:
    """Take a token out of use."""
    await accounts.end_token(by, token_id)


@router.get("/audit")
async def audit(
    accounts: Using, before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None, project: str | None = None
) -> list[dict[str, Any]]:
    """Give a page of the audit log, the latest first."""
    rows = await accounts.audited(before, project)
    return [{**row, "detail": json.loads(row["detail"])} for row in rows]


def link_path(link: str) -> str:
    """Return the page that takes a one-time link. Behind `#`, so that no log of requests has it."""
    return f"/studio/welcome#{link}"


async def _signed_in(session: Session, request: Request, response: Response, accounts: Accounts) -> dict[str, Any]:
    """Give the browser its new session; the one that it came with ends, since nobody could end it any more."""
    if (before := request.cookies.get(COOKIE)) is not None:
        await accounts.sign_out(before)
    set_session(response, session.token, request.url.scheme)
    return _told(session.person)


def _told(person: Person) -> dict[str, Any]:
    return {
        "person": {"id": person.id, "name": person.name, "role": person.role},
        "rights": sorted(RIGHTS[person.role]),
    }
