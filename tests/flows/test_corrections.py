"""Corrections: what is changed, where the flow goes on, and what is confirmed."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.commands import (
    CancelFlow,
    CorrectSlots,
    SetSlot,
    StartFlow,
)
from flows.effects import Utter
from flows.model import Assistant
from tests.flows.talking import FUNDS, Talk, assistant_in


class TestCorrection:
    def asked_to_confirm(self, bank: Assistant) -> Talk:
        talk = Talk(bank, FUNDS)
        talk.hear(StartFlow("transfer_money"), SetSlot("recipient", "Jo"), SetSlot("amount", 50))
        return talk

    def test_goes_back_and_walks_the_flow_again(self, bank: Assistant) -> None:
        talk = self.asked_to_confirm(bank)
        assert talk.hear(CorrectSlots((("amount", "70"),))) == [
            "say utter_corrected_previous_input", "run action_check_funds", "say utter_ask_confirm", "listen confirm",
        ]  # fmt: skip
        assert talk.events() == ["started pattern_correction", "completed pattern_correction"]
        assert talk.slot("amount") == 70.0
        said = next(effect for effect in talk.effects if isinstance(effect, Utter))
        assert said.context["corrected_slots"] == {"amount": {"value": 70.0}}
        assert said.context["reset_step_id"] == "ask_amount"

    def test_of_several_slots_is_one_and_resumes_at_the_earliest(self, bank: Assistant) -> None:
        talk = self.asked_to_confirm(bank)
        heard = talk.hear(CorrectSlots((("amount", 70), ("recipient", "Ann"))))
        assert heard.count("say utter_corrected_previous_input") == 1
        assert heard[1] == "run validate_recipient"
        assert (talk.slot("recipient"), talk.slot("amount")) == ("Ann", 70.0)

    def test_to_a_refused_value_asks_again(self, bank: Assistant) -> None:
        talk = self.asked_to_confirm(bank)
        assert talk.hear(CorrectSlots((("amount", 0),)))[-3:] == [
            "say utter_too_little", "say utter_ask_amount", "listen amount",
        ]  # fmt: skip

    def test_of_a_slot_asked_before_filling_is_reset_only(self, folder: Path) -> None:
        assistant = assistant_in(
            folder,
            """
flows:
  f:
    description: d
    steps:
      - collect: a
        ask_before_filling: true
      - collect: b
""",
            """
slots: {a: {type: text}, b: {type: text}}
responses: {utter_ask_a: [{text: a}], utter_ask_b: [{text: b}]}
""",
        )
        talk = Talk(assistant)
        talk.hear(StartFlow("f"))
        talk.hear(SetSlot("a", "x"))
        assert talk.hear(CorrectSlots((("a", "y"),))) == ["say utter_ask_a", "listen a"]

    def test_to_null_without_that_flag_is_confirmed(self, bank: Assistant) -> None:
        talk = self.asked_to_confirm(bank)
        assert talk.hear(CorrectSlots((("amount", None),))) == [
            "say utter_corrected_previous_input", "say utter_ask_amount", "listen amount",
        ]  # fmt: skip

    def test_of_a_slot_of_a_flow_that_was_called_and_returned(self, bank: Assistant) -> None:
        talk = Talk(bank)
        talk.hear(StartFlow("check_balance"))
        talk.hear(SetSlot("pin", "1"))
        assert talk.hear(CorrectSlots((("pin", "2"),))) == [
            "say utter_corrected_previous_input", "run action_check_pin", "say utter_ask_card", "listen card",
        ]  # fmt: skip

    def test_of_a_parents_slot_drops_the_children(self, folder: Path) -> None:
        assistant = assistant_in(
            folder,
            """
flows:
  parent:
    description: d
    steps: [{collect: a}, {call: child}, {collect: c}]
  child:
    description: e
    steps: [{call: grandchild}]
  grandchild:
    description: f
    steps: [{collect: b}]
""",
            """
slots: {a: {type: text}, b: {type: text}, c: {type: text}}
responses: {utter_ask_a: [{text: a}], utter_ask_b: [{text: b}], utter_ask_c: [{text: c}]}
""",
        )
        talk = Talk(assistant)
        talk.hear(StartFlow("parent"), SetSlot("a", "1"))
        heard = talk.hear(CorrectSlots((("a", "2"),)))
        assert heard == ["say utter_corrected_previous_input", "say utter_ask_b", "listen b"]
        user_frames = [frame.flow_id for frame in talk.state.stack if frame.kind != "pattern"]
        assert user_frames == ["parent", "child", "grandchild"]


class TestConfirmedCorrection:
    """An assistant that asks before it corrects."""

    FLOWS = """
flows:
  order:
    name: order food
    description: d
    steps: [{collect: dish}, {collect: number}]
  pattern_correction:
    description: Ask first
    steps:
      - collect: confirm_correction
        ask_before_filling: true
        next:
          - if: not slots.confirm_correction
            then: END
          - else: correct
      - id: correct
        action: action_correct_flow_slot
      - action: utter_corrected_previous_input
"""
    DOMAIN = """
slots: {dish: {type: text}, number: {type: float}}
responses:
  utter_ask_dish: [{text: dish}]
  utter_ask_number: [{text: number}]
  utter_ask_confirm_correction: [{text: sure}]
"""

    @pytest.fixture
    def talk(self, folder: Path) -> Talk:
        talk = Talk(assistant_in(folder, self.FLOWS, self.DOMAIN))
        talk.hear(StartFlow("order"), SetSlot("dish", "soup"))
        assert talk.hear(CorrectSlots((("dish", "rice"),))) == [
            "say utter_ask_confirm_correction",
            "listen confirm_correction",
        ]
        assert talk.slot("dish") == "soup"
        return talk

    def test_confirmed(self, talk: Talk) -> None:
        heard = talk.hear(SetSlot("confirm_correction", True))
        assert heard == ["say utter_corrected_previous_input", "say utter_ask_number", "listen number"]
        assert (talk.slot("dish"), talk.slot("confirm_correction")) == ("rice", None)

    def test_denied(self, talk: Talk) -> None:
        assert talk.hear(SetSlot("confirm_correction", False)) == ["say utter_ask_number", "listen number"]
        assert talk.slot("dish") == "soup"

    def test_replaced_by_another(self, talk: Talk) -> None:
        heard = talk.hear(CorrectSlots((("dish", "pie"),)))
        assert heard == ["say utter_ask_confirm_correction", "listen confirm_correction"]
        heard = talk.hear(SetSlot("confirm_correction", True))
        assert heard == ["say utter_corrected_previous_input", "say utter_ask_number", "listen number"]
        assert talk.slot("dish") == "pie"

    def test_cancelled_with_the_flow(self, talk: Talk) -> None:
        assert talk.hear(CancelFlow()) == ["say utter_flow_cancelled_rasa", "listen open"]
        said = next(effect for effect in talk.effects if isinstance(effect, Utter))
        assert said.context["canceled_name"] == "order food"
        assert talk.state.stack == ()
