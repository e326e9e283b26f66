"""What a call says of itself: the assistant's words, else ours."""

from __future__ import annotations

from typing import get_args

import pytest

from dialogue.templates import Values
from flows.model import Assistant, Response
from voice.attendance.phrases import BUILT_IN, RESPONSES, PhraseKind, every_text, texts


def assistant(**responses: tuple[Response, ...]) -> Assistant:
    return Assistant(id="a", name="a", folder="a", language="en", flows={}, slots={}, responses=responses)


@pytest.mark.parametrize("kind", get_args(PhraseKind))
@pytest.mark.parametrize("language", ["en", "de", "de-AT", "fr", "", "EN-us"])
def test_there_are_always_words(kind: PhraseKind, language: str) -> None:
    assert all(text.strip() for text in texts(kind, assistant(), language))
    assert texts(kind, assistant(), language)
    assert kind in RESPONSES


def test_languages_have_the_same_phrases() -> None:
    assert BUILT_IN["en"].keys() == BUILT_IN["de"].keys() == set(get_args(PhraseKind))
    assert all(len(BUILT_IN[language][kind]) >= 3 for language in BUILT_IN for kind in ("filler", "filler_more"))


def test_the_assistants_own_words_go_first() -> None:
    own = assistant(utter_filler=(Response("Hang on, {name}."), Response("Hang on, {name}."), Response("Moment!")))
    assert texts("filler", own, "en", Values({"name": "Ada"})) == ("Hang on, Ada.", "Moment!")
    assert texts("filler_more", own, "en") == BUILT_IN["en"]["filler_more"]


def test_words_of_other_channels_and_empty_ones_are_left_out() -> None:
    own = assistant(utter_filler=(Response("Typing…", channel="rest"), Response(None), Response(" … ")))
    assert texts("filler", own, "en") == BUILT_IN["en"]["filler"]


def test_a_template_that_fails_is_left_out() -> None:
    own = assistant(utter_filler=(Response("{% broken", metadata={"template": "jinja"}), Response("Fine.")))
    assert texts("filler", own, "en") == ("Fine.",)


def test_all_of_them_can_be_rendered_ahead() -> None:
    own = assistant(utter_filler=(Response("Moment!"),))
    ahead = every_text(own, "en")
    assert "Moment!" in ahead
    assert "One moment." not in ahead
    assert set(BUILT_IN["en"]["filler_more"]) <= set(ahead)


def test_translations_count() -> None:
    own = assistant(utter_filler=(Response("One moment.", translation={"de": {"text": "Moment bitte."}}),))
    assert texts("filler", own, "de") == ("Moment bitte.",)


def test_a_refusal_does_not_claim_to_speak_one_language_alone() -> None:
    assert texts("language_refused", assistant(), "en") == ("Sorry, I only speak English.",)
    assert texts("language_refused", assistant(), "en", is_only_language=False) == (
        "Sorry, I don't speak that language.",
    )
    assert texts("language_refused", assistant(), "fr") == ("Sorry, I don't speak that language.",)


@pytest.mark.parametrize("tag", ["de", "de-AT", "de_AT", "DE"])
def test_a_region_is_no_other_language(tag: str) -> None:
    assert texts("take_your_time", assistant(), tag) == ("Lassen Sie sich Zeit.",)
