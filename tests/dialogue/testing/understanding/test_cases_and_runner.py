"""Files of dialogue-understanding tests read as people write them, and each turn is judged where it should stand."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from textwrap import dedent, indent

import pytest

from dialogue.errors import TestsInvalid
from dialogue.testing.suite import load_suite
from dialogue.testing.understanding.cases import DEFAULT_FOLDER, UnderstandingSuite, derive_cases, load_cases
from dialogue.testing.understanding.results import UnderstandingResult, difference
from dialogue.testing.understanding.runner import UnderstandingBench, run_understanding
from dialogue.turn import Understood, UserTurn
from dialogue.understanding.parsing import parse_commands
from flows.commands import CancelFlow, Command, SetSlot, StartFlow
from flows.model import Assistant
from flows.state import ConversationState
from tests.support.conversations import ScriptedActions

PAY = [StartFlow("transfer_money"), SetSlot("recipient", "Joe"), SetSlot("amount", "50")]


@pytest.fixture
def bank(bank: Assistant, tmp_path: Path) -> Assistant:
    """The small bank, with a folder of its own for tests."""
    return replace(bank, folder=str(tmp_path))


class Script:
    """Understanding that answers by what is said, and remembers where it was asked."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
        self.asked.append((turn.text, tuple(frame.flow_id for frame in state.stack), turn.history))
        line = self.answers.get(turn.text)
        if line is None:
            raise RuntimeError("no model")
        return Understood(
            turn, parse_commands(line), "llm", prompt="Caller: x", completion=line, prompt_tokens=90, cached_tokens=80
        )


def suite_of(bank: Assistant, steps: str) -> UnderstandingSuite:
    folder = Path(bank.folder) / DEFAULT_FOLDER
    folder.mkdir(exist_ok=True)
    text = "test_cases:\n- test_case: one\n  steps:\n" + indent(dedent(steps).strip("\n"), "  ") + "\n"
    (folder / "cases.yml").write_text(text)
    return load_cases((), bank)


async def run(bank: Assistant, steps: str, answers: dict[str, str]) -> tuple[UnderstandingResult, Script]:
    script = Script(answers)
    bench = UnderstandingBench(bank, script, ScriptedActions({}), model="script")
    return await run_understanding(suite_of(bank, steps), bench), script


@pytest.mark.parametrize(
    "commands",
    [
        "[StartFlow(transfer_money), SetSlot(recipient, Joe), SetSlot(amount, 50)]",
        '["start flow transfer_money", "set slot recipient Joe", set slot amount 50]',
        "StartFlow(transfer_money), SetSlot(recipient, Joe), SetSlot(amount, 50)",
        "|\n      start flow transfer_money\n      - set slot recipient Joe\n      SetSlot(amount, 50)",
        "\n    - StartFlow(transfer_money)\n    - SetSlot(recipient, Joe)\n    - SetSlot(amount, '50')",
    ],
)
def test_every_way_to_write_commands(bank: Assistant, commands: str) -> None:
    suite = suite_of(bank, f"- user: pay Joe fifty\n  commands: {commands}")
    assert list(suite.cases[0].steps[0].commands or ()) == PAY
    assert suite.warnings == ()


def test_a_colon_in_a_value_is_part_of_it(bank: Assistant) -> None:
    suite = suite_of(bank, "- user: to Ann\n  commands:\n  - set slot recipient note: Ann")
    assert suite.cases[0].steps[0].commands == (SetSlot("recipient", "note: Ann"),)


@pytest.mark.parametrize("commands", ["[gibberish]", "[StartFlow(x, {a: {b: c}}]", "[[StartFlow(x)]]", "{a: 1, b: 2}"])
def test_what_is_no_command_is_told_with_its_place(bank: Assistant, commands: str) -> None:
    with pytest.raises(TestsInvalid) as invalid:
        suite_of(bank, f"- user: x\n  commands: {commands}")
    assert invalid.value.findings[0].line >= 4


def test_values_with_commas_are_put_together_again(bank: Assistant) -> None:
    suite = suite_of(bank, "- user: x\n  commands: [SetSlot(recipient, Joe, Jim, and Ann), CancelFlow()]")
    assert suite.cases[0].steps[0].commands == (SetSlot("recipient", "Joe, Jim, and Ann"), CancelFlow())


@pytest.mark.parametrize(
    "commands", ["[" + "(, " * 5_000 + "]", "[" + "SetSlot(a, " * 5_000 + "x]", "'" + "(" * 99_999 + "'"]
)
def test_hostile_commands_take_no_time(bank: Assistant, commands: str) -> None:
    with suppress(TestsInvalid):
        suite_of(bank, f"- user: x\n  commands: {commands}")
    assert suite_of(bank, "- user: x\n  commands: [CancelFlow()]").cases[0].steps[0].commands == (CancelFlow(),)


