"""What the pages of content do to the domain's files and to the examples of intents."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final, Literal

from flows.commands import Json
from studio.authoring.commands import Put, PutExamples
from studio.authoring.emitting import check_saveable
from studio.authoring.errors import EditRefused, FileRefused, NothingThere
from studio.authoring.files import checked_path
from studio.authoring.outline import sentences as sentences_of
from studio.authoring.parts import YamlFile, may_name, read_file
from studio.authoring.project_files import ProjectFiles
from studio.authoring.tree import Path
from studio.authoring.unreadable import require_readable_entry, require_readable_examples

DOMAIN_FILE: Final = "domain.yml"
NLU_FILE: Final = "data/nlu.yml"
_MAPS: Final = ("slots", "responses", "session_config")
_NAME: Final = re.compile(r"[^\W\d][\w./-]{0,199}")


def put(files: ProjectFiles, command: Put) -> ProjectFiles:
    """Write one whole entry of the domain, or delete it."""
    require_readable_entry(files, command.section, command.name)
    if command.section in _MAPS:
        return _put_in_map(files, command)
    return _put_in_list(files, command)


def _put_in_map(files: ProjectFiles, command: Put) -> ProjectFiles:
    found = files.domain_entry(command.section, command.name)
    if command.is_removal:
        if found is None:
            raise NothingThere(f"There is no '{command.name}' in {command.section} any more.")
        return files.with_yaml(found[0].without(command.section, command.name))
    if found is not None:
        file, spot = found
        fragment = file.fragment(spot.part)
        fragment.update(spot.path, command.value)
        return files.with_part(file, spot, fragment.text)
    _check_new(command)
    path = command.file or _domain_path(files, command.section)
    files, file = _domain_file(files, path)
    return files.with_yaml(file.with_entry(command.section, command.name, command.value))


def _check_new(command: Put) -> None:
    if not _NAME.fullmatch(command.name):
        raise EditRefused(f"'{command.name}' cannot be a name: begin with a letter, then letters, digits, '_' and '-'.")
    if command.section == "responses" and not command.name.startswith("utter_"):
        raise EditRefused("The name of a response begins with 'utter_'.")
    check_saveable(command.value)


def _domain_path(files: ProjectFiles, section: str) -> str:
    known = [path for path in files.domain_paths if path not in files.unreadable] or files.domain_paths
    having = [path for path in known if section in files.yaml(path).sections]
    return having[-1] if having else known[0] if known else DOMAIN_FILE


def _domain_file(files: ProjectFiles, path: str) -> tuple[ProjectFiles, YamlFile]:
    path = checked_path(path)
    if not (path.startswith("domain/") or path in ("domain.yml", "domain.yaml")) or not path.endswith(
        (".yml", ".yaml")
    ):
        raise FileRefused(f"The domain is kept in domain.yml or in YAML files under domain/, not in {path}.")
    if path not in files.files:
        files = files.with_text(path, 'version: "3.1"\n')
    return files, files.usable(path)


def _put_in_list(files: ProjectFiles, command: Put) -> ProjectFiles:
    """Intents, entities and actions: a list of names, or of one-key maps from a name to its options."""
    value: Json = command.name if command.value in (None, {}) else {command.name: command.value}
    check_saveable(value)
    for path in files.domain_paths:
        file = files.yaml(path)
        if command.section not in file.sections or file.problem is not None:
            continue
        fragment = file.whole()
        rows = fragment.at((command.section,))
        if isinstance(rows, dict) and command.name in rows:
            if command.is_removal:
                fragment.remove((command.section, command.name))
            else:
                fragment.update((command.section, command.name), command.value)
            return files.with_yaml(read_file(path, fragment.text))
        index = _index(rows, command.name)
        if index is None:
            continue
        if isinstance(rows[index], dict) and len(rows[index]) > 1:  # others are written in the same item
            place: Path = (command.section, index, command.name)
            value = command.value
        else:
            place = (command.section, index)
        if command.is_removal:
            fragment.remove(place)
        else:
            fragment.update(place, value)
        return files.with_yaml(read_file(path, fragment.text))
    if command.is_removal:
        raise NothingThere(f"There is no '{command.name}' in {command.section} any more.")
    _check_new(command)
    files, file = _domain_file(files, command.file or _domain_path(files, command.section))
    fragment = file.whole()
    rows = fragment.at((command.section,))
    if isinstance(rows, dict) and rows:
        fragment.insert_pair((command.section, command.name), command.value)
    elif rows is None or isinstance(rows, list | dict):
        if isinstance(rows, dict):
            fragment.set_value((command.section,), [])
        fragment.insert_item((command.section,), len(rows or ()), value)
    else:
        raise EditRefused(f"'{command.section}' of {file.path} is no list. Change it in the text.")
    return files.with_yaml(read_file(file.path, fragment.text))


def _index(rows: Json, name: str) -> int | None:
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        if (isinstance(row, dict) and name in row) or (not isinstance(row, dict | list) and str(row) == name):
            return index
    return None


def put_examples(files: ProjectFiles, command: PutExamples) -> ProjectFiles:
    """Write all sentences of an intent, or all words of a lookup table; none of them deletes its entry."""
    require_readable_examples(files, command.kind, command.intent)
    sentences = [" ".join(example.split()) for example in command.examples if example.strip()]
    check_saveable(list(sentences))
    found = examples_at(files, command.kind, command.intent)
    if not found:
        return _new_examples(files, command, sentences) if sentences else files
    written = _divided([list(one.sentences) for one in found], sentences)
    for one, own in reversed([*zip(found, written, strict=True)]):  # from behind: what stands before keeps its place
        files = _with_examples(files, one, own)
    return files


def _divided(before: list[list[str]], sentences: list[str]) -> list[list[str]]:
    """Divide sentences among the places where an intent has some: each stays where it stands, new ones come last."""
    left, found = Counter(sentences), list[list[str]]()
    for own in before[:-1]:
        kept = []
        for sentence in own:
            if left[sentence] > 0:
                left[sentence] -= 1
                kept.append(sentence)
        found.append(kept)
    rest = []
    for sentence in reversed(sentences):
        if left[sentence] > 0:
            left[sentence] -= 1
            rest.append(sentence)
    return [*found, rest[::-1]]


@dataclass(frozen=True, slots=True)
class ExamplesAt:
    """One place where an intent, or a lookup table, has sentences."""

    path: str
    index: int
    sentences: tuple[str, ...]


def examples_at(files: ProjectFiles, kind: Literal["intent", "lookup"], name: str) -> list[ExamplesAt]:
    """Return where an intent has sentences, or an entity's lookup table words, and which."""
    found = []
    for path in files.data_paths:
        file = files.yaml(path)
        for number, spot in file.entries("nlu"):
            if not may_name(file.parts[spot.part].text, name) or not number.isdigit():
                continue
            item = file.fragment(spot.part).at(spot.path)
            if isinstance(item, dict) and str(item.get(kind)) == name:
                said = tuple(" ".join(one.split()) for one in sentences_of(item.get("examples")))
                found.append(ExamplesAt(path, int(number), said))
    return found


