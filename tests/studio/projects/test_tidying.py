"""Snapshots that nothing names go; what somebody may still need stays, and can be made again where git has it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio.projects import tidying
from studio.projects.branches import Branches
from studio.projects.environments import Environments
from studio.projects.history import History
from studio.projects.snapshots import Snapshots
from studio.projects.tidying import tidy
from studio.projects.trained_sets import TrainedSet
from studio.projects.workspace import Project
from tests.studio.projects.conftest import ANA, edit

FLOWS = "data/flows.yml"


@pytest.fixture
def environments(project: Project, tmp_path: Path) -> Environments:
    return Environments(tmp_path / "data", project)


def published(environments: Environments, count: int) -> list[str]:
    """Publish that many versions, one after another."""
    versions = []
    for number in range(count):
        edit(environments.project.folder, "docs/new.md", lambda _, number=number: f"{number}\n")  # type: ignore[misc]
        made = environments.put("production", f"{number}", ANA, taken(environments))
        versions.append(made.version)
    return versions


def taken(environments: Environments) -> tuple[object, str]:
    candidate = environments.draft()
    return candidate, environments.checked(candidate, lambda _: None)


def there(environments: Environments) -> set[str]:
    return {path.name for path in environments.snapshots.root.iterdir()}


def test_what_is_named_stays_and_the_rest_goes(
    environments: Environments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "MOST_PUBLICATIONS", 2)
    versions = published(environments, 4)
    environments.put("staging", "old", ANA, (environments.draft(), versions[0]))
    edit(environments.project.folder, "docs/new.md", lambda _: "a set\n")
    of_set, of_branch = taken(environments)[1], "f" * 16
    environments.trained_sets.add(TrainedSet(of_set, 1.0, "Ana", {"book_appointment": None}))
    environments.snapshots.folder(versions[1]).parent.rename(environments.snapshots.root / of_branch)
    (tmp_path / "data" / "assembled" / "hair").mkdir(parents=True)

    assert tidy(tmp_path / "data") == ()
    in_use = {(environments.snapshots.root / of_branch / environments.project.folder.name).resolve()}
    assert tidy(tmp_path / "data", in_use, unused_s=0) == ()
    assert tidy(tmp_path / "data", unused_s=0) == (f"hair/{of_branch}",)
    assert there(environments) == {versions[0], *versions[2:], of_set}
    assert not (tmp_path / "data" / "assembled").exists()


def test_rolling_back_to_what_went_makes_it_again(
    environments: Environments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "MOST_PUBLICATIONS", 1)
    versions = published(environments, 2)
    tidy(tmp_path / "data", unused_s=0)
    assert there(environments) == {versions[1]}
    assert [can_run for _, can_run in environments.states()[1].publications] == [True, True]
    assert environments.rollback("production", ANA).version == versions[0]
    assert environments.snapshots.is_whole(versions[0])
    assert (environments.folder("production") / "docs/new.md").read_text() == "0\n"


def test_what_no_commit_could_make_again_is_kept(
    environments: Environments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "MOST_PUBLICATIONS", 1)
    monkeypatch.setattr("shutil.which", lambda name: None)
    published(environments, 2)
    tidy(tmp_path / "data", unused_s=0)
    assert [can_run for _, can_run in environments.states()[1].publications] == [True, True]
    assert environments.rollback("production", ANA).commit is None


def test_what_an_environment_runs_is_made_again_where_its_folder_was_lost(environments: Environments) -> None:
    (version,) = published(environments, 1)
    environments.snapshots.root.rename(environments.snapshots.root.with_name("moved"))
    assert environments.folder("production").parent.name == version


def test_a_deleted_projects_versions_go_and_a_record_that_cannot_be_read_keeps_all(
    environments: Environments, tmp_path: Path
) -> None:
    published(environments, 1)
    (record,) = (tmp_path / "data" / "environments").glob("*.json")
    text = record.read_text()
    record.write_text("{")
    assert tidy(tmp_path / "data", unused_s=0) == ()
    record.write_text(text)
    environments.forget()
    assert len(tidy(tmp_path / "data", unused_s=0)) == 1


def test_what_was_just_used_stays(environments: Environments, history: History) -> None:
    """A branch's copy is named by nothing: whoever is about to call it finds it."""
    Branches(history).create("idea")
    version = Branches(history).snapshot("idea", environments.snapshots)
    os.utime(environments.snapshots.root / version, (0, 0))
    assert environments.snapshots.folder(version).is_dir()
    assert environments.snapshots.tidy(()) == ()
    os.utime(environments.snapshots.root / version, (0, 0))
    assert environments.snapshots.tidy(()) == (version,)


def test_what_somebody_comes_to_use_just_then_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshots = Snapshots(tmp_path / "of", "hair")
    version = snapshots.keep({"config.yml": b"x"})
    os.utime(tmp_path / "of" / version, (0, 0))
    real = Path.rename

    def used_first(path: Path, target: Path) -> Path:
        if path.name == version:
            assert snapshots.folder(version).is_dir()
        return real(path, target)

    monkeypatch.setattr(Path, "rename", used_first)
    assert snapshots.tidy(()) == ()
    assert snapshots.is_whole(version)
