"""The history of one project: what changed when, by whom, and how to get it back. Every function blocks.

A project of the workspace has a repository of its own, and commits are free. An assistant in a folder of somebody's
larger repository shows that repository's commits of this folder; we commit there only when a person asks for it and
allows it (`is_allowed`). Without git everything but history works, and the status says what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from studio.projects.contents import hash_of, read_files
from studio.projects.differences import ReadFlows, content_differences, flow_differences, text_difference
from studio.projects.errors import CommitRefused, CommitUnknown, HistoryUnavailable
from studio.projects.git import GitPlace, Kind, Person, place_of, start_repository
from studio.projects.graphs import read_flows, with_flow_of
from studio.projects.repository import Commit, Repository
from studio.projects.three_way import changed_paths
from studio.projects.unfinished import finish
from studio.projects.workspace import Project
from studio.projects.writing import Change, apply_changes

DRAFT: Final = "draft"
"""Names the files as they are now, where a commit could be named."""
FIRST: Final = "Begin"
_UNTOUCHED: Final = (".studio/comments.json",)
"""What people said is no state of the assistant: restoring an old one leaves it."""


@dataclass(frozen=True, slots=True)
class HistoryStatus:
    """How a project stands: `is_free`: committing needs nobody's leave; `changes`: what is not committed."""

    kind: Kind
    is_available: bool
    is_free: bool
    problem: str | None
    branch: str | None
    head: str | None
    changes: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Return it as the API tells it."""
        return {**asdict(self), "changes": dict(self.changes)}


@dataclass(frozen=True, slots=True)
class Point:
    """Where a project stands in its history."""

    branch: str | None
    head: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How two states differ."""

    text: str
    flows: list[dict[str, Any]]
    content: list[dict[str, Any]]

    def to_json(self) -> dict[str, Any]:
        """Return it as the API tells it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restoring did: the commit that it made, if it made one, and the files that it changed."""

    commit: str | None
    paths: tuple[str, ...]


