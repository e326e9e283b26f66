"""Loading an assistant: a folder of YAML files to an `Assistant`, or to everything that is wrong with them.

Order: the assistant's own files are read; then the default patterns, slots and responses, which stand beside this
code, fill in what the assistant does not define itself; then the whole is checked.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from flows.actions import has_search_policy
from flows.commands import Json
from flows.domain_reader import Domain, read_domain
from flows.environment import expanded, is_on
from flows.errors import AssistantInvalid, Finding
from flows.findings import Findings
from flows.flow_reader import read_flow
from flows.folder import Folder, Remembered
from flows.follow_on import follow_ons
from flows.linking import link_flows
from flows.model import Assistant, Flow
from flows.places import Place
from flows.profiles import NEWEST, PROFILES, profile_of
from flows.source import Rows, Scalar, Table, Value, read_yaml
from flows.sources import Sources
from flows.validation import DEFAULTS, check

_PATTERN_FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "3.13": ("up_to_3_13.yml", "up_to_3_15.yml", "default.yml"),
    "3.14": ("up_to_3_15.yml", "default.yml"),
    "3.16": ("default.yml",),
}
_PATTERNS_FOLDER: Final = Path(__file__).parent / "patterns"
_SETTINGS: Final = ("config", "endpoints", "credentials", "voice")
_EXPANDED: Final = ("config", "endpoints", "credentials")
CLARIFY_STARTS: Final = "CLARIFY_ON_MULTIPLE_START_FLOWS"
"""The variable of the environment that has several wished flows asked back about (format section 4.3, rule 5)."""
_DOMAIN_KEYS: Final = ("slots", "actions", "intents", "entities", "session_config")
_ENTITY = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


@dataclass(slots=True)
class _Reading:
    """What was read from an assistant's folder so far."""

    folder: Folder
    findings: Findings
    environment: Mapping[str, str] | None
    flows: dict[str, Flow] = field(default_factory=dict)
    domain: Domain = field(default_factory=Domain)
    examples: dict[str, tuple[str, ...]] = field(default_factory=dict)
    settings: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    stories: list[Value] = field(default_factory=list)
    """Rules and stories of other dialogue systems: not run, but what they name is used."""
    default_names: frozenset[str] = frozenset()


def load_assistant(
    folder: Path, *, profile: str | None = None, environment: Mapping[str, str] | None = None
) -> Assistant:
    """Load and check an assistant.

    Args:
        folder: where its files are.
        profile: which version of the format it was written for; None takes what its voice.yml says, or the newest.
        environment: what `${NAME}` in config, endpoints and credentials stands for, None leaves it as it is; and
            whether several wished flows are asked back about.

    Raises:
        AssistantInvalid: with every finding, each with file (relative to the folder), line and column.
    """
    assistant, findings = examine(folder, profile=profile, environment=environment)
    if assistant is None:
        raise AssistantInvalid(findings)
    return assistant


