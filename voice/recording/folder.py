"""The folder of one call while it is recorded, and how it comes to be where recordings are found. Blocks: disk.

    recordings/.open/<date>/<call>/     while the call runs; locked by its process, so that a crash can be told
    recordings/<date>/<call>/           afterwards: audio.wav, events.jsonl, inputs.jsonl.gz, meta.json

Nothing is made before the first thing that may be kept.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np

from voice.audio import FRAME_MS
from voice.ports import Pcm
from voice.recording.line_files import LineFile, read_lines
from voice.recording.orders import LinesFile
from voice.recording.tracks import SIDES, Side
from voice.recording.wav import FRAME_BYTES, HEADER_BYTES, MOST_BYTES, header, mend, write_length

AUDIO, EVENTS, INPUTS, META = "audio.wav", "events.jsonl", "inputs.jsonl.gz", "meta.json"
OPEN = ".open"
LOCK = "lock"
FORMAT = 1
"""Version of the layout and of events.jsonl."""
MOST_NAME_CHARACTERS = 100
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


def folder_name(call_id: str) -> str:
    """Return the name of a call's folder: its id, or where that is no plain name, what is plain in it and a hash."""
    if _PLAIN.fullmatch(call_id) and len(call_id) <= MOST_NAME_CHARACTERS:
        return call_id
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", call_id).strip("_")[:60]
    return f"{plain or 'call'}-{hashlib.sha256(call_id.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


class CallFolder:
    """Writes one call. Every method may raise OSError; after `finish` or `delete` it is made anew by the next write."""

    def __init__(self, root: Path, date: str, call_id: str, meta: Mapping[str, Any]) -> None:
        if not _DATE.fullmatch(date):
            raise ValueError(f"a date is YYYY-MM-DD, not {date!r}")
        name = folder_name(call_id)
        self.path = root / OPEN / date / name
        self._final = root / date / name
        self._meta = {"format": FORMAT, "call_id": call_id, "state": "recording", **meta}
        self._lock: IO[str] | None = None
        self._audio: BinaryIO | None = None
        self._lines: dict[LinesFile, LineFile] = {}

    def write_audio(self, from_frame: int, samples: Pcm) -> bool:
        """Write [n, 2] int16 at its place; a hole before it is silence. False when the file is as long as can be."""
        audio = self._opened()
        at = HEADER_BYTES + from_frame * FRAME_BYTES
        if at + samples.nbytes > MOST_BYTES:
            return False
        if audio.seek(0, os.SEEK_END) < at:
            audio.truncate(at)
        audio.seek(at)
        audio.write(np.ascontiguousarray(samples, dtype="<i2").tobytes())
        write_length(audio)
        audio.flush()
        return True

    def silence(self, sides: tuple[Side, ...], from_frame: int, to_frame: int) -> None:
        """Make a written span silent on these sides."""
        audio = self._opened()
        end = audio.seek(0, os.SEEK_END)
        at, to = (min(HEADER_BYTES + frame * FRAME_BYTES, end) for frame in (from_frame, to_frame))
        audio.seek(at)
        samples = np.frombuffer(audio.read(to - at), dtype="<i2").reshape(-1, len(SIDES)).copy()
        for side in sides:
            samples[:, SIDES.index(side)] = 0
        audio.seek(at)
        audio.write(samples.tobytes())
        audio.flush()

    def write_lines(self, file: LinesFile, lines: tuple[str, ...]) -> None:
        """Append lines, so that a crash leaves them readable."""
        self._opened()
        stream = self._lines[file]
        for line in lines:
            stream.write(line)
        stream.flush()

    def rewrite(self, change: Callable[[LinesFile, str], str]) -> None:
        """Replace every line that was written by what `change` makes of it."""
        self._opened()
        for file in tuple(self._lines):
            self._lines.pop(file).close()
            path = self.path / _name(file)
            fresh = path.with_name(f"{path.name}.new")
            copied(path, fresh, partial(change, file))
            fresh.replace(path)
            self._lines[file] = LineFile(path, "a")

    def finish(self, about: Mapping[str, Any]) -> Path | None:
        """Write the description and move the folder to where it is found; None if nothing was ever written."""
        if self._lock is None:
            return None
        self._close_files()
        self._meta = {**self._meta, **about, "state": "complete"}
        self._write_meta()
        return self._publish()

    def delete(self) -> None:
        """Delete everything of the call."""
        with contextlib.suppress(OSError):
            self._close_files()
        if self.path.exists():
            (self.path / META).unlink(missing_ok=True)  # what has none is deleted at the next start, not mended
            shutil.rmtree(self.path)
        self._unlock()

    def close(self) -> None:
        """Let go of the files as they are; `recover` mends them later."""
        with contextlib.suppress(OSError):
            self._close_files()
        self._unlock()

    def _publish(self) -> Path:
        final = self._final
        for number in range(2, 1_000):
            if not final.exists():
                break
            final = self._final.with_name(f"{self._final.name}.{number}")
        final.parent.mkdir(parents=True, exist_ok=True)
        (self.path / LOCK).unlink(missing_ok=True)
        self.path.rename(final)
        self._unlock()
        return final

    def _opened(self) -> BinaryIO:
        if self._audio is None or self._lock is None:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = (self.path / LOCK).open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._write_meta()
            self._audio = (self.path / AUDIO).open("w+b")
            self._audio.write(header(0))
            for file in ("events", "inputs"):
                self._lines[file] = LineFile(self.path / _name(file), "w")
        return self._audio

    def _write_meta(self) -> None:
        fresh = self.path / f"{META}.new"
        fresh.write_text(json.dumps(self._meta, indent=1) + "\n", encoding="utf-8")
        fresh.replace(self.path / META)

    def _close_files(self) -> None:
        audio, self._audio = self._audio, None
        streams, self._lines = tuple(self._lines.values()), {}
        with contextlib.ExitStack() as closing:
            for stream in (*streams, audio):
                if stream is not None:
                    closing.callback(stream.close)

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def copied(source: Path, target: Path, change: Callable[[str], str]) -> None:
    """Write every whole line of a file, changed, to another."""
    with contextlib.closing(LineFile(target, "w")) as stream:
        for line in read_lines(source):
            stream.write(change(line))


