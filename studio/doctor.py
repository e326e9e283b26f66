"""What is installed, what is missing, and what to type: one small check a thing."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from studio.errors import StudioError
from studio.listening import is_port_free
from studio.settings import Settings

if TYPE_CHECKING:
    from dialogue.actions.endpoint import ActionServer
    from flows.model import Assistant

CheckState: TypeAlias = Literal["ok", "warning", "missing"]
PAGE_FOLDER = Path(__file__).parent / "web" / "dist"
OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)
ENOUGH_MEMORY_GIB = 2.0
"""Recognition, synthesis, language model and server together take 1.2 GiB while two calls run."""
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)[^;=<>~!]*(?:==([^;,\s]+))?")


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at and how it stands. `advice` says what to do when it is not well."""

    name: str
    state: CheckState
    found: str
    advice: str = ""


def examine(settings: Settings, folder: Path | None = None) -> tuple[Check, ...]:
    """Run every check. None of them raises, and none changes anything."""
    checks: list[Callable[[], Iterator[Check]]] = [
        _python,
        _packages,
        _synthesis_engine,
        lambda: _models(settings),
        lambda: _assistant(settings, folder),
        _page,
        lambda: _port(settings),
        lambda: _event_log(settings),
        _processor,
        _memory,
        _browser,
    ]
    return tuple(result for check in checks for result in check())


def _python() -> Iterator[Check]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON:
        yield Check("python", "ok", version)
    else:
        yield Check("python", "missing", version, "Use Python 3.11, 3.12 or 3.13; then: make setup")


def _packages() -> Iterator[Check]:
    wrong = [problem for line in metadata.requires("vivavoce") or () if (problem := _lacks(line))]
    if wrong:
        yield Check("packages", "missing", "; ".join(wrong), "make setup")
    else:
        yield Check("packages", "ok", f"vivavoce {metadata.version('vivavoce')} and what it needs")


def _lacks(requirement: str) -> str | None:
    """Say what is wrong with one requirement of ours; those of extras are not needed to serve."""
    match = _REQUIREMENT.match(requirement)
    if match is None or "extra ==" in requirement:
        return None
    name, pinned = match.groups()
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return f"{name} is not installed"
    return f"{name} is {version}, not {pinned}" if pinned and version != pinned else None


def _synthesis_engine() -> Iterator[Check]:
    # Looked for, never imported: it is GPL and stays in a process of its own.
    if util.find_spec("piper") is None:
        yield Check("piper", "missing", "not installed", "make setup, or: pip install 'vivavoce[piper]'")
    else:
        yield Check("piper", "ok", metadata.version("piper-tts"))


def _models(settings: Settings) -> Iterator[Check]:
    from models.catalogue import ModelCache, installed_source, load_catalogue

    cache = ModelCache(settings.models)
    for entry in load_catalogue().select():
        if installed_source(entry, cache) is not None:
            yield Check(f"model {entry.id}", "ok", f"verified, {_megabytes(entry.size_bytes)}")
        else:
            advice = f"vivavoce models fetch {entry.id}"
            yield Check(f"model {entry.id}", "missing", f"not in {cache.root}", advice)


def _assistant(settings: Settings, folder: Path | None) -> Iterator[Check]:
    from studio.assistants import examined, find_folder

    try:
        found = find_folder(folder or settings.assistant)
    except StudioError as error:
        yield Check("assistant", "missing", str(error), "Name the folder: vivavoce doctor DIR")
        return
    assistant, findings = examined(found)
    if assistant is None:
        n_errors = sum(1 for finding in findings if finding.severity == "error")
        yield Check("assistant", "missing", f"{found}: {n_errors} error(s)", f"vivavoce validate {found}")
    else:
        yield Check("assistant", "ok", str(found))
        yield from _action_server(assistant)
        yield from _language_models(assistant)


def _language_models(assistant: Assistant) -> Iterator[Check]:
    """Say which of the models that the assistant's files name cannot be asked here; nothing is sent to any."""
    from dialogue.understanding.configuration.reading import configuration_of
    from studio.language_models import unusable_models

    configuration = configuration_of(assistant, os.environ)
    unusable = {entry.label: reason for entry, reason in unusable_models(configuration)}
    generator = configuration.generator
    for entry in generator.group.models if generator is not None and generator.group is not None else ():
        name = f"language model {entry.label}"
        if entry.label in unusable:
            advice = "Set it, or the next model of the group answers, and behind them the embedded one"
            yield Check(name, "warning", unusable[entry.label], advice)
        else:
            yield Check(name, "ok", "in this process" if entry.kind == "embedded" else entry.shown_base)


def _action_server(assistant: Assistant) -> Iterator[Check]:
    """Ask the server on which the assistant's actions run whether it is there; where they run here, nothing."""
    from dialogue.actions.endpoint import action_server
    from dialogue.actions.errors import ActionEndpointInvalid, ActionServerUnavailable

    try:
        server = action_server(assistant)
        if server is None:
            return
        asyncio.run(_asked(server))
    except ActionEndpointInvalid as error:
        yield Check("action server", "warning", "endpoints.yml cannot be used", str(error))
    except ActionServerUnavailable as error:
        yield Check("action server", "warning", "not available", str(error))
    else:
        yield Check("action server", "ok", server.url)


async def _asked(server: ActionServer) -> None:
    from dialogue.actions.webhook import WebhookActions

    actions = WebhookActions(server)
    actions.open()
    try:
        await actions.health()
    finally:
        await actions.close()


def _page() -> Iterator[Check]:
    if (PAGE_FOLDER / "index.html").is_file():
        yield Check("call page", "ok", "built")
    else:
        yield Check("call page", "missing", "not built", "make run (builds it, then serves)")


def _port(settings: Settings) -> Iterator[Check]:
    where = f"{settings.host}:{settings.port}"
    if is_port_free(settings.host, settings.port):
        yield Check("port", "ok", f"{where} is free")
    else:
        advice = "Stop what listens there, or serve with another --port"
        yield Check("port", "warning", f"{where} is taken", advice)


def _event_log(settings: Settings) -> Iterator[Check]:
    folder = settings.conversations.log_file.parent
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if os.access(existing, os.W_OK) and existing.is_dir():
        yield Check("event log", "ok", str(settings.conversations.log_file))
    else:
        advice = "Make the folder writable, or set VIVAVOCE_DATA_DIR to another"
        yield Check("event log", "missing", f"{existing} cannot be written", advice)


def _processor() -> Iterator[Check]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores >= 2:
        yield Check("processor", "ok", f"{cores} cores")
    else:
        yield Check("processor", "warning", "1 core", "Answers come late with less than two cores")


def _memory() -> Iterator[Check]:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return  # not Linux: nothing is known, so nothing is claimed
    kibibytes = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
    available = kibibytes / 1024**2
    if available >= ENOUGH_MEMORY_GIB:
        yield Check("memory", "ok", f"{available:.1f} GiB available")
    else:
        yield Check("memory", "warning", f"{available:.1f} GiB available", f"Free {ENOUGH_MEMORY_GIB:g} GiB")


def _browser() -> Iterator[Check]:
    found = next((path for name in _CHROMIUM if (path := shutil.which(name))), None)
    if found:
        yield Check("browser for tests", "ok", found)
    else:
        yield Check("browser for tests", "warning", "no Chromium", "Only tests need it: apt-get install chromium")


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.0f} MB" if size_bytes >= 1e6 else f"{size_bytes / 1e6:.1f} MB"
