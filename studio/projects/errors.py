"""The error tree of projects: what a person tried with an assistant's folder, and why it cannot be done.

StudioError
├── ProjectUnknown      there is no such project (404)
├── ProjectTaken        the id or the folder is in use already (409)
├── ProjectNameInvalid  a name or id that cannot be used (422)
├── TemplateUnknown     there is no such template (422)
├── ImportRefused       a zip or folder that is not taken: hostile, broken, too large, or no assistant (422)
├── CodeRefused         programs from somebody who may not bring any (403)
├── SettingsRefused     settings that decide where secrets go, from somebody who is no admin (403)
├── WritingFailed       the disk is full, or the folder cannot be written; nothing was changed (507)
├── FilesChanged        files were changed underneath in between (409)
├── ProjectBusy         another process works on this project just now (409)
├── HistoryUnavailable  git is missing, or the folder has no history (409)
├── GitFailed           git refuses for a reason of its own (500)
├── CommitRefused       the history cannot take a commit as things stand (409)
├── CommitUnknown       there is no such commit, branch, version or environment (404)
├── BranchRefused       a branch that cannot be made, switched to, merged or deleted as things stand (409)
├── PublishRefused      what does not validate is not published (422)
├── PushRefused         what does not validate, or is not whole, is not taken (422)
└── RemoteFailed        another studio does not answer as it should
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flows.errors import Finding
from studio.errors import StudioError


class ProjectUnknown(StudioError):
    code = "project-unknown"
    fault = "client"
    http_status = 404


class ProjectTaken(StudioError):
    code = "project-taken"
    fault = "client"
    http_status = 409


class ProjectNameInvalid(StudioError):
    code = "project-name-invalid"
    fault = "client"
    http_status = 422


class TemplateUnknown(StudioError):
    code = "template-unknown"
    fault = "client"
    http_status = 422


class ImportRefused(StudioError):
    code = "import-refused"
    fault = "client"
    http_status = 422


class CodeRefused(StudioError):
    """Programs run on the server, so that they come from admins only."""

    code = "code-refused"
    fault = "client"
    http_status = 403


class SettingsRefused(StudioError):
    """Where secrets and callers' words are sent is for admins to say."""

    code = "settings-refused"
    fault = "client"
    http_status = 403


class WritingFailed(StudioError):
    code = "writing-failed"
    fault = "configuration"
    http_status = 507


class FilesChanged(StudioError):
    """`paths` are the files that are not as they were."""

    code = "files-changed"
    fault = "client"
    http_status = 409

    def __init__(self, message: str, paths: Sequence[str] = ()) -> None:
        self.paths = tuple(paths)
        super().__init__(message)


class ProjectBusy(StudioError):
    code = "project-busy"
    fault = "client"
    http_status = 409


class HistoryUnavailable(StudioError):
    code = "history-unavailable"
    fault = "configuration"
    http_status = 409


class GitFailed(StudioError):
    """`message` is what git said."""

    code = "git-failed"
    fault = "provider"
    http_status = 500

    def __init__(self, arguments: Sequence[str], message: str) -> None:
        self.message = message
        super().__init__(f"git {' '.join(arguments[:1])} failed in the project's folder: {message[:500]}")


class CommitRefused(StudioError):
    code = "commit-refused"
    fault = "client"
    http_status = 409


class CommitUnknown(StudioError):
    code = "commit-unknown"
    fault = "client"
    http_status = 404


class BranchRefused(StudioError):
    """`paths` are the files that are in the way."""

    code = "branch-refused"
    fault = "client"
    http_status = 409

    def __init__(self, message: str, paths: Sequence[str] = ()) -> None:
        self.paths = tuple(paths)
        super().__init__(message)


class PublishRefused(StudioError):
    """`findings` are the errors that are in the way."""

    code = "publish-refused"
    fault = "client"
    http_status = 422

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        self.findings = tuple(findings)
        super().__init__(message)


class PushRefused(StudioError):
    """`findings` are the errors that are in the way."""

    code = "push-refused"
    fault = "client"
    http_status = 422

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        self.findings = tuple(findings)
        super().__init__(message)


class RemoteFailed(StudioError):
    code = "remote-failed"
    fault = "provider"
    http_status = 502


@contextmanager
def told(place: Path) -> Iterator[None]:
    """Turn what the file system says into words for a person."""
    try:
        yield
    except OSError as error:
        raise failure(error, place) from error


def failure(error: OSError, place: Path) -> WritingFailed:
    """Say what the file system refused."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return WritingFailed(f"The disk of {place} is full. Nothing was changed: free some space and try again.")
    if error.errno == errno.EFBIG:
        return WritingFailed(
            f"There is no room at {place} for a file as long as this. Nothing was changed: raise the server's limit "
            "for files and try again."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return WritingFailed(f"{error.filename or place} may not be written by this user. Nothing was changed.")
    return WritingFailed(f"{error.filename or place}: {error.strerror or error}. Nothing was changed.")