def find_problems(
    folder: Path, *, profile: str | None = None, environment: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """Return all errors and warnings of an assistant's files; never raises for what is in them."""
    return examine(folder, profile=profile, environment=environment)[1]


def examine(
    folder: Path,
    *,
    profile: str | None = None,
    environment: Mapping[str, str] | None = None,
    remembered: Remembered | None = None,
) -> tuple[Assistant | None, tuple[Finding, ...]]:
    """Return the assistant, None where it has errors, together with all errors and warnings: one load for both.

    `remembered` spares reading what has not changed since the same folder was examined with it.
    """
    with _without_collecting():
        assistant, findings = _load(folder, profile, environment, remembered)
    return (None if findings.has_errors() else assistant), findings.sorted()


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Keep the garbage collector out: a load keeps what it makes, and walking all that again takes half its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _load(
    folder: Path, profile: str | None, environment: Mapping[str, str] | None, remembered: Remembered | None
) -> tuple[Assistant | None, Findings]:
    findings = Findings()
    if not folder.is_dir():
        findings.error(Place(str(folder), 1, 1), "no-folder", "there is no such folder", "give an assistant's folder")
        return None, findings
    if remembered is not None:
        remembered.begin()
    read = _Reading(Folder(folder, findings, remembered), findings, environment)
    _read_settings(read)
    chosen = _profile(read, profile)
    _read_domain_files(read)
    _read_data_files(read)
    _add_defaults(read, chosen)
    assistant = _assembled(read, chosen)
    findings.leave_out(follow_ons(findings.sorted()))
    check(assistant, findings, _sources(read))
    return assistant, findings


def _profile(read: _Reading, given: str | None) -> str:
    """Return the profile that is asked for, or that the assistant's own settings name."""
    version = str(read.settings["voice"].get("profile", NEWEST)) if given is None else given
    profile = profile_of(version)
    if profile is None:
        file = "voice.yml" if given is None else "config.yml"
        known = ", ".join(PROFILES)
        read.findings.error(Place(file, 1, 1), "profile", f"there is no profile '{version}'", f"one of {known}")
    return profile or NEWEST


def _sources(read: _Reading) -> Sources:
    forms = read.domain.plain.get("forms")
    return Sources(
        code=read.folder.python_text(),
        stories=tuple(read.stories),
        action_places=read.domain.action_places,
        entities=tuple(read.domain.entities),
        forms=tuple(forms) if isinstance(forms, dict) else (),
        default_names=read.default_names,
    )


def _assembled(read: _Reading, profile: str) -> Assistant:
    config = read.settings["config"]
    _limit_languages(read, config)
    root = read.folder.root.resolve()
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
        declared_effects=frozenset(read.domain.declared_effects),
        config=config,
        endpoints=read.settings["endpoints"],
        credentials=read.settings["credentials"],
        voice=read.settings["voice"],
        examples=read.examples,
        profile=profile,
        intents=tuple(dict.fromkeys(read.domain.intents)),
        entities=tuple(dict.fromkeys(read.domain.entities)),
        domain=read.domain.plain,
        session=read.domain.session,
        clarifies_starts=is_on(CLARIFY_STARTS, read.environment),
        agents=tuple(sorted(path.parent.name for path in read.folder.root.glob("sub_agents/*/config.yml"))),
    )


def _limit_languages(read: _Reading, config: Mapping[str, Json]) -> None:
    """Give the built-in slot `language` the languages of the config as its values."""
    slot = read.domain.slots.get("language")
    more = config.get("additional_languages")
    if slot is not None and slot.is_default:
        spoken = [config.get("language") or "en", *(more if isinstance(more, list) else ())]
        values = tuple(dict.fromkeys(str(language) for language in spoken))
        read.domain.slots["language"] = replace(slot, type="strict_categorical", values=values)


def _read_settings(read: _Reading) -> None:
    root = read.folder.root
    for name in _SETTINGS:
        read.settings[name] = {}
        for path in (root / f"{name}.yml", root / f"{name}.yaml"):
            value = read.folder.read(path) if path.is_file() else None
            if isinstance(value, Table):
                is_expanded = read.environment is not None and name in _EXPANDED
                value = expanded(value, read.environment or {}, read.findings) if is_expanded else value
                read.settings[name] = value.plain()
            elif value is not None and value.plain() is not None:
                read.findings.error(value.place, "settings", f"{path.name} must be a map")


def _read_domain_files(read: _Reading) -> None:
    root = read.folder.root
    paths = [path for path in (root / "domain.yml", root / "domain.yaml") if path.is_file()]
    for path in [*paths, *read.folder.yaml_files("domain")]:
        value = read.folder.read(path)
        if value is not None and not _is_empty(value):
            read_domain(value, read.domain, read.findings)
    if not read.domain.plain and not read.findings.has_errors():
        read.findings.warning(Place("domain.yml", 1, 1), "no-domain", "there is no domain.yml and no domain folder")


