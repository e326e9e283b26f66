"""How far open speech has come, by its words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.endpointing.open_speech import is_over, progress_of


@pytest.mark.parametrize(
    "text",
    [
        "Hello.",
        "Hi there.",
        "Yes, hello.",
        "Good morning!",
        "I would like to register.",
        "Hello, I want to register.",
        "I'd like to report it to you... I need to change",
        "Can you tell me?",
        "Could you please? Tell me.",
        "Um, can I get?",
        "Yes, hi, I have.",
        "I have a question.",
        "So, I was wondering.",
        "I'm calling because.",
        "I think.",
        "Do you have?",
        "My phone.",
    ],
)
def test_what_asks_for_nothing_yet_opens(text):
    assert progress_of(text) == "opens"


@pytest.mark.parametrize(
    "text",
    [
        "My card is gone.",
        "I lost my card.",
        "There is a payment on my account.",
        "Well, I think I need to register a report.",
        "So, I was wondering if you could tell me my balance.",
        "Someone broke into my cellar.",
    ],
)
def test_a_report_and_a_thought_tell(text):
    assert progress_of(text) == "tells"


@pytest.mark.parametrize(
    "text",
    [
        "Block my card.",
        "I want to send some money.",
        "What is my transfer limit?",
        "Hello. How much money do I have?",
        "Can you tell me who my contacts are?",
        "Tell me about the history of the office.",
        "I want to complain.",
        "There was a storm and I need to report the damage.",
    ],
)
def test_a_whole_request_asks(text):
    assert progress_of(text) == "asks"


@pytest.mark.parametrize(
    "text", ["Block my card, please.", "I need a new card. Thank you very much.", "It burst, and that's what happened."]
)
def test_who_is_polite_or_says_so_closes(text):
    assert progress_of(text) == "closes"


def test_other_languages_are_left_to_the_other_witnesses():
    assert progress_of("Hello.", is_english=False) == "asks"


def test_a_story_is_over_when_its_teller_says_so():
    assert is_over("And that's it.")
    assert is_over("So that was everything, I think.")
    assert not is_over("There was a leak. That is all over the floor.")


@given(st.text(max_size=2_000), st.booleans())
def test_any_text_is_somewhere(text, is_english):
    assert progress_of(text, is_english=is_english) in {"opens", "tells", "asks", "closes"}
