"""The short form of everything in a project: flows, content and files, and which flows use what."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from flows.actions import only_asks
from flows.commands import Json
from studio.authoring.entry_lines import Users, response_lines, slot_lines, value_at
from studio.authoring.files import is_text
from studio.authoring.mentions import Kind, mentions, used
from studio.authoring.parts import Part, Spot, YamlFile, etag_of
from studio.authoring.patterns import default_flows
from studio.authoring.project_files import ProjectFiles
from studio.authoring.shapes import AssistantLine, EntryLine, FileLine, Finding, FlowLine, Outline, TestsOfFlow
from studio.authoring.tree import Path
from studio.authoring.unreadable import Examples, lost_examples, lost_flows, mark, told
from studio.authoring.views import parsed_once

DOCUMENTS: Final = "docs/"
MANY_ENTRIES: Final = 1_000
"""Slots and responses from which on a project counts as large."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What the outline says of a flow, read from its text alone."""

    name: str
    description: str
    n_steps: int
    calls: tuple[str, ...]
    links: tuple[str, ...]
    names: tuple[tuple[Kind, str], ...]
    """In order, each once."""


@dataclass(frozen=True)
class Known:
    """What an outline needs beside the texts."""

    revision: int
    assistant_id: str
    findings: tuple[Finding, ...] = ()
    changed_at: Mapping[str, float] | None = None
    tests: Mapping[str, TestsOfFlow] | None = None
    sizes: Mapping[str, int] | None = None

    @cached_property
    def findings_of(self) -> Mapping[str | None, list[Finding]]:
        """What is wrong with each flow."""
        found: dict[str | None, list[Finding]] = {}
        for one in self.findings:
            found.setdefault(one.flow, []).append(one)
        return found


@lru_cache(maxsize=8_000)
def _summary(text: str, flow_id: str, path: Path) -> Summary:
    return _summarised(YamlFile("", (Part(text, "flows", flow_id),)), Spot(0, path), flow_id)


def summary(file: YamlFile, spot: Spot, flow_id: str) -> Summary:
    """Return a flow's summary, remembered by its text."""
    if file.known:
        return _summarised(file, spot, flow_id)
    return _summary(file.parts[spot.part].text, flow_id, spot.path)


def _summarised(file: YamlFile, spot: Spot, flow_id: str) -> Summary:
    flow = parsed_once(file, spot)
    data: Mapping[str, Json] = flow.data if isinstance(flow.data, dict) else {}
    tables = [step.data for step in flow.graph.steps if isinstance(step.data, dict)]
    names: set[tuple[Kind, str]] = set()
    if len(spot.path) == 1:
        names |= set(used(mentions(flow.fragment.text, flow.fragment.tree.root, "flows")))
    for table in tables:
        slot = table.get("collect")
        slot = slot.get("name") if isinstance(slot, dict) else slot
        if isinstance(slot, str) and "utter" not in table:
            names |= {("responses", f"utter_ask_{slot}"), ("actions", f"action_ask_{slot}")}
        if isinstance(slot, str):
            names.add(("actions", f"validate_{slot}"))
    return Summary(
        name=str(data.get("name") or flow_id),
        description=str(data.get("description") or "").strip(),
        n_steps=len(flow.graph.steps),
        calls=_targets(tables, "call"),
        links=_targets(tables, "link"),
        names=tuple(sorted(names)),
    )


def _targets(tables: list[dict[str, Json]], key: str) -> tuple[str, ...]:
    named = [table[key] for table in tables if isinstance(table.get(key), str) and "mcp_server" not in table]
    return tuple(dict.fromkeys(named))


def summaries(files: ProjectFiles) -> Iterator[tuple[str, YamlFile, Spot, Summary]]:
    """Yield every flow of the project's own; one that cannot be read now as it last was."""
    for flow_id, (path, spot) in files.flows.items():
        file = files.yaml(path)
        yield flow_id, file, spot, summary(file, spot, flow_id)
    for flow_id, lost in lost_flows(files).items():
        yield flow_id, lost.file, lost.spot, summary(lost.file, lost.spot, flow_id)


