"""One gesture on a project: commands in, another project out, with what moved. Pure; a refusal changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from flows.commands import Json
from flows.model import END, START
from flows.source import MAX_FILE_CHARACTERS, plain_scalar
from studio.authoring import content_gestures, content_merging, renaming
from studio.authoring.commands import (
    AddFlow,
    Command,
    CustomisePattern,
    DeleteFile,
    DeleteFlow,
    DuplicateFlow,
    OnFlow,
    Patch,
    Put,
    PutExamples,
    Rename,
    RenameFlow,
    ResetPattern,
    SetPositions,
    WriteFile,
)
from studio.authoring.emitting import check_saveable
from studio.authoring.errors import EditRefused, FileRefused, NothingThere
from studio.authoring.files import OURS, POSITIONS, checked_path
from studio.authoring.flow_editor import FlowEditor
from studio.authoring.flow_gestures import perform
from studio.authoring.patterns import default_flows, patterns_path
from studio.authoring.positions import Positions, moved, written_positions
from studio.authoring.project_files import ProjectFiles
from studio.authoring.shapes import Etags, Position
from studio.authoring.states import changed_paths
from studio.authoring.tree import parse_text
from studio.authoring.undo import matched_keys, patched
from studio.authoring.unreadable import require_readable
from studio.authoring.value_merging import Side
from studio.authoring.views import parsed

FLOW_ID: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}")
FLOWS_FILE: Final = "data/flows.yml"


@dataclass(slots=True)
class Work:
    """A gesture under way. `moved` maps the keys of before the gesture to those now, None for what is gone."""

    files: ProjectFiles
    moved: dict[str, dict[str, str | None]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    prefers: Side = "theirs"
    """Whose change of the content is taken where it clashes with one that its maker has not seen."""
    clashes: list[Put | PutExamples] = field(default_factory=list)
    own: Etags = field(default_factory=Etags)
    """Of what the gesture's maker has now, where what others did was merged in: see `Edited`."""

    def move(self, flow: str, keys: dict[str, str | None]) -> None:
        """Note that keys of a flow have changed, and let its positions follow."""
        known = self.moved.setdefault(flow, {})
        now = {new: old for old, new in known.items() if new is not None}
        for old, new in keys.items():
            known[now.get(old, old)] = new
        self.set_positions(moved(self.files.positions, flow, keys))

    def set_positions(self, positions: Positions) -> None:
        if positions is not self.files.positions:
            self.files = self.files.with_text(POSITIONS, written_positions(positions))


def apply(files: ProjectFiles, commands: Sequence[Command], prefers: Side = "theirs") -> Work:
    """Do all commands of one gesture. `prefers`: whose part of an entry is taken where two clash; they are noted.

    Raises:
        AuthoringError: one of them cannot be done; nothing is changed then.
    """
    work = Work(files, prefers=prefers)
    for command in commands:
        _apply(work, command)
    return work


def touching(files: ProjectFiles, commands: Sequence[Command], prefers: Side = "theirs") -> Iterator[set[str]]:
    """Yield the files that each command of a gesture changes in its turn.

    Raises:
        AuthoringError: one of them cannot be done.
    """
    work = Work(files, prefers=prefers)
    for command in commands:
        before = work.files
        _apply(work, command)
        yield changed_paths(before, work.files)


def _apply(work: Work, command: Any) -> None:
    if isinstance(command, OnFlow):
        _on_flow(work, command)
        return
    match command:
        case SetPositions():
            _set_positions(work, command)
        case AddFlow():
            _add_flow(work, command)
        case DeleteFlow():
            _delete_flow(work, command.flow)
        case RenameFlow():
            _rename_flow(work, command)
        case DuplicateFlow():
            _duplicate_flow(work, command)
        case CustomisePattern():
            _customise(work, command.flow)
        case ResetPattern():
            if command.flow not in default_flows(work.files):
                raise EditRefused(f"'{command.flow}' is none of the patterns that come with the product.")
            _delete_flow(work, command.flow)
        case Put() | PutExamples():
            _put(work, command)
        case Rename():
            _rename(work, command)
        case WriteFile():
            _write_file(work, command.path, command.text)
        case DeleteFile():
            _delete_file(work, command.path)
        case Patch():
            _patch(work, command)
        case _:
            raise EditRefused(f"It is not known how to do '{command.op}'.")


