"""The history of a project: its own repository, a folder of somebody's larger one, and no git at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from studio.projects.errors import CommitRefused, CommitUnknown, HistoryUnavailable
from studio.projects.git import Person
from studio.projects.history import History
from studio.projects.workspace import Project, Workspace
from tests.studio.projects.conftest import ANA, edit, git, whole

FLOWS = "data/flows.yml"


def renamed(text: str) -> str:
    return text.replace("name: move an appointment", "name: another day")


def test_a_new_project_begins_with_a_commit(history: History) -> None:
    status = history.status()
    (first,) = history.commits()

    assert (status.kind, status.is_available, status.is_free, status.branch) == ("own", True, True, "main")
    assert (status.problem, status.changes) == (None, {})
    assert (first.author, first.email, first.message, first.parents) == ("Ana", "ana@example.org", "Begin", ())
    assert git(history.folder, "status", "--porcelain") == ""


def test_a_commit_of_what_was_changed(history: History) -> None:
    edit(history.folder, FLOWS, renamed)
    (history.folder / "README.md").unlink()
    edit(history.folder, "docs/über uns.md", lambda _: "# 你好\n")
    assert history.status().changes == {FLOWS: "changed", "README.md": "removed", "docs/über uns.md": "added"}

    made = history.commit("Call it another day", Person("Zoë <x>", "z@example.org"))

    assert history.status().changes == {}
    assert git(history.folder, "status", "--porcelain") == ""
    assert history.commits()[0].id == made == history.status().head
    assert history.commits()[0].author == "Zoë x"
    assert git(history.folder, "show", "HEAD:docs/über uns.md") == "# 你好\n"
    assert history.commit("Nothing", ANA) == made


def test_the_page_of_commits(history: History) -> None:
    for number in range(5):
        edit(history.folder, "note.md", lambda _, number=number: f"{number}\n")
        history.commit(f"note {number}\n\nmore", ANA)
    assert [one.message.split("\n")[0] for one in history.commits(most=2, skip=1)] == ["note 3", "note 2"]


def test_what_differs(history: History) -> None:
    edit(history.folder, FLOWS, renamed)
    edit(history.folder, "domain.yml", lambda text: text.replace("Done. Your new", "Your new"))
    found = history.difference("draft")
    assert "-    name: move an appointment\n+    name: another day\n" in found.text
    assert [(one["id"], one["change"], one["properties"]) for one in found.flows] == [
        ("move_appointment", "changed", {"name": "changed"})
    ]
    assert [(one["section"], one["name"], one["change"]) for one in found.content] == [
        ("responses", "utter_moved", "changed")
    ]
    made = history.commit("two", ANA)
    assert history.difference(made) == found
    assert history.difference(made, "draft").text == ""


def test_restoring_all_keeps_what_was_not_committed(history: History) -> None:
    before = whole(history.folder)
    first = history.commits()[0].id
    edit(history.folder, FLOWS, renamed)
    edit(history.folder, "docs/new.md", lambda _: "new\n")

    restored = history.restore(first, ANA)

    assert whole(history.folder) == before
    assert set(restored.paths) == {FLOWS, "docs/new.md"}
    messages = [one.message for one in history.commits()]
    assert messages == [f"Restore the state of {first[:10]}", f"Work before restoring {first[:10]}", "Begin"]
    kept = history.files(history.commits()[1].id)
    assert kept["docs/new.md"] == b"new\n"
    assert git(history.folder, "status", "--porcelain") == ""


def test_restoring_one_flow_leaves_the_others(history: History) -> None:
    first = history.commits()[0].id
    edit(history.folder, FLOWS, lambda text: renamed(text).replace("name: call off an appointment", "name: drop it"))
    history.commit("both", ANA)
    history.restore(first, ANA, flow="move_appointment")
    text = (history.folder / FLOWS).read_text()
    assert "name: move an appointment" in text
    assert "name: drop it" in text


def test_a_deleted_flow_comes_back_into_its_file(history: History) -> None:
    first = history.commits()[0].id
    before = whole(history.folder)
    edit(history.folder, FLOWS, lambda text: text.split("  identify_customer:")[0].rstrip() + "\n")
    history.commit("gone", ANA)
    history.restore(first, ANA, flow="identify_customer")
    assert whole(history.folder) == before


def test_a_flow_that_was_not_there_goes(history: History) -> None:
    first = history.commits()[0].id
    before = whole(history.folder)
    edit(
        history.folder,
        FLOWS,
        lambda text: text + "\n  new_one:\n    description: New.\n    steps:\n      - action: utter_booked\n",
    )
    history.commit("new", ANA)
    history.restore(first, ANA, flow="new_one")
    assert {path: content.strip() for path, content in whole(history.folder).items()} == {
        path: content.strip() for path, content in before.items()
    }


def test_nobody_knows_that_commit(history: History) -> None:
    for name in ("0" * 40, "nothing", "--output=x", "HEAD", "main:README.md", "@{-1}", ""):
        with pytest.raises(CommitUnknown):
            history.restore(name, ANA)
    with pytest.raises(CommitUnknown):
        history.restore(history.commits()[0].id, ANA, flow="nothing")


def test_hooks_and_settings_of_the_user_do_not_run(history: History, tmp_path: Path) -> None:
    hook = history.folder / ".git" / "hooks" / "post-commit"
    hook.parent.mkdir(exist_ok=True)
    for name in ("pre-commit", "post-commit", "reference-transaction", "post-index-change"):
        (hook.parent / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        (hook.parent / name).chmod(0o755)
    Path.home().joinpath(".gitconfig").write_text(
        f"[core]\n fsmonitor = touch {tmp_path}/ran\n[commit]\n gpgsign = true\n[user]\n name = Someone\n"
    )
    edit(history.folder, FLOWS, renamed)
    history.commit("quietly", ANA)
    assert not (tmp_path / "ran").exists()
    assert history.commits()[0].author == "Ana"


def test_git_variables_of_the_caller_lead_nowhere(
    history: History, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    edit(history.folder, FLOWS, renamed)
    assert history.commit("here", ANA)
    assert not (tmp_path / "elsewhere").exists()


def test_without_git(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    history = History(project)
    status = history.status()
    assert (status.kind, status.is_available) == ("missing", False)
    assert "Install git" in str(status.problem)
    with pytest.raises(HistoryUnavailable, match="Install git"):
        history.commit("now", ANA)
    with pytest.raises(HistoryUnavailable):
        history.commits()
    assert history.begin(ANA) is None


@pytest.fixture
def inner(workspace: Workspace, tmp_path: Path) -> Project:
    """An assistant in a folder of somebody's larger repository, served and edited in place."""
    made = workspace.create("Hair", template="appointments")
    outer = tmp_path / "work"
    (outer / "assistants").mkdir(parents=True)
    made.folder.rename(outer / "assistants" / "hair")
    (outer / "notes.txt").write_text("mine\n")
    git(outer, "init", "-q")
    git(outer, "add", "-A")
    git(outer, "commit", "-qm", "all of it")
    (outer / "notes.txt").write_text("changed\n")
    git(outer, "add", "notes.txt")
    served = Workspace(workspace.root, served=outer / "assistants" / "hair").served
    assert served is not None
    return served


