"""The inputs of turn-taking as lines: every type goes through, and every threshold is on the same side."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.effects import Dtmf, Expectation
from voice.recording.errors import RecordingUnreadable
from voice.recording.inputs import (
    TimedInput,
    body_line,
    frames_line,
    header_line,
    input_body,
    read_header,
    read_inputs,
)
from voice.turns.inputs import (
    CommandsReady,
    CommitNow,
    FrameHeard,
    PartialReady,
    QuestionChanged,
    RecognitionFailed,
    ReplyAudible,
    ReplyChanged,
    TranscriptReady,
    TurnInput,
    TurnJudged,
)
from voice.turns.policy import TurnPolicy

QUESTION = Expectation("category", "card", "block", "ask", ("Debit", "Credit"), True, {"*": 4.0}, Dtmf(4, None, False))
EACH = [
    PartialReady(100, "hello"),
    TranscriptReady(1, "héllo", -0.25),
    TurnJudged(1, 0.75),
    CommandsReady(2, True, True),
    RecognitionFailed(2, "gone"),
    ReplyChanged(3, False),
    ReplyChanged(None),
    ReplyAudible(3, True),
    QuestionChanged(QUESTION, False),
    CommitNow(),
]


@pytest.mark.parametrize("given_input", EACH, ids=lambda one: type(one).__name__)
def test_every_input_comes_back_as_it_was(given_input: TurnInput):
    timed = TimedInput(120, given_input)
    assert list(read_inputs([body_line(input_body(timed))])) == [timed]


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=300), st.integers(0, 5_000))
def test_probabilities_stay_on_their_side_of_every_threshold(probabilities, steps):
    threshold = steps / 5_000
    read = list(read_inputs([frames_line(20, probabilities)]))

    assert [timed.at_ms for timed in read] == [20 + 20 * index for index in range(len(probabilities))]
    for timed, probability in zip(read, probabilities, strict=True):
        assert isinstance(timed.given, FrameHeard)
        assert (timed.given.speech_probability >= threshold) == (probability >= threshold)


def test_the_thresholds_of_the_call_stand_first():
    policy = TurnPolicy(certain_wait_ms=123)
    assert read_header(header_line(policy)) == json.loads(json.dumps(asdict(policy)))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "null",
        '["f",0,["x"]]',
        '["f",0,[20000]]',
        '["f","0",[1]]',
        '["no_such_input",0,{}]',
        '["turn_judged",0,{"revision":1}]',
        '["turn_judged",0,{"revision":"1","probability":0.5}]',
        '["turn_judged",0,{"revision":true,"probability":0.5}]',
        '["question_changed",0,{"expectation":[]}]',
        '["question_changed",0,{"expectation":{"kind":"nonsense"}}]',
        "[" * 100_000,
    ],
)
def test_what_is_no_input_is_told_with_its_line(line):
    with pytest.raises(RecordingUnreadable, match=r"inputs\.jsonl\.gz line 3"):
        list(read_inputs([frames_line(20, [0.5]), line]))


@pytest.mark.parametrize("line", ["[]", '{"version":2,"policy":{}}', '{"version":1}', "x"])
def test_an_unknown_header_is_refused(line):
    with pytest.raises(RecordingUnreadable):
        read_header(line)
