"""The graph that a flow's steps make: nodes with keys, edges with the place in the text where they are written.

The engine's own rules (`flows.flow_reader`): a step without `next` leads to the next step of its list, the last one
of any list to END; `next` is a name, a list of steps, or a list of branches of which the first that holds is taken;
without an `else` the flow ends where none does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, cast

from flows.commands import Json
from flows.model import END, START
from flows.task_reader import TASK_KEYS
from studio.authoring.shapes import Edge, EdgeKind, Step, StepType
from studio.authoring.tree import Node, Path, Tree

_BRANCH_KEYS: Final = ("if", "else")


@dataclass(frozen=True, slots=True)
class StepAt:
    """One step: `path` from the flow's own value; `engine_id` is what the engine's events name it."""

    path: Path
    data: Json
    engine_id: str

    @property
    def id(self) -> str | None:
        given = self.data.get("id") if isinstance(self.data, dict) else None
        return None if given is None or isinstance(given, dict | list) else str(given)

    @property
    def type(self) -> StepType:
        table = self.data if isinstance(self.data, dict) else {}
        return cast(StepType, next((key for key in table if key in TASK_KEYS), "unknown"))


@dataclass(frozen=True, slots=True)
class EdgeAt:
    """One way on. `place` is where its target is written, None where nothing is; `nested` says that it is a list.

    `source` and `target` are paths of steps; `target` is None for END and for a name that no step has (`to_id`).
    """

    source: Path | None
    kind: EdgeKind
    index: int
    target: Path | None
    is_end: bool = False
    to_id: str | None = None
    condition: str | None = None
    place: Path | None = None
    nested: bool = False


@dataclass(frozen=True)
class Graph:
    """A flow's steps in the order of the text, and its edges."""

    steps: tuple[StepAt, ...]
    edges: tuple[EdgeAt, ...]
    has_list: bool = True
    """Whether `steps` is a list at all."""
    keys: Mapping[Path, str] = field(default_factory=dict)

    @cached_property
    def paths(self) -> dict[str, Path]:
        return {key: path for path, key in self.keys.items()}

    @cached_property
    def by_path(self) -> dict[Path, StepAt]:
        return {step.path: step for step in self.steps}

    def out_of(self, path: Path | None) -> list[EdgeAt]:
        return [edge for edge in self.edges if edge.source == path]


def key_of(path: Path) -> str:
    """Name a step by where it stands."""
    return "~" + ".".join(str(step) for step in path)


def read_graph(flow: Json) -> Graph:
    """Read the graph of a flow's value."""
    rows = flow.get("steps") if isinstance(flow, dict) else None
    steps = list(_steps(rows, ("steps",), [0])) if isinstance(rows, list) else []
    by_id: dict[str, Path] = {}
    keys: dict[Path, str] = {}
    for step in steps:
        is_new = step.engine_id not in by_id
        by_id.setdefault(step.engine_id, step.path)
        usable = step.id is not None and is_new and step.id not in (START, END, "") and not step.id.startswith("~")
        keys[step.path] = cast(str, step.id) if usable else key_of(step.path)
    first = steps[0].path if steps else None
    edges = [EdgeAt(None, "next", 0, first, is_end=first is None)]
    for step in steps:
        edges += _edges(step, by_id, flow)
    return Graph(tuple(steps), tuple(edges), isinstance(rows, list), keys)


def _steps(rows: list[Json], path: Path, counter: list[int]) -> Iterator[StepAt]:
    for index, data in enumerate(rows):
        here = (*path, index)
        step = StepAt(here, data, "")
        if isinstance(data, dict):
            step = StepAt(here, data, step.id if step.id is not None else _engine_name(data, counter[0]))
            counter[0] += 1
        yield step
        for _, _, _, target, place in branches(step):
            if isinstance(target, list):
                yield from _steps(target, place, counter)


def _engine_name(data: Mapping[str, Json], number: int) -> str:
    kind = next((key for key in data if key in TASK_KEYS), "step")
    name = data.get(kind)
    if kind == "collect" and isinstance(name, dict):
        name = name.get("name")
    label = {"action": name, "collect": f"collect_{name}", "link": f"link_{name}", "call": f"call_{name}"}
    return f"{number}_{label.get(kind) or kind}"


def is_branches(value: Json) -> bool:
    """Whether what stands under `next` are branches, and not steps."""
    items = value if isinstance(value, list) else [value]
    return any(isinstance(item, dict) and ("if" in item or "else" in item) for item in items)


