"""Endpointing: how much silence ends a turn."""

from __future__ import annotations

import pytest

from flows.effects import Expectation
from voice.endpointing import HOLD_ON_WAIT_MS, Evidence, wait_ms
from voice.errors import VoiceError
from voice.policy import TurnPolicy

POLICY = TurnPolicy()
YES_NO = Expectation("yes_no", "confirmation")
NUMBER = Expectation("number", "amount")
OPEN = Expectation()


@pytest.mark.parametrize(
    ("evidence", "expectation", "expected"),
    [
        (Evidence(), OPEN, POLICY.unfinished_wait_ms),
        (Evidence("Yes.", is_certain=True, probability=0.01), YES_NO, POLICY.certain_wait_ms),
        (Evidence("Fifty.", is_certain=True, probability=0.9), NUMBER, POLICY.finished_wait_ms),
        (Evidence("Check my balance.", probability=0.9), OPEN, POLICY.finished_wait_ms),
        (Evidence("Check my balance.", probability=0.3), OPEN, POLICY.unsure_wait_ms),
        (Evidence("Check my", probability=0.9), OPEN, POLICY.unfinished_wait_ms),
        (Evidence("Check my balance."), OPEN, POLICY.unsure_wait_ms),
        (Evidence("Uh, hang on.", probability=0.99), OPEN, HOLD_ON_WAIT_MS),
        (Evidence("Wait for me at the branch and then block the card I lost.", probability=0.9), OPEN, 380),
    ],
)
def test_golden(evidence: Evidence, expectation: Expectation, expected: int) -> None:
    assert wait_ms(evidence, expectation, POLICY) == expected


def test_a_policy_is_read_from_voice_yml() -> None:
    assert TurnPolicy.from_mapping({"certain_wait_ms": 300}).certain_wait_ms == 300


@pytest.mark.parametrize("given", [{"nonsense_ms": 1}, {"onset_ms": "long"}, {"onset_ms": True}])
def test_a_wrong_setting_says_what_is_wrong(given: dict[str, object]) -> None:
    with pytest.raises(VoiceError, match=r"voice\.yml"):
        TurnPolicy.from_mapping(given)
