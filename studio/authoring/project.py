"""One project that is open in a server: its texts in memory, edits one after another, and who listens to them.

The folder is the truth. Before an edit the files are looked at again: what somebody changed by hand is read first,
and the edit is merged with it. CPU work runs in a thread; the checks of the whole assistant follow behind an edit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

from flows.errors import Finding as FileFinding
from studio.assistants import examined
from studio.authoring import content, reading
from studio.authoring.applying import Work
from studio.authoring.commands import Base, Command
from studio.authoring.done_gestures import Done, DoneGestures
from studio.authoring.errors import NothingThere
from studio.authoring.files import POSITIONS, Stamp
from studio.authoring.outline import Known, flow_line, make_outline, settled
from studio.authoring.problems import shown_findings
from studio.authoring.project_files import ProjectFiles
from studio.authoring.quick_checks import Loaded, quick_findings
from studio.authoring.reconciling import reconcile
from studio.authoring.searching import Hit, search
from studio.authoring.shapes import Conflict, Edited, Finding, Flow, Outline, TestsOfFlow
from studio.authoring.states import EarlierTexts, Snapshot, changed_flows, changed_paths, read_first, read_folder
from studio.authoring.undo import taking_back
from studio.authoring.views import shown_flow

Examine = Callable[[Path], tuple[Loaded | None, tuple[FileFinding, ...]]]
Event = dict[str, Any]
Listener = Callable[[Event], None]
CHECK_INLINE_MS: Final = 40
"""A whole check that takes no longer is made within the edit; our own choice of the 100 ms that a save may take."""
CHECK_DELAY_S: Final = 0.3
"""How long edits must pause before the whole is checked again."""

Guard: TypeAlias = Callable[[Mapping[str, tuple[str | None, str | None]]], None]


class OpenProject:
    """Made by `open`; `close` ends its background check."""

    def __init__(
        self, root: Path, project_id: str, snapshot: Snapshot, examine: Examine, done: DoneGestures | None = None
    ) -> None:
        self.root, self.id = root, project_id
        self._done = done or DoneGestures()
        self.revision = 1
        self._snapshot = snapshot
        self._examine = examine
        self._earlier = EarlierTexts()
        self._lock = asyncio.Lock()
        self._one_check = asyncio.Lock()
        self._listeners: list[Listener] = []
        self._assistant: Loaded | None = None
        self._findings: tuple[Finding, ...] = ()
        self.check_ms = 10_000.0
        self._is_dirty = True
        self._is_settled = False
        self._checked_revision = 0
        self._n_waiting = 0
        """Pages that wait for the outline: a check in the background would only take the processor from them."""
        self._checking: asyncio.Task[None] | None = None
        self._changed_at: dict[str, float] = {}
        self._tests: dict[str, TestsOfFlow] = {}

    @classmethod
    async def open(
        cls,
        root: Path,
        project_id: str | None = None,
        *,
        examine: Examine = examined,
        notes: Path | None = None,
    ) -> OpenProject:
        """Read a project's folder. `notes` is the file that keeps which gestures were done, over a restart.

        Raises:
            ProjectGone: there is no folder, or it cannot be read.
        """
        snapshot = await asyncio.to_thread(read_first, root)
        done = DoneGestures(notes)
        await asyncio.to_thread(lambda: done.read({path: one.etag for path, one in snapshot.files.files.items()}))
        project = cls(root, project_id or root.name, snapshot, examine, done)
        project._check_soon()
        return project

    async def close(self) -> None:
        """End the background check."""
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.gather(self._checking, return_exceptions=True)
            self._checking = None  # it holds this: a circle that nobody would let go, see `settled`

    # reading

    async def outline(self) -> Outline:
        self._n_waiting += 1
        try:
            return await asyncio.to_thread(self._outlined)
        finally:
            self._n_waiting -= 1

    def _outlined(self) -> Outline:
        found = make_outline(self._snapshot.files, self._known())
        self._is_settled = self._is_settled or settled(found)
        return found

    async def flow(self, flow_id: str) -> Flow:
        """Return a flow whole, one of the product's defaults included.

        Raises:
            NothingThere: there is none.
        """
        return await asyncio.to_thread(shown_flow, self._snapshot.files, flow_id)

    async def content(self, section: str) -> Any:
        """Return whole entries: see `studio.authoring.content`."""
        return await asyncio.to_thread(content.section, self._snapshot.files, section, self._snapshot.sizes)

    async def read_file(self, path: str) -> reading.FileText:
        return await asyncio.to_thread(reading.read_file, self._snapshot.files, path)

    async def search(self, text: str) -> list[Hit]:
        return await asyncio.to_thread(search, self._snapshot.files, text)

    async def findings(self) -> list[Finding]:
        """Return everything that is wrong, checked whole first where something has changed since."""
        await self.checked()
        return list(self._findings)

    def _known(self) -> Known:
        changed = {path: stamp.modified_ns / 1e9 for path, stamp in self._snapshot.stamps.items()}
        return Known(
            self.revision, self.id, self._findings, {**changed, **self._changed_at}, self._tests, self._snapshot.sizes
        )

    def set_tests(self, tests: dict[str, TestsOfFlow]) -> None:
        """Take what a run of the tests covered, by flow, for the outline."""
        self._tests = dict(tests)

    # listening

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event from now on, on the event loop; what is returned ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def _tell(self, event: Event) -> None:
        for listener in list(self._listeners):
            listener(event)

    # changing

    async def edit(
        self,
        commands: Sequence[Command],
        base: Base | Mapping[str, Mapping[str, str]] | None = None,
        by: str = "",
        label: str = "",
        client: str = "",
        gesture: str = "",
        guard: Guard | None = None,
    ) -> Edited | Conflict:
        """Do one gesture: all of it is saved, or nothing. `client` comes back in the event, to know one's own.

        `gesture` names it: one that was done before under that name, and whose answer was lost, is answered again.
        `guard` is told each file that would change, before and after (None: not there), and may refuse by raising.

        Raises:
            AuthoringError: it cannot be done, or not be saved; nothing has changed.
        """
        seen = base if isinstance(base, Base) else Base.model_validate(base or {})
        async with self._lock:
            await self._refresh_locked()
            if (known := self._done.find(gesture)) is not None:
                return await asyncio.to_thread(self._answer_again, known)
            before = self._snapshot
            made = await asyncio.to_thread(reconcile, before.files, commands, seen, self._earlier)
            if isinstance(made, Conflict):
                return made
            paths = changed_paths(before.files, made.files)
            if guard is not None:
                guard({path: (before.files.text(path), made.files.text(path)) for path in paths})
            flows, removed = changed_flows(before.files, made.files, paths)
            done = _done(gesture, before, made, paths, flows, removed)
            stamps = await asyncio.to_thread(self._save, before, made, paths, done)
            self._snapshot = Snapshot(made.files, stamps)
            self._done.keep(done)
            self._take(before, made, paths, flows)
            edited = await self._answer(before, made, paths, flows, removed)
        if paths:
            shown = [*(flow.id for flow in edited.flows), *removed]  # with those whose steps were only moved about
            event = {"type": "edited", "revision": edited.revision, "flows": shown, "files": sorted(paths)}
            self._tell({**event, "outline": edited.outline is not None, "by": by, "label": label, "client": client})
            self._check_soon()
        return edited

    def _save(self, before: Snapshot, made: Work, paths: set[str], done: Done) -> dict[str, Stamp]:
        if paths:
            self._done.note(done)
        return reading.save(self.root, before, made.files, paths)

    def _answer_again(self, done: Done) -> Edited:
        """Tell what a gesture has done, with everything as it is now."""
        files = self._snapshot.files
        return Edited(
            revision=self.revision,
            flows=[shown_flow(files, flow) for flow in done.flows if flow in files.flows],
            removed=[flow for flow in (*done.removed, *done.flows) if flow not in files.flows],
            outline=make_outline(files, self._known()),
            findings=list(self._findings),
            undo=list(done.undo),
            moved={flow: dict(keys) for flow, keys in done.moved.items()},
            files={path: found.etag for path in done.after if (found := files.files.get(path)) is not None},
            notes=list(done.notes),
            is_again=True,
        )

    def _take(self, before: Snapshot, made: Work, paths: set[str], flows: list[str]) -> None:
        if paths:
            self.revision += 1
            self._earlier.keep_changes(before.files, made.files, paths)
        for flow in flows:
            self._changed_at[flow] = time.time()
        self._is_dirty = self._is_dirty or bool(paths - {POSITIONS})

    async def _answer(
        self, before: Snapshot, made: Work, paths: set[str], flows: list[str], removed: list[str]
    ) -> Edited:
        if self._is_dirty and self.check_ms <= CHECK_INLINE_MS:
            await self._check()
        elif flows or removed:
            quick = await asyncio.to_thread(quick_findings, made.files, self._assistant, flows)
            if self._checked_revision != self.revision:  # no whole check, which knows more, was faster
                gone = {*flows, *removed}
                kept = [one for one in self._findings if one.flow not in gone]
                self._findings = (*reading.shifted(kept, before.files, made.files), *quick)
        return await asyncio.to_thread(self._edited, before, made, paths, flows, removed)

    def _edited(self, before: Snapshot, made: Work, paths: set[str], flows: list[str], removed: list[str]) -> Edited:
        positioned = [flow for flow in made.moved if flow in made.files.flows] + _placed_anew(before, made, paths)
        shown = []
        for flow in dict.fromkeys([*flows, *positioned]):
            try:
                shown.append(shown_flow(made.files, flow))
            except NothingThere:
                continue
        return Edited(
            revision=self.revision,
            flows=shown,
            removed=removed,
            outline=make_outline(made.files, self._known())
            if self._changes_outline(before, made, paths, flows, removed)
            else None,
            findings=list(self._findings),
            undo=taking_back(before.files, made.files, paths),
            moved=_moved(made),
            files={path: found.etag for path in sorted(paths) if (found := made.files.files.get(path)) is not None},
            own=made.own,
            notes=made.notes,
        )

    def _changes_outline(
        self, before: Snapshot, made: Work, paths: set[str], flows: list[str], removed: list[str]
    ) -> bool:
        """Whether more than the steps of one flow has changed."""
        if removed or len(flows) > 1 or any(flow not in before.files.flows for flow in flows):
            return True
        if not paths - {POSITIONS}:
            return False
        if paths - {POSITIONS, *(made.files.flows[flow][0] for flow in flows)}:
            return True
        known = self._known()
        lines = [flow_line(one.files, known, flow) for flow in flows for one in (before, made)]
        changing = {"etag": "", "n_steps": 0}
        return not flows or lines[0].model_copy(update=changing) != lines[1].model_copy(update=changing)

    # what happens underneath

    @property
    def is_held(self) -> bool:
        """Whether somebody is just changing something here."""
        return self._lock.locked()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Keep edits waiting while the folder is read or changed as a whole; what was changed is read behind it.

        Raises:
            ProjectGone: there is no folder any more.
        """
        async with self._lock:
            try:
                yield
            finally:
                await self._refresh_locked(look_for_new=True)

    async def refresh(self) -> bool:
        """Read what was changed in the folder by others; return whether anything was.

        Raises:
            ProjectGone: there is no folder any more.
        """
        async with self._lock:
            return await self._refresh_locked(look_for_new=True)

    async def _refresh_locked(self, *, look_for_new: bool = False) -> bool:
        is_same = not look_for_new and await asyncio.to_thread(reading.is_unchanged, self.root, self._snapshot)
        if is_same:
            return False
        old = self._snapshot
        new = await asyncio.to_thread(read_folder, self.root, old)
        self._snapshot = new
        paths = changed_paths(old.files, new.files)
        if not paths and old.files.code == new.files.code and old.stamps.keys() == new.stamps.keys():
            return False
        self.revision += 1
        self._earlier.keep_changes(old.files, new.files, paths)
        self._is_dirty = True
        flows, removed = changed_flows(old.files, new.files, paths)
        event = {"type": "files_changed", "revision": self.revision, "files": sorted(paths)}
        self._tell({**event, "flows": [*flows, *removed]})
        self._check_soon()
        return True

    # checking

    def _check_soon(self) -> None:
        if self._is_dirty and (self._checking is None or self._checking.done()):
            self._checking = asyncio.create_task(self._check_in_background())

    async def _check_in_background(self) -> None:
        while self._is_dirty:
            revision = -1
            while revision != self.revision or self._n_waiting:
                revision = self.revision
                await asyncio.sleep(CHECK_DELAY_S)
            await self._check_and_tell()

    async def _check_and_tell(self) -> None:
        old = self._findings
        await self._check()
        if old != self._findings:
            shown = [one.model_dump() for one in self._findings]
            self._tell({"type": "findings", "revision": self.revision, "findings": shown})

    async def _check(self) -> None:
        """Check the whole folder as it is now, once any check that is running is over."""
        async with self._one_check:
            started = time.perf_counter()
            revision = self.revision
            assistant, found = await asyncio.to_thread(self._examine, self.root)
            self.check_ms = (time.perf_counter() - started) * 1000
            shown = await asyncio.to_thread(shown_findings, self._snapshot.files, found)
            if revision == self.revision:  # else lines have moved since
                self._assistant = assistant or self._assistant
                self._findings, self._checked_revision, self._is_dirty = tuple(shown), revision, False

    async def checked(self) -> None:
        """Return when the whole has been checked as it is now."""
        async with self._one_check:
            pass  # what a check that is running finds is not there before it ends
        while self._is_dirty:
            await self._check_and_tell()


def _moved(made: Work) -> dict[str, dict[str, str]]:
    return {
        flow: {old: new for old, new in keys.items() if new is not None} for flow, keys in made.moved.items() if keys
    }


def _done(gesture: str, before: Snapshot, made: Work, paths: set[str], flows: list[str], removed: list[str]) -> Done:
    was, now = ({path: _etag(files, path) for path in paths} for files in (before.files, made.files))
    shown = dict.fromkeys([*flows, *(flow for flow in _placed_anew(before, made, paths) if flow in made.files.flows)])
    undo = taking_back(before.files, made.files, paths) if gesture else []
    return Done(gesture, was, now, tuple(shown), tuple(removed), _moved(made), tuple(undo), tuple(made.notes))


def _placed_anew(before: Snapshot, made: Work, paths: set[str]) -> list[str]:
    if POSITIONS not in paths:
        return []
    old, new = before.files.positions, made.files.positions
    return [flow for flow in {**old, **new} if old.get(flow) != new.get(flow)]


def _etag(files: ProjectFiles, path: str) -> str | None:
    found = files.files.get(path)
    return None if found is None else found.etag


__all__ = ["Conflict", "Edited", "Event", "Examine", "Listener", "OpenProject"]
