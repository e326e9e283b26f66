"""How many calls one machine carries: more and more at once, until the loop or its frames are late.

    python -m tests.bench.density [--calls-from N] [--calls-to N] [--seconds S] [--soak S] [--json]

It serves the bank example itself and holds the conversations of the gap benchmark, which end and begin anew. Loop lag
and late frames are the server's own figures (`/metrics`), so that callers who share the machine are not measured; but
they take processor time from it. `--soak` then holds the most calls that were within the
limits for so long, and tells how memory grew.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from tests.bench.calls_at_once import AFTER_MS, APART_S, BEFORE_MS, SEED
from tests.bench.conversations import CONVERSATIONS
from tests.bench.density_figures import (
    FRAMES,
    LAG,
    Buckets,
    Sample,
    Step,
    as_text,
    buckets,
    describe_soak,
    since,
    summarise,
)
from tests.bench.gap import BANK, positive, prepare
from tests.bench.machine import describe_machine, load_average
from tests.bench.process_memory import tree_cpu_s, tree_memory_mb
from tests.support.recordings import with_silence
from tests.support.server import VIVAVOCE, Served, ServerFailed, serve_assistant
from voice.caller.client import CallOptions, fold, hold_call
from voice.caller.errors import CallerError
from voice.caller.log import CallLog
from voice.caller.wav import Utterance

DEFAULT_TO = 8
DEFAULT_SECONDS = 30
MOST_CALLS = 30
"""What the server takes, less room for calls that are just ending."""
SAMPLE_EVERY_S = 2.0
SETTLE_S = 1.0
"""From the last caller's first offer to the first reading: building a connection is no part of a step."""


@dataclass(slots=True)
class Callers:
    """Those who call `url` again and again until `is_over` is set.

    What they kept is folded when all is over: decoding a call takes the processor from the server.
    """

    url: str
    recordings: Mapping[str, Utterance]
    is_over: asyncio.Event = field(default_factory=asyncio.Event)
    held: list[tuple[CallLog, tuple[Utterance, ...]]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def gaps_ms(self) -> list[int]:
        """Return the gaps of all turns that were answered."""
        turns = [turn for log, script in self.held for turn in fold(log, script).report.turns]
        return [turn.gap.gap_ms for turn in turns if turn.gap is not None]

    def failures(self) -> list[str]:
        """Say why calls did not come about, or broke off."""
        return self.refused + [log.failure for log, _ in self.held if log.failure is not None]

    async def call_on(self, start_s: float, varied: random.Random) -> None:
        """Hold one conversation after the other."""
        await asyncio.sleep(start_s)
        for which in count(varied.randrange(len(CONVERSATIONS))):
            if self.is_over.is_set():
                return
            try:
                await self._hold(which % len(CONVERSATIONS), varied)
            except CallerError as error:
                self.refused.append(str(error))
                return

    async def _hold(self, which: int, varied: random.Random) -> None:
        script = tuple(
            with_silence(self.recordings[line.text], varied.randint(*BEFORE_MS), varied.randint(*AFTER_MS))
            for line in CONVERSATIONS[which]
        )
        self.held.append((await hold_call(self.url, script, CallOptions(), stop=self.is_over), script))


async def measure_step(served: Served, recordings: Mapping[str, Utterance], calls: int, seconds: float) -> Step:
    """Hold so many calls for so long and read what the server says of that time."""
    callers = Callers(served.url, recordings)
    async with asyncio.TaskGroup() as tasks:
        for number in range(calls):
            tasks.create_task(callers.call_on(number * APART_S, random.Random(f"{SEED} {calls} {number}")))
        await asyncio.sleep(calls * APART_S + SETTLE_S)
        before = await read_metrics(served.url)
        samples = await watch(served.process.pid, seconds)
        after = await read_metrics(served.url)
        callers.is_over.set()
    lag, frames = (since(old, new) for old, new in zip(before, after, strict=True))
    return Step(calls, lag, frames, samples, callers.gaps_ms(), callers.failures())


async def watch(process: int, seconds: float) -> list[Sample]:
    """Sample the server's processes until the time is over."""
    samples = [await asyncio.to_thread(sample, process)]
    end_s = samples[0].at_s + seconds
    while (left_s := end_s - time.monotonic()) > 0:
        await asyncio.sleep(min(SAMPLE_EVERY_S, left_s))
        samples.append(await asyncio.to_thread(sample, process))
    return samples


def sample(process: int) -> Sample:
    return Sample(time.monotonic(), tree_cpu_s(process), tree_memory_mb(process))


async def read_metrics(url: str) -> tuple[Buckets, Buckets]:
    """Return what has been observed of the loop's lag and of the frames' lateness."""
    async with httpx.AsyncClient(timeout=30.0, verify=False) as client:  # this machine's own server, by plain http
        page = (await client.get(f"{url}/metrics")).raise_for_status().text
    return buckets(page, LAG), buckets(page, FRAMES)


async def measure(served: Served, given: argparse.Namespace) -> dict[str, Any]:
    """Raise the number of calls until a limit breaks, then soak."""
    recordings, _ = prepare(None)
    await measure_step(served, recordings, 1, 5.0)  # warms up
    steps: list[Step] = []
    for calls in range(given.calls_from, given.calls_to + 1):
        steps.append(await measure_step(served, recordings, calls, given.seconds))
        found = summarise(steps, cores())
        note(found["steps"][-1])
        if found["is_limit_found"]:
            break
    result: dict[str, Any] = {**summarise(steps, cores()), "seconds": given.seconds, "soak": None}
    if given.soak and result["calls_within"]:
        result["soak"] = describe_soak(await measure_step(served, recordings, result["calls_within"], given.soak))
    return result


def cores() -> int:
    return int(describe_machine()["cores"])


def note(step: dict[str, Any]) -> None:
    """Tell a person that something is going on."""
    lag_ms = step["loop_lag"]["p99_ms"]
    print(f"{step['calls']} calls: loop lag P99 {lag_ms} ms, {step['late']} of {step['sent']} late", file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    given = parse(arguments)
    before = load_average()
    try:
        # What an assistant says word for word is spoken when it is trained, as an operator would have it.
        subprocess.run([VIVAVOCE, "train", BANK], check=True, stdout=subprocess.DEVNULL)
        with tempfile.TemporaryDirectory() as folder, serve_assistant(Path(folder)) as served:
            result = asyncio.run(measure(served, given))
    except (ServerFailed, subprocess.CalledProcessError, httpx.HTTPError) as error:
        print(f"bench density: {error}", file=sys.stderr)
        return 1
    result["machine"] = describe_machine() | {"load_before": before, "load_after": load_average()}
    print(json.dumps(result, indent=2) if given.json else as_text(result))
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="vivavoce bench density", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calls-from", type=positive, default=1, help="begin with so many calls at once")
    parser.add_argument("--calls-to", type=positive, default=DEFAULT_TO, help="go on to at most so many")
    parser.add_argument("--seconds", type=positive, default=DEFAULT_SECONDS, help="hold each number for so long")
    parser.add_argument("--soak", type=positive, help="then hold the most within the limits for so many seconds")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    if not given.calls_from <= given.calls_to <= MOST_CALLS:
        parser.error(f"--calls-from is at most --calls-to, and that is at most {MOST_CALLS}")
    return given


if __name__ == "__main__":
    sys.exit(main())
