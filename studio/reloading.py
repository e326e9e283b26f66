"""Takes changed files of the assistant into the running server, without a caller noticing more than they must.

    files changed ─▶ load (thread) ─▶ actions, understanding (beside the running ones) ─▶ switch ─▶ old ones closed
                        │ broken          │ broken
                        └─────────────────┴─▶ the running version stays; findings in the log and at the API

What does not load or does not import changes nothing, however long it stays so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

import structlog

from flows.errors import AssistantInvalid, Finding
from flows.model import Assistant
from studio.assistants import load
from studio.calls import check_calls
from studio.parts import PartBoard, reasons
from studio.versions import Dialogue, Version, version_name
from studio.watching import FolderWatch
from voice.errors import VoiceError

ReloadState: TypeAlias = Literal["current", "loading", "refused"]
Outcome: TypeAlias = Literal["switched", "unchanged", "refused"]
Prepare: TypeAlias = Callable[[AsyncExitStack, Assistant, str, PartBoard], Awaitable[Version | None]]
"""Makes a version ready to run; what it opens is closed with the stack. None where a part failed (see the board)."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReloadStatus:
    """How the files in the folder stand to the version that runs.

    `refused`: what is in the folder cannot run; `findings` and `message` say why, and `version` goes on.
    `switched_at` is in seconds since the epoch.
    """

    state: ReloadState
    version: str
    switched_at: float
    findings: tuple[Finding, ...] = ()
    message: str = ""


class Reloading:
    """Keeps one server's dialogue at the files of its assistant's folder."""

    def __init__(
        self,
        dialogue: Dialogue,
        watch: FolderWatch,
        prepare: Prepare,
        *,
        observe: Callable[[Outcome], None] = lambda _: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`watch` was made when the folder was as it is loaded; `observe` hears how each reload went."""
        self._dialogue = dialogue
        self._watch = watch
        self._prepare = prepare
        self._observe = observe
        self._clock = clock
        self._reloading = asyncio.Lock()
        self.status = ReloadStatus("current", dialogue.version.name, clock())

    async def watch(self) -> None:
        """Reload after every change of the files, until cancelled."""
        async for _ in self._watch.changes():
            await self.reload()

    async def reload(self) -> ReloadStatus:
        """Take in what is in the folder now. Never raises for what is in it."""
        async with self._reloading:
            self.status = replace(self.status, state="loading")
            try:
                outcome = await self._reload()
            except AssistantInvalid as error:
                outcome = self._refuse(f"{_count(error.findings)} in the files", error.findings)
            except VoiceError as error:
                outcome = self._refuse(str(error), (Finding("voice.yml", 1, 1, error.code, str(error)),))
            except Exception as error:  # the plugin boundary: files may be anything, and the old version runs on
                log.error("reload failed", exc_info=error)
                outcome = self._refuse(f"{type(error).__name__}: {error}", ())
            self._observe(outcome)
            return self.status

    async def _reload(self) -> Outcome:
        running = self._dialogue.version
        assistant, name = await asyncio.to_thread(load_named, Path(running.assistant.folder))
        if name == running.name:
            self.status = ReloadStatus("current", name, self.status.switched_at)
            return "unchanged"
        board = PartBoard()
        async with AsyncExitStack() as opened:
            version = await self._prepare(opened, assistant, name, board)
            if version is None:
                return self._refuse(" ".join(reasons([part for part in board.parts if not part.is_ready])), ())
            version = replace(version, held=opened.pop_all())
        changed = await self._dialogue.switch(version)
        self.status = ReloadStatus("current", name, self._clock())
        log.info("assistant reloaded", version=name, before=running.name, code_changes=changed)
        return "switched"

    def _refuse(self, message: str, findings: tuple[Finding, ...]) -> Outcome:
        version = self._dialogue.version.name
        self.status = ReloadStatus("refused", version, self.status.switched_at, findings, message)
        log.warning(
            "changed files are not taken: the version before goes on",
            version=version,
            reason=message,
            findings=[str(finding) for finding in findings],
        )
        return "refused"


def load_named(folder: Path) -> tuple[Assistant, str]:
    """Load an assistant that can be called, with the name of its version. Raises AssistantInvalid, VoiceError."""
    assistant = load(folder)
    check_calls(assistant)
    return assistant, version_name(assistant)


def _count(findings: tuple[Finding, ...]) -> str:
    n_errors = sum(finding.severity == "error" for finding in findings)
    return "1 error" if n_errors == 1 else f"{n_errors} errors"