def test_in_a_larger_repository_nothing_is_committed_by_itself(inner: Project) -> None:
    history = History(inner)
    status = history.status()
    assert (inner.is_own, status.kind, status.is_free, status.is_available) == (False, "outer", False, True)
    assert history.begin(ANA) is None
    edit(inner.folder, FLOWS, renamed)
    assert history.status().changes == {FLOWS: "changed"}
    with pytest.raises(CommitRefused, match="larger repository"):
        history.commit("no", ANA)
    assert [one.message for one in history.commits()] == ["all of it"]


def test_in_a_larger_repository_a_person_may_allow_it(inner: Project) -> None:
    history = History(inner)
    outer = inner.folder.parents[1]
    edit(inner.folder, FLOWS, renamed)
    made = history.commit("only the assistant", ANA, is_allowed=True)
    assert git(outer, "show", "--name-only", "--format=%an", made).split() == ["Ana", f"assistants/hair/{FLOWS}"]
    assert git(outer, "status", "--porcelain").strip() == "M  notes.txt"  # what they had staged stays so
    assert git(outer, "show", "HEAD:notes.txt") == "mine\n"
    assert not (outer / ".git" / "info" / "exclude").read_text().count(".studio")


def test_in_a_larger_repository_restoring_overwrites_nothing(inner: Project) -> None:
    history = History(inner)
    first = history.commits()[0].id
    edit(inner.folder, FLOWS, renamed)
    with pytest.raises(CommitRefused, match="not committed"):
        history.restore(first, ANA)
    assert "another day" in (inner.folder / FLOWS).read_text()
    git(inner.folder, "commit", "-qam", "mine")
    restored = history.restore(first, ANA)
    assert (restored.commit, restored.paths) == (None, (FLOWS,))
    assert history.commits()[0].message == "mine"


def test_a_merge_that_somebody_has_begun(history: History) -> None:
    (history.folder / ".git" / "MERGE_HEAD").write_text(history.commits()[0].id)
    edit(history.folder, FLOWS, renamed)
    assert "a merge" in str(history.status().problem)
    with pytest.raises(CommitRefused, match="a merge"):
        history.commit("no", ANA)


def test_no_branch(history: History) -> None:
    git(history.folder, "checkout", "-q", "--detach")
    edit(history.folder, FLOWS, renamed)
    with pytest.raises(CommitRefused, match="git switch"):
        history.commit("no", ANA)


def test_what_git_ignores_is_not_committed(history: History) -> None:
    edit(history.folder, ".gitignore", lambda _: "secret.md\n")
    edit(history.folder, "secret.md", lambda _: "hidden\n")
    edit(history.folder, ".env", lambda _: "TOKEN=1\n")
    history.commit("with care", ANA)
    assert {"secret.md", ".env"} & set(git(history.folder, "ls-files").split()) == set()
    assert ".gitignore" in git(history.folder, "ls-files").split()


def test_what_others_committed_stays(history: History) -> None:
    edit(history.folder, ".editorconfig", lambda _: "root = true\n")
    (history.folder / "link").symlink_to("README.md")
    git(history.folder, "add", "-A")
    git(history.folder, "commit", "-qm", "by hand")
    edit(history.folder, FLOWS, renamed)
    history.commit("in the studio", ANA)
    assert {".editorconfig", "link"} <= set(git(history.folder, "ls-files").split())
    assert git(history.folder, "status", "--porcelain") == ""
