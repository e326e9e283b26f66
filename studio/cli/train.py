"""`vivavoce train`: what understanding and speech can prepare ahead, in one artefact."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the assistant.")],
    is_forced: Annotated[
        bool, typer.Option("--force", help="Make everything anew, also where nothing changed.")
    ] = False,
    has_no_voice: Annotated[
        bool, typer.Option("--no-voice", help="Do not speak ahead what is always said alike.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Check an assistant and prepare what can be prepared ahead of a call. Exit code 1 if a part of it fails."""
    import asyncio

    from studio.logs import configure_logs
    from studio.settings import LogConfig, load_settings
    from studio.training import TrainOptions, train

    settings = load_settings()
    configure_logs(LogConfig("error", settings.log.format))
    options = TrainOptions(folder, is_forced, not has_no_voice)
    result = asyncio.run(train(options, settings, say=_to_stderr if as_json else typer.echo))
    if as_json:
        typer.echo(json.dumps(result.to_json(), indent=2, ensure_ascii=False))
    raise typer.Exit(0 if result.is_whole else 1)


def _to_stderr(line: str) -> None:
    """A program reads the output; whoever follows the training reads this."""
    typer.echo(line, err=True)
