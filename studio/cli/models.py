"""`vivavoce models`: what weights there are, bringing them here, checking them."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from models.cache import ModelCache
    from models.catalogue import ModelEntry
    from models.fetch import FetchProgress

app = typer.Typer(
    help="The model catalogue: list, fetch and verify weights.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

_MAXIMUM_WIDTH = 110
_MEGABYTE = 1_000_000
# A line for each of these steps of a download, where no terminal shows a bar.
_LINE_EVERY_PERCENT = 25
_SHOWN_LANGUAGES = 8

Ids = Annotated[
    list[str] | None, typer.Argument(metavar="[ID]...", help="Models; those of the default set if none is named.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """Show every model: size, licence, where it comes from, and whether it is here."""
    from models.cache import ModelCache
    from models.catalogue import load_catalogue

    with _errors_as(as_json):
        cache = ModelCache()
        entries = [_describe(entry, cache) for entry in load_catalogue().models]
        if as_json:
            typer.echo(json.dumps({"folder": str(cache.root), "models": entries}, indent=2))
        else:
            typer.echo("\n".join(_format(entry) for entry in entries))
            typer.echo(f"* belongs to the default set. Folder: {cache.root}")


@app.command("fetch")
def fetch_models(ids: Ids = None, as_json: AsJson = False) -> None:
    """Download what is missing, check it, and put it in place. What is here already costs nothing."""
    from models.cache import ModelCache
    from models.catalogue import load_catalogue
    from models.fetch import fetch

    with _errors_as(as_json):
        cache = ModelCache()
        entries = load_catalogue().select(ids or ())
        stop = threading.Event()
        try:
            with _shown_progress() as view:
                outcomes = fetch(entries, cache, on_progress=view.show, stop=stop)
        except KeyboardInterrupt:
            typer.echo("Stopped. What has arrived is kept: the same command goes on from there.", err=True)
            raise
        if as_json:
            fetched = [{"id": o.model_id, "source": o.source, "was_present": o.was_present} for o in outcomes]
            typer.echo(json.dumps({"folder": str(cache.root), "models": fetched}, indent=2))
            return
        for outcome in outcomes:
            typer.echo(f"{outcome.model_id:<24} {'already here' if outcome.was_present else 'fetched'}")


@app.command("verify")
def verify_models(ids: Ids = None, as_json: AsJson = False) -> None:
    """Hash every file again. Exit code 1 if one is missing or not what the catalogue pins."""
    from models.cache import ModelCache
    from models.catalogue import load_catalogue
    from models.fetch import verify

    with _errors_as(as_json):
        reports = verify(load_catalogue().select(ids or ()), ModelCache())
        wrong = sorted({report.model_id for report in reports if report.state != "ok"})
        if as_json:
            files = [{"id": r.model_id, "file": r.file_name, "path": str(r.path), "state": r.state} for r in reports]
            typer.echo(json.dumps({"ok": not wrong, "files": files}, indent=2))
        else:
            for report in reports:
                typer.echo(f"{report.state:<8} {report.model_id:<24} {report.file_name}")
            if wrong:
                typer.echo(f"\nTo put this right: vivavoce models fetch {' '.join(wrong)}")
    raise typer.Exit(1 if wrong else 0)


@contextmanager
def _errors_as(as_json: bool) -> Iterator[None]:
    """Tell this package's errors as JSON where that was asked for; the command's own entry does it otherwise."""
    from models.errors import ModelError

    try:
        yield
    except ModelError as error:
        for note in getattr(error, "__notes__", ()):
            typer.echo(note, err=True)
        if not as_json:
            raise
        typer.echo(json.dumps({"code": error.code, "message": str(error)}, indent=2))
        raise typer.Exit(1) from error


def _describe(entry: ModelEntry, cache: ModelCache) -> dict[str, Any]:
    from models.catalogue import installed_source

    source = installed_source(entry, cache)
    shown = source or entry.sources[0]
    return {
        "id": entry.id,
        "task": entry.task,
        "title": entry.title,
        "languages": list(entry.languages),
        "licence": entry.licence,
        "provenance": entry.provenance,
        "hub": entry.hub,
        "hub_alternatives": list(entry.hub_alternatives),
        "default": entry.default,
        "installed": source is not None,
        "source": shown.name,
        "size_bytes": shown.size_bytes,
        "packages": sorted({part.package for file in shown.files.values() for part in file.parts}),
        "files": {name: {"sha256": file.sha256, "size_bytes": file.size_bytes} for name, file in shown.files.items()},
    }


def _format(entry: Mapping[str, Any]) -> str:
    """Lay out one model for people: a line to scan, then the rest indented."""
    star = "*" if entry["default"] else " "
    state = "installed" if entry["installed"] else "not fetched"
    size = f"{entry['size_bytes'] / _MEGABYTE:.0f} MB"
    head = f"{star} {entry['id']:<24} {entry['task']:<17} {size:>7}  {state}"
    languages = entry["languages"]
    shown = ", ".join(languages) if len(languages) <= _SHOWN_LANGUAGES else f"{len(languages)} languages"
    facts = (
        f"{entry['title']}; {shown}",
        f"licence: {entry['licence']}",
        f"from: {', '.join(entry['packages'])}. {entry['provenance']}",
        f"on a hub: {', '.join([entry['hub'], *entry['hub_alternatives']])}",
    )
    width = min(_MAXIMUM_WIDTH, shutil.get_terminal_size().columns)
    wrapped = [textwrap.fill(fact, width, initial_indent="    ", subsequent_indent="      ") for fact in facts]
    return "\n".join([head, *wrapped, ""])


class _ProgressView(Protocol):
    """Shows how a fetch goes. `show` is called from several threads."""

    def show(self, progress: FetchProgress) -> None: ...


@contextmanager
def _shown_progress() -> Iterator[_ProgressView]:
    """Give bars on a terminal and lines elsewhere, both on stderr: stdout is for the result."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description:<40}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield _Bars(bars)


