"""How cases run: what they start from, what stands in for actions, and what a failure tells."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from dialogue.events import ActionReturned
from dialogue.testing.results import CaseResult
from dialogue.testing.runner import Bench, run_suite
from dialogue.testing.suite import load_suite
from flows.commands import SetSlot, StartFlow
from flows.model import Assistant
from tests.support.conversations import ScriptedActions, SpokenCommands
from tests.support.small_bank import small_bank

GREETING = """
flows:
  pattern_session_start:
    description: Greets
    nlu_trigger: [{intent: session_start}]
    steps:
      - action: action_session_start
      - action: utter_declined
"""


async def run(bank: Assistant, folder: Path, text: str, **options: Any) -> list[CaseResult]:
    """Run a test file whose user steps are command lines, unless `options` say otherwise."""
    (folder / "t.yml").write_text(dedent(text), encoding="utf-8")
    bench = Bench(bank, **({"understanding": SpokenCommands(bank)} | options))
    return list((await run_suite(load_suite(["t.yml"], folder), bench)).cases)


async def only(bank: Assistant, folder: Path, text: str, **options: Any) -> CaseResult:
    (result,) = await run(bank, folder, text, **options)
    return result


async def test_fixtures_hold_before_the_first_step_and_are_events_of_the_start(bank: Assistant, tmp_path: Path) -> None:
    text = """
    fixtures: [{joe: [{recipient: Joe}]}]
    test_cases:
      - test_case: a
        fixtures: [joe]
        steps:
          - slot_was_set: [recipient: Joe]
          - slot_was_not_set: [amount]
          - user: start flow transfer_money
          - bot: How much for Joe?
          - slot_was_not_set: [amount]
    """
    assert (await only(bank, tmp_path, text)).failure is None
    failed = await only(
        bank, tmp_path, text.replace("recipient: Joe]\n          - slot", "recipient: Ann]\n          - slot")
    )
    assert failed.failure is not None
    assert (failed.failure.step, failed.failure.line) == (0, 7)


async def test_the_sessions_start_may_say_something(tmp_path: Path) -> None:
    bank = small_bank(tmp_path, flows=GREETING)
    text = """
    test_cases:
      - test_case: a
        steps:
          - assertions:
              - action_executed: action_session_start
              - bot_uttered: {utter_name: utter_declined}
          - user: start flow transfer_money
          - utter: utter_ask_recipient
    """
    assert (await only(bank, tmp_path, text)).failure is None
    failed = await only(bank, tmp_path, text.replace("utter_declined", "utter_paid"))
    assert failed.failure is not None
    assert failed.failure.user is None


async def test_a_caller_who_starts_the_session_starts_it_once(tmp_path: Path) -> None:
    bank = small_bank(tmp_path, flows=GREETING)
    text = """
    fixtures: [{joe: [{recipient: Joe}]}]
    test_cases:
      - test_case: a
        fixtures: [joe]
        steps:
          - user: /session_start
          - utter: utter_declined
          - user: start flow transfer_money
          - bot: How much for Joe?
    """
    result = await only(bank, tmp_path, text, measures_coverage=True)
    assert result.failure is None
    assert result.trace is not None
    assert result.trace.steps["pattern_session_start", bank.flows["pattern_session_start"].first] == 1


async def test_the_clock_of_a_case_may_be_set(bank: Assistant, tmp_path: Path) -> None:
    actions = ScriptedActions({"action_balance": []})
    text = """
    fixtures: [{then: [{mocked_datetime: "2024-02-29T12:00:00"}]}]
    test_cases: [{test_case: a, fixtures: [then], steps: [{user: start flow check_balance}]}]
    """
    assert (await only(bank, tmp_path, text, actions=actions)).failure is None
    assert actions.trackers[0]["latest_event_time"] == 1709208000.0
    assert actions.trackers[0]["slots"]["mocked_datetime"] == "2024-02-29T12:00:00"


@pytest.mark.parametrize(
    ("told", "understood"),
    [
        ("2024-02-29T23:30:00", "2024-02-29T23:30:00+00:00"),
        ("2024-02-29T23:30:00+09:00", "2024-02-29T23:30:00+09:00"),
    ],
)
async def test_the_clock_of_a_case_is_the_callers(bank: Assistant, tmp_path: Path, told: str, understood: str) -> None:
    spoken = SpokenCommands(bank)
    text = f"""
    fixtures: [{{then: [{{mocked_datetime: "{told}"}}]}}]
    test_cases: [{{test_case: a, fixtures: [then], steps: [{{user: start flow transfer_money}}]}}]
    """
    assert (await only(bank, tmp_path, text, understanding=spoken)).failure is None
    assert [turn.local_time.isoformat() for turn in spoken.turns if turn.local_time] == [understood]


async def test_assertions_hide_the_plain_steps_of_their_turn(bank: Assistant, tmp_path: Path) -> None:
    text = """
    test_cases:
      - test_case: a
        steps:
          - user: start flow transfer_money
            assertions: [{bot_uttered: {utter_name: utter_ask_recipient}}]
          - bot: something else altogether
          - user: set slot recipient Joe
          - bot: How much for Joe?
    """
    assert (await only(bank, tmp_path, text)).failure is None
    assert (await only(bank, tmp_path, text.replace("How much for Joe", "x"))).failure is not None


@pytest.mark.parametrize(("head", "is_stubbed"), [("stub_custom_actions: {action_other: {}}", True), ("", False)])
async def test_a_file_with_stubs_may_run_with_these_alone(
    bank: Assistant, tmp_path: Path, head: str, is_stubbed: bool
) -> None:
    text = head + "\ntest_cases: [{test_case: a, steps: [{user: start flow check_balance}, {bot: You have 5.}]}]"
    actions = ScriptedActions({"action_balance": [{"event": "slot", "name": "balance", "value": 5}]})
    assert (await only(bank, tmp_path, text, actions=actions)).failure is None
    alone = await only(bank, tmp_path, text, actions=actions, stubs="alone")
    assert (alone.failure is not None) is is_stubbed
    if alone.failure is not None:
        assert any("the test stubs no action 'action_balance'" in line for line in alone.failure.actual)


async def test_judged_assertions_fail_or_are_skipped_but_never_pass_in_silence(bank: Assistant, tmp_path: Path) -> None:
    text = """
    test_cases:
      - test_case: a
        steps:
          - user: start flow transfer_money
            assertions:
              - generative_response_is_grounded: {threshold: 0.8}
              - bot_uttered: {utter_name: utter_ask_recipient}
    """
    failed = await only(bank, tmp_path, text)
    assert failed.failure is not None
    assert "needs a judging language model" in failed.failure.expected
    skipped = await only(bank, tmp_path, text, skips_judged=True)
    assert skipped.failure is None
    assert skipped.skipped == ("t.yml:7: generative_response_is_grounded",)
    other = await only(bank, tmp_path, text.replace("utter_ask_recipient", "utter_paid"), skips_judged=True)
    assert other.failure is not None


async def test_a_case_that_breaks_the_runner_has_failed_and_the_others_run(bank: Assistant, tmp_path: Path) -> None:
    class Broken(SpokenCommands):
        async def understand(self, turn: Any, state: Any) -> Any:
            found = await super().understand(turn, state)
            return 7 if turn.text == "break" else found

    text = """
    test_cases:
      - {test_case: a, steps: [{user: start flow transfer_money}, {user: break}]}
      - {test_case: b, steps: [{user: start flow transfer_money}]}
    """
    broken, other = await run(bank, tmp_path, text, understanding=Broken(bank))
    assert broken.failure is not None
    assert "fault of the runner" in broken.failure.expected
    assert broken.failure.actual[0].startswith("AttributeError")
    assert broken.failure.conversation[0] == "user: start flow transfer_money"
    assert other.passed


async def test_what_comes_after_the_end_of_the_conversation(tmp_path: Path) -> None:
    bank = small_bank(
        tmp_path,
        flows="""
        flows:
          leave:
            description: Hangs up
            steps: [{action: action_hangup}]
        """,
    )
    text = """
    test_cases:
      - test_case: a
        steps:
          - user: start flow leave
          - user: start flow transfer_money
          - utter: utter_ask_recipient
    """
    failure = (await only(bank, tmp_path, text)).failure
    assert failure is not None
    assert failure.actual == ("the conversation was over before this step",)


async def test_a_recording_that_is_too_short_fails_where_it_ends(bank: Assistant, tmp_path: Path) -> None:
    text = """
    test_cases:
      - test_case: a
        steps:
          - user: pay
          - user: /SetSlots(recipient=Joe)
          - bot: How much for Joe?
          - user: seven
    """
    recorded = {"a": ((StartFlow("transfer_money"),),)}
    failure = (await only(bank, tmp_path, text, understanding=None, recorded=recorded)).failure
    assert failure is not None
    assert (failure.step, failure.expected) == (3, "recorded commands for user step 3")
    assert failure.actual == ("the recording has 1 turns, the case 3",)
    short = text.replace("          - user: seven\n", "")
    assert (await only(bank, tmp_path, short, understanding=None, recorded=recorded)).failure is None


async def test_an_intent_that_nobody_knows_may_be_recorded(bank: Assistant, tmp_path: Path) -> None:
    text = "test_cases: [{test_case: a, steps: [{user: /pay_somebody}, {utter: utter_ask_recipient}]}]"
    recorded = {"a": ((StartFlow("transfer_money"),),)}
    assert (await only(bank, tmp_path, text, understanding=None, recorded=recorded)).failure is None


async def test_a_failure_tells_what_was_proposed_and_what_was_left_of_it(bank: Assistant, tmp_path: Path) -> None:
    text = """
    test_cases:
      - test_case: a
        steps:
          - user: start flow transfer_money, set slot amount 5, start flow nonsense
          - bot: nonsense
    """
    result = await only(bank, tmp_path, text)
    assert result.failure is not None
    commands = result.failure.commands
    assert commands.proposed == ("start flow transfer_money", "set slot amount 5", "start flow nonsense")
    assert commands.cleaned[0] == "start flow transfer_money"
    assert "nonsense" not in str(commands.cleaned)
    assert commands.stage == "llm"
    assert result.commands == ((StartFlow("transfer_money"), SetSlot("amount", "5"), StartFlow("nonsense")),)
    assert result.failure.conversation[0].startswith("user: start flow transfer_money")


async def test_an_actions_response_is_matched_with_its_action_before_it(bank: Assistant, tmp_path: Path) -> None:
    actions = ScriptedActions({"action_balance": ActionReturned("action_balance", (), ({"text": "Hold on."},))})
    text = """
    test_cases:
      - test_case: a
        steps:
          - user: start flow check_balance
            assertion_order_enabled: true
            assertions:
              - action_executed: action_balance
              - bot_uttered: {text_matches: Hold}
              - bot_uttered: {utter_name: utter_balance}
    """
    assert (await only(bank, tmp_path, text, actions=actions)).failure is None


@pytest.mark.parametrize(
    ("said", "response"),
    [("x" * 421, "utter_user_input_too_long_error_rasa"), ("''", "utter_user_input_empty_error_rasa")],
    ids=["too-long", "empty"],
)
async def test_what_no_model_would_get_to_read_is_refused_of_a_recording_too(
    bank: Assistant, tmp_path: Path, said: str, response: str
) -> None:
    text = f"test_cases: [{{test_case: a, steps: [{{user: {said}}}, {{utter: {response}}}]}}]"
    assert (await only(bank, tmp_path, text, understanding=None, recorded={"a": ((),)})).failure is None
    told = {"a": ((StartFlow("transfer_money"),),)}
    assert (await only(bank, tmp_path, text, understanding=None, recorded=told)).failure is not None
