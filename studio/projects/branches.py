"""Branches of one project: lines of work that people try out beside each other. Every function blocks.

The project's folder holds the files of the current branch. Switching carries uncommitted work along where it goes
together with the other branch, and is refused, with the files in the way, where it does not. Merging is decided before
anything is written: with conflicts nothing changes, and the same call with `solved` texts ends it.

In a folder of somebody's larger repository a branch is that of everything there, so only git itself switches it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from studio.projects.errors import BranchRefused, CommitRefused, CommitUnknown, GitFailed
from studio.projects.git import Person
from studio.projects.history import DRAFT, History, changes_between, require_commit
from studio.projects.repository import Repository, is_reference
from studio.projects.snapshots import Snapshots
from studio.projects.text_merging import merge_texts
from studio.projects.three_way import FileConflict, MergeTexts, merge
from studio.projects.unfinished import carry_out

Side: TypeAlias = Literal["mine", "theirs"]


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch; `ahead` and `behind` count commits against the current one."""

    name: str
    commit: str
    is_current: bool
    ahead: int
    behind: int


@dataclass(frozen=True, slots=True)
class Switched:
    """What a switch did: the files that it changed, and those whose uncommitted work was carried."""

    branch: str
    paths: tuple[str, ...]
    carried: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BranchMerge:
    """What a merge did. With conflicts nothing was changed, and `commit` is None."""

    commit: str | None = None
    paths: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    conflicts: tuple[FileConflict, ...] = field(default=())


