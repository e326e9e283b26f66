"""The recordings of a server: where they are, a recorder for each call, and the log's events on their way to it.

A call's recorder takes what is heard and played; what the conversation writes down comes by way of its event store,
because that is where all of it passes, whoever talks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakValueDictionary

import structlog

from dialogue.events import DialogueEvent
from dialogue.ports import EventStore
from flows.model import Assistant
from studio.recording_settings import recording_policy, recordings_root
from voice.recording.assembly import Assembly
from voice.recording.errors import RecordingPolicyInvalid
from voice.recording.folder import CallFolder, recover
from voice.recording.recorder import CallRecorder
from voice.recording.writer import RecordingWriter
from voice.turns.policy import TurnPolicy


class Recordings:
    """One server's recordings. `open` before the first call, `close` after the last."""

    def __init__(
        self,
        data_folder: Path,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_fault: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._data_folder = data_folder
        self._clock = clock
        self._on_fault = on_fault
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recording")
        self._recorders: WeakValueDictionary[str, CallRecorder] = WeakValueDictionary()
        self._log = structlog.get_logger(__name__)

    async def open(self, assistant: Assistant) -> None:
        """Mend what a crash has left. A folder that cannot be read is told in the log, and stops nothing."""
        try:
            root = recordings_root(self._data_folder, recording_policy(assistant))
            for path in await asyncio.to_thread(recover, root):
                self._log.warning("recording-recovered", call=path.name)
        except (OSError, RecordingPolicyInvalid) as problem:
            self._log.error("recordings-unreadable", error=str(problem))

    async def close(self) -> None:
        """Wait until everything is written."""
        await asyncio.to_thread(self._executor.shutdown)

    def new_call(
        self,
        call_id: str,
        assistant: Assistant,
        turns: TurnPolicy,
        *,
        output_rate_hz: int,
        version: str = "",
        transport: str = "",
    ) -> CallRecorder | None:
        """Make the recorder of a call whose conversation has the same id; None where calls are not recorded.

        Raises:
            RecordingPolicyInvalid: `recording:` of voice.yml cannot be used.
        """
        policy = recording_policy(assistant)
        if not policy.enabled:
            return None
        now = self._clock()
        about = {
            "assistant": {
                "id": assistant.id,
                "name": assistant.name,
                "folder": str(Path(assistant.folder).absolute()),
                "version": version,
            },
            "transport": transport,
            "began_at": now.isoformat(),
        }
        root = recordings_root(self._data_folder, policy)
        folder = CallFolder(root, now.date().isoformat(), call_id, about)
        writer = RecordingWriter(folder, self._executor, lambda code, problem: self._fail(call_id, code, problem))
        sensitive = frozenset(name for name, slot in assistant.slots.items() if slot.is_sensitive)
        recorder = CallRecorder(Assembly(policy, sensitive, turns), writer, output_rate_hz)
        self._recorders[call_id] = recorder
        return recorder

    def find(self, conversation_id: str) -> CallRecorder | None:
        """Return the recorder of a running call."""
        return self._recorders.get(conversation_id)

    def _fail(self, call_id: str, code: str, problem: Exception) -> None:
        self._log.error(code, call_id=call_id, error=str(problem), hint="the call goes on; is the disk full?")
        self._on_fault(code)


class RecordedStore:
    """An event store that tells a call's recorder of every event, once, whether or not it can be stored."""

    def __init__(self, store: EventStore, recordings: Recordings) -> None:
        self._store = store
        self._recordings = recordings
        self._told: dict[str, list[DialogueEvent]] = {}
        """Events that were told and could not be stored yet: they will come again."""

    async def append(self, conversation_id: str, events: Sequence[DialogueEvent]) -> None:
        """Tell, then append."""
        recorder = self._recordings.find(conversation_id)
        told = self._told.setdefault(conversation_id, [])
        if recorder is not None:
            for event in _untold(told, events):
                recorder.logged(event)
        try:
            await self._store.append(conversation_id, events)
        except Exception:
            if recorder is None:
                self._told.pop(conversation_id, None)
            raise
        del told[: len(events)]
        if not told:
            self._told.pop(conversation_id, None)

    async def load(self, conversation_id: str) -> Sequence[DialogueEvent]:
        """Return the conversation's events in order."""
        return await self._store.load(conversation_id)

    async def last_written(self, conversation_id: str) -> float | None:
        """Return when the conversation's log was last appended to."""
        return await self._store.last_written(conversation_id)


def _untold(told: list[DialogueEvent], events: Sequence[DialogueEvent]) -> list[DialogueEvent]:
    """Return what is new in a batch, and take note of it; one that could not be stored comes again from its beginning.

    By identity and place, since an engine gives the same event object many times.
    """
    first = next((index for index, event in enumerate(told) if event is events[0]), len(told)) if events else 0
    del told[:first]
    known = 0
    while known < min(len(told), len(events)) and told[known] is events[known]:
        known += 1
    fresh = list(events[known:])
    told.extend(fresh)
    return fresh