def _own(work: Work, flow_id: str) -> None:
    require_readable(work.files, flow_id)
    if flow_id not in work.files.flows and flow_id in default_flows(work.files):
        raise EditRefused(f"'{flow_id}' comes with the product. Customise it first, then change your own copy.")


def _on_flow(work: Work, command: OnFlow) -> None:
    _own(work, command.flow)
    file, spot = work.files.flow(command.flow)
    editor = FlowEditor(file.fragment(spot.part), spot.path)
    before = editor.keys()
    old_text = editor.fragment.text
    perform(editor, command)
    if editor.fragment.text == old_text:
        return
    after = editor.keys()
    work.files = work.files.with_part(file, spot, editor.fragment.text)
    keys = {old: after.get(number) for number, old in before.items() if after.get(number) != old}
    work.move(command.flow, keys)


def _set_positions(work: Work, command: SetPositions) -> None:
    require_readable(work.files, command.flow)
    own = dict(work.files.positions.get(command.flow, {}))
    file_known = command.flow in work.files.flows or command.flow in default_flows(work.files)
    if not file_known:
        raise NothingThere(f"There is no flow '{command.flow}' any more. Look at the list of flows again.")
    for key, place in command.positions.items():
        if place is None:
            own.pop(key, None)
        elif len(key) <= 500:
            check_saveable(key)
            own[key] = Position(x=round(place.x, 2), y=round(place.y, 2))
    work.set_positions({**work.files.positions, command.flow: own})


def check_flow_id(work: Work, flow_id: str) -> None:
    if not FLOW_ID.fullmatch(flow_id) or flow_id.upper() in (START, END):
        raise EditRefused(f"'{flow_id}' cannot be a flow's id: use letters without accents, digits, '_' and '-'.")
    if not isinstance(plain_scalar(flow_id), str):
        raise EditRefused(f"'{flow_id}' cannot be a flow's id: YAML reads it as a number or the like. Add a letter.")
    if flow_id in work.files.flows:
        raise EditRefused(f"There is a flow '{flow_id}' already. Choose another id.")
    require_readable(work.files, flow_id)


def _add_flow(work: Work, command: AddFlow) -> None:
    check_flow_id(work, command.id)
    data: dict[str, Json] = {}
    if command.name:
        data["name"] = command.name
    data["description"] = command.description
    data["steps"] = command.steps or []
    check_saveable(data)
    _new_flow(work, command.id, data, command.file or _flows_path(work.files))


def _flows_path(files: ProjectFiles) -> str:
    own = [path for flow_id, (path, _) in files.flows.items() if not flow_id.startswith("pattern_")]
    return FLOWS_FILE if not own or FLOWS_FILE in own else own[-1]


def _new_flow(work: Work, flow_id: str, data: Json, path: str, lines: Sequence[str] | None = None) -> None:
    path = checked_path(path)
    if not path.startswith("data/") or not path.endswith((".yml", ".yaml")):
        raise FileRefused(f"Flows are kept in YAML files under data/, not in {path}.")
    files = work.files if path in work.files.files else work.files.with_text(path, "")
    work.files = files.with_yaml(files.usable(path).with_entry("flows", flow_id, data, lines=lines))


def _delete_flow(work: Work, flow_id: str) -> None:
    _own(work, flow_id)
    file, _ = work.files.flow(flow_id)
    work.files = work.files.with_yaml(file.without("flows", flow_id))
    if flow_id in work.files.positions:
        work.set_positions({name: keys for name, keys in work.files.positions.items() if name != flow_id})


def _rename_flow(work: Work, command: RenameFlow) -> None:
    _own(work, command.flow)
    old = command.flow
    if command.id != old:
        check_flow_id(work, command.id)
        file, spot = work.files.flow(old)
        fragment = file.fragment(spot.part)
        fragment.rename_key(spot.path, command.id)
        name = command.id if file.parts[spot.part].name is not None else None
        work.files = work.files.with_part(file, spot, fragment.text, name)
        work.files = renaming.follow(work.files, "flows", old, command.id)
        places = {command.id if flow == old else flow: keys for flow, keys in work.files.positions.items()}
        if old in work.files.positions:
            work.set_positions(places)
    if command.name is not None:
        file, spot = work.files.flow(command.id)
        fragment = file.fragment(spot.part)
        fragment.update((*spot.path, "name"), command.name)
        work.files = work.files.with_part(file, spot, fragment.text)


