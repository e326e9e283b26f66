"""Bringing a command on the content up to what is there now, where its maker saw something else.

A form sends its entry whole, with what it showed of it (`seen`). Where somebody else has changed the entry since, what
the form changed is put into what is there; a clash is told, and the commands of one side or the other come out.
"""

from __future__ import annotations

from typing import Any, Final

from flows.commands import Json
from studio.authoring.commands import Put, PutExamples, Rename, Seen
from studio.authoring.content_gestures import examples_at
from studio.authoring.outline import listed
from studio.authoring.project_files import ProjectFiles
from studio.authoring.unreadable import require_readable_entry, require_readable_examples
from studio.authoring.value_merging import ABSENT, Merge, Side, is_same, merge_entry, merge_sentences

_LISTS: Final = ("intents", "entities", "actions")


def brought_up(files: ProjectFiles, command: Put | PutExamples, prefers: Side) -> Merge:
    """Return the command to do in its place, None where nothing is left to do, and whether both changed one part."""
    if isinstance(command, PutExamples):
        return _examples(files, command, prefers)
    if command.seen is None:
        return Merge(command)
    require_readable_entry(files, command.section, command.name)
    base, theirs = _seen(command.section, command.seen), entry_value(files, command.section, command.name)
    mine = ABSENT if command.is_removal else _plain(command.section, command.value)
    if theirs is ABSENT and mine is ABSENT:
        return Merge(command)  # it is gone already, which is told
    made = merge_entry(command.section, base, theirs, mine, prefers)
    if is_same(made.value, theirs):
        return Merge(None, made.is_clash)
    given = {"op": "put", "section": command.section, "name": command.name, "file": command.file}
    if made.value is not ABSENT:
        given["value"] = made.value
    return Merge(Put.model_validate(given), made.is_clash)


def _examples(files: ProjectFiles, command: PutExamples, prefers: Side) -> Merge:
    if command.seen is None:
        return Merge(command)
    require_readable_examples(files, command.kind, command.intent)
    base, mine = ([" ".join(one.split()) for one in side if one.strip()] for side in (command.seen, command.examples))
    theirs = [one for at in examples_at(files, command.kind, command.intent) for one in at.sentences]
    made = merge_sentences(base, theirs, mine, prefers)
    return Merge(command.model_copy(update={"examples": made.value, "seen": None}), made.is_clash)


def as_seen(command: Put | PutExamples) -> Put | PutExamples:
    """Return the command that puts back what its maker saw."""
    if isinstance(command, PutExamples):
        return command.model_copy(update={"examples": command.seen or [], "seen": None})
    given: dict[str, Any] = {"op": "put", "section": command.section, "name": command.name}
    if command.seen is not None and command.seen.is_there:
        given["value"] = command.seen.value
    return Put.model_validate(given)


def has_changed(files: ProjectFiles, command: Rename) -> bool:
    """Whether what is to be renamed says something else than its maker saw."""
    if command.seen is None:
        return False
    return not is_same(_seen(command.section, command.seen), entry_value(files, command.section, command.name))


def entry_value(files: ProjectFiles, section: str, name: str) -> Any:
    """Return the value of an entry of the domain as the content pages are given it; ABSENT where there is none."""
    if section in _LISTS:
        found = listed(files, section).get(name)
        return ABSENT if found is None else _plain(section, found[2])
    place = files.domain_entry(section, name)
    if place is None:
        return ABSENT
    file, spot = place
    return file.fragment(spot.part).at(spot.path)


def _seen(section: str, seen: Seen) -> Any:
    return _plain(section, seen.value) if seen.is_there else ABSENT


def _plain(section: str, value: Json) -> Json:
    """A name in a list without options is written in more than one way."""
    return None if section in _LISTS and value == {} else value
