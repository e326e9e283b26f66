"""§2.2 responses: which variation is said, and how its text comes about."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest

from dialogue.events import ActionReturned
from dialogue.responses import Moment, say
from dialogue.templates import Values
from dialogue.turn import Said
from flows.commands import Json
from flows.model import Assistant
from tests.conformance.assistant import Talk, returned
from tests.conformance.conftest import Write
from tests.conformance.files.domains import domain

FLOW = """
flows:
  f:
    description: says something
    run_pattern_completed: false
    steps:
      - action: action_x
      - action: utter_x
"""
SLOTS = {"name": "text", "n": "float", "flag": "bool", "kind": "{type: categorical, values: [gold, silver]}"}


def _assistant(write: Write, response: str, config: str = "") -> Assistant:
    text = domain(SLOTS, responses=f"utter_x:\n{response}", actions=["action_x"], unasked=list(SLOTS))
    return write(FLOW, text, more={"config.yml": config} if config else {})


def _said(
    write: Write,
    response: str,
    slots: Mapping[str, Json] | None = None,
    *,
    channel: str = "voice",
    config: str = "",
    seed: int = 0,
) -> Said:
    assistant = _assistant(write, response, config)
    filled = {**assistant.initial_slots, **(slots or {})}
    return say("utter_x", assistant, Moment(Values(filled), channel), Random(seed))


@pytest.mark.parametrize(
    ("text", "slots", "said"),
    [
        ("Hello {name}!", {"name": "Ann"}, "Hello Ann!"),
        ("Hello {name}!", {}, "Hello None!"),
        ("{n} days", {"n": 3.0}, "3 days"),
        ("{n} days", {"n": 3.5}, "3.5 days"),
        ("{n} days", {"n": 3}, "3 days"),
        ("{flag}", {"flag": True}, "True"),
        ("{name}{name} {n}", {"name": "a", "n": 1}, "aa 1"),
        ("{{literal}} {name}", {"name": "x"}, "{literal} x"),
        ("no placeholder", {}, "no placeholder"),
        ("{name}", {"name": "{n}"}, "{n}"),
        ("{name}", {"name": "{{7*7}}"}, "{{7*7}}"),
        ("emoji 🚗 {name}", {"name": "مرحبا"}, "emoji 🚗 مرحبا"),
    ],
)
def test_s2_2_interpolation(write: Write, text: str, slots: dict[str, Json], said: str) -> None:
    assert _said(write, f'  - text: "{text}"', slots).text == said


@pytest.mark.parametrize(
    ("text", "slots", "said"),
    [
        ("Hi {{slots.name}}", {"name": "Ann"}, "Hi Ann"),
        ("Hi {{ slots.name | title }}", {"name": "ann"}, "Hi Ann"),
        ("{% if slots.n > 2 %}many{% else %}few{% endif %}", {"n": 3}, "many"),
        ("{% for i in range(3) %}{{ i }}{% endfor %}", {}, "012"),
        ("{% if slots.name is none %}nobody{% endif %}", {}, "nobody"),
        ("{% if slots.name %}somebody{% else %}nobody{% endif %}", {}, "nobody"),
        ("{{ slots.name or 'you' }}", {}, "you"),
        ("{{ slots['name'] }}", {"name": "Ann"}, "Ann"),
        ("{{ slots.n | int }}", {"n": 3.7}, "3"),
        ("{{ slots.n | round(1) }}", {"n": 3.14159}, "3.1"),
        ("{{ '%.2f' | format(slots.n) }}", {"n": 3}, "3.00"),
        ("{{ '%.2f'.format(1) if false else slots.name | upper }}", {"name": "a"}, "A"),
        ("{{ '{:.2f}'.format(slots.n) }}", {"n": 3}, "3.00"),
        ("{{ '{:,.0f}'.format(slots.n) }}", {"n": 1234567}, "1,234,567"),
        ("{{ slots.name.split(' ')[0] }}", {"name": "Ann Lee"}, "Ann"),
        ("{{ slots.name.upper() }}", {"name": "ann"}, "ANN"),
        ("{{ slots.name | length }}", {"name": "ann"}, "3"),
        ("{% set a = slots.n * 2 %}{{ a }}", {"n": 2.0}, "4"),
        ("{name} {{slots.name}}", {"name": "Ann"}, "{name} Ann"),
    ],
)
def test_s2_2_jinja(write: Write, text: str, slots: dict[str, Json], said: str) -> None:
    response = (
        f"  - text: {text!r}\n    metadata: {{template: jinja}}"
        if "'" not in text
        else (f'  - text: "{text}"\n    metadata: {{template: jinja}}')
    )
    assert _said(write, response, slots).text == said


def test_s2_2_jinja_sees_the_context_of_its_pattern(write: Write) -> None:
    flows = """
    flows:
      f:
        name: rent a car
        description: f
        steps: [{collect: name}]
      pattern_cancel_flow:
        description: cancel
        steps: [{action: action_cancel_flow}, {action: utter_x}]
    """
    own = 'utter_x: [{text: "bye {{context.canceled_name}}", metadata: {template: jinja}}]'
    talk = Talk(write(flows, domain({"name": "text"}, responses=own)))
    talk.hear("start flow f")
    assert talk.hear("cancel flow").texts == ("bye rent a car",)


def test_s2_2_arguments_of_utter_message_fill_the_text(write: Write) -> None:
    asks = {"action_x": returned("action_x", {"response": "utter_y", "price": 5.0, "name": "Bob"})}
    text = domain(SLOTS, say=["utter_x"], responses='utter_y: [{text: "{price} {name} {n}"}]', actions=["action_x"])
    assert Talk(write(FLOW, text), asks).hear("start flow f").texts[0] == "5 Bob None"
    jinja = 'utter_y: [{text: "{{price + 1}} {{name}}", metadata: {template: jinja}}]'
    text = domain(SLOTS, say=["utter_x"], responses=jinja, actions=["action_x"])
    assert Talk(write(FLOW, text), asks).hear("start flow f").texts[0] == "6 Bob"


def test_s8_files_buttons_beside_response(write: Write) -> None:
    asks = {
        "action_x": returned(
            "action_x",
            {"response": "utter_y", "text": None, "buttons": [{"title": "One", "payload": "/SetSlots(n=1)"}]},
        )
    }
    text = domain(SLOTS, say=["utter_x"], responses='utter_y: [{text: "Which?"}]', actions=["action_x"])
    (message, _) = Talk(write(FLOW, text), asks).hear("start flow f").messages
    assert message.text == "Which?"
    assert [(button.title, button.payload) for button in message.buttons] == [("One", "/SetSlots(n=1)")]


def test_s8_26_an_actions_responses_are_logged_before_its_events(write: Write) -> None:
    done = ActionReturned("action_x", ({"event": "slot", "name": "name", "value": "Ann"},), ({"text": "done"},))
    text = domain(SLOTS, responses='utter_x: [{text: "{name}"}]', actions=["action_x"])
    talk = Talk(write(FLOW, text), {"action_x": done})
    turn = talk.hear("start flow f")
    assert turn.texts == ("done", "Ann")
    outputs = [type(output).__name__ + str(getattr(output, "event", ""))[:7] for output in turn.outputs]
    assert outputs.index("Said") < next(i for i, name in enumerate(outputs) if "SlotSet" in name)


def test_s2_2_conditions_as_predicates(write: Write) -> None:
    response = """
      - text: silver
        condition: "slots.kind = 'silver'"
      - text: gold
        condition: "slots.kind = 'gold' and slots.n > 1"
      - text: other
    """
    assert _said(write, response, {"kind": "silver"}).text == "silver"
    assert _said(write, response, {"kind": "gold", "n": 2}).text == "gold"
    assert _said(write, response, {"kind": "gold", "n": 1}).text == "other"


def test_s2_2_legacy_conditions_are_strict(write: Write) -> None:
    response = """
      - text: both
        condition:
          - {type: slot, name: kind, value: gold}
          - {type: slot, name: flag, value: true}
      - text: three
        condition: [{type: slot, name: n, value: 3}]
      - text: other
    """
    assert _said(write, response, {"kind": "gold", "flag": True}).text == "both"
    assert _said(write, response, {"kind": "gold", "flag": False}).text == "other"
    assert _said(write, response, {"kind": "gold", "flag": "true"}).text == "other"
    assert _said(write, response, {"n": 3}).text == "three"
    assert _said(write, response, {"n": "3"}).text == "other"


CHOICES = """
      - text: conditional channel
        channel: browser_audio
        condition: slots.flag
      - text: default channel
        channel: browser_audio
      - text: conditional
        condition: slots.flag
      - text: default