class History:
    """The history of one project."""

    def __init__(self, project: Project, *, flows_of: ReadFlows = read_flows) -> None:
        self.project = project
        self.folder = project.folder
        self._flows_of = flows_of

    def place(self) -> GitPlace:
        """Say how the project stands to git."""
        place = place_of(self.folder)
        if place.kind == "outer" and self.project.is_own and not (self.folder / ".git").exists():
            # The workspace itself lies in somebody's repository, which has nothing to do with its projects.
            return GitPlace("none", problem="There is no history yet: nothing has been committed.")
        return place

    def repository(self) -> Repository:
        """Return the project's repository.

        Raises:
            HistoryUnavailable: there is none, with what to do.
        """
        place = self.place()
        if place.kind in ("none", "missing"):
            raise HistoryUnavailable(place.problem or "There is no history.")
        repository = Repository(self.folder, place)
        finish(repository)
        return repository

    def status(self, *, has_changes: bool = True) -> HistoryStatus:
        """Say how the project stands. Never raises for the state of git.

        Args:
            has_changes: tell what is not committed, which means to hash every file.
        """
        place = self.place()
        if place.kind in ("none", "missing"):
            is_free = place.kind == "none" and self.project.is_own
            return HistoryStatus(place.kind, False, is_free, place.problem, None, None, {})
        repository = self.repository()
        head, problem = repository.head(), self._problem(repository)
        changes = self._changes(repository, head) if has_changes else {}
        return HistoryStatus(place.kind, True, place.kind == "own", problem, repository.branch(), head, changes)

    def begin(self, person: Person, message: str = FIRST) -> str | None:
        """Put a project of the workspace under git with a first commit; return it, None where git cannot."""
        if not self.project.is_own or self.place().kind != "none":
            return None
        return self.commit(message, person)

    def commits(self, *, most: int = 50, skip: int = 0, start: str | None = None) -> tuple[Commit, ...]:
        """Return commits that touched the project, newest first.

        Raises:
            HistoryUnavailable, CommitUnknown
        """
        repository = self.repository()
        begin = repository.resolve(start) if start else repository.head()
        return () if begin is None else repository.commits(begin, most=most, skip=skip)

    def files(self, state: str) -> dict[str, bytes]:
        """Return the files of a commit or branch, or of the draft.

        Raises:
            HistoryUnavailable, CommitUnknown
        """
        if state == DRAFT:
            return read_files(self.folder)
        repository = self.repository()
        return repository.contents(repository.resolve(state))

    def difference(self, state: str, against: str | None = None) -> Difference:
        """Compare a commit, branch or the draft with another; without `against` with what came before it.

        Raises:
            HistoryUnavailable, CommitUnknown
        """
        earlier = against if against is not None else self._before(state)
        before = self.files(earlier) if earlier is not None else {}
        return compare(before, self.files(state), self._flows_of)

    def commit(self, message: str, person: Person, *, is_allowed: bool = False) -> str:
        """Commit the project's files as they are; return the commit, the present one where nothing has changed.

        Args:
            is_allowed: a person asked for it, so that it may go into a repository that is not the studio's.

        Raises:
            CommitRefused, HistoryUnavailable
        """
        repository = self._committing(is_allowed)
        head, branch = repository.head(), repository.branch()
        if head is not None and not self._changes(repository, head):
            return head
        made = repository.commit([head] if head else [], message, person)
        self._advance(repository, str(branch), made, head)
        return made

    def point(self) -> Point | None:
        """Return where the project stands in its history; None where it has none."""
        status = self.status(has_changes=False)
        return Point(status.branch, status.head) if status.is_available else None

    def commit_snapshot(
        self, message: str, person: Person, snapshot: Path, *, since: Point | None, is_allowed: bool = False
    ) -> str:
        """Commit what a snapshot has; return the commit, the present one where nothing has changed.

        Args:
            since: where the history stood when the snapshot was taken of the draft. Where it stands elsewhere by now,
                or the snapshot is none of the draft (None), the commit stands beside the branch, which does not move.

        Raises:
            CommitRefused, HistoryUnavailable
        """
        repository = self._committing(is_allowed)
        head, branch = repository.head(), repository.branch()
        is_aside = head is not None and since != Point(branch, head)
        parent = since.head if since is not None and since.head is not None else head
        parents = [parent] if parent else []
        made = repository.commit(parents, message, person, snapshot=snapshot, is_aside=is_aside)
        if parent is not None and self._is_same(repository, made, parent):
            return parent
        if not is_aside:
            self._advance(repository, str(branch), made, head)
        return made

    def restore(self, state: str, person: Person, *, flow: str | None = None, is_allowed: bool = False) -> Restored:
        """Bring back the files of a commit, or one of its flows, as a new commit; nothing is ever lost.

        What is not committed yet is committed first. Where committing is not allowed, the files alone change, and that
        is refused while there is uncommitted work that would be lost.

        Raises:
            CommitUnknown, CommitRefused, HistoryUnavailable, FilesChanged, WritingFailed
        """
        repository = self.repository()
        commit = repository.resolve(state)
        is_committing = is_allowed or self.place().kind == "own"
        if is_committing:
            self.commit(f"Work before restoring {commit[:10]}", person, is_allowed=is_allowed)
        now = self.files(DRAFT)
        then = repository.contents(commit)
        wanted = with_flow_of(now, then, flow) if flow is not None else then
        changed = {path: kind for path, kind in changed_paths(now, wanted).items() if path not in _UNTOUCHED}
        if not is_committing:
            self._require_kept(repository, changed)
        apply_changes(self.folder, changes_between(now, {path: wanted.get(path) for path in changed}))
        what = f"flow {flow} as it was in" if flow is not None else "the state of"
        subject = f"Restore {what} {commit[:10]}"
        made = self.commit(subject, person, is_allowed=is_allowed) if is_committing and changed else None
        return Restored(made, tuple(changed))

    def _require_kept(self, repository: Repository, changed: Mapping[str, str]) -> None:
        lost = [path for path in self._changes(repository, repository.head()) if path in changed]
        if lost:
            named = ", ".join(lost[:5])
            raise CommitRefused(f"Restoring would overwrite work that is not committed ({named}). Commit it first.")

    def _before(self, state: str) -> str | None:
        repository = self.repository()
        if state == DRAFT:
            return repository.head()
        return repository.git.maybe("rev-parse", "--verify", "--quiet", f"{repository.resolve(state)}^1")

    def _committing(self, is_allowed: bool) -> Repository:
        place = self.place()
        if place.kind == "missing":
            raise HistoryUnavailable(place.problem or "git is not there.")
        if place.kind == "none":
            if not (self.project.is_own or is_allowed):
                raise CommitRefused(
                    f"{self.folder} is not under git. Allow the studio to make a repository there, or run: git init"
                )
            start_repository(self.folder)
            place = place_of(self.folder)
        if place.kind == "outer" and not is_allowed:
            raise CommitRefused(
                "This assistant lies in a larger repository, where the studio commits only if you allow it. Allow it "
                "for this commit, or commit with git."
            )
        repository = Repository(self.folder, place)
        problem = self._problem(repository)
        if problem is not None:
            raise CommitRefused(problem)
        if place.kind == "own" and self.project.is_own:
            repository.exclude_local_files()
        return repository

    def _problem(self, repository: Repository) -> str | None:
        what = repository.busy_with()
        if what is not None:
            return f"Somebody has begun {what} in this repository. End it with git (or abort it), then try again."
        if repository.branch() is None:
            return "git stands on a commit and on no branch here. Run: git switch BRANCH"
        return None

    def _changes(self, repository: Repository, head: str | None) -> dict[str, str]:
        now = repository.draft_tree()
        then = {} if head is None else {path: blob.name for path, blob in repository.tree(head).items()}
        return changed_paths(then, now)

    def _is_same(self, repository: Repository, one: str, other: str) -> bool:
        return repository.git.text("rev-parse", f"{one}^{{tree}}") == repository.git.text(
            "rev-parse", f"{other}^{{tree}}"
        )

    def _advance(self, repository: Repository, branch: str, made: str, head: str | None) -> None:
        repository.move(f"refs/heads/{branch}", made, head, why="commit: in the studio")
        repository.show_as_committed(made)


def compare(before: Mapping[str, bytes], after: Mapping[str, bytes], flows_of: ReadFlows = read_flows) -> Difference:
    """Compare two states of a project, given as their files."""
    return Difference(
        text_difference(before, after), flow_differences(before, after, flows_of), content_differences(before, after)
    )


def changes_between(now: Mapping[str, bytes], wanted: Mapping[str, bytes | None]) -> list[Change]:
    """Return the changes that bring files to what is wanted; None deletes."""
    return [
        Change(path, content, hash_of(now[path]) if path in now else None)
        for path, content in wanted.items()
        if now.get(path) != content
    ]


def require_commit(found: str | None) -> str:
    """Return a commit that has to be there. Raises CommitUnknown."""
    if found is None:
        raise CommitUnknown("There is no commit yet. Commit the project first.")
    return found
