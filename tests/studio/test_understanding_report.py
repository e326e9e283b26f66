"""What a failed turn of understanding looks like: the difference, who decided, and what the model was asked."""

from __future__ import annotations

from dialogue.testing.understanding.results import CaseResult, Compared, StepResult, UnderstandingResult
from dialogue.testing.understanding.scores import compare
from dialogue.turn import Understood, UserTurn
from dialogue.understanding.parsing import parse_commands
from flows.model import Assistant
from studio.understanding_report import PROMPT_LINES, case_lines, summary_lines

ASSISTANT = Assistant("a", "a", "", "en", {}, {}, {})


def step(expected: str, predicted: str, *, context: str = "") -> StepResult:
    wanted, found = parse_commands(expected), parse_commands(predicted)
    prompt = "\n".join(f"line {number}" for number in range(PROMPT_LINES + 5))
    understood = Understood(
        UserTurn("hm"), found, "llm", 12.0, 0.5, prompt, "start flow b\n", prompt_tokens=90, cached_tokens=80
    )
    same = compare(wanted, found, "lenient", ASSISTANT)
    compared = Compared(same, same, compare(wanted, wanted, "lenient", ASSISTANT), same)
    return StepResult(2, 7, "say\nthat", wanted, understood, wanted, wanted, compared, 12.3, 4.0, context)


def test_a_failed_turn() -> None:
    case = CaseResult("a.yml", "one", 3, (step("start flow a\ncancel flow", "start flow b\ncancel flow"),))
    lines = case_lines(case)
    assert lines[:2] == ["FAILED  a.yml::one", "  a.yml:7, user step 2: say ⏎ that"]
    assert lines[2:5] == ["      cancel flow", "    - start flow a", "    + start flow b"]
    told = "\n".join(lines)
    assert "decided by  llm, confidence 0.50, 12.3 ms" in told
    assert "cleaned up  the same: start flow a; cancel flow" in told
    assert "completion  start flow b" in told
    assert f"line {PROMPT_LINES + 4}" in told
    assert "line 4\n" not in told, "a prompt is cut at its beginning"


def test_a_case_that_passed_tells_only_what_is_doubtful() -> None:
    good = step("cancel flow", "cancel flow")
    assert case_lines(CaseResult("a.yml", "one", 3, (good,))) == ["passed  a.yml::one"]
    doubtful = step("cancel flow", "cancel flow", context="line 8: the bot to utter x")
    assert "do not lead where the file says, line 8" in case_lines(CaseResult("a.yml", "one", 3, (doubtful,)))[1]
    broken = case_lines(CaseResult("a.yml", "one", 3, (), "ValueError: x"))
    assert broken == ["FAILED  a.yml::one", "  the rest of the case could not be run: ValueError: x"]


def test_the_summary_has_commands_stages_and_tokens() -> None:
    case = CaseResult("a.yml", "one", 3, (step("start flow a", "start flow b"), step("cancel flow", "cancel flow")))
    told = "\n".join(summary_lines(UnderstandingResult((case,), "cascade", "a model", 1.5)))
    assert "start flow         0.000   0.000  0.000   0   1   1" in told
    assert "llm        2  100.0%  0.500" in told
    assert "cached       80   80   80" in told
    assert "  a.yml::one" in told
    assert "1 of 2 turns as expected: accuracy 0.500, command F1 0.500 (macro 0.500)" in told
    empty = summary_lines(UnderstandingResult((), "cascade", "rules", 0.0))
    assert "No turn was scored" in empty[-1]
