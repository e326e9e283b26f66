"""The bench without a call: what it makes of scripted voice activity and recognition."""

from __future__ import annotations

import numpy as np

from tests.bench.overlap_replay import LEAD_MS, Echo, Outcome, Replay, Reply, over_a_reply
from tests.support.call import LevelVoiceActivity
from tests.support.wav import tone
from tests.voice.turns.test_echo_gate import babbling
from voice.audio import LISTEN_RATE_HZ

SAID = Reply("Records are kept for ten years.")


def outcome(text: str, duration_ms: int, log_probability: float = -0.2) -> Outcome:
    replay = Replay(LevelVoiceActivity(), lambda audio, is_partial: (text, log_probability), SAID)
    return replay.run(over_a_reply(tone(duration_ms)))


def test_words_stop_a_reply_and_a_nod_does_not() -> None:
    stopped, nodded = outcome("No, wait.", 500), outcome("Mm-hmm.", 500)
    assert stopped.is_stopped
    assert not nodded.is_stopped
    assert nodded.pauses == 1
    assert nodded.resumed_ms is not None
    assert nodded.dropped == ("backchannel",)
    assert [kind for kind, _, _ in stopped.texts].count("final") == 1


def test_times_count_from_the_first_sample_of_the_sound() -> None:
    found = outcome("Mm-hmm.", 500)
    assert found.paused_ms is not None
    assert 40 <= found.paused_ms <= 120
    assert found.resumed_ms is not None
    assert 500 <= found.resumed_ms <= 1_000


def test_an_echo_comes_back_only_while_the_reply_is_played() -> None:
    audio = babbling(1, 6_000, LISTEN_RATE_HZ).astype(np.int16)
    line = np.zeros((LEAD_MS + 4_000) * 16, np.int16)
    found = {}
    for is_gated in (False, True):
        echo = Echo(audio, gain_db=-12.0, is_gated=is_gated)
        replay = Replay(LevelVoiceActivity(), lambda audio, is_partial: ("Hmm.", -0.9), SAID, None, echo)
        found[is_gated] = replay.run(line)
    assert found[False].pauses > 2
    assert found[True].pauses <= 1
    assert not found[True].is_stopped
