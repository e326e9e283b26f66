"""`vivavoce pull`: copy an assistant from a studio, or bring its changes into a copy."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from studio.projects.copies import Pulled

CONFLICTS: Final = 3
"""Exit code where both sides changed the same: neither success nor a fault."""


def pull(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of the studio, or of the project in it.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the copy: a new one, or one pulled before.")],
    project: Annotated[str | None, typer.Option(help="Id of the project, where the address does not have it.")] = None,
    token: Annotated[
        str | None, typer.Option(envvar="VIVAVOCE_TOKEN", help="Token of a person or program that may do this.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Copy an assistant from a studio into a folder; changes of both sides are merged. Exit code 3 on conflicts."""
    from studio.projects.copies import pull as pull_copy
    from studio.projects.remote import Remote, parse_address

    address = parse_address(url, project)
    warn_if_exposed(token, is_exposed=address.is_exposed)
    with Remote(address, token=token) as remote:
        pulled = pull_copy(remote, folder)
    if as_json:
        typer.echo(json.dumps(asdict(pulled), indent=2, ensure_ascii=False))
    else:
        _tell(pulled, folder)
    raise typer.Exit(CONFLICTS if pulled.conflicts else 0)


def warn_if_exposed(token: str | None, *, is_exposed: bool) -> None:
    """Say that a token goes where others on the way can read it."""
    if token and is_exposed:
        typer.echo("vivavoce: the token is sent without encryption; use https beyond this machine.", err=True)


def _tell(pulled: Pulled, folder: Path) -> None:
    for what, paths in (("taken", pulled.taken), ("merged", pulled.merged), ("deleted", pulled.deleted)):
        for path in paths:
            typer.echo(f"{what:<8} {path}")
    for path in pulled.conflicts:
        typer.echo(f"conflict {path}: yours stays; the studio's is beside it as {path}.theirs, if it has one")
    errors = [finding for finding in pulled.findings if finding.severity == "error"]
    for finding in errors:
        typer.echo(f"{finding.file}:{finding.line}:{finding.column}: error [{finding.code}] {finding.message}")
    if pulled.conflicts:
        typer.echo("Bring what you want of each .theirs into the file beside it, delete it, then push.")
    elif not (pulled.taken or pulled.merged or pulled.deleted):
        typer.echo(f"{folder} has everything that {pulled.url} has.")
    else:
        typer.echo(f"{folder}: version {pulled.version} of {pulled.url}.")
