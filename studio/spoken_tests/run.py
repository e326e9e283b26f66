"""Runs an assistant's end-to-end tests spoken, for the command line: models, callers and servers put together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import httpx

from dialogue.testing.case import Case, Suite
from dialogue.testing.checks import doubts
from dialogue.testing.suite import load_suite
from flows.model import Assistant
from models.cache import ModelCache
from studio import assistants
from studio.action_places import where_actions_run
from studio.calls import check_calls
from studio.coverage import write_coverage
from studio.parts import PartBoard
from studio.settings import Settings
from studio.speech import SPEECH_PARTS, open_speech
from studio.spoken_tests.plan import Plan
from studio.spoken_tests.report import heard_summary, keep_call, spoken_lines
from studio.spoken_tests.runner import SpokenBench, Telephone, run_spoken, speak_ahead
from studio.spoken_tests.serving import URL, Served, serve_case
from studio.spoken_tests.spoken import SpokenCase, SpokenResult
from studio.spoken_tests.voices import CallerVoices, installed_voices, voice_of_file
from studio.test_report import coverage_lines, summary
from studio.testing import RunOptions, open_bench, write_recorded
from voice.caller.client import CallOptions
from voice.ports import Pcm
from voice.synthetic_callers.measured import measure_call
from voice.synthetic_callers.script import HeldCall, Turn, Watch
from voice.synthetic_callers.telephone import hold_stepped_call


async def run_spoken_tests(
    options: RunOptions, plan: Plan, settings: Settings, *, say: Callable[[str], None]
) -> SpokenResult:
    """Run the tests spoken; `say` gets the lines for each case, and the summary.

    Raises:
        AssistantInvalid, TestsInvalid: with everything that is wrong in the files.
        ModelMissing, VoiceUnusable, ModelUnavailable: there is no voice to call with.
        SpokenOptionInvalid: a voice is named that there is not.
        ServiceNotReady: a model of the server or an action server is needed, and does not run.
        RecordingRefused: something cannot be written where it should be.
    """
    folder = assistants.find_folder(options.folder).resolve()
    assistant = assistants.load(folder, profile=options.profile)
    suite = load_suite(options.paths, folder)
    warnings = [str(finding) for finding in (*suite.warnings, *doubts(suite, assistant))] + _not_carried(suite)
    for warning in warnings:
        say(warning)

    def tell(lines: Sequence[str]) -> None:
        for line in lines:
            say(line)

    def on_case(case: SpokenCase) -> None:
        tell(spoken_lines(case, shows_heard=plan.shows_heard))

    async with AsyncExitStack() as stack:
        bench = await _open(stack, assistant, suite, options, plan, settings)
        await speak_ahead(suite, bench)
        with where_actions_run(options.actions, assistant):
            ran = await run_spoken(suite, bench, fail_fast=options.is_failing_fast, on_case=on_case)
    result = SpokenResult(ran.suite.with_warnings(tuple(warnings)), ran.cases, ran.seed)
    if options.coverage is not None:
        report = write_coverage(options.coverage, result.suite.cases, assistant)
        tell(coverage_lines(report, str(options.coverage)))
    tell([summary(result.suite), *([heard_summary(result)] if result.cases else [])])
    if options.record is not None:
        write_recorded(options.record, result.suite)
    return result


async def _open(
    stack: AsyncExitStack, assistant: Assistant, suite: Suite, options: RunOptions, plan: Plan, settings: Settings
) -> SpokenBench:
    """Find the callers' voices, then start what the server needs; what is cheap to find wrong comes first."""
    cache = ModelCache(settings.workers.models)
    voices = CallerVoices((*installed_voices(cache), *(voice_of_file(file) for file in plan.files)))
    stack.push_async_callback(voices.close)
    manners = plan.manners(voices.names)
    check_calls(assistant)
    bench = await open_bench(stack, assistant, settings, options, None, suite)
    board = PartBoard()
    speech = await open_speech(stack, assistant, settings.workers, board)
    board.require(*SPEECH_PARTS)
    assert speech is not None
    served = Served(bench, speech)

    @asynccontextmanager
    async def open_line(case: Case) -> AsyncIterator[Telephone]:
        async with serve_case(case, served) as http:
            yield Loopback(http)

    keep = None if plan.keep is None else partial(keep_call, plan.keep)
    return SpokenBench(bench, voices, manners, open_line, measure_call, keep, plan.parallel)


@dataclass(frozen=True, slots=True)
class Loopback:
    """Calls a server in this process over WebRTC."""

    http: httpx.AsyncBaseTransport

    async def call(self, turns: Sequence[Turn], watch: Watch, background: Pcm | None) -> HeldCall:
        """Hold a call. Raises CallerError."""
        return await hold_stepped_call(URL, turns, watch, CallOptions(background=background), self.http)


def _not_carried(suite: Suite) -> list[str]:
    """Tell of metadata that steps have: a caller who speaks cannot send any."""
    told = []
    for case in suite.cases:
        lines = [step.line for step in case.steps if step.text is not None and set(step.metadata) - {"voice"}]
        if lines:
            message = "metadata of a step is not carried by a call: actions do not see it"
            told.append(f"{case.file}:{lines[0]}:1: warning [metadata-not-carried] {message}")
    return told