def branches(step: StepAt) -> Iterator[tuple[EdgeKind, int, str | None, Json, Path]]:
    """Yield what is written under a step's `next`: kind, index, condition, target, and where the target stands."""
    if not isinstance(step.data, dict) or step.data.get("next") is None or step.type == "link":
        return
    following, place = step.data["next"], (*step.path, "next")
    if not isinstance(following, dict | list) or (isinstance(following, list) and not is_branches(following)):
        yield "next", 0, None, following, place
        return
    if not is_branches(following):
        return
    items = following if isinstance(following, list) else [following]
    for index, item in enumerate(items):
        here = (*place, index) if isinstance(following, list) else place
        if not isinstance(item, dict):
            continue
        if "if" in item:
            yield "if", index, _condition_text(item["if"]), item.get("then"), (*here, "then")
        if "else" in item:
            key = "then" if item["else"] is None and "if" not in item and "then" in item else "else"
            yield "else", index, None, item.get(key), (*here, key)


def _condition_text(value: Json) -> str | None:
    if isinstance(value, bool):
        return str(value)
    return None if value is None else str(value)


def n_branches(step: StepAt) -> int:
    """Return how many items stand under `next`, 0 where they are no branches."""
    following = step.data.get("next") if isinstance(step.data, dict) else None
    if following is None or not is_branches(following):
        return 0
    return len(following) if isinstance(following, list) else 1


def _edges(step: StepAt, by_id: Mapping[str, Path], flow: Json) -> Iterator[EdgeAt]:
    if step.type == "link" or not isinstance(step.data, dict):
        return
    found = list(branches(step))
    if not found and step.data.get("next") is None:
        following = (*step.path[:-1], cast(int, step.path[-1]) + 1)
        is_there = _is_there(flow, following)
        place = (*step.path, "next") if "next" in step.data else None
        yield EdgeAt(step.path, "next", 0, following if is_there else None, is_end=not is_there, place=place)
        return
    for kind, index, condition, target, place in found:
        if isinstance(target, list):
            first = (*place, 0) if target else None
            yield EdgeAt(step.path, kind, index, first, first is None, None, condition, place, bool(target))
        elif target is None or isinstance(target, dict):
            yield EdgeAt(step.path, kind, index, None, False, None, condition, place)
        else:
            yield _named(step.path, kind, index, str(target), condition, place, by_id)
    if found and found[0][0] != "next" and all(kind != "else" for kind, *_ in found):
        yield EdgeAt(step.path, "else", n_branches(step), None, is_end=True)


def _named(
    source: Path, kind: EdgeKind, index: int, name: str, condition: str | None, place: Path, by_id: Mapping[str, Path]
) -> EdgeAt:
    target = by_id.get(name)
    is_end = target is None and name.upper() == END
    to_id = None if target is not None or is_end else name
    return EdgeAt(source, kind, index, target, is_end, to_id, condition, place)


def _is_there(flow: Json, path: Path) -> bool:
    for step in path[:-1]:
        flow = flow[step]
    return cast(int, path[-1]) < len(flow)


def shown_steps(graph: Graph, tree: Tree, prefix: Path, first_line: int) -> list[Step]:
    """Return the steps as the page is told them; lines are those of the file."""
    shown = []
    for step in graph.steps:
        data = step.data if isinstance(step.data, dict) else {"value": step.data}
        node = nearest(tree, (*prefix, *step.path))
        line = first_line + node.line if node is not None else first_line
        end = first_line + tree.text.count("\n", 0, _last(node)) if node is not None else line
        shown.append(
            Step(
                key=graph.keys[step.path],
                id=step.id,
                type=step.type,
                fields={key: value for key, value in data.items() if key not in ("id", "next")},
                path=list(step.path),
                line=line,
                end_line=max(line, end),
                depth=sum(1 for length in range(1, len(step.path)) if step.path[:length] in graph.by_path),
                engine_id=step.engine_id,
            )
        )
    return shown


def _last(node: Node) -> int:
    return max(node.start, node.end - 1)


def nearest(tree: Tree, path: Path) -> Node | None:
    """Return the node at a path, or the innermost one above it that is written."""
    for length in range(len(path), -1, -1):
        node = tree.find(path[:length])
        if node is not None:
            return node
    return None


def shown_edges(graph: Graph) -> list[Edge]:
    """Return the edges as the page is told them."""
    return [
        Edge(
            from_=START if edge.source is None else graph.keys[edge.source],
            to=END if edge.is_end else graph.keys[edge.target] if edge.target is not None else None,
            kind=edge.kind,
            index=edge.index,
            condition=edge.condition,
            is_implicit=edge.place is None,
            to_id=edge.to_id,
        )
        for edge in graph.edges
    ]
