"""Where versions of a project run: the draft is its folder, staging and production are snapshots. All of it blocks.

    <data>/snapshots/<project>/<version>/…      what was published, see `snapshots`
    <data>/environments/<project>.json          what each environment runs, and everything that was ever published
    <data>/environments/<project>.lock          one publishes at a time

Publishing has three parts, so that edits need not wait for the second: read what is to be published (`draft`, or
`trained`), make its snapshot and check it (`checked`), then commit and tag that where it is allowed and replace the
record (`put`): the moment from which the new version counts. Whatever fails or crashes before, the old one stays
published. Snapshots that nothing names any more are thrown away (`tidying`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from flows.errors import Finding
from studio.assistants import find_problems
from studio.errors import StudioError
from studio.projects.contents import LeftOut, is_of_studio, list_files, manifest_of, read_files
from studio.projects.errors import CommitUnknown, PublishRefused, WritingFailed, told
from studio.projects.git import Person
from studio.projects.history import DRAFT, History, Point
from studio.projects.locks import locked
from studio.projects.repository import Repository
from studio.projects.snapshots import Check, Snapshots, version_of_files
from studio.projects.three_way import changed_paths
from studio.projects.trained_sets import TrainedSets
from studio.projects.workspace import Project
from studio.projects.writing import write_file
from studio.spoken_tests.checks import spoken_findings

Environment: TypeAlias = Literal["staging", "production"]
ENVIRONMENTS: Final[tuple[Environment, ...]] = ("staging", "production")
TAG: Final = "vivavoce"
_MOST_MESSAGE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Publication:
    """One publishing or rolling back. `number` counts within its environment; `commit` and `tag` where git has it.

    `flows`: of a trained set, the versions of flows that were not as in the draft (see `TrainedSet`).
    """

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
    flows: Mapping[str, str | None] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as the API tells it and as it is kept."""
        return {**asdict(self), "notes": list(self.notes), "flows": dict(self.flows)}


