"""How callers speak is drawn from the seed and from who they are, and from nothing else."""

from __future__ import annotations

import pytest

from dialogue.testing.case import Case, UserStep
from dialogue.testing.voice_keys import Noise, VoiceStep
from voice.synthetic_callers.manner import (
    Manners,
    SpeedRange,
    find_speaker,
    manner_of,
    names_of,
    parse_speed,
    speakers_of,
)

VOICES = ("joe", "amy")


def case(name: str, *steps: UserStep) -> Case:
    return Case("f.yml", name, (f"f.yml::{name}", name), {}, steps, {}, 1)


def step(**told) -> UserStep:
    return UserStep("hi", {}, (), False, 2, VoiceStep(**told))


def test_speakers_are_first_the_voices_and_then_their_variants():
    assert [speaker.name for speaker in speakers_of(VOICES)][:4] == ["joe", "amy", "joe-low", "amy-low"]
    assert find_speaker("amy-soft", VOICES).variant.level_db < 0
    assert find_speaker("amy-shrill", VOICES) is None
    assert len(set(names_of(VOICES))) == len(names_of(VOICES))


def test_a_manner_is_that_of_its_case_however_many_run_with_it():
    manners = Manners(speakers_of(VOICES), SpeedRange(0.85, 1.2), Noise("white", 15), "mulaw", seed=3)
    first = [manner_of(case(name), 1, step(), manners, VOICES) for name in "abcdefghij"]
    again = [manner_of(case(name), 1, step(), manners, VOICES) for name in reversed("abcdefghij")][::-1]

    assert first == again
    assert len({manner.speaker.name for manner in first}) > 2
    assert len({manner.speed for manner in first}) > 5
    assert all(0.85 <= manner.speed <= 1.2 for manner in first)


def test_all_steps_of_a_case_have_one_speaker_and_each_its_speed():
    manners = Manners(speakers_of(VOICES), SpeedRange(0.85, 1.2))
    drawn = [manner_of(case("a"), index, step(), manners, VOICES) for index in range(8)]

    assert len({manner.speaker for manner in drawn}) == 1
    assert len({manner.speed for manner in drawn}) > 4


def test_another_seed_draws_otherwise():
    drawn = [
        [manner_of(case(name), 1, step(), Manners(speakers_of(VOICES), seed=seed), VOICES).speaker for name in "abcdef"]
        for seed in (1, 2)
    ]

    assert drawn[0] != drawn[1]


def test_what_a_step_says_goes_first():
    told = step(voice="amy-low", speed=0.7, noise=Noise("babble", 10))
    manner = manner_of(case("a"), 1, told, Manners(speakers_of(("joe",))), VOICES)

    assert (manner.speaker.name, manner.speed, str(manner.noise)) == ("amy-low", 0.7, "babble:10")


def test_a_voice_that_there_is_not_is_told_with_those_there_are():
    with pytest.raises(ValueError, match=r"no voice 'bob'.*joe.*amy-low"):
        manner_of(case("a"), 1, step(voice="bob"), Manners(speakers_of(VOICES)), VOICES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", SpeedRange(1, 1)),
        ("0.85..1.2", SpeedRange(0.85, 1.2)),
        ("0.85 - 1.2", SpeedRange(0.85, 1.2)),
        ("1.2..0.85", None),
        ("0.1", None),
        ("3", None),
        ("fast", None),
        ("", None),
        ("1..", None),
    ],
)
def test_speeds_are_read_or_refused(text: str, expected: SpeedRange | None):
    assert parse_speed(text) == expected
