"""The assistant's own voice come back, as samples: told from the caller by where it came from."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

from tests.support.call import LevelVoiceActivity
from tests.support.timeline import FRAME_MS
from voice.audio import FRAME_SAMPLES, level_db
from voice.turns import effects as turn_effects
from voice.turns import turn_taking as turns
from voice.turns.echo_gate import EchoGate
from voice.turns.inputs import FrameHeard, ReplyChanged
from voice.turns.policy import TurnPolicy
from voice.turns.state import TurnState

PLAYED_RATE_HZ = 22_050


def babbling(seed: int, duration_ms: int, rate_hz: int) -> np.ndarray:
    """Something like a voice: harmonics of a pitch that wanders, in syllables of 200 ms; float, RMS near 3000."""
    chance = np.random.default_rng(seed)
    knots = duration_ms // 100 + 2
    times = np.arange(duration_ms * rate_hz // 1000) / rate_hz
    pitch_hz = np.interp(times, np.arange(knots) / 10, chance.uniform(100, 200, knots))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / rate_hz
    voice = np.zeros(len(times))
    for number in range(1, 18):
        voice += np.sin(number * phase) * np.interp(times, np.arange(knots) / 10, chance.uniform(0, 1, knots)) / number
    return 4_000 * voice * np.abs(np.sin(np.pi * times / 0.2)) ** 0.5


class Room:
    """A reply that is played and comes back so much later and softer, with the tail of a room if there is one."""

    def __init__(self, delay_ms: int = 120, gain_db: float = -20.0, tail_db: float | None = None) -> None:
        duration_ms = 6_000
        self.played = babbling(1, duration_ms, PLAYED_RATE_HZ).astype(np.int16)
        back = babbling(1, duration_ms, 16_000)
        if tail_db is not None:
            answer = np.random.default_rng(5).normal(size=4_000) * np.exp(-6.9 * np.arange(4_000) / 4_000)
            answer *= 10 ** (tail_db / 20) / np.sqrt(np.sum(answer**2))
            answer[0] = 1.0
            back = np.convolve(back, answer)[: len(back)]
        delayed = np.concatenate((np.zeros(delay_ms * 16), back))[: len(back)]
        noise = np.random.default_rng(2).normal(scale=20, size=len(back))
        self.heard = delayed * 10 ** (gain_db / 20) + noise

    def verdicts(self, caller: np.ndarray | None = None, at_ms: int = 0) -> list[bool]:
        """What the gate says of each frame, with a caller (16 kHz) from some moment on."""
        heard = self.heard.copy()
        if caller is not None:
            heard[at_ms * 16 : at_ms * 16 + len(caller)] += caller
        gate, found = EchoGate(), []
        for number in range(len(heard) // FRAME_SAMPLES):
            gate.play(self.played[number * 441 : number * 441 + 441], PLAYED_RATE_HZ)
            frame = heard[number * FRAME_SAMPLES : (number + 1) * FRAME_SAMPLES]
            gate.hear(np.clip(frame, -32_768, 32_767).astype(np.int16))
            found.append(gate.is_echo())
        return found


@pytest.mark.parametrize("gain_db", [-10.0, -20.0, -30.0])
@pytest.mark.parametrize("delay_ms", [40, 120, 600])
def test_an_echo_is_known_within_half_a_second_and_from_then_on_told(delay_ms: int, gain_db: float) -> None:
    found = Room(delay_ms, gain_db).verdicts()
    known = (delay_ms + 500) // FRAME_MS
    assert sum(found[known:]) >= 0.8 * len(found[known:])  # between syllables nothing is audible


def test_an_echo_with_the_tail_of_a_room_is_told() -> None:
    found = Room(tail_db=-6.0).verdicts()
    assert sum(found[40:]) >= 0.85 * len(found[40:])


def test_a_caller_over_their_echo_is_heard() -> None:
    caller = babbling(9, 800, 16_000)
    found = Room().verdicts(caller, at_ms=3_000)
    spoken = found[150:190]
    assert sum(spoken) <= 0.1 * len(spoken)


def test_a_caller_without_an_echo_is_heard_from_the_beginning() -> None:
    room = Room()
    room.heard = babbling(9, 6_000, 16_000)
    assert sum(room.verdicts()) == 0


def test_a_line_that_stops_bringing_it_back_is_forgotten() -> None:
    gate = EchoGate()
    room = Room()
    room.heard[32_000:] = babbling(9, 4_000, 16_000)
    for number in range(299):
        gate.play(room.played[number * 441 : number * 441 + 441], PLAYED_RATE_HZ)
        gate.hear(room.heard[number * FRAME_SAMPLES : (number + 1) * FRAME_SAMPLES].astype(np.int16))
        gate.is_echo()
        if number == 90:
            assert gate.is_known
    assert not gate.is_known


@pytest.mark.parametrize(("is_gated", "least", "most"), [(False, 3, 99), (True, 0, 1)])
def test_a_reply_does_not_hold_itself_again_and_again(is_gated: bool, least: int, most: int) -> None:
    """In a loop: what is paused is not played and does not come back. Without the gate it stutters."""
    played, back = babbling(1, 6_000, 16_000).astype(np.int16), deque([np.zeros(FRAME_SAMPLES)] * 6)
    gate, activity, state = EchoGate(), LevelVoiceActivity(), TurnState()
    state, _ = turns.step(state, ReplyChanged(1), TurnPolicy())
    is_playing, position, pauses = True, 0, 0
    for at_ms in range(FRAME_MS, 6_000, FRAME_MS):
        out = played[position : position + FRAME_SAMPLES] if is_playing else np.zeros(FRAME_SAMPLES, np.int16)
        position += FRAME_SAMPLES * is_playing
        gate.play(out, 16_000)
        back.append(out * 0.1)
        heard = back.popleft().astype(np.int16)
        gate.hear(heard)
        is_echo = gate.is_echo() and is_gated
        probability = 0.0 if is_echo else activity.feed((heard * 4).astype(np.int16))
        state, effects = turns.step(
            state, FrameHeard(at_ms, probability, None if is_echo else level_db(heard)), TurnPolicy()
        )
        for effect in effects:
            is_playing = {turn_effects.PauseReply: False, turn_effects.ResumeReply: True}.get(type(effect), is_playing)
            pauses += isinstance(effect, turn_effects.PauseReply)
    assert least <= pauses <= most


def test_silence_and_empty_frames_are_no_echo() -> None:
    gate = EchoGate()
    gate.play(np.zeros(441, np.int16), PLAYED_RATE_HZ)
    gate.play(np.zeros(0, np.int16), PLAYED_RATE_HZ)
    for frame in (np.zeros(FRAME_SAMPLES, np.int16), np.full(FRAME_SAMPLES, 32_767, np.int16)):
        gate.hear(frame)
        assert not gate.is_echo()


def test_it_may_be_asked_seldom() -> None:
    """Frames that nobody asked about are no hole in what was played."""
    room, gate = Room(), EchoGate()
    found = []
    for number in range(299):
        gate.play(room.played[number * 441 : number * 441 + 441], PLAYED_RATE_HZ)
        gate.hear(room.heard[number * FRAME_SAMPLES : (number + 1) * FRAME_SAMPLES].astype(np.int16))
        if number < 60 or number >= 240:  # 3.6 s between
            found.append(gate.is_echo())
    assert sum(found[65:]) >= 0.8 * len(found[65:])


def test_a_way_that_becomes_longer_is_found_again() -> None:
    room = Room()
    later = np.concatenate((room.heard[:48_000], np.zeros(16 * 60), room.heard[48_000:]))
    room.heard = later[: len(room.heard)]
    found = room.verdicts()
    assert sum(found[190:]) >= 0.8 * len(found[190:])