class Branches:
    """The branches of one project."""

    def __init__(self, history: History, *, texts: MergeTexts = merge_texts) -> None:
        self._history = history
        self._texts = texts

    def list(self) -> tuple[Branch, ...]:
        """Return all branches, the current one first. Raises HistoryUnavailable."""
        repository = self._history.repository()
        current, head = repository.branch(), repository.head()
        found = [
            Branch(name, commit, name == current, *_distance(repository, commit, head))
            for name, commit in repository.branches().items()
        ]
        return tuple(sorted(found, key=lambda branch: (not branch.is_current, branch.name)))

    def create(self, name: str, *, start: str | None = None) -> Branch:
        """Make a branch at a commit or branch, without `start` where the project stands; it is not switched to.

        Raises:
            BranchRefused, CommitUnknown, HistoryUnavailable
        """
        repository = self._own()
        if not is_reference(name):
            raise BranchRefused(
                f"{name[:80]!r} cannot be a branch: letters, digits, '-', '_', '.' and '/' within, no spaces."
            )
        if any(known.casefold() == name.casefold() for known in repository.branches()):
            raise BranchRefused(f"There is a branch {name!r} already.")
        commit = require_commit(repository.resolve(start) if start else repository.head())
        try:
            repository.move(f"refs/heads/{name}", commit, None, why="branch: in the studio")
        except CommitRefused:
            raise BranchRefused(f"git does not take {name!r} beside the branches that there are.") from None
        return Branch(name, commit, False, *_distance(repository, commit, repository.head()))

    def switch(self, name: str) -> Switched:
        """Bring the folder to another branch, uncommitted work with it.

        Raises:
            BranchRefused: what is not committed does not go together with that branch, or git is busy.
            CommitUnknown, HistoryUnavailable, FilesChanged, WritingFailed
        """
        repository = self._own()
        target = self._tip(repository, name)
        self._require_calm(repository)
        head = require_commit(repository.head())
        base, theirs, mine = repository.contents(head), repository.contents(target), self._history.files(DRAFT)
        found = merge(base, mine, theirs, self._texts)
        if found.conflicts:
            paths = [conflict.path for conflict in found.conflicts]
            raise BranchRefused(
                f"Work that is not committed clashes with the branch {name!r} ({', '.join(paths[:5])}). Commit it "
                "first, then switch.",
                paths,
            )
        carry_out(repository, changes_between(mine, found.changes), head=name)
        carried = tuple(sorted(path for path in {*mine, *base} if mine.get(path) != base.get(path)))
        return Switched(name, tuple(found.changes), carried)

    def merge(
        self,
        name: str,
        person: Person,
        *,
        solved: Mapping[str, bytes | None] | None = None,
        sides: Mapping[str, Side] | None = None,
    ) -> BranchMerge:
        """Merge another branch into the current one.

        Args:
            solved: what becomes of files that were in conflict: their contents, None where a file goes.
            sides: files in conflict of which one side is taken whole: `mine` is that of the current branch.

        Raises:
            BranchRefused: there is uncommitted work, or git is busy.
            CommitUnknown, CommitRefused, HistoryUnavailable, FilesChanged, WritingFailed
        """
        repository = self._own()
        other = self._tip(repository, name)
        self._require_calm(repository)
        head, branch = require_commit(repository.head()), str(repository.branch())
        mine = self._history.files(DRAFT)
        self._require_committed()
        ancestor = repository.merge_base(head, other)
        if ancestor == other:
            return BranchMerge(head)
        base = repository.contents(ancestor) if ancestor else {}
        found = merge(base, mine, repository.contents(other), self._texts)
        chosen = {one.path: one for one in found.conflicts if one.path in (sides or {})}
        taken = {path: one.mine if (sides or {})[path] == "mine" else one.theirs for path, one in chosen.items()}
        answers = {**taken, **(solved or {})}
        open_conflicts = tuple(conflict for conflict in found.conflicts if conflict.path not in answers)
        if open_conflicts:
            return BranchMerge(None, (), found.merged, open_conflicts)
        changes = {**found.changes, **{one.path: answers[one.path] for one in found.conflicts}}
        if ancestor == head:
            made = other
        else:
            made = repository.commit_contents(changes, [head, other], f"Merge {name} into {branch}", person)
        moves = [(f"refs/heads/{branch}", made, head)]
        carry_out(repository, changes_between(mine, changes), moves=moves)
        return BranchMerge(made, tuple(changes), found.merged)

    def delete(self, name: str, *, is_forced: bool = False) -> None:
        """Delete a branch; one whose commits are on no other branch only if forced.

        Raises:
            BranchRefused, CommitUnknown, HistoryUnavailable
        """
        repository = self._own()
        commit = self._tip(repository, name)
        if name == repository.branch():
            raise BranchRefused(f"{name!r} is the current branch. Switch to another one first.")
        others = [other for other in repository.branches() if other != name]
        is_kept = any(repository.merge_base(commit, f"refs/heads/{other}") == commit for other in others)
        if not is_kept and not is_forced:
            raise BranchRefused(f"{name!r} has commits that are on no other branch. Merge it first, or force it.")
        repository.move(f"refs/heads/{name}", None, commit)

    def snapshot(self, name: str, snapshots: Snapshots) -> str:
        """Make a snapshot of a branch's last commit, from which a test call can run; return its version.

        Of the current branch the draft is taken. Raises CommitUnknown, HistoryUnavailable, WritingFailed.
        """
        repository = self._history.repository()
        if name == repository.branch():
            return snapshots.take(self._history.folder)
        return snapshots.keep(repository.contents(self._tip(repository, name)))

    def _own(self) -> Repository:
        repository = self._history.repository()
        if repository.place.kind == "outer":
            raise BranchRefused(
                "This assistant lies in a larger repository, whose branches hold more than it. Use git there."
            )
        return repository

    def _tip(self, repository: Repository, name: str) -> str:
        found = repository.branches().get(name)
        if found is None:
            raise CommitUnknown(f"There is no branch {name[:80]!r}.")
        return found

    def _require_calm(self, repository: Repository) -> None:
        what = repository.busy_with()
        if what is not None:
            raise BranchRefused(f"Somebody has begun {what} in this repository. End it with git, then try again.")

    def _require_committed(self) -> None:
        changes = self._history.status().changes
        if changes:
            paths = list(changes)
            raise BranchRefused(
                f"There is work that is not committed ({', '.join(paths[:5])}). Commit it first.", paths
            )


def _distance(repository: Repository, commit: str, head: str | None) -> tuple[int, int]:
    if head is None:
        return 0, 0
    try:
        counted = repository.git.text("rev-list", "--left-right", "--count", f"{commit}...{head}")
    except GitFailed:
        return 0, 0
    ahead, behind = counted.split()
    return int(ahead), int(behind)
