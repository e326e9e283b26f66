"""`vivavoce validate`: everything that is wrong with an assistant's files, at once."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer


def validate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the assistant.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check an assistant: every error with file:line:column. Exit code 1 if there is any."""
    from studio.assistants import find_folder, find_problems

    findings = find_problems(find_folder(folder))
    errors = sum(1 for finding in findings if finding.severity == "error")
    warnings = len(findings) - errors
    if as_json:
        report = {"errors": errors, "warnings": warnings, "findings": [asdict(one) for one in findings]}
        typer.echo(json.dumps(report, indent=2))
    else:
        for finding in findings:
            typer.echo(str(finding))
        typer.echo(_summary(folder, errors, warnings))
    raise typer.Exit(1 if errors else 0)


def _summary(folder: Path, errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return f"{folder}: no problems."
    return f"{folder}: {_count(errors, 'error')}, {_count(warnings, 'warning')}."


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
