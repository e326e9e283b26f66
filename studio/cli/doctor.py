"""`vivavoce doctor`: what is installed, what is missing, what to type."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

_MARKS = {"ok": "ok     ", "warning": "warning", "missing": "MISSING"}


def doctor(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="Folder of the assistant.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the checks as JSON.")] = False,
    is_settings_list: Annotated[
        bool, typer.Option("--settings", help="List every setting instead, as a Markdown table.")
    ] = False,
) -> None:
    """Check this installation. Exit code 1 if something that serving needs is missing."""
    from studio.doctor import examine
    from studio.settings import load_settings

    if is_settings_list:
        typer.echo(_settings_table())
        return
    checks = examine(load_settings(), folder)
    missing = [check for check in checks if check.state == "missing"]
    if as_json:
        typer.echo(json.dumps({"ok": not missing, "checks": [asdict(check) for check in checks]}, indent=2))
    else:
        for check in checks:
            typer.echo(f"{_MARKS[check.state]}  {check.name:<28} {check.found}")
            if check.state != "ok":
                typer.echo(f"{'':38}-> {check.advice}")
        typer.echo(f"\n{len(missing)} of {len(checks)} checks failed." if missing else "\nEverything is here.")
    raise typer.Exit(1 if missing else 0)


def _settings_table() -> str:
    from studio.settings import describe_settings

    rows = [f"| `{one.variable}` | {one.default} | {one.description} |" for one in describe_settings()]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])
