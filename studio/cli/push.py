"""`vivavoce push`: send what was changed in a copy of an assistant to its studio."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.pull import CONFLICTS, warn_if_exposed

if TYPE_CHECKING:
    from studio.projects.copies import PushedCopy


def push(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of the studio, or of the project in it.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the assistant.")],
    project: Annotated[str | None, typer.Option(help="Id of the project, where the address does not have it.")] = None,
    token: Annotated[
        str | None, typer.Option(envvar="VIVAVOCE_TOKEN", help="Token of a person or program that may do this.")
    ] = None,
    allows_errors: Annotated[
        bool, typer.Option("--allow-errors", help="Send it although validate finds errors.")
    ] = False,
    makes: Annotated[
        bool, typer.Option("--create", help="Make the project if the studio has none of this id.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Send what was changed to a studio, which merges it or takes none of it. Exit code 3 on conflicts."""
    from studio.projects.copies import push as push_copy
    from studio.projects.remote import Remote, parse_address

    address = parse_address(url, project)
    warn_if_exposed(token, is_exposed=address.is_exposed)
    with Remote(address, token=token) as remote:
        pushed = push_copy(remote, folder, allows_errors=allows_errors, makes=makes)
    if as_json:
        typer.echo(json.dumps(asdict(pushed), indent=2, ensure_ascii=False))
    else:
        _tell(pushed)
    raise typer.Exit(CONFLICTS if pushed.conflicts else 1 if pushed.message else 0)


def _tell(pushed: PushedCopy) -> None:
    if pushed.message is not None:
        typer.echo(f"vivavoce: {pushed.message}", err=True)
        for finding in pushed.findings:
            typer.echo(f"{finding.get('file')}:{finding.get('line')}: {finding.get('message')}", err=True)
    if pushed.conflicts:
        for path in pushed.conflicts:
            typer.echo(f"conflict {path}")
        typer.echo("The studio has changes in the same places. Pull, solve them, then push again.")
    elif pushed.message is None:
        for path in pushed.sent:
            typer.echo(f"{'merged' if path in pushed.merged else 'sent':<8} {path}")
        typer.echo(f"{pushed.url} has your changes." if pushed.sent else f"Nothing was changed since {pushed.url}.")
