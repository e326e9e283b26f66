"""A file of the domain, of examples or settings is broken by hand: what is in it stays, and is not made again."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from flows.errors import Finding as FileFinding
from flows.loader import examine
from flows.model import Assistant
from studio.authoring.commands import COMMANDS
from studio.authoring.errors import EditRefused
from studio.authoring.project import OpenProject
from studio.authoring.shapes import Edited

FLOWS = """flows:
  order_tea:
    description: order a tea
    steps:
      - collect: kind
      - action: utter_done
      - action: action_brew
"""
DOMAIN = """version: "3.1"
slots:
  kind:
    type: text
    mappings:
      - type: from_llm
responses:
  utter_ask_kind:
    - text: Which tea?
  utter_done:
    - text: Your {kind} is coming.
intents:
  - order
entities:
  - herb
actions:
  - action_brew:
      effect: read
session_config:
  session_expiration_time: 15
"""
MORE = """version: "3.1"
slots:
  cups:
    type: float
    mappings:
      - type: from_llm
responses:
  utter_ask_cups:
    - text: How many cups?
"""
NLU = """version: "3.1"
nlu:
  - intent: order
    examples: |
      - tea please
      - some [mint](herb) tea
  - lookup: herb
    examples: |
      - mint
      - sage
"""
OTHER_NLU = """version: "3.1"
nlu:
  - intent: leave
    examples: |
      - bye
"""
VOICE = """timezone: Europe/Berlin
pronunciation:
  Oolong: oo long
"""
BROKEN_DOMAIN = DOMAIN.replace("    type: text\n", "    type: [text\n", 1)
BROKEN_DOMAIN_LINE = 5  # where the list is not closed is seen on the line behind it
BROKEN_NLU = NLU.replace("  - lookup: herb\n", "  - lookup: [herb\n", 1)
BROKEN_VOICE = VOICE.replace("timezone:", "timezone: {", 1)
SECTIONS = ("slots", "responses", "intents", "entities", "actions", "session_config")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "domain").mkdir()
    (tmp_path / "config.yml").write_text("recipe: default.v1\nlanguage: de\nadditional_languages: [en]\n")
    (tmp_path / "voice.yml").write_text(VOICE)
    (tmp_path / "domain.yml").write_text(DOMAIN)
    (tmp_path / "domain" / "more.yml").write_text(MORE)
    (tmp_path / "data" / "flows.yml").write_text(FLOWS)
    (tmp_path / "data" / "nlu.yml").write_text(NLU)
    (tmp_path / "data" / "other.yml").write_text(OTHER_NLU)
    return tmp_path


def checked(root: Path) -> tuple[Assistant | None, tuple[FileFinding, ...]]:
    return examine(root)


async def opened(folder: Path) -> OpenProject:
    return await OpenProject.open(folder, examine=checked)


def texts_of(folder: Path) -> dict[Path, str]:
    return {path: path.read_text() for path in folder.rglob("*.yml")}


def break_file(folder: Path, path: str, text: str) -> None:
    assert (folder / path).read_text() != text
    (folder / path).write_text(text)


def commands(*given: dict[str, Any]) -> Any:
    return COMMANDS.validate_python(list(given))


async def lines_of(project: OpenProject) -> dict[str, dict[str, int | None]]:
    """Return each section's entries as the outline has them: the line to mend, None for those that can be read."""
    outline = (await project.outline()).model_dump()
    return {
        section: {entry["name"]: (entry.get("unreadable") or {}).get("line") for entry in outline[section]}
        for section in SECTIONS[:-1]
    }


