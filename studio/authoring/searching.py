"""Finding a text anywhere in a project: names, what is said, examples, conditions, documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from studio.authoring.graph import shown_steps
from studio.authoring.parts import YamlFile
from studio.authoring.project_files import ProjectFiles
from studio.authoring.shapes import Shape
from studio.authoring.views import parsed

MOST_HITS: Final = 200
LONGEST_QUERY: Final = 200
_SHOWN: Final = 160
_KINDS: Final = {
    "flows": "flow", "slots": "slot", "responses": "response", "intents": "intent", "nlu": "intent",
    "entities": "entity", "actions": "action", "test_cases": "test",
}  # fmt: skip


class Hit(Shape):
    """One line that has the text; `kind` and `name` say which entry it is of, `step` which step of a flow."""

    kind: str
    name: str
    text: str
    file: str
    line: int
    flow: str | None = None
    step: str | None = None


def search(files: ProjectFiles, query: str) -> list[Hit]:
    """Return lines that have all words of a query, those whose entry is so named first."""
    words = query.casefold().split()[:20]
    if not words or len(query) > LONGEST_QUERY:
        return []
    hits: list[Hit] = []
    for path in sorted(files.files, key=_importance):
        if path.startswith("."):
            continue
        found = files.files[path]
        if not all(word in found.text.casefold() for word in words):
            continue
        is_yaml = path.endswith((".yml", ".yaml")) and found.yaml.problem is None
        for hit in _in_yaml(found.yaml, words) if is_yaml else _in_text(path, found.text, words):
            hits.append(hit)
            if len(hits) >= MOST_HITS * 5:
                break
    hits.sort(key=lambda hit: 0 if hit.name.casefold() == query.casefold() else 1)
    shown = hits[:MOST_HITS]
    return [_with_step(files, hit) for hit in shown]


def _importance(path: str) -> tuple[int, str]:
    order = ("data/", "domain", "docs/", "e2e_tests/")
    return next((index for index, start in enumerate(order) if path.startswith(start)), len(order)), path


def _in_yaml(file: YamlFile, words: list[str]) -> Iterator[Hit]:
    for number, part in enumerate(file.parts):
        folded = part.text.casefold()
        if not all(word in folded for word in words):
            continue
        for hit in _in_text(file.path, part.text, words):
            name = part.name if part.index is None else None
            if part.section == "nlu":
                item = file.fragment(number).at((0,))
                name = str(item.get("intent")) if isinstance(item, dict) else None
            line = hit.line + file.first_line(number) - 1
            kind = _KINDS.get(part.section or "", "file")
            named = {"kind": kind, "name": name or hit.name} if name or part.section else {}
            yield hit.model_copy(update={"line": line, **named, "flow": name if kind == "flow" else None})


def _in_text(path: str, text: str, words: list[str]) -> Iterator[Hit]:
    for number, line in enumerate(text.split("\n"), 1):
        folded = line.casefold()
        if all(word in folded for word in words):
            start = max(0, folded.find(words[0]) - 40) if len(line) > _SHOWN else 0
            kind = "document" if path.startswith("docs/") else "file"
            yield Hit(
                kind=kind, name=path, file=path, line=number, text=line.strip("\r")[start : start + _SHOWN].strip()
            )


def _with_step(files: ProjectFiles, hit: Hit) -> Hit:
    if hit.flow is None or hit.flow not in files.flows:
        return hit
    file, spot = files.flow(hit.flow)
    flow = parsed(file, spot)
    steps = shown_steps(flow.graph, flow.fragment.tree, spot.path, file.first_line(spot.part))
    inside = [step.key for step in steps if step.line <= hit.line <= step.end_line]
    return hit.model_copy(update={"step": inside[-1] if inside else None})
