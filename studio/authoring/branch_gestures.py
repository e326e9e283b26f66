"""Gestures on the ways between steps: connecting, branches added, deleted and put in another order."""

from __future__ import annotations

from flows.commands import Json
from flows.model import END, START
from studio.authoring.commands import Connect, DeleteBranch, MoveBranch
from studio.authoring.errors import EditRefused, NothingThere
from studio.authoring.flow_editor import FlowEditor, Target, branch_rows
from studio.authoring.tree import Path


def source_of(editor: FlowEditor, key: str) -> int | None:
    return None if key == START else editor.find(key)


def target_of(editor: FlowEditor, key: str) -> Target:
    return END if key == END else editor.find(key)


def written(editor: FlowEditor, target: Target) -> str:
    return target if isinstance(target, str) else editor.name(target)


def connect(editor: FlowEditor, command: Connect) -> None:
    source = source_of(editor, command.from_)
    if source is None:
        if command.to in (None, END):
            raise EditRefused("The start has to lead to a step. Connect it to the step that comes first.")
        wanted = editor.wanted()
        wanted[None, "next", 0] = target_of(editor, str(command.to))
        editor.repair(wanted)
        return
    if editor.step(source).type == "link":
        raise EditRefused("A link ends its flow, so nothing comes behind it.")
    if editor.step(source).type == "unknown":
        raise EditRefused("It is not known what this step does. Mend it in the text first.")
    target = END if command.to is None else target_of(editor, command.to)
    is_there = (source, command.kind, command.index) in editor.wanted()
    if is_there and command.kind == "else" and command.to is not None:
        # The end that is meant without an `else` is no branch yet: asked for, it is written.
        is_there = editor.edge(source, "else", command.index)[1].place is not None
    if not is_there:
        _add_way(editor, source, command)
    wanted = editor.wanted()
    name = (source, command.kind, command.index if is_there else _index_made(editor, source, command))
    wanted[name] = target
    _set_condition(editor, source, command, name[2])
    edge = editor.edge(*name)[1]
    if command.kind == "else" and command.to is None and edge.place is not None:
        _remove_branch(editor, source, command.index)
        return
    editor.repair(wanted)


def _index_made(editor: FlowEditor, source: int, command: Connect) -> int:
    rows = branch_rows(editor, source)
    if command.kind == "else":
        return len(rows) - 1
    n_conditions = sum(1 for row in rows if isinstance(row, dict) and "if" in row)
    return min(command.index, max(0, n_conditions - 1))


def _add_way(editor: FlowEditor, source: int, command: Connect) -> None:
    """Make the branch that a connection asks for; its target is led right afterwards."""
    rows = branch_rows(editor, source)
    if command.kind == "next":
        raise EditRefused("This step goes on by its branches. Connect one of them, or delete them first.")
    if command.kind == "else":
        if not rows:
            raise EditRefused("This step has no branches yet. Add one with a condition first.")
        editor.add_branch(source, {"else": END})
        return
    if command.condition is None:
        raise EditRefused("A branch needs a condition.")
    branch = {"if": _condition(command.condition), "then": END}
    if not rows:
        _branch_out(editor, source)
        rows = branch_rows(editor, source)
    n_conditions = sum(1 for row in rows if isinstance(row, dict) and "if" in row)
    editor.add_branch(source, branch, min(command.index, n_conditions))


def _branch_out(editor: FlowEditor, source: int) -> None:
    """Turn a step's one way on into the `else` of branches."""
    old, edge = editor.edge(source, "next", 0)
    path = editor.numbers[source]
    place = (*path, "next")
    if edge.nested:
        data = editor.at(place)
        blocks = [editor.fragment.lines(editor.full((*place, index))) for index in range(len(data))]
        editor.fragment.set_value(editor.full(place), [{"else": END}])
        editor.fragment.set_value(editor.full((*place, 0, "else")), data, blocks)
        editor.relocate(place, (*place, 0, "else"))
        return
    target = written(editor, old) or END
    if editor.fragment.has(editor.full(place)):
        editor.fragment.set_value(editor.full(place), [{"else": target}])
    else:
        editor.fragment.insert_pair(editor.full(place), [{"else": target}])


def _condition(text: str) -> Json:
    if text.strip().lower() in ("true", "false"):
        return text.strip().lower() == "true"
    return text


def _set_condition(editor: FlowEditor, source: int, command: Connect, index: int) -> None:
    rows = branch_rows(editor, source)
    if command.kind != "if" or command.condition is None or not rows:
        return
    editor.fragment.update(editor.full((*editor.numbers[source], "next", index, "if")), _condition(command.condition))


def delete_branch(editor: FlowEditor, command: DeleteBranch) -> None:
    source = editor.find(command.from_)
    if not 0 <= command.index < len(branch_rows(editor, source)):
        raise NothingThere("This branch is not there any more. Look at the flow again.")
    _remove_branch(editor, source, command.index)


def _remove_branch(editor: FlowEditor, source: int, index: int) -> None:
    wanted = editor.wanted()
    place = (*editor.numbers[source], "next")
    kept = {name: target for name, target in wanted.items() if name[0] != source}
    for edge in editor.graph.out_of(editor.numbers[source]):
        if edge.index == index and edge.nested and edge.place is not None:
            editor.hoist(edge.place)
    rows = branch_rows(editor, source)
    ways = {name: target for name, target in wanted.items() if name[0] == source and name[2] != index}
    rest = [row for number, row in enumerate(rows) if number != index]
    if any(isinstance(row, dict) and "if" in row for row in rest):
        editor.fragment.remove(editor.full((*place, index)))
        editor.forget((*place, index))
        for (_, kind, number), target in ways.items():
            if number < len(rows):
                kept[source, kind, number - (number > index)] = target
        editor.repair(kept)
        return
    target = next((target for (_, kind, number), target in ways.items() if kind == "else" and number < len(rows)), END)
    for edge in editor.graph.out_of(editor.numbers[source]):
        if edge.nested and edge.place is not None:
            _unwrap(editor, place, edge.place)
            break
    else:
        editor.fragment.set_value(editor.full(place), END)
    kept[source, "next", 0] = target
    editor.repair(kept)


def _unwrap(editor: FlowEditor, place: Path, rows: Path) -> None:
    """Let the steps of the one branch that is left stand under `next` itself."""
    data = editor.at(rows)
    blocks = [editor.fragment.lines(editor.full((*rows, index))) for index in range(len(data))]
    editor.fragment.set_value(editor.full(place), data, blocks)
    editor.relocate(rows, place)


def move_branch(editor: FlowEditor, command: MoveBranch) -> None:
    source = editor.find(command.from_)
    rows = branch_rows(editor, source)
    if not (command.index < len(rows) and command.to_index < len(rows)):
        raise NothingThere("This branch is not there any more. Look at the flow again.")
    conditions = [isinstance(row, dict) and "if" in row and "else" not in row for row in rows]
    if not (conditions[command.index] and conditions[command.to_index]):
        raise EditRefused("The branch 'else' stays last: it is taken where no condition holds.")
    place = (*editor.numbers[source], "next")
    here = (*place, command.index)
    data = editor.at(here)
    inside = {number: path[len(here) :] for number, path in editor.numbers.items() if path[: len(here)] == here}
    lines = editor.fragment.remove(editor.full(here))
    editor.shift(place, command.index, -1)
    editor.fragment.insert_item(editor.full(place), command.to_index, data, lines)
    editor.shift(place, command.to_index, 1)
    for number, below in inside.items():
        editor.numbers[number] = (*place, command.to_index, *below)
