"""Options of a spoken run: what they mean, and what is said when they mean nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dialogue.testing.voice_keys import Noise
from studio.spoken_tests.errors import SpokenOptionInvalid
from studio.spoken_tests.plan import SpokenOptions, plan_of
from voice.synthetic_callers.manner import SpeedRange

VOICES = ("joe", "amy")


def speakers(voices: str) -> list[str]:
    return [speaker.name for speaker in plan_of(SpokenOptions(voices)).manners(VOICES).speakers]


def test_the_defaults_are_one_plain_voice():
    plan = plan_of(SpokenOptions())

    assert speakers("") == ["joe"]
    assert (plan.speed, plan.noise, plan.codec, plan.parallel) == (SpeedRange(1, 1), Noise(), "opus", 1)


def test_voices_are_a_number_names_or_files():
    assert speakers("3") == ["joe", "amy", "joe-low"]
    assert speakers("amy-soft, joe") == ["amy-soft", "joe"]
    assert speakers("some/en_US-amy-medium.onnx") == ["amy"]
    assert plan_of(SpokenOptions("joe,x/amy.onnx")).files == (Path("x/amy.onnx"),)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"speed": "fast"}, "--speed: 'fast' is no speed"),
        ({"speed": "1.2..0.9"}, "0.85..1.2"),
        ({"noise": "rain"}, "--noise: 'rain' is no noise: type babble:20"),
        ({"codec": "gsm"}, "--codec: 'gsm' is none of opus, mulaw"),
        ({"parallel": 0}, "--parallel: 0 calls at once"),
        ({"parallel": 1000}, "--parallel"),
        ({"voices": "0"}, "--voices: type how many voices"),
        ({"voices": "1" * 5_000}, "--voices: type how many voices"),
    ],
)
def test_what_cannot_be_is_told_by_its_option(options, told: str):
    with pytest.raises(SpokenOptionInvalid) as raised:
        plan_of(replace(SpokenOptions(), **options))

    assert told in str(raised.value)


def test_a_voice_that_there_is_not_is_told_with_those_there_are():
    with pytest.raises(SpokenOptionInvalid, match=r"no voice 'bob': type one of joe, amy, joe-low"):
        speakers("bob")
