"""A changed assistant beneath a conversation: what goes on, what is a code change, and that nothing ever breaks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.code_change import Adopted, adopted, assistant_fingerprint, fingerprint, footing
from flows.commands import CancelFlow, Command, CorrectSlots, HandleCodeChange, Json, SessionStart, SetSlot, StartFlow
from flows.effects import Effect, HangUp, Listen, RunAction, Utter
from flows.engine import expectation, step
from flows.inputs import ActionDone, CommandsReceived
from flows.model import Assistant
from flows.state import ConversationState, initial_state
from tests.flows.conftest import DOMAIN, FLOWS
from tests.flows.talking import FUNDS, Talk, assistant_in

_CONFIRM_ELSEWHERE = """
flows:
  transfer_money:
    description: Send money to someone, differently
    steps:
      - collect: recipient
      - id: ask_amount
        collect: amount
        utter: utter_how_much
      - id: ask_confirm
        collect: card
        next: ask_amount
  pattern_correction:
    description: Ask before correcting
    steps:
      - collect: confirm_correction
        next:
          - if: slots.confirm_correction
            then:
              - action: action_correct_flow_slot
                next: END
          - else: END
  pattern_collect_information:
    description: Ask in another way
    steps:
      - id: here
        action: action_run_slot_rejections
        next:
          - if: "slots.{{context.collect}} is not null"
            then: END
          - else: ask
      - id: ask
        action: "{{context.utter}}"
      - action: action_listen
        next: here
"""
_SMALLER_DOMAIN = """
slots:
  recipient: {type: text}
  amount: {type: categorical, values: [little, much]}
  card: {type: bool}
  nickname: {type: text, initial_value: friend}
responses:
  utter_ask_recipient: [{text: "Who to?"}]
  utter_how_much: [{text: "How much, please?"}]
  utter_ask_card: [{text: "By card?"}]
  utter_ask_confirm_correction: [{text: "Change it?"}]