def recover(root: Path) -> list[Path]:
    """Mend what crashed processes left, and put it where recordings are found; return where. Leaves running calls."""
    found = []
    for lock in sorted((root / OPEN).glob(f"*/*/{LOCK}")):
        with lock.open("r+") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            path = _recover_one(lock.parent)
            if path is not None:
                found.append(path)
    return found


def is_running(path: Path) -> bool:
    """Say whether the process that records into this folder lives."""
    try:
        with (path / LOCK).open("r+") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _recover_one(path: Path) -> Path | None:
    audio = path / AUDIO
    if not audio.exists() or not mend(audio) or not (path / META).exists():
        shutil.rmtree(path)
        return None
    for file in (path / EVENTS, path / INPUTS):
        if file.exists():
            fresh = file.with_name(f"{file.name}.new")
            copied(file, fresh, lambda line: line)
            fresh.replace(file)
    try:
        meta = json.loads((path / META).read_text(encoding="utf-8"))
    except ValueError:
        meta = {"format": FORMAT, "call_id": path.name}
    duration_ms = (audio.stat().st_size - HEADER_BYTES) // FRAME_BYTES * FRAME_MS
    told = {"state": "recovered", "duration_ms": duration_ms, "is_whole": False}
    (path / META).write_text(json.dumps({**meta, **told}, indent=1) + "\n")
    folder = CallFolder(path.parents[2], path.parent.name, path.name, {})
    return folder._publish()


def _name(file: LinesFile) -> str:
    return EVENTS if file == "events" else INPUTS
