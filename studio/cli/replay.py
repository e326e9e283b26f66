"""`vivavoce replay`: a recorded call again, exactly, against a changed assistant, or under other thresholds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from studio.replaying import ReplayOptions, ReplayResult

PREFIX = "turns."


def run(
    call: Annotated[str, typer.Argument(metavar="CALL", help="A recording's folder, or the id of a call.")],
    changed: Annotated[
        Path | None, typer.Option("--with", metavar="DIR", help="Give the same turns to this changed assistant.")
    ] = None,
    thresholds: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Take turns by other thresholds: turns.certain_wait_ms=300."),
    ] = None,
    assistant: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The assistant that held the call, if it has moved.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Replay a call without any model. An exact replay ends with 1 where it differs from what was recorded."""
    from studio.replay_report import replay_lines
    from studio.replaying import ExactReplay, ReplayOptions

    values = _values(thresholds or [])
    if values and changed is not None:
        raise typer.BadParameter("a changed assistant and other thresholds are two replays", param_hint="--set")
    result = _replay(ReplayOptions(call, assistant, changed, values))
    if as_json:
        typer.echo(json.dumps(result.to_json(), indent=2, ensure_ascii=False))
    else:
        typer.echo("\n".join(replay_lines(result)))
    raise typer.Exit(1 if isinstance(result, ExactReplay) and not result.is_exact else 0)


def _replay(options: ReplayOptions) -> ReplayResult:
    import asyncio

    from studio.logs import configure_logs
    from studio.replaying import run_replay
    from studio.settings import LogConfig, load_settings

    settings = load_settings()
    configure_logs(LogConfig("error", settings.log.format))
    return asyncio.run(run_replay(options, settings))


def _values(given: list[str]) -> dict[str, float]:
    from voice.turns.policy import PolicyInvalid, TurnPolicy

    values: dict[str, float] = {}
    for one in given:
        name, equals, text = one.partition("=")
        if not name.startswith(PREFIX) or not equals:
            raise typer.BadParameter(f"{one!r} is none: type turns.NAME=VALUE", param_hint="--set")
        try:
            value = float(text)
            TurnPolicy.from_mapping({name.removeprefix(PREFIX): value})
        except ValueError:
            raise typer.BadParameter(f"{text!r} is no number, in {one!r}", param_hint="--set") from None
        except PolicyInvalid as problem:
            raise typer.BadParameter(str(problem).removeprefix("voice.yml: "), param_hint="--set") from None
        values[name.removeprefix(PREFIX)] = value
    return values