"""
VERSIONS = {
    "as it is": (FLOWS, DOMAIN),
    "other flows": (_CONFIRM_ELSEWHERE, _SMALLER_DOMAIN),
    "other texts": (FLOWS, DOMAIN.replace("How much?", "How many dollars?")),
    "a flow less": (FLOWS[: FLOWS.index("  change_email:")], DOMAIN),
    "a step less": (FLOWS.replace("      - action: action_check_pin\n", ""), DOMAIN),
    "another child": (FLOWS.replace("call: authenticate", "call: premium").replace("if: slots.is_known", ""), DOMAIN),
    "no validation": (FLOWS, DOMAIN[: DOMAIN.index("    validation:")] + DOMAIN[DOMAIN.index("  address:") :]),
}


@pytest.fixture(scope="session")
def versions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Assistant]:
    loaded = {}
    for name, (flows, domain) in VERSIONS.items():
        for profile in ("3.16", "3.13"):
            folder = tmp_path_factory.mktemp("version")
            loaded[f"{name} ({profile})"] = assistant_in(folder, flows, domain, profile=profile)
    return loaded


@pytest.fixture
def bank_with(tmp_path: Path) -> Callable[..., Assistant]:
    """Load the bank with some of its text replaced."""
    numbers = count()

    def load(old: str = "flows:", new: str = "flows:", *, domain: str = DOMAIN) -> Assistant:
        assert old in FLOWS
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        return assistant_in(folder, FLOWS.replace(old, new), domain)

    return load


def changed(talk: Talk, new: Assistant) -> Adopted:
    return adopted(talk.state, footing(talk.state, talk.assistant), new)


def said(effects: tuple[Effect, ...]) -> list[str]:
    return [effect.response for effect in effects if isinstance(effect, Utter)]


def asked_for_amount(bank: Assistant) -> Talk:
    talk = Talk(bank, FUNDS)
    talk.hear(StartFlow("transfer_money"), SetSlot("recipient", "Ann"))
    assert expectation(talk.state, bank).slot == "amount"
    return talk


def test_the_same_files_change_nothing(bank: Assistant, bank_with: Callable[..., Assistant]) -> None:
    talk = asked_for_amount(bank)
    result = changed(talk, bank_with())
    assert not result.is_code_change
    assert result.state == talk.state


def test_texts_conditions_and_later_steps_may_change(bank: Assistant, bank_with: Callable[..., Assistant]) -> None:
    talk = asked_for_amount(bank)
    new = bank_with("- if: not slots.has_funds", "- if: not slots.has_funds and slots.amount > 5")
    assert not changed(talk, new).is_code_change
    later = bank_with("action: action_transfer\n", "action: action_break\n")
    assert not changed(talk, later).is_code_change


def test_another_flow_may_go(bank: Assistant, versions: dict[str, Assistant]) -> None:
    assert not changed(asked_for_amount(bank), versions["a flow less (3.16)"]).is_code_change


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("id: ask_amount\n        collect: amount", "id: ask_amount\n        collect: address"),
        ("ask_amount", "ask_sum"),
        ("  transfer_money:\n", "  send_money:\n"),
    ],
)
def test_what_the_caller_stands_on_may_not(
    bank: Assistant, bank_with: Callable[..., Assistant], old: str, new: str
) -> None:
    assert changed(asked_for_amount(bank), bank_with(old, new)).is_code_change


def test_a_called_flow_that_is_called_no_more(bank: Assistant, versions: dict[str, Assistant]) -> None:
    talk = Talk(bank)
    talk.hear(StartFlow("check_balance"))
    assert expectation(talk.state, bank).slot == "pin"
    assert changed(talk, versions["another child (3.16)"]).is_code_change


def test_a_flow_that_waits_its_turn_counts_as_well(bank: Assistant, bank_with: Callable[..., Assistant]) -> None:
    talk = asked_for_amount(bank)
    talk.hear(StartFlow("change_email"))
    assert expectation(talk.state, bank).slot == "email"
    assert changed(talk, bank_with("  transfer_money:\n", "  send_money:\n")).is_code_change


def test_an_open_question_is_asked_again_in_its_new_words(bank: Assistant, bank_with: Callable[..., Assistant]) -> None:
    talk = asked_for_amount(bank)
    domain = DOMAIN.replace("responses:\n", "responses:\n  utter_how_much: [{text: New}]\n")
    new = bank_with("collect: amount\n", "collect: amount\n        utter: utter_how_much\n", domain=domain)
    result = changed(talk, new)
    assert not result.is_code_change
    assert said(step(result.state, CommandsReceived(()), new)[1]) == ["utter_how_much"]


def test_slots_go_come_and_stay(bank: Assistant, versions: dict[str, Assistant]) -> None:
    talk = asked_for_amount(bank)
    talk.hear(SetSlot("amount", 50.0))
    new = versions["other flows (3.16)"]
    result = changed(talk, new)
    assert result.is_code_change
    assert "pin" not in result.state.slots
    assert result.state.slots["nickname"] == "friend"
    assert result.state.slots["amount"] == 50.0
    assert result.misfits == ("amount",)


def test_slots_of_a_flow_that_is_gone_are_given_back(bank: Assistant, bank_with: Callable[..., Assistant]) -> None:
    talk = asked_for_amount(bank)
    assert changed(talk, bank_with("  transfer_money:\n", "  send_money:\n")).state.slots["recipient"] is None
    assert talk.slot("recipient") == "Ann"


def test_the_code_change_pattern_makes_the_conversation_usable(
    bank: Assistant, bank_with: Callable[..., Assistant]
) -> None:
    talk = asked_for_amount(bank)
    new = bank_with("  transfer_money:\n", "  send_money:\n")
    state, effects = step(changed(talk, new).state, CommandsReceived((HandleCodeChange(),)), new)
    assert said(effects) == ["utter_inform_code_change"]
    assert state.stack == ()
    state, effects = step(state, CommandsReceived((StartFlow("send_money"),)), new)
    assert said(effects) == ["utter_ask_recipient"]


def test_fingerprints_tell_content_and_not_layout(
    bank: Assistant, bank_with: Callable[..., Assistant], versions: dict[str, Assistant]
) -> None:
    same = bank_with("flows:\n", "# a remark\n\n\nflows:\n")
    assert fingerprint(same.flows["transfer_money"]) == fingerprint(bank.flows["transfer_money"])
    assert assistant_fingerprint(versions["as it is (3.16)"]) == assistant_fingerprint(versions["as it is (3.16)"])
    less = versions["a step less (3.16)"]
    assert fingerprint(less.flows["authenticate"]) != fingerprint(bank.flows["authenticate"])
    assert fingerprint(less.flows["transfer_money"]) == fingerprint(bank.flows["transfer_money"])
    every = [assistant_fingerprint(version) for name, version in versions.items()]
    assert len(set(every)) == len(every)


def test_fingerprints_are_the_same_in_another_process(tmp_path: Path) -> None:
    here = assistant_fingerprint(assistant_in(tmp_path, FLOWS, DOMAIN))
    program = (
        "import sys; from pathlib import Path; from flows.loader import load_assistant;"
        "from flows.code_change import assistant_fingerprint as f; print(f(load_assistant(Path(sys.argv[1]))))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.strip() == here


_VALUES = st.sampled_from([None, True, 5, "5", "Visa", "transfer money", "a@b", "x", [1], {"a": 1}])
_SLOTS = st.sampled_from(
    ["recipient", "amount", "confirm", "card", "pin", "email", "address", "topic", "confirm_correction",
     "continue_conversation", "continue_interrupted_flow_confirmation", "csat_score"]
)  # fmt: skip
_FLOW_IDS = st.sampled_from(
    ["transfer_money", "check_balance", "change_email", "read_news", "premium", "pattern_chitchat",
     "pattern_completed", "pattern_human_handoff", "pattern_customer_satisfaction", "pattern_user_silence"]
)  # fmt: skip
_COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(StartFlow, _FLOW_IDS),
    st.builds(SetSlot, _SLOTS, _VALUES),
    st.builds(CorrectSlots, st.lists(st.tuples(_SLOTS, _VALUES), min_size=1, max_size=2).map(tuple)),
    st.sampled_from([CancelFlow(), SessionStart({})]),
)
_TURNS = st.lists(st.lists(_COMMANDS, max_size=3).map(tuple), max_size=6)
_NAMES = st.sampled_from([f"{name} ({profile})" for name in VERSIONS for profile in ("3.16", "3.13")])


def run(state: ConversationState, commands: tuple[Command, ...], assistant: Assistant) -> ConversationState:
    """Take a turn to its end, with actions that set nothing."""
    state, effects = step(state, CommandsReceived(commands), assistant)
    for _ in range(50):
        if not isinstance(last := effects[-1], RunAction):
            break
        state, effects = step(state, ActionDone(last.name, (("has_funds", True),)), assistant)
    assert isinstance(effects[-1], Listen | HangUp | RunAction)
    return state


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=_NAMES, after=st.lists(_NAMES, min_size=1, max_size=3), turns=_TURNS, later=_TURNS)
def test_any_state_goes_on_under_any_version(
    versions: dict[str, Assistant], before: str, after: list[str], turns: list[tuple[Command, ...]], later: list[Json]
) -> None:
    assistant = versions[before]
    state = initial_state(assistant)
    for commands in turns:
        state = run(state, commands, assistant)
    for name in after:
        result = adopted(state, footing(state, assistant), versions[name])
        state, assistant = result.state, versions[name]
        assert set(state.slots) == set(assistant.slots)
        expectation(state, assistant)
        if result.is_code_change:
            state, effects = step(state, CommandsReceived((HandleCodeChange(),)), assistant)
            assert effects[-1] == Listen(expectation(state, assistant)) or state.is_ended
            assert state.stack == () or state.is_ended
        assert state.is_ended or not any("?" in line for line in footing(state, assistant).steps)
        for commands in later:
            state = run(state, commands, assistant)
