"""What the studio's pages share of each project: its open document, who is there, what is said of it, its trainings.

A project is opened when somebody asks for it and stays open; files that are changed underneath are noticed by looking,
as the running assistant does.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog

from studio.authoring.errors import ProjectGone
from studio.authoring.files import read_text, write_text
from studio.authoring.project import OpenProject
from studio.check_process import CheckProcess
from studio.errors import StudioError
from studio.hub import Hub
from studio.last_trainings import LastTraining, LastTrainings, changed_since
from studio.people import comments as commenting
from studio.people.accounts import Accounts
from studio.people.comments import Comment, Comments
from studio.people.errors import PeopleUnavailable
from studio.people.presence import Place, Presence
from studio.people.records import Person
from studio.projects import tidying
from studio.projects.assembling import assembled
from studio.projects.branches import Branches
from studio.projects.contents import manifest_of
from studio.projects.environments import Environments
from studio.projects.history import DRAFT, History
from studio.projects.trained_sets import TrainedSet
from studio.projects.workspace import Project, Workspace
from studio.tested import CoverageRun, LastTests, coverage_told, jobs_of_tests, outlined
from studio.training_jobs import Job, TrainingJobs
from studio.watching import FolderWatch

LOOK_EVERY_S: Final = 1.0
MOST_OPEN = 32
"""Documents kept open: each costs its texts, and a look at its folder every second."""
UNUSED_S = 600.0
"""So long nobody asked for a document, and no page listens, before it may be let go. Both are our own choice."""
BRANCH: Final = "branch:"
"""Before the name of a branch, where a call is to run that."""
TRAINED: Final = "trained:"
"""Before the version of a trained set, where a call is to run that."""
log = structlog.get_logger(__name__)


class Workbench:
    """The projects that people work on in one server."""

    def __init__(
        self,
        workspace: Workspace,
        data: Path,
        accounts: Callable[[], Accounts | None],
        *,
        jobs: TrainingJobs | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`data` is the server's folder for what is made of projects: snapshots, trainings."""
        self.workspace = workspace
        self._data = data
        self.hub = Hub()
        self.jobs = jobs or TrainingJobs(told=self._tell_job, grew=self._tell_log)
        self.test_jobs = jobs_of_tests(lambda job: self.hub.tell(job.project, {"type": "tests", "state": job.state}))
        self._checks = CheckProcess()
        self._accounts = accounts
        self._clock = clock
        self._trainings = LastTrainings(data / "trained")
        self._tests = LastTests(data / "tested")
        self._open: dict[str, OpenProject] = {}  # the longest unused first
        self._used_s: dict[str, float] = {}
        self._starting: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.publishing: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """One at a time for each project, from reading to putting: taken before `whole`, while edits go on."""
        self._opening: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._presence: dict[str, Presence] = defaultdict(Presence)
        self._watching: dict[str, asyncio.Task[None]] = {}
        self._commenting: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.closing = asyncio.Event()
        """Set when the server stops: whoever streams ends."""
        self.streams: Counter[str] = Counter()
        """How many server-sent events each person listens to, by id."""

    def end_streams(self) -> None:
        """End all server-sent events, so that a server that stops does not wait for its pages."""
        self.closing.set()

    async def project(self, project_id: str) -> Project:
        """Return a project. Raises ProjectUnknown."""
        return await asyncio.to_thread(self.workspace.get, project_id)

    async def folder_of(self, project_id: str, environment: str) -> tuple[Path, bool]:
        """Return where an environment, `branch:NAME` or `trained:VERSION` lies, and whether it is the draft.

        Raises:
            ProjectUnknown, CommitUnknown: nothing was published there.
        """
        project = await self.project(project_id)
        if environment == DRAFT:
            return project.folder, True
        published = self.environments_of(project)
        if environment.startswith(BRANCH):
            return await asyncio.to_thread(_branch_folder, project, environment[len(BRANCH) :], published), False
        if environment.startswith(TRAINED):
            return await asyncio.to_thread(published.trained_folder, environment[len(TRAINED) :]), False
        return await asyncio.to_thread(published.folder, environment), False

    async def folder_of_version(self, project_id: str, version: str) -> Path:
        """Return the folder of a version that `folder_of` has found before. Raises ProjectUnknown, CommitUnknown."""
        snapshots = self.environments_of(await self.project(project_id)).snapshots
        return await asyncio.to_thread(snapshots.folder, version)

    async def tidy(self, running: Collection[Path] = ()) -> None:
        """Throw away snapshots that nothing names; `running`: folders from which assistants run. Never raises."""
        try:
            gone = await asyncio.to_thread(tidying.tidy, self._data, running)
        except (OSError, StudioError) as problem:
            log.warning("old versions cannot be thrown away", reason=str(problem))
        else:
            if gone:
                log.info("old versions thrown away", versions=gone)

    def environments_of(self, project: Project) -> Environments:
        """Return what is published of a project."""
        return Environments(self._data, project)

    async def document(self, project_id: str) -> OpenProject:
        """Return the open document of a project, opening it if need be. Raises ProjectUnknown, AuthoringError."""
        project = await self.project(project_id)
        async with self._opening[project_id]:
            document = self._open.pop(project_id, None)
            if document is None:
                project = await self.project(project_id)  # it may have been deleted while we waited
                watch = await asyncio.to_thread(FolderWatch, project.folder, every_s=LOOK_EVERY_S)
                notes, examine = self._notes(project), self._checks.examined
                document = await OpenProject.open(project.folder, project_id, examine=examine, notes=notes)
                document.set_tests(outlined(await asyncio.to_thread(self._tests.read, project.key)))
                document.subscribe(lambda news: self.hub.tell(project_id, news))
                watching = self._watch(project, watch)
                self._watching[project_id] = asyncio.create_task(watching, name=f"watch {project_id}")
            self._open[project_id] = document
            self._used_s[project_id] = time.monotonic()
        await self._let_unused_go()
        return document

    @asynccontextmanager
    async def whole(self, project_id: str) -> AsyncIterator[Project]:
        """Keep edits and comments waiting while the files of a project are read or changed all at once.

        Raises:
            ProjectUnknown, AuthoringError.
        """
        document = await self.document(project_id)
        async with self._commenting[project_id], document.held():
            yield await self.project(project_id)

    async def delete(self, project_id: str) -> tuple[Project, Path]:
        """Move a project into the bin, and let go of all that was made of it; return it and where it is now.

        Raises:
            ProjectUnknown, ProjectTaken, WritingFailed: nothing has changed.
        """
        project = await self.project(project_id)
        async with self._opening[project_id]:
            place = await self._into_bin(project)
            for jobs in (self.jobs, self.test_jobs):
                await asyncio.gather(*(jobs.stop(job) for job in jobs.of(project_id)))
            await self.let_go(project_id)
            self._presence.pop(project_id, None)
            await asyncio.to_thread(self._forget, project)
        return project, place

    async def _into_bin(self, project: Project) -> Path:
        move = partial(self.workspace.delete, project.id)
        document = self._open.get(project.id)
        if document is None:
            return await asyncio.to_thread(move)
        moved: list[Path] = []
        with suppress(ProjectGone):  # the folder is, behind this
            async with document.held():
                moved.append(await asyncio.to_thread(move))
        return moved[0]

    def _forget(self, project: Project) -> None:
        self.environments_of(project).forget()
        self._trainings.forget(project.key)
        self._tests.forget(project.key)
        with suppress(OSError):  # the project is gone already
            self._notes(project).unlink(missing_ok=True)

    def _notes(self, project: Project) -> Path:
        return self._data / "gestures" / f"{project.key}.jsonl"

    async def _let_unused_go(self) -> None:
        now_s = time.monotonic()
        for project_id, document in tuple(self._open.items())[:-1]:
            if len(self._open) <= MOST_OPEN:
                return
            is_new = now_s - self._used_s.get(project_id, now_s) < UNUSED_S
            if is_new or document.is_held or self.hub.count(project_id) or self._opening[project_id].locked():
                continue
            async with self._opening[project_id]:
                await self.let_go(project_id)

    async def let_go(self, project_id: str) -> None:
        """Close the document of a project, for one that is deleted or that nobody looks at."""
        self._used_s.pop(project_id, None)
        watching = self._watching.pop(project_id, None)
        if watching is not None:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
        document = self._open.pop(project_id, None)
        if document is not None:
            await document.close()
        self.hub.tell(project_id, {"type": "files_changed"})

    async def close(self) -> None:
        """Let go of everything."""
        await asyncio.gather(self.jobs.close(), self.test_jobs.close())
        for project_id in tuple(self._watching):
            await self.let_go(project_id)
        await asyncio.to_thread(self._checks.close)

    async def note(self, by: Person, action: str, project: str, detail: Mapping[str, Any] | None = None) -> None:
        """Write into the audit log, where there is one.

        What is noted has happened: that the log cannot be written is told to the operator, and to nobody as a failure
        of what they did.
        """
        accounts = self._accounts()
        if accounts is None:
            return
        try:
            await accounts.note(by, action, project, detail)
        except PeopleUnavailable as problem:
            log.error("not in the audit log", person=by.name, action=action, project=project, reason=str(problem))

    # Who is there

    def seen(
        self, project_id: str, client: str, by: Person, flow: str | None, step: str | None, stream: str = ""
    ) -> None:
        """Note where a page is; `stream`: by which it hears, where it shares one."""
        presence = self._presence[project_id]
        is_news = presence.tell(Place(client, by.id, by.name, flow, step, self._clock(), stream))
        if presence.expire(self._clock()) or is_news:
            self._tell_presence(project_id)

    def left(self, project_id: str, client: str) -> None:
        """Forget a page that is gone."""
        if self._presence[project_id].leave(client):
            self._tell_presence(project_id)

    def left_with(self, project_id: str, stream: str) -> None:
        """Forget the pages that heard by a stream which is over, unless it was opened anew."""
        if not self.hub.has_stream(project_id, stream) and self._presence[project_id].leave_with(stream):
            self._tell_presence(project_id)

    def revision_of(self, project_id: str) -> int | None:
        """Return the revision of a project's document; None where nobody has it open."""
        document = self._open.get(project_id)
        return None if document is None else document.revision

    def people_at(self, project_id: str) -> list[dict[str, Any]]:
        """Return who is there, a row for each open page."""
        self._presence[project_id].expire(self._clock())
        return [
            {"client": place.client, "id": place.person_id, "name": place.name, "flow": place.flow, "step": place.step}
            for place in self._presence[project_id].people()
        ]

    def _tell_presence(self, project_id: str) -> None:
        self.hub.tell(project_id, {"type": "presence", "people": self.people_at(project_id)})

    # What is said of it

    async def comments(self, project_id: str) -> Comments:
        """Return all comments of a project."""
        project = await self.project(project_id)
        text = await asyncio.to_thread(read_text, project.folder, commenting.FILE)
        return Comments() if text is None else await asyncio.to_thread(Comments.from_text, text)

    async def change_comments(self, project_id: str, change: Callable[[Comments], Comments]) -> Comments:
        """Change the comments of a project and keep them. Raises what `change` raises, and AuthoringError."""
        project = await self.project(project_id)
        async with self._commenting[project_id]:
            before = await self.comments(project_id)
            changed = change(before)
            if changed == before:
                return before
            await asyncio.to_thread(write_text, project.folder, commenting.FILE, changed.to_text())
        self.hub.tell(project_id, {"type": "comments"})
        return changed

    def new_comment(self, by: Person, flow: str, step: str | None, text: str, thread: str | None) -> Comment:
        """Make a comment that is not kept yet."""
        return Comment(uuid.uuid4().hex[:12], flow, step, text.strip(), by.id, by.name, self._clock(), thread)

    # Its trainings

    async def train(self, project_id: str, flows: Mapping[str, str | None], by: Person) -> Job:
        """Start a training of the draft, or with some flows as they are in other versions. Raises AlreadyTraining."""
        project = await self.project(project_id)
        kept = self.environments_of(project)
        version = ""

        async def done() -> None:
            if flows:
                made = TrainedSet(version, self._clock(), by.name, dict(flows))
                await asyncio.to_thread(kept.trained_sets.add, made)
            else:
                await asyncio.to_thread(self._trainings.write, project.key, began)

        async with self._starting[project_id]:
            self.jobs.require_free(project_id)
            began = await self._as_it_is(project, by)
            folder = project.folder
            if flows:
                files = await asyncio.to_thread(assembled, project, flows)
                version = await asyncio.to_thread(kept.snapshots.keep, files)
                folder = await asyncio.to_thread(kept.snapshots.folder, version)
            job = self.jobs.start(project_id, folder, by.name, done)
        await self.note(by, "training started", project_id)
        return job

    async def changes(self, project_id: str, by: Person) -> dict[str, Any]:
        """Say what is otherwise than at the last training that went well."""
        project = await self.project(project_id)
        now = await self._as_it_is(project, by)
        last = await asyncio.to_thread(self._trainings.read, project.key)
        return changed_since(last, now.files, now.flows)

    async def run_tests(self, project_id: str, by: Person) -> Job:
        """Start a run of a project's tests, which tells what they come through. Raises TestsRunning."""
        project = await self.project(project_id)
        began = await self._as_it_is(project, by)

        async def done() -> None:
            tested = CoverageRun(began.at, by.name, began.files, began.flows, job.result or {})
            known = outlined(tested)
            await asyncio.to_thread(self._tests.write, project.key, tested)
            (await self.document(project_id)).set_tests(known)

        job = self.test_jobs.start(project_id, project.folder, by.name, done)
        await self.note(by, "tests started", project_id)
        return job

    async def coverage(self, project_id: str, by: Person) -> dict[str, Any]:
        """Say what the tests came through when they last ran, and whether anything has changed since."""
        project = await self.project(project_id)
        tested = await asyncio.to_thread(self._tests.read, project.key)
        return coverage_told(tested, {} if tested is None else (await self._as_it_is(project, by)).files)

    async def _as_it_is(self, project: Project, by: Person) -> LastTraining:
        files = await asyncio.to_thread(manifest_of, project.folder)
        outline = await (await self.document(project.id)).outline()
        flows = {flow.id: flow.etag for flow in outline.flows if not flow.is_default}
        return LastTraining(self._clock(), by.name, files, flows)

    # What happens beside

    def _tell_job(self, job: Job) -> None:
        told = job.to_json(len(job.lines))
        self.hub.tell(job.project, {"type": "job", "job": told})

    def _tell_log(self, job: Job) -> None:
        self.hub.tell(job.project, {"type": "log", "job": job.id, "n_lines": len(job.lines)})

    async def _watch(self, project: Project, watch: FolderWatch) -> None:
        async for _ in watch.changes():
            document = self._open.get(project.id)
            if document is None:
                return
            try:
                await document.refresh()
            except StudioError as problem:
                log.warning("project cannot be read", project=project.id, reason=str(problem))
            except Exception as problem:  # files may be anything, and the next change may mend them
                log.error("project cannot be read", project=project.id, exc_info=problem)


def _branch_folder(project: Project, branch: str, published: Environments) -> Path:
    version = Branches(History(project)).snapshot(branch, published.snapshots)
    return published.snapshots.folder(version)
