"""How flows are interrupted, resumed, cancelled, called, linked and completed."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.commands import (
    CancelFlow,
    ChitChat,
    SetSlot,
    StartFlow,
)
from flows.effects import Utter
from flows.engine import active_user_flow, expectation
from flows.model import Assistant
from tests.flows.talking import COMPLETED, FUNDS, OFFER, Talk, assistant_in


class TestDigression:
    def offered(self, bank: Assistant) -> Talk:
        talk = Talk(bank, FUNDS)
        talk.hear(StartFlow("transfer_money"), SetSlot("recipient", "Jo"))
        talk.hear(StartFlow("check_balance"))
        assert talk.events()[:2] == ["interrupted transfer_money", "started check_balance"]
        talk.hear(SetSlot("pin", "1"))
        assert talk.hear(SetSlot("card", "visa")) == ["say utter_balance", *OFFER]
        asked = [effect for effect in talk.effects if isinstance(effect, Utter)][-1]
        assert asked.context["interrupted_flow_options"] == "transfer money"
        return talk

    def test_resumed(self, bank: Assistant) -> None:
        talk = self.offered(bank)
        heard = talk.hear(SetSlot("continue_interrupted_flow_confirmation", "yes"))
        assert heard == ["say utter_ask_amount", "listen amount"]
        assert "resumed transfer_money" in talk.events()

    def test_left(self, bank: Assistant) -> None:
        talk = self.offered(bank)
        heard = talk.hear(SetSlot("continue_interrupted_flow_confirmation", "no"))
        assert heard == ["say utter_interrupted_flows_cancelled", "listen open"]
        assert "cancelled transfer_money" in talk.events()
        assert talk.slot("recipient") is None

    def test_answered_with_the_value_itself(self, bank: Assistant) -> None:
        talk = self.offered(bank)
        assert talk.hear(SetSlot("amount", 20))[-1] == "listen confirm"
        assert "resumed transfer_money" in talk.events()

    def test_cancelled_at_the_offer(self, bank: Assistant) -> None:
        talk = self.offered(bank)
        assert talk.hear(CancelFlow()) == ["say utter_flow_cancelled_rasa", "listen open"]
        assert talk.state.stack == ()

    def test_several_interrupted(self, bank: Assistant) -> None:
        talk = Talk(bank, FUNDS)
        talk.hear(StartFlow("transfer_money"))
        talk.hear(StartFlow("change_email"))
        talk.hear(StartFlow("check_balance"), SetSlot("pin", "1"))
        heard = talk.hear(SetSlot("card", "Amex"))
        assert heard[1:] == ["say utter_ask_interrupted_flow_to_continue", "listen interrupted_flow_to_continue"]
        asked = [effect for effect in talk.effects if isinstance(effect, Utter)][-1]
        assert asked.context["collect"] == "interrupted_flow_to_continue"
        heard = talk.hear(SetSlot("interrupted_flow_to_continue", "transfer money"))
        assert heard == ["say utter_ask_recipient", "listen recipient"]
        flow = active_user_flow(talk.state, bank)
        assert flow is not None
        assert flow.id == "transfer_money"

    def test_none_of_several(self, bank: Assistant) -> None:
        talk = Talk(bank, FUNDS)
        talk.hear(StartFlow("transfer_money"))
        talk.hear(StartFlow("change_email"))
        talk.hear(StartFlow("check_balance"), SetSlot("pin", "1"))
        talk.hear(SetSlot("card", "Amex"))
        heard = talk.hear(SetSlot("interrupted_flow_to_continue", "none"))
        assert heard == ["say utter_interrupted_flows_cancelled", "listen open"]

    def test_starting_the_interrupted_flow_brings_it_back(self, bank: Assistant) -> None:
        talk = Talk(bank, FUNDS)
        talk.hear(StartFlow("transfer_money"))
        talk.hear(StartFlow("change_email"))
        assert talk.hear(StartFlow("transfer_money")) == ["say utter_ask_recipient", "listen recipient"]
        assert talk.events() == ["interrupted change_email", "resumed transfer_money"]

    def test_starting_the_active_flow_does_nothing(self, bank: Assistant) -> None:
        talk = Talk(bank, FUNDS)
        talk.hear(StartFlow("check_balance"))
        before = [frame.flow_id for frame in talk.state.stack]
        assert talk.hear(StartFlow("check_balance")) == ["say utter_ask_pin", "listen pin"]
        assert [frame.flow_id for frame in talk.state.stack] == before

    def test_oldest_profile_goes_back_at_once(self, old_bank: Assistant) -> None:
        talk = Talk(old_bank, FUNDS)
        talk.hear(StartFlow("transfer_money"))
        talk.hear(StartFlow("check_balance"), SetSlot("pin", "1"))
        assert talk.hear(SetSlot("card", "Visa")) == [
            "say utter_balance", "say utter_flow_continue_interrupted", "say utter_ask_recipient", "listen recipient",
        ]  # fmt: skip
        assert "resumed transfer_money" in talk.events()


class TestStartAndCancel:
    def test_two_starts_run_in_order_without_an_offer(self, bank: Assistant) -> None:
        talk = Talk(bank)
        heard = talk.hear(
            StartFlow("check_balance"), StartFlow("change_email"), SetSlot("pin", "1"), SetSlot("card", "Visa")
        )
        assert heard == ["run action_check_pin", "say utter_balance", "say utter_ask_email", "listen email"]

    def test_cancel(self, bank: Assistant) -> None:
        talk = Talk(bank)
        talk.hear(StartFlow("transfer_money"), SetSlot("recipient", "Jo"))
        assert talk.hear(CancelFlow()) == ["say utter_flow_cancelled_rasa", "listen open"]
        assert talk.events() == [
            "started pattern_cancel_flow",
            "cancelled transfer_money",
            "completed pattern_cancel_flow",
        ]
        assert talk.slot("recipient") is None

    def test_cancel_in_a_called_flow_cancels_the_parent(self, bank: Assistant) -> None:
        talk = Talk(bank)
        talk.hear(StartFlow("check_balance"))
        talk.hear(CancelFlow())
        said = next(effect for effect in talk.effects if isinstance(effect, Utter))
        assert said.context["canceled_name"] == "check balance"
        assert talk.state.stack == ()

    def test_cancel_of_an_interrupting_flow_offers_the_other(self, bank: Assistant) -> None:
        talk = Talk(bank)
        talk.hear(StartFlow("transfer_money"))
        talk.hear(StartFlow("check_balance"))
        assert talk.hear(CancelFlow()) == ["say utter_flow_cancelled_rasa", *OFFER]

    def test_cancel_and_start_in_one_turn_keeps_what_was_said_for_the_new_flow(self, bank: Assistant) -> None:
        talk = Talk(bank)
        talk.hear(StartFlow("check_balance"), SetSlot("pin", "1"))
        heard = talk.hear(CancelFlow(), StartFlow("transfer_money"), SetSlot("recipient", "Jo"))
        assert heard == [
            "say utter_flow_cancelled_rasa", "run validate_recipient", "say utter_ask_amount", "listen amount",
        ]  # fmt: skip
        assert talk.slot("recipient") == "Jo"

    def test_cancel_and_start_again(self, bank: Assistant) -> None:
        talk = Talk(bank)
        talk.hear(StartFlow("transfer_money"), SetSlot("recipient", "Jo"))
        heard = talk.hear(CancelFlow(), StartFlow("transfer_money"))
        assert heard == ["say utter_flow_cancelled_rasa", "say utter_ask_recipient", "listen recipient"]

    def test_old_profiles_go_on_after_a_cancel(self, old_bank: Assistant) -> None:
        talk = Talk(old_bank)
        talk.hear(StartFlow("transfer_money"))
        assert talk.hear(CancelFlow()) == [
            "say utter_flow_cancelled_rasa", "say utter_can_do_something_else", "listen open",
        ]  # fmt: skip

    def test_cancel_with_nothing_to_cancel_does_nothing(self, bank: Assistant) -> None:
        assert Talk(bank).hear(CancelFlow()) == ["listen open"]

    def test_a_new_wish_ends_the_question_for_more(self, bank: Assistant) -> None:
        talk = Talk(bank)
        talk.hear(StartFlow("check_balance"), SetSlot("pin", "1"), SetSlot("card", "Visa"))
        assert talk.hear(StartFlow("transfer_money")) == ["say utter_ask_recipient", "listen recipient"]
        assert [frame.flow_id for frame in talk.state.stack] == ["transfer_money", "pattern_collect_information"]


class TestCallAndLink:
    def test_call_returns_and_its_slots_end_with_the_parent(self, bank: Assistant) -> None:
        talk = Talk(bank)
        assert talk.hear(StartFlow("check_balance")) == ["say utter_ask_pin", "listen pin"]
        assert talk.events() == ["started check_balance", "started authenticate"]
        assert talk.hear(SetSlot("pin", "1")) == ["run action_check_pin", "say utter_ask_card", "listen card"]
        assert talk.events() == ["completed authenticate"]
        assert talk.slot("pin") == "1"
        talk.hear(SetSlot("card", "Visa"))
        assert talk.slot("pin") is None

    def test_link_completes_the_source_first(self, bank: Assistant) -> None:
        talk = Talk(bank)
        heard = talk.hear(StartFlow("read_news"))
        assert heard == ["say utter_news", "say utter_ask_pin", "listen pin"]
        assert talk.events() == [
            "started read_news",
            "completed read_news",
            "started check_balance",
            "started authenticate",
        ]

    def test_initial_value_counts_as_filled_and_comes_back(self, bank: Assistant) -> None:
        talk = Talk(bank)
        talk.hear(StartFlow("read_news"), SetSlot("topic", "sport"))
        assert talk.slot("topic") == "weather"


class TestSmallAssistants:
    """Behaviours that the bank has no flows for."""

    ASKS = """
