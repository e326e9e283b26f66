"""`vivavoce people`: a way back in for whoever has lost their password, on the machine that has the accounts."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(
    help="The people of a studio: one-time links to choose a password by.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def _of_people() -> None:
    """Keep `link` a verb of its own, though it is the only one."""


@app.command("link")
def link(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="Whose link; the first admin's if not given, while nobody can sign in."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Print a one-time link by which somebody chooses a new password. Works beside a running server and without one."""
    import asyncio

    from studio.api.people import link_path
    from studio.listening import url_at
    from studio.people.reaching import make_link
    from studio.settings import load_settings

    settings = load_settings()
    person, token, expires_at = asyncio.run(make_link(settings.people_file, name))
    url = url_at(settings.host, settings.port) + link_path(token)
    if as_json:
        told = {"name": person.name, "role": person.role, "link": url, "expires_at": expires_at}
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    typer.echo(f"{person.name} ({person.role}): open {url}")
    typer.echo("It works once, for a week; their earlier links have ended. From another machine, use this one's name.")
