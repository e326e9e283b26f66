"""How errors are told to clients: JSON `{"code", "message"}` with the status of the error."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from dialogue.errors import DialogueError
from flows.errors import AssistantInvalid, FlowsError
from models.errors import ModelError
from studio.authoring.errors import TextInvalid
from studio.errors import StudioError, http_status_of
from studio.projects.errors import BranchRefused, FilesChanged, PublishRefused, PushRefused
from voice.errors import VoiceError

_CODE_OF_STATUS = {404: "not-found", 405: "method-not-allowed"}
_RETRY_AFTER_S = "5"


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error tree of the house, the framework's own refusals, and what nobody expected."""
    for tree in (StudioError, VoiceError, ModelError, DialogueError, FlowsError):
        app.add_exception_handler(tree, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _unexpected)


def problem(error: Exception) -> JSONResponse:
    """Tell an expected error."""
    status = http_status_of(error)
    headers = {"Retry-After": _RETRY_AFTER_S} if status == 503 else None
    return _told(status, str(getattr(error, "code", "internal-error")), str(error), headers, _detail(error))


def _detail(error: Exception) -> dict[str, Any]:
    """What a page can lead to, of errors that know more than a message: a place in a file, findings, paths."""
    told: dict[str, Any] = {}
    if isinstance(error, TextInvalid):
        told["place"] = {"file": error.file, "line": error.line, "column": error.column}
    if isinstance(error, AssistantInvalid | PublishRefused | PushRefused):
        told["findings"] = [asdict(finding) for finding in error.findings]
    if isinstance(error, BranchRefused | FilesChanged):
        told["paths"] = list(error.paths)
    return told


async def _expected(request: Request, error: Exception) -> JSONResponse:
    if http_status_of(error) >= 500:
        with suppress(OSError):  # the disk that is full may be the log's too: what the person hears is the reason
            structlog.get_logger(__name__).warning("request failed", path=request.url.path, reason=str(error))
    return problem(error)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    complaints = "; ".join(
        f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg'].lower()}" for detail in error.errors()
    )
    return _told(422, "request-invalid", complaints)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _CODE_OF_STATUS.get(error.status_code, "request-refused")
    message = f"{error.detail}: {request.method} {request.url.path}"
    return _told(error.status_code, code, message, dict(error.headers or {}))


async def _unexpected(_: Request, __: Exception) -> JSONResponse:
    """Answer a bug of ours. Starlette raises the error again behind the answer, and the server logs it."""
    return _told(500, "internal-error", "The server made a mistake; its log has the details.")


def _told(
    status: int, code: str, message: str, headers: dict[str, str] | None = None, detail: Mapping[str, Any] | None = None
) -> JSONResponse:
    message = message.encode("utf-8", "replace").decode()  # it may quote half of a character
    return JSONResponse({"code": code, "message": message, **(detail or {})}, status_code=status, headers=headers)
