"""Asking to be spoken to in another language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.attendance.language_request import asked_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Can we speak German?", "de"),
        ("Sorry, could you please speak Spanish?", "es"),
        ("Do you speak French?", "fr"),
        ("I'd rather speak English.", "en"),
        ("Could you continue in English, please?", "en"),
        ("Let’s switch to Italian.", "it"),
        ("Können wir bitte Deutsch sprechen?", "de"),
        ("Können wir auf Deutsch weitermachen?", "de"),
        ("Sprechen Sie auch Englisch?", "en"),
        ("Kann ich mit Ihnen Türkisch reden?", "tr"),
        ("Parlez-vous français ?", "fr"),
        ("¿Habla español?", "es"),
        ("My daughter speaks German.", None),
        ("I would like to learn Polish.", None),
        ("Transfer it to Deutsche Bank", None),
        ("Can we speak German and then pay my bill", None),
        ("German, please.", None),
        ("In German.", None),
        ("Auf Deutsch, bitte.", None),
        ("En français.", None),
        ("", None),
    ],
)
def test_a_request_is_a_whole_utterance(text: str, language: str | None) -> None:
    assert asked_language(text) == language


def test_a_language_alone_is_a_request_where_nothing_is_asked() -> None:
    assert asked_language("German, please.", is_answer_awaited=False) == "de"
    assert asked_language("In English, please.", is_answer_awaited=False) == "en"
    assert asked_language("Auf Deutsch, bitte.", is_answer_awaited=False) == "de"
    assert asked_language("En français.", is_answer_awaited=False) == "fr"
    assert asked_language("Polish that table", is_answer_awaited=False) is None


@given(st.text(max_size=300))
def test_any_text_is_taken(text: str) -> None:
    asked_language(text, is_answer_awaited=False)
