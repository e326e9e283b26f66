"""How two states of a project differ: as text, and as what a designer sees: flows, steps, edges, content. Pure.

Steps are matched across the two states by their ids, then by what they say (a step without an id is named by its
place, which any step above it moves), and at last by the same place and kind. What is matched and differs has
*changed*; what is matched, the same, and stands among its neighbours elsewhere has *moved*.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher, unified_diff
from typing import Any, Final, TypeAlias

from flows.findings import Findings
from flows.source import Table, read_yaml
from studio.projects.contents import is_of_studio
from studio.projects.three_way import YAML, Files, as_text, changed_paths

Flow: TypeAlias = Mapping[str, Any]
"""A flow's graph in the form of the studio's API."""
ReadFlows: TypeAlias = Callable[[Files], Mapping[str, Flow]]

_MOST_DIFF_LINES: Final = 20_000
_SECTIONS: Final = ("slots", "responses", "actions", "intents", "entities", "session_config")


def text_difference(before: Files, after: Files) -> str:
    """Return a unified difference of all files."""
    pieces: list[str] = []
    for path in changed_paths(before, after):
        old, new = before.get(path), after.get(path)
        old_text, new_text = as_text(old or b""), as_text(new or b"")
        names = ("/dev/null" if old is None else f"a/{path}", "/dev/null" if new is None else f"b/{path}")
        if old_text is None or new_text is None:
            pieces.append(f"--- {names[0]}\n+++ {names[1]}\n(not text: {len(old or b'')} → {len(new or b'')} bytes)\n")
            continue
        pieces.append(_difference(old_text.splitlines(keepends=True), new_text.splitlines(keepends=True), names))
    return "".join(pieces)


def flow_differences(before: Files, after: Files, read_flows: ReadFlows) -> list[dict[str, Any]]:
    """Return each flow that differs, with both graphs and what became of its steps and edges.

    Only files that differ are read: of a thousand flows few change at once.
    """
    changed = {path for path in changed_paths(before, after) if path.endswith(YAML)}
    wanted = changed | {path for path in {*before, *after} if is_of_studio(path)}
    old, new = (read_flows({path: files[path] for path in files if path in wanted}) for files in (before, after))
    found = []
    for flow_id in sorted({*old, *new}):
        difference = flow_difference(flow_id, old.get(flow_id), new.get(flow_id))
        if difference is not None:
            found.append(difference)
    return found


def flow_difference(flow_id: str, before: Flow | None, after: Flow | None) -> dict[str, Any] | None:
    """Compare two graphs of a flow; None where they say the same."""
    pairs = _matched(_steps(before), _steps(after))
    steps = _step_states(before, after, pairs)
    was = {new: old for old, new in pairs.items() if new != old}
    edges = _edge_states(before, after, pairs)
    properties = _property_states(before, after)
    if not steps and not edges and not properties and (before is None) == (after is None):
        return None
    change = "added" if before is None else "removed" if after is None else "changed"
    whole = {"id": flow_id, "change": change, "steps": steps, "was": was, "edges": edges, "properties": properties}
    return {**whole, "before": before, "after": after}


def content_differences(before: Files, after: Files) -> list[dict[str, Any]]:
    """Return each slot, response, intent … that differs, with what it was and is; then files that are neither."""
    old, new = _content(before), _content(after)
    found = [
        {"section": section, "name": name, "change": _change(was, now), "before": was, "after": now}
        for section, name in sorted({*old, *new})
        if (was := old.get((section, name))) != (now := new.get((section, name)))
    ]
    others = [
        {"section": "files", "name": path, "change": change, "before": None, "after": None}
        for path, change in changed_paths(before, after).items()
        if not path.endswith(YAML) or path.split("/")[0] not in ("domain", "domain.yml", "data")
    ]
    return [*found, *others]


def _difference(old: Sequence[str], new: Sequence[str], names: tuple[str, str]) -> str:
    if len(old) + len(new) > _MOST_DIFF_LINES:
        return f"--- {names[0]}\n+++ {names[1]}\n(too long to show: {len(old)} → {len(new)} lines)\n"
    lines = unified_diff(old, new, *names)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _steps(flow: Flow | None) -> Sequence[Mapping[str, Any]]:
    return () if flow is None else flow["steps"]


def _saying(step: Mapping[str, Any]) -> str:
    """Return what a step says, without where it stands."""
    return json.dumps([step.get("id"), step["type"], step["fields"]], sort_keys=True, ensure_ascii=False, default=str)


def _matched(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return for each step's key before its key after."""
    new_by_id = {step["id"]: step["key"] for step in new if step.get("id")}
    pairs = {step["key"]: new_by_id[step["id"]] for step in old if step.get("id") in new_by_id and step.get("id")}
    taken = set(pairs.values())
    rest = [step for step in old if step["key"] not in pairs]
    free = [step for step in new if step["key"] not in taken]
    matcher = SequenceMatcher(None, [_saying(step) for step in rest], [_saying(step) for step in free], autojunk=False)
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            pairs[rest[block.a + offset]["key"]] = free[block.b + offset]["key"]
    for alike in (_saying, _place_and_type, _subject):
        taken = set(pairs.values())
        known: dict[Any, list[str]] = {}
        for step in free:
            if step["key"] not in taken:
                known.setdefault(alike(step), []).append(step["key"])
        for step in rest:
            if step["key"] not in pairs and known.get(alike(step)):
                pairs[step["key"]] = known[alike(step)].pop(0)
    return pairs


