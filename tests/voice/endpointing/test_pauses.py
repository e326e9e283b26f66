"""How this caller pauses."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voice.endpointing.pauses import LEAST_FACTOR, MOST_FACTOR, CallerPauses


def after(pauses_ms, caller=None):
    caller = caller or CallerPauses()
    for pause_ms in pauses_ms:
        caller = caller.went_on(pause_ms)
    return caller


def test_a_call_begins_with_waits_as_they_are():
    assert CallerPauses().factor == 1.0
    assert "no pauses within turns yet" in CallerPauses().explanation


def test_one_long_pause_moves_little():
    assert 1.0 < after([1200]).factor < 1.15


def test_a_slow_speaker_is_waited_for_longer_and_a_quick_one_shorter():
    slow, quick = after([1100, 1300, 900, 1200] * 4), after([210, 260, 240, 220] * 4)

    assert slow.factor > 1.25
    assert 0.8 <= quick.factor < 0.9
    assert "a long one 1200 ms" in slow.explanation


def test_a_turn_that_was_cut_off_makes_the_next_wait_longer_at_once_and_is_forgotten_slowly():
    cut = CallerPauses().cut_off(700)
    factors = [cut.factor]
    for _ in range(12):
        cut = cut.turn_over()
        factors.append(cut.factor)

    assert factors[0] > 1.2
    assert factors[3] > 1.1
    assert factors == sorted(factors, reverse=True)
    assert factors[-1] < 1.05


def test_many_turns_that_were_not_cut_off_shorten_the_waits_a_little():
    calm = CallerPauses()
    for _ in range(30):
        calm = calm.turn_over()

    assert 0.8 <= calm.factor < 0.9


def test_the_pauses_of_a_turn_are_those_since_the_last_one_was_over():
    caller = after([400, 900]).turn_over()

    assert caller.longest_of_turn_ms == 0
    assert after([600], caller).longest_of_turn_ms == 600
    assert after([600], caller).within_ms == (400, 900, 600)


def test_pauses_within_a_dictated_number_tell_of_that_number_only():
    caller = CallerPauses().went_on(1_400, is_dictated=True)

    assert caller.longest_of_turn_ms == 1_400
    assert caller.factor == 1.0


def test_silence_within_words_and_a_caller_who_fetches_a_letter_are_no_pauses():
    assert after([40, 100, 60_000]) == CallerPauses()


steps = st.lists(
    st.one_of(
        st.integers(min_value=-10, max_value=100_000).map(lambda ms: ("went_on", ms)),
        st.integers(min_value=-10, max_value=100_000).map(lambda ms: ("cut_off", ms)),
        st.just(("turn_over", None)),
    ),
    max_size=80,
)


@given(steps)
def test_whatever_is_seen_the_factor_stays_within_its_bounds_and_memory_too(seen):
    caller = CallerPauses()
    for name, value in seen:
        caller = caller.turn_over() if value is None else getattr(caller, name)(value)

    assert LEAST_FACTOR <= caller.factor <= MOST_FACTOR
    assert len(caller.within_ms) <= 24
    assert f"{caller.factor:g}" in caller.explanation
