"""Words of a caller who is not done."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.endpointing.hesitation import ending_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Uh, hang on.", "asks_for_time"),
        ("hold on", "asks_for_time"),
        ("let me see", "asks_for_time"),
        ("Let me think...", "asks_for_time"),
        ("one second", "asks_for_time"),
        ("One moment, please.", "asks_for_time"),
        ("my number is, hold on", "asks_for_time"),
        ("it's uh let me check", "asks_for_time"),
        ("oh seven seven where did I put it", "asks_for_time"),
        ("okay, one second, let me get my card", "asks_for_time"),
        ("let me check my card", "asks_for_time"),
        ("two minutes", "ends"),
        ("I'll be there in a minute", "ends"),
        ("Wait for me at the branch and then block the card I lost.", "ends"),
        ("um", "hesitates"),
        ("Um.", "hesitates"),
        ("uhh", "hesitates"),
        ("well", "hesitates"),
        ("it's four five uh", "hesitates"),
        ("I want to, um,", "hesitates"),
        ("eight eight three one no wait", "hesitates"),
        ("you know", "hesitates"),
        ("how long is the wait", "ends"),
        ("I want to send it to my", "breaks_off"),
        ("I want to send it to my.", "breaks_off"),
        ("the thing is...", "breaks_off"),
        ("oh one one three,", "breaks_off"),
        ("my account number is", "breaks_off"),
        ("what time does the", "breaks_off"),
        ("transfer fifty dollars to", "may_break_off"),
        ("where can I", "may_break_off"),
        ("yes I would", "ends"),
        ("yes it is", "ends"),
        ("I don't think so", "ends"),
        ("I can't log in", "ends"),
        ("what is it for", "ends"),
        ("check my balance", "ends"),
        ("yeah", "ends"),
        ("", "ends"),
        ("…", "ends"),
    ],
)
def test_golden(text, expected):
    assert ending_of(text, is_asked=True) == expected


def test_where_nothing_is_asked_to_check_a_balance_is_a_wish():
    assert ending_of("let me check my balance", is_asked=False) == "ends"
    assert ending_of("let me check", is_asked=False) == "asks_for_time"


@given(st.text(max_size=2_000), st.booleans())
def test_any_text_ends_in_one_way(text, is_asked):
    assert ending_of(text, is_asked=is_asked) in ("asks_for_time", "hesitates", "breaks_off", "may_break_off", "ends")
