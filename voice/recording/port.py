"""The port between a call and whoever records it. A call without a recorder has None in its place."""

from __future__ import annotations

from typing import Protocol

from dialogue.events import DialogueEvent
from voice.events import CallEvent
from voice.ports import Pcm
from voice.turns.inputs import TurnInput


class Recorder(Protocol):
    """Takes everything that happens in one call. No method blocks, waits or raises; all run on the event loop."""

    def heard(self, samples: Pcm, ended_ms: int) -> None:
        """Take 20 ms of the caller (320 samples int16, 16 kHz) that ended at this audio time, as `FrameHeard` says."""
        ...

    def played(self, samples: Pcm, begins_ms: int) -> None:
        """Take 20 ms as they were handed to the transport, int16 mono at its rate; the caller hears them from
        `begins_ms` of audio time on. Silence is to be told as well."""
        ...

    def sentence(self, text: str, begins_ms: int) -> None:
        """Say that from this audio time on this sentence is being played. Optional: without it the whole reply that
        reads a sensitive value back is silenced, not the sentence alone."""
        ...

    def event(self, event: CallEvent | DialogueEvent) -> None:
        """Take an event of the call. Events of the conversation are not written from here but from its log
        (`logged`), so that a call may hand on whatever it emits."""
        ...

    def logged(self, event: DialogueEvent) -> None:
        """Take an event as the conversation's log got it, in its order."""
        ...

    def turn_input(self, given: TurnInput) -> None:
        """Take what turn-taking is given, before it is."""
        ...

    def close(self) -> None:
        """Say that nothing will come any more, after `call_ended` and the log's last event. The file is finished in
        the background."""
        ...
