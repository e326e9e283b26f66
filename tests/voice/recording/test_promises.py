"""What a recorder promises in whatever order things come: nothing of refused calls, no values, no exceptions."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.events import AssistantSaid, UserSaid
from flows.commands import SetSlot
from flows.effects import Expectation
from flows.events import SlotSet
from tests.support.log_events import any_event
from tests.voice.recording.talking import ANSWER, DATE, VOICE, everything, files_below, new_recorder
from voice.events import (
    BargeIn,
    PartialTranscript,
    ReplyFinished,
    ReplyStarted,
    SpeechPaused,
    SpeechStarted,
    TurnDropped,
    TurnEnded,
    TurnRetracted,
)
from voice.recording.policy import RecordingPolicy
from voice.recording.reading import read_recording
from voice.turns.inputs import FrameHeard, QuestionChanged, TranscriptReady

TIMES = st.integers(0, 20_000)
EVENTS = st.one_of(
    st.builds(SpeechStarted, TIMES),
    st.builds(SpeechPaused, st.integers(0, 3), TIMES),
    st.builds(PartialTranscript, st.text(max_size=9), TIMES),
    st.builds(TurnEnded, st.integers(0, 3), st.sampled_from(["my pin is 48151623", "", "yes"]), TIMES, TIMES),
    st.builds(TurnDropped, st.integers(0, 3), st.just("noise"), TIMES),
    st.builds(TurnRetracted, st.integers(0, 3), TIMES),
    st.builds(ReplyStarted, st.integers(0, 3), TIMES),
    st.builds(ReplyFinished, st.integers(0, 3), TIMES, TIMES),
    st.builds(BargeIn, st.integers(0, 3), TIMES, TIMES),
)
SETS_PIN = UserSaid("my pin is 48151623", (SetSlot("pin", "48151623"),), "llm")
LOGGED = st.one_of(
    any_event(),
    st.sampled_from([SETS_PIN, SlotSet("pin", "48151623"), AssistantSaid("It is 4815 1623.")]),
    st.sampled_from([SlotSet("recording_consent", True), SlotSet("recording_consent", False)]),
)
INPUTS = st.one_of(
    st.builds(FrameHeard, TIMES, st.floats(0, 1)),
    st.builds(QuestionChanged, st.builds(Expectation, st.just("text"), st.sampled_from([None, "pin", "amount"]))),
    st.builds(TranscriptReady, st.integers(0, 3), st.just("my pin is 48151623"), st.just(-0.1)),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("event"), EVENTS),
        st.tuples(st.just("logged"), LOGGED),
        st.tuples(st.just("turn_input"), INPUTS),
        st.tuples(st.just("heard"), st.integers(1, 80)),
        st.tuples(st.just("sentence"), st.just("It is 4815 1623.")),
    ),
    max_size=40,
)


@settings(deadline=None, max_examples=100)
@given(STEPS, st.sampled_from(["none", "ask", "announce"]))
def test_whatever_comes_in_whatever_order_the_recorder_goes_on_and_keeps_its_promises(tmp_path_factory, steps, mode):
    root = tmp_path_factory.mktemp("calls")
    recorder = new_recorder(root, policy=RecordingPolicy(enabled=True, consent=mode), sensitive=["pin"])
    now_ms, consents = 0, [True] if mode == "none" else []
    for kind, what in steps:
        if kind == "heard":
            for _ in range(what):
                now_ms += 20
                recorder.heard(VOICE, now_ms)
                recorder.played(ANSWER, now_ms)
        elif kind == "sentence":
            recorder.sentence(what, now_ms)
        else:
            getattr(recorder, kind)(what)
        if isinstance(what, SlotSet) and what.name == "recording_consent":
            consents.append(what.value)
        if (consents or [False])[-1] is False:
            assert files_below(root) == []
    recorder.close()
    told = everything(root)

    assert len(files_below(root)) in (0, 4)
    if any(kind == "logged" and what in (SETS_PIN, SlotSet("pin", "48151623")) for kind, what in steps):
        assert "4815" not in told
    if files_below(root):
        read_recording(root / DATE / "call-1").turn_inputs()
