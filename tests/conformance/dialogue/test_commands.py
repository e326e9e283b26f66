"""Format §4.1 (commands in all three syntaxes) and §4.2 (how what a model writes is read)."""

from __future__ import annotations

import pytest

from dialogue.events import UserSaid
from dialogue.ports import Completion
from dialogue.tracker import tracker_event
from dialogue.turn import UserTurn
from dialogue.understanding.cascade import Cascade
from dialogue.understanding.parsing import format_command, parse_commands
from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    Failed,
    HumanHandoff,
    KnowledgeAnswer,
    RepeatLastBotMessages,
    Restart,
    SessionEnd,
    SessionStart,
    SetSlot,
    SkipQuestion,
    StartFlow,
    UserSilence,
)
from flows.model import Assistant
from flows.state import initial_state
from tests.conformance.dialogue.conftest import Company


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        (StartFlow("order_sim"), ["StartFlow(order_sim)", "start flow order_sim"]),
        (SetSlot("quantity", "5"), ["SetSlot(quantity, 5)", "set slot quantity 5"]),
        (CancelFlow(), ["CancelFlow()", "cancel flow"]),
        (Clarify(("order_sim", "top_up")), ["Clarify(order_sim, top_up)", "disambiguate flows order_sim top_up"]),
        (SkipQuestion(), ["SkipQuestion()"]),
        (KnowledgeAnswer(), ["SearchAndReply()", "provide info", "search and reply"]),
        (ChitChat(), ["ChitChat()", "offtopic reply"]),
        (RepeatLastBotMessages(), ["RepeatLastBotMessages()", "repeat message"]),
        (HumanHandoff(), ["HumanHandoff()", "hand over"]),
    ],
)
def test_s4_1_every_command_in_every_syntax(command: Command, lines: list[str]) -> None:
    for line in lines:
        assert parse_commands(line) == (command,)


@pytest.mark.parametrize(
    ("payload", "command"),
    [
        ("/session_start", SessionStart),
        ("/session_end", SessionEnd),
        ("/restart", Restart),
        ("/silence_timeout", UserSilence),
    ],
)
def test_s4_1_session_intents_start_their_patterns(company: Company, payload: str, command: type) -> None:
    pattern = {
        SessionStart: "pattern_session_start",
        SessionEnd: "pattern_session_end",
        Restart: "pattern_restart",
        UserSilence: "pattern_user_silence",
    }[command]
    assert f"started {pattern}" in company().hear(payload).flows


def test_s4_1_dict_form_of_commands_in_the_tracker() -> None:
    commands = (StartFlow("order_sim"), SetSlot("quantity", 5.0), CancelFlow(), SkipQuestion())
    event = tracker_event(UserSaid("x", commands, "llm"), 0.0, "voice")
    assert event is not None
    start, put, cancel, skip = event["parse_data"]["commands"]
    assert (start["command"], start["flow"]) == ("start flow", "order_sim")
    assert (put["command"], put["name"], put["value"]) == ("set slot", "quantity", 5.0)
    assert "extractor" in put
    assert cancel["command"] == "cancel flow"
    assert skip["command"] == "skip question"


START, SET = StartFlow("order_sim"), SetSlot("quantity", "5")


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("- start flow order_sim", [START]),
        ("* start flow order_sim", [START]),
        ("• start flow order_sim", [START]),
        ("1. start flow order_sim", [START]),
        ("12) start flow order_sim", [START]),
        ("   \t start flow order_sim  ", [START]),
        ("```\nstart flow order_sim\n```", [START]),
        ('start flow "order_sim"', [START]),
        ("start flow 'order_sim'", [START]),
        ("start flow `order_sim`", [START]),
        ("START FLOW order_sim", [START]),
        ("start flow order_sim.", [START]),
        ('StartFlow("order_sim")', [START]),
        ("1. StartFlow('order_sim')", [START]),
        ("start flow order-sim-2", [StartFlow("order-sim-2")]),
        ("StartFlow(order-sim-2)", [StartFlow("order-sim-2")]),
        ("start flow 2nd_order", [StartFlow("2nd_order")]),
        ("disambiguate flows order-sim top-up", [Clarify(("order-sim", "top-up"))]),
        ("disambiguate flows order_sim, top_up", [Clarify(("order_sim", "top_up"))]),
        ('disambiguate flows "order_sim" "top_up"', [Clarify(("order_sim", "top_up"))]),
        ("Clarify(order-sim, top-up)", [Clarify(("order-sim", "top-up"))]),
        ("Clarify()", [Clarify(())]),
        ("disambiguate flows", [Clarify(())]),
        ('set slot quantity "5"', [SET]),
        ("set slot quantity '5'", [SET]),
        ("set slot `quantity` `5`", [SET]),
        ("set slot 'quantity' \"5\"", [SET]),
        ("SetSlot(quantity, '5')", [SET]),
        ("SetSlot('quantity', \"5\")", [SET]),
        ("SetSlot(quantity,5)", [SET]),
        ("SetSlot(quantity, 5\n)", [SET]),
        ("set slot quantity 5\n", [SET]),
        ("set slot quantity 5\r\nstart flow order_sim", [SET, START]),
        ("set slot street Long Lane 5", [SetSlot("street", "Long Lane 5")]),
        ("set slot street O'Neill's", [SetSlot("street", "O'Neill's")]),
        (r'set slot street "say \"hi\" now"', [SetSlot("street", 'say "hi" now')]),
        (r'SetSlot(street, "say \"hi\" now")', [SetSlot("street", 'say "hi" now')]),
        (r"SetSlot(street, 'it\'s here')", [SetSlot("street", "it's here")]),
        ('set slot street "wait, cancel flow now"', [SetSlot("street", "wait, cancel flow now")]),
        ('SetSlot(street, "wait, cancel flow now")', [SetSlot("street", "wait, cancel flow now")]),
        ("start flow order_sim, SetSlot(quantity, 5)", [START, SET]),
        ("StartFlow(order_sim), set slot quantity 5", [START, SET]),
        ("SetSlot(street, Long Lane (north))", [SetSlot("street", "Long Lane (north)")]),
        ("SetSlot(street, a, b)", [SetSlot("street", "a, b")]),
        ('SetSlot(street, "a, b"), StartFlow(order_sim)', [SetSlot("street", "a, b"), START]),
        ("set slot street a, b", [SetSlot("street", "a, b")]),
        ("start flow order_sim, set slot quantity 5", [START, SET]),
        ("StartFlow(order_sim), SetSlot(quantity, 5)", [START, SET]),
        ("set slot quantity 5, start flow order_sim, cancel flow", [SET, START, CancelFlow()]),
        ("set slot quantity '5', set slot street 'x'", [SET, SetSlot("street", "x")]),
        ("cancel flow, start flow order_sim", [CancelFlow(), START]),
        ("start flow order_sim\n\n\nset slot quantity 5", [START, SET]),
        ("start flow order_sim\nthe caller wants a card\nset slot quantity 5", [START, SET]),
        ("set slot order_confirmed True", [SetSlot("order_confirmed", "True")]),
        ("set slot quantity -5", [SetSlot("quantity", "-5")]),
        ("set slot quantity 5.50", [SetSlot("quantity", "5.50")]),
        ("set slot when 2026-01-02T10:00:00", [SetSlot("when", "2026-01-02T10:00:00")]),
        ("set slot email jo@example.org", [SetSlot("email", "jo@example.org")]),
        ("set slot street Straße 五", [SetSlot("street", "Straße 五")]),
        ("hello there", []),
        ("start flow", []),
        ("", []),
    ],
)
def test_s4_2_lines_are_read_whatever_stands_around_them(text: str, commands: list[Command]) -> None:
    assert list(parse_commands(text)) == commands


