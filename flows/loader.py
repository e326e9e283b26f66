"""Loading an assistant: a folder of YAML files to an `Assistant`, or to everything that is wrong with them.

Order: the assistant's own files are read; then the default patterns, slots and responses, which stand beside this
code, fill in what the assistant does not define itself; then the whole is checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from flows.commands import Json
from flows.domain_reader import Domain, read_domain
from flows.errors import AssistantInvalid, Finding
from flows.findings import Findings
from flows.flow_reader import read_flow
from flows.linking import link_flows
from flows.model import Assistant, Flow
from flows.places import Place
from flows.source import Rows, Scalar, Table, Value, read_yaml
from flows.validation import DEFAULTS, check

PROFILES: Final = ("3.13", "3.14", "3.16")
_PATTERN_FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "3.13": ("up_to_3_13.yml", "up_to_3_15.yml", "default.yml"),
    "3.14": ("up_to_3_15.yml", "default.yml"),
    "3.16": ("default.yml",),
}
_PATTERNS_FOLDER: Final = Path(__file__).parent / "patterns"
_SETTINGS: Final = ("config", "endpoints", "credentials", "voice")
_YAML_SUFFIXES: Final = {".yml", ".yaml"}
_EXAMPLE = re.compile(r"^\s*-\s*(.+?)\s*$", re.MULTILINE)
_ENTITY = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


@dataclass(slots=True)
class _Folder:
    """What was read from an assistant's folder so far."""

    root: Path
    findings: Findings
    flows: dict[str, Flow] = field(default_factory=dict)
    domain: Domain = field(default_factory=Domain)
    examples: dict[str, tuple[str, ...]] = field(default_factory=dict)
    settings: dict[str, Mapping[str, Json]] = field(default_factory=dict)


def load_assistant(folder: Path, *, profile: str = "3.16") -> Assistant:
    """Load and check an assistant.

    Raises:
        AssistantInvalid: with every finding, each with file (relative to the folder), line and column.
    """
    assistant, findings = _load(folder, profile)
    if assistant is None or findings.has_errors():
        raise AssistantInvalid(findings.sorted())
    return assistant


def find_problems(folder: Path, *, profile: str = "3.16") -> tuple[Finding, ...]:
    """Return all errors and warnings of an assistant's files; never raises for what is in them."""
    return _load(folder, profile)[1].sorted()


def _load(folder: Path, profile: str) -> tuple[Assistant | None, Findings]:
    findings = Findings()
    if profile not in PROFILES:
        known = ", ".join(PROFILES)
        findings.error(Place("config.yml", 1, 1), "profile", f"there is no profile '{profile}'", f"one of {known}")
        return None, findings
    if not folder.is_dir():
        findings.error(Place(str(folder), 1, 1), "no-folder", "there is no such folder", "give an assistant's folder")
        return None, findings
    read = _Folder(folder, findings)
    _read_settings(read)
    _read_domain_files(read)
    _read_data_files(read)
    _add_defaults(read, profile)
    assistant = _assembled(read, profile)
    check(assistant, findings, _action_sources(folder))
    return assistant, findings


def _assembled(read: _Folder, profile: str) -> Assistant:
    config = read.settings["config"]
    root = read.root.resolve()
    given_id = config.get("assistant_id")
    return Assistant(
        id=str(given_id) if given_id else root.name,
        name=str(read.settings["voice"].get("name") or given_id or root.name),
        folder=str(root),
        language=str(config.get("language") or "en"),
        flows=link_flows(read.flows, read.domain),
        slots=read.domain.slots,
        responses=read.domain.responses,
        actions=tuple(read.domain.action_effects),
        action_effects=read.domain.action_effects,
        config=config,
        endpoints=read.settings["endpoints"],
        credentials=read.settings["credentials"],
        voice=read.settings["voice"],
        examples=read.examples,
        profile=profile,
        intents=tuple(dict.fromkeys(read.domain.intents)),
        domain=read.domain.plain,
        session=read.domain.session,
        agents=tuple(sorted(path.parent.name for path in read.root.glob("sub_agents/*/config.yml"))),
    )


