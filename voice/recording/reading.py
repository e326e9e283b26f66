"""Reading a recording: its description, its events and the inputs of turn-taking. Blocks: disk.

What a crash left is read as far as it goes; what is damaged otherwise is told with file and line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from dialogue.errors import EventInvalid
from dialogue.events import DialogueEvent
from dialogue.serialization import event_from_json
from voice.recording.errors import RecordingNotFound, RecordingUnfinished, RecordingUnreadable
from voice.recording.folder import AUDIO, EVENTS, FORMAT, INPUTS, LOCK, META, OPEN, folder_name, is_running
from voice.recording.inputs import TimedInput, read_header, read_inputs
from voice.recording.line_files import read_lines
from voice.turns.policy import TurnPolicy

MOST_BYTES = 1 << 30
"""Of a file of lines, unpacked: a call of a day has some 100 MB."""
_MOST_META_BYTES = 1 << 20
_CALL_TYPES = frozenset({"call_started", "latency_measured"})


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """A line of events.jsonl: when it was logged, and the event as it was written."""

    at_ms: int
    event: Mapping[str, Any]

    @property
    def is_of_call(self) -> bool:
        """Whether it is an event of the call and none of the conversation."""
        return "at_ms" in self.event or self.event.get("type") in _CALL_TYPES


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A recording as its folder tells it. Everything is read when it is asked for."""

    path: Path
    meta: Mapping[str, Any]

    @property
    def call_id(self) -> str:
        return str(self.meta.get("call_id", self.path.name))

    @property
    def masked_slots(self) -> tuple[str, ...]:
        """Slots of which something was said that was masked."""
        named = self.meta.get("masked_slots", ())
        return tuple(map(str, named)) if isinstance(named, list) else ()

    def events(self) -> tuple[LoggedEvent, ...]:
        """Return all events in order. Raises RecordingUnreadable."""
        return tuple(_events(self.path / EVENTS))

    def dialogue_events(self) -> tuple[DialogueEvent, ...]:
        """Return the conversation's log. Raises RecordingUnreadable."""
        found: list[DialogueEvent] = []
        for number, line in enumerate(self.events(), start=1):
            if line.is_of_call:
                continue
            try:
                found.append(event_from_json(line.event))
            except EventInvalid as problem:
                raise RecordingUnreadable(f"{self.path / EVENTS} line {number}: {problem}") from problem
        return tuple(found)

    def turn_inputs(self) -> tuple[TurnPolicy, tuple[TimedInput, ...]]:
        """Return the thresholds of the call, and everything that turn-taking was given. Raises RecordingUnreadable."""
        path = self.path / INPUTS
        lines = _lines(path)
        first = next(lines, None)
        if first is None:
            raise RecordingUnreadable(f"{path} is empty: the call was not recorded far enough to be judged again")
        return _policy(read_header(first)), tuple(read_inputs(lines))


def find_recording(root: Path, call: str) -> RecordedCall | None:
    """Return the recording of a call id below `root`; None if there is none.

    Raises:
        RecordingUnfinished: it is being recorded, or was cut off by a crash.
        RecordingUnreadable: its description cannot be read.
    """
    name = folder_name(call)
    found = sorted(path for path in root.glob(f"[0-9]*/{name}") if (path / META).is_file())
    if found:
        return read_recording(found[-1])
    unfinished = sorted((root / OPEN).glob(f"*/{name}/{LOCK}"))
    if unfinished:
        raise _unfinished(unfinished[-1].parent)
    return None


def read_recording(path: Path) -> RecordedCall:
    """Return the recording in a folder.

    Raises:
        RecordingNotFound: there is no such folder, or it is none of a recording.
        RecordingUnfinished: it is being recorded, or was cut off by a crash.
        RecordingUnreadable: its description cannot be read, or is of an unknown version.
    """
    if not (path / META).is_file():
        raise RecordingNotFound(f"{path} is no recording: it has no {META}, as a recorded call's folder has")
    if (path / LOCK).exists():
        raise _unfinished(path)
    try:
        if (path / META).stat().st_size > _MOST_META_BYTES:
            raise ValueError(f"it has more than {_MOST_META_BYTES} bytes")
        meta = json.loads((path / META).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        raise RecordingUnreadable(f"{path / META} cannot be read: {problem}") from problem
    if not isinstance(meta, Mapping):
        raise RecordingUnreadable(f"{path / META} is no map of what was recorded")
    if meta.get("format") != FORMAT:
        raise RecordingUnreadable(
            f"{path} is of format {meta.get('format')!r}, and this program reads format {FORMAT}: "
            "read it with the program that recorded it"
        )
    lacking = [name for name in (AUDIO, EVENTS) if not (path / name).is_file()]
    if lacking:
        raise RecordingUnreadable(f"{path} lacks {' and '.join(lacking)}: the recording is not whole")
    return RecordedCall(path, meta)


def _unfinished(path: Path) -> RecordingUnfinished:
    if is_running(path):
        return RecordingUnfinished(f"The call {path.name} is still being recorded. Try again when it is over.")
    return RecordingUnfinished(
        f"The recording of {path.name} was cut off. The next start of the server mends it; then try again."
    )


def _policy(given: Mapping[str, Any]) -> TurnPolicy:
    """Return the recorded thresholds; one that this program lacks is left out, one that is new has its default."""
    names = {field.name for field in fields(TurnPolicy)}
    return TurnPolicy.from_mapping({name: value for name, value in given.items() if name in names})


def _events(path: Path) -> Iterator[LoggedEvent]:
    for number, line in enumerate(_lines(path), start=1):
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as problem:
            raise RecordingUnreadable(f"{path} line {number} is no JSON: {problem}") from problem
        match data:
            case {"at_ms": int() as at_ms, "event": {"type": str(), **_rest} as event}:
                yield LoggedEvent(at_ms, event)
            case _:
                raise RecordingUnreadable(f"{path} line {number} is no event of a recording")


def _lines(path: Path) -> Iterator[str]:
    try:
        yield from read_lines(path, MOST_BYTES)
    except (OSError, ValueError) as problem:
        raise RecordingUnreadable(f"{path} cannot be read: {problem}") from problem
