"""The short form of everything in a project: flows, content and files, and which flows use what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from flows.actions import only_asks
from flows.commands import Json
from studio.authoring.files import is_text
from studio.authoring.fragment import Fragment, Setting
from studio.authoring.mentions import Kind, mentions, used
from studio.authoring.parts import Part, Spot, YamlFile, etag_of
from studio.authoring.patterns import default_flows
from studio.authoring.project_files import ProjectFiles
from studio.authoring.shapes import AssistantLine, EntryLine, FileLine, Finding, FlowLine, Outline, TestsOfFlow
from studio.authoring.tree import Path
from studio.authoring.unreadable import lost_flows
from studio.authoring.views import parsed_once

DOCUMENTS: Final = "docs/"
Users = Mapping[tuple[Kind, str], list[str]]


@dataclass(frozen=True, slots=True)
class Summary:
    """What the outline says of a flow, read from its text alone."""

    name: str
    description: str
    n_steps: int
    calls: tuple[str, ...]
    links: tuple[str, ...]
    names: frozenset[tuple[Kind, str]]


@dataclass(frozen=True, slots=True)
class Known:
    """What an outline needs beside the texts."""

    revision: int
    assistant_id: str
    findings: tuple[Finding, ...] = ()
    changed_at: Mapping[str, float] | None = None
    tests: Mapping[str, TestsOfFlow] | None = None
    sizes: Mapping[str, int] | None = None


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
        names=frozenset(names),
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
        for name in sorted(known.names):
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
        slots=[EntryLine(name=name, **line) for name, line in _slots(files, use)],
        responses=[EntryLine(name=name, **line) for name, line in _responses(files, use, languages)],
        intents=[EntryLine(name=name, **line) for name, line in _intents(files, use)],
        entities=[EntryLine(name=name, **line) for name, line in _listed(files, "entities", use)],
        actions=[EntryLine(name=name, **line) for name, line in _actions(files, use)],
        documents=[
            EntryLine(name=path.removeprefix(DOCUMENTS), path=path, size=sizes.get(path, 0))
            for path in sorted({*sizes, *files.files})
            if path.startswith(DOCUMENTS)
        ],
        files=[
            FileLine(path=path, size=sizes.get(path, 0), is_editable=is_text(path) and path in files.files)
            for path in sorted({*sizes, *files.files})
            if not path.startswith(".")
        ],
    )


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
    own = [one for one in known.findings if one.flow == flow_id]
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


@lru_cache(maxsize=20_000)
def _entry(text: str, path: Path) -> Json:
    return Fragment(text, Setting()).at(path)


def entries(files: ProjectFiles, section: str) -> Iterator[tuple[str, YamlFile, Spot, Json]]:
    """Yield every entry of a map section of the domain, each name once, with its value."""
    seen: set[str] = set()
    for path in files.domain_paths:
        file = files.yaml(path)
        for name, spot in file.entries(section):
            if name not in seen and not name.isdigit():
                seen.add(name)
                text = file.parts[spot.part].text
                yield (
                    name,
                    file,
                    spot,
                    file.fragment(spot.part).at(spot.path) if file.known else _entry(text, spot.path),
                )


def _place(file: YamlFile, spot: Spot) -> dict[str, Json]:
    part = file.parts[spot.part]
    line = file.first_line(spot.part)
    for written in part.text.split("\n"):
        if not written.lstrip().startswith("#"):
            break
        line += 1
    return {"file": file.path, "line": line}


def _slots(files: ProjectFiles, use: Users) -> Iterator[tuple[str, dict[str, Json]]]:
    for name, file, spot, value in entries(files, "slots"):
        table = value if isinstance(value, dict) else {}
        yield (
            name,
            {
                "type": str(table.get("type") or "any"),
                **_place(file, spot),
                "values": table.get("values") if isinstance(table.get("values"), list) else [],
                "has_validation": "validation" in table,
                "used_by": use.get(("slots", name), []),
            },
        )


def _responses(files: ProjectFiles, use: Users, languages: list[str]) -> Iterator[tuple[str, dict[str, Json]]]:
    for name, file, spot, value in entries(files, "responses"):
        rows = [row if isinstance(row, dict) else {"text": row} for row in value] if isinstance(value, list) else []
        said = [row for row in rows if row.get("text")]
        spoken = {
            languages[0],
            *(key for row in rows if isinstance(row.get("translation"), dict) for key in row["translation"]),
        }
        missing = [
            language
            for language in languages[1:]
            if any(
                language not in (row.get("translation") or {})
                for row in said
                if isinstance(row.get("translation") or {}, dict)
            )
        ]
        yield (
            name,
            {
                "variations": len(rows),
                "text": str(said[0]["text"])[:200] if said else "",
                "languages": [language for language in languages if language in spoken],
                "missing_languages": missing,
                "used_by": use.get(("responses", name), []),
                **_place(file, spot),
            },
        )


def listed(files: ProjectFiles, section: str) -> dict[str, tuple[str, int, Json]]:
    """Return the entries of a list section of the domain: file, line and options."""
    found: dict[str, tuple[str, int, Json]] = {}
    for path in files.domain_paths:
        file = files.yaml(path)
        for number, part in enumerate(file.parts if file.problem is None else ()):
            if part.section != section:
                continue
            data = file.fragment(number).data
            rows = data if part.index is not None or not isinstance(data, dict) else data.get(section, data)
            line = file.first_line(number)
            for row in rows if isinstance(rows, list) else [rows]:
                names = row.items() if isinstance(row, dict) else [(row, None)]
                for name, options in names:
                    if name is not None:
                        found.setdefault(str(name), (path, line, options))
    return found


def _listed(files: ProjectFiles, section: str, use: Users) -> Iterator[tuple[str, dict[str, Json]]]:
    kind: Kind = "entities" if section == "entities" else "intents"
    for name, (path, line, options) in listed(files, section).items():
        yield name, {"file": path, "line": line, "options": options, "used_by": use.get((kind, name), [])}


def examples(files: ProjectFiles) -> dict[str, list[str]]:
    """Return the sentences of each intent, with their marks."""
    found: dict[str, list[str]] = {}
    for path in files.data_paths:
        file = files.yaml(path)
        for _, spot in file.entries("nlu"):
            item = file.fragment(spot.part).at(spot.path)
            if isinstance(item, dict) and item.get("intent") is not None:
                found.setdefault(str(item["intent"]), []).extend(sentences(item.get("examples")))
    return found


def sentences(value: Json) -> list[str]:
    """Return the sentences of an entry of examples, as lines of a text or as a list."""
    if isinstance(value, str):
        lines = [line.strip() for line in value.splitlines()]
        return [line[1:].strip() for line in lines if line.startswith("-") and line[1:].strip()]
    rows = value if isinstance(value, list) else []
    return [str(row.get("text") if isinstance(row, dict) else row).strip() for row in rows if row is not None]


def _intents(files: ProjectFiles, use: Users) -> Iterator[tuple[str, dict[str, Json]]]:
    known = examples(files)
    domain = dict(_listed(files, "intents", use))
    for name in dict.fromkeys([*domain, *known]):
        line = domain.get(name, {"file": None, "line": 0, "options": None, "used_by": use.get(("intents", name), [])})
        yield name, {**line, "examples": len(known.get(name, []))}


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
            },
        )
