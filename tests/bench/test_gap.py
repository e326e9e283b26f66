"""The arithmetic of the gap benchmark and the shape of what it prints."""

from __future__ import annotations

import json

from tests.bench.conversations import CONVERSATIONS, Line
from tests.bench.gap import Measured, as_text, figures, summarise
from tests.bench.machine import describe_machine, load_average
from voice.caller.measure import GapParts
from voice.caller.report import TurnReport


def turn(kind: str, gap_ms: int | None, answer: str = "utter_x") -> Measured:
    gap = None if gap_ms is None else GapParts(gap_ms, {"endpoint": gap_ms - 20, "transport": 20}, 10, 10, 0)
    report = TurnReport("a", "a", ("b",), (answer,), (), (), gap, 0, 100, None, None)
    return Measured(Line("open" if kind == "open" else "closed", "a", "utter_x"), report)


def test_percentiles_and_medians_by_kind():
    measured = [*(turn("closed", 400 + step) for step in range(0, 101, 10)), turn("open", 900)]
    result = summarise(measured, [])
    assert result["closed"]["n"] == 11
    assert (result["closed"]["p50_ms"], result["closed"]["p95_ms"]) == (450, 495)
    assert result["closed"]["parts_p50_ms"] == {"endpoint": 430, "transport": 20}
    assert (result["open"]["n"], result["open"]["p50_ms"]) == (1, 900)


def test_what_went_wrong_is_counted():
    found = figures([turn("open", 500), turn("open", None), turn("open", 700, answer="utter_ask_rephrase")])
    assert (found["n"], found["unanswered"], found["off_script"]) == (2, 1, 1)


def test_no_turns_give_no_figures():
    assert figures([])["p50_ms"] is None


def test_the_result_can_be_printed_both_ways():
    result = summarise([turn("closed", 500), turn("open", None)], [])
    result["machine"] = describe_machine() | {"load_before": load_average(), "load_after": load_average()}
    assert "closed" in json.dumps(result)
    text = as_text(result)
    assert "500" in text
    assert "1 unanswered" in text


def test_every_conversation_has_an_open_question_first():
    assert all(conversation[0].kind == "open" for conversation in CONVERSATIONS)