"""


def test_s2_2_the_order_of_choice(write: Write) -> None:
    assert _said(write, CHOICES, {"flag": True}, channel="browser_audio").text == "conditional channel"
    assert _said(write, CHOICES, {"flag": False}, channel="browser_audio").text == "default channel"
    assert _said(write, CHOICES, {"flag": True}, channel="rest").text == "conditional"
    assert _said(write, CHOICES, {"flag": False}, channel="rest").text == "default"


def test_s2_2_default_and_channel_comes_before_conditional(write: Write) -> None:
    response = "  - {text: a, channel: rest}\n  - {text: b, condition: slots.flag}\n"
    assert _said(write, response, {"flag": True}, channel="rest").text == "a"


def test_s2_2_chance_among_equals(write: Write) -> None:
    response = "  - text: a\n  - text: b\n  - text: c\n"
    assert {_said(write, response, seed=seed).text for seed in range(40)} == {"a", "b", "c"}


def test_s2_2_no_eligible_variation_is_an_internal_error(write: Write) -> None:
    talk = Talk(_assistant(write, "  - {text: a, condition: slots.flag}\n"))
    problems = talk.faults
    with pytest.raises(AssertionError):  # the driver expects no fault, and here there is one
        talk.hear("start flow f")
    assert [problem.code for problem in problems] == ["response-unavailable"]
    events = [event for event in talk.conversation.events if type(event).__name__ == "AssistantSaid"]
    assert [event.response for event in events] == ["utter_internal_error_rasa"]  # type: ignore[union-attr]


def test_s2_2_translations(write: Write) -> None:
    response = """
      - text: Good day, {name}.
        translation: {de: "Guten Tag, {name}.", fr: "Bonjour, {name}."}
    """
    config = "language: en\nadditional_languages: [de, fr]\n"
    assert _said(write, response, {"name": "Ann"}, config=config).text == "Good day, Ann."
    assert _said(write, response, {"name": "Ann", "language": "de"}, config=config).text == "Guten Tag, Ann."
    assert _said(write, response, {"name": "Ann", "language": "fr"}, config=config).text == "Bonjour, Ann."
    assert _said(write, response, {"name": "Ann", "language": "it"}, config=config).text == "Good day, Ann."


def test_s2_2_rich_content(write: Write) -> None:
    response = """
      - text: Look
        id: look-1
        image: "https://example.test/{name}.png"
        attachment: {type: file, url: "x/{name}"}
        custom: {blocks: [{text: "for {name}", n: 3, deep: {list: [1, null, true]}}]}
        allow_interruptions: false
        metadata: {rephrase: false, mine: 1}
        elements: [{title: a}]
        quick_replies: [{title: b, content_type: text, payload: c}]
    """
    said = _said(write, response, {"name": "Ann"})
    assert said.image == "https://example.test/Ann.png"
    assert said.attachment == {"type": "file", "url": "x/Ann"}
    assert said.custom == {"blocks": [{"text": "for Ann", "n": 3, "deep": {"list": [1, None, True]}}]}
    assert said.allow_interruptions is False
    assert said.metadata["mine"] == 1


def test_s2_2_a_response_may_have_no_text(write: Write) -> None:
    said = _said(write, "  - custom: {a: 1}\n")
    assert (said.text, said.custom) == ("", {"a": 1})


def test_s2_2_block_texts_and_paragraphs(write: Write) -> None:
    response = """
      - text: |
          First line.
          Second line.

          New paragraph.
    """
    assert _said(write, response).text.rstrip("\n") == "First line.\nSecond line.\n\nNew paragraph."
    folded = "  - text: >\n      one\n      two\n"
    assert _said(write, folded).text.rstrip("\n") == "one two"


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "y", "n", "Yes", "NO"])
def test_s8_files_yes_and_no_stay_words_in_titles_payloads_and_texts(write: Write, word: str) -> None:
    said = _said(write, f"  - text: {word}\n    buttons: [{{title: {word}, payload: {word}}}]\n")
    assert said.text == word
    assert [(button.title, button.payload) for button in said.buttons] == [(word, word)]


def test_s2_2_buttons_with_braces_and_slots(write: Write) -> None:
    response = """
      - text: Which?
        buttons:
          - {title: "{name}", payload: '/book{{"place": "{name}"}}'}
          - {title: Free text, payload: I want the first one}
          - title: Only a title
    """
    said = _said(write, response, {"name": "Rome"})
    assert [(button.title, button.payload) for button in said.buttons] == [
        ("Rome", '/book{"place": "Rome"}'),
        ("Free text", "I want the first one"),
        ("Only a title", "Only a title"),
    ]


def test_s2_2_an_unknown_key_in_a_variation_does_not_stop_it(write: Write) -> None:
    assert _said(write, "  - {text: a, links: [x], summary: s}\n").text == "a"


def test_s2_2_channel_all_is_no_channel_name_of_ours(write: Write) -> None:
    assert _said(write, "  - {text: a, channel: slack}\n  - text: b\n", channel="rest").text == "b"


def test_s2_2_an_override_by_name_takes_the_place_of_a_default_response(write: Write) -> None:
    flows = FLOW.replace("      - action: action_x\n", "")
    own = "utter_ask_rephrase: [{text: What?}]"
    talk = Talk(write(flows, domain(say=["utter_x"], responses=own)))
    assert talk.hear("start flow nothing").texts == ("What?",)