async def test_content_of_a_broken_domain_is_shown_as_it_was(folder: Path) -> None:
    project = await opened(folder)
    before = {section: await project.content(section) for section in SECTIONS}
    outline = await project.outline()
    break_file(folder, "domain.yml", BROKEN_DOMAIN)
    assert await project.refresh()
    line = BROKEN_DOMAIN_LINE
    assert await lines_of(project) == {
        "slots": {"cups": None, "kind": line},
        "responses": {"utter_ask_cups": None, "utter_ask_kind": line, "utter_done": line},
        "intents": {"order": line, "leave": None},
        "entities": {"herb": line},
        "actions": {"action_brew": line},
    }
    for section in SECTIONS:
        shown = {entry["name"]: entry for entry in await project.content(section)}
        assert shown.keys() == {entry["name"] for entry in before[section]}
        for entry in before[section]:
            now = shown[entry["name"]]
            is_lost = entry["file"] == "domain.yml"
            assert ("unreadable" in now) == is_lost
            assert not is_lost or (now["unreadable"]["file"], now["unreadable"]["line"]) == ("domain.yml", line)
            assert {key: value for key, value in now.items() if key != "unreadable"} == entry
    now = await project.outline()
    assert {file.path for file in now.files if file.unreadable is not None} == {"domain.yml"}
    assert [flow.model_dump() for flow in now.flows] == [flow.model_dump() for flow in outline.flows]
    await project.close()


async def test_what_follows_from_a_broken_domain_is_not_told(folder: Path) -> None:
    project = await opened(folder)
    assert [one for one in await project.findings() if one.severity == "error"] == []
    break_file(folder, "domain.yml", BROKEN_DOMAIN)
    await project.refresh()
    (lead,) = (one for one in await project.findings() if one.severity == "error")
    assert (lead.file, lead.line, lead.flow, lead.name) == ("domain.yml", BROKEN_DOMAIN_LINE, None, None)
    assert "nothing that only follows is told" in lead.hint
    project.check_ms = 1e9  # the quick check alone
    made = await project.edit(
        commands({"op": "set_field", "flow": "order_tea", "key": None, "path": ["description"], "value": "tea"})
    )
    assert isinstance(made, Edited)
    assert [one.file for one in made.findings if one.severity == "error"] == ["domain.yml"]
    await project.close()
    again = await opened(folder)
    assert [one.file for one in await again.findings() if one.severity == "error"] == ["domain.yml"]
    await again.close()


@pytest.mark.parametrize(
    "command",
    [
        {"op": "put", "section": "slots", "name": "kind", "value": {"type": "bool"}},
        {"op": "put", "section": "slots", "name": "kind"},
        {"op": "put", "section": "slots", "name": "kind", "value": {"type": "bool"}, "file": "domain/more.yml"},
        {"op": "put", "section": "responses", "name": "utter_done", "value": [{"text": "Ready."}]},
        {"op": "put", "section": "intents", "name": "order", "value": None},
        {"op": "put", "section": "entities", "name": "herb", "value": {"roles": ["cold"]}},
        {"op": "put", "section": "actions", "name": "action_brew", "value": {"effect": "write"}},
        {"op": "put", "section": "actions", "name": "action_brew"},
        {"op": "put", "section": "session_config", "name": "session_expiration_time", "value": 20},
        {"op": "put", "section": "slots", "name": "sugar", "value": {"type": "bool"}},  # only in the broken text
        {"op": "rename", "section": "slots", "name": "kind", "to": "sort"},
        {"op": "rename", "section": "slots", "name": "cups", "to": "kind"},
        {"op": "rename", "section": "responses", "name": "utter_ask_cups", "to": "utter_done"},
        {"op": "rename", "section": "slots", "name": "cups", "to": "mugs"},  # which the broken text names
        {"op": "put", "section": "slots", "name": "milk", "value": {"type": "bool"}, "file": "domain.yml"},
    ],
)
async def test_what_is_in_a_broken_domain_is_neither_changed_nor_made_anew(
    folder: Path, command: dict[str, object]
) -> None:
    project = await opened(folder)
    broken = BROKEN_DOMAIN.replace("responses:\n", "  sugar:\n    type: bool\n# of the cups\nresponses:\n", 1)
    break_file(folder, "domain.yml", broken)
    texts = texts_of(folder)
    with pytest.raises(EditRefused, match=r"domain\.yml.* mended in the text first: .*line 5"):
        await project.edit(commands(command))
    await project.refresh()
    assert texts == texts_of(folder)
    await project.close()


