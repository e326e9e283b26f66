"""What a recogniser invents on noise is not taken for speech, and what callers say is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.recognition.inventions import LEAST_VOICED_MS, is_invented


# Text and voice as whisper-base and silero gave them on noises, the text at a log-probability of -0.5 to -1.2.
@pytest.mark.parametrize(
    ("text", "voiced_ms"),
    [
        ("you", 0),
        ("Thank you.", 40),
        ("You", 140),
        ("I'm going to put the knife in the middle.", 140),
        ("Thanks for watching!", 900),
        ("Thank you so much for watching. Please subscribe to my channel!", 3000),
        ("Don't forget to subscribe to the channel.", 2000),
        ("Subtitles by the Amara.org community", 2500),
        ("[Music]", 800),
        ("Untertitelung des ZDF, 2020", 2000),
    ],
)
def test_inventions_are_told(text: str, voiced_ms: int) -> None:
    assert is_invented(text, voiced_ms)


# Voice of the recorded and synthetic utterances.
@pytest.mark.parametrize(
    ("text", "voiced_ms"),
    [
        ("", 0),
        ("...", 0),
        ("Add", 180),
        ("Thank you.", 520),
        ("Okay.", 440),
        ("Goodbye.", 440),
        ("Economy", 480),
        ("No.", 320),
        ("Nobody is available to take your call at the moment.", 2600),
        ("I like the channel that you have.", 1500),
        ("Thank you for your patience", 1440),
        ("I want to subscribe to the newsletter", 1800),
        ("my music", 500),
    ],
)
def test_what_callers_say_is_believed(text: str, voiced_ms: int) -> None:
    assert not is_invented(text, voiced_ms)


@given(st.text(max_size=200), st.integers(0, 60_000))
def test_more_voice_never_makes_a_text_less_believable(text: str, voiced_ms: int) -> None:
    if is_invented(text, voiced_ms + 1000):
        assert is_invented(text, voiced_ms)


@given(st.sampled_from(["you", "Thank you.", "Bye-bye!", "UM"]), st.integers(0, LEAST_VOICED_MS - 1))
def test_marks_and_case_do_not_matter(text: str, voiced_ms: int) -> None:
    assert is_invented(text, voiced_ms)
