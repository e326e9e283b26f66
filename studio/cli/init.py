"""`vivavoce init`: a new assistant from a template."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Folder of the new assistant: a new or an empty one.")
    ] = None,
    template: Annotated[str, typer.Option(metavar="NAME", help="Which template to begin with.")] = "empty",
    name: Annotated[str | None, typer.Option(help="Name of the assistant; its folder's name if not given.")] = None,
    is_list: Annotated[bool, typer.Option("--list", help="List the templates, and make nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Make a new assistant from a template."""
    from studio.projects.making import make_folder
    from studio.projects.templates import templates

    if is_list:
        found = templates()
        if as_json:
            typer.echo(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
        else:
            for one in found:
                typer.echo(f"{one.id:<14} {one.description}")
        return
    if folder is None:
        raise typer.BadParameter("name the folder of the new assistant", param_hint="DIR")
    files = make_folder(folder, template=template, name=name)
    if as_json:
        told = {"folder": str(folder), "template": template, "files": list(files)}
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    typer.echo(f"{folder}: {len(files)} files from the template {template}.")
    typer.echo(f"Next: vivavoce serve {folder}")