def _duplicate_flow(work: Work, command: DuplicateFlow) -> None:
    require_readable(work.files, command.flow)
    check_flow_id(work, command.id)
    defaults = default_flows(work.files)
    file, spot = work.files.flow(command.flow) if command.flow in work.files.flows else _default(work, command.flow)
    fragment = file.fragment(spot.part)
    data = fragment.at(spot.path)
    del defaults
    lines = fragment.lines(spot.path)
    if len(spot.path) == 1 and not file.known:
        fragment.rename_key(spot.path, command.id)
        lines = fragment.lines((*spot.path[:-1], command.id))
        _new_flow(work, command.id, data, _home(work, file.path), lines)
    else:
        _new_flow(work, command.id, data, _home(work, file.path))
    places = work.files.positions.get(command.flow)
    if places:
        work.set_positions({**work.files.positions, command.id: places})


def _home(work: Work, path: str) -> str:
    return path if path in work.files.files else patterns_path(work.files)


def _default(work: Work, flow_id: str) -> Any:
    found = default_flows(work.files).get(flow_id)
    if found is None:
        raise NothingThere(f"There is no flow '{flow_id}' any more. Look at the list of flows again.")
    return found


def _customise(work: Work, flow_id: str) -> None:
    if flow_id in work.files.flows:
        raise EditRefused(f"'{flow_id}' is customised already.")
    require_readable(work.files, flow_id)
    file, spot = _default(work, flow_id)
    fragment = file.fragment(spot.part)
    _new_flow(work, flow_id, fragment.at(spot.path), patterns_path(work.files), fragment.lines(spot.path))


def _put(work: Work, command: Put | PutExamples) -> None:
    made = content_merging.brought_up(work.files, command, work.prefers)
    if made.is_clash:
        work.clashes.append(command)
    if isinstance(made.value, Put):
        work.files = content_gestures.put(work.files, made.value)
    elif isinstance(made.value, PutExamples):
        work.files = content_gestures.put_examples(work.files, made.value)


def _rename(work: Work, command: Rename) -> None:
    if command.section == "session_config":
        raise EditRefused("The settings of a session have fixed names.")
    if content_merging.has_changed(work.files, command):
        work.notes.append(f"Somebody else changed '{command.name}' meanwhile. '{command.to}' has what they wrote.")
    work.files, notes = renaming.rename(work.files, command.section, command.name, command.to)
    work.notes += notes


def _editable(path: str) -> str:
    if path in OURS and path != POSITIONS:
        raise FileRefused(f"{path} is kept by the studio itself.")
    return checked_path(path)


def _write_file(work: Work, path: str, text: str) -> None:
    path = _editable(path)
    check_saveable(text)
    if len(text) > MAX_FILE_CHARACTERS:
        raise FileRefused(f"{path} would be longer than {MAX_FILE_CHARACTERS} characters. Split it.")
    if path.endswith((".yml", ".yaml")):
        parse_text(text, path)
    _replaced(work, path, text)


def _delete_file(work: Work, path: str) -> None:
    if path not in work.files.files:
        raise NothingThere(f"There is no file {path} any more. Look at the list of files again.")
    _replaced(work, _editable(path), None)


def _patch(work: Work, command: Patch) -> None:
    text = work.files.text(command.file)
    if text is None:
        raise NothingThere(f"There is no file {command.file} any more, so nothing in it can be taken back.")
    new = patched(text, command)
    if command.file.endswith((".yml", ".yaml")):
        parse_text(new, command.file)
    _replaced(work, _editable(command.file), new)


def _replaced(work: Work, path: str, text: str | None) -> None:
    """Put another text in a file's place; steps that read the same keep their places on the canvas."""
    old = work.files
    work.files = old.with_text(path, text)
    if not path.startswith("data/"):
        return
    for flow_id, (file, spot) in old.flows.items():
        now = work.files.flows.get(flow_id)
        if file != path or now is None or old.yaml(file).problem or work.files.yaml(now[0]).problem:
            continue
        before, after = old.yaml(file), work.files.yaml(now[0])
        if before.parts[spot.part].text != after.parts[now[1].part].text:
            keys = matched_keys(parsed(before, spot).graph, parsed(after, now[1]).graph)
            found: dict[str, str | None] = dict(keys)
            work.move(flow_id, found)
