"""Which variation is said, and what a caller gets of it."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from dialogue.errors import ResponseUnavailable
from dialogue.responses import (
    INTERNAL_ERROR,
    LAST_RESORT,
    Moment,
    choose,
    render,
    say,
    say_for_action,
    say_or_apologise,
)
from dialogue.templates import Values
from dialogue.turn import Button, Said
from flows.conditions import Condition
from flows.model import Assistant, Response, ResponseButton

YES = Condition("yes", lambda slots, context: bool(slots.get("vip")))
VIP = Moment(Values({"vip": True}), "voice")
PLAIN = Moment(Values({"vip": False}), "voice")

CONDITIONAL_HERE = Response("conditional here", channel="voice", condition=YES)
DEFAULT_HERE = Response("default here", channel="voice")
CONDITIONAL = Response("conditional", condition=YES)
DEFAULT = Response("default")
ELSEWHERE = Response("elsewhere", channel="fax")


@pytest.mark.parametrize(
    ("variations", "moment", "expected"),
    [
        ([DEFAULT, CONDITIONAL, DEFAULT_HERE, CONDITIONAL_HERE], VIP, CONDITIONAL_HERE),
        ([DEFAULT, CONDITIONAL, DEFAULT_HERE], VIP, DEFAULT_HERE),
        ([DEFAULT, CONDITIONAL], VIP, CONDITIONAL),
        ([DEFAULT, CONDITIONAL], PLAIN, DEFAULT),
        ([DEFAULT, ELSEWHERE], VIP, DEFAULT),
        ([ELSEWHERE, CONDITIONAL], PLAIN, None),
        ([], VIP, None),
    ],
)
def test_the_order_of_choice(variations: list[Response], moment: Moment, expected: Response | None) -> None:
    assert choose(variations, moment, Random(0)) == expected


def test_chance_decides_among_equals_and_repeats_itself() -> None:
    variations = [Response(str(number)) for number in range(10)]
    chosen = [choose(variations, PLAIN, Random(seed)) for seed in range(40)]
    assert len({variation.text for variation in chosen if variation}) > 5
    assert chosen == [choose(variations, PLAIN, Random(seed)) for seed in range(40)]


def test_everything_of_a_variation_is_filled_in() -> None:
    variation = Response(
        "Hi {name}",
        id="greeting",
        buttons=(ResponseButton("I am {name}", '/iam{{"n": "{name}"}}'),),
        custom={"card": ["{name}", 3]},
        image="pictures/{name}.png",
        allow_interruptions=False,
        metadata={"rephrase": True},
    )
    assert render("utter_hi", variation, Values({"name": "Ann"})) == Said(
        "Hi Ann",
        "utter_hi",
        (Button("I am Ann", '/iam{"n": "Ann"}'),),
        {"card": ["Ann", 3]},
        "pictures/Ann.png",
        None,
        False,
        {"rephrase": True, "id": "greeting"},
    )


def test_a_text_in_the_callers_language() -> None:
    variation = Response("Hello", translation={"de": "Hallo {name}"})
    assert render("utter_hi", variation, Values({"name": "Ann"}), "de").text == "Hallo Ann"
    assert render("utter_hi", variation, Values({"name": "Ann"}), "fr").text == "Hello"


def test_what_cannot_be_said_is_an_apology(bank: Assistant) -> None:
    with pytest.raises(ResponseUnavailable, match="no response 'utter_nothing'"):
        say("utter_nothing", bank, PLAIN, Random(0))
    said, problem = say_or_apologise("utter_nothing", bank, PLAIN, Random(0))
    assert said.response == INTERNAL_ERROR
    assert isinstance(problem, ResponseUnavailable)


def test_there_are_last_words(bank: Assistant) -> None:
    speechless = replace(bank, responses={})
    assert say_or_apologise("utter_x", speechless, PLAIN, Random(0))[0] == Said(LAST_RESORT, INTERNAL_ERROR)
    broken = replace(bank, responses={INTERNAL_ERROR: (Response("{% if %}", metadata={"template": "jinja"}),)})
    assert say_or_apologise("utter_x", broken, PLAIN, Random(0))[0].text == LAST_RESORT


def test_an_action_says_a_response_with_arguments_and_buttons_beside_it(bank: Assistant) -> None:
    message = {
        "text": None,
        "response": "utter_paid",
        "fee": 2.0,
        "buttons": [{"title": "Fine", "payload": "/fine"}, {"title": "Bye"}],
        "custom": {},
        "image": None,
    }
    moment = Moment(Values({"amount": 5.0, "recipient": "Joe"}))
    said, problem = say_for_action(message, bank, moment, Random(0))
    assert problem is None
    assert said.text == "Sent 5 to Joe, fee 2."
    assert said.response == "utter_paid"
    assert said.buttons == (Button("Fine", "/fine"), Button("Bye", "Bye"))
    assert said.custom is None


def test_an_actions_own_text_is_no_template(bank: Assistant) -> None:
    said, _ = say_for_action({"text": "{recipient} {{ 1 }}", "custom": {"a": 1}}, bank, PLAIN, Random(0))
    assert (said.text, said.custom) == ("{recipient} {{ 1 }}", {"a": 1})
