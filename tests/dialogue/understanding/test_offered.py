"""A caller chooses between flows that were just offered."""

from dataclasses import replace

import pytest

from dialogue.snapshots import state_from_json, state_to_json
from dialogue.understanding.fast_path.matcher import match_fast
from dialogue.understanding.fast_path.offered import chosen_flow, pointed_at
from dialogue.understanding.situation import Situation, read_situation
from flows.commands import CannotHandle, Clarify, Command, RepeatLastBotMessages, StartFlow
from flows.effects import Expectation
from flows.engine import step
from flows.inputs import CommandsReceived
from flows.model import Assistant
from flows.state import ConversationState, initial_state


def after(assistant: Assistant, *turns: Command) -> ConversationState:
    state = initial_state(assistant)
    for command in turns:
        state, _ = step(state, CommandsReceived((command,)), assistant)
    return state


def offering(assistant: Assistant) -> Situation:
    first, second = assistant.user_flows[:2]
    return read_situation(after(assistant, Clarify((first.id, second.id))), assistant)


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("the second one", 1),
        ("uh the first one please", 0),
        ("number two", 1),
        ("the last one", 1),
        ("no first", None),
        ("what was the second one", None),
        ("the first one or the second one", None),
        ("not the second one", None),
        ("the third one", None),
        ("wait a second", None),
        ("one second", None),
        ("on the first of may", None),
    ],
)
def test_a_place_chooses(bank: Assistant, said: str, place: int | None) -> None:
    situation = offering(bank)
    chosen = chosen_flow(said, situation)
    assert chosen == (None if place is None else situation.offered[place])


@pytest.mark.parametrize(
    "said",
    [
        "the second, I have one already",
        "I won't make it so the second",
        "give me the 2nd one",
        "the latter, please",
        "number second, please, I have one already",
    ],
)
def test_a_place_is_seen_among_other_words(bank: Assistant, said: str) -> None:
    situation = offering(bank)
    assert chosen_flow(said, situation) is None
    assert pointed_at(said, situation) == situation.offered[1]


@pytest.mark.parametrize(
    "said",
    [
        "what was the second one?",
        "not the second one, I want to book",
        "first, can I bring my dog",
        "I've lost the last one I got",
        "last, but not least",
        "is the first one free?",
        "not the second one but the first",
        "the first one or the second one",
        "the fourth one",
    ],
)
def test_what_does_not_choose(bank: Assistant, said: str) -> None:
    assert pointed_at(said, offering(bank)) is None


def test_a_place_answers_the_question_for_a_value_first(bank: Assistant) -> None:
    situation = replace(offering(bank), expectation=Expectation("category", "card_type", values=("debit", "credit")))
    assert chosen_flow("the second one", situation) is None


def test_an_offer_with_a_flow_that_is_gone_is_none(bank: Assistant) -> None:
    state = replace(initial_state(bank), offered=(bank.user_flows[0].id, "gone", bank.user_flows[1].id))
    assert read_situation(state, bank).offered == ()


def test_an_offer_survives_being_put_away(bank: Assistant) -> None:
    state = after(bank, Clarify(tuple(flow.id for flow in bank.user_flows[:2])))
    assert state_from_json(state_to_json(state)).offered == state.offered != ()


def test_the_fast_path_starts_it_by_its_name(bank: Assistant) -> None:
    situation = offering(bank)
    assert match_fast(situation.offered[0].name, situation) == (StartFlow(situation.offered[0].id),)


def test_an_offer_lasts_until_something_else_is_said(bank: Assistant) -> None:
    first, second = (flow.id for flow in bank.user_flows[:2])
    offer = Clarify((first, second))
    assert after(bank, offer, RepeatLastBotMessages()).offered == (first, second)
    assert after(bank, offer, CannotHandle()).offered == (first, second)
    assert after(bank, offer, StartFlow(first)).offered == ()
    assert after(bank).offered == ()