def test_doubtful_tests_are_warned_of(bank: Assistant) -> None:
    steps = """
        - user: pay
          commands: [StartFlow(transfer_monny), SetSlot(recipent, Joe), Clarify(transfer_money, blok_card)]
        - user: what then
    """
    told = "\n".join(suite_of(bank, steps).warnings)
    assert "no flow is called 'transfer_monny'" in told
    assert "did you mean 'recipient'?" in told
    assert "no flow is called 'blok_card'" in told
    assert "the step has no commands" in told


STEPS = """
    - user: pay Joe
      commands: [StartFlow(transfer_money), SetSlot(recipient, Joe)]
    - utter: utter_ask_amount
    - user: fifty
      commands: [SetSlot(amount, 50)]
    - user: /SetSlots(confirmed=True)
    - user: thanks
      commands: []
"""


async def test_a_wrong_turn_does_not_make_the_next_one_harder(bank: Assistant) -> None:
    answers = {"pay Joe": "start flow block_card", "fifty": "set slot amount 50.0", "thanks": "cannot handle"}
    result, script = await run(bank, STEPS, answers)
    text, stack, history = script.asked[1]
    assert (text, stack[0]) == ("fifty", "transfer_money"), "where the expected commands have led"
    assert history[:1] == ("USER: pay Joe",)
    assert [step.passed for step in result.steps] == [False, True, True], "the payload is not scored"
    assert difference(result.steps[0]) == (
        "- start flow transfer_money",
        "- set slot recipient Joe",
        "+ start flow block_card",
    )
    told = result.to_json()
    assert told["accuracy"] == 0.6667
    assert told["commands"]["start flow"] == {"tp": 0, "fp": 1, "fn": 1, "precision": 0.0, "recall": 0.0, "f1": 0.0}
    assert told["failed_tests"] == ["dialogue_understanding_tests/cases.yml::one"]
    assert told["stages"]["llm"]["share"] == 1.0
    assert told["tokens"]["cached"]["p50"] == 80
    first, second, _ = told["cases"][0]["steps"]
    assert (first["line"], first["prompt"], first["completion"]) == (4, "Caller: x", "start flow block_card")
    assert "prompt" not in second
    assert not result.is_good(None)
    assert result.is_good(0.5)


async def test_what_clean_up_would_drop_is_told_apart(bank: Assistant) -> None:
    answers = {
        "pay Joe": "start flow transfer_money\nset slot recipient Joe",
        "fifty": "start flow transfer_money\nset slot amount 50",  # starting the running flow does nothing
        "thanks": "cannot handle",
    }
    told = (await run(bank, STEPS, answers))[0].to_json()
    assert (told["accuracy"], told["cleaned"]["accuracy"]) == (0.6667, 1.0)


async def test_a_model_that_fails_is_a_turn_that_fails(bank: Assistant) -> None:
    result, _ = await run(bank, STEPS, {})
    assert [step.understood.stage for step in result.steps] == ["none"] * 3
    assert result.to_json()["commands"]["failed rasa_internal_error_default"[:6]]["fp"] == 3


async def test_commands_that_lead_elsewhere_are_told(bank: Assistant) -> None:
    steps = """
        - user: pay Joe
          commands: [StartFlow(transfer_money)]
        - utter: utter_ask_amount
    """
    result, _ = await run(bank, steps, {"pay Joe": "start flow transfer_money"})
    assert result.steps[0].passed
    assert "utter_ask_amount" in result.steps[0].context


async def test_no_turn_is_no_success(bank: Assistant) -> None:
    result, _ = await run(bank, "- user: /restart", {})
    assert result.steps == ()
    assert not result.is_good(None)
    assert not result.is_good(0.0)


def test_tests_follow_from_recorded_commands(bank: Assistant) -> None:
    folder = Path(bank.folder) / "e2e_tests"
    folder.mkdir()
    (folder / "a.yml").write_text(
        "test_cases:\n"
        "- {test_case: one, steps: [{user: pay Joe fifty}, {user: /SetSlots(confirmed=True)}, {user: bye}]}\n"
        "- {test_case: two, steps: [{user: hello}]}\n"
        "- {test_case: three, steps: [{user: hello}, {user: good-bye}]}\n"
    )
    turns: dict[str, tuple[tuple[Command, ...], ...]] = {"one": (tuple(PAY), (), ()), "three": ((),)}
    suite = derive_cases(load_suite((), Path(bank.folder)), turns, bank)
    one, three = suite.cases
    assert [(step.commands, step.is_payload) for step in one.steps] == [
        (tuple(PAY), False),
        ((SetSlot("confirmed", "True", "payload"),), True),
        ((), False),
    ]
    assert len(three.steps) == 1
    assert "no commands are recorded for 'two'" in suite.warnings[0]
    assert "the recording has 1 turns, the case 2" in suite.warnings[1]
