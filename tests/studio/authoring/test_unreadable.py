"""A flow file is broken by hand: its flows stay on the page, cannot be changed, and are back once it is mended."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from studio.authoring.commands import COMMANDS
from studio.authoring.errors import EditRefused, NothingThere
from studio.authoring.project import OpenProject
from studio.authoring.shapes import Edited

FLOWS = """flows:
  order_tea:
    description: order a tea
    steps:
      - id: ask
        collect: kind
      - id: done
        action: utter_done
  pattern_completed:
    description: ours
    steps:
      - action: utter_bye
"""
OTHER = """flows:
  pay:
    description: pay
    steps:
      - action: utter_paid
"""
BROKEN = FLOWS.replace("      - id: done\n", "      - id: [done\n")
BROKEN_LINE = 8
DOMAIN = """slots:
  kind:
    type: text
responses:
  utter_done:
    - text: Done.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "config.yml").write_text("recipe: default.v1\nlanguage: en\n")
    (tmp_path / "domain.yml").write_text(DOMAIN)
    (tmp_path / "data" / "flows.yml").write_text(FLOWS)
    (tmp_path / "data" / "other.yml").write_text(OTHER)
    return tmp_path


async def opened(folder: Path) -> OpenProject:
    return await OpenProject.open(folder, examine=lambda _: (None, ()))


def texts_of(folder: Path) -> dict[Path, str]:
    return {path: path.read_text() for path in folder.rglob("*.yml")}


async def listed(project: OpenProject) -> dict[str, int | None]:
    """Return the project's own flows: the line at which each cannot be read, None for those that can."""
    outline = await project.outline()
    lines = {
        flow.id: flow.unreadable.line if flow.unreadable else None for flow in outline.flows if not flow.is_default
    }
    assert len(lines) == sum(not flow.is_default for flow in outline.flows), "each is there once"
    return lines


async def test_flows_of_a_broken_file_are_shown_as_they_were(folder: Path) -> None:
    project = await opened(folder)
    before = await project.flow("order_tea")
    (folder / "data" / "flows.yml").write_text(BROKEN)
    assert await project.refresh()
    assert await listed(project) == {"order_tea": BROKEN_LINE, "pattern_completed": BROKEN_LINE, "pay": None}
    shown = await project.flow("order_tea")
    assert shown.unreadable is not None
    assert (shown.line, shown.unreadable.line) == (BROKEN_LINE, BROKEN_LINE)
    assert [(step.key, step.fields, step.line) for step in shown.steps] == [
        (step.key, step.fields, 0) for step in before.steps
    ]
    assert shown.edges == before.edges
    own = await project.flow("pattern_completed")
    assert not own.is_default
    assert own.is_customised
    (kind,) = await project.content("slots")
    assert kind["used_by"] == ["order_tea"], "nobody deletes what only seems to be unused"
    (folder / "data" / "flows.yml").write_text(BROKEN + "\n# and once more\n")
    await project.refresh()
    assert (await listed(project))["order_tea"] is not None, "also after a second mistake"
    await project.close()


@pytest.mark.parametrize(
    "command",
    [
        {"op": "delete_step", "flow": "order_tea", "key": "ask"},
        {"op": "delete_flow", "flow": "order_tea"},
        {"op": "rename_flow", "flow": "order_tea", "id": "tea"},
        {"op": "duplicate_flow", "flow": "order_tea", "id": "tea"},
        {"op": "set_positions", "flow": "order_tea", "positions": {"ask": {"x": 1, "y": 1}}},
        {"op": "add_flow", "id": "order_tea", "name": "again", "description": "again", "file": "data/other.yml"},
        {"op": "customise_pattern", "flow": "pattern_completed"},
        {"op": "reset_pattern", "flow": "pattern_completed"},
    ],
)
async def test_what_cannot_be_read_cannot_be_changed(folder: Path, command: dict[str, object]) -> None:
    project = await opened(folder)
    (folder / "data" / "flows.yml").write_text(BROKEN)
    texts = texts_of(folder)
    with pytest.raises(EditRefused, match=rf"data/flows\.yml.*mended in the text first.*line {BROKEN_LINE}"):
        await project.edit(COMMANDS.validate_python([command]))
    await project.refresh()
    assert texts == texts_of(folder)
    await project.close()


async def test_after_the_mend_all_goes_on(folder: Path) -> None:
    project = await opened(folder)
    place = {"op": "set_positions", "flow": "order_tea", "positions": {"ask": {"x": 7, "y": 8}}}
    await project.edit(COMMANDS.validate_python([place]))
    (folder / "data" / "flows.yml").write_text(BROKEN)
    await project.refresh()
    etag = (await project.read_file("data/flows.yml")).etag
    mend = {"op": "write_file", "path": "data/flows.yml", "text": FLOWS.replace("a tea", "a green tea")}
    made = await project.edit(COMMANDS.validate_python([mend]), {"files": {"data/flows.yml": etag}})
    assert isinstance(made, Edited)
    assert {flow.id for flow in made.flows} == {"order_tea", "pattern_completed"}
    assert made.outline is not None
    assert set((await listed(project)).values()) == {None}
    flow = await project.flow("order_tea")
    assert flow.description == "order a green tea"
    assert flow.positions["ask"].x == 7
    gone = COMMANDS.validate_python([{"op": "delete_step", "flow": "order_tea", "key": "ask"}])
    assert isinstance(await project.edit(gone), Edited)
    await project.close()


async def test_a_flow_moved_to_another_file_or_deleted_with_its_file_is_not_kept(folder: Path) -> None:
    project = await opened(folder)
    (folder / "data" / "flows.yml").write_text(BROKEN)
    (folder / "data" / "other.yml").write_text(FLOWS)
    await project.refresh()
    assert await listed(project) == {"order_tea": None, "pattern_completed": None}
    (folder / "data" / "other.yml").write_text(OTHER)
    (folder / "data" / "flows.yml").unlink()
    await project.refresh()
    assert await listed(project) == {"pay": None}
    with pytest.raises(NothingThere):
        await project.flow("order_tea")
    await project.close()


async def test_a_server_that_starts_over_a_broken_file_shows_what_was_committed(folder: Path) -> None:
    def git(*arguments: str) -> None:
        person = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        subprocess.run(["git", *person, *arguments], cwd=folder, check=True, capture_output=True)

    (folder / "data" / "flows.yml").write_text(BROKEN)
    bare = await opened(folder)
    assert await listed(bare) == {"pay": None}, "nothing is known of it"
    await bare.close()
    (folder / "data" / "flows.yml").write_text(FLOWS)
    git("init", "--quiet")
    git("add", "-A")
    git("commit", "--quiet", "-m", "first")
    (folder / "data" / "flows.yml").write_text(BROKEN)
    project = await opened(folder)
    assert (await listed(project))["order_tea"] == BROKEN_LINE
    assert [step.key for step in (await project.flow("order_tea")).steps] == ["ask", "done"]
    (folder / "data" / "flows.yml").write_text(FLOWS)
    await project.refresh()
    assert set((await listed(project)).values()) == {None}
    await project.close()
    git("commit", "--quiet", "--allow-empty", "-m", "second")
    (folder / "data" / "flows.yml").write_text(BROKEN)
    git("commit", "--quiet", "-am", "a broken one")
    broken = await opened(folder)
    assert await listed(broken) == {"pay": None}, "what was committed cannot be read either"
    await broken.close()
