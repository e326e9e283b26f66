"""The error tree of `studio.authoring`: what an edit, a file or a project says when it cannot be done.

AuthoringError
├── EditRefused       the gesture does not fit what is there; nothing was changed (409)
├── NothingThere      a flow, step, entry or file that does not exist (404)
├── TextInvalid       the text is no valid YAML; says where (422)
├── FileRefused       a path, suffix or size that a project does not take (400)
├── SaveFailed        the file system refused; the old file is whole (507)
└── ProjectGone       the project's folder is not there any more (410)
"""

from __future__ import annotations

from typing import ClassVar

from studio.errors import Fault, StudioError


class AuthoringError(StudioError):
    """Root of what this package raises; the message says what happened and what to do."""

    code: ClassVar[str] = "authoring-error"
    fault: ClassVar[Fault] = "client"
    http_status: ClassVar[int] = 400


class EditRefused(AuthoringError):
    code = "edit-refused"
    http_status = 409


class NothingThere(AuthoringError):
    code = "nothing-there"
    http_status = 404


class TextInvalid(AuthoringError):
    """A text that is no valid YAML. `line` and `column` count from 1."""

    code = "text-invalid"
    http_status = 422

    def __init__(self, message: str, file: str, line: int, column: int) -> None:
        self.file, self.line, self.column, self.reason = file, line, column, message
        super().__init__(f"{file}:{line}:{column}: {message}. Nothing was saved.")


class FileRefused(AuthoringError):
    code = "file-refused"


class SaveFailed(AuthoringError):
    code = "save-failed"
    fault = "provider"
    http_status = 507


class ProjectGone(AuthoringError):
    code = "project-gone"
    fault = "configuration"
    http_status = 410