async def test_new_entries_go_to_a_file_that_can_be_read(folder: Path) -> None:
    project = await opened(folder)
    break_file(folder, "domain.yml", BROKEN_DOMAIN)
    made = await project.edit(
        commands(
            {"op": "put", "section": "slots", "name": "sugar", "value": {"type": "bool"}},
            {"op": "put", "section": "intents", "name": "pay", "value": None},
            {"op": "put", "section": "slots", "name": "cups", "value": {"type": "text"}},
        )
    )
    assert isinstance(made, Edited)
    assert set(made.files) == {"domain/more.yml"}
    assert (folder / "domain.yml").read_text() == BROKEN_DOMAIN
    (folder / "domain" / "more.yml").unlink()
    await project.refresh()
    with pytest.raises(EditRefused, match=r"domain\.yml has to be mended in the text first"):
        await project.edit(commands({"op": "put", "section": "slots", "name": "sugar", "value": {"type": "bool"}}))
    assert not (folder / "domain" / "more.yml").exists()
    await project.close()


async def test_an_entry_that_stands_in_another_file_as_well_is_not_lost(folder: Path) -> None:
    project = await opened(folder)
    break_file(folder, "domain.yml", BROKEN_DOMAIN)
    (folder / "domain" / "more.yml").write_text(MORE.replace("cups:", "kind:", 1))
    await project.refresh()
    assert (await lines_of(project))["slots"] == {"kind": None}
    (kind,) = await project.content("slots")
    assert (kind["file"], kind["value"]["type"]) == ("domain/more.yml", "float")
    changed = {"op": "put", "section": "slots", "name": "kind", "value": {"type": "bool"}}
    assert isinstance(await project.edit(commands(changed)), Edited)
    await project.close()


async def test_examples_and_lookups_of_a_broken_file_stay(folder: Path) -> None:
    project = await opened(folder)
    before = {section: await project.content(section) for section in ("intents", "entities")}
    break_file(folder, "data/nlu.yml", BROKEN_NLU)
    await project.refresh()
    for section, lost in (("intents", {"order"}), ("entities", {"herb"})):
        shown = await project.content(section)
        assert {entry["name"] for entry in shown if "unreadable" in entry} == lost
        assert all(entry["unreadable"]["file"] == "data/nlu.yml" for entry in shown if "unreadable" in entry)
        plain = [{key: value for key, value in entry.items() if key != "unreadable"} for entry in shown]
        assert sorted(plain, key=lambda one: one["name"]) == sorted(before[section], key=lambda one: one["name"])
    lines = await lines_of(project)
    assert lines["intents"]["order"] is not None
    assert lines["intents"]["leave"] is None
    texts = texts_of(folder)
    for name, kind in (("order", "intent"), ("herb", "lookup")):
        for examples in (["anything"], []):
            with pytest.raises(EditRefused, match=r"data/nlu\.yml.* mended in the text first"):
                await project.edit(commands({"op": "put_examples", "intent": name, "kind": kind, "examples": examples}))
    assert texts == texts_of(folder)
    fresh = {"op": "put_examples", "intent": "pay", "examples": ["the bill"]}
    made = await project.edit(commands(fresh, {**fresh, "intent": "leave"}))
    assert isinstance(made, Edited)
    assert set(made.files) == {"data/other.yml"}
    await project.close()


