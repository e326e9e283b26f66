"""What the default patterns answer, and the question that comes back after them."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from jinja2 import Environment, StrictUndefined

from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    CorrectSlots,
    Failed,
    HandleCodeChange,
    HumanHandoff,
    KnowledgeAnswer,
    Noop,
    RepeatLastBotMessages,
    Restart,
    SessionEnd,
    SessionStart,
    SetSlot,
    SkipQuestion,
    StartFlow,
    UserSilence,
)
from flows.effects import Utter
from flows.model import Assistant
from tests.flows.talking import FUNDS, OFFER, Talk, assistant_in


class TestPatterns:
    @pytest.fixture
    def talk(self, bank: Assistant) -> Talk:
        talk = Talk(bank, FUNDS)
        talk.hear(StartFlow("transfer_money"))
        return talk

    AGAIN = ("say utter_ask_recipient", "listen recipient")

    @pytest.mark.parametrize(
        ("command", "said"),
        [
            (ChitChat(), "utter_cannot_handle"),
            (CannotHandle(), "utter_ask_rephrase"),
            (CannotHandle("cannot_handle_not_supported"), "utter_cannot_handle"),
            (CannotHandle("cannot_handle_no_relevant_answer"), "utter_no_relevant_answer_found"),
            (SkipQuestion(), "utter_skip_question_answer"),
            (HumanHandoff(), "utter_human_handoff_not_available"),
            (Clarify(("check_balance", "change_email")), "utter_clarification_options_rasa"),
            (Clarify(()), "utter_clarification_no_options_rasa"),
            (Failed(), "utter_internal_error_rasa"),
            (Failed("rasa_internal_error_user_input_too_long"), "utter_user_input_too_long_error_rasa"),
            (Failed("rasa_internal_error_user_input_empty"), "utter_user_input_empty_error_rasa"),
        ],
    )
    def test_answer_then_ask_again(self, talk: Talk, command: ChitChat, said: str) -> None:
        assert talk.hear(command) == [f"say {said}", *self.AGAIN]

    def test_clarification_names_the_flows(self, talk: Talk) -> None:
        talk.hear(Clarify(("check_balance", "change_email", "read_news", "premium")))
        said = next(effect for effect in talk.effects if isinstance(effect, Utter))
        assert said.context["names"] == ["check balance", "change email", "read news"]
        assert said.context["clarification_options"] == "check balance, change email or read news"

    def test_knowledge_then_offer_to_go_back(self, talk: Talk) -> None:
        assert talk.hear(KnowledgeAnswer()) == ["say utter_no_knowledge_base", *OFFER]

    def test_commands_are_answered_in_order(self, talk: Talk) -> None:
        assert talk.hear(ChitChat(), SkipQuestion()) == [
            "say utter_cannot_handle", "say utter_skip_question_answer", *self.AGAIN,
        ]  # fmt: skip

    def test_repeat_does_not_ask_twice(self, talk: Talk) -> None:
        assert talk.hear(RepeatLastBotMessages()) == ["repeat", "listen recipient"]
        assert talk.hear(ChitChat()) == ["say utter_cannot_handle", *self.AGAIN]

    def test_silence_three_times_ends_the_call(self, talk: Talk) -> None:
        assert talk.hear(UserSilence()) == ["repeat", "listen recipient"]
        assert talk.hear(UserSilence()) == ["say utter_ask_still_there", *self.AGAIN]
        assert talk.hear(UserSilence()) == ["say utter_inform_hangup", "hang up"]
        assert talk.hear(SetSlot("recipient", "Jo")) == ["hang up"]

    def test_speech_resets_the_count_of_silences(self, talk: Talk) -> None:
        talk.hear(UserSilence())
        talk.hear(ChitChat())
        assert talk.slot("consecutive_silence_timeouts") == 0.0
        assert talk.hear(UserSilence())[0] == "repeat"

    def test_session(self, bank: Assistant) -> None:
        talk = Talk(bank)
        assert talk.hear(SessionStart({"call_id": "1"})) == ["listen open"]
        assert talk.slot("session_started_metadata") == {"call_id": "1"}
        assert talk.hear(SessionEnd()) == ["hang up"]
        assert talk.hear(SessionStart()) == ["listen open"]

    def test_restart(self, talk: Talk) -> None:
        assert talk.hear(Restart()) == ["say utter_restart", "listen open"]
        assert talk.state.stack == ()

    def test_code_change(self, talk: Talk) -> None:
        assert talk.hear(HandleCodeChange()) == ["say utter_inform_code_change", "listen open"]

    def test_who_needs_a_moment_is_not_asked_again(self, talk: Talk) -> None:
        stack = talk.state.stack
        assert talk.hear(Noop()) == ["listen recipient"]
        assert talk.state.stack == stack
        assert talk.hear(Noop(), ChitChat()) == ["say utter_cannot_handle", *self.AGAIN]
        assert talk.hear(UserSilence())[0] == "repeat"
        talk.hear(Noop())
        assert talk.hear(SetSlot("recipient", "Jo")) == [
            "run validate_recipient", "say utter_ask_amount", "listen amount",
        ]  # fmt: skip

    def test_user_pattern_replaces_ours(self, folder: Path) -> None:
        flows = """
flows:
  f:
    description: d
    steps: [{action: utter_hello}]
  pattern_session_start:
    description: Greet
    steps:
      - action: action_session_start
      - action: utter_hello
"""
        assistant = assistant_in(folder, flows, "responses: {utter_hello: [{text: Hello}]}\n")
        assert Talk(assistant).hear(SessionStart()) == ["say utter_hello", "listen open"]


def test_every_text_of_ours_finds_all_that_it_speaks_of(bank: Assistant, old_bank: Assistant) -> None:
    """Fill in the Jinja texts with what the engine gives them, and complain of anything missing."""
    wishes: list[tuple[Command, ...]] = [
        (StartFlow("transfer_money"), SetSlot("recipient", "Jo"), SetSlot("amount", "lots")),
        (SetSlot("amount", 5),),
        (CorrectSlots((("amount", 7), ("recipient", "Ann"))),),
        (SetSlot("confirm", "maybe"),),
        (Clarify(("check_balance", "change_email")),),
        (Failed("rasa_internal_error_user_input_too_long", {"max_characters": 420}),),
        (StartFlow("change_email"),),
        (StartFlow("check_balance"), SetSlot("pin", "1"), SetSlot("card", "Diners")),
        (SetSlot("card", "Visa"),),
        (CancelFlow(),),
        (CancelFlow(),),
    ]
    spoken = {}
    for assistant in (bank, old_bank):
        talk = Talk(assistant, FUNDS)
        for commands in wishes:
            talk.hear(*commands)
            for effect in talk.effects:
                if isinstance(effect, Utter) and assistant.responses[effect.response][0].is_jinja:
                    spoken[effect.response] = _rendered(assistant, effect)
    assert spoken["utter_corrected_previous_input"] == "Okay, I've changed amount to 7 and recipient to Ann."
    assert spoken["utter_categorical_slot_rejection"] == "Sorry, Diners isn't one of the choices."
    endings = ("_rasa", "_rejection", "_confirmation", "_continue", "_interrupted")
    unheard = {name for name, variations in bank.responses.items() if variations[0].is_jinja and name.endswith(endings)}
    assert unheard - set(spoken) == set()


def _rendered(assistant: Assistant, effect: Utter) -> str:
    template = Environment(undefined=StrictUndefined, autoescape=True).from_string(
        assistant.responses[effect.response][0].text or ""
    )
    return unescape(template.render(context=effect.context, **effect.metadata))
