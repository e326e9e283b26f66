"""git by its command line, so that nothing of the user's own set-up runs or is written.

Only plumbing commands, which read no settings for display; no hooks, no filters, no signatures, no pager, no editor, no
question at a terminal. The user's global settings are read by git itself for one thing alone: whether the folder may be
trusted (`safe.directory`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from studio.projects.errors import GitFailed, HistoryUnavailable, WritingFailed

_TIMEOUT_S: Final = 60
_OPTIONS: Final = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "core.autocrlf=false",
    "core.safecrlf=false",
    "core.quotePath=false",
    "core.commentChar=#",
    "i18n.commitEncoding=UTF-8",
    "i18n.logOutputEncoding=UTF-8",
    "log.showSignature=false",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
    "gc.auto=0",
    "maintenance.auto=false",
)
_OF_CALLER: Final = frozenset({"PATH", "HOME", "XDG_CONFIG_HOME", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "USERPROFILE"})
"""Variables that git gets from us; GIT_DIR and its like would lead it elsewhere."""

Kind: TypeAlias = Literal["own", "outer", "none", "missing"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who does something."""

    name: str
    email: str = ""

    def variables(self) -> dict[str, str]:
        """Return what git reads of an author."""
        name = "".join(one for one in self.name if one.isprintable() and one not in "<>").strip() or "unknown"
        email = "".join(one for one in self.email if one.isprintable() and one not in "<> ") or "nobody@studio.invalid"
        return {
            "GIT_AUTHOR_NAME": name,
            "GIT_AUTHOR_EMAIL": email,
            "GIT_COMMITTER_NAME": name,
            "GIT_COMMITTER_EMAIL": email,
        }


@dataclass(frozen=True, slots=True)
class GitPlace:
    """How a folder stands to git.

    `own`: a repository of its own; `outer`: a folder in somebody's larger repository; `none`: in no repository;
    `missing`: git is not there, or does not trust the folder. `prefix` is the folder's path in the repository, empty or
    with a `/` behind; `problem` says for people why there is no history.
    """

    kind: Kind
    prefix: str = ""
    git_folder: Path | None = None
    problem: str | None = None


class Git:
    """git in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(
        self, *arguments: str, given: bytes = b"", variables: Mapping[str, str] | None = None, is_long: bool = False
    ) -> bytes:
        """Run a command and return what it printed.

        Raises:
            GitFailed: it ended with an error.
            HistoryUnavailable: git is not there.
            WritingFailed: the disk is full.
        """
        program = shutil.which("git")
        if program is None:
            raise HistoryUnavailable(MISSING)
        options = [part for option in _OPTIONS for part in ("-c", option)]
        try:
            ran = subprocess.run(
                [program, *options, "-C", str(self.folder), *arguments],
                input=given,
                capture_output=True,
                env={**_environment(), **(variables or {})},
                timeout=_TIMEOUT_S * (5 if is_long else 1),
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise GitFailed(arguments, f"no answer in {_TIMEOUT_S} s") from None
        except OSError as error:
            raise HistoryUnavailable(f"git cannot be run: {error.strerror}. {MISSING}") from error
        if ran.returncode != 0:
            message = ran.stderr.decode("utf-8", "replace").strip()
            if "No space left on device" in message:
                raise WritingFailed(f"The disk of {self.folder} is full. Free some space and try again.")
            raise GitFailed(arguments, message)
        return ran.stdout

    def text(self, *arguments: str, variables: Mapping[str, str] | None = None) -> str:
        """Run a command that prints one line."""
        return self.run(*arguments, variables=variables).decode("utf-8", "surrogateescape").rstrip("\n")

    def maybe(self, *arguments: str) -> str | None:
        """Run a command that prints one line; None if it ends with an error."""
        try:
            return self.text(*arguments)
        except GitFailed:
            return None


MISSING: Final = (
    "There is no history, since git is not installed on this machine. Install git (version 2.30 or newer) and start "
    "the studio again; editing, publishing and rolling back work without it."
)


def place_of(folder: Path) -> GitPlace:
    """Say how a folder stands to git."""
    git = Git(folder)
    if shutil.which("git") is None:
        return GitPlace("missing", problem=MISSING)
    try:
        lines = git.run("rev-parse", "--is-inside-work-tree", "--absolute-git-dir", "--show-prefix").decode(
            "utf-8", "surrogateescape"
        )
    except GitFailed as error:
        if "dubious ownership" in error.message:
            told = f"git does not trust {folder}, which belongs to another user. "
            return GitPlace("missing", problem=f"{told}Run: git config --global --add safe.directory {folder}")
        return GitPlace("none", problem="There is no history yet: the folder is not under git.")
    except HistoryUnavailable as error:
        return GitPlace("missing", problem=str(error))
    is_inside, git_folder, prefix = (*lines.split("\n"), "", "")[:3]
    if is_inside != "true":
        return GitPlace("none", problem="There is no history yet: the folder is not under git.")
    return GitPlace("outer" if prefix else "own", prefix, Path(git_folder))


def committed_text(folder: Path, path: str) -> str | None:
    """Return a file of the folder as the last commit has it; None where there is none, or no git."""
    try:
        return Git(folder).run("cat-file", "blob", f"HEAD:./{path}").decode("utf-8")
    except (GitFailed, HistoryUnavailable, WritingFailed, UnicodeDecodeError):
        return None


def start_repository(folder: Path) -> None:
    """Put a folder under git, with a first branch `main`, from no template of the user's."""
    Git(folder).run("init", "--quiet", "--template=", "--initial-branch=main")


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.upper() in _OF_CALLER}
    return {
        **kept,
        "LC_ALL": "C",
        "LANGUAGE": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_EDITOR": "true",
        "GIT_PAGER": "cat",
        "GIT_LITERAL_PATHSPECS": "1",
    }
