"""What each gesture on a flow's canvas or form does to the flow's text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias, cast

from flows.commands import Json
from flows.model import END, START
from flows.task_reader import TASK_KEYS
from studio.authoring.branch_gestures import connect, delete_branch, move_branch, source_of, written
from studio.authoring.commands import (
    AddStep,
    At,
    Connect,
    DeleteBranch,
    DeleteStep,
    MoveBranch,
    MoveStep,
    OnFlow,
    PasteSteps,
    RenameStep,
    SetField,
)
from studio.authoring.errors import EditRefused, NothingThere
from studio.authoring.flow_editor import STEP_ID, EdgeName, FlowEditor, Target, Wanted
from studio.authoring.pasting import pasted_steps
from studio.authoring.tree import Path

NewSteps: TypeAlias = Sequence[tuple[Json, list[str] | None]]
"""The value of each step, and its lines where it was written before."""


def perform(editor: FlowEditor, command: OnFlow) -> None:
    """Do one gesture.

    Raises:
        EditRefused, NothingThere: the fragment may be half changed then, and is to be thrown away.
    """
    gesture = cast("Callable[[FlowEditor, OnFlow], None]", _GESTURES[type(command)])
    gesture(editor, command)


def _new_step(editor: FlowEditor, command: AddStep) -> dict[str, Json]:
    step = command.step
    data: dict[str, Json] = {}
    if step.id is not None:
        _check_id(editor, step.id)
        data["id"] = step.id
    fields = {key: value for key, value in step.fields.items() if key not in ("id", "next")}
    if step.type == "noop":
        fields.setdefault("noop", True)
    if step.type != "unknown" and step.type not in fields:
        raise EditRefused(f"A step of type '{step.type}' needs the field '{step.type}': say what it does.")
    others = [key for key in fields if key in TASK_KEYS and key != step.type]
    if others:
        raise EditRefused(f"A step cannot be both '{step.type}' and '{others[0]}'.")
    if not fields:
        raise EditRefused("A step needs at least one field.")
    if step.type in fields:
        data[step.type] = fields.pop(step.type)
    return {**data, **fields}


def _check_id(editor: FlowEditor, name: str) -> None:
    if not STEP_ID.fullmatch(name) or name.upper() in (START, END):
        raise EditRefused(f"'{name}' cannot be a step's id: use letters, digits, '_' and '-', and not START or END.")
    if any(step.id == name or step.engine_id == name for step in editor.graph.steps):
        raise EditRefused(f"Another step has the id '{name}'. Choose another one.")


def _add_step(editor: FlowEditor, command: AddStep) -> None:
    data = _new_step(editor, command)
    _insert(editor, command.at, [(data, None)])


def _insert(editor: FlowEditor, at: At | None, steps: NewSteps) -> None:
    """Put steps onto an edge, or detached at the end: they lead to each other and the last to the edge's target."""
    wanted = editor.wanted()
    if not editor.graph.has_list or not editor.graph.steps:
        _insert_first(editor, steps)
        return
    if at is None:
        _append(editor, wanted, steps)
        return
    source = source_of(editor, at.from_)
    name = source, at.kind, at.index
    old, _ = editor.edge(*name)
    rows, index = _room(editor, source, at)
    numbers = [editor.insert(rows, index + n, data, lines) for n, (data, lines) in enumerate(steps)]
    if name in wanted:
        wanted[name] = numbers[0]
    _lead_on(editor, wanted, numbers[-1], old)
    editor.repair(wanted)
    editor.end_nested(numbers[-1:])


def _insert_first(editor: FlowEditor, steps: NewSteps) -> None:
    if not editor.graph.has_list:
        if editor.at(("steps",)) is not None:
            raise EditRefused("'steps' of this flow is no list. Mend it in the text first.")
        if editor.fragment.has(editor.full(("steps",))):
            editor.fragment.set_value(editor.full(("steps",)), [])
        else:
            editor.fragment.insert_pair(editor.full(("steps",)), [])
    numbers = [editor.insert(("steps",), n, data, lines) for n, (data, lines) in enumerate(steps)]
    editor.end_nested(numbers[-1:])


def _append(editor: FlowEditor, wanted: Wanted, steps: NewSteps) -> None:
    index = len(editor.at(("steps",)))
    numbers = [editor.insert(("steps",), index + n, data, lines) for n, (data, lines) in enumerate(steps)]
    editor.repair(wanted)
    editor.end_nested(numbers[-1:])


def _lead_on(editor: FlowEditor, wanted: Wanted, number: int, target: Target) -> None:
    step = editor.step(number)
    if step.type == "link" or (isinstance(step.data, dict) and step.data.get("next") is not None):
        return
    wanted[number, "next", 0] = target
    if step.type == "noop":  # which may not leave it open
        editor.fragment.insert_pair(editor.full((*step.path, "next")), written(editor, target))


def _room(editor: FlowEditor, source: int | None, at: At) -> tuple[Path, int]:
    """Return the list, and the place in it, for a step that comes onto an edge."""
    if source is None:
        return ("steps",), 0
    edge = editor.edge(source, at.kind, at.index)[1]
    path = editor.numbers[source]
    if edge.nested and edge.place is not None:
        return edge.place, 0
    if at.kind == "next":
        return path[:-1], cast(int, path[-1]) + 1
    if edge.place is None:
        editor.add_branch(source, {"else": []})
        return (*path, "next", at.index, "else"), 0
    editor.fragment.set_value(editor.full(edge.place), [])
    return edge.place, 0