def users(files: ProjectFiles) -> Users:
    """Return which flows name what."""
    found: dict[tuple[Kind, str], list[str]] = defaultdict(list)
    for flow_id, _, _, known in summaries(files):
        for name in known.names:
            found[name].append(flow_id)
    return found


def make_outline(files: ProjectFiles, known: Known) -> Outline:
    """Return the outline."""
    config = files.settings("config")
    language = str(config.get("language") or "en")
    more = config.get("additional_languages")
    languages = list(dict.fromkeys([language, *(str(one) for one in (more if isinstance(more, list) else ()))]))
    use = users(files)
    sizes = known.sizes or {}
    return Outline(
        revision=known.revision,
        assistant=AssistantLine(
            id=str(config.get("assistant_id") or known.assistant_id), language=language, languages=languages
        ),
        flows=[*_flow_lines(files, known), *_default_lines(files)],
        slots=list(slot_lines(files, entries(files, "slots"), use)),
        responses=list(response_lines(files, entries(files, "responses"), use, languages)),
        intents=[EntryLine(name=name, **line) for name, line in _intents(files, use)],
        entities=[EntryLine(name=name, **line) for name, line in _listed(files, "entities", use)],
        actions=[EntryLine(name=name, **line) for name, line in _actions(files, use)],
        documents=[
            EntryLine(name=path.removeprefix(DOCUMENTS), path=path, size=sizes.get(path, 0))
            for path in sorted({*sizes, *files.files})
            if path.startswith(DOCUMENTS)
        ],
        files=[
            FileLine(
                path=path,
                size=sizes.get(path, 0),
                is_editable=is_text(path) and path in files.files,
                unreadable=told(files, path),
            )
            for path in sorted({*sizes, *files.files})
            if not path.startswith(".")
        ],
    )


def settled(found: Outline) -> bool:
    """Spare the garbage collector what is remembered of a large project, which stays; return whether it was large.

    To walk all of that again and again takes a tenth of a second each time, in which nothing else of the server runs.
    """
    is_large = len(found.slots) + len(found.responses) >= MANY_ENTRIES
    if is_large:
        gc.freeze()
    return is_large


def flow_line(files: ProjectFiles, known: Known, flow_id: str) -> FlowLine:
    """Return one flow's line."""
    path, spot = files.flows[flow_id]
    file = files.yaml(path)
    return _line(flow_id, file, spot, summary(file, spot, flow_id), known, frozenset(default_flows(files)))


def _flow_lines(files: ProjectFiles, known: Known) -> Iterator[FlowLine]:
    defaults, lost = frozenset(default_flows(files)), lost_flows(files)
    for flow_id, file, spot, found in summaries(files):
        line = _line(flow_id, file, spot, found, known, defaults)
        if flow_id in lost:
            line = line.model_copy(update={"unreadable": lost[flow_id].told(), "errors": line.errors + 1})
        yield line


def _line(flow_id: str, file: YamlFile, spot: Spot, found: Summary, known: Known, defaults: frozenset[str]) -> FlowLine:
    own = known.findings_of.get(flow_id, [])
    return FlowLine(
        id=flow_id,
        name=found.name,
        description=found.description,
        file=file.path,
        is_pattern=flow_id.startswith("pattern_"),
        is_default=False,
        is_customised=flow_id in defaults,
        n_steps=found.n_steps,
        changed_at=(known.changed_at or {}).get(flow_id, (known.changed_at or {}).get(file.path)),
        etag=etag_of(file.parts[spot.part].text),
        errors=sum(1 for one in own if one.severity == "error"),
        warnings=sum(1 for one in own if one.severity == "warning"),
        tests=(known.tests or {}).get(flow_id),
        calls=list(found.calls),
        links=list(found.links),
    )


def _default_lines(files: ProjectFiles) -> Iterator[FlowLine]:
    lost = lost_flows(files)
    for flow_id, (file, spot) in default_flows(files).items():
        if flow_id not in files.flows and flow_id not in lost:
            found = summary(file, spot, flow_id)
            yield FlowLine(
                id=flow_id,
                name=found.name,
                description=found.description,
                file=file.path,
                is_pattern=flow_id.startswith("pattern_"),
                is_default=True,
                is_customised=False,
                n_steps=found.n_steps,
                changed_at=None,
                etag=etag_of(file.parts[spot.part].text),
                errors=0,
                warnings=0,
                tests=None,
                calls=list(found.calls),
                links=list(found.links),
            )


