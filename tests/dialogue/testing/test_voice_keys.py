"""The keys of spoken tests: what they say, what is wrong with them, and that typed runs do without."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogue.errors import TestsInvalid
from dialogue.testing.runner import Bench, run_case
from dialogue.testing.suite import load_suite
from dialogue.testing.voice_keys import PLAIN, Noise, VoiceStep, parse_noise
from dialogue.testing.voice_notes import voice_notes
from flows.model import Assistant
from tests.support.conversations import SpokenCommands


def cases(tmp_path: Path, steps: str, head: str = ""):
    (tmp_path / "e2e_tests").mkdir(exist_ok=True)
    indented = "\n".join(f"      {line}" for line in steps.strip().splitlines())
    text = f"{head}test_cases:\n  - test_case: one\n    steps:\n{indented}\n"
    (tmp_path / "e2e_tests" / "all.yml").write_text(text)
    return load_suite([], tmp_path)


def only(tmp_path: Path, steps: str, head: str = ""):
    return cases(tmp_path, steps, head).cases[0].steps


def test_every_key_of_a_users_step(tmp_path: Path):
    (step,) = only(
        tmp_path,
        """
- user: pay 4821
  voice: {within_ms: 900, barge_in_at: 1200, say: pay four eight, voice: joe-low, speed: 0.9, noise: "babble:15"}
""",
    )

    assert step.voice == VoiceStep(0, 1200, "pay four eight", "joe-low", 0.9, Noise("babble", 15.0))
    assert [limit.within_ms for limit in step.limits] == [900]
    assert not step.is_silence


def test_silence_is_a_turn_of_its_own_with_its_own_expectations(tmp_path: Path):
    asked, silent = only(
        tmp_path, "- user: hi\n- utter: utter_a\n- silence: 6000\n- utter: utter_b\n  voice: {within_ms: 7000}"
    )

    assert (asked.text, len(asked.wanted)) == ("hi", 1)
    assert (silent.text, silent.voice.silence_ms, silent.is_silence) == (None, 6000, True)
    assert [(limit.within_ms, limit.line) for limit in silent.limits] == [(7000, 8)]
    assert len(silent.wanted) == 1


@pytest.mark.parametrize(
    "steps",
    [
        "- user: hi\n- bot: there\n  within_ms: 800",
        "- user: hi\n- bot: there\n  voice: {within_ms: 800}",
        "- user: hi\n  voice: {within_ms: 800}\n- bot: there",
        "- user: hi\n  assertions: [{within_ms: 800}, {bot_uttered: {text_matches: there}}]",
        "- user: hi\n  assertions: [{within_ms: 800, bot_uttered: {text_matches: there}}]",
    ],
)
def test_a_limit_may_stand_in_five_places(tmp_path: Path, steps: str):
    (step,) = only(tmp_path, steps)

    assert [limit.within_ms for limit in step.limits] == [800]
    assert len(step.wanted) == 1


def test_metadata_carries_the_same_keys_for_other_tools(tmp_path: Path):
    head = "metadata:\n  - hurried: {voice: {speed: 1.2, within_ms: 700}}\n"
    named, over, foreign = only(
        tmp_path,
        "- user: a\n  metadata: hurried\n- user: b\n  metadata: hurried\n  voice: {speed: 0.8}\n"
        "- user: c\n  metadata: {voice: {gender: f}}",
        head,
    )

    assert (named.voice.speed, named.limits[0].within_ms) == (1.2, 700)
    assert (over.voice.speed, over.limits[0].within_ms) == (0.8, 700)
    assert (foreign.voice, foreign.limits) == (PLAIN, ())


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ("- user: hi\n  voice: {bargein_at: 3}", "did you mean 'barge_in_at'"),
        ("- user: hi\n  voice: loud", "`voice` must be a map"),
        ("- user: hi\n  voice: {within_ms: 0}", "whole milliseconds from 1"),
        ("- user: hi\n  voice: {within_ms: 1.5}", "whole milliseconds"),
        ("- user: hi\n  voice: {within_ms: true}", "whole milliseconds"),
        ("- user: hi\n  voice: {barge_in_at: -1}", "whole milliseconds"),
        ("- user: hi\n  voice: {silence_ms: 99999999}", "whole milliseconds"),
        ("- user: hi\n  voice: {speed: 9}", "speed must be a number from 0.5 to 2.0"),
        ("- user: hi\n  voice: {speed: fast}", "speed must be a number"),
        ("- user: hi\n  voice: {noise: rain}", "noise must be babble:dB"),
        ("- user: hi\n  voice: {say: }", "`say` must be a text"),
        ("- user: hi\n  voice: {say: [1]}", "`say` must be a text"),
        ("- user: hi\n  voice: {barge_in_at: 3, silence_ms: 9}", "cannot barge in after a silence"),
        ("- user: hi\n- bot: there\n  voice: {speed: 1}", "voice has no 'speed' here"),
        ("- silence: ", "`silence` needs milliseconds"),
        ("- silence: soon", "silence must be whole milliseconds"),
        ("- silense: 6000", "did you mean 'silence'"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, steps: str, told: str):
    with pytest.raises(TestsInvalid) as raised:
        cases(tmp_path, steps)

    assert told in str(raised.value)
    assert "e2e_tests/all.yml:" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "noise"),
    [
        ("babble:20", Noise("babble", 20.0)),
        (" White:7.5 ", Noise("white", 7.5)),
        ("none", Noise()),
        ("babble", None),
        ("babble:", None),
        ("babble:nan", None),
        ("babble:1e9", None),
        ("none:3", None),
        ("", None),
    ],
)
def test_noise_is_read_or_refused(text: str, noise: Noise | None):
    assert parse_noise(text) == noise


async def test_a_typed_run_leaves_silences_out_and_says_so(bank: Assistant, tmp_path: Path):
    suite = cases(tmp_path, "- user: hi\n  voice: {speed: 1.1}\n- silence: 6000\n- utter: utter_never_said")

    result = await run_case(suite.cases[0], Bench(bank, SpokenCommands(bank)))

    assert result.passed
    assert result.turns == 1
    assert "2 steps have keys that only --voice reads" in str(voice_notes(suite)[0])


def test_plain_suites_have_no_notes(tmp_path: Path):
    assert voice_notes(cases(tmp_path, "- user: hi\n- bot: there")) == ()