class _Bars:
    """A bar for each package and model."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}
        self._lock = threading.Lock()

    def show(self, progress: FetchProgress) -> None:
        if progress.state in ("waiting", "source-failed"):
            self._bars.console.print(_sentence(progress), markup=False, highlight=False)
            return
        with self._lock:
            if progress.item not in self._tasks:
                self._tasks[progress.item] = self._bars.add_task(progress.item, total=None)
        description = progress.item if progress.state == "downloading" else f"{progress.item}: {progress.state}"
        self._bars.update(
            self._tasks[progress.item],
            description=description,
            completed=progress.done_bytes,
            total=progress.total_bytes,
        )


class _Lines:
    """A line for each step."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}
        self._lock = threading.Lock()

    def show(self, progress: FetchProgress) -> None:
        if progress.state == "downloading" and not self._is_news(progress):
            return
        typer.echo(_sentence(progress), err=True)

    def _is_news(self, progress: FetchProgress) -> bool:
        """Tell whether a download has passed the next quarter."""
        step = 0
        if progress.total_bytes:
            step = 100 * progress.done_bytes // progress.total_bytes // _LINE_EVERY_PERCENT
        with self._lock:
            if step <= self._told.get(progress.item, -1):
                return False
            self._told[progress.item] = step
            return True


def _sentence(progress: FetchProgress) -> str:
    done = f"{progress.done_bytes / _MEGABYTE:.0f}"
    match progress.state:
        case "waiting":
            return "Another fetch is running; waiting for it to end."
        case "downloading":
            total = f" of {progress.total_bytes / _MEGABYTE:.0f}" if progress.total_bytes else ""
            return f"{progress.item}: {done}{total} MB"
        case "unpacking":
            return f"{progress.item}: unpacking and checking"
        case "ready":
            return f"{progress.item}: ready, {done} MB"
        case "source-failed":
            return f"{progress.item}: {progress.detail}\n{progress.item}: trying the next source"
