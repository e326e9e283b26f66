"""A call's log folded into turns: the JSON that programs rely on."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.support.wav import join, silence, tone
from tests.voice.caller.test_timeline import packets_of
from voice.caller.clock import Pong
from voice.caller.log import CallLog, ServerEvent, Spoken
from voice.caller.report import make_record
from voice.caller.wav import make_utterance

NAMES = ["a.wav", "b.wav"]
ASKED = make_utterance(join(silence(100), tone(300), silence(100)), 48_000, "a.wav")
"""Spoken from 2000 ms on: its last audible sample is at 2400 ms."""


def event(at_ms: float, kind: str, **fields: object) -> ServerEvent:
    return ServerEvent(at_ms, {"type": kind, **fields})


LATENCY = event(
    3_010,
    "latency_measured",
    reply_id=1,
    gap_ms=560,
    parts={"endpoint": 300, "recognition": 200, "understanding": 0, "flow": 10, "first_audio": 50},
    speech_end_ms=12_425,
    first_audio_ms=12_985,
)
EVENTS = (
    event(200, "assistant_said", text="Hello."),
    event(2_700, "turn_ended", text="send money", revision=1),
    event(2_750, "user_said", text="send money"),
    event(2_751, "slot_set", name="amount", value=50),
    event(2_752, "action_executed", name="action_pay"),
    event(2_760, "assistant_said", text="To whom?"),
    event(2_761, "assistant_said", text="And when?"),
    LATENCY,
    event(3_500, "slot_set", name="amount", value=60),
)


def make_log() -> CallLog:
    received = join(silence(400), tone(400), silence(2_200), tone(600), silence(400))
    return CallLog(
        call_id="call-1",
        spoken=(Spoken(ASKED, 100),),
        sent_ms=tuple(20.0 + index * 20 for index in range(250)),
        packets=tuple(packets_of(received, begin_ms=0)),
        events=EVENTS,
        pongs=(Pong(100, 104, 10_102),),
        end_ms=5_000,
        ended="caller-hung-up",
    )


def test_the_shape_of_the_json():
    given = json.loads(json.dumps(make_record(make_log(), ["a.wav"]).report.to_json()))
    (turn,) = given["turns"]
    assert turn["heard"] == "send money"
    assert turn["answered"] == "To whom? And when?"
    assert turn["gap_ms"] == pytest.approx(600, abs=12)
    assert set(turn["parts"]) == {
        "endpoint",
        "recognition",
        "understanding",
        "flow",
        "first_audio",
        "transport",
    }
    assert sum(turn["parts"].values()) == pytest.approx(turn["gap_ms"], abs=1)
    assert turn["uplink_ms"] == 25
    assert given["ended"] == "caller-hung-up"
    assert given["greeting"]["lines"] == ["Hello."]
    assert given["greeting"]["start_ms"] == pytest.approx(400, abs=12)
    assert given["slots"] == {"amount": 60}
    assert given["actions"] == ["action_pay"]
    assert given["round_trip_ms"] == 4


def test_a_good_call_is_one_in_which_every_turn_was_answered():
    log = make_log()
    assert make_record(log, ["a.wav"]).report.is_good
    assert not make_record(log, NAMES).report.is_good
    assert not make_record(replace(log, failure="gone"), ["a.wav"]).report.is_good


def test_a_turn_that_was_never_reached_is_listed_unanswered():
    turn = make_record(make_log(), NAMES).report.to_json()["turns"][1]
    assert (turn["said"], turn["heard"], turn["answered"], turn["gap_ms"]) == ("b.wav", "", "", None)


def test_both_voices_lie_on_one_timeline():
    record = make_record(make_log(), ["a.wav"])
    assert len(record.received) == len(record.spoken) == 5_000 * 48
    assert np.flatnonzero(np.abs(record.spoken) > 500)[0] / 48 == pytest.approx(2_100, abs=1)


@pytest.mark.parametrize(
    "change",
    [{"parts": None}, {"parts": {"endpoint": "long"}}, {"speech_end_ms": None}, {"first_audio_ms": "soon"}],
)
def test_a_malformed_measurement_is_left_out(change: dict):
    broken = ServerEvent(LATENCY.at_ms, {**LATENCY.message, **change})
    events = tuple(broken if one is LATENCY else one for one in EVENTS)
    (turn,) = make_record(replace(make_log(), events=events), ["a.wav"]).report.turns
    assert turn.gap is not None
    assert turn.gap.parts == {}
    assert turn.gap.unaccounted_ms == turn.gap.gap_ms


def test_a_call_that_broke_off_while_speaking_still_has_a_report():
    log = replace(make_log(), sent_ms=tuple(20.0 + index * 20 for index in range(103)), packets=(), end_ms=2_100)
    record = make_record(log, ["a.wav"])
    (turn,) = record.report.turns
    assert turn.gap is None
    assert turn.speech_end_ms == 2_400


def test_late_frames_are_counted():
    sent = list(make_log().sent_ms)
    sent[10] += 15
    assert make_record(replace(make_log(), sent_ms=tuple(sent)), ["a.wav"]).report.late_frames == 1
