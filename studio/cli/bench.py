"""`vivavoce bench`: the benchmarks of this project, which live with its tests."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import typer

from studio.errors import BenchmarksMissing

app = typer.Typer(no_args_is_help=True, help="Measure what this project promises; needs a checkout of it.")
_AS_GIVEN = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


@app.command("barge-in", context_settings=_AS_GIVEN, add_help_option=False)
def barge_in(context: typer.Context) -> None:
    """Measure how soon speech silences the assistant, and whether it goes on after a cough."""
    _run("barge_in", context)


@app.command(context_settings=_AS_GIVEN, add_help_option=False)
def cutoffs(context: typer.Context) -> None:
    """Measure how often callers are cut off who pause in a number or a sentence."""
    _run("cutoffs", context)


@app.command(context_settings=_AS_GIVEN, add_help_option=False)
def density(context: typer.Context) -> None:
    """Measure how many calls at once this machine carries, and what one takes of processor and memory."""
    _run("density", context)


@app.command(context_settings=_AS_GIVEN, add_help_option=False)
def engine(context: typer.Context) -> None:
    """Measure the turns a second on one core, and how their cost grows with flows and history."""
    _run("engine", context)


@app.command(context_settings=_AS_GIVEN, add_help_option=False)
def gap(context: typer.Context) -> None:
    """Measure the gap between a caller's last sound and the first of the reply, also beside Pipecat."""
    _run("gap", context)


@app.command(context_settings=_AS_GIVEN, add_help_option=False)
def understanding(context: typer.Context) -> None:
    """Measure quality and speed of understanding, each stage alone and all together, by suite."""
    _run("understanding", context)


def _run(name: str, context: typer.Context) -> None:
    root = Path(__file__).resolve().parents[2]
    if not (root / "tests" / "bench").is_dir():
        raise BenchmarksMissing("the benchmarks are not installed: run this in a checkout of the project")
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    raise typer.Exit(import_module(f"tests.bench.{name}").main(context.args))
