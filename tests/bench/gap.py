"""The gap between a caller's last audible sample and the first of the reply, by kind of question.

    python -m tests.bench.gap [URL] [--turns N] [--calls N] [--baseline] [--noise [--voices N]] [--json]

Without a URL it serves the bank example itself. One conversation warms the server up and is left out. `--baseline`
measures Pipecat after it, with the same recordings, weights, transport and machine (see `pipecat_baseline`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.bench.calls_at_once import Plan, measure
from tests.bench.conversations import CONVERSATIONS, KINDS
from tests.bench.gap_figures import Measured, Run, as_text, ratios, summarise
from tests.bench.machine import describe_machine, load_average
from tests.bench.pipecat_baseline import FALLBACK, PIPECAT, BaselineMissing, serve_pipecat
from tests.bench.telephone import BABBLE_VOICES, LOSS, babble_for, over_telephone
from tests.support.recordings import speak
from tests.support.server import ROOT, VIVAVOCE, ServerFailed, serve_assistant
from voice.caller.client import CallOptions
from voice.caller.errors import CallerError
from voice.caller.wav import Utterance

DEFAULT_TURNS = 100
BANK = ROOT / "examples" / "bank"
MOST_CALLS = 100


def main(arguments: Sequence[str] | None = None) -> int:
    given = parse(arguments)
    recordings, options = prepare(given.voices if given.noise else None)
    before = load_average()
    try:
        with server(given.url) as url:
            plan = Plan(lambda _: url, recordings, given.turns, given.calls, options)
            ours = asyncio.run(measure(plan))
    except (CallerError, ServerFailed) as error:
        print(f"bench gap: {error}", file=sys.stderr)
        return 1
    result: dict[str, Any] = summarise(ours)
    result |= {"at_once": given.calls, "line": "noisy" if given.noise else "clean"}
    if given.baseline:
        result["baseline"] = measure_baseline(plan, ours, result)
    result["machine"] = describe_machine() | {"load_before": before, "load_after": load_average()}
    print(json.dumps(result, indent=2) if given.json else as_text(result))
    is_whole = all(result[kind]["n"] for kind in KINDS) and "error" not in result.get("baseline", {})
    return 0 if is_whole else 1


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="vivavoce bench gap", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("url", nargs="?", help="a running server with the bank example; without it one is started")
    parser.add_argument("--turns", type=positive, default=DEFAULT_TURNS, help="measure at least so many turns")
    parser.add_argument("--calls", type=positive, default=1, help="hold so many calls at once")
    parser.add_argument("--baseline", action="store_true", help="measure Pipecat as well, and print the ratio")
    parser.add_argument("--noise", action="store_true", help="8 kHz µ-law, babble at 20 dB, 1 %% of packets lost")
    parser.add_argument("--voices", type=positive, default=BABBLE_VOICES, help="how many people talk in the noise")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    if given.calls > MOST_CALLS:
        parser.error(f"--calls: at most {MOST_CALLS} callers fit into one process")
    return given


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def prepare(voices: int | None) -> tuple[dict[str, Utterance], CallOptions]:
    """Return what is said, by its text, and the line that it is said over: with so many voices behind, or clean."""
    texts = sorted({line.text for conversation in CONVERSATIONS for line in conversation})
    utterances = speak(texts)
    if voices is None:
        return {utterance.name: utterance for utterance in utterances}, CallOptions()
    options = CallOptions(background=babble_for(utterances, voices), loss=LOSS)
    return {utterance.name: over_telephone(utterance) for utterance in utterances}, options


@contextmanager
def server(url: str | None, assistant: Path | None = None) -> Iterator[str]:
    """Give the address of a running server, or of one that is started for the block."""
    if url is not None:
        yield url
        return
    # What an assistant says word for word is spoken when it is trained, as an operator would have it.
    subprocess.run([VIVAVOCE, "train", assistant or BANK], check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as folder:
        served = serve_assistant(Path(folder), assistant) if assistant else serve_assistant(Path(folder))
        with served as running:
            yield running.url


def measure_baseline(plan: Plan, ours: Run, summary: Mapping[str, Any]) -> dict[str, Any]:
    """Measure Pipecat with the same plan; what goes wrong is told in place of figures and loses none of ours."""
    try:
        with tempfile.TemporaryDirectory() as folder, serve_pipecat(Path(folder), replies_of(ours.turns)) as url:
            theirs = asyncio.run(measure(replace(plan, address=lambda which: f"{url}/{which}/")))
    except (BaselineMissing, CallerError, ServerFailed) as error:
        return {"error": str(error)}
    found = summarise(theirs)
    return {"name": f"Pipecat {PIPECAT}", **found, "ratio": ratios(summary, found)}


def replies_of(turns: Sequence[Measured]) -> list[list[str]]:
    """Return for each conversation what our assistant mostly answered, turn by turn: the other side says the same."""
    answered: dict[str, Counter[str]] = {}
    for each in turns:
        if each.turn.lines:
            answered.setdefault(each.line.text, Counter())[" ".join(each.turn.lines)] += 1
    return [
        [answered[line.text].most_common(1)[0][0] if line.text in answered else FALLBACK for line in conversation]
        for conversation in CONVERSATIONS
    ]


if __name__ == "__main__":
    sys.exit(main())
