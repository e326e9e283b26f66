"""Results and failures of custom actions."""

from __future__ import annotations

from pathlib import Path

from flows.commands import (
    SetSlot,
    StartFlow,
)
from flows.effects import Listen, RunAction, Utter
from flows.engine import step
from flows.inputs import ActionDone, CommandsReceived
from flows.model import Assistant
from flows.state import Frame, initial_state
from tests.flows.talking import OFFER, Talk, assistant_in


class TestFailures:
    def test_failing_action_cancels_the_flow(self, bank: Assistant) -> None:
        talk = Talk(bank, {"action_check_funds": None})
        talk.hear(StartFlow("transfer_money"), SetSlot("recipient", "Jo"))
        assert talk.hear(SetSlot("amount", 5)) == [
            "run action_check_funds",
            "say utter_internal_error_rasa",
            "listen open",
        ]
        assert talk.events()[0] == "cancelled transfer_money"
        assert talk.slot("recipient") is None

    def test_failing_action_of_an_interrupting_flow_offers_the_other(self, bank: Assistant) -> None:
        talk = Talk(bank, {"action_check_pin": None})
        talk.hear(StartFlow("transfer_money"))
        heard = talk.hear(StartFlow("check_balance"), SetSlot("pin", "1"))
        assert heard == ["run action_check_pin", "say utter_internal_error_rasa", *OFFER]

    def test_failing_error_pattern_does_not_go_round(self, folder: Path) -> None:
        flows = """
flows:
  f:
    description: d
    steps: [{action: action_break}]
  pattern_internal_error:
    description: Breaks as well
    steps: [{action: action_break}]
"""
        talk = Talk(assistant_in(folder, flows, "actions: [action_break]\n"), {"action_break": None})
        assert talk.hear(StartFlow("f")) == [
            "run action_break", "run action_break", "say utter_internal_error_rasa", "listen open",
        ]  # fmt: skip

    def test_loop_through_custom_actions_is_stopped(self, folder: Path) -> None:
        flows = """
flows:
  f:
    description: d
    steps:
      - id: again
        action: action_spin
        next:
          - if: slots.a
            then: END
          - else: again
"""
        domain = "slots: {a: {type: bool}}\nactions: [action_spin]\n"
        heard = Talk(assistant_in(folder, flows, domain)).hear(StartFlow("f"))
        assert heard[-2:] == ["say utter_internal_error_rasa", "listen open"]
        assert heard.count("run action_spin") <= 1_000

    def test_flow_removed_beneath_the_conversation(self, bank: Assistant) -> None:
        frames = (Frame(1, "gone", "x"), Frame(2, "transfer_money", "no_such_step", is_done=True))
        state = initial_state(bank)
        state = type(state)(slots=state.slots, stack=frames)
        after, effects = step(state, CommandsReceived(()), bank)
        assert isinstance(effects[-1], Listen)
        assert after.stack == ()


class TestActionResults:
    def start(self, bank: Assistant) -> Talk:
        talk = Talk(bank)
        talk.state, _ = step(talk.state, CommandsReceived((StartFlow("premium"),)), bank)
        assert talk.state.pending_action == "action_break"
        return talk

    def test_followup_runs_before_the_flow_goes_on(self, bank: Assistant) -> None:
        talk = self.start(bank)
        state, effects = step(talk.state, ActionDone("action_break", followup="action_check_funds"), bank)
        assert isinstance(effects[-1], RunAction)
        assert effects[-1].name == "action_check_funds"
        _, effects = step(state, ActionDone("action_check_funds"), bank)
        assert next(effect.response for effect in effects if isinstance(effect, Utter)) == "utter_saved"

    def test_followup_listen_waits(self, bank: Assistant) -> None:
        talk = self.start(bank)
        _, effects = step(talk.state, ActionDone("action_break", followup="action_listen"), bank)
        assert isinstance(effects[-1], Listen)

    def test_session_ended_stops_the_turn(self, bank: Assistant) -> None:
        talk = self.start(bank)
        state, effects = step(talk.state, ActionDone("action_break", session_ended=True), bank)
        assert type(effects[-1]).__name__ == "HangUp"
        assert state.is_ended

    def test_a_result_that_comes_after_the_end_changes_nothing(self, bank: Assistant) -> None:
        talk = self.start(bank)
        ended, _ = step(talk.state, ActionDone("action_break", session_ended=True), bank)
        late = ActionDone("action_break", (("amount", 5),), followup="action_transfer")
        after, effects = step(ended, late, bank)
        assert after == ended
        assert [type(effect).__name__ for effect in effects] == ["HangUp"]

    def test_unknown_slots_are_passed_over(self, bank: Assistant) -> None:
        talk = self.start(bank)
        state, _ = step(talk.state, ActionDone("action_break", (("no_such", 1),)), bank)
        assert "no_such" not in state.slots
