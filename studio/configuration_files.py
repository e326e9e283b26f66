"""What is wrong with config.yml and endpoints.yml as far as understanding goes, with file, line and column."""

from __future__ import annotations

import os
from pathlib import Path

from dialogue.errors import TemplateFailed
from dialogue.local_time import KEY as TIME_ZONE
from dialogue.local_time import zone_named
from dialogue.understanding.configuration.options import CODE
from dialogue.understanding.configuration.reading import read_configuration
from dialogue.understanding.templates import MAX_TEMPLATE_CHARACTERS, compiled
from flows.environment import expanded
from flows.errors import Finding
from flows.findings import Findings
from flows.folder import Folder
from flows.source import Table, Value


def understanding_findings(folder: Path) -> tuple[Finding, ...]:
    """Read both files again for their places, and return warnings. Never raises for what is in them."""
    findings = Findings()
    config, endpoints = read_files(folder)
    configuration = read_configuration(config, endpoints, os.environ, findings)
    generator = configuration.generator
    if generator is not None and generator.prompt_file is not None and generator.prompt_place is not None:
        problem = _wrong_with(folder, generator.prompt_file)
        if problem:
            message = f"the prompt '{generator.prompt_file[:80]}' cannot be used: {problem}; ours is used"
            findings.warning(generator.prompt_place, CODE, message)
    return findings.sorted()


def voice_findings(folder: Path) -> tuple[Finding, ...]:
    """Return what is wrong with where voice.yml says that callers are; its turns are checked by their policy."""
    findings = Findings()
    voice = _read(Folder(folder, Findings()), folder, "voice", Findings()) if folder.is_dir() else None
    named = voice.get(TIME_ZONE) if isinstance(voice, Table) else None
    if named is not None and named.plain() is not None and zone_named(named.plain()) is None:
        message = f"there is no time zone '{str(named.plain())[:60]}', so that of this machine is taken"
        findings.warning(named.place, "time-zone", message, "name one such as Europe/Paris")
    return findings.sorted()


def read_files(folder: Path) -> tuple[Value | None, Value | None]:
    """Return config.yml and endpoints.yml with their variables filled in; None for one that is no map."""
    if not folder.is_dir():
        return None, None
    elsewhere = Findings()  # that files do not parse was told when they were loaded
    reading = Folder(folder, elsewhere)
    return _read(reading, folder, "config", elsewhere), _read(reading, folder, "endpoints", elsewhere)


def template_text(folder: Path, name: str) -> str:
    """Read a template from an assistant's folder. Raises OSError or ValueError; links do not lead out of the folder."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError("it is outside of the assistant's folder")
    if path.stat().st_size > 4 * MAX_TEMPLATE_CHARACTERS:
        raise ValueError(f"it is longer than {MAX_TEMPLATE_CHARACTERS} characters")
    return path.read_text(encoding="utf-8")


def _read(reading: Folder, folder: Path, name: str, findings: Findings) -> Value | None:
    for path in (folder / f"{name}.yml", folder / f"{name}.yaml"):
        value = reading.read(path) if path.is_file() else None
        if isinstance(value, Table):
            return expanded(value, os.environ, findings)
    return None


def _wrong_with(folder: Path, name: str) -> str:
    try:
        compiled(template_text(folder, name))
    except FileNotFoundError:
        return "there is no such file in the assistant's folder"
    except (TemplateFailed, OSError, ValueError) as problem:
        return str(problem)
    return ""
