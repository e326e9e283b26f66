"""What a caller's microphone sent, and how a call without sound is measured."""

from __future__ import annotations

import numpy as np

from voice.caller.log import CallLog, Spoken
from voice.caller.wav import Utterance
from voice.synthetic_callers.measured import MeasuredStep, measure_call, sent_audio
from voice.synthetic_callers.script import HeldCall, Taken

WORDS = Utterance("words", np.full(960 * 2, 1_000, np.int16), 960 * 2)
SENT_MS = [100.0 + 20 * index for index in range(20)]


def call(background=None, utterance: Utterance = WORDS) -> HeldCall:
    log = CallLog("c", (Spoken(utterance, 5),), SENT_MS, (), (), (), 500.0, "caller-hung-up")
    taken = (Taken(0, 0.0, ()), Taken(1, 200.0, (), 0), Taken(2, 400.0, (), message_ms=401.0, since_ms=390.0))
    return HeldCall(log, taken, background)


def test_words_stand_where_they_were_spoken_and_noise_from_the_first_frame_on():
    quiet, noisy = sent_audio(call()), sent_audio(call(np.full(7, 30, np.int16)))

    assert np.flatnonzero(quiet)[[0, -1]].tolist() == [180 * 48, 220 * 48 - 1]
    assert np.flatnonzero(noisy)[0] == 80 * 48
    assert noisy[190 * 48] == 1_030
    assert noisy[-1] == 30


def test_noise_does_not_wrap_around():
    loud = Utterance("loud", np.full(960, 32_700, np.int16), 960)

    assert sent_audio(call(np.full(9, 500, np.int16), loud)).max() == 32_767


def test_where_nothing_was_audible_there_is_no_gap():
    measured = measure_call(call())

    assert measured.steps == {number: MeasuredStep() for number in range(3)}
    assert measured.late_frames == 0