def entries(files: ProjectFiles, section: str) -> Iterator[tuple[str, YamlFile, Spot, Json]]:
    """Yield every entry of a map section of the domain, each name once, with its value."""
    seen: set[str] = set()
    for file in files.shown_domain:
        for name, spot in file.entries(section):
            if name not in seen and not name.isdigit():
                seen.add(name)
                text = file.parts[spot.part].text
                yield (
                    name,
                    file,
                    spot,
                    file.fragment(spot.part).at(spot.path) if file.known else value_at(text, spot.path),
                )


def listed(files: ProjectFiles, section: str) -> dict[str, tuple[str, int, Json]]:
    """Return the entries of a list section of the domain: file, line and options."""
    found: dict[str, tuple[str, int, Json]] = {}
    for file in files.shown_domain:
        for number, part in enumerate(file.parts):
            if part.section != section:
                continue
            data = file.fragment(number).data if file.known else value_at(part.text, ())
            rows = data if part.index is not None or not isinstance(data, dict) else data.get(section, data)
            line = file.first_line(number)
            for row in rows if isinstance(rows, list) else [rows]:
                names = row.items() if isinstance(row, dict) else [(row, None)]
                for name, options in names:
                    if name is not None:
                        found.setdefault(str(name), (file.path, line, options))
    return found


def _listed(files: ProjectFiles, section: str, use: Users) -> Iterator[tuple[str, dict[str, Json]]]:
    kind: Kind = "entities" if section == "entities" else "intents"
    for name, (path, line, options) in listed(files, section).items():
        place = {"file": path, "line": line, **mark(files, path)}
        yield name, {**place, "options": options, "used_by": use.get((kind, name), [])}


def examples(files: ProjectFiles, kind: Examples = "intent") -> dict[str, list[str]]:
    """Return the sentences of each intent, with their marks, or the words of each lookup table."""
    found: dict[str, list[str]] = {}
    for file in files.shown_data:
        for _, spot in file.entries("nlu"):
            item = file.fragment(spot.part).at(spot.path)
            if isinstance(item, dict) and item.get(kind) is not None:
                found.setdefault(str(item[kind]), []).extend(sentences(item.get("examples")))
    return found


def sentences(value: Json) -> list[str]:
    """Return the sentences of an entry of examples, as lines of a text or as a list."""
    if isinstance(value, str):
        lines = [line.strip() for line in value.splitlines()]
        return [line[1:].strip() for line in lines if line.startswith("-") and line[1:].strip()]
    rows = value if isinstance(value, list) else []
    return [str(row.get("text") if isinstance(row, dict) else row).strip() for row in rows if row is not None]


def _intents(files: ProjectFiles, use: Users) -> Iterator[tuple[str, dict[str, Json]]]:
    known, lost = examples(files), lost_examples(files, "intent")
    domain = dict(_listed(files, "intents", use))
    for name in dict.fromkeys([*domain, *known]):
        line = domain.get(name, {"file": None, "line": 0, "options": None, "used_by": use.get(("intents", name), [])})
        yield name, {**mark(files, lost.get(name)), **line, "examples": len(known.get(name, []))}


def _actions(files: ProjectFiles, use: Users) -> Iterator[tuple[str, dict[str, Json]]]:
    code = "\n".join(files.code.values())
    declared = listed(files, "actions")
    named = {name for kind, name in use if kind == "actions" and not only_asks(name)}
    for name in dict.fromkeys([*declared, *sorted(named)]):
        path, line, options = declared.get(name, (None, 0, None))
        effect = options.get("effect") if isinstance(options, dict) else None
        yield (
            name,
            {
                "effect": effect or "write",
                "used_by": use.get(("actions", name), []),
                "is_found": name in code,
                "is_declared": name in declared,
                "file": path,
                "line": line,
                **mark(files, path),
            },
        )
