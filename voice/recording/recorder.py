"""The recorder of one call: brings the assistant's audio to 16 kHz, asks the assembly, and hands its orders on."""

from __future__ import annotations

import numpy as np

from dialogue.events import DialogueEvent
from voice.audio import FRAME_MS, FRAME_SAMPLES, LISTEN_RATE_HZ
from voice.events import CallEvent
from voice.ports import Pcm
from voice.recording.assembly import Assembly
from voice.recording.writer import RecordingWriter
from voice.resampling import Resampler
from voice.turns.inputs import TurnInput

PRIMING_SAMPLES = LISTEN_RATE_HZ * 2 // 1000
"""2 ms of silence before everything else make up for what the resampler holds back, so that every 20 ms in give 20 out;
they are the most by which the assistant's side can be late."""


class CallRecorder:
    """Implements `voice.recording.port.Recorder`; on the event loop, without I/O: 41 to 50 µs for 20 ms of both sides
    (measured, one core of a 2-core machine under load 8, the assistant at 48 kHz). Where three sensitive values are
    known, a second of the call costs 0.8 ms in the median and 5 at most, in the second in which a turn is settled that
    had fifteen partial transcripts (measured, load 4; 45 and 52 ms where every span was judged anew each second)."""

    def __init__(self, assembly: Assembly, writer: RecordingWriter, output_rate_hz: int) -> None:
        self._assembly = assembly
        self._writer = writer
        self._rate_hz = output_rate_hz
        self._resampler = Resampler(LISTEN_RATE_HZ)
        self._resampled: Pcm = np.zeros(PRIMING_SAMPLES if output_rate_hz != LISTEN_RATE_HZ else 0, dtype=np.int16)
        self._is_closed = False

    def heard(self, samples: Pcm, ended_ms: int) -> None:
        """Take 20 ms of the caller that ended at this audio time."""
        if not self._is_closed:
            self._writer.put(self._assembly.heard(samples, ended_ms))

    def played(self, samples: Pcm, begins_ms: int) -> None:
        """Take what was handed to the transport, which is heard from this audio time on."""
        ready = self._resampler.convert(samples, self._rate_hz)
        waiting = np.concatenate([self._resampled, ready]) if len(self._resampled) else ready
        count = len(waiting) // FRAME_SAMPLES
        for index in range(count):
            frame = waiting[index * FRAME_SAMPLES : (index + 1) * FRAME_SAMPLES]
            self._assembly.played(frame, begins_ms + index * FRAME_MS)
        self._resampled = waiting[count * FRAME_SAMPLES :]

    def sentence(self, text: str, begins_ms: int) -> None:
        """Take the beginning of a sentence of the assistant."""
        self._assembly.sentence(text, begins_ms)

    def event(self, event: CallEvent | DialogueEvent) -> None:
        """Take an event of the call."""
        if not self._is_closed:
            self._writer.put(self._assembly.event(event))

    def logged(self, event: DialogueEvent) -> None:
        """Take an event of the conversation's log."""
        if not self._is_closed:
            self._writer.put(self._assembly.logged(event))

    def turn_input(self, given: TurnInput) -> None:
        """Take what turn-taking is given."""
        if not self._is_closed:
            self._assembly.turn_input(given)

    def close(self) -> None:
        """End the recording; the writer finishes it in the background."""
        if not self._is_closed:
            self._is_closed = True
            self._writer.put(self._assembly.close())
