"""What a turn is taken for, by readings written by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogue.understanding.reader.index import passing_slots
from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    KnowledgeAnswer,
    RepeatLastBotMessages,
    SetSlot,
    SkipQuestion,
    StartFlow,
)
from flows.effects import Expectation
from flows.model import Assistant, Slot
from tests.dialogue.understanding.reader.scripted import Scripted, asked, decided, open_turn


def test_a_request_starts_its_flow_with_the_values_it_gives(assistant: Assistant) -> None:
    reading = Scripted(
        "a table for four on the terrace for Ada",
        {"start": 0.95, "fill": 0.9},
        [("book", 0.9), ("cancel_booking", 0.05)],
        {"guest": "Ada", "party": "four", "area": "terrace"},
    )
    start, *filled = decided(reading, open_turn(assistant))
    assert start == StartFlow("book")
    assert {one.name: one.value for one in filled if isinstance(one, SetSlot)} == {
        "guest": "Ada",
        "party": 4,
        "area": "terrace",
    }


def test_two_requests_start_both_flows(assistant: Assistant) -> None:
    reading = Scripted("reserve and cancel the other", {"start": 0.9}, [("book", 0.5), ("cancel_booking", 0.45)])
    assert decided(reading, open_turn(assistant)) == (StartFlow("book"), StartFlow("cancel_booking"))


def test_the_running_flow_is_not_started_again(assistant: Assistant) -> None:
    reading = Scripted("book it", {"start": 0.9}, [("book", 0.9), ("hours", 0.05)])
    assert StartFlow("book") not in decided(reading, asked(assistant, "guest"))


def test_a_question_that_a_flow_answers_starts_it(assistant: Assistant) -> None:
    reading = Scripted("when are you open", {"search": 0.9}, [("hours", 0.95), ("book", 0.01)])
    assert decided(reading, open_turn(assistant)) == (StartFlow("hours"),)


@pytest.mark.parametrize(
    ("act", "command"),
    [
        ("chat", ChitChat()),
        ("search", KnowledgeAnswer()),
        ("repeat", RepeatLastBotMessages()),
        ("skip", SkipQuestion()),
        ("cancel", CancelFlow()),
        ("none", CannotHandle()),
    ],
)
def test_what_stands_alone(assistant: Assistant, act: str, command: Command) -> None:
    reading = Scripted("words", {act: 0.95}, [("book", 0.2), ("hours", 0.1)])
    assert decided(reading, asked(assistant, "guest")) == (command,)


def test_what_may_mean_several_flows_is_asked(assistant: Assistant) -> None:
    reading = Scripted("about my booking", {"clarify": 0.9}, [("cancel_booking", 0.5), ("book", 0.4), ("hours", 0.01)])
    assert decided(reading, open_turn(assistant)) == (Clarify(("cancel_booking", "book")),)


def test_nothing_is_cancelled_where_nothing_runs(assistant: Assistant) -> None:
    reading = Scripted("forget it", {"cancel": 0.95}, [("book", 0.1), ("hours", 0.1)])
    assert CancelFlow() not in decided(reading, open_turn(assistant))


def test_a_yes_answers_a_yes_or_no_question_only(assistant: Assistant) -> None:
    reading = Scripted("sure", {"yes": 0.9}, [("book", 0.1), ("hours", 0.1)])
    (command,) = decided(reading, asked(assistant, "agreed"))
    assert isinstance(command, SetSlot)
    assert (command.name, command.value) == ("agreed", True)
    assert not any(isinstance(one, SetSlot) for one in decided(reading, asked(assistant, "guest")))


@pytest.mark.parametrize("shares", [{"yes": 0.9}, {"yes": 0.99, "fill": 0.4}, {"yes": 0.99, "no": 0.3}])
def test_what_writes_is_not_confirmed_by_a_likely_yes(assistant: Assistant, shares: dict[str, float]) -> None:
    reading = Scripted("well yes but", shares, [("book", 0.1), ("hours", 0.1)])
    assert decided(reading, asked(assistant, "agreed", confirms=True)) == (CannotHandle(),)


def test_a_known_value_may_be_corrected(assistant: Assistant) -> None:
    reading = Scripted("no, for Bob", {"fill": 0.9}, [("book", 0.1), ("hours", 0.1)], {"guest": "Bob"})
    (command,) = decided(reading, asked(assistant, "party", guest="Ada"))
    assert isinstance(command, SetSlot)
    assert (command.name, command.value) == ("guest", "Bob")


def test_two_slots_do_not_share_words(assistant: Assistant) -> None:
    reading = Scripted(
        "the terrace", {"fill": 0.9}, [("book", 0.1), ("hours", 0.1)], {"guest": "terrace", "area": "terrace"}
    )
    assert len(decided(reading, asked(assistant, "area"))) == 1


def test_a_category_is_meant_without_its_word(assistant: Assistant) -> None:
    reading = Scripted(
        "outside please", {"fill": 0.9}, [("book", 0.1), ("hours", 0.1)], meant={"area": ("terrace", 0.8)}
    )
    (command,) = decided(reading, asked(assistant, "area"))
    assert isinstance(command, SetSlot)
    assert (command.name, command.value) == ("area", "terrace")


def test_a_yes_or_no_in_passing_is_taken(assistant: Assistant) -> None:
    reading = Scripted(
        "a table for four and no high chair",
        {"start": 0.95, "fill": 0.9},
        [("book", 0.9), ("hours", 0.05)],
        {"party": "four"},
        meant={"high_chair": (False, 0.95)},
    )
    assert decided(reading, open_turn(assistant)) == (
        StartFlow("book"),
        SetSlot("party", 4, "nlu"),
        SetSlot("high_chair", False, "nlu"),
    )


def test_what_lets_an_action_write_is_never_agreed_to_in_passing(assistant: Assistant) -> None:
    assert passing_slots(assistant) == {"high_chair"}
    reading = Scripted(
        "book a table for four and yes do it",
        {"start": 0.95, "fill": 0.9},
        [("book", 0.9), ("hours", 0.05)],
        {"party": "four"},
        meant={"agreed": (True, 0.99)},
    )
    assert SetSlot("agreed", True, "nlu") not in decided(reading, open_turn(assistant))


def test_the_place_of_what_was_offered_chooses(assistant: Assistant) -> None:
    offered = (assistant.flows["hours"], assistant.flows["cancel_booking"])
    reading = Scripted("the second, for Ada", {"fill": 0.9}, [("book", 0.6), ("hours", 0.2)], {"guest": "Ada"})
    situation = replace(open_turn(assistant), offered=offered)
    assert decided(reading, situation) == (StartFlow("cancel_booking"), SetSlot("guest", "Ada", "nlu"))
    assert StartFlow("cancel_booking") not in decided(reading, open_turn(assistant))


def test_an_answer_is_seen_by_its_form(assistant: Assistant) -> None:
    reading = Scripted("half a dozen, what do you think", {"chat": 0.8}, [("book", 0.1), ("hours", 0.1)])
    (command,) = decided(reading, asked(assistant, "party"))
    assert isinstance(command, SetSlot)
    assert (command.name, command.value) == ("party", 6)


@pytest.mark.parametrize(
    ("name", "description", "agrees"),
    [
        ("cancel a transfer", "Stop a transfer", True),
        ("transfer money", "Send money to somebody. A transfer may be cancelled or stopped later.", False),
    ],
)
def test_stopping_is_agreed_to_only_where_the_flow_is_called_so(
    assistant: Assistant, name: str, description: str, agrees: bool
) -> None:
    situation = asked(assistant, "agreed", confirms=True)
    flow = replace(assistant.flows["book"], id=name.replace(" ", "_"), name=name, description=description)
    reading = Scripted("yes, cancel it", {"yes": 0.3, "cancel": 0.6}, [("book", 0.1), ("hours", 0.1)])
    commands = decided(reading, replace(situation, active=flow))
    assert any(isinstance(one, SetSlot) and one.value is True for one in commands) == agrees


def test_the_opening_word_answers_what_does_not_write(assistant: Assistant) -> None:
    reading = Scripted("yes, let's finish that", {"no": 0.6, "yes": 0.02}, [("book", 0.1), ("hours", 0.1)])
    (command,) = decided(reading, asked(assistant, "high_chair"))
    assert isinstance(command, SetSlot)
    assert (command.name, command.value) == ("high_chair", True)


def test_a_yes_may_say_a_number_beside_it(assistant: Assistant) -> None:
    reading = Scripted("yes, for two", {"yes": 0.9, "fill": 0.3}, [("book", 0.1), ("hours", 0.1)])
    assert decided(reading, asked(assistant, "high_chair")) == (
        SetSlot("high_chair", True, "nlu"),
        SetSlot("party", 2, "nlu"),
    )


def test_a_yes_to_something_else_than_was_asked_lets_nothing_happen(assistant: Assistant) -> None:
    reading = Scripted("yes, for fifteen", {"yes": 0.95}, [("book", 0.1), ("hours", 0.1)])
    assert SetSlot("agreed", True, "nlu") in decided(reading, asked(assistant, "agreed", confirms=True, party=15))
    assert decided(reading, asked(assistant, "agreed", confirms=True, party=50)) == (SetSlot("party", 15, "nlu"),)


@pytest.mark.parametrize(
    ("said", "known", "places"),
    [
        ("yes, for Bob", {"guest": "Ada"}, {"guest": "Bob"}),
        ("yes, in the dining room", {"area": "terrace"}, {}),
    ],
)
def test_a_yes_beside_another_name_or_category_confirms_nothing(
    assistant: Assistant, said: str, known: dict[str, object], places: dict[str, str]
) -> None:
    reading = Scripted(said, {"yes": 0.95}, [("book", 0.1), ("hours", 0.1)], places)
    commands = decided(reading, asked(assistant, "agreed", confirms=True, **known))
    assert SetSlot("agreed", True, "nlu") not in commands


@pytest.mark.parametrize("said", ["absolutely not, don't cancel it", "yes, don't cancel it", "don't cancel it"])
def test_not_stopping_is_no_yes_to_stopping(assistant: Assistant, said: str) -> None:
    flow = replace(assistant.flows["book"], id="cancel_booking", name="cancel a booking")
    reading = Scripted(said, {"no": 0.6, "yes": 0.2}, [("book", 0.1), ("hours", 0.1)])
    commands = decided(reading, replace(asked(assistant, "agreed", confirms=True), active=flow))
    assert SetSlot("agreed", True, "nlu") not in commands


@pytest.mark.parametrize(
    ("said", "shares", "answer"),
    [
        ("no worries, we'd love one", {"yes": 0.95, "no": 0.02}, True),
        ("never mind the cost, I want one", {"yes": 0.95, "no": 0.02}, True),
        ("absolutely not, we have no children", {"no": 0.98}, False),
        ("no we'd love one", {"yes": 0.95, "no": 0.02}, True),
    ],
)
def test_an_opening_that_is_none(assistant: Assistant, said: str, shares: dict[str, float], answer: bool) -> None:
    (command,) = decided(Scripted(said, shares, [("book", 0.1), ("hours", 0.1)]), asked(assistant, "high_chair"))
    assert isinstance(command, SetSlot)
    assert command.value is answer


def test_who_tells_much_is_not_asked_what_it_is_about(assistant: Assistant) -> None:
    near = [("cancel_booking", 0.5), ("book", 0.4), ("hours", 0.01)]
    told = Scripted("about the booking of Ada", {"clarify": 0.9, "fill": 0.4}, near, {"guest": "Ada"})
    assert decided(told, open_turn(assistant)) == (StartFlow("cancel_booking"), SetSlot("guest", "Ada", "nlu"))
    short = Scripted("about the booking", {"clarify": 0.9, "fill": 0.1}, near)
    assert decided(short, open_turn(assistant)) == (Clarify(("cancel_booking", "book")),)


def test_the_running_flow_is_not_chosen_again(assistant: Assistant) -> None:
    situation = replace(asked(assistant, "guest"), offered=(assistant.flows["hours"], assistant.flows["book"]))
    reading = Scripted("the second one, for Ada", {"fill": 0.9}, [("book", 0.1), ("hours", 0.1)], {"guest": "Ada"})
    assert decided(reading, situation) == (SetSlot("guest", "Ada", "nlu"),)


def test_a_yes_may_name_a_category_beside_it(assistant: Assistant) -> None:
    reading = Scripted("yes, on the terrace", {"yes": 0.9, "fill": 0.3}, [("book", 0.1), ("hours", 0.1)])
    assert decided(reading, asked(assistant, "high_chair")) == (
        SetSlot("high_chair", True, "nlu"),
        SetSlot("area", "terrace", "nlu"),
    )


def test_so_many_figures_are_no_aside(assistant: Assistant) -> None:
    slots = {**assistant.slots, "policy_number": Slot("policy_number", "text")}
    situation = replace(
        open_turn(replace(assistant, slots=slots)),
        expectation=Expectation("text", "policy_number", "book", "1"),
        active=assistant.flows["book"],
        fillable=(slots["policy_number"],),
    )
    near = [("book", 0.1), ("hours", 0.1)]
    told = Scripted("oh, I read the wrong line, HP 781940", {"none": 0.99}, near, {"policy_number": "HP 781940"})
    assert decided(told, situation) == (SetSlot("policy_number", "HP781940", "nlu"),)
    assert decided(Scripted("oh, the wrong line, wait", {"none": 0.99}, near), situation) == (CannotHandle(),)