async def test_settings_of_a_broken_file_stay(folder: Path) -> None:
    project = await opened(folder)
    value = (await project.content("voice"))["value"]
    break_file(folder, "voice.yml", BROKEN_VOICE)
    break_file(folder, "config.yml", "recipe: default.v1\nlanguage: [de\n")
    await project.refresh()
    voice = await project.content("voice")
    assert voice["value"] == value
    assert voice["text"] == BROKEN_VOICE
    assert voice["unreadable"]["file"] == "voice.yml"
    outline = await project.outline()
    assert outline.assistant.languages == ["de", "en"]
    assert {file.path for file in outline.files if file.unreadable is not None} == {"voice.yml", "config.yml"}
    await project.close()


async def test_after_the_mend_all_goes_on(folder: Path) -> None:
    project = await opened(folder)
    break_file(folder, "domain.yml", BROKEN_DOMAIN)
    await project.refresh()
    etag = (await project.read_file("domain.yml")).etag
    mend = {"op": "write_file", "path": "domain.yml", "text": DOMAIN.replace("Which tea?", "Which one?")}
    made = await project.edit(commands(mend), {"files": {"domain.yml": etag}})
    assert isinstance(made, Edited)
    assert made.outline is not None
    lines = await lines_of(project)
    assert all(line is None for entries in lines.values() for line in entries.values())
    assert list(lines["slots"]) == ["kind", "cups"]
    renamed = await project.edit(commands({"op": "rename", "section": "slots", "name": "kind", "to": "sort"}))
    assert isinstance(renamed, Edited)
    asked = {entry["name"]: entry for entry in await project.content("responses")}["utter_ask_sort"]
    assert asked["value"] == [{"text": "Which one?"}]
    assert [one for one in await project.findings() if one.severity == "error"] == []
    await project.close()


async def test_a_name_that_a_broken_text_may_use_is_not_changed_behind_it(folder: Path) -> None:
    project = await opened(folder)
    break_file(folder, "data/flows.yml", FLOWS.replace("description: order", "description: [order", 1))
    texts = texts_of(folder)
    with pytest.raises(EditRefused, match=r"'kind' is named in data/flows\.yml, which has to be mended"):
        await project.edit(commands({"op": "rename", "section": "slots", "name": "kind", "to": "sort"}))
    assert texts == texts_of(folder)
    changed = {"op": "put", "section": "slots", "name": "kind", "value": {"type": "bool"}}
    assert isinstance(await project.edit(commands(changed)), Edited), "whose own file can be read"
    await project.close()


async def test_a_server_that_starts_over_a_broken_domain_shows_what_was_committed(folder: Path) -> None:
    def git(*arguments: str) -> None:
        person = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        subprocess.run(["git", *person, *arguments], cwd=folder, check=True, capture_output=True)

    break_file(folder, "domain.yml", BROKEN_DOMAIN)
    bare = await opened(folder)
    assert list((await lines_of(bare))["slots"]) == ["cups"], "nothing is known of it"
    with pytest.raises(EditRefused, match=r"'kind' is in domain\.yml"):
        await bare.edit(commands({"op": "put", "section": "slots", "name": "kind", "value": {"type": "text"}}))
    await bare.close()
    (folder / "domain.yml").write_text(DOMAIN)
    git("init", "--quiet")
    git("add", "-A")
    git("commit", "--quiet", "-m", "first")
    for path, text in (("domain.yml", BROKEN_DOMAIN), ("data/nlu.yml", BROKEN_NLU), ("voice.yml", BROKEN_VOICE)):
        break_file(folder, path, text)
    project = await opened(folder)
    lines = await lines_of(project)
    assert lines["slots"] == {"cups": None, "kind": BROKEN_DOMAIN_LINE}
    (order,) = (one for one in await project.content("intents") if one["name"] == "order")
    assert order["examples"] == ["tea please", "some [mint](herb) tea"]
    assert (await project.content("voice"))["value"]["timezone"] == "Europe/Berlin"
    (folder / "domain.yml").write_text(DOMAIN)
    await project.refresh()
    assert set((await lines_of(project))["slots"].values()) == {None}
    await project.close()
