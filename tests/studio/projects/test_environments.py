"""Environments: what is published where, rolling back, and crashes that leave the old one published."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from studio.assistants import load
from studio.projects import environments as module
from studio.projects import writing
from studio.projects.branches import Branches
from studio.projects.environments import Environments
from studio.projects.errors import CommitUnknown, PublishRefused, WritingFailed
from studio.projects.history import History
from studio.projects.repository import Repository
from studio.projects.workspace import Project, Workspace
from tests.studio.projects.conftest import ANA, edit, git, name_the_flow, whole

FLOWS = "data/flows.yml"


def test_nothing_is_published_at_first(environments: Environments) -> None:
    assert [(state.environment, state.current) for state in environments.states()] == [
        ("staging", None), ("production", None),
    ]  # fmt: skip
    with pytest.raises(CommitUnknown, match="Publish it first"):
        environments.folder("production")
    assert environments.folder("draft") == environments.project.folder
    for name in ("prod", "../x", "draft"):
        with pytest.raises(CommitUnknown, match="no environment"):
            environments.publish(name, "x", ANA)


def test_what_is_published_stays_as_it_was(environments: Environments) -> None:
    folder = environments.project.folder
    before = whole(folder)
    made, left_out = environments.publish("production", "First", ANA)
    name_the_flow(folder, "changed since")

    running = environments.folder("production")
    assert whole(running) == before
    assert running.name == folder.name
    assert load(running).flows["book_appointment"].name == "book an appointment"
    assert (made.number, made.by, made.message, made.kind, made.notes) == (1, "Ana", "First", "publish", ())
    assert left_out == ()
    assert (running / FLOWS).stat().st_mode & 0o222 == 0
    (_, production) = environments.states()
    assert (production.is_whole, production.changes) == (True, {FLOWS: "changed"})


def test_publishing_commits_and_tags(environments: Environments, history: History) -> None:
    name_the_flow(history.folder, "as published")
    edit(history.folder, ".studio/positions.json", lambda _: "{}\n")
    made, _ = environments.publish("staging", "Try it", ANA)
    assert history.status().changes == {}
    assert history.commits()[0].message == "Try it"
    assert made.commit == history.status().head
    assert made.tag == "vivavoce/staging/1"
    assert git(history.folder, "rev-parse", "vivavoce/staging/1").strip() == made.commit
    again, _ = environments.publish("staging", "The same", ANA)
    assert (again.number, again.version, again.commit) == (2, made.version, made.commit)


def test_rolling_back_step_by_step(environments: Environments) -> None:
    folder = environments.project.folder
    versions = []
    for name in ("one", "two", "three"):
        name_the_flow(folder, name)
        versions.append(environments.publish("production", name, ANA)[0].version)
    draft = whole(folder)
    assert environments.rollback("production", ANA).version == versions[1]
    assert environments.rollback("production", ANA).version == versions[0]
    with pytest.raises(CommitUnknown, match="before this one"):
        environments.rollback("production", ANA)
    assert environments.rollback("production", ANA, version=versions[2]).version == versions[2]
    assert "name: three" in (environments.folder("production") / FLOWS).read_text()
    with pytest.raises(CommitUnknown, match="never published"):
        environments.rollback("production", ANA, version="f" * 16)
    with pytest.raises(CommitUnknown):
        environments.rollback("staging", ANA)
    assert whole(folder) == draft
    (_, production) = environments.states()
    assert [one.kind for one, _ in production.publications] == ["rollback"] * 3 + ["publish"] * 3
    told = [one.message for one, _ in production.publications if one.kind == "rollback"]
    assert told == ["Back to “three”", "Back to “one”", "Back to “two”"]


def test_coming_back_to_the_same_version_tells_its_first_words(environments: Environments) -> None:
    for name in ("one", "two"):
        name_the_flow(environments.project.folder, name)
        environments.publish("production", name, ANA)
    first = environments.rollback("production", ANA)
    name_the_flow(environments.project.folder, "three")
    environments.publish("production", "three", ANA)
    assert environments.rollback("production", ANA, version=first.version).message == "Back to “one”"


def test_what_does_not_validate_is_not_published(environments: Environments, history: History) -> None:
    environments.publish("production", "Good", ANA)
    before = environments.current("production")
    edit(history.folder, FLOWS, lambda text: text.replace("collect: service", "collect: servise"))
    with pytest.raises(PublishRefused, match="Nothing was published") as refused:
        environments.publish("production", "Bad", ANA)
    assert {finding.file for finding in refused.value.findings} == {FLOWS}
    assert environments.current("production") == before
    assert history.commits()[0].message != "Bad"
    assert len(list(environments.snapshots.root.iterdir())) == 1


class Crash(BaseException):
    """The process is gone."""


@pytest.mark.parametrize(
    ("owner", "name", "nth"),
    [
        (writing, "_write_flushed", 1),
        (Path, "rename", 0),
        (module, "find_problems", 0),
        (Repository, "commit", 0),
        (Repository, "move", 0),
        (Repository, "move", 1),
        (Environments, "_keep", 0),
        (Path, "replace", 0),
    ],
)
def test_a_crash_leaves_the_old_one_published(
    environments: Environments, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, nth: int
) -> None:
    environments.publish("production", "Old", ANA)
    old = environments.folder("production")
    name_the_flow(environments.project.folder, "new")
    draft = whole(environments.project.folder)
    real, calls = getattr(owner, name), iter(range(1_000))

    def instead(*arguments: object, **named: object) -> object:
        if next(calls) == nth:
            raise Crash
        return real(*arguments, **named)

    monkeypatch.setattr(owner, name, instead)
    has_crashed = False
    try:
        environments.publish("production", "New", ANA)
    except Crash:
        has_crashed = True
    monkeypatch.undo()

    again = Environments(environments.snapshots.root.parents[1], environments.project)
    assert (again.folder("production") == old) == has_crashed
    assert again.snapshots.is_whole(str(getattr(again.current("production"), "version", None)))
    assert whole(environments.project.folder) == draft
    made, _ = again.publish("production", "New", ANA)
    assert made.tag is not None
    assert "name: new" in (again.folder("production") / FLOWS).read_text()


def test_a_full_disk(environments: Environments, monkeypatch: pytest.MonkeyPatch) -> None:
    environments.publish("production", "Old", ANA)
    old = environments.current("production")
    name_the_flow(environments.project.folder, "new")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(WritingFailed, match="full"):
        environments.publish("production", "New", ANA)
    monkeypatch.undo()
    assert environments.current("production") == old


def test_a_damaged_snapshot_is_made_again_from_its_commit(environments: Environments) -> None:
    first, _ = environments.publish("production", "One", ANA)
    file = environments.folder("production") / FLOWS
    name_the_flow(environments.project.folder, "two")
    environments.publish("production", "Two", ANA)
    file.chmod(0o644)
    file.write_text("flows: {}\n")
    assert not environments.snapshots.is_whole(first.version)
    assert environments.rollback("production", ANA).version == first.version
    assert environments.snapshots.is_whole(first.version)
    assert "name: book an appointment" in (environments.folder("production") / FLOWS).read_text()


def test_a_damaged_snapshot_without_a_commit_is_not_run_again(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    environments = Environments(tmp_path / "data", project)
    first, _ = environments.publish("production", "One", ANA)
    file = environments.folder("production") / FLOWS
    name_the_flow(project.folder, "two")
    environments.publish("production", "Two", ANA)
    file.chmod(0o644)
    file.write_text("flows: {}\n")
    with pytest.raises(CommitUnknown, match="not what was published"):
        environments.rollback("production", ANA)
    name_the_flow(project.folder, "book an appointment")
    assert environments.publish("production", "One again", ANA)[0].version == first.version
    assert environments.snapshots.is_whole(first.version)


def test_two_publish_at_once(environments: Environments, tmp_path: Path) -> None:
    made = []

    def publish() -> None:
        made.append(Environments(tmp_path / "data", environments.project).publish("staging", "At once", ANA)[0])

    threads = [threading.Thread(target=publish) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.number for one in made) == [1, 2, 3]
    assert {one.tag for one in made} == {f"vivavoce/staging/{number}" for number in (1, 2, 3)}


def test_without_git_publishing_works(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    environments = Environments(tmp_path / "data", project)
    made, _ = environments.publish("production", "No git", ANA)
    assert (made.commit, made.tag) == (None, None)
    assert "git is not installed" in made.notes[0]
    name_the_flow(project.folder, "two")
    environments.publish("production", "Two", ANA)
    assert environments.rollback("production", ANA).version == made.version


def test_in_a_larger_repository_nothing_is_committed_or_tagged(tmp_path: Path, workspace: Workspace) -> None:
    folder = workspace.create("Hair", template="appointments").folder
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "all")
    project = Project("hair", folder, is_own=False)
    environments = Environments(tmp_path / "data", project)
    name_the_flow(folder, "new")
    made, _ = environments.publish("production", "Quietly", ANA)
    assert (made.commit, made.tag) == (None, None)
    assert git(tmp_path, "tag") == ""
    assert [one.message for one in History(project).commits()] == ["all"]
    allowed, _ = environments.publish("production", "Aloud", ANA, is_allowed=True)
    assert allowed.tag == "vivavoce/production/2"
    assert History(project).commits()[0].message == "Aloud"


def test_a_workspace_within_somebodys_repository(tmp_path: Path, workspace: Workspace) -> None:
    git(tmp_path, "init", "-q")
    project = workspace.create("Hair", template="appointments")
    History(project).begin(ANA)
    assert History(project).status().kind == "own"
    environments = Environments(tmp_path / "data", project)
    assert environments.publish("staging", "x", ANA)[0].tag is not None
    assert git(tmp_path, "tag") == ""


def test_on_a_branch(environments: Environments, history: History) -> None:
    branches = Branches(history)
    branches.create("one")
    branches.switch("one")
    name_the_flow(history.folder, "on one")
    made, _ = environments.publish("staging", "From a branch", ANA)
    branches.switch("main")
    assert "name: on one" in (environments.folder("staging") / FLOWS).read_text()
    assert made.commit == branches.list()[1].commit


def test_a_record_that_cannot_be_read(environments: Environments, tmp_path: Path) -> None:
    environments.publish("staging", "x", ANA)
    (record,) = (tmp_path / "data" / "environments").glob("*.json")
    record.write_text("{")
    with pytest.raises(WritingFailed, match="Put back a copy"):
        environments.states()


def test_a_deleted_projects_record_is_put_away(environments: Environments) -> None:
    environments.publish("staging", "x", ANA)
    environments.forget()
    assert environments.current("staging") is None


def test_what_is_told(environments: Environments) -> None:
    environments.publish("staging", "x", ANA)
    told = json.loads(json.dumps([state.to_json() for state in environments.states()]))
    assert set(told[0]) == {"environment", "current", "is_whole", "changes", "publications"}
    assert set(told[0]["current"]) >= {"number", "version", "by", "at", "message", "commit", "tag"}
