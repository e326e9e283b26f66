"""`vivavoce understand`: an assistant's dialogue-understanding tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dialogue.testing.understanding.results import UnderstandingResult
    from dialogue.testing.understanding.stages import StageName
    from studio.understanding_tests import UnderstandOptions


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the assistant.")],
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH...]", help="Test files, folders or file::case name; all if none is given."),
    ] = None,
    stage: Annotated[
        str, typer.Option(metavar="fast_path|router|reader|llm|cascade", help="Let only this stage understand.")
    ] = "cascade",
    recorded: Annotated[
        Path | None,
        typer.Option("--from-commands", metavar="FILE", help="Take end-to-end tests, and expect these commands."),
    ] = None,
    actions: Annotated[
        str | None, typer.Option(metavar="in-process|URL|stub", help="Where the assistant's actions run.")
    ] = None,
    profile: Annotated[
        str | None, typer.Option(metavar="3.13|3.14|3.16", help="Behave as this version of the format does.")
    ] = None,
    channel: Annotated[str, typer.Option(metavar="NAME", help="The channel on which the tests speak.")] = "rest",
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the result as JSON here.")] = None,
    least_f1: Annotated[
        float | None,
        typer.Option("--min-f1", min=0.0, max=1.0, metavar="F1", help="Succeed from this command F1 on."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Run dialogue-understanding tests. Exit code 0 only if every turn is as expected, or `--min-f1` is reached."""
    from studio.understanding_tests import UnderstandOptions, write_report

    options = UnderstandOptions(
        folder, tuple(paths or ()), _stage(stage), recorded, _actions(actions), _profile(profile), channel
    )
    _check_places(options)
    result = _run(options, as_json=as_json)
    if as_json or output is not None:
        text = json.dumps(result.to_json(), indent=2, ensure_ascii=False)
        if output is not None:
            write_report(output, text + "\n")
        if as_json:
            typer.echo(text)
    raise typer.Exit(0 if result.is_good(least_f1) else 1)


def _run(options: UnderstandOptions, *, as_json: bool) -> UnderstandingResult:
    import asyncio

    from studio.logs import configure_logs
    from studio.settings import LogConfig, load_settings
    from studio.understanding_tests import run_understanding_tests

    settings = load_settings()
    configure_logs(LogConfig("error", settings.log.format))
    return asyncio.run(run_understanding_tests(options, settings, say=_quiet if as_json else typer.echo))


def _check_places(options: UnderstandOptions) -> None:
    """Refuse places that are not there, before anything is loaded."""
    from dialogue.testing.suite import find_tests
    from dialogue.testing.understanding.cases import DEFAULT_FOLDER
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
    if options.recorded is None:
        if not options.paths and not (folder / DEFAULT_FOLDER).is_dir():
            message = f"{options.folder} has no folder {DEFAULT_FOLDER}: name the tests, or type --from-commands FILE"
            raise typer.BadParameter(message, param_hint="PATH")
    elif not options.recorded.is_file():
        message = f"there is no file {options.recorded}: vivavoce test --record {options.recorded} makes one"
        raise typer.BadParameter(message, param_hint="--from-commands")


def _stage(name: str) -> StageName:
    from dialogue.testing.understanding.stages import STAGES

    for stage in STAGES:
        if stage == name:
            return stage
    raise typer.BadParameter(f"{name!r} is no stage: type one of {', '.join(STAGES)}", param_hint="--stage")


def _actions(source: str | None) -> str | None:
    """Refuse what is neither a word that we know nor an address."""
    if source is None or source in ("in-process", "stub") or "://" in source:
        return source
    raise typer.BadParameter(f"{source!r} is neither in-process nor stub nor an address", param_hint="--actions")


def _profile(version: str | None) -> str | None:
    from flows.profiles import profile_of

    profile = None if version is None else profile_of(version)
    if version is not None and profile is None:
        raise typer.BadParameter(
            f"{version!r} is no version of the format: type 3.13, 3.14 or 3.16", param_hint="--profile"
        )
    return profile


def _quiet(_: str) -> None:
    """Say nothing: a program reads the output."""