slots: {a: {type: text}, b: {type: text}, go: {type: bool}}
responses:
  utter_ask_a: [{text: a}]
  utter_ask_b: [{text: b}]
  utter_ask_go: [{text: go}]
  utter_x: [{text: x}]
actions: [action_write, {action_read: {effect: read}}]
"""

    def test_one_flow_called_twice(self, folder: Path) -> None:
        flows = """
flows:
  f:
    description: d
    steps:
      - call: child
      - set_slots: {a: null}
      - call: child
      - collect: b
  child:
    description: e
    steps: [{collect: a}]
"""
        talk = Talk(assistant_in(folder, flows, self.ASKS))
        assert talk.hear(StartFlow("f")) == ["say utter_ask_a", "listen a"]
        assert talk.hear(SetSlot("a", "1")) == ["say utter_ask_a", "listen a"]
        assert talk.hear(SetSlot("a", "2")) == ["say utter_ask_b", "listen b"]

    def test_persisted_slots_of_parent_and_child_survive(self, folder: Path) -> None:
        flows = """
flows:
  f:
    description: d
    steps: [{call: child}, {collect: b}]
  child:
    description: e
    persisted_slots: [a]
    steps: [{collect: a}]
"""
        talk = Talk(assistant_in(folder, flows, self.ASKS))
        talk.hear(StartFlow("f"), SetSlot("a", "1"), SetSlot("b", "2"))
        assert (talk.slot("a"), talk.slot("b")) == ("1", None)

    def test_pattern_links_to_a_flow(self, folder: Path) -> None:
        flows = """
