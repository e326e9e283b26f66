"""What is worked out again after an edit alone is what is worked out from nothing: the outline, and the checks."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from flows.folder import Remembered
from studio.assistants import examined
from studio.authoring import entry_lines, outline
from studio.authoring.outline import Known, make_outline
from studio.authoring.states import Snapshot, read_folder
from tests.studio.authoring.assistants import ROOT

N_EDITS = 12
WORDS = ("utter_", "collect", "slots.", "text", "type", "bool", "description", "- ", ": ", "steps", "action_", "nlu")


def edited_by_chance(folder: Path, chance: random.Random) -> str:
    """Change a file as people do, well or badly; return what was done."""
    files = sorted(path for path in folder.rglob("*.yml") if ".studio" not in path.parts)
    path = chance.choice(files)
    lines = path.read_text().split("\n")
    at = chance.randrange(len(lines))
    match chance.randrange(6):
        case 0:
            lines.insert(at, "# a remark")
        case 1:
            del lines[at]
        case 2:
            lines[at] = lines[at].replace("a", "o", 1)
        case 3:
            lines.insert(at, lines[chance.randrange(len(lines))])
        case 4:
            lines[at] += chance.choice(WORDS)
        case _:
            other = chance.choice(files)
            other.rename(other.with_name(f"z_{other.name}")) if other.parent != folder else lines.append("")
            if not path.exists():
                path = path.with_name(f"z_{path.name}")
    path.write_text("\n".join(lines))
    return f"{path.name}:{at}"


def forget_all() -> None:
    for remembering in (outline._summary, entry_lines.value_at, entry_lines._remembered):
        remembering.cache_clear()


@pytest.fixture(params=["bank", "telecom"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return shutil.copytree(ROOT / "examples" / request.param, tmp_path / "assistant")


@pytest.mark.parametrize("seed", [1, 2])
def test_the_outline_is_the_one_from_nothing(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    before: Snapshot | None = None
    for number in range(N_EDITS):
        done = edited_by_chance(folder, chance)
        before = read_folder(folder, before)
        known = Known(number, "assistant", sizes=before.sizes)
        told = make_outline(before.files, known).model_dump_json()
        forget_all()
        assert told == make_outline(before.files, known).model_dump_json(), done


@pytest.mark.parametrize("seed", [3, 4])
def test_the_checks_are_those_from_nothing(folder: Path, seed: int) -> None:
    chance, remembered = random.Random(seed), Remembered()
    for _ in range(N_EDITS):
        done = edited_by_chance(folder, chance)
        assistant, found = examined(folder, remembered)
        other, expected = examined(folder)
        assert found == expected, done
        assert (assistant is None) == (other is None), done
        if assistant is not None and other is not None:
            assert assistant.flows == other.flows, done
            assert (assistant.slots, assistant.responses) == (other.slots, other.responses), done


def test_what_is_gone_is_not_remembered(folder: Path) -> None:
    """Files and flows come and go for as long as a server runs: of each but the last reading nothing stays."""
    remembered = Remembered()
    examined(folder, remembered)
    extra = folder / "data" / "extra_0.yml"
    text = "flows:\n  extra_0:\n    description: More.\n    steps:\n      - noop: true\n        next: END\n"
    sizes = set()
    for number in range(4):
        extra = extra.rename(extra.with_name(f"extra_{number}.yml")) if number else extra
        extra.write_text(text.replace("extra_0", f"extra_{number}"))
        for _ in range(2):
            assistant, _ = examined(folder, remembered)
            assert assistant is not None
            assert f"extra_{number}" in assistant.flows
        sizes.add(remembered.size)
    assert len(sizes) == 1
