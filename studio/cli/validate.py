"""`vivavoce validate`: everything that is wrong with an assistant's files, at once."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flows.errors import Finding

_COLOURS = {"error": typer.colors.RED, "warning": typer.colors.YELLOW}


def validate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the assistant.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for warnings too.")] = False,
) -> None:
    """Check an assistant: every error with file:line:column. Exit code 1 if there is any."""
    from studio.assistants import find_folder, find_problems
    from studio.spoken_tests.checks import spoken_findings

    found = find_folder(folder)
    findings = (*find_problems(found), *spoken_findings(found))
    errors = sum(1 for finding in findings if finding.severity == "error")
    warnings = len(findings) - errors
    if as_json:
        report = {"errors": errors, "warnings": warnings, "findings": [asdict(one) for one in findings]}
        typer.echo(json.dumps(report, indent=2))
    else:
        for _, in_one_file in groupby(findings, key=lambda finding: finding.file):
            for finding in in_one_file:
                _tell(finding)
            typer.echo()
        typer.echo(_summary(folder, errors, warnings))
    raise typer.Exit(1 if errors or (strict and warnings) else 0)


def _tell(finding: Finding) -> None:
    """Print a finding: its place in a form that terminals and editors open, and below it what to do."""
    place = f"{finding.file}:{finding.line}:{finding.column}:"
    severity = typer.style(finding.severity, fg=_COLOURS[finding.severity])
    typer.echo(f"{place} {severity} [{finding.code}] {finding.message}")
    if finding.suggestion:
        typer.echo(f"    {finding.suggestion}")


def _summary(folder: Path, errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return f"{folder}: no problems."
    return f"{folder}: {_count(errors, 'error')}, {_count(warnings, 'warning')}."


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