flows:
  f:
    description: d
    steps: [{collect: a}]
  pattern_chitchat:
    description: Leads to business
    steps: [{action: utter_x}, {link: f}]
"""
        talk = Talk(assistant_in(folder, flows, self.ASKS))
        assert talk.hear(ChitChat()) == ["say utter_x", "say utter_ask_a", "listen a"]
        assert talk.hear(SetSlot("a", "1")) == list(COMPLETED)

    def test_nested_steps_end_the_flow_and_nested_ids_are_targets(self, folder: Path) -> None:
        flows = """
flows:
  f:
    description: d
    steps:
      - collect: go
        next:
          - if: slots.go
            then:
              - collect: a
                next: inner
          - else:
              - id: inner
                action: utter_x
      - id: never
        collect: b
"""
        talk = Talk(assistant_in(folder, flows, self.ASKS))
        talk.hear(StartFlow("f"))
        assert talk.hear(SetSlot("go", True)) == ["say utter_ask_a", "listen a"]
        assert talk.hear(SetSlot("a", "1")) == ["say utter_x", *COMPLETED]

    @pytest.mark.parametrize(
        ("behind", "confirms"),
        [
            ("{action: action_write}", True),
            ("{action: action_read}", False),
            ("{action: action_write, effect: read}", False),
            ("{action: utter_x}", False),
            ("{collect: a}, {action: action_write}", False),
            ("{call: child}", True),
            ("{link: child}", True),
        ],
    )
    def test_confirms_write(self, folder: Path, behind: str, confirms: bool) -> None:
        flows = f"""
flows:
  f:
    description: d
    steps: [{{collect: go}}, {behind}]
  child:
    description: e
    steps: [{{action: action_write}}]
"""
        talk = Talk(assistant_in(folder, flows, self.ASKS))
        talk.hear(StartFlow("f"))
        assert expectation(talk.state, talk.assistant).confirms_write is confirms

    def test_run_pattern_completed_false(self, folder: Path) -> None:
        flows = """
flows:
  f:
    description: d
    run_pattern_completed: false
    steps: [{action: utter_x}]
"""
        assert Talk(assistant_in(folder, flows, self.ASKS)).hear(StartFlow("f")) == ["say utter_x", "listen open"]

    def test_several_invalid_values_are_handled_last_set_first(self, folder: Path) -> None:
        domain = """
slots:
  a: {type: text, validation: {rejections: [{if: slots.a = "bad", utter: utter_x}]}}
  b: {type: text, validation: {rejections: [{if: slots.b = "bad", utter: utter_x}]}}
responses: {utter_ask_a: [{text: a}], utter_ask_b: [{text: b}], utter_x: [{text: x}]}
"""
        flows = """
flows:
  f:
    description: d
    steps: [{collect: a}, {collect: b}]
"""
        talk = Talk(assistant_in(folder, flows, domain))
        heard = talk.hear(StartFlow("f"), SetSlot("a", "bad"), SetSlot("b", "bad"))
        assert heard == ["say utter_x", "say utter_ask_b", "listen b"]
        assert talk.hear(SetSlot("b", "good")) == ["say utter_x", "say utter_ask_a", "listen a"]
        assert talk.hear(SetSlot("a", "good")) == list(COMPLETED)

    def test_action_asks_instead_of_a_response(self, folder: Path) -> None:
        domain = "slots: {a: {type: text}}\nactions: [action_ask_a]\n"
        flows = """
flows:
  f:
    description: d
    steps: [{collect: a}]
"""
        talk = Talk(assistant_in(folder, flows, domain))
        assert talk.hear(StartFlow("f")) == ["run action_ask_a", "listen a"]
        assert talk.hear(ChitChat()) == ["say utter_cannot_handle", "run action_ask_a", "listen a"]