def _read_settings(read: _Folder) -> None:
    for name in _SETTINGS:
        read.settings[name] = {}
        for path in (read.root / f"{name}.yml", read.root / f"{name}.yaml"):
            value = _read_file(path, read) if path.is_file() else None
            if isinstance(value, Table):
                read.settings[name] = value.plain()
            elif value is not None:
                read.findings.error(value.place, "settings", f"{path.name} must be a map")


def _read_domain_files(read: _Folder) -> None:
    paths = [path for path in (read.root / "domain.yml", read.root / "domain.yaml") if path.is_file()]
    for path in [*paths, *_yaml_files(read.root / "domain")]:
        value = _read_file(path, read)
        if value is not None:
            read_domain(value, read.domain, read.findings)
    if not read.domain.plain and not read.findings.has_errors():
        read.findings.warning(Place("domain.yml", 1, 1), "no-domain", "there is no domain.yml and no domain folder")


def _read_data_files(read: _Folder) -> None:
    for path in _yaml_files(read.root / "data"):
        value = _read_file(path, read)
        if isinstance(value, Table):
            _add_flows(value, read, is_default=False)
            _add_examples(value.get("nlu"), read)
    if not read.flows and not read.findings.has_errors():
        read.findings.error(Place("data", 1, 1), "no-flows", "there are no flows under data/", "add data/flows.yml")


def _yaml_files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from sorted(path for path in folder.rglob("*") if path.suffix in _YAML_SUFFIXES and path.is_file())


def _read_file(path: Path, read: _Folder) -> Value | None:
    name = path.relative_to(read.root).as_posix()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        read.findings.error(Place(name, 1, 1), "unreadable", f"the file cannot be read: {error}")
        return None
    return read_yaml(text, name, read.findings)


def _action_sources(folder: Path) -> str:
    """Return the text of the assistant's own code, only to see which names occur in it."""
    paths = sorted((folder / "actions").rglob("*.py")) + sorted(folder.glob("*.py"))
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in paths if path.is_file())


def _add_flows(file: Table, read: _Folder, *, is_default: bool) -> None:
    table = file.get("flows")
    if not isinstance(table, Table):
        if table is not None and table.plain() is not None:
            read.findings.error(table.place, "flows", "'flows' must be a map from flow id to flow")
        return
    for flow_id, node in table.entries.items():
        place = table.keys[flow_id]
        present = read.flows.get(flow_id)
        if present is not None:
            if not is_default and present.place is not None:
                where = f"{present.place.file}:{present.place.line}"
                read.findings.error(place, "duplicate-flow", f"flow '{flow_id}' is already defined in {where}")
            continue
        flow = read_flow(flow_id, node, place, read.findings, is_default=is_default)
        if flow is not None:
            read.flows[flow_id] = flow


def _add_examples(value: Value | None, read: _Folder) -> None:
    for item in value.items if isinstance(value, Rows) else ():
        intent = item.text("intent") if isinstance(item, Table) else None
        if intent is None or not isinstance(item, Table):
            continue
        sentences = tuple(_ENTITY.sub(r"\1", sentence) for sentence in _sentences(item.get("examples")))
        read.examples[intent] = read.examples.get(intent, ()) + sentences


def _sentences(value: Value | None) -> list[str]:
    if isinstance(value, Scalar):
        return _EXAMPLE.findall(value.text)
    rows = value.items if isinstance(value, Rows) else ()
    texts = [item.text("text") if isinstance(item, Table) else item.plain() for item in rows]
    return [str(text).strip() for text in texts if text is not None]


@lru_cache  # a file of the product never changes, and parsing it is half of the time of a load
def _default_file(name: str) -> Table:
    text = (_PATTERNS_FOLDER / name).read_text(encoding="utf-8")
    value = read_yaml(text, f"{DEFAULTS}/{name}", Findings())
    return value if isinstance(value, Table) else Table({}, {}, Place(name, 1, 1))


def _add_defaults(read: _Folder, profile: str) -> None:
    defaults = Domain(is_default=True)
    for name in _PATTERN_FILES[profile]:
        value = _default_file(name)
        _add_flows(value, read, is_default=True)
        domain = {key: inner for key, inner in value.entries.items() if key != "flows"}
        read_domain(Table(domain, value.keys, value.place), defaults, read.findings)
    for slot_name, slot in defaults.slots.items():
        read.domain.slots.setdefault(slot_name, slot)
    for response_name, variations in defaults.responses.items():
        read.domain.responses.setdefault(response_name, variations)
