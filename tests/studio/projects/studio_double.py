"""A studio's HTTP for pulling and pushing, in memory: the real functions behind the addresses of the API."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx

from studio.errors import StudioError, http_status_of
from studio.projects.exchange import Pushed, archive, read_incoming
from studio.projects.packages import read_push
from studio.projects.workspace import Workspace


def studio(workspace: Workspace, *, token: str | None = None) -> Callable[[httpx.Request], httpx.Response]:
    """Answer as `/api/projects…` does; with `token` only who has it."""

    def answer(request: httpx.Request) -> httpx.Response:
        if token is not None and request.headers.get("authorization") != f"Bearer {token}":
            return _problem(401, "not-signed-in", "Sign in first.")
        try:
            return _route(workspace, request)
        except StudioError as error:
            findings = [
                {"file": one.file, "line": one.line, "message": one.message} for one in getattr(error, "findings", ())
            ]
            return _problem(http_status_of(error), error.code, str(error), findings=findings)

    return answer


def _route(workspace: Workspace, request: httpx.Request) -> httpx.Response:
    parts = [part for part in request.url.path.split("/") if part][2:]
    match request.method, parts:
        case "GET", []:
            return httpx.Response(200, json=[{"id": project.id} for project in workspace.projects()])
        case "POST", ["import"]:
            made = workspace.import_zip(request.content, project_id=request.url.params["id"])
            return httpx.Response(201, json={"id": made.project.id})
        case "GET", [project]:
            return httpx.Response(200, json={"id": workspace.get(project).id})
        case "GET", [project, "archive"]:
            return httpx.Response(200, content=archive(workspace.get(project)))
        case "POST", [project, "push"]:
            allows = request.url.params.get("allow_errors") == "true"
            there = workspace.get(project)
            found = read_incoming(there, read_push(request.content), allows_errors=allows)
            pushed = found if isinstance(found, Pushed) else found.put(there)
            return httpx.Response(409 if pushed.conflicts else 200, json=pushed.to_json())
    return _problem(404, "not-found", "There is no such address.")


def _problem(status: int, code: str, message: str, **more: object) -> httpx.Response:
    return httpx.Response(status, content=json.dumps({"code": code, "message": message, **more}).encode())
