"""`vivavoce finetune`: from an assistant's passing tests to an adapter for llama.cpp and vLLM."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from models.finetuning.training import Progress

app = typer.Typer(
    help="Fine-tune a small language model on an assistant: prepare data, train an adapter, export it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

_LINE_EVERY_STEPS = 10

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Out = Annotated[Path, typer.Option("--out", metavar="PATH", help="Where the result goes.")]


@app.command("prepare")
def prepare_data(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the assistant.")],
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH...]", help="Test files, folders or file::case name; all if none is given."),
    ] = None,
    commands: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Take the commands of every turn from here as the truth.")
    ] = None,
    rephrases: Annotated[int, typer.Option(min=0, max=49, metavar="N", help="Other words for each turn.")] = 10,
    out: Out = Path("output"),
    rephraser: Annotated[
        str, typer.Option(metavar="auto|phrases|embedded", help="Who rephrases beside the phrases: which model.")
    ] = "auto",
    kind: Annotated[
        str, typer.Option("--output-format", metavar="instruction|conversational", help="Format of the examples.")
    ] = "instruction",
    naming: Annotated[
        str, typer.Option(metavar="short|real", help="Flows and slots as aliases, or by their names.")
    ] = "short",
    train_share: Annotated[
        float, typer.Option("--train-frac", min=0.1, max=1.0, metavar="PART", help="Part of the examples to learn.")
    ] = 0.8,
    actions: Annotated[
        str | None, typer.Option(metavar="in-process|URL|stub", help="Where the assistant's actions run.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the chance in rephrases and split.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Run an assistant's tests, and make examples of the turns of those that pass."""
    import asyncio

    from models.finetuning.preparation import PrepareOptions
    from studio.finetuning import DataOptions, Rephraser, prepare_data
    from studio.logs import configure_logs
    from studio.settings import LogConfig, load_settings

    _check_word(rephraser, get_args(Rephraser), "--rephraser")
    _check_word(kind, ("instruction", "conversational"), "--output-format")
    _check_word(naming, ("short", "real"), "--naming")
    if commands is not None and not commands.is_file():
        message = f"there is no file {commands}: vivavoce test --record {commands} makes one"
        raise typer.BadParameter(message, param_hint="--commands")
    settings = load_settings()
    configure_logs(LogConfig("error", settings.log.format))
    how = PrepareOptions(rephrases, train_share, kind, naming, seed)  # type: ignore[arg-type]  # checked above
    options = DataOptions(folder, out, tuple(paths or ()), commands, actions, rephraser, how)  # type: ignore[arg-type]
    with _errors_as(as_json):
        made = asyncio.run(prepare_data(options, settings, say=_quiet if as_json else typer.echo))
    told = {**made.to_json(), "folder": str(out)}
    _tell(told, as_json, f"{made.passed} of {made.cases} tests passed; {made.train} examples to learn from and "
          f"{made.test} to check with are in {out}")  # fmt: skip


@app.command("train")
def train_adapter(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Folder of `finetune prepare`, or a file of examples.")],
    model: Annotated[
        str, typer.Option(metavar="PATH|ID", help="Language model: folder, GGUF file, or an id of the catalogue.")
    ] = "smollm2-135m-instruct",
    out: Out = Path("adapter"),
    epochs: Annotated[float, typer.Option(min=0.01, help="How often each example is learnt from.")] = 3.0,
    minutes: Annotated[float, typer.Option(min=0.0, help="Stop by then; the same command goes on from there.")] = 240.0,
    rank: Annotated[int, typer.Option(min=1, max=256, help="Size of the adapter.")] = 16,
    rate: Annotated[float, typer.Option(min=1e-7, max=1.0, help="How much each step changes.")] = 4e-4,
    threads: Annotated[int, typer.Option(min=1, help="Cores to use.")] = 1,
    device: Annotated[str, typer.Option(metavar="cpu|cuda", help="The processor, or a GPU.")] = "cpu",
    seed: Annotated[int, typer.Option(help="Of the order in which examples come.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print progress and result as lines of JSON.")] = False,
) -> None:
    """Train a LoRA adapter on examples. Needs the extra `train`; a training that was stopped goes on."""
    _check_word(device, ("cpu", "cuda"), "--device")
    with _errors_as(as_json):
        from models.finetuning.bases import as_folder, find_base
        from models.finetuning.errors import ExtraMissing
        from models.finetuning.examples import read_data

        examples, kept = read_data(data)
        base = find_base(model)
        try:
            from models.finetuning.training import TrainOptions, train
        except ImportError as problem:
            raise ExtraMissing(problem.name or "torch") from problem
        options = TrainOptions(epochs, minutes, rank, rate, threads, device, seed)  # type: ignore[arg-type]
        out.mkdir(parents=True, exist_ok=True)
        folder = as_folder(base, out / "base")
        with _shown_progress(as_json) as show:
            trained = train(examples, kept, folder, out, options, show)
    loss = None if trained.loss is None else round(trained.loss, 4)
    told = {"adapter": str(trained.adapter), "base": str(folder), "step": trained.step, "steps": trained.steps}
    told |= {"validation_loss": loss, "ended": trained.ended, "too_long": trained.too_long}
    told |= {"resumed_at": trained.resumed_at}
    why = {"epochs": "all examples were learnt from", "minutes": "the time is over; the same command goes on"}
    _tell(told, as_json, f"{trained.adapter}: step {trained.step} of {trained.steps}, loss on the check {loss}; "
          f"{why.get(trained.ended, 'the loss shrank no more')}", lines=True)  # fmt: skip


