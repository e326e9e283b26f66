"""Where versions of a project run: the draft is its folder, staging and production are snapshots. All of it blocks.

    <data>/snapshots/<project>/<version>/…      what was published, see `snapshots`
    <data>/environments/<project>.json          what each environment runs, and everything that was ever published
    <data>/environments/<project>.lock          one publishes at a time

Publishing makes the snapshot, checks it, commits and tags where that is allowed, and then replaces the record: that is
the moment from which the new version counts. Whatever fails or crashes before, the old one stays published.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from flows.errors import Finding
from studio.assistants import find_problems
from studio.errors import StudioError
from studio.projects.contents import LeftOut, is_of_studio, list_files, manifest_of
from studio.projects.errors import CommitUnknown, PublishRefused, WritingFailed, told
from studio.projects.git import Person
from studio.projects.history import DRAFT, Difference, History, compare
from studio.projects.locks import locked
from studio.projects.repository import Repository
from studio.projects.snapshots import Snapshots
from studio.projects.workspace import Project
from studio.projects.writing import write_file
from studio.spoken_tests.checks import spoken_findings

Environment: TypeAlias = Literal["staging", "production"]
ENVIRONMENTS: Final[tuple[Environment, ...]] = ("staging", "production")
TAG: Final = "vivavoce"
_MOST_MESSAGE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Publication:
    """One publishing or rolling back. `number` counts within its environment; `commit` and `tag` where git has it."""

    number: int
    environment: str
    version: str
    kind: Literal["publish", "rollback"]
    by: str
    at: str
    message: str
    commit: str | None = None
    tag: str | None = None
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as the API tells it and as it is kept."""
        return {**asdict(self), "notes": list(self.notes)}


@dataclass(frozen=True, slots=True)
class EnvironmentState:
    """What one environment runs, and how its files differ from the draft's: `added`, `removed` or `changed` since."""

    environment: str
    current: Publication | None
    is_whole: bool
    changes: Mapping[str, str]
    publications: Sequence[Publication]

    def to_json(self) -> dict[str, Any]:
        """Return it as the API tells it."""
        current = None if self.current is None else self.current.to_json()
        past = [one.to_json() for one in self.publications]
        whole = {"environment": self.environment, "current": current, "is_whole": self.is_whole}
        return {**whole, "changes": dict(self.changes), "publications": past}


def errors_of(folder: Path) -> list[Finding]:
    """Return what keeps an assistant from being published: what `vivavoce validate` calls errors."""
    return [one for one in (*find_problems(folder), *spoken_findings(folder)) if one.severity == "error"]


def require_valid(folder: Path) -> None:
    """Refuse an assistant that has errors. Raises PublishRefused with all of them."""
    errors = errors_of(folder)
    if errors:
        first = errors[0]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise PublishRefused(
            f"{first.file}:{first.line}: {first.message}{more}. Nothing was published: mend it and publish again.",
            errors,
        )


