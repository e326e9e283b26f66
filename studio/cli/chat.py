"""`vivavoce chat`: the assistant in the terminal, in text; with --debug also what it thinks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from studio.settings import Settings

STOP = "/stop"


def chat(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the assistant.")],
    is_debug: Annotated[
        bool, typer.Option("--debug", help="Show commands, events, stack and slots of every turn.")
    ] = False,
    has_no_model: Annotated[
        bool, typer.Option("--no-model", help="Use no weights and no model server: only payloads and rules answer.")
    ] = False,
) -> None:
    """Talk to an assistant in text: one line a turn, from the keyboard or a pipe. End with /stop or Ctrl-D."""
    import asyncio

    from studio.logs import configure_logs
    from studio.settings import LogConfig, load_settings

    without = False if has_no_model else None
    settings = load_settings(language_model=without, sentence_encoder=without, reader=without)
    configure_logs(settings.log if is_debug else LogConfig("error", settings.log.format))
    try:
        asyncio.run(_chat(folder, settings, is_debug, asks_servers=not has_no_model))
    except KeyboardInterrupt:
        typer.echo()


async def _chat(folder: Path, settings: Settings, is_debug: bool, *, asks_servers: bool) -> None:
    import sys
    from contextlib import AsyncExitStack

    from studio import assistants
    from studio.conversations import open_text
    from studio.errors import ServiceNotReady
    from studio.language_models import models_left_out
    from studio.lines import Lines
    from studio.parts import PartBoard
    from studio.terminal import Terminal, talk

    has_person = sys.stdin.isatty() and sys.stdout.isatty()
    terminal = Terminal(Lines(sys.stdin).next, sys.stdout, has_person=has_person, is_debug=is_debug)
    assistant = assistants.load(assistants.find_folder(folder))
    board = PartBoard()
    async with AsyncExitStack() as stack:
        terminal.note("Loading...")
        try:
            conversation = await open_text(stack, assistant, settings, board, asks_servers=asks_servers)
        except ServiceNotReady as error:
            raise ServiceNotReady(f"{error}\nOr add --no-model, to go on with payloads and rules only.") from error
        for line in models_left_out(board):
            terminal.note(line)
        terminal.note(f"{assistant.name}: type what you would say; {STOP} or Ctrl-D ends.")
        await talk(conversation, terminal, stop=STOP)
