"""The documents say what the code has: every event, command, setting, verb and link."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from dialogue.events import DialogueEvent
from flows.commands import Command
from flows.events import FlowEvent
from voice.events import CallEvent

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
NAMED_FILE = re.compile(r"`((?:flows|dialogue|voice|models|studio|examples|docs|tests)/[\w./-]*)`")
ROW = re.compile(r"^\| `([a-z_]+)` \| (.*?) \|", re.MULTILINE)


def snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def events() -> list[type]:
    return list(dict.fromkeys([*get_args(CallEvent), *get_args(DialogueEvent), *get_args(FlowEvent)]))


@pytest.mark.parametrize("event", events(), ids=lambda event: event.__name__)
def test_every_event_is_documented_with_its_fields(event):
    rows = dict(ROW.findall((DOCS / "events.md").read_text(encoding="utf-8")))

    assert re.findall(r"`(\w+)`", rows[snake_case(event.__name__)]) == [field.name for field in fields(event)]


def test_no_event_is_documented_that_does_not_exist():
    documented = {name for name, _ in ROW.findall((DOCS / "events.md").read_text(encoding="utf-8"))}

    assert documented == {snake_case(event.__name__) for event in events()}


def test_every_command_is_documented():
    documented = set(re.findall(r"^\| `([A-Z]\w+)` \|", (DOCS / "events.md").read_text(encoding="utf-8"), re.MULTILINE))

    assert documented == {command.__name__ for command in get_args(Command)}


def test_every_setting_is_documented_with_its_default():
    from studio.settings import describe_settings

    text = (DOCS / "settings.md").read_text(encoding="utf-8")

    for setting in describe_settings():
        assert f"| `{setting.variable}` | {setting.default} | {setting.description} |" in text


def test_every_turn_setting_is_documented_with_its_default():
    from voice.turns.policy import TurnPolicy

    rows = dict(ROW.findall((DOCS / "settings.md").read_text(encoding="utf-8")))

    assert rows == {field.name: str(field.default) for field in fields(TurnPolicy)}


def commands_of(command: object, path: str = "") -> dict[str, object]:
    """Every verb of the command line, `models list` for a verb within a group."""
    below = getattr(command, "commands", None)
    if below is None:
        return {path: command}
    return {
        name: verb for key, one in below.items() for name, verb in commands_of(one, f"{path} {key}".strip()).items()
    }


def test_every_verb_and_option_of_the_command_line_is_documented():
    from typer.main import get_command

    from studio.cli import app

    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    verbs = commands_of(get_command(app))
    options = {option for verb in verbs.values() for parameter in verb.params for option in parameter.opts}

    assert [verb for verb in verbs if not re.search(rf"^\| `{verb}\b", text, re.MULTILINE)] == []
    assert [option for option in sorted(options) if option.startswith("--") and f"`{option}" not in text] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_named_files_exist(document):
    text = document.read_text(encoding="utf-8")
    links = [link for link in LINK.findall(text) if "://" not in link]
    lost = [link for link in links if not (document.parent / link).exists()]
    lost += [name for name in NAMED_FILE.findall(text) if not (ROOT / name).exists()]

    assert lost == []


def test_decisions_are_numbered_without_a_hole():
    numbers = [int(path.name[:4]) for path in sorted((DOCS / "decisions").glob("*.md"))]

    assert numbers == list(range(1, len(numbers) + 1))


def test_every_runtime_dependency_is_explained():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (DOCS / "decisions" / "0002-dependencies.md").read_text(encoding="utf-8")
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    names = [re.split(r"[\[<>=~! ]", requirement)[0] for requirement in wanted]

    assert [name for name in names if name not in text] == []
