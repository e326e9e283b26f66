"""How good and how fast understanding is: each stage alone and the cascade, by suite, with error bars.

    python -m tests.bench.understanding [--suite NAME…] [--quick] [--json]     (or: vivavoce bench understanding)

Every turn is understood where the expected commands have led, and compared leniently, in any order (as `vivavoce
understand` does). The end-to-end rate is of whole conversations, understanding's own commands throughout, with the
assistants' actions in this process. Of the suites under tests/heldback only aggregate figures are ever shown.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, chdir, nullcontext
from dataclasses import replace
from typing import Any

from dialogue.knowledge.search import KnowledgeSearch
from dialogue.knowledge.second_look import with_documents
from dialogue.ports import ActionRunner, Understanding
from dialogue.testing.case import Suite
from dialogue.testing.runner import Bench, run_suite
from dialogue.testing.understanding.cases import UnderstandingSuite
from dialogue.testing.understanding.results import CaseResult, UnderstandingResult
from dialogue.testing.understanding.runner import UnderstandingBench, run_understanding
from dialogue.testing.understanding.scores import percentile
from dialogue.testing.understanding.stages import STAGES, StageMissing, StageName, one_stage
from flows.model import Assistant
from studio.conversations import Models, open_actions, open_models, prepare_understanding
from studio.knowledge import open_search
from studio.logs import configure_logs
from studio.parts import PartBoard
from studio.settings import LogConfig, Settings, load_settings
from tests.bench.machine import describe_machine, load_average
from tests.bench.process_time import tree_cpu_s
from tests.bench.understanding_figures import markdown, passes, spaced, spaced_cases, summary
from tests.bench.understanding_growth import SIZES, measure_growth
from tests.bench.understanding_suites import BenchSuite, Named, NoEffects, Part, SuiteUnusable, all_suites

EVERYTHING = 1_000_000
MOST_TURNS: dict[StageName, int] = {"llm": 24}
"""Turns of a suite that a stage alone is measured on; not given: all."""
MOST_PARTS: dict[StageName, int] = {"llm": 2}
"""Assistants of a suite: to read in the prompt of each takes a language model some seconds."""
QUICK_TURNS, QUICK_CASES, QUICK_PARTS = 40, 10, 2
QUICK_STAGES: tuple[StageName, ...] = ("fast_path", "router", "reader", "cascade")
QUICK_SIZES = (SIZES[0], SIZES[-1])
BARS = {
    "fast_path_ms": 1.0,
    "encoder_ms": 20.0,
    "llm_ms": 350.0,
    "llm_p95_ms": 700.0,
    "spoken_ms": 30.0,
    "growth": 1.3,
    "f1": 0.92,
    "e2e": 0.85,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit code is 0 unless no suite could be run."""
    parser = argparse.ArgumentParser(prog="vivavoce bench understanding", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--suite", nargs="+", default=[], metavar="NAME", help="suites whose names begin so; all without"
    )
    parser.add_argument("--stage", nargs="+", default=[], choices=STAGES, help="stages to measure; all without it")
    parser.add_argument("--quick", action="store_true", help="a sample of each suite, in under two minutes")
    parser.add_argument("--no-growth", action="store_true", help="leave out how the cost grows with flows")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    configure_logs(LogConfig("error", "console"))
    suites = [one for one in all_suites() if not given.suite or one.name.startswith(tuple(given.suite))]
    if not suites:
        parser.error(f"no suite is called so; there are: {', '.join(one.name for one in all_suites())}")
    before = load_average()
    bench = UnderstandingBenchmark(load_settings(), is_quick=given.quick, say=_say)
    stages = given.stage or (QUICK_STAGES if given.quick else STAGES)
    result = asyncio.run(bench.run(suites, stages, has_growth=not given.no_growth))
    result["machine"] = describe_machine() | {"load_before": before, "load_after": load_average()}
    print(json.dumps(result, indent=2) if given.json else as_text(result))
    return 0 if result["suites"] else 1