def _is_empty(value: Value) -> bool:
    return isinstance(value, Scalar) and value.value is None


def _read_data_files(read: _Reading) -> None:
    for path in read.folder.yaml_files("data"):
        value = read.folder.read(path)
        if not isinstance(value, Table):
            continue
        _add_flows(value, read, is_default=False)
        _add_examples(value.get("nlu"), read)
        read.stories += [found for key in ("stories", "rules") if (found := value.get(key)) is not None]
        for key in _DOMAIN_KEYS:
            if key in value.entries:
                message = f"'{key}' is not read here: it belongs in the domain"
                read.findings.warning(value.keys[key], "misplaced", message, "move it to domain.yml")
    if not read.flows and not read.findings.has_errors():
        read.findings.error(Place("data", 1, 1), "no-flows", "there are no flows under data/", "add data/flows.yml")


def _add_flows(file: Table, read: _Reading, *, is_default: bool) -> None:
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
        flow = _flow(flow_id, node, place, read, is_default=is_default)
        if flow is not None:
            read.flows[flow_id] = flow


def _flow(flow_id: str, node: Value, place: Place, read: _Reading, *, is_default: bool) -> Flow | None:
    """Read a flow, or take it as it was read from the very same value; never one with findings, which are told anew."""
    remembered = read.folder.remembered
    if remembered is None:
        return read_flow(flow_id, node, place, read.findings, is_default=is_default)
    known = remembered.flow(flow_id, node)
    if known is not None:
        return known
    found = Findings()
    flow = read_flow(flow_id, node, place, found, is_default=is_default)
    if not found.is_empty:
        return read_flow(flow_id, node, place, read.findings, is_default=is_default)
    if flow is not None:
        remembered.keep(flow_id, node, flow)
    return flow


def _add_examples(value: Value | None, read: _Reading) -> None:
    for item in value.items if isinstance(value, Rows) else ():
        intent = item.text("intent") if isinstance(item, Table) else None
        if intent is None or not isinstance(item, Table):
            continue
        sentences = tuple(_ENTITY.sub(r"\1", sentence) for sentence in _sentences(item.get("examples")))
        read.examples[intent] = read.examples.get(intent, ()) + sentences


def _sentences(value: Value | None) -> list[str]:
    if isinstance(value, Scalar):
        lines = [line.strip() for line in value.text.splitlines()]
        return [sentence for line in lines if line.startswith("-") and (sentence := line[1:].strip())]
    rows = value.items if isinstance(value, Rows) else ()
    texts = [item.text("text") if isinstance(item, Table) else item.plain() for item in rows]
    return [str(text).strip().removeprefix("- ") for text in texts if text is not None]


@lru_cache  # a file of the product never changes, and parsing it is half of the time of a load
def _default_file(name: str) -> Table:
    text = (_PATTERNS_FOLDER / name).read_text(encoding="utf-8")
    value = read_yaml(text, f"{DEFAULTS}/{name}", Findings())
    return value if isinstance(value, Table) else Table({}, {}, Place(name, 1, 1))


def _add_defaults(read: _Reading, profile: str) -> None:
    names: set[str] = set()
    first = ("with_documents.yml",) if has_search_policy(read.settings["config"]) else ()
    for name in (*first, *_PATTERN_FILES[profile]):  # what an earlier one says stands
        value = _default_file(name)
        _add_flows(value, read, is_default=True)
        defaults = Domain(is_default=True)
        domain = {key: inner for key, inner in value.entries.items() if key != "flows"}
        read_domain(Table(domain, value.keys, value.place), defaults, read.findings)
        names.update(defaults.slots, defaults.responses)
        for slot_name, slot in defaults.slots.items():
            read.domain.slots.setdefault(slot_name, slot)
        for response_name, variations in defaults.responses.items():
            read.domain.responses.setdefault(response_name, variations)
    read.default_names = frozenset(names)