@pytest.mark.parametrize(
    "value",
    [
        "plain", "a, b", 'say "hi"', "it's", "line\nbreak", " edges ", "", "back\\slash", "(x)", "`x`", '"', "'a', 'b'",
        "wait, cancel flow now",
    ],
)  # fmt: skip
def test_s4_2_what_is_recorded_is_read_back(value: str) -> None:
    command = SetSlot("street", value)
    assert parse_commands(format_command(command)) == (command,)


class _Writes:
    """A language model that writes this; an exception is raised."""

    def __init__(self, text: str | Exception) -> None:
        self.text = text

    async def complete(self, prefix: str, tail: str, **_: object) -> Completion:
        if isinstance(self.text, Exception):
            raise self.text
        return Completion(self.text, 1, 0, 1, 1.0)

    async def warm(self, prefix: str, tail: str = "") -> None:
        pass


async def _understood(assistant: Assistant, said: str, wrote: str | Exception = "") -> tuple[Command, ...]:
    cascade = Cascade(assistant, language_model=_Writes(wrote), trust="full")
    return (await cascade.understand(UserTurn(said), initial_state(assistant))).commands


async def test_s4_2_what_a_model_writes_becomes_commands(companies: dict[str, Assistant]) -> None:
    assert await _understood(companies["3.16"], "some cards for my family", "start flow order_sim") == (START,)


async def test_s4_2_nothing_parsed_is_cannot_handle(companies: dict[str, Assistant]) -> None:
    assert await _understood(companies["3.16"], "the weather in spring", "I do not know!") == (CannotHandle(),)


async def test_s4_2_a_start_of_an_unknown_or_guarded_flow_is_dropped(companies: dict[str, Assistant]) -> None:
    for wrote in ("start flow nonsense", "start flow roaming", "start flow identify"):
        assert await _understood(companies["3.16"], "the weather in spring", wrote) == (CannotHandle(),)


async def test_s4_2_a_failing_model_is_an_internal_error(companies: dict[str, Assistant]) -> None:
    assert await _understood(companies["3.16"], "the weather", RuntimeError("no server")) == (Failed(),)


async def test_s4_2_too_long_and_empty_input(companies: dict[str, Assistant]) -> None:
    assistant = companies["3.16"]
    assert await _understood(assistant, "  ") == (Failed("rasa_internal_error_user_input_empty"),)
    (failed,) = await _understood(assistant, "word " * 100)
    assert isinstance(failed, Failed)
    assert failed.error_type == "rasa_internal_error_user_input_too_long"
    assert failed.info["max_characters"] == 420
    (fine,) = await _understood(assistant, "w" * 420, "start flow order_sim")
    assert fine == START


def test_s4_2_too_long_and_empty_input_have_their_own_words(company: Company) -> None:
    talk = company("start flow order_sim")
    too_long = Failed("rasa_internal_error_user_input_too_long", {"max_characters": 420})
    assert talk.give(too_long).said == ("utter_user_input_too_long_error_rasa", "utter_ask_plan")
    empty = Failed("rasa_internal_error_user_input_empty")
    assert talk.give(empty).said == ("utter_user_input_empty_error_rasa", "utter_ask_plan")
    assert talk.give(Failed()).said == ("utter_internal_error_rasa", "utter_ask_plan")