@app.command("export")
def export_adapter(
    adapter: Annotated[
        Path, typer.Argument(metavar="ADAPTER", help="Folder of `finetune train`, or of a PEFT adapter.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="PATH", help="GGUF file, or folder, to write.")],
    kind: Annotated[
        str, typer.Option("--format", metavar="gguf|peft", help="For llama.cpp, or a folder for vLLM.")
    ] = "gguf",
    model: Annotated[
        str | None, typer.Option(metavar="PATH|ID", help="The language model, where the adapter does not know it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a trained adapter for llama.cpp (a GGUF file) or for vLLM (a PEFT folder)."""
    from models.finetuning.export import export

    _check_word(kind, ("gguf", "peft"), "--format")
    with _errors_as(as_json):
        size_bytes = export(adapter, out, kind, model)  # type: ignore[arg-type]  # checked above
    _tell({"out": str(out), "format": kind, "size_bytes": size_bytes}, as_json, f"{out}: {size_bytes / 1e6:.1f} MB")


def _check_word(word: str, known: tuple[str, ...], option: str) -> None:
    if word not in known:
        raise typer.BadParameter(f"{word!r} is none of {', '.join(known)}", param_hint=option)


def _tell(told: dict[str, Any], as_json: bool, sentence: str, *, lines: bool = False) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False, indent=None if lines else 2) if as_json else sentence)


@contextmanager
def _errors_as(as_json: bool) -> Iterator[None]:
    """Tell this verb's errors as JSON where that was asked for; the command's own entry does it otherwise."""
    from models.errors import ModelError

    try:
        yield
    except ModelError as error:
        if not as_json:
            raise
        typer.echo(json.dumps({"code": error.code, "message": str(error)}))
        raise typer.Exit(1) from error


@contextmanager
def _shown_progress(as_json: bool) -> Iterator[Callable[[Progress], None]]:
    """Give a bar on a terminal, JSON lines for programs, and a line now and then elsewhere."""
    if as_json:
        yield lambda progress: typer.echo(json.dumps(_described(progress)))
        return
    if not sys.stderr.isatty():
        yield _say_now_and_then
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description:<52}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task("loading", total=None)
        checked = ""

        def show(progress: Progress) -> None:
            nonlocal checked
            checked = checked if progress.checked is None else f", on the check {progress.checked:.3f}"
            said = f"loss {progress.loss:.3f}, {progress.whole:.0%} right{checked}"
            bars.update(task, description=said, completed=progress.step, total=progress.steps)

        yield show


def _say_now_and_then(progress: Progress) -> None:
    if progress.checked is not None or progress.step % _LINE_EVERY_STEPS == 0:
        checked = "" if progress.checked is None else f", on the check {progress.checked:.4f}"
        typer.echo(f"step {progress.step} of {progress.steps}: loss {progress.loss:.4f}{checked}", err=True)


def _described(progress: Progress) -> dict[str, Any]:
    told = {"step": progress.step, "steps": progress.steps, "loss": round(progress.loss, 4)}
    told |= {"right": round(progress.right, 4), "whole": round(progress.whole, 4), "tokens": progress.tokens}
    told |= {"seconds": round(progress.seconds, 1)}
    return told if progress.checked is None else {**told, "validation_loss": round(progress.checked, 4)}


def _quiet(_: str) -> None:
    """Say nothing: a program reads the output."""