class UnderstandingBenchmark:
    """Runs suites by stages; the models are loaded once."""

    def __init__(self, settings: Settings, *, is_quick: bool = False, say: Any = lambda _: None) -> None:
        self._settings = settings
        self._is_quick = is_quick
        self._say = say
        self._not_run: dict[str, str] = {}

    async def run(self, suites: Sequence[Named], stages: Sequence[StageName], *, has_growth: bool) -> dict[str, Any]:
        """Return the figures."""
        began_s = time.perf_counter()
        rows: list[dict[str, Any]] = []
        growth: dict[str, Any] = {}
        async with AsyncExitStack() as stack:
            board = PartBoard()
            models = await open_models(stack, self._settings.workers, board)
            self._not_run |= {part.name: part.detail for part in board.parts if part.state == "failed"}
            for named in suites:
                try:
                    suite = named.read()
                except SuiteUnusable as reason:
                    self._not_run[named.name] = str(reason)
                    continue
                rows += [row for stage in stages if (row := await self._row(suite, stage, models)) is not None]
            if has_growth:
                growth = await self._growth(models)
        return {
            "suites": rows,
            "spoken_median_ms": _spoken_median(rows),
            "growth": growth,
            "not_run": self._not_run,
            "bars": BARS,
            "is_quick": self._is_quick,
            "seconds": round(time.perf_counter() - began_s, 1),
        }

    async def _row(self, suite: BenchSuite, stage: StageName, models: Models) -> dict[str, Any] | None:
        """Return the figures of one suite by one stage; None where the stage's model is not there."""
        began_s, began_cpu_s = time.perf_counter(), tree_cpu_s()
        cases: list[CaseResult] = []
        passed: list[bool] = []
        parts = spaced(suite.parts, MOST_PARTS.get(stage, QUICK_PARTS if self._is_quick else EVERYTHING))
        for part in parts:
            try:
                understanding = await prepared(stage, part.assistant, models)
            except StageMissing as missing:
                self._not_run[f"stage {stage}"] = str(missing)
                return None
            most = self._most_turns(stage) // len(parts) or 1
            async with AsyncExitStack() as stack:
                actions = await self._actions(stack, suite, part)
                search = await open_search(stack, part.assistant, models.encoder, PartBoard())
                if stage == "cascade":
                    understanding = with_documents(understanding, search)
                with chdir(part.assistant.folder) if suite.has_code else nullcontext():
                    cases += await _understood(part, understanding, actions, search, most)
                    if stage == "cascade" and part.e2e is not None:
                        bench = Bench(part.assistant, understanding, None, actions, search, skips_judged=True)
                        passed += await self._end_to_end(part.e2e, replace(bench, channel="rest"))
        result = UnderstandingResult(tuple(cases), stage, "", time.perf_counter() - began_s)
        row = {"suite": suite.name, "stage": stage, "is_spoken": suite.is_spoken, **summary(result)}
        row |= {"e2e": passes(sum(passed), len(passed)) if passed else None}
        row |= {"wall_s": round(result.seconds, 2), "cpu_s": round(tree_cpu_s() - began_cpu_s, 2)}
        row["latencies_ms"] = [round(step.took_ms, 3) for step in result.steps]
        self._say(f"{suite.name}, {stage}: F1 {row['f1']:.3f}, {row['turns']} turns, {row['wall_s']:.1f} s")
        return row

    def _most_turns(self, stage: StageName) -> int:
        return MOST_TURNS.get(stage, QUICK_TURNS if self._is_quick else EVERYTHING)

    async def _actions(self, stack: AsyncExitStack, suite: BenchSuite, part: Part) -> ActionRunner | None:
        if not suite.has_code:
            return NoEffects()
        with chdir(part.assistant.folder):
            return await open_actions(stack, part.assistant, self._settings.conversations, PartBoard(), "in-process")

    async def _end_to_end(self, suite: Suite, bench: Bench) -> list[bool]:
        cases = tuple(spaced(suite.cases, QUICK_CASES)) if self._is_quick else suite.cases
        result = await run_suite(Suite(cases), bench)
        return [case.passed for case in result.cases]

    async def _growth(self, models: Models) -> dict[str, Any]:
        """Measure the cascade without the language model, whose cost is its prompt's, and that is bounded."""

        async def fresh(assistant: Assistant) -> Understanding:
            board = PartBoard()
            workers = replace(self._settings.workers, has_language_model=False)
            async with AsyncExitStack() as stack:
                again = await open_models(stack, workers, board)
            return await prepared("cascade", assistant, again)

        return await measure_growth(fresh, QUICK_SIZES if self._is_quick else SIZES)


async def prepared(stage: StageName, assistant: Assistant, models: Models) -> Understanding:
    """Prepare a stage, or the cascade, as the server would. Raises StageMissing."""
    if stage != "cascade":
        return await one_stage(
            stage,
            assistant,
            encoder=models.encoder,
            reader=models.reader,
            language_model=models.language_model,
            trust=models.trust,
        )
    board = PartBoard()
    understanding = await prepare_understanding(assistant, models, board)
    if understanding is None:
        raise StageMissing("; ".join(part.detail for part in board.parts if part.detail))
    return understanding


async def _understood(
    part: Part,
    understanding: Understanding,
    actions: ActionRunner | None,
    search: KnowledgeSearch | None,
    most: int,
) -> Sequence[CaseResult]:
    cases = part.understanding.cases
    kept = spaced_cases(cases, [len(case.steps) for case in cases], most)
    bench = UnderstandingBench(part.assistant, understanding, actions, search, channel="rest")
    return (await run_understanding(UnderstandingSuite(tuple(kept)), bench)).cases


def as_text(result: dict[str, Any]) -> str:
    """Return the figures for people: the table of docs/benchmarks.md, and what the bars are about."""
    growth, machine = result["growth"], result["machine"]
    lines = markdown(result["suites"])
    if result["spoken_median_ms"] is not None:
        lines += ["", f"all turns of the spoken suites, cascade: median {result['spoken_median_ms']} ms (bar 30)"]
    if growth:
        told = ", ".join(f"{size}: {ms} ms" for size, ms in growth["median_ms"].items())
        lines += [
            "",
            f"flows, median of a turn: {told}; × {growth['ratio']} (processor × {growth['cpu_ratio']}, bar 1.3)",
        ]
    lines += ["", *(f"not run: {name}: {reason}" for name, reason in result["not_run"].items())]
    load = f"load {machine['load_before'][0]} before, {machine['load_after'][0]} after"
    lines.append(f"{machine['processor']}, {machine['cores']} cores, {machine['date']}, {load}; {result['seconds']} s")
    return "\n".join(lines)


def _spoken_median(rows: Sequence[dict[str, Any]]) -> float | None:
    """Return the median over all turns of spoken suites, and take the single latencies out of the rows."""
    took = [one for row in rows if row["stage"] == "cascade" and row["is_spoken"] for one in row["latencies_ms"]]
    for row in rows:
        del row["latencies_ms"]
    return round(percentile(took, 50), 2) if took else None


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