def _with_examples(files: ProjectFiles, at: ExamplesAt, sentences: list[str]) -> ProjectFiles:
    if tuple(sentences) == at.sentences and sentences:
        return files
    fragment = files.usable(at.path).whole()
    if not sentences:
        fragment.remove(("nlu", at.index))
    else:
        old = fragment.at(("nlu", at.index, "examples"))
        fragment.update(("nlu", at.index, "examples"), _written(old, sentences))
    return files.with_yaml(read_file(at.path, fragment.text))


def _written(old: Json, sentences: list[str]) -> Json:
    if not isinstance(old, list):
        return _written_lines(old if isinstance(old, str) else "", sentences)
    kept: dict[str, Any] = {" ".join(str(row.get("text")).split()): row for row in old if isinstance(row, dict)}
    return [kept.get(sentence, {"text": sentence} if kept else sentence) for sentence in sentences]


def _written_lines(old: str, sentences: list[str]) -> str:
    """Write sentences as lines of a text; what else stood in it, a comment say, stays above the sentence behind it."""
    above: dict[str, list[str]] = {}
    waiting, left = list[str](), set(sentences)
    for line in old.splitlines():
        sentence = " ".join(line.strip()[1:].split()) if line.strip().startswith("-") else ""
        if not sentence:
            waiting.append(line)
        elif sentence in left and sentence not in above:
            above[sentence], waiting = waiting, []
    lines = []
    for sentence in sentences:
        lines += [*above.pop(sentence, ()), f"- {sentence}"]
    return "".join(f"{line}\n" for line in [*lines, *waiting])


def _new_examples(files: ProjectFiles, command: PutExamples, sentences: list[str]) -> ProjectFiles:
    having = [path for path in files.data_paths if "nlu" in files.yaml(path).sections]
    path = checked_path(command.file or (having[-1] if having else NLU_FILE))
    if not path.startswith("data/") or not path.endswith((".yml", ".yaml")):
        raise FileRefused(f"Examples are kept in YAML files under data/, not in {path}.")
    if path not in files.files:
        files = files.with_text(path, 'version: "3.1"\n')
    fragment = files.usable(path).whole()
    rows = fragment.at(("nlu",))
    if rows is not None and not isinstance(rows, list):
        raise EditRefused(f"'nlu' of {path} is no list. Change it in the text.")
    value = {command.kind: command.intent, "examples": _written(None, sentences)}
    fragment.insert_item(("nlu",), len(rows or ()), value)
    return files.with_yaml(read_file(path, fragment.text))
