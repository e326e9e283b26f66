"""`vivavoce test`: an assistant's end-to-end tests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the assistant.")],
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH...]", help="Test files, folders or file::case name; all if none is given."),
    ] = None,
    commands: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Take the commands of every turn from here, without a model.")
    ] = None,
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what was understood in every turn here.")
    ] = None,
    actions: Annotated[
        Literal["in-process", "stub"],
        typer.Option(help="Run the assistant's own actions, or only what the tests stub."),
    ] = "in-process",
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a JUnit report here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    is_failing_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first failure.")] = False,
) -> None:
    """Run an assistant's end-to-end tests. Exit code 0 only if all of them passed."""
    import asyncio

    from studio.logs import configure_logs
    from studio.settings import LogConfig, load_settings
    from studio.testing import RunOptions, run_tests

    settings = load_settings()
    configure_logs(LogConfig("error", settings.log.format))
    options = RunOptions(folder, tuple(paths or ()), commands, record, actions, is_failing_fast)
    result = asyncio.run(run_tests(options, settings, say=_quiet if as_json else typer.echo))
    if junit is not None:
        from studio.junit import write_junit

        write_junit(junit, result)
    if as_json:
        import json

        typer.echo(json.dumps(result.to_json(), indent=2, ensure_ascii=False))
    raise typer.Exit(0 if result.failed == 0 and result.cases else 1)


def _quiet(_: str) -> None:
    """Say nothing: a program reads the output."""
