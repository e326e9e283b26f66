"""Carries out a recorder's orders on a thread of its own, so that no call ever waits for a disk.

What waits is bounded for each call: beyond that audio is dropped and counted, and its place in the file stays silent.
Lines are small and are kept up to a bound of their own. A disk that fails ends the recording and not the call: what was
kept of it is deleted where something in it may still have to be masked, and mended at the next start otherwise.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from threading import Lock
from typing import assert_never

from voice.audio import FRAME_SAMPLES
from voice.recording.folder import CallFolder
from voice.recording.inputs import body_line
from voice.recording.masking import Vault, masked_event, masked_input
from voice.recording.orders import (
    Discard,
    Finish,
    LinesFile,
    MaskAgain,
    Order,
    SilenceAudio,
    WriteAudio,
    WriteLines,
)

MOST_WAITING_FRAMES = 3_000
"""60 s of audio, 4 MB: a disk that stalls for longer loses audio. Our own choice."""
MOST_WAITING_LINES = 50_000

OnFault = Callable[[str, Exception], None]
"""Told once, on the writer's thread, with a code and what happened."""


class RecordingWriter:
    """Writes one call. `put` is for the event loop, everything else happens on the executor's thread."""

    def __init__(self, folder: CallFolder, executor: Executor, on_fault: OnFault) -> None:
        self.dropped_frames = 0
        self.dropped_lines = 0
        self._folder = folder
        self._executor = executor
        self._on_fault = on_fault
        self._waiting: deque[Order] = deque()
        self._waiting_frames = 0
        self._waiting_lines = 0
        self._is_at_work = False
        self._lock = Lock()
        self._has_failed = False

    def put(self, orders: Sequence[Order]) -> None:
        """Take orders; never waits. What is too much is dropped and counted."""
        if not orders:
            return
        with self._lock:
            for order in orders:
                if self._has_room(order):
                    self._waiting.append(order)
            is_idle, self._is_at_work = not self._is_at_work, True
        if is_idle:
            try:
                self._executor.submit(self._work)
            except RuntimeError:  # the server is going down and its thread with it: nobody is left who could wait
                self._work()

    def _has_room(self, order: Order) -> bool:
        match order:
            case WriteAudio(samples=samples):
                frames = len(samples) // FRAME_SAMPLES
                if self._waiting_frames and self._waiting_frames + frames > MOST_WAITING_FRAMES:
                    self.dropped_frames += frames
                    return False
                self._waiting_frames += frames
            case WriteLines(lines=lines):
                if self._waiting_lines and self._waiting_lines + len(lines) > MOST_WAITING_LINES:
                    self.dropped_lines += len(lines)
                    return False
                self._waiting_lines += len(lines)
            case Discard():
                self._waiting.clear()
                self._waiting_frames = self._waiting_lines = 0
            case _:
                pass
        return True

    def _work(self) -> None:
        while (order := self._next()) is not None:
            try:
                if isinstance(order, Discard):
                    self._has_failed = False
                    self._folder.delete()
                elif not self._has_failed:
                    self._carry_out(order)
                elif isinstance(order, MaskAgain | SilenceAudio):
                    self._folder.delete()  # it would come to light unmasked at the next start
            except Exception as problem:  # the boundary of the thread: nobody would hear of it otherwise
                self._fail(problem)

    def _next(self) -> Order | None:
        with self._lock:
            if not self._waiting:
                self._is_at_work = False
                return None
            order = self._waiting.popleft()
            if isinstance(order, WriteAudio):
                self._waiting_frames -= len(order.samples) // FRAME_SAMPLES
            elif isinstance(order, WriteLines):
                self._waiting_lines -= len(order.lines)
            return order

    def _carry_out(self, order: Order) -> None:
        match order:
            case WriteAudio(from_frame, samples):
                if not self._folder.write_audio(from_frame, samples):
                    self.dropped_frames += len(samples) // FRAME_SAMPLES
            case SilenceAudio(sides, from_frame, to_frame):
                self._must(lambda: self._folder.silence(sides, from_frame, to_frame))
            case WriteLines(file, lines):
                self._folder.write_lines(file, lines)
            case MaskAgain(vault):
                self._must(lambda: self._folder.rewrite(lambda file, line: remasked(file, line, vault)))
            case Finish(about):
                dropped = about.get("dropped_frames", 0) + self.dropped_frames
                is_whole = bool(about.get("is_whole", True)) and not self.dropped_lines
                self._folder.finish({**about, "dropped_frames": dropped, "is_whole": is_whole})
            case Discard():
                self._folder.delete()
            case _:
                assert_never(order)

    def _must(self, mask: Callable[[], None]) -> None:
        """Mask, or delete what cannot be masked."""
        try:
            mask()
        except Exception:
            self._folder.delete()
            raise

    def _fail(self, problem: Exception) -> None:
        self._has_failed = True
        self._folder.close()
        self._on_fault("recording-failed", problem)


def remasked(file: LinesFile, line: str, vault: Vault) -> str:
    """Return a line that was written before all values were known, masked by those that are known now."""
    try:
        data = json.loads(line)
    except ValueError:
        return line
    match file, data:
        case "events", {"event": dict() as event}:
            return json.dumps({**data, "event": masked_event(event, vault)}, ensure_ascii=False)
        case "inputs", [str() as kind, int() as at_ms, dict() as content]:
            return body_line([kind, at_ms, masked_input(content, vault)])
        case _:
            return line