def _delete_step(editor: FlowEditor, command: DeleteStep) -> None:
    number = editor.find(command.key)
    wanted = editor.wanted()
    ways = [target for (source, _, _), target in wanted.items() if source == number and target != number]
    onward: Target = ways[0] if ways else END
    healed = {name: onward if target == number else target for name, target in wanted.items() if name[0] != number}
    start: EdgeName = (None, "next", 0)
    path = editor.numbers[number]
    index = cast(int, path[-1])
    nested = [edge.place for edge in editor.graph.out_of(path) if edge.nested and edge.place is not None]
    for rows in nested[1:]:
        editor.hoist(rows)
    while nested and editor.at(nested[0]):  # what comes first takes the step's place
        count = len(editor.at(nested[0]))
        cut = editor.cut(editor.number_of((*nested[0], count - 1)))
        editor.place(path[:-1], index + 1, cut)
    editor.remove(number)
    if isinstance(onward, str) and not isinstance(healed.get(start), int):
        healed.pop(start, None)  # nothing to begin with: what comes next in the text does
    editor.repair(healed)


def _move_step(editor: FlowEditor, command: MoveStep) -> None:
    number = editor.find(command.key)
    path = editor.numbers[number]
    after = source_of(editor, command.after)
    if after == number or (after is not None and editor.numbers[after][: len(path)] == path):
        raise EditRefused("A step cannot be moved behind itself, or into what is nested in it.")
    wanted = editor.wanted()
    wanted.pop((None, "next", 0))  # the start leads to what comes first in the text
    cut = editor.cut(number)
    if after is None:
        editor.place(("steps",), 0, cut)
    else:
        there = editor.numbers[after]
        editor.place(there[:-1], cast(int, there[-1]) + 1, cut)
    editor.repair(wanted)


def _rename_step(editor: FlowEditor, command: RenameStep) -> None:
    number = editor.find(command.key)
    step = editor.step(number)
    if step.id == command.id and editor.graph.keys[step.path] == command.id:
        return
    _check_id(editor, command.id)
    if not isinstance(step.data, dict):
        raise EditRefused("This is no step that can have an id. Change it in the text.")
    wanted = editor.wanted()
    path = editor.full((*step.path, "id"))
    if editor.fragment.has(path):
        editor.fragment.set_value(path, command.id)
    else:
        editor.fragment.insert_pair(path, command.id, first=True)
    editor.repair(wanted)


def _set_field(editor: FlowEditor, command: SetField) -> None:
    path: Path = tuple(command.path)
    if command.key is None:
        if path[0] == "steps":
            raise EditRefused("Steps are changed one by one, not as a property of the flow.")
        above: Path = ()
    else:
        above = editor.numbers[editor.find(command.key)]
        is_condition = path[0] == "next" and len(path) == 3 and path[-1] == "if"
        if path[0] == "id" or (path[0] == "next" and not is_condition):
            raise EditRefused(f"'{path[0]}' is changed by renaming or connecting the step.")
    full = editor.full((*above, *path))
    if not command.is_removal:
        _write(editor, full, command.value)
    elif editor.fragment.has(full):
        limit = len(editor.full(above))
        editor.fragment.remove(full)
        while len(full) - 1 > limit and editor.fragment.at(full[:-1]) in ({}, []):
            full = full[:-1]
            editor.fragment.remove(full)


_TAILS: Final = ("next", "steps")


def _write(editor: FlowEditor, path: Path, value: Any) -> None:
    """Write a value, making what it stands in; an index one behind a list's end adds to the list."""
    for length in range(1, len(path)):
        above = editor.fragment.at(path[:length])
        if above is None:
            value = _nested(path[length:], value)
            path = path[:length]
            break
    last, rows = path[-1], editor.fragment.at(path[:-1])
    if isinstance(last, int) and not editor.fragment.has(path):
        if not isinstance(rows, list) or last != len(rows):
            raise NothingThere("There is nothing at this place any more. Look at the flow again.")
        editor.fragment.insert_item(path[:-1], last, value)
    elif isinstance(last, str) and not isinstance(rows, dict):
        raise EditRefused(f"'{path[-2] if len(path) > 1 else last}' is no map here. Change it in the text.")
    elif isinstance(rows, dict) and last not in rows and (tail := next((key for key in _TAILS if key in rows), None)):
        # Where a person writes it: what goes on from here, and the steps, stay last.
        above = list(rows)[: list(rows).index(tail)]
        editor.fragment.insert_pair(path, value, after=above[-1] if above else None, first=not above)
    else:
        editor.fragment.update(path, value)


def _nested(path: Path, value: Any) -> Any:
    for step in reversed(path):
        if isinstance(step, int) and step:
            raise NothingThere("There is nothing at this place any more. Look at the flow again.")
        value = [value] if isinstance(step, int) else {step: value}
    return value


def _paste_steps(editor: FlowEditor, command: PasteSteps) -> None:
    _insert(editor, command.at, pasted_steps(command.yaml, editor.taken(), editor.fragment.setting.manner))


_GESTURES: Final[dict[type, Any]] = {
    AddStep: _add_step,
    DeleteStep: _delete_step,
    MoveStep: _move_step,
    RenameStep: _rename_step,
    SetField: _set_field,
    Connect: connect,
    DeleteBranch: delete_branch,
    MoveBranch: move_branch,
    PasteSteps: _paste_steps,
}
