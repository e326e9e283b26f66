"""The caller's sound on its way to turn-taking: heard, recorded, and kept back where it is no speech of theirs.

played frames ─→ EchoGate ─┐
caller's frames ─→ voice activity ─→ is it our own voice, come back? ─→ attendance ─→ the frame for turn-taking
"""

from __future__ import annotations

from dataclasses import replace

from voice.calls.attending import Attending
from voice.calls.listening import Listening
from voice.link import FrameArrived
from voice.ports import Pcm
from voice.recording.port import Recorder
from voice.turns.echo_gate import EchoGate
from voice.turns.inputs import FrameHeard
from voice.turns.policy import TurnPolicy
from voice.turns.state import TurnState


class Microphone:
    """Of one call."""

    def __init__(
        self, listening: Listening, attending: Attending, policy: TurnPolicy, recorder: Recorder | None
    ) -> None:
        self._listening = listening
        self._attending = attending
        self._policy = policy
        self._recorder = recorder
        self._echo = EchoGate()

    def play(self, samples: Pcm, rate_hz: int) -> None:
        """Take 20 ms of what the caller is sent, silence too: it may come back."""
        self._echo.play(samples, rate_hz)

    def hear(self, arrived: FrameArrived, turns: TurnState, sound: tuple[bool, bool]) -> FrameHeard:
        """Take 20 ms of the caller. `sound`: whether they hear the assistant in them, and whether that is a filler."""
        frame = self._listening.hear(arrived.samples, arrived.received_ms)
        if self._recorder is not None:
            self._recorder.heard(arrived.samples, frame.at_ms)
        self._echo.hear(arrived.samples)
        # Asked of what sounds like speech alone, since it costs more than all else that is done for a frame.
        is_voiced = frame.speech_probability >= self._policy.speech_off_probability
        is_echo = is_voiced and self._echo.is_echo()
        if is_echo:
            frame = replace(frame, speech_probability=0.0)
        self._attending.hear(frame, turns, self._policy, sound, is_real=arrived.is_real)
        if is_echo or not self._attending.hears:
            return replace(frame, speech_probability=0.0, level_db=None)
        return frame
