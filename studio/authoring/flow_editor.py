"""Changing a flow's steps in its text while its graph stays what it should be.

Where a step stands decides what leads to it: a step without `next` goes on to the following one. So every change of
the list is made in three moves: note which edges there should be, with steps known by number and not by place; splice
the text; then turn every edge that the splice bent back to where it should lead, by the smallest change of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from flows.commands import Json
from flows.model import END, START
from studio.authoring.errors import EditRefused, NothingThere
from studio.authoring.fragment import Fragment
from studio.authoring.graph import EdgeAt, Graph, StepAt, is_branches, read_graph
from studio.authoring.shapes import EdgeKind
from studio.authoring.tree import Path

Target: TypeAlias = int | str
"""A step's number, or the name that is written: END, or one that no step has."""
EdgeName: TypeAlias = tuple[int | None, EdgeKind, int]
Wanted: TypeAlias = dict[EdgeName, Target]
_NO_ID: Final = re.compile(r"[^\w-]+")
STEP_ID: Final = re.compile(r"\w[\w.-]*")


@dataclass(frozen=True, slots=True)
class Cut:
    """A step taken out: its lines, its value, and the numbers of the steps in it by their path below it."""

    lines: list[str]
    data: Json
    numbers: dict[int, Path]


class FlowEditor:
    """One flow's text, its graph, and the numbers by which its steps are known while they move."""

    def __init__(self, fragment: Fragment, prefix: Path) -> None:
        self.fragment, self.prefix = fragment, prefix
        self.numbers: dict[int, Path] = {}
        self._next = 0
        self._graph: tuple[object, Graph] | None = None
        for step in self.graph.steps:
            self._number(step.path)

    @property
    def data(self) -> Json:
        return self.fragment.at(self.prefix)

    @property
    def graph(self) -> Graph:
        if self._graph is None or self._graph[0] is not self.fragment.data:
            self._graph = self.fragment.data, read_graph(self.data)
        return self._graph[1]

    def full(self, path: Path) -> Path:
        return (*self.prefix, *path)

    def at(self, path: Path) -> Json:
        return self.fragment.at(self.full(path))

    def _number(self, path: Path) -> int:
        self._next += 1
        self.numbers[self._next] = path
        return self._next

    def number_of(self, path: Path) -> int:
        return next(number for number, known in self.numbers.items() if known == path)

    def find(self, key: str) -> int:
        """Return the number of the step with a key."""
        path = self.graph.paths.get(key)
        if path is None:
            raise NothingThere(f"There is no step '{key}' in this flow any more. Look at the flow again.")
        return self.number_of(path)

    def step(self, number: int) -> StepAt:
        return self.graph.by_path[self.numbers[number]]

    def keys(self) -> dict[int, str]:
        return {number: self.graph.keys[path] for number, path in self.numbers.items()}

    # edges

    def wanted(self) -> Wanted:
        """Return every edge as it is now."""
        return {name: target for name, (target, _) in self._edges().items()}

    def _edges(self) -> dict[EdgeName, tuple[Target, EdgeAt]]:
        known = {path: number for number, path in self.numbers.items()}
        found: dict[EdgeName, tuple[Target, EdgeAt]] = {}
        for edge in self.graph.edges:
            source = None if edge.source is None else known[edge.source]
            target: Target = END if edge.is_end else (edge.to_id or "")
            if edge.target is not None:
                target = known[edge.target]
            found[source, edge.kind, edge.index] = target, edge
        return found

    def edge(self, source: int | None, kind: EdgeKind, index: int) -> tuple[Target, EdgeAt]:
        found = self._edges().get((source, kind, index))
        if found is None:
            where = START if source is None else self.graph.keys[self.numbers[source]]
            raise NothingThere(f"'{where}' has no way on of kind '{kind}' with number {index}. Look at the flow again.")
        return found

    def repair(self, wanted: Wanted) -> None:
        """Make every edge that is named lead to where it should; others stay as they are."""
        for _ in range(4 * len(self.numbers) + 8):
            edges = self._edges()
            wrong = next((name for name, target in wanted.items() if self._is_wrong(name, target, edges)), None)
            if wrong is None:
                self._tidy()
                return
            self.lead(wrong, wanted[wrong])
        raise EditRefused("The steps cannot be put into this order without losing a way between them.")

    def _is_wrong(self, name: EdgeName, target: Target, edges: dict[EdgeName, tuple[Target, EdgeAt]]) -> bool:
        if name not in edges:
            return False
        now, edge = edges[name]
        if now == target:
            return False
        is_same_name = isinstance(target, str) and isinstance(now, int) and target not in ("", END)
        return not (is_same_name and edge.place is not None and str(self.at(edge.place)) == target)

    def lead(self, name: EdgeName, target: Target) -> None:
        """Write one edge so that it leads to a target."""
        source, kind, _ = name
        edge = self.edge(*name)[1]
        if source is None:
            self._lead_start(target)
            return
        if edge.nested and edge.place is not None:
            self.hoist(edge.place)
            edge = self.edge(*name)[1]
        following = self._following(self.numbers[source])
        is_after = isinstance(target, int) and self.numbers[target] == following
        if kind == "next" and is_after and self.step(source).type != "noop":
            if edge.place is not None:
                self.fragment.remove(self.full(edge.place))
            return
        written = target if isinstance(target, str) else self.name(target)
        edge = self.edge(*name)[1]
        if edge.place is not None:
            self.fragment.set_value(self.full(edge.place), written)
        elif kind == "next":
            self.fragment.insert_pair(self.full((*self.numbers[source], "next")), written)
        else:
            self.add_branch(source, {"else": written})

    def _following(self, path: Path) -> Path:
        return (*path[:-1], cast(int, path[-1]) + 1)

    def add_branch(self, source: int, branch: Json, index: int | None = None) -> None:
        """Put one branch into a step's branches, last or at a place."""
        place = (*self.numbers[source], "next")
        if not isinstance(self.at(place), list):
            raise EditRefused("The branches of this step are written in an unusual way. Change them in the text.")
        rows = self.at(place)
        index = len(rows) if index is None else index
        self.fragment.insert_item(self.full(place), index, branch)
        self.shift(place, index, 1)

    def _lead_start(self, target: Target) -> None:
        if not isinstance(target, int):
            raise EditRefused("A flow has to begin with a step.")
        self.place(("steps",), 0, self.cut(target))

    def name(self, number: int) -> str:
        """Return a step's id, giving it one where it has none."""
        step = self.step(number)
        if step.id is not None:
            if self.graph.keys[step.path] != step.id:
                raise EditRefused(f"Two steps have the id '{step.id}'. Rename one of them first.")
            return step.id
        fresh = self.fresh_id(step)
        self.fragment.insert_pair(self.full((*step.path, "id")), fresh, first=True)
        return fresh

    def fresh_id(self, step: StepAt) -> str:
        """Return an id that no step has and no `next` names."""
        data = step.data if isinstance(step.data, dict) else {}
        value = data.get(step.type)
        if isinstance(value, dict):
            value = value.get("name")
        words = {"collect": f"ask_{value}", "set_slots": "set_slots", "noop": "choose", "unknown": "step"}
        words |= {"call": f"call_{value}", "link": f"link_{value}"}
        wish = _NO_ID.sub("_", words.get(step.type, str(value))).strip("_.-") or "step"
        return free_name(wish, self.taken())

    def taken(self) -> set[str]:
        """Return every id that a step has or that is named."""
        ids = {step.engine_id for step in self.graph.steps}
        return ids | {edge.to_id for edge in self.graph.edges if edge.to_id} | {START, END}

    # steps

    def insert(self, rows: Path, index: int, data: Json, lines: list[str] | None = None) -> int:
        """Put a new step into a list."""
        self.fragment.insert_item(self.full(rows), index, data, lines)
        self.shift(rows, index, 1)
        self._number_below((*rows, index))
        return self.number_of((*rows, index))

    def _number_below(self, path: Path) -> None:
        known = set(self.numbers.values())
        for step in self.graph.steps:
            if step.path[: len(path)] == path and step.path not in known:
                self._number(step.path)

    def cut(self, number: int) -> Cut:
        """Take a step, with all that is nested in it, out of its list."""
        path = self.numbers[number]
        data = self.at(path)
        lines = self.fragment.remove(self.full(path))
        inside = {one: known[len(path) :] for one, known in self.numbers.items() if known[: len(path)] == path}
        self.shift(path[:-1], cast(int, path[-1]), -1)
        return Cut(lines, data, inside)

    def place(self, rows: Path, index: int, cut: Cut) -> None:
        """Put what was cut into a list."""
        self.fragment.insert_item(self.full(rows), index, cut.data, cut.lines)
        self.shift(rows, index, 1)
        for number, below in cut.numbers.items():
            self.numbers[number] = (*rows, index, *below)

    def hoist(self, rows: Path) -> None:
        """Move the steps of a nested list to the end of the flow."""
        while self.at(rows):
            cut = self.cut(self.number_of((*rows, 0)))
            self.place(("steps",), len(self.at(("steps",))), cut)

    def remove(self, number: int) -> None:
        """Take a step out for good."""
        path = self.numbers[number]
        self.fragment.remove(self.full(path))
        self.forget(path)

    def forget(self, path: Path) -> None:
        """Drop the numbers of what was removed at a path, and close the gap in its list."""
        self.numbers = {one: known for one, known in self.numbers.items() if known[: len(path)] != path}
        self.shift(path[:-1], cast(int, path[-1]), -1)

    def shift(self, rows: Path, index: int, by: int) -> None:
        depth = len(rows)
        for number, path in list(self.numbers.items()):
            if path[:depth] == rows and len(path) > depth and isinstance(path[depth], int):
                here = cast(int, path[depth])
                if (by > 0 and here >= index) or (by < 0 and here > index):
                    self.numbers[number] = (*rows, here + by, *path[depth + 1 :])

    def relocate(self, old: Path, new: Path) -> None:
        """Note that what stood below one path stands below another."""
        for number, path in list(self.numbers.items()):
            if path[: len(old)] == old:
                self.numbers[number] = (*new, *path[len(old) :])

    def _tidy(self) -> None:
        """Write END where a list of steps has become empty."""
        for edge in self.graph.edges:
            if edge.place is not None and self.at(edge.place) == []:
                self.fragment.set_value(self.full(edge.place), END)

    def end_nested(self, numbers: Iterable[int]) -> None:
        """Write `next: END` on steps that end a nested list, as every tool of the format reads it alike."""
        for number in numbers:
            path = self.numbers[number]
            step = self.step(number)
            is_last = cast(int, path[-1]) == len(self.at(path[:-1])) - 1
            is_open = isinstance(step.data, dict) and "next" not in step.data and step.type != "link"
            if is_open and is_last and (len(path) > 2 or step.type == "noop"):
                self.fragment.insert_pair(self.full((*path, "next")), END)


def free_name(wish: str, taken: Iterable[str]) -> str:
    """Return the wish, or the wish with a number, whichever is free."""
    known = set(taken)
    name, number = wish, 2
    while name in known or name.upper() == END:
        name, number = f"{wish}_{number}", number + 1
    return name


def branch_rows(editor: FlowEditor, number: int) -> Sequence[Json]:
    """Return a step's branches, none where it has none."""
    following = editor.at((*editor.numbers[number], "next"))
    return following if isinstance(following, list) and is_branches(following) else ()
