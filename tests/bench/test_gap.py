"""The arithmetic of the gap benchmark and the shape of what it prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.bench.calls_at_once import iter_talks
from tests.bench.conversations import CONVERSATIONS, KINDS, Line
from tests.bench.gap import main, parse, replies_of
from tests.bench.gap_figures import Measured, Run, as_text, figures, ratios, summarise
from tests.bench.machine import describe_machine, load_average
from tests.bench.pipecat_baseline import FALLBACK, environment_folder, requirements, settings_for
from voice.caller.measure import GapParts
from voice.caller.report import CallReport, TurnReport

BANK = Path(__file__).parents[2] / "examples" / "bank"


def turn(kind: str, gap_ms: int | None, answer: str = "utter_x", *, was_ready: bool | None = None) -> Measured:
    parts = {"endpoint": (gap_ms or 0) - 20, "transport": 20}
    gap = None if gap_ms is None else GapParts(gap_ms, parts, 10, 10, 0, was_ready)
    report = TurnReport("a", "a", ("b",), (answer,), (), (), gap, 0, 100, None, None)
    return Measured(Line(kind, "a", "utter_x"), report)


def call(greeting_gap_ms: int | None = 180, late: int = 0) -> CallReport:
    return CallReport(
        "c", (), 300, (), "caller-hung-up", None, {}, (), ("oops",) if late else (), 0, 1.0, greeting_gap_ms, late, 100
    )


def result_of(run: Run, **more: object) -> dict:
    machine = describe_machine() | {"load_before": load_average(), "load_after": load_average()}
    return summarise(run) | {"at_once": 1, "line": "clean", "machine": machine} | more


def test_percentiles_and_medians_by_kind():
    measured = [*(turn("closed", 400 + step) for step in range(0, 101, 10)), turn("open", 900), turn("dictation", 700)]
    result = summarise(Run(measured, []))
    assert result["closed"]["n"] == 11
    assert (result["closed"]["p50_ms"], result["closed"]["p95_ms"]) == (450, 495)
    assert result["closed"]["parts"] == {"endpoint": 430, "transport": 20}
    assert (result["open"]["n"], result["open"]["p50_ms"]) == (1, 900)
    assert (result["dictation"]["n"], result["dictation"]["p99_ms"]) == (1, 700)
    assert result["all"]["n"] == 13


def test_what_went_wrong_is_counted():
    found = figures([turn("open", 500), turn("open", None), turn("open", 700, answer="utter_ask_rephrase")])
    assert (found["n"], found["unanswered"], found["off_script"]) == (2, 1, 1)


def test_the_share_of_replies_that_were_ready_counts_only_what_the_server_told():
    told = [turn("open", 500, was_ready=True), turn("open", 500, was_ready=False), turn("open", 500)]
    assert figures(told)["ready"] == {"n": 2, "share": 0.5}
    assert figures([turn("open", 500)])["ready"] == {"n": 0, "share": None}


def test_what_does_not_add_up_is_shown():
    gap = GapParts(500, {"endpoint": 400}, 10, 10, -7)
    report = TurnReport("a", "a", ("b",), (), (), (), gap, 0, 100, None, None)
    assert figures([turn("open", 500), Measured(Line("open", "a", "x"), report)])["unaccounted"] == 7
    untold = TurnReport("a", "", (), (), (), (), GapParts(500, {}, None, None, 500), 0, 100, None, None)
    assert figures([Measured(Line("open", "a", "x"), untold)])["unaccounted"] is None


def test_no_turns_give_no_figures():
    assert figures([])["p50_ms"] is None


def test_greetings_and_late_frames_are_taken_from_the_calls():
    result = summarise(Run([], [call(100), call(300, late=3), call(None)]))
    assert (result["greeting"]["n"], result["greeting"]["p50_ms"]) == (2, 200)
    assert (result["late_received"], result["received"], result["late_share"]) == (3, 300, 0.01)
    assert result["faults"] == {"oops": 1}


def test_calls_that_did_not_come_about_are_told():
    result = result_of(Run([], [call()], ["no answer", "no answer"]))
    assert result["failed_calls"] == 2
    assert "call failed, 2 times: no answer" in as_text(result)


@pytest.mark.model
@pytest.mark.network
def test_a_server_that_is_not_there_is_told_and_not_thrown(capsys):
    assert main(["http://127.0.0.1:9", "--turns", "1"]) == 1
    assert "Is the server running?" in capsys.readouterr().err


def test_the_result_can_be_printed_both_ways():
    run = Run([turn("closed", 500, was_ready=True), turn("open", None)], [call(late=2)])
    result = result_of(run)
    assert "closed" in json.dumps(result)
    text = as_text(result)
    assert "500" in text
    assert "100%" in text
    assert "1 turns unanswered" in text
    assert "2 of 100" in text


def test_the_baseline_stands_beside_with_its_ratio():
    ours, theirs = (Run([turn(kind, gap) for kind in KINDS], [call()]) for gap in (400, 1600))
    ratio = ratios(summarise(ours), summarise(theirs))
    assert ratio == {"closed": 0.25, "open": 0.25, "dictation": 0.25, "all": 0.25}
    text = as_text(result_of(ours, baseline={"name": "Pipecat 1", **summarise(theirs), "ratio": ratio}))
    assert "1600" in text
    assert "closed 0.25" in text
    assert ratios(summarise(ours), summarise(Run([], [])))["all"] is None


def test_a_baseline_that_could_not_be_had_is_told():
    assert "no disk" in as_text(result_of(Run([turn("open", 400)], []), baseline={"error": "no disk"}))


def test_every_conversation_has_an_open_question_first_and_every_kind_comes_often():
    assert all(conversation[0].kind == "open" for conversation in CONVERSATIONS)
    kinds = [line.kind for conversation in CONVERSATIONS for line in conversation]
    assert all(kinds.count(kind) >= len(kinds) / 5 for kind in KINDS)


def test_every_expected_response_is_one_of_the_bank():
    domains = [YAML(typ="safe").load(path) for path in sorted((BANK / "domain").glob("*.yml"))]
    known = {name for domain in domains for name in domain.get("responses", {})}
    assert {line.answer for conversation in CONVERSATIONS for line in conversation} <= known


@pytest.mark.parametrize("turns", [1, 5, 36, 300])
def test_conversations_go_round_until_there_are_enough_turns(turns):
    chosen = list(iter_talks(turns))
    lengths = [len(CONVERSATIONS[which]) for which in chosen]
    assert sum(lengths) >= turns > sum(lengths[:-1])
    assert 0 not in chosen[:1]  # the first conversation has been held already, to warm up


def test_the_other_side_says_what_ours_mostly_said():
    first = CONVERSATIONS[0]
    said = [("To whom?",), ("To whom?",), ("Sorry?",), ()]
    turns = [Measured(first[0], TurnReport("a", "a", lines, (), (), (), None, 0, 0, None, None)) for lines in said]
    replies = replies_of(turns)
    assert replies[0][:2] == ["To whom?", FALLBACK]
    assert [len(texts) for texts in replies] == [len(conversation) for conversation in CONVERSATIONS]


def test_the_other_sides_environment_is_one_of_its_own_for_each_set_of_versions():
    wanted = requirements()
    assert wanted[0].startswith("pipecat-ai[")
    assert any(each.startswith("aiortc==") for each in wanted)
    assert environment_folder(wanted) != environment_folder([*wanted[:-1], "piper-tts==0"])


@pytest.mark.model
def test_the_other_side_runs_our_very_files():
    settings = settings_for(1234, [["Hello."], []])
    assert (Path(settings["whisper"]) / "model.bin").is_file()
    assert (Path(settings["piper"]) / f"{settings['voice']}.onnx.json").is_file()
    assert settings["replies"] == [["Hello."], [FALLBACK]]


@pytest.mark.parametrize("given", [["--turns", "0"], ["--calls", "-1"], ["--calls", "101"], ["--turns", "many"]])
def test_nonsense_is_refused(given, capsys):
    with pytest.raises(SystemExit) as stopped:
        parse(given)
    assert stopped.value.code == 2
