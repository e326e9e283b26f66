"""Endpointing: how much silence ends a turn."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.effects import Expectation
from voice.endpointing.answer_shape import AnswerShape
from voice.endpointing.pauses import CallerPauses
from voice.endpointing.silence import UNDERSTOOD_WITHIN_MS, Evidence, wait_ms
from voice.errors import VoiceError
from voice.turns.policy import TurnPolicy

POLICY = TurnPolicy()
YES_NO = Expectation("yes_no", "confirmation")
AMOUNT = Expectation("number", "amount")
OPEN = Expectation()
PHONE = AnswerShape("digits", lengths=(10,))
NUMBER = AnswerShape("digits")
EMAIL = AnswerShape("email")
CODE = AnswerShape("code", lengths=(6,))
TEXT = AnswerShape("text")
NAME = AnswerShape("name")
STORY = AnswerShape("text", is_story=True)


def heard(
    text: str, *, is_certain: bool = False, probability: float | None = None, confidence: float = 0.95
) -> Evidence:
    """Evidence of a turn that understanding has judged."""
    return Evidence(text, is_certain, probability, is_understood=True, confidence=confidence)


@pytest.mark.parametrize(
    ("evidence", "expectation", "setting"),
    [
        (Evidence(), OPEN, "unfinished_wait_ms"),
        (Evidence("Yes.", is_certain=True, probability=0.01), YES_NO, "certain_wait_ms"),
        (Evidence("Yes."), YES_NO, "certain_wait_ms"),
        (Evidence("yes and"), YES_NO, "may_go_on_wait_ms"),
        (Evidence("Fifty.", is_certain=True, probability=0.9), AMOUNT, "certain_wait_ms"),
        (Evidence("two hundred", is_certain=True), AMOUNT, "may_go_on_wait_ms"),
        (Evidence("Two hundred, please.", is_certain=True), AMOUNT, "certain_wait_ms"),
        (Evidence("No.", is_certain=True), YES_NO, "bare_no_wait_ms"),
        (Evidence("No, thank you.", is_certain=True), YES_NO, "certain_wait_ms"),
        (Evidence("To Joe, please.", is_certain=True, probability=0.1), NAME, "certain_wait_ms"),
        (Evidence("John", is_certain=True, probability=0.9), NAME, "finished_wait_ms"),
        (Evidence("John", is_certain=True, probability=0.5), NAME, "may_go_on_wait_ms"),
        (Evidence("John Smith.", is_certain=True, probability=0.9), NAME, "certain_wait_ms"),
        (Evidence("John Smith.", is_certain=True, probability=0.5), NAME, "finished_wait_ms"),
        (Evidence("fifty and"), AMOUNT, "incomplete_wait_ms"),
        (heard("Check my balance.", probability=0.9), OPEN, "request_wait_ms"),
        (heard("Check my balance, please.", probability=0.1), OPEN, "request_wait_ms"),
        (heard("Check my balance.", probability=0.3), OPEN, "unsure_wait_ms"),
        (heard("Check my balance."), OPEN, "unsure_wait_ms"),
        (heard("Check my balance.", probability=0.1), OPEN, "unsure_wait_ms"),
        (heard("Check my balance.", probability=0.1, confidence=0.8), OPEN, "unsure_wait_ms"),
        (heard("Check my balance.", probability=0.1, confidence=0.5), OPEN, "unfinished_wait_ms"),
        (
            replace(heard("I need to pay somebody.", probability=0.9, confidence=0.0), is_asked_back=True),
            OPEN,
            "unsure_wait_ms",
        ),
        (
            replace(heard("I need to pay somebody.", probability=0.3, confidence=0.0), is_asked_back=True),
            OPEN,
            "unfinished_wait_ms",
        ),
        (
            replace(heard("There is a payment.", probability=0.9, confidence=0.0), is_asked_back=True),
            OPEN,
            "unfinished_wait_ms",
        ),
        (heard("Check my balance.", probability=0.9, confidence=0.5), OPEN, "unsure_request_wait_ms"),
        (heard("Repeat that.", is_certain=True, probability=0.1), OPEN, "finished_wait_ms"),
        (heard("Hello.", is_certain=True, probability=0.97, confidence=0.0), OPEN, "unfinished_wait_ms"),
        (heard("I would like to register.", probability=0.97), OPEN, "unfinished_wait_ms"),
        (heard("Yes, hi, I have.", probability=0.9), OPEN, "unfinished_wait_ms"),
        (heard("My card is gone.", probability=0.95), OPEN, "unsure_request_wait_ms"),
        (heard("Can you see to it?", probability=0.95, confidence=0.0), OPEN, "unfinished_wait_ms"),
        (heard("Well, I think I need a report.", probability=0.7), OPEN, "unsure_request_wait_ms"),
        (heard("Check my", probability=0.9), OPEN, "unfinished_wait_ms"),
        (heard("Check my..."), OPEN, "unfinished_wait_ms"),
        (heard("I want it on", probability=0.6), OPEN, "unsure_request_wait_ms"),
        (heard("I want it on", probability=0.9), OPEN, "unsure_request_wait_ms"),
        (heard("Uh, hang on.", probability=0.99), OPEN, "hold_on_wait_ms"),
        (heard("um", probability=0.99), OPEN, "hesitation_wait_ms"),
        (
            heard("Wait for me at the branch and then block the card I lost.", probability=0.9),
            OPEN,
            "request_wait_ms",
        ),
        (Evidence("four one five eight six seven five three oh nine"), PHONE, "complete_wait_ms"),
        (Evidence("four one five eight six seven", is_certain=True), PHONE, "incomplete_number_wait_ms"),
        (Evidence("four one five eight six seven five three oh"), PHONE, "open_number_wait_ms"),
        (Evidence("my number is"), PHONE, "incomplete_number_wait_ms"),
        (Evidence("agent", is_certain=True), PHONE, "finished_wait_ms"),
        (Evidence("why is that", probability=0.9), PHONE, "finished_wait_ms"),
        (Evidence("why is that"), PHONE, "unfinished_wait_ms"),
        (Evidence("eight eight three one"), NUMBER, "open_number_wait_ms"),
        (Evidence("joe at example dot"), EMAIL, "incomplete_wait_ms"),
        (Evidence("joe at example dot com"), EMAIL, "complete_wait_ms"),
        (Evidence("x seven q"), CODE, "incomplete_wait_ms"),
        (Evidence("it was too dear", is_certain=True), TEXT, "unsure_wait_ms"),
        (Evidence("it was too dear", is_certain=True, probability=0.9), TEXT, "finished_wait_ms"),
        (heard("There was a leak in the kitchen.", is_certain=True, probability=0.99), STORY, "story_wait_ms"),
        (heard("And that is what happened.", probability=0.1), STORY, "request_wait_ms"),
    ],
)
def test_golden(evidence, expectation, setting):
    assert wait_ms(evidence, expectation, POLICY) == getattr(POLICY, setting)


@pytest.mark.parametrize(
    ("text", "expectation", "setting"),
    [
        ("hold on", OPEN, "hold_on_wait_ms"),
        ("um", OPEN, "hesitation_wait_ms"),
        ("two hundred", AMOUNT, "may_go_on_wait_ms"),
    ],
)
def test_every_wait_is_a_setting(text, expectation, setting):
    assert wait_ms(Evidence(text), expectation, replace(POLICY, **{setting: 1_234})) == 1_234


@pytest.mark.parametrize("shape", [AnswerShape("open"), TEXT])
def test_a_caller_who_paused_within_the_turn_is_waited_for_as_long_again(shape):
    evidence = heard("Check my balance.", probability=0.9)
    waits = [wait_ms(evidence, shape, POLICY, CallerPauses(turn_ms=(pause_ms,))) for pause_ms in (200, 500, 700, 1_200)]

    assert waits[0] == wait_ms(evidence, shape, POLICY)
    assert waits[1:] == [800, 1_120, POLICY.unfinished_wait_ms]
    assert wait_ms(Evidence("yes"), YES_NO, POLICY, CallerPauses(turn_ms=(900,))) == POLICY.certain_wait_ms


@pytest.mark.parametrize(("pause_ms", "wait"), [(0, POLICY.unsure_wait_ms), (300, POLICY.unsure_request_wait_ms)])
def test_a_request_that_does_not_sound_finished_is_waited_for_longer_once_its_caller_has_paused(pause_ms, wait):
    caller = CallerPauses(turn_ms=(pause_ms,) if pause_ms else ())

    assert wait_ms(heard("Check my balance.", probability=0.3), OPEN, POLICY, caller) == wait


@pytest.mark.parametrize("lengths", [(4,), (7, 8)])
def test_only_a_long_number_of_known_length_may_have_lost_a_digit(lengths):
    said = " ".join(["four"] * (lengths[0] - 1))

    wait = wait_ms(Evidence(said), AnswerShape("digits", lengths=lengths), POLICY)

    assert wait == POLICY.incomplete_number_wait_ms


NINE_OF_TEN = "four one five eight six seven five three oh"


@pytest.mark.parametrize(
    ("turn_ms", "wait"),
    [((500, 900, 700), POLICY.open_number_wait_ms), ((1_100, 1_400, 900), 2_240), ((1_500,) * 8, 2_400)],
)
def test_a_number_one_digit_short_outlasts_the_pauses_in_which_it_is_dictated(turn_ms, wait):
    assert wait_ms(Evidence(NINE_OF_TEN), PHONE, POLICY, CallerPauses(turn_ms=turn_ms)) == wait


def test_a_quick_caller_is_not_cut_off_before_the_last_digit():
    quick = CallerPauses(within_ms=(200,) * 24, calm_turns=20)

    assert quick.factor < 0.85
    assert wait_ms(Evidence(NINE_OF_TEN), PHONE, POLICY, quick) == POLICY.open_number_wait_ms


@pytest.mark.parametrize("end", [" and", " then", ", and the last one is a"])
def test_a_number_one_digit_short_whose_words_go_on_is_waited_for_as_long_as_ever(end):
    assert wait_ms(Evidence(NINE_OF_TEN + end), PHONE, POLICY) == POLICY.incomplete_number_wait_ms


@pytest.mark.parametrize(
    ("shape", "caller"),
    [(AnswerShape("open", is_english=False), CallerPauses()), (AnswerShape("open"), CallerPauses(turn_ms=(300,)))],
)
def test_a_request_that_is_very_surely_understood_is_not_kept_waiting_by_its_voice(shape, caller):
    assert wait_ms(heard("Check my balance.", probability=0.1), shape, POLICY, caller) == POLICY.unsure_request_wait_ms
    less = heard("Check my balance.", probability=0.1, confidence=0.8)
    assert wait_ms(less, shape, POLICY, caller) == POLICY.unfinished_wait_ms


def test_nothing_is_taken_for_a_whole_request_before_it_is_understood():
    early = Evidence("Check my balance.", probability=0.99)

    assert wait_ms(early, OPEN, POLICY) == UNDERSTOOD_WITHIN_MS
    assert wait_ms(replace(early, is_understood=True, confidence=0.99), OPEN, POLICY) == POLICY.request_wait_ms


def test_what_the_step_says_goes_before_all_but_a_caller_who_asks_for_time():
    shape = replace(PHONE, wait_ms=900)

    assert wait_ms(Evidence("four one five"), shape, POLICY) == 900
    assert wait_ms(Evidence("four one five hold on"), shape, POLICY) == POLICY.hold_on_wait_ms


def test_a_number_of_unknown_length_is_waited_for_as_its_own_pauses_tell():
    waits = [
        wait_ms(Evidence("eight eight three one"), NUMBER, POLICY, CallerPauses(turn_ms=(pause_ms,)))
        for pause_ms in (400, 700, 1_000, 1_500, 3_000)
    ]

    assert waits[0] == POLICY.unsure_wait_ms
    assert waits == sorted(waits)
    assert waits[-1] == POLICY.incomplete_number_wait_ms
    assert all(wait > pause_ms for wait, pause_ms in zip(waits[:4], (400, 700, 1_000, 1_500), strict=True))


def test_a_number_with_more_digits_than_it_needs_is_waited_for_a_little_less():
    phone = AnswerShape("digits", lengths=tuple(range(7, 16)))
    caller = CallerPauses(turn_ms=(1_000,))

    assert wait_ms(Evidence("5552369"), phone, POLICY, caller) == 1_600
    assert wait_ms(Evidence("5552369801"), phone, POLICY, caller) == 1_250


@pytest.mark.parametrize(
    ("text", "shape", "setting"),
    [
        ("ich rufe an", AnswerShape("open", is_english=False), "unsure_request_wait_ms"),
        ("ich möchte, ähm", AnswerShape("open", is_english=False), "hesitation_wait_ms"),
        ("ich möchte...", AnswerShape("open", is_english=False), "unfinished_wait_ms"),
        ("0151 234", replace(PHONE, is_english=False), "incomplete_number_wait_ms"),
        ("50", AnswerShape("amount", is_english=False), "certain_wait_ms"),
        ("no", AnswerShape("yes_no", is_english=False), "unsure_wait_ms"),
    ],
)
def test_in_other_languages_figures_are_judged_and_words_are_not(text, shape, setting):
    assert wait_ms(heard(text), shape, POLICY) == getattr(POLICY, setting)


def test_a_slow_caller_is_waited_for_longer_but_not_after_the_last_digit():
    slow = CallerPauses(within_ms=(1_200,) * 20)
    whole, part = Evidence("four one five eight six seven five three oh nine"), Evidence("four one five")

    assert wait_ms(part, PHONE, POLICY, slow) > POLICY.incomplete_number_wait_ms
    assert wait_ms(whole, PHONE, POLICY, slow) == POLICY.complete_wait_ms


@given(
    st.text(max_size=600) | st.none(),
    st.sampled_from([PHONE, NUMBER, EMAIL, CODE, TEXT, YES_NO, AMOUNT, OPEN]),
    st.booleans(),
    st.none() | st.floats(0, 1),
    st.floats(0, 4),
)
def test_every_turn_ends(text, expectation, is_certain, probability, cut_weight):
    caller = CallerPauses(cut_weight=cut_weight)
    wait = wait_ms(Evidence(text, is_certain, probability), expectation, POLICY, caller)

    assert POLICY.complete_wait_ms <= wait <= 2 * POLICY.incomplete_number_wait_ms


def test_a_policy_is_read_from_voice_yml():
    assert TurnPolicy.from_mapping({"certain_wait_ms": 300}).certain_wait_ms == 300


@pytest.mark.parametrize("given", [{"nonsense_ms": 1}, {"onset_ms": "long"}, {"onset_ms": True}])
def test_a_wrong_setting_says_what_is_wrong(given: dict[str, object]) -> None:
    with pytest.raises(VoiceError, match=r"voice\.yml"):
        TurnPolicy.from_mapping(given)
