"""A caller chooses between flows that were just offered."""

import pytest

from dialogue.understanding.fast_path.matcher import match_fast
from dialogue.understanding.fast_path.offered import chosen_flow, pointed_at
from dialogue.understanding.situation import Situation, read_situation
from flows.commands import CannotHandle, Clarify, Command, RepeatLastBotMessages, StartFlow
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
        ("the latter", 1),
        ("last", 1),
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
    "said", ["the second, I have one already", "I won't make it so the second", "give me the 2nd one"]
)
def test_a_place_is_seen_among_other_words(bank: Assistant, said: str) -> None:
    situation = offering(bank)
    assert chosen_flow(said, situation) is None
    assert pointed_at(said, situation) == situation.offered[1]


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
