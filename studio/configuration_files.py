"""What is wrong with config.yml and endpoints.yml as far as understanding goes, with file, line and column."""

from __future__ import annotations

import os
from pathlib import Path

from dialogue.errors import TemplateFailed
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
    if not folder.is_dir():
        return ()
    findings, elsewhere = Findings(), Findings()  # that files do not parse was told when they were loaded
    reading = Folder(folder, elsewhere)
    config = _read(reading, folder, "config", elsewhere)
    endpoints = _read(reading, folder, "endpoints", elsewhere)
    configuration = read_configuration(config, endpoints, os.environ, findings)
    generator = configuration.generator
    if generator is not None and generator.prompt_file is not None and generator.prompt_place is not None:
        problem = _wrong_with(folder, generator.prompt_file)
        if problem:
            message = f"the prompt '{generator.prompt_file[:80]}' cannot be used: {problem}; ours is used"
            findings.warning(generator.prompt_place, CODE, message)
    return findings.sorted()


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