def _place_and_type(step: Mapping[str, Any]) -> tuple[Any, ...]:
    return (step["key"], step["type"])


def _subject(step: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what a step is about: the slot it asks for, the action it runs."""
    return (step["type"], json.dumps(step["fields"].get(step["type"]), sort_keys=True, default=str))


def _step_states(before: Flow | None, after: Flow | None, pairs: Mapping[str, str]) -> dict[str, str]:
    old = {step["key"]: step for step in _steps(before)}
    new = {step["key"]: step for step in _steps(after)}
    states = {key: "removed" for key in old if key not in pairs}
    states |= {key: "added" for key in new if key not in set(pairs.values())}
    ordered = [key for key in new if key in set(pairs.values())]
    came_from = {after_key: before_key for before_key, after_key in pairs.items()}
    in_place = _in_place([key for key in old if key in pairs], [came_from[key] for key in ordered])
    for key in ordered:
        was, now = old[came_from[key]], new[key]
        if _saying(was) != _saying(now):
            states[key] = "changed"
        elif came_from[key] not in in_place or was.get("depth") != now.get("depth"):
            states[key] = "moved"
    return states


def _in_place(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """Return the steps that keep their order among each other: the longest rising run of places."""
    place = {key: index for index, key in enumerate(old)}
    best: list[tuple[int, int | None]] = []
    for at, key in enumerate(new):
        earlier = [(best[one][0], one) for one in range(at) if place[new[one]] < place[key]]
        length, previous = max(earlier, default=(0, -1))
        best.append((length + 1, previous if earlier else None))
    at_end: int | None = max(range(len(new)), key=lambda one: best[one][0], default=None)
    kept: set[str] = set()
    while at_end is not None:
        kept.add(new[at_end])
        at_end = best[at_end][1]
    return kept


def _edge_states(before: Flow | None, after: Flow | None, pairs: Mapping[str, str]) -> list[dict[str, Any]]:
    old = {_edge(edge, pairs): edge for edge in (() if before is None else before["edges"])}
    new = {_edge(edge, {}): edge for edge in (() if after is None else after["edges"])}
    gone = [{**old[edge], "state": "removed"} for edge in old if edge not in new]
    return [*gone, *({**new[edge], "state": "added"} for edge in new if edge not in old)]


def _edge(edge: Mapping[str, Any], pairs: Mapping[str, str]) -> tuple[Any, ...]:
    ends = [pairs.get(str(edge[end]), edge[end]) for end in ("from", "to")]
    return (*ends, edge["kind"], edge.get("condition"), edge.get("to_id") if edge["to"] is None else None)


def _property_states(before: Flow | None, after: Flow | None) -> dict[str, str]:
    if before is None or after is None:
        return {}
    old, new = (
        {"name": one["name"], "description": one["description"], **one["properties"]} for one in (before, after)
    )
    return {key: _change(old.get(key), new.get(key)) for key in {**old, **new} if old.get(key) != new.get(key)}


def _change(was: Any, now: Any) -> str:
    return "added" if was is None else "removed" if now is None else "changed"


def _content(files: Files) -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {}
    for path, content in sorted(files.items()):
        text = as_text(content) if path.endswith(YAML) else None
        is_content = path in ("domain.yml", "domain.yaml") or path.split("/")[0] in ("domain", "data")
        if text is None or not is_content:
            continue
        read = read_yaml(text, path, Findings())
        plain: Any = read.plain() if isinstance(read, Table) else {}
        for section in _SECTIONS:
            found |= {(section, name): value for name, value in _named(plain.get(section))}
        rows = plain.get("nlu")
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict) and row.get("intent"):
                key = ("examples", str(row["intent"]))
                found[key] = "\n".join(str(part) for part in (found.get(key), row.get("examples")) if part)
    return found


def _named(section: Any) -> list[tuple[str, Any]]:
    if isinstance(section, dict):
        return [(str(name), value if value is not None else {}) for name, value in section.items()]
    named: list[tuple[str, Any]] = []
    for entry in section if isinstance(section, list) else ():
        named += (
            [(str(name), value) for name, value in entry.items()] if isinstance(entry, dict) else [(str(entry), {})]
        )
    return named
