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
    from studio.spoken_tests.plan import SpokenOptions
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
    channel: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The channel on which the tests speak: rest, or voice with --voice."),
    ] = None,
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
    is_spoken: Annotated[
        bool, typer.Option("--voice", help="Speak every step of the caller over a real WebRTC call.")
    ] = False,
    voices: Annotated[
        str, typer.Option(metavar="N|NAME,...", help="With --voice: how many voices, or which; .onnx files too.")
    ] = "",
    speed: Annotated[
        str, typer.Option(metavar="X|X..Y", help="With --voice: how fast callers speak, drawn for each step.")
    ] = "1.0",
    noise: Annotated[
        str, typer.Option(metavar="babble:DB|white:DB", help="With --voice: noise so far below the speech.")
    ] = "none",
    codec: Annotated[
        str, typer.Option(metavar="opus|mulaw", help="With --voice: mulaw is a telephone's 8 kHz.")
    ] = "opus",
    seed: Annotated[int, typer.Option(metavar="N", help="With --voice: of all chance; the same, the same audio.")] = 0,
    parallel: Annotated[int, typer.Option(metavar="N", help="With --voice: calls at once.")] = 1,
    keep: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="With --voice: keep audio and events of every case here.")
    ] = None,
    shows_heard: Annotated[
        bool, typer.Option("--heard", help="With --voice: show what was heard in every turn.")
    ] = False,
) -> None:
    """Run an assistant's end-to-end tests. Exit code 0 only if there are any and all of them passed."""
    from studio.spoken_tests.plan import SpokenOptions
    from studio.testing import RunOptions

    options = RunOptions(
        folder,
        tuple(paths or ()),
        commands,
        record,
        _actions(actions),
        is_failing_fast,
        _profile(profile),
        channel or ("voice" if is_spoken else "rest"),
        coverage,
        is_skipping_judged,
        os.environ,
    )
    _check_places(options)
    spoken = SpokenOptions(voices, speed, noise, codec, seed, parallel, keep, shows_heard)
    if is_spoken:
        told, result = _run_spoken(options, spoken, junit, as_json=as_json)
    else:
        _check_typed(spoken)
        result = _run(options, as_json=as_json)
        told = result.to_json()
        if junit is not None:
            from studio.junit import write_junit

            write_junit(junit, result)
    if as_json:
        import json

        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
    raise typer.Exit(0 if result.failed == 0 and result.cases else 1)


def _run_spoken(
    options: RunOptions, spoken: SpokenOptions, junit: Path | None, *, as_json: bool
) -> tuple[dict[str, Any], SuiteResult]:
    """Run the tests over calls; return what a program reads, and the result."""
    import asyncio

    from studio.logs import configure_logs
    from studio.settings import LogConfig, load_settings
    from studio.spoken_tests.errors import SpokenOptionInvalid
    from studio.spoken_tests.plan import plan_of
    from studio.spoken_tests.report import write_spoken_junit
    from studio.spoken_tests.run import run_spoken_tests

    if options.commands is not None:
        message = "with --voice the commands come from what was heard: leave out --commands, or --voice"
        raise typer.BadParameter(message, param_hint="--commands")
    try:
        plan = plan_of(spoken)
        settings = load_settings()
        configure_logs(LogConfig("error", settings.log.format))
        say = _quiet if as_json else typer.echo
        result = asyncio.run(run_spoken_tests(options, plan, settings, say=say))
    except SpokenOptionInvalid as error:
        raise typer.BadParameter(error.problem, param_hint=error.option) from None
    if junit is not None:
        write_spoken_junit(junit, result)
    return result.to_json(), result.suite


def _check_typed(spoken: SpokenOptions) -> None:
    """Refuse options of spoken tests where nothing is spoken: whoever gave one believes that it does something."""
    from studio.spoken_tests.plan import SpokenOptions

    given = {name for name in SpokenOptions.__slots__ if getattr(spoken, name) != getattr(SpokenOptions(), name)}
    if given:
        named = ", ".join(sorted("--heard" if name == "shows_heard" else f"--{name}" for name in given))
        raise typer.BadParameter(f"{named} belong to spoken tests: add --voice", param_hint=named)


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
