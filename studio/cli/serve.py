"""`vivavoce serve`: the studio, its API and its calls on one port."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def serve(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Folder of the assistant; the bank example if not given.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.  [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.  [default: 8080]")] = None,
    is_fixed: Annotated[
        bool,
        typer.Option("--no-reload", help="Stay with the files as they are now, whatever is changed in the folder."),
    ] = False,
) -> None:
    """Serve an assistant: call page, API and calls. Ctrl-C stops it once running calls have been told."""
    import asyncio

    from studio import assistants
    from studio.listening import listen
    from studio.logs import configure_logs
    from studio.settings import load_settings

    settings = load_settings(host=host, port=port, reload=False if is_fixed else None)
    configure_logs(settings.log)
    with listen(settings.server) as listener:  # first, since nothing is as quickly told as a port that is taken
        assistant = assistants.load(assistants.find_folder(folder or settings.assistant))

        from studio.server import run_server  # takes a second to import: after what may fail at once

        asyncio.run(run_server(assistant, settings, listener, say=typer.echo))
