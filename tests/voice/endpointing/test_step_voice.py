"""What a step says under `voice:`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.model import Assistant, Branch, CollectTask, Flow, NoopTask, Step
from flows.places import Place
from voice.endpointing.step_voice import KEYS, StepVoice, StepVoiceInvalid, check_step_voices, read_step_voice


def test_all_keys_are_read():
    given = {"expects": "digits", "length": [13, 15], "wait_ms": 900, "max_turn_ms": 40_000, "interruptible": False}

    assert read_step_voice(given) == StepVoice("digits", (13, 14, 15), 900, 40_000, is_interruptible=False)


def test_nothing_said_leaves_everything_to_the_flow():
    assert read_step_voice({}) == StepVoice()


def test_one_length_is_exactly_that_many():
    assert read_step_voice({"length": 10}).lengths == (10,)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"expect": "digits"}, "did you mean 'expects'"),
        ({"sparkle": 1}, "there is expects, length"),
        ({"expects": "numbers"}, "expects is one of yes_no, category, digits"),
        ({"expects": ["digits"]}, "expects is one of"),
        ({"length": 0}, "from 1 to 64"),
        ({"length": True}, "from 1 to 64"),
        ({"length": [6, 4]}, "[least, most]"),
        ({"length": [1, 2, 3]}, "[least, most]"),
        ({"length": [4, "six"]}, "[least, most]"),
        ({"length": 10**12}, "from 1 to 64"),
        ({"expects": "yes_no", "length": 3}, "length goes with expects: digits"),
        ({"wait_ms": "long"}, "wait_ms is a whole number of milliseconds"),
        ({"wait_ms": -1}, "from 0 to 30000"),
        ({"wait_ms": 1.5}, "wait_ms is a whole number"),
        ({"max_turn_ms": 1}, "from 1000 to 600000"),
        ({"interruptible": "no"}, "interruptible is true or false"),
    ],
)
def test_what_cannot_be_read_says_what_may_stand_there(given, message):
    with pytest.raises(StepVoiceInvalid) as raised:
        read_step_voice(given)

    assert message in str(raised.value)
    assert len(str(raised.value)) < 300


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*KEYS, "other"]), json, max_size=5))
def test_whatever_stands_there_is_read_or_refused_in_words(given):
    message = "voice: read"
    try:
        read_step_voice(given)
    except StepVoiceInvalid as error:
        message = str(error)

    assert message.startswith("voice: ")


def assistant_with(*steps: Step) -> Assistant:
    return Assistant("a", "a", ".", "en", {"f": Flow("f", "f", "", steps)}, {}, {})


def test_findings_say_where_the_step_stands():
    place = Place("data/flows.yml", 7, 5)
    wrong = Step("ask", "f", 0, CollectTask("x"), (Branch(None, "END"),), {"expects": "numbers"}, place=place)

    (finding,) = check_step_voices(assistant_with(wrong))

    assert str(finding).startswith(
        "data/flows.yml:7:5: error [step-voice-invalid] step 'ask' of flow 'f': voice: expects"
    )


def test_a_voice_on_a_step_that_collects_nothing_is_a_warning():
    idle = Step("on", "f", 0, NoopTask(), (Branch(None, "END"),), {"wait_ms": 900})
    fine = Step("ask", "f", 1, CollectTask("x"), (Branch(None, "END"),), {"wait_ms": 900})

    assert [finding.severity for finding in check_step_voices(assistant_with(idle, fine))] == ["warning"]
