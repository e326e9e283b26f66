"""`vivavoce test`: an assistant's end-to-end tests."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    from dialogue.testing.results import SuiteResult
    from studio.testing import RunOptions

COVERAGE = "--coverage"
COVERAGE_FOLDER = "e2e_coverage_results"
"""Where the report on coverage goes unless told otherwise, in the working folder."""
_TEST_SUFFIXES = (".yml", ".yaml")


class TestCommand(TyperCommand):
    """The verb, whose option `--coverage` may stand without a folder."""

    __test__ = False  # the name would make pytest collect it

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give `--coverage` its folder before the arguments are read."""
        return super().parse_args(ctx, with_coverage_folder(args))


def with_coverage_folder(arguments: Sequence[str]) -> list[str]:
    """Write `--coverage [FOLDER]` as one argument. What looks like a test file or a case is none of its folder."""
    told: list[str] = []
    waiting = list(arguments)
    while waiting:
        argument = waiting.pop(0)
        if argument == "--":
            return [*told, argument, *waiting]
        if argument == COVERAGE:
            has_folder = bool(waiting) and not waiting[0].startswith("-") and not _is_test_path(waiting[0])
            argument = f"{COVERAGE}={waiting.pop(0) if has_folder else COVERAGE_FOLDER}"
        told.append(argument)
    return told


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
        str | None,
        typer.Option(
            metavar="in-process|URL|stub",
            help="Run the assistant's own code, ask an action server, or run only what the tests stub.",
        ),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(metavar="3.13|3.14|3.16", help="Behave as this version of the format does.")
    ] = None,
    channel: Annotated[str, typer.Option(metavar="NAME", help="The channel on which the tests speak.")] = "rest",
    coverage: Annotated[
        Path | None,
        typer.Option(COVERAGE, metavar="[FOLDER]", help="Measure which steps run; write the report here."),
    ] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a JUnit report here.")] = None,
    is_skipping_judged: Annotated[
        bool, typer.Option("--skip-judged", help="Skip assertions that need a judging model, instead of failing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    is_failing_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first failure.")] = False,
) -> None:
    """Run an assistant's end-to-end tests. Exit code 0 only if there are any and all of them passed."""
    from studio.testing import RunOptions

    options = RunOptions(
        folder,
        tuple(paths or ()),
        commands,
        record,
        _actions(actions),
        is_failing_fast,
        _profile(profile),
        channel,
        coverage,
        is_skipping_judged,
        os.environ,
    )
    _check_places(options)
    result = _run(options, as_json=as_json)
    if junit is not None:
        from studio.junit import write_junit

        write_junit(junit, result)
    if as_json:
        import json

        typer.echo(json.dumps(result.to_json(), indent=2, ensure_ascii=False))
    raise typer.Exit(0 if result.failed == 0 and result.cases else 1)


def _run(options: RunOptions, *, as_json: bool) -> SuiteResult:
    import asyncio

    from studio.logs import configure_logs
    from studio.settings import LogConfig, load_settings
    from studio.testing import run_tests

    settings = load_settings()
    configure_logs(LogConfig("error", settings.log.format))
    return asyncio.run(run_tests(options, settings, say=_quiet if as_json else typer.echo))


def _actions(source: str | None) -> str | None:
    """Refuse what is neither a word that we know nor an address."""
    if source is None or source in ("in-process", "stub") or "://" in source:
        return source
    raise typer.BadParameter(
        f"{source!r} is neither in-process nor stub nor an address: type --actions http://localhost:5055/webhook",
        param_hint="--actions",
    )


def _profile(version: str | None) -> str | None:
    from flows.profiles import profile_of

    profile = None if version is None else profile_of(version)
    if version is not None and profile is None:
        raise typer.BadParameter(
            f"{version!r} is no version of the format: type --profile 3.13, 3.14 or 3.16", param_hint="--profile"
        )
    return profile


def _check_places(options: RunOptions) -> None:
    """Refuse places that are not there, before anything is loaded."""
    from dialogue.testing.suite import find_tests
    from studio.assistants import find_folder
    from studio.errors import AssistantNotFound

    try:
        folder = find_folder(options.folder)
    except AssistantNotFound as error:
        raise typer.BadParameter(str(error), param_hint="DIR") from None
    for path in options.paths:
        if find_tests(path, folder) is None:
            raise typer.BadParameter(
                f"there is no test file or folder {path!r}, neither here nor in {options.folder}", param_hint="PATH"
            )
    if options.commands is not None and not options.commands.is_file():
        message = f"there is no file {options.commands}: make one with --record {options.commands}"
        raise typer.BadParameter(message, param_hint="--commands")


def _is_test_path(argument: str) -> bool:
    path = Path(argument)
    if "::" in argument or path.suffix in _TEST_SUFFIXES:
        return True
    return path.is_dir() and not (path / "coverage.json").is_file() and any(path.rglob("*.y*ml"))


def _quiet(_: str) -> None:
    """Say nothing: a program reads the output."""