class Environments:
    """The environments of one project; `data` is the server's data folder."""

    def __init__(self, data: Path, project: Project, *, history: History | None = None) -> None:
        self.project = project
        self.snapshots = Snapshots(data / "snapshots" / project.key, project.folder.name)
        self._record = data / "environments" / f"{project.key}.json"
        self._lock = data / "environments" / f"{project.key}.lock"
        self._history = history or History(project)

    def states(self) -> tuple[EnvironmentState, ...]:
        """Return what each environment runs. The draft's own state is `History.status`."""
        past = self._past()
        draft = {path: one for path, one in manifest_of(self.project.folder).items() if not is_of_studio(path)}
        return tuple(self._state(name, past, draft) for name in ENVIRONMENTS)

    def current(self, environment: str) -> Publication | None:
        """Return what an environment runs, None where nothing was published yet. Raises CommitUnknown."""
        return _last(self._past(), _known(environment))

    def folder(self, environment: str) -> Path:
        """Return the folder from which calls of an environment run; of the draft it is the project's own.

        Raises:
            CommitUnknown: nothing was published there, or its snapshot is gone.
        """
        if environment == DRAFT:
            return self.project.folder
        found = self.current(environment)
        if found is None:
            raise CommitUnknown(f"Nothing of this project was published to {environment} yet. Publish it first.")
        return self.snapshots.folder(found.version)

    def publish(
        self,
        environment: str,
        message: str,
        person: Person,
        *,
        is_allowed: bool = False,
        check: Callable[[Path], None] = require_valid,
    ) -> tuple[Publication, tuple[LeftOut, ...]]:
        """Publish the draft; return the publication, and what of the folder is not part of it.

        Args:
            is_allowed: a person allows a commit and a tag in a repository that is not the studio's.
            check: refuses the snapshot by raising.

        Raises:
            PublishRefused: it has errors; nothing was changed.
            WritingFailed, ProjectBusy: nothing was changed.
            CommitUnknown: there is no such environment.
        """
        name = _known(environment)
        left_out = list_files(self.project.folder).left_out
        with locked(self._lock):
            version = self.snapshots.take(self.project.folder, check)
            past = self._past()
            number = self._next_number(past, name)
            made = Publication(number, name, version, "publish", person.name, _now(), message[:_MOST_MESSAGE])
            made = self._committed(made, person, is_allowed)
            self._keep([*past, made])
        return made, left_out

    def rollback(
        self, environment: str, person: Person, *, version: str | None = None, message: str = ""
    ) -> Publication:
        """Run an earlier version again, without `version` the one before; the draft is not touched.

        Raises:
            CommitUnknown: there is no earlier version, or its snapshot is gone or damaged.
        """
        name = _known(environment)
        with locked(self._lock):
            past = self._past()
            target = _earlier(past, name, version)
            if not self.snapshots.is_whole(target.version):
                raise CommitUnknown(
                    f"The files of version {target.version} are not what was published. Restore commit "
                    f"{(target.commit or 'of that day')[:10]} and publish it again."
                )
            told_why = message[:_MOST_MESSAGE] or f"Back to “{_first(past, target).message}”"[:_MOST_MESSAGE]
            number = self._next_number(past, name)
            made = Publication(
                number, name, target.version, "rollback", person.name, _now(), told_why, target.commit, None
            )
            self._keep([*past, made])
        return made

    def difference(self, environment: str, *, against: str = DRAFT) -> Difference:
        """Compare what an environment runs with the draft (or another environment): from the first to the second.

        Raises:
            CommitUnknown: nothing is published there.
        """
        return compare(self._files(environment), self._files(against))

    def forget(self) -> None:
        """Put the record away when its project is deleted: a new project of the same id begins without it."""
        if self._record.exists():
            with told(self._record.parent):
                stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
                self._record.rename(self._record.with_name(f"{self._record.name}.deleted-{stamp}"))

    def _files(self, environment: str) -> dict[str, bytes]:
        folder = self.folder(environment)
        with told(folder):
            paths = [path for path in list_files(folder).files if not is_of_studio(path)]
            return {path: (folder / path).read_bytes() for path in paths}

    def _state(self, name: str, past: Sequence[Publication], draft: Mapping[str, str]) -> EnvironmentState:
        here = [one for one in past if one.environment == name]
        current = here[-1] if here else None
        if current is None:
            return EnvironmentState(name, None, False, {}, ())
        try:
            known = self.snapshots.manifest(current.version)
        except (CommitUnknown, ValueError):
            return EnvironmentState(name, current, False, {}, tuple(reversed(here)))
        changes = {
            path: "added" if path not in known else "removed" if path not in draft else "changed"
            for path in sorted({*known, *draft})
            if known.get(path) != draft.get(path)
        }
        return EnvironmentState(name, current, True, changes, tuple(reversed(here)))

    def _committed(self, made: Publication, person: Person, is_allowed: bool) -> Publication:
        """Commit and tag what is published, where that is allowed; publishing goes on where git cannot."""
        status = self._history.status()
        if not (status.is_free or is_allowed):
            why = status.problem or "the assistant lies in a repository that is not the studio's"
            return replace(made, notes=(f"Not committed or tagged: {why}",))
        subject = made.message.strip() or f"Publish to {made.environment}"
        folder = self.snapshots.folder(made.version)
        try:
            commit = self._history.commit(subject, person, is_allowed=is_allowed, snapshot=folder)
            tag = f"{TAG}/{made.environment}/{made.number}"
            self._history.repository().move(f"refs/tags/{tag}", commit, None, why="publish: in the studio")
        except StudioError as problem:
            if isinstance(problem, WritingFailed):
                raise
            return replace(made, notes=(f"Not committed or tagged: {problem}",))
        return replace(made, commit=commit, tag=tag)

    def _next_number(self, past: Sequence[Publication], name: str) -> int:
        """Count on from what was published and from tags that a crash has left without a record."""
        numbers = [one.number for one in past if one.environment == name]
        status = self._history.status()
        if status.is_available:
            repository: Repository = self._history.repository()
            tags = (tag.rpartition("/")[2] for tag in repository.tags(f"{TAG}/{name}/"))
            numbers += [int(number) for number in tags if number.isdigit()]
        return max(numbers, default=0) + 1

    def _past(self) -> list[Publication]:
        try:
            read = json.loads(self._record.read_bytes())
            return [Publication(**{**one, "notes": tuple(one["notes"])}) for one in read["publications"]]
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, TypeError, OSError) as problem:
            raise WritingFailed(
                f"{self._record} cannot be read ({problem}). Put back a copy of it, or move it away to begin anew."
            ) from None

    def _keep(self, past: Sequence[Publication]) -> None:
        whole = {"format": 1, "publications": [one.to_json() for one in past]}
        write_file(self._record, json.dumps(whole, indent=1, ensure_ascii=False).encode())


def _known(environment: str) -> str:
    if environment not in ENVIRONMENTS:
        raise CommitUnknown(f"There is no environment {environment[:40]!r}; there are {', '.join(ENVIRONMENTS)}.")
    return environment


def _last(past: Sequence[Publication], environment: str) -> Publication | None:
    return next((one for one in reversed(past) if one.environment == environment), None)


def _first(past: Sequence[Publication], target: Publication) -> Publication:
    """Return the publication that brought a version: what people called it, however often they came back to it."""
    same = [one for one in past if (one.environment, one.version) == (target.environment, target.version)]
    return min(same, key=lambda one: one.number, default=target)


def _earlier(past: Sequence[Publication], environment: str, version: str | None) -> Publication:
    here = [one for one in past if one.environment == environment]
    if not here:
        raise CommitUnknown(f"Nothing was published to {environment} yet.")
    if version is not None:
        found = next((one for one in reversed(here) if one.version == version), None)
        if found is None:
            raise CommitUnknown(f"Version {version[:40]!r} was never published to {environment}.")
        return found
    now = here[-1].version
    # Of two rollbacks in a row the second goes on backwards, instead of to what the first has left.
    line: list[Publication] = []
    for one in here:
        if one.kind == "rollback" and one.version in [kept.version for kept in line]:
            while line[-1].version != one.version:
                line.pop()
        elif not line or line[-1].version != one.version:
            line.append(one)
    before = [one for one in line if one.version != now]
    if not before:
        raise CommitUnknown(f"There is no version of {environment} before this one.")
    return before[-1]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
