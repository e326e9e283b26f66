"""A slot that takes a caller's own words: the step that asks for it takes them, orders come before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from dialogue.understanding.fast_path.matcher import match_fast
from dialogue.understanding.situation import Situation
from flows.commands import CancelFlow, Noop, SetSlot
from flows.model import Mapped

At = Callable[..., Situation]


def asked_by_words(at: At, *mappings: Mapped) -> Situation:
    """The question for the recipient, with other mappings of that slot."""
    situation = at("recipient")
    slot = replace(situation.assistant.slots["recipient"], mappings=mappings)
    assistant = replace(situation.assistant, slots={**situation.assistant.slots, "recipient": slot})
    return replace(situation, assistant=assistant, fillable=())


@pytest.mark.parametrize("said", ["What's my balance?", "the tall one, you know", "yes", "50"])
def test_the_words_are_the_value(at: At, said: str) -> None:
    assert match_fast(said, asked_by_words(at, Mapped("from_text"))) == (SetSlot("recipient", said, "nlu"),)


def test_orders_come_before(at: At) -> None:
    situation = asked_by_words(at, Mapped("from_text"))
    assert match_fast("Cancel.", situation) == (CancelFlow(),)
    assert match_fast("One moment, please.", situation) == (Noop(),)


def test_a_flow_that_the_mapping_names_has_to_be_active(at: At) -> None:
    here, there = ({"conditions": [{"active_flow": name}]} for name in ("transfer_money", "block_card"))
    taken = (SetSlot("recipient", "the tall one", "nlu", ("transfer_money",)),)
    assert match_fast("the tall one", asked_by_words(at, Mapped("from_text", here))) == taken
    assert match_fast("the tall one", asked_by_words(at, Mapped("from_text", there))) is None


def test_a_model_or_a_classifier_may_come_first(at: At) -> None:
    assert match_fast("what is it", asked_by_words(at, Mapped("from_llm"), Mapped("from_text"))) is None
    assert match_fast("what is it", asked_by_words(at, Mapped("from_text", {"intent": "name"}))) is None