@dataclass(frozen=True, slots=True)
class EnvironmentState:
    """What one environment runs, and how its files differ from the draft's: `added`, `removed` or `changed` since.

    Each publication comes with whether it can be run again: its snapshot is there, or git has its files.
    """

    environment: str
    current: Publication | None
    is_whole: bool
    changes: Mapping[str, str]
    publications: Sequence[tuple[Publication, bool]]

    def to_json(self) -> dict[str, Any]:
        """Return it as the API tells it."""
        current = None if self.current is None else self.current.to_json()
        past = [{**one.to_json(), "can_run": can_run} for one, can_run in self.publications]
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


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is to be published: files at one moment, and where the history stood then.

    Of a trained set, `flows` tells its versions as `TrainedSet` does, and it stands at no point of the history.
    """

    files: Mapping[str, bytes]
    left_out: tuple[LeftOut, ...] = ()
    since: Point | None = None
    flows: Mapping[str, str | None] = field(default_factory=dict)


class Environments:
    """The environments of one project; `data` is the server's data folder."""

    def __init__(self, data: Path, project: Project, *, history: History | None = None) -> None:
        self.project = project
        self.snapshots = Snapshots(data / "snapshots" / project.key, project.folder.name)
        self.trained_sets = TrainedSets(data, project.key)
        self._record = data / "environments" / f"{project.key}.json"
        self._lock = data / "environments" / f"{project.key}.lock"
        self._history = history or History(project)

    def states(self) -> tuple[EnvironmentState, ...]:
        """Return what each environment runs. The draft's own state is `History.status`."""
        past = read_record(self._record)
        draft = {path: one for path, one in manifest_of(self.project.folder).items() if not is_of_studio(path)}
        return tuple(self._state(name, past, draft) for name in ENVIRONMENTS)

    def current(self, environment: str) -> Publication | None:
        """Return what an environment runs, None where nothing was published yet. Raises CommitUnknown."""
        return _last(read_record(self._record), _known(environment))

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
        if not self.snapshots.is_there(found.version):
            self._make_again(found)
        return self.snapshots.folder(found.version)

    def publish(
        self,
        environment: str,
        message: str,
        person: Person,
        *,
        is_allowed: bool = False,
        check: Check | None = None,
    ) -> tuple[Publication, tuple[LeftOut, ...]]:
        """Publish the draft, where nobody edits meanwhile; return the publication, and what is not part of it.

        Raises: what `checked` and `put` raise.
        """
        _known(environment)
        candidate = self.draft()
        version = self.checked(candidate, check)
        return self.put(environment, message, person, (candidate, version), is_allowed=is_allowed), candidate.left_out

    def draft(self) -> Candidate:
        """Read the draft at one moment. Raises FilesChanged, WritingFailed."""
        files = read_files(self.project.folder)
        return Candidate(files, list_files(self.project.folder).left_out, self._history.point())

    def trained(self, version: str) -> Candidate:
        """Read a set that was trained. Raises CommitUnknown where it is none, or not kept any more."""
        folder = self.trained_folder(version)
        found = next(one for one in self.trained_sets.all() if one.version == version)
        return Candidate(read_files(folder), flows=found.flows)

    def trained_folder(self, version: str) -> Path:
        """Return the folder of a set that was trained. Raises CommitUnknown."""
        is_known = any(one.version == version for one in self.trained_sets.all())
        if not is_known or not self.snapshots.is_whole(version):
            raise CommitUnknown("That trained set is not kept any more. Train it again, then try or publish it.")
        return self.snapshots.folder(version)

    def checked(self, candidate: Candidate, check: Check | None = None) -> str:
        """Make the snapshot of what is to be published, and check that; return its version. Edits may go on meanwhile.

        Args:
            check: refuses the snapshot by raising.

        Raises:
            PublishRefused: it has errors; nothing was changed.
            WritingFailed: nothing was changed.
        """
        return self.snapshots.keep(candidate.files, check or require_valid)

    def put(
        self,
        environment: str,
        message: str,
        person: Person,
        taken: tuple[Candidate, str],
        *,
        is_allowed: bool = False,
    ) -> Publication:
        """Let an environment run what was checked.

        Args:
            taken: what was read, and the version that `checked` has made of it.
            is_allowed: a person allows a commit and a tag in a repository that is not the studio's.

        Raises:
            WritingFailed, ProjectBusy: nothing was changed.
            CommitUnknown: there is no such environment.
        """
        name, (candidate, version) = _known(environment), taken
        with locked(self._lock):
            past = read_record(self._record)
            number = self._next_number(past, name)
            made = Publication(number, name, version, "publish", person.name, _now(), message[:_MOST_MESSAGE])
            made = self._committed(replace(made, flows=candidate.flows), candidate, person, is_allowed)
            self._keep([*past, made])
        return made

    def rollback(
        self, environment: str, person: Person, *, version: str | None = None, message: str = ""
    ) -> Publication:
        """Run an earlier version again, without `version` the one before; the draft is not touched.

        Raises:
            CommitUnknown: there is no earlier version, or its snapshot is gone or damaged.
        """
        name = _known(environment)
        with locked(self._lock):
            past = read_record(self._record)
            target = _earlier(past, name, version)
            if not self.snapshots.is_whole(target.version):
                self._make_again(target)
            told_why = message[:_MOST_MESSAGE] or f"Back to “{_first(past, target).message}”"[:_MOST_MESSAGE]
            number = self._next_number(past, name)
            made = Publication(number, name, target.version, "rollback", person.name, _now(), told_why, target.commit)
            made = replace(made, flows=target.flows)
            self._keep([*past, made])
        return made

    def forget(self) -> None:
        """Put the record away when its project is deleted: a new project of the same id begins without it."""
        self.trained_sets.forget()
        if self._record.exists():
            with told(self._record.parent):
                stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
                self._record.rename(self._record.with_name(f"{self._record.name}.deleted-{stamp}"))

    def _state(self, name: str, past: Sequence[Publication], draft: Mapping[str, str]) -> EnvironmentState:
        here = [one for one in past if one.environment == name]
        current = here[-1] if here else None
        if current is None:
            return EnvironmentState(name, None, False, {}, ())
        shown = tuple((one, one.commit is not None or self.snapshots.is_there(one.version)) for one in reversed(here))
        try:
            known = self.snapshots.manifest(current.version)
        except (CommitUnknown, ValueError, OSError):
            return EnvironmentState(name, current, False, {}, shown)
        return EnvironmentState(name, current, True, changed_paths(known, draft), shown)

    def _make_again(self, target: Publication) -> None:
        """Make the snapshot of a publication again from its commit. Raises CommitUnknown where that is not the same."""
        try:
            files = {} if target.commit is None else self._history.files(target.commit)
        except StudioError:
            files = {}
        if version_of_files(files) != target.version:
            commit = (target.commit or "of that day")[:10]
            raise CommitUnknown(
                f"The files of version {target.version} are not kept any more, or are not what was published, and the "
                f"history does not have them. Restore commit {commit} and publish it again."
            )
        self.snapshots.keep(files)

    def _committed(self, made: Publication, candidate: Candidate, person: Person, is_allowed: bool) -> Publication:
        """Commit and tag what is published, where that is allowed; publishing goes on where git cannot."""
        status = self._history.status(has_changes=False)
        if not (status.is_free or is_allowed):
            why = status.problem or "the assistant lies in a repository that is not the studio's"
            return replace(made, notes=(f"Not committed or tagged: {why}",))
        subject = made.message.strip() or f"Publish to {made.environment}"
        folder = self.snapshots.folder(made.version)
        try:
            commit = self._history.commit_snapshot(
                subject, person, folder, since=candidate.since, is_allowed=is_allowed
            )
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
        status = self._history.status(has_changes=False)
        if status.is_available:
            repository: Repository = self._history.repository()
            tags = (tag.rpartition("/")[2] for tag in repository.tags(f"{TAG}/{name}/"))
            numbers += [int(number) for number in tags if number.isdigit()]
        return max(numbers, default=0) + 1

    def _keep(self, past: Sequence[Publication]) -> None:
        whole = {"format": 1, "publications": [one.to_json() for one in past]}
        write_file(self._record, json.dumps(whole, indent=1, ensure_ascii=False).encode())


def read_record(file: Path) -> list[Publication]:
    """Return everything that was ever published of a project. Raises WritingFailed where that cannot be read."""
    try:
        read = json.loads(file.read_bytes())
        return [Publication(**{**one, "notes": tuple(one["notes"])}) for one in read["publications"]]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError, OSError) as problem:
        raise WritingFailed(
            f"{file} cannot be read ({problem}). Put back a copy of it, or move it away to begin anew."
        ) from None


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
