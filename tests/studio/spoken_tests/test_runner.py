"""Spoken cases with a caller and a server that follow a script: what passes, what fails, and what is told of it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

import numpy as np
import pytest

from dialogue.testing.suite import load_suite
from dialogue.testing.voice_keys import Noise
from flows.model import Assistant
from studio.spoken_tests.report import heard_summary, keep_call, spoken_junit, spoken_lines
from studio.spoken_tests.runner import run_spoken, speak_ahead
from studio.spoken_tests.spoken import SpokenResult
from tests.support.spoken_calls import SilentVoices, TextServer
from voice.synthetic_callers.manner import Manners, Speaker
from voice.synthetic_callers.measured import MeasuredStep

TRANSFER = """
- test_case: transfer
  steps:
    - user: start flow transfer_money
    - bot: Who is it for?
    - user: set slot recipient Joe
      voice: {barge_in_at: 800, say: to Joe}
    - utter: utter_ask_amount
    - user: set slot amount 50
    - slot_was_set: [amount: 50]
    - user: /SetSlots(confirmed=True)
      assertions:
        - action_executed: action_pay
"""
MISHEARS = {"to Joe": "set slot recipient Joe"}


def suite_of(folder: Path, cases: str, head: str = ""):
    (folder / "e2e_tests").mkdir(exist_ok=True)
    (folder / "e2e_tests" / "all.yml").write_text(dedent(head) + "test_cases:\n" + dedent(cases))
    return load_suite([], folder)


async def run(server: TextServer, folder: Path, cases: str, head: str = "", voices=None, **options) -> SpokenResult:
    fail_fast = options.pop("fail_fast", False)
    return await run_spoken(suite_of(folder, cases, head), server.bench(voices, **options), fail_fast=fail_fast)


async def test_a_spoken_conversation_passes(bank: Assistant, tmp_path: Path):
    server = TextServer(bank, MISHEARS)
    result = await run(server, tmp_path, TRANSFER)

    (case,) = result.cases
    assert case.result.failure is None
    assert case.result.turns == 4
    assert [turn.kind for turn in case.turns] == ["speech", "speech", "speech", "payload"]
    spoken = server.calls[0]
    assert [turn.utterance.name if turn.utterance else turn.message for turn in spoken] == [
        "start flow transfer_money",
        "to Joe",
        "set slot amount 50",
        "/SetSlots(confirmed=True)",
    ]
    assert spoken[1].barge_in_at_ms == 800
    assert result.suite.recorded() == {"all.yml::transfer": case.result.commands}
    assert [len(commands) for commands in case.result.commands] == [1, 1, 1, 0]


async def test_a_misheard_turn_says_so_and_stops_the_call(bank: Assistant, tmp_path: Path):
    server = TextServer(bank, {**MISHEARS, "set slot amount 50": "set slot amount 15"})
    result = await run(server, tmp_path, TRANSFER)

    failure = result.cases[0].result.failure
    assert failure is not None
    assert (failure.step, failure.user, failure.expected) == (3, "set slot amount 50", "slot_was_set: amount = 50")
    told = "\n".join(failure.actual)
    assert "to be said: set slot amount 50" in told
    assert "was heard:  set slot amount 15" in told
    assert "misheard:   set slot amount [50 → 15] (1 of 4 words)" in told
    assert "slot amount = 15" in told
    assert len(result.cases[0].turns) == 3
    assert result.heard["errors"] == 4  # one here, three in "to Joe" for "set slot recipient Joe"
    assert failure.commands.proposed == ("set slot amount 15",)


async def test_a_turn_that_was_heard_right_points_at_the_dialogue(bank: Assistant, tmp_path: Path):
    cases = "- {test_case: x, steps: [{user: start flow check_balance}, {bot: You are rich.}]}"
    result = await run(TextServer(bank), tmp_path, cases)

    failure = result.cases[0].result.failure
    assert failure is not None
    assert any("look at the dialogue" in line for line in failure.actual)
    assert failure.diff


async def test_an_answer_that_comes_too_late_fails_with_its_parts(bank: Assistant, tmp_path: Path):
    cases = """
    - test_case: slow
      steps:
        - user: start flow transfer_money
        - utter: utter_ask_recipient
          within_ms: 900
        - user: set slot recipient Joe
        - utter: never_said
    """
    slow = {1: MeasuredStep(1_200, {"endpoint": 800, "recognition": 390}, 10)}
    result = await run(TextServer(bank, steps=slow, late_frames=40), tmp_path, cases)

    failure = result.cases[0].result.failure
    assert failure is not None
    assert (failure.step, failure.line, failure.expected) == (1, 7, "an answer within 900 ms")
    assert "1200 ms: endpoint 800 ms, recognition 390 ms, unaccounted 10 ms" in failure.actual[0]
    assert "40 frames of the caller left late" in failure.actual[1]


async def test_no_audible_answer_is_too_late_as_well(bank: Assistant, tmp_path: Path):
    cases = "- {test_case: x, steps: [{user: start flow transfer_money, voice: {within_ms: 900}}]}"
    result = await run(TextServer(bank, steps={1: MeasuredStep()}), tmp_path, cases)

    assert result.cases[0].result.failure.actual[0] == "nothing audible was answered"


async def test_a_silence_is_a_step_of_its_own(bank: Assistant, tmp_path: Path):
    cases = """
    - test_case: silent
      steps:
        - user: start flow transfer_money
        - silence: 6000
        - utter: utter_ask_recipient
        - silence: 6000
        - utter: never_said
    """
    server = TextServer(bank)
    result = await run(server, tmp_path, cases)

    failure = result.cases[0].result.failure
    assert failure is not None
    assert (failure.step, failure.user, failure.line) == (1, "(silence of 6000 ms)", 9)
    assert [turn.silence_ms for turn in server.calls[0]] == [0, 6000, 6000]


async def test_fixtures_and_the_sessions_start_are_as_in_typed_tests(bank: Assistant, tmp_path: Path):
    head = "fixtures: [{known: [{recipient: Ann}]}]\n"
    cases = """
    - test_case: begins
      fixtures: [known]
      steps:
        - slot_was_set: [recipient: Ann]
        - user: start flow transfer_money
        - bot: How much for Ann?
    - test_case: begins itself
      steps:
        - user: /session_start
        - user: start flow transfer_money
        - utter: utter_ask_recipient
    """
    server = TextServer(bank)
    result = await run(server, tmp_path, cases, head)

    assert [case.result.failure for case in result.cases] == [None, None]
    assert len(server.calls[1]) == 1
    assert result.cases[1].result.turns == 2


async def test_steps_that_are_not_reached_say_why(bank: Assistant, tmp_path: Path):
    cases = "- {test_case: x, steps: [{user: session end}, {user: start flow transfer_money}, {bot: Who is it for?}]}"
    result = await run(TextServer(bank), tmp_path, cases)

    failure = result.cases[0].result.failure
    assert failure is not None
    assert failure.step == 2
    assert failure.actual == ("the conversation was over before this step: assistant-ended",)


async def test_a_lost_call_is_held_once_more(bank: Assistant, tmp_path: Path):
    server = TextServer(bank, MISHEARS, lost_after=2, losses=1)
    result = await run(server, tmp_path, TRANSFER)

    assert result.cases[0].result.passed
    assert result.cases[0].attempts == 2
    assert len(server.calls) == 2


async def test_a_call_that_is_lost_again_has_failed(bank: Assistant, tmp_path: Path):
    server = TextServer(bank, MISHEARS, lost_after=2, losses=5)
    result = await run(server, tmp_path, TRANSFER)

    assert result.cases[0].result.failure.actual == ("the connection was lost",)
    assert len(server.calls) == 2


async def test_a_call_that_does_not_come_about_is_tried_once_more(bank: Assistant, tmp_path: Path):
    server = TextServer(bank, MISHEARS, refusals=1)

    assert (await run(server, tmp_path, TRANSFER)).cases[0].result.passed
    assert len(server.calls) == 2


async def test_a_disappointment_is_never_tried_again(bank: Assistant, tmp_path: Path):
    server = TextServer(bank)
    await run(server, tmp_path, "- {test_case: x, steps: [{user: start flow check_balance}, {bot: Nonsense.}]}")

    assert len(server.calls) == 1


async def test_a_voice_that_there_is_not_fails_its_case_alone(bank: Assistant, tmp_path: Path):
    cases = """
    - {test_case: bad, steps: [{user: start flow check_balance, voice: {voice: bob}}]}
    - {test_case: good, steps: [{user: start flow check_balance}]}
    """
    suite, bench = suite_of(tmp_path, cases), TextServer(bank).bench()
    await speak_ahead(suite, bench)
    result = await run_spoken(suite, bench)

    assert [case.result.passed for case in result.cases] == [False, True]
    assert "no voice 'bob': there are joe, joe-low" in result.cases[0].result.failure.actual[0]


async def test_results_come_in_the_order_of_the_files_also_in_parallel(bank: Assistant, tmp_path: Path):
    cases = "".join(f"- {{test_case: c{number}, steps: [{{user: start flow check_balance}}]}}\n" for number in range(6))
    result = await run(TextServer(bank), tmp_path, cases, parallel=3)

    assert [case.result.name for case in result.cases] == [f"c{number}" for number in range(6)]


async def test_fail_fast_runs_no_further_case(bank: Assistant, tmp_path: Path):
    cases = """
    - {test_case: bad, steps: [{user: start flow check_balance}, {bot: Nonsense.}]}
    - {test_case: good, steps: [{user: start flow check_balance}]}
    """
    result = await run(TextServer(bank), tmp_path, cases, fail_fast=True)

    assert [case.result.name for case in result.cases] == ["bad"]


async def test_the_runs_noise_is_behind_the_call_and_a_steps_own_beside_its_words(bank: Assistant, tmp_path: Path):
    cases = """
    - test_case: x
      steps:
        - user: start flow transfer_money
        - user: set slot recipient Joe
          voice: {noise: "babble:5"}
    """
    server, voices = TextServer(bank), SilentVoices()
    manners = Manners((Speaker("joe"),), noise=Noise("white", 20.0), seed=4)
    await run(server, tmp_path, cases, voices=voices, manners=manners)

    plain, noisy = (turn.utterance for turn in server.calls[0])
    assert server.backgrounds[0] is not None
    assert not np.array_equal(plain.samples, noisy.samples)


async def test_what_is_told_in_json_junit_and_the_terminal(bank: Assistant, tmp_path: Path):
    server = TextServer(bank, {**MISHEARS, "set slot amount 50": "set slot amount 15"})
    result = await run(server, tmp_path, TRANSFER)

    told = json.loads(json.dumps(result.to_json()))
    turn = told["cases"][0]["spoken"][2]
    assert (told["passed"], told["failed"], told["seed"]) == (0, 1, 0)
    assert (turn["said"], turn["heard"], turn["gap_ms"]) == ("set slot amount 50", "set slot amount 15", 400)
    assert turn["parts"] == {"endpoint": 300, "transport": 100}
    assert turn["difference"] == "set slot amount [50 → 15]"
    assert told["heard"]["word_error_rate"] == pytest.approx(result.heard["word_error_rate"])
    root = ElementTree.fromstring(spoken_junit(result))
    assert root.attrib["failures"] == "1"
    assert "gap 400 ms (endpoint 300, transport 100)" in root.find(".//system-out").text
    assert "was heard:  set slot amount 15" in root.find(".//failure").text
    lines = "\n".join(spoken_lines(result.cases[0], shows_heard=True))
    assert "step 1: 'start flow transfer_money', heard right, gap 400 ms" in lines
    assert "word error rate" in heard_summary(result)


def test_what_is_kept_of_a_call(bank: Assistant, tmp_path: Path):
    def keep(*given):
        return keep_call(tmp_path / "kept", *given)

    result = asyncio.run(run(TextServer(bank, MISHEARS), tmp_path, TRANSFER, keep=keep))

    place = Path(result.cases[0].kept)
    assert sorted(path.name for path in place.iterdir()) == ["call.wav", "events.jsonl", "turns.json"]
    events = [json.loads(line) for line in (place / "events.jsonl").read_text().splitlines()]
    assert "assistant_said" in {event["type"] for event in events}
    assert json.loads((place / "turns.json").read_text())["spoken"][0]["said"] == "start flow transfer_money"


async def test_a_folder_that_cannot_be_written_is_one_error(bank: Assistant, tmp_path: Path):
    from studio.errors import RecordingRefused

    (tmp_path / "kept").write_text("a file")

    def keep(*given):
        return keep_call(tmp_path / "kept", *given)

    with pytest.raises(RecordingRefused, match="another --keep"):
        await run(TextServer(bank, MISHEARS), tmp_path, TRANSFER, keep=keep, parallel=2)


async def test_coverage_is_measured_as_in_typed_runs(bank: Assistant, tmp_path: Path):
    bench = TextServer(bank).bench()
    bench = replace(bench, bench=replace(bench.bench, measures_coverage=True))
    suite = suite_of(tmp_path, "- {test_case: x, steps: [{user: start flow check_balance}]}")
    result = await run_spoken(suite, bench)

    trace = result.cases[0].result.trace
    assert trace is not None
    assert any(flow == "check_balance" for flow, _ in trace.steps)


async def test_a_case_in_which_nothing_is_said_is_a_call_all_the_same(bank: Assistant, tmp_path: Path):
    result = await run(TextServer(bank), tmp_path, "- {test_case: x, steps: [{assertions: []}]}")

    assert result.cases[0].result.passed


async def test_cancelling_the_run_cancels_its_calls(bank: Assistant, tmp_path: Path):
    bench = TextServer(bank, MISHEARS).bench()
    running = asyncio.create_task(run_spoken(suite_of(tmp_path, TRANSFER), bench))
    await asyncio.sleep(0)
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
