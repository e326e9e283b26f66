"""Records our traffic with vLLM's real server for the ordinary tests, and says how long its turns took.

    VIVAVOCE_VLLM_PYTHON=.venv-vllm/bin/python .venv/bin/python -m tests.vllm.record [--adapter PEFT_FOLDER]

Writes tests/support/recordings/vllm.jsonl, and a table of the turns to standard output. Do it again when the client
sends something else than it did (tests/models/test_vllm_recorded.py says so) or for a new version of vLLM.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from dialogue.ports import Completion, OnText
from dialogue.understanding.generator import CommandGenerator, Trust
from dialogue.understanding.parsing import format_command
from dialogue.understanding.prompt import caller_part
from flows.model import Assistant
from models.completion_requests import RequestStyle
from models.errors import ModelUnavailable
from models.openai_compatible import OpenAiCompatible, ServerSettings
from models.vllm import WARM_FIELDS, load_adapter, vllm_style
from tests.bench.machine import describe_machine, load_average
from tests.vllm.recording import Recording
from tests.vllm.turns import TURNS, Turn, load_bank, situation
from tests.vllm.vllm_server import API_KEY, MODEL, PYTHON_VARIABLE, RunningVllm, serve_vllm

RECORDING = Path(__file__).parents[1] / "support" / "recordings" / "vllm.jsonl"
RECORDED_TURNS = 8
"""Of each way of asking; the others are only timed."""
TIMEOUT_S = 120.0
FOLDER_NAME = "ADAPTER"


@dataclass(frozen=True, slots=True)
class Timed:
    """What one turn took. `first_ms` is until the first piece of text."""

    said: str
    text: str
    first_ms: float
    total_ms: float
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int


class Stopwatch:
    """A language model that notes when its first piece of text came."""

    def __init__(self, model: OpenAiCompatible) -> None:
        self._model = model
        self.first_ms = 0.0

    async def complete(self, prefix: str, tail: str, *, on_text: OnText | None = None, **rest: Any) -> Completion:
        began_s = time.perf_counter()
        self.first_ms = 0.0

        def heard(piece: str) -> bool:
            self.first_ms = self.first_ms or 1000 * (time.perf_counter() - began_s)
            return on_text is not None and on_text(piece)

        return await self._model.complete(prefix, tail, on_text=heard, **rest)

    async def warm(self, prefix: str, tail: str = "") -> None:
        await self._model.warm(prefix, tail)


@asynccontextmanager
async def client(
    vllm: RunningVllm, model: str, recording: Recording, key: str = API_KEY
) -> AsyncIterator[OpenAiCompatible]:
    style = vllm_style(RequestStyle(model=model))
    made = OpenAiCompatible(
        ServerSettings("vllm", f"{vllm.url}/v1", style, key, timeout_s=TIMEOUT_S, warm_fields=WARM_FIELDS),
        transport=recording,
    )
    made.open()
    try:
        yield made
    finally:
        await made.close()


async def record_turns(
    vllm: RunningVllm, bank: Assistant, model: str, trust: Trust
) -> tuple[list[dict[str, Any]], list[Timed]]:
    """Put every turn to a model of the server."""
    lines, timed = [], []
    recording = Recording()
    async with client(vllm, model, recording) as made:
        watch = Stopwatch(made)
        generator = CommandGenerator(bank, watch, trust)
        await generator.warm()
        lines.append({"what": "warm", "trust": trust, **recording.exchanges.pop().line(fields=("model", "priority"))})
        for turn in TURNS:
            generated = await generator.generate(turn.said, situation(turn, bank), ())
            done = generated.completion
            timed.append(_timed(turn, watch.first_ms, done))
            heard = _heard(done)
            commands = [format_command(command) for command in generated.commands or ()]
            about = {"what": "turn", "trust": trust, "turn": asdict(turn), "heard": heard, "commands": commands}
            lines.append({**about, **recording.exchanges.pop().line([caller_part(turn.said)])})
    return lines[: 1 + RECORDED_TURNS], timed


async def record_refusals(vllm: RunningVllm, adapter: Path) -> list[dict[str, Any]]:
    """Ask for what a server refuses, and for an adapter."""
    recording = Recording({str(adapter): FOLDER_NAME, vllm.url: "http://vllm"})
    lines: list[dict[str, Any]] = []

    async def ask(
        what: str, prompt: str, model: str = MODEL, grammar: str = 'root ::= "a"', key: str = API_KEY
    ) -> None:
        async with client(vllm, model, recording, key) as made:
            try:
                result = {"heard": _heard(await made.complete(prompt, "", grammar=grammar, max_tokens=4))}
            except ModelUnavailable as problem:
                result = {"error": problem.reason}
        lines.append({"what": what, **result, **recording.exchanges[-1].line([prompt[:60]])})

    async def load(what: str, name: str, folder: str, **more: Any) -> None:
        async with client(vllm, MODEL, recording) as made:
            try:
                await load_adapter(made, name, folder)
                result = {"error": None}
            except ModelUnavailable as problem:
                result = {"error": problem.reason.replace(str(adapter), FOLDER_NAME)}
        lines.append({"what": what, **result, **more, **recording.exchanges[-1].line(fields=("lora_name",))})

    await ask("no such model", "Hello?", model="nobody")
    await ask("bad grammar", "Hello, grammar.", grammar="root ::= nowhere")
    await ask("too long", "many words " * 1400)
    await ask("wrong key", "Hello, with another key.", key="not-the-key")
    await load("adapter loaded", "recorded", str(adapter), times=1)
    await load("adapter there already", "recorded", str(adapter))
    await load("adapter missing", "missing", str(adapter / "nothing"))
    await ask("adapter asked for", "Hello, adapter.", model="recorded")
    return lines


def _heard(done: Completion) -> dict[str, Any]:
    return {
        "text": done.text,
        "prompt_tokens": done.prompt_tokens,
        "cached_tokens": done.cached_tokens,
        "completion_tokens": done.completion_tokens,
    }


def _timed(turn: Turn, first_ms: float, done: Completion) -> Timed:
    counts = (done.prompt_tokens, done.cached_tokens, done.completion_tokens)
    return Timed(turn.said, done.text, first_ms, done.took_ms, *counts)


def table(title: str, timed: Sequence[Timed]) -> str:
    """The turns as Markdown, and their medians."""
    rows = [
        f"\n{title}\n",
        "| said | written | first ms | total ms | prompt | cached | written tokens |",
        "|" + "---|" * 7,
    ]
    for one in timed:
        text = one.text.replace("\n", "; ").replace("|", "\\|").strip("; ")
        tokens = f"{one.prompt_tokens} | {one.cached_tokens} | {one.completion_tokens}"
        rows.append(f"| {one.said} | {text} | {one.first_ms:.0f} | {one.total_ms:.0f} | {tokens} |")
    names = ("first_ms", "total_ms", "prompt_tokens", "cached_tokens", "completion_tokens")
    median = {name: statistics.median(getattr(one, name) for one in timed) for name in names}
    worst = sorted(one.total_ms for one in timed)[int(0.95 * (len(timed) - 1))]
    shown = ", ".join(f"{name} {value:.0f}" for name, value in median.items())
    return "\n".join([*rows, f"\nmedians of {len(timed)}: {shown}; total P95 {worst:.0f} ms; load {load_average()}"])


async def record(vllm: RunningVllm) -> None:
    bank = load_bank()
    lines, timed = await record_turns(vllm, bank, MODEL, "full")
    sys.stdout.write(table("bare model, real names", timed) + "\n")
    if vllm.trained_adapter is not None:
        async with client(vllm, MODEL, Recording()) as made:
            await load_adapter(made, "vivavoce", str(vllm.trained_adapter))
        more, timed = await record_turns(vllm, bank, "vivavoce", "trained")
        lines += more
        sys.stdout.write(table("with our adapter, aliases", timed) + "\n")
    lines += await record_refusals(vllm, vllm.adapter)
    RECORDING.parent.mkdir(exist_ok=True)
    written = (json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines)
    RECORDING.write_text("".join(f"{line}\n" for line in written), encoding="utf-8")
    sys.stdout.write(f"\n{describe_machine()}\n{len(lines)} exchanges recorded\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adapter", type=Path, help="a trained adapter, as a PEFT folder")
    adapter = parser.parse_args().adapter
    with tempfile.TemporaryDirectory() as folder, serve_vllm(os.environ[PYTHON_VARIABLE], Path(folder)) as vllm:
        asyncio.run(record(replace(vllm, trained_adapter=adapter or vllm.trained_adapter)))


if __name__ == "__main__":
    main()
