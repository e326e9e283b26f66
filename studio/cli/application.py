"""The verbs of the command line and how they are put together."""

from __future__ import annotations

from typing import Annotated

import typer

from studio.cli import (
    bench,
    call,
    chat,
    doctor,
    finetune,
    init,
    models,
    people,
    pull,
    push,
    replay,
    serve,
    test,
    train,
    understand,
    validate,
)

app = typer.Typer(
    name="vivavoce",
    help="A voice-first, real-time assistant server that runs on your own machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib.metadata import version

        typer.echo(f"vivavoce {version('vivavoce')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that stand before a verb."""


app.command()(init.init)
app.command()(serve.serve)
app.command()(chat.chat)
app.command()(call.call)
app.command("test", cls=test.TestCommand)(test.run)
app.command("train")(train.run)
app.command("understand")(understand.run)
app.command("replay")(replay.run)
app.command()(validate.validate)
app.command()(pull.pull)
app.command()(push.push)
app.command()(doctor.doctor)
app.add_typer(bench.app, name="bench")
app.add_typer(models.app, name="models")
app.add_typer(people.app, name="people")
app.add_typer(finetune.app, name="finetune")
