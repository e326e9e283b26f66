"""Steps that come as text, from another flow or another window: their ids made fresh, their comments kept."""

from __future__ import annotations

from collections.abc import Iterable

from flows.commands import Json
from studio.authoring.emitting import Manner
from studio.authoring.errors import EditRefused, TextInvalid
from studio.authoring.flow_editor import FlowEditor, free_name
from studio.authoring.fragment import Fragment, Setting


def pasted_steps(text: str, taken: Iterable[str], manner: Manner) -> list[tuple[Json, list[str]]]:
    """Read steps from YAML: a list of them, or a map with `steps`.

    Args:
        text: what was pasted.
        taken: names that may not be used again; steps with one get a fresh id, and what led to them follows.
        manner: how to write what has to be written anew.

    Returns:
        For each step its value and its lines.

    Raises:
        EditRefused: it is no YAML, or has no steps.
    """
    setting = Setting("what was pasted", manner)
    try:
        fragment = Fragment(text.replace("\r\n", "\n").rstrip() + "\n", setting)
        if isinstance(fragment.data, list):
            body = "\n".join(f"  {line}" if line.strip() else "" for line in fragment.text.rstrip("\n").split("\n"))
            fragment = Fragment(f"steps:\n{body}\n", setting)
    except TextInvalid as error:
        raise EditRefused(f"What was pasted is no YAML ({error.reason}, line {error.line}). Paste steps.") from None
    rows = fragment.at(("steps",))
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise EditRefused("What was pasted has no steps. Paste a list of steps, such as '- action: utter_hello'.")
    if fragment.tree.anchors():
        raise EditRefused("What was pasted uses anchors (&). Write it out, then paste it.")
    _freshen(FlowEditor(fragment, ()), set(taken))
    path = ("steps",)
    return [(row, fragment.lines((*path, index))) for index, row in enumerate(fragment.at(path))]


def _freshen(editor: FlowEditor, taken: set[str]) -> None:
    for number in list(editor.numbers):
        step = editor.step(number)
        if step.id is None:
            continue
        own = {other.engine_id for other in editor.graph.steps if other.path != step.path}
        is_first = editor.graph.keys[step.path] == step.id
        if step.id not in taken and is_first:
            continue
        wanted = editor.wanted()
        path = editor.full((*step.path, "id"))
        editor.fragment.set_value(path, free_name(step.id, taken | own))
        if is_first:
            editor.repair(wanted)
