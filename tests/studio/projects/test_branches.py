"""Branches: made, switched with work in hand, merged with conflicts told, deleted; and a crash in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.projects import unfinished
from studio.projects.branches import Branches
from studio.projects.errors import BranchRefused, CommitUnknown
from studio.projects.history import History
from studio.projects.repository import Repository
from studio.projects.snapshots import Snapshots
from studio.projects.workspace import Project
from tests.studio.projects.conftest import ANA, edit, git, whole

FLOWS = "data/flows.yml"
DOMAIN = "domain.yml"


@pytest.fixture
def branches(history: History) -> Branches:
    return Branches(history)


def renamed(text: str) -> str:
    return text.replace("name: move an appointment", "name: another day")


def test_a_branch_is_made_and_switched_to(history: History, branches: Branches) -> None:
    made = branches.create("try/one")
    assert not made.is_current
    branches.switch("try/one")
    edit(history.folder, FLOWS, renamed)
    history.commit("another day", ANA)
    current, main = branches.list()
    assert (current.name, current.is_current, current.ahead, main.name, main.ahead, main.behind) == (
        "try/one", True, 0, "main", 0, 1,
    )  # fmt: skip
    branches.switch("main")
    assert "name: another day" not in (history.folder / FLOWS).read_text()
    assert git(history.folder, "status", "--porcelain") == ""
    assert git(history.folder, "branch", "--show-current").strip() == "main"


def test_uncommitted_work_is_carried(history: History, branches: Branches) -> None:
    branches.create("one")
    edit(history.folder, FLOWS, renamed)
    history.commit("another day", ANA)
    edit(history.folder, DOMAIN, lambda text: text.replace("It is called off.", "Called off."))
    edit(history.folder, "docs/new.md", lambda _: "new\n")
    switched = branches.switch("one")
    assert (switched.paths, switched.carried) == ((FLOWS,), ("docs/new.md", DOMAIN))
    assert history.status().changes == {"docs/new.md": "added", DOMAIN: "changed"}
    assert "name: another day" not in (history.folder / FLOWS).read_text()


def test_work_that_clashes_is_not_carried(history: History, branches: Branches) -> None:
    branches.create("one")
    edit(history.folder, FLOWS, renamed)
    history.commit("another day", ANA)
    edit(history.folder, FLOWS, lambda text: text.replace("name: another day", "name: some other day"))
    before = whole(history.folder)
    with pytest.raises(BranchRefused, match="Commit it first") as refused:
        branches.switch("one")
    assert refused.value.paths == (FLOWS,)
    assert whole(history.folder) == before
    assert history.status().branch == "main"


@pytest.mark.parametrize("name", ["", "-x", "a b", "a..b", "HEAD", "a.lock", "a/.b", "a~1", "x\x00y", "@", "a\\b"])
def test_names_that_git_does_not_take(branches: Branches, name: str) -> None:
    with pytest.raises(BranchRefused):
        branches.create(name)


def test_a_branch_in_any_script(branches: Branches) -> None:
    branches.create("прoба/试验")
    assert {branch.name for branch in branches.list()} == {"main", "прoба/试验"}
    with pytest.raises(BranchRefused, match="already"):
        branches.create("MAIN")


def two_lines(history: History, branches: Branches, mine: str, theirs: str) -> None:
    """Let `one` and `main` go apart: each names the same flow, or another."""
    branches.create("one")
    branches.switch("one")
    edit(history.folder, FLOWS, lambda text: text.replace("name: move an appointment", f"name: {theirs}"))
    history.commit("theirs", ANA)
    branches.switch("main")
    edit(history.folder, FLOWS, lambda text: text.replace(*mine.split(" -> ")))
    history.commit("mine", ANA)


def test_a_merge_of_two_flows_in_one_file(history: History, branches: Branches) -> None:
    two_lines(history, branches, "name: call off an appointment -> name: drop it", "another day")
    merged = branches.merge("one", ANA)
    text = (history.folder / FLOWS).read_text()
    assert (merged.conflicts, merged.merged) == ((), (FLOWS,))
    assert "name: drop it" in text
    assert "name: another day" in text
    head = history.commits()[0]
    assert (len(head.parents), head.message, head.id) == (2, "Merge one into main", merged.commit)
    assert git(history.folder, "status", "--porcelain") == ""
    assert branches.merge("one", ANA).paths == ()


def test_a_merge_with_a_conflict_changes_nothing_until_it_is_solved(history: History, branches: Branches) -> None:
    two_lines(history, branches, "name: move an appointment -> name: some other day", "another day")
    before, head = whole(history.folder), history.status().head
    found = branches.merge("one", ANA)
    (conflict,) = found.conflicts
    told = conflict.to_json()
    assert (found.commit, conflict.path, told["is_text"]) == (None, FLOWS, True)
    assert "name: move an appointment" in told["base"]
    assert "name: some other day" in told["mine"]
    assert "name: another day" in told["theirs"]
    assert told["conflicts"][0]["start_line"] <= told["conflicts"][0]["end_line"]
    assert (whole(history.folder), history.status().head) == (before, head)

    solved = (conflict.theirs or b"").replace(b"another day", b"one day")
    merged = branches.merge("one", ANA, solved={FLOWS: solved})

    assert (history.folder / FLOWS).read_bytes() == solved
    assert history.status().changes == {}
    assert history.status().head == merged.commit


def test_a_branch_that_is_only_ahead(history: History, branches: Branches) -> None:
    branches.create("one")
    branches.switch("one")
    edit(history.folder, FLOWS, renamed)
    tip = history.commit("theirs", ANA)
    branches.switch("main")
    assert branches.merge("one", ANA).commit == tip == history.status().head


def test_merging_wants_everything_committed(history: History, branches: Branches) -> None:
    branches.create("one")
    edit(history.folder, FLOWS, renamed)
    with pytest.raises(BranchRefused, match="not committed"):
        branches.merge("one", ANA)


def test_deleting_loses_nothing(history: History, branches: Branches) -> None:
    branches.create("one")
    branches.switch("one")
    edit(history.folder, FLOWS, renamed)
    history.commit("theirs", ANA)
    with pytest.raises(BranchRefused, match="current"):
        branches.delete("one")
    branches.switch("main")
    with pytest.raises(BranchRefused, match="no other branch"):
        branches.delete("one")
    branches.delete("one", is_forced=True)
    assert [branch.name for branch in branches.list()] == ["main"]
    with pytest.raises(CommitUnknown):
        branches.switch("one")


def test_a_branch_for_a_test_call(history: History, branches: Branches, tmp_path: Path) -> None:
    branches.create("one")
    edit(history.folder, FLOWS, renamed)
    snapshots = Snapshots(tmp_path / "snapshots", history.folder.name)
    other, draft = branches.snapshot("one", snapshots), branches.snapshot("main", snapshots)
    assert "name: another day" not in (snapshots.folder(other) / FLOWS).read_text()
    assert "name: another day" in (snapshots.folder(draft) / FLOWS).read_text()


def test_in_a_larger_repository_branches_are_gits_own(project: Project, tmp_path: Path) -> None:
    outer = tmp_path / "work"
    outer.mkdir()
    project.folder.rename(outer / "hair")
    __import__("shutil").rmtree(outer / "hair" / ".git")
    git(outer, "init", "-q")
    git(outer, "add", "-A")
    git(outer, "commit", "-qm", "all")
    branches = Branches(History(Project("hair", outer / "hair", is_own=False)))
    assert [branch.name for branch in branches.list()] == ["main"]
    with pytest.raises(BranchRefused, match="larger repository"):
        branches.create("one")


class Crash(BaseException):
    """The process is gone: nothing after it runs."""


@pytest.mark.parametrize("step", range(6))
def test_a_crash_while_switching(
    history: History, branches: Branches, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Wherever it comes, the folder is on one branch or the other, whole."""
    branches.create("one")
    edit(history.folder, FLOWS, renamed)
    edit(history.folder, "docs/new.md", lambda _: "new\n")
    history.commit("another day", ANA)
    before = {"main": history.files("main"), "one": history.files("one")}
    steps = iter(range(100))

    def crashing(name: str, owner: object) -> None:
        real = getattr(owner, name)

        def instead(*arguments: object, **named: object) -> object:
            if next(steps) == step:
                raise Crash
            return real(*arguments, **named)

        monkeypatch.setattr(owner, name, instead)

    from studio.projects import writing

    crashing("_put", writing)
    crashing("_delete", writing)
    crashing("_write_flushed", writing)
    crashing("apply_changes", unfinished)
    crashing("point_head_at", Repository)
    with pytest.raises(Crash):
        branches.switch("one")
    monkeypatch.undo()

    again = History(history.project)
    status = again.status()
    assert status.changes == {}
    assert again.files("draft") == before[str(status.branch)]
    assert [path for path in whole(history.folder) if path.startswith(".studio")] == []


def test_one_side_of_a_conflict_is_taken_whole(history: History, branches: Branches) -> None:
    """Of what is no text, or is gone on one side, nothing can be merged by hand."""
    edit(history.folder, "docs/a.md", lambda _: "base\n")
    history.commit("base", ANA)
    branches.create("one")
    branches.switch("one")
    (history.folder / "docs/picture.dat").write_bytes(b"\0theirs")
    edit(history.folder, "docs/a.md", lambda _: "theirs\n")
    history.commit("theirs", ANA)
    branches.switch("main")
    (history.folder / "docs/picture.dat").write_bytes(b"\0mine")
    (history.folder / "docs/a.md").unlink()
    history.commit("mine", ANA)
    found = branches.merge("one", ANA, sides={"docs/picture.dat": "theirs"})
    assert [conflict.path for conflict in found.conflicts] == ["docs/a.md"]
    merged = branches.merge("one", ANA, sides={"docs/picture.dat": "theirs", "docs/a.md": "mine"})
    assert merged.commit is not None
    assert (history.folder / "docs/picture.dat").read_bytes() == b"\0theirs"
    assert not (history.folder / "docs/a.md").exists()
