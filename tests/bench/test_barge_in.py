"""What is made of a sound over a reply: audio and events in, a verdict out."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from tests.bench.barge_in import Take, is_whole, medleys
from tests.bench.barge_in_figures import Interrupted, Part, as_text, judge_call, summarise
from tests.bench.machine import describe_machine, load_average
from tests.bench.nods import hum
from tests.bench.sounds import KINDS, make_sound
from tests.support.wav import join, silence, tone
from voice.caller.log import CallLog, ServerEvent, Spoken
from voice.caller.report import CallRecord
from voice.caller.wav import make_utterance

ASKED = make_utterance(tone(500), 48_000, "read it")
PUT_IN = make_utterance(tone(600), 48_000, "stop")
ASKED_MS, PUT_IN_MS = 1_000, 4_000
"""When the two are spoken; the reply is played from 2000 ms on."""


def event(at_ms: float, kind: str, **fields: object) -> ServerEvent:
    return ServerEvent(at_ms, {"type": kind, **fields})


def record(received: np.ndarray, *events: ServerEvent, put_in=PUT_IN) -> CallRecord:
    sent = tuple(20.0 + index * 20 for index in range(500))
    log = CallLog(
        call_id="call-1",
        spoken=(Spoken(ASKED, ASKED_MS // 20), Spoken(put_in, PUT_IN_MS // 20)),
        sent_ms=sent,
        packets=(),
        events=(event(2_000, "reply_started", reply_id=2), *events),
        pongs=(),
        end_ms=9_000,
        ended="caller-hung-up",
    )
    return CallRecord(log, None, received, received)  # type: ignore[arg-type]


def reply(*spans_ms: tuple[int, int]) -> np.ndarray:
    """Sound at the client in these spans."""
    pieces, at_ms = [], 0
    for start_ms, end_ms in spans_ms:
        pieces += [silence(start_ms - at_ms), tone(end_ms - start_ms)]
        at_ms = end_ms
    return join(*pieces, silence(9_000 - at_ms))


def whole(kind: str, utterance=PUT_IN) -> Part:
    return Part(kind, utterance.name, 0, len(utterance.samples))


def test_words_are_measured_from_their_onset_to_the_last_sound_of_the_reply():
    stopped = record(reply((2_000, 4_180), (5_200, 6_000)), event(4_200, "barge_in", reply_id=2, heard_ms=2_180))
    (found,) = judge_call(stopped, [[whole("words")]])
    assert (found.silent_ms, found.quiet_ms, found.is_stopped) == (180, 180, True)


def test_a_reply_that_pauses_and_goes_on_under_the_words_is_silent_only_at_its_end():
    hesitant = record(reply((2_000, 4_150), (4_400, 4_700)), event(4_700, "barge_in", reply_id=2, heard_ms=2_400))
    (found,) = judge_call(hesitant, [[whole("words")]])
    assert (found.silent_ms, found.quiet_ms) == (700, 150)


def test_words_into_a_pause_of_the_reply_say_nothing_of_how_soon_it_is_silent():
    (found,) = judge_call(record(reply((2_000, 3_700))), [[whole("words")]])
    assert found.silent_ms is None
    assert found.is_over_reply


def test_a_noise_holds_the_reply_and_it_goes_on():
    held = record(
        reply((2_000, 4_200), (4_850, 7_000)),
        event(4_150, "reply_paused", reply_id=2),
        event(4_845, "reply_resumed", reply_id=2, reason="noise"),
        event(7_000, "reply_finished", reply_id=2),
    )
    (found,) = judge_call(held, [[whole("cough")]])
    assert (found.is_paused, found.is_stopped, found.is_lost) == (True, False, False)
    assert found.resume_ms == 250  # the cough ends at 4600


def test_a_pause_of_the_replys_own_is_not_counted_as_being_held():
    between = record(
        reply((2_000, 4_200), (5_400, 7_000)),
        event(4_150, "reply_paused", reply_id=2),
        event(4_845, "reply_resumed", reply_id=2, reason="noise"),
        event(7_000, "reply_finished", reply_id=2),
    )
    (found,) = judge_call(between, [[whole("cough")]])
    assert found.resume_ms == 365  # the cough ends at 4600; 120 ms may pass on the way


def test_a_reply_that_goes_on_before_the_noise_is_over_has_lost_nothing():
    early = record(
        reply((2_000, 4_100), (4_400, 7_000)),
        event(4_100, "reply_paused", reply_id=2),
        event(4_400, "reply_resumed", reply_id=2, reason="unknown"),
        event(7_000, "reply_finished", reply_id=2),
    )
    (found,) = judge_call(early, [[whole("cough")]])
    assert found.resume_ms == 0


@pytest.mark.parametrize(
    ("events", "is_lost", "is_stopped"),
    [
        ((event(4_100, "reply_paused", reply_id=2),), True, False),
        ((event(4_100, "reply_paused", reply_id=2), event(4_900, "barge_in", reply_id=2)), False, True),
        ((event(7_000, "reply_finished", reply_id=2),), False, False),
        ((event(4_900, "barge_in", reply_id=9),), False, False),
    ],
)
def test_a_reply_that_was_stopped_or_never_went_on_is_told_from_one_that_was_played(events, is_lost, is_stopped):
    (found,) = judge_call(record(reply((2_000, 7_000)), *events), [[whole("door")]])
    assert (found.is_lost, found.is_stopped) == (is_lost, is_stopped)


def test_a_sound_over_no_reply_is_not_counted():
    over = record(reply((2_000, 3_000)), event(3_000, "reply_finished", reply_id=2))
    (found,) = judge_call(over, [[whole("cough")]])
    assert not found.is_over_reply
    assert summarise([found], 1)["missed"] == 1


def test_a_call_that_broke_off_in_the_sound_is_left_out():
    endless = make_utterance(join(tone(600), silence(5_000), tone(100)), 48_000, "long")
    assert judge_call(record(reply((2_000, 4_200)), put_in=endless), [[whole("words", endless)]]) == []


def test_each_of_several_sounds_over_one_reply_is_judged_by_what_happens_before_the_next():
    both = make_utterance(join(tone(300), silence(2_000), tone(600)), 48_000, "mhm, stop")
    parts = [Part("nod", "mhm", 0, 300 * 48), Part("words", "stop", 2_300 * 48, 2_900 * 48)]
    held = record(
        reply((2_000, 4_100), (4_500, 6_450)),
        event(4_080, "reply_paused", reply_id=2),
        event(4_490, "reply_resumed", reply_id=2, reason="backchannel"),
        event(6_380, "reply_paused", reply_id=2),
        event(6_900, "barge_in", reply_id=2, heard_ms=4_000),
        put_in=both,
    )
    nod, words = judge_call(held, [parts])
    assert (nod.name, nod.is_paused, nod.is_stopped, nod.resume_ms) == ("mhm", True, False, 200)
    assert (words.kind, words.is_stopped, words.silent_ms) == ("words", True, 150)


def test_a_sound_after_the_reply_was_stopped_is_over_no_reply():
    both = make_utterance(join(tone(300), silence(2_000), tone(600)), 48_000, "mhm, cough")
    parts = [Part("nod", "mhm", 0, 300 * 48), Part("cough", "cough", 2_300 * 48, 2_900 * 48)]
    stopped = record(reply((2_000, 4_100)), event(4_600, "barge_in", reply_id=2, heard_ms=2_100), put_in=both)
    nod, cough = judge_call(stopped, [parts])
    assert nod.is_stopped
    assert not cough.is_over_reply


def test_takes_are_shared_among_replies_with_their_words_last():
    wanted = [Take(kind, PUT_IN) for kind in ("words", "cough", "nod", "nod", "hum", "words", "door", "nod", "nod")]
    made = medleys(wanted, random.Random(1))
    assert sorted(part.kind for each in made for part in each.parts) == sorted(take.kind for take in wanted)
    assert max(len(each.parts) for each in made) <= 4
    for each in made:
        assert all(part.kind != "words" for part in each.parts[:-1])
        assert len(each.utterance.samples) == each.parts[-1].end


def test_figures_and_both_ways_to_print_them():
    found = [
        Interrupted("words", "stop", True, silent_ms=150, quiet_ms=150, is_stopped=True),
        Interrupted("words", "stop", True, silent_ms=250, quiet_ms=150, is_stopped=False),
        Interrupted("cough", "c", True, is_paused=True, resume_ms=100, is_finished=True),
        Interrupted("cough", "c", True, is_paused=True, is_stopped=True, is_taken_for_turn=True),
        Interrupted("door", "d", True, is_paused=True),
        Interrupted("door", "d", False),
    ]
    result = summarise(found, 7) | {"failed_calls": ["gone"]}
    assert (result["barge_in"]["p50_ms"], result["barge_in"]["not_stopped"]) == (200, 1)
    assert (result["false_barge_in"]["n"], result["false_barge_in"]["stopped"]) == (2, 1)
    assert result["false_barge_in"]["by_kind"]["door"]["stopped"] == 1
    assert result["false_barge_in"]["by_kind"]["cough"]["share"] == 0.5
    assert (result["resume"]["p95_ms"], result["missed"]) == (100, 2)
    assert is_whole(result)
    result["machine"] = describe_machine() | {"load_before": load_average(), "load_after": load_average()}
    assert json.loads(json.dumps(result))["barge_in"]["n"] == 2
    text = as_text(result)
    assert "100.0%" in text
    assert "gone" in text
    assert not is_whole(summarise([], 0))


@pytest.mark.parametrize("kind", KINDS)
def test_sounds_are_sounds_and_repeat_by_their_seed(kind):
    one, again, other = make_sound(kind, 3), make_sound(kind, 3), make_sound(kind, 4)
    assert np.array_equal(one.samples, again.samples)
    assert not np.array_equal(one.samples[:1_000], other.samples[:1_000])
    assert 300 <= len(one.samples) / 48 <= 4_000
    assert 2_000 <= int(np.abs(one.samples).max()) < 32_767


@pytest.mark.parametrize("seed", range(10))
def test_hums_are_hums_and_repeat_by_their_seed(seed):
    one, again = hum(seed), hum(seed)
    assert np.array_equal(one.samples, again.samples)
    assert 150 <= len(one.samples) / 48 <= 1_600
    assert 2_000 <= int(np.abs(one.samples).max()) < 16_000
