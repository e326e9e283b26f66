"""Pulling and pushing: both sides changed, crashes and refusals in between, nothing silently overwritten."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from studio.projects import copies
from studio.projects.archives import packed
from studio.projects.copies import pull, push
from studio.projects.errors import (
    CodeRefused,
    FilesChanged,
    ImportRefused,
    ProjectTaken,
    PushRefused,
    RemoteFailed,
    WritingFailed,
)
from studio.projects.exchange import Incoming, archive, read_incoming
from studio.projects.packages import read_archive, read_push, write_archive, write_push
from studio.projects.remote import Remote, parse_address
from studio.projects.workspace import Project, Workspace
from tests.studio.projects.conftest import edit, whole
from tests.studio.projects.studio_double import studio

FLOWS, DOMAIN = "data/flows.yml", "domain.yml"


@pytest.fixture
def there(workspace: Workspace) -> Project:
    return workspace.create("Hair", template="appointments")


@pytest.fixture
def remote(workspace: Workspace, there: Project) -> Remote:
    return Remote(parse_address("http://studio.example/studio/hair"), transport=httpx.MockTransport(studio(workspace)))


@pytest.fixture
def here(remote: Remote, tmp_path: Path) -> Path:
    """A copy that was pulled."""
    pull(remote, tmp_path / "copy")
    return tmp_path / "copy"


def mine(folder: Path) -> dict[str, bytes]:
    return {path: content for path, content in whole(folder).items() if not path.startswith(".studio/")}


def replaced(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return change


def test_a_first_pull_is_the_whole_of_it(remote: Remote, there: Project, tmp_path: Path) -> None:
    edit(there.folder, ".studio/positions.json", lambda _: '{"a": {}}\n')
    pulled = pull(remote, tmp_path / "copy")
    files = {path: content for path, content in whole(tmp_path / "copy").items() if "remote" not in path}
    assert files == whole(there.folder)
    assert set(pulled.taken) == set(files)
    told = json.loads((tmp_path / "copy" / ".studio" / "remote.json").read_text())
    assert (told["url"], told["project"]) == ("http://studio.example/studio/hair", "hair")
    again = pull(remote, tmp_path / "copy")
    assert (again.taken, again.merged, again.deleted, again.conflicts) == ((), (), (), ())


def test_changes_there_come_here(remote: Remote, there: Project, here: Path) -> None:
    edit(there.folder, DOMAIN, replaced("It is called off.", "Called off."))
    edit(there.folder, "docs/new.md", lambda _: "new\n")
    (there.folder / "README.md").unlink()
    pulled = pull(remote, here)
    assert (set(pulled.taken), pulled.deleted) == ({DOMAIN, "docs/new.md"}, ("README.md",))
    assert mine(here) == whole(there.folder)


def test_changes_here_go_there(remote: Remote, there: Project, here: Path) -> None:
    edit(here, DOMAIN, replaced("It is called off.", "Called off."))
    edit(here, "docs/new.md", lambda _: "new\n")
    (here / "README.md").unlink()
    pushed = push(remote, here)
    assert set(pushed.sent) == {DOMAIN, "docs/new.md", "README.md"}
    assert mine(here) == whole(there.folder)
    assert push(remote, here).sent == ()


def test_both_changed_in_different_places(remote: Remote, there: Project, here: Path) -> None:
    edit(there.folder, FLOWS, replaced("name: move an appointment", "name: another day"))
    edit(here, FLOWS, replaced("name: call off an appointment", "name: drop it"))
    pushed = push(remote, here)
    assert (pushed.merged, pushed.conflicts) == ((FLOWS,), ())
    assert "name: drop it" in (there.folder / FLOWS).read_text()
    assert "name: another day" in (there.folder / FLOWS).read_text()
    assert "name: another day" not in (here / FLOWS).read_text()
    assert pull(remote, here).taken == (FLOWS,)
    assert mine(here) == whole(there.folder)


def test_pull_merges_too(remote: Remote, there: Project, here: Path) -> None:
    edit(there.folder, FLOWS, replaced("name: move an appointment", "name: another day"))
    edit(here, FLOWS, replaced("name: call off an appointment", "name: drop it"))
    assert pull(remote, here).merged == (FLOWS,)
    assert "name: drop it" in (here / FLOWS).read_text()
    assert "name: another day" in (here / FLOWS).read_text()
    assert push(remote, here).sent == (FLOWS,)
    assert mine(here) == whole(there.folder)


def clash(there: Project, here: Path) -> None:
    edit(there.folder, FLOWS, replaced("name: move an appointment", "name: another day"))
    edit(here, FLOWS, replaced("name: move an appointment", "name: some other day"))


def test_a_conflict_is_told_and_solved(remote: Remote, there: Project, here: Path) -> None:
    clash(there, here)
    edit(there.folder, "docs/new.md", lambda _: "new\n")
    edit(here, DOMAIN, replaced("It is called off.", "Called off."))
    before = whole(there.folder)
    pushed = push(remote, here)
    assert pushed.conflicts == (FLOWS,)
    assert whole(there.folder) == before

    pulled = pull(remote, here)
    assert (pulled.conflicts, pulled.taken) == ((FLOWS,), ("docs/new.md",))
    assert "name: some other day" in (here / FLOWS).read_text()
    theirs = here / f"{FLOWS}.theirs"
    assert "name: another day" in theirs.read_text()
    for again in (push, pull):
        with pytest.raises(ProjectTaken, match="not solved"):
            again(remote, here)
    assert "Called off." in (here / DOMAIN).read_text()

    theirs.unlink()
    assert push(remote, here).conflicts == ()
    assert "name: some other day" in (there.folder / FLOWS).read_text()
    assert mine(here) == whole(there.folder)


def test_deleted_there_and_changed_here(remote: Remote, there: Project, here: Path) -> None:
    (there.folder / "README.md").unlink()
    edit(here, "README.md", lambda text: text + "mine\n")
    assert pull(remote, here).conflicts == ("README.md",)
    assert (here / "README.md").read_text().endswith("mine\n")
    assert not (here / "README.md.theirs").exists()


def test_what_both_added_twice_is_a_conflict(remote: Remote, there: Project, here: Path) -> None:
    """Each side adds a slot of the same name: together the file would say it twice."""
    for folder, kind in ((there.folder, "text"), (here, "float")):
        edit(
            folder,
            DOMAIN,
            replaced("\nresponses:", f"  guests:\n    type: {kind}\n    mappings: [{{type: from_llm}}]\n\nresponses:"),
        )
    assert push(remote, here).conflicts == (DOMAIN,)
    assert pull(remote, here).conflicts == (DOMAIN,)


def test_positions_never_conflict(remote: Remote, there: Project, here: Path) -> None:
    edit(there.folder, ".studio/positions.json", lambda _: '{"a": {"x": [1, 2]}, "b": {"y": [0, 0]}}')
    edit(here, ".studio/positions.json", lambda _: '{"a": {"x": [3, 4]}}')
    pulled = pull(remote, here)
    assert pulled.conflicts == ()
    assert json.loads((here / ".studio" / "positions.json").read_text()) == {"a": {"x": [3, 4]}, "b": {"y": [0, 0]}}


def test_what_has_errors_is_not_pushed_unless_allowed(remote: Remote, there: Project, here: Path) -> None:
    before = whole(there.folder)
    edit(here, FLOWS, replaced("collect: service", "collect: servise"))
    with pytest.raises(PushRefused, match="allow-errors"):
        push(remote, here)
    assert whole(there.folder) == before
    assert push(remote, here, allows_errors=True).conflicts == ()
    assert "servise" in (there.folder / FLOWS).read_text()


def test_what_breaks_only_together_is_not_taken(remote: Remote, there: Project, here: Path) -> None:
    """Here a flow asks for a slot that was deleted there: each side alone is sound."""
    edit(
        there.folder,
        FLOWS,
        lambda text: text.split("  identify_customer:")[0].replace("      - call: identify_customer\n", ""),
    )
    edit(
        here,
        "data/more.yml",
        lambda _: "flows:\n  more:\n    description: More.\n    steps:\n      - call: identify_customer\n",
    )
    before = whole(there.folder)
    pushed = push(remote, here)
    assert "Nothing was taken" in str(pushed.message)
    assert pushed.findings
    assert whole(there.folder) == before


def test_broken_yaml_is_never_sent(remote: Remote, there: Project, here: Path) -> None:
    edit(here, FLOWS, lambda _: "flows: [\n")
    with pytest.raises(PushRefused, match=r"flows\.yml:2"):
        push(remote, here, allows_errors=True)


def test_the_studio_refuses_what_a_client_should_not_have_sent(there: Project) -> None:
    """The checks are the studio's: another client may send anything."""
    now = {path: (there.folder / path).read_bytes() for path in whole(there.folder)}
    for path, content in ((FLOWS, b"flows: [\n"), (DOMAIN, b"\xff\xfe")):
        with pytest.raises(PushRefused):
            read_incoming(there, read_push(write_push({**now, path: content}, now)), allows_errors=True)
    code = read_push(write_push({**now, "actions/x.py": b"import os\n"}, now))
    with pytest.raises(CodeRefused, match="admin"):
        read_incoming(there, code, allows_code=False)
    assert {path: (there.folder / path).read_bytes() for path in whole(there.folder)} == now


@pytest.mark.parametrize(
    "path", ["../x.yml", "/etc/x", "a/../../x", ".git/config", "C:x", ".env", "models/x.tar.gz", ".studio/remote.json"]
)
def test_tricks_in_what_is_exchanged(there: Project, path: str) -> None:
    hostile = packed([
        (path, b"x"),
        (".vivavoce/manifest.json", json.dumps({"format": 1, "files": {path: "0" * 64}, "base": {}}).encode()),
    ])  # fmt: skip
    for read in (read_push, read_archive):
        with pytest.raises(ImportRefused):
            read(hostile)


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format": 2}',
        b'{"format": 1, "files": []}',
        b'{"format": 1, "files": {"a": 1}, "base": {}}',
        b"[" * 100_000,
    ],
)
def test_manifests_that_are_none(manifest: bytes) -> None:
    for read in (read_push, read_archive):
        with pytest.raises(ImportRefused):
            read(packed([(".vivavoce/manifest.json", manifest)]))


def test_damage_on_the_way() -> None:
    files = {"config.yml": b"a"}
    assert read_archive(write_archive("x", files)).files == files
    with pytest.raises(ImportRefused, match="damaged"):
        read_archive(write_archive("x", files).replace(b"config.yml", b"konfig.yml"))
    pushed = read_push(write_push({"a": b"2", "c": b"3"}, {"a": b"1", "b": b"0"}))
    assert (pushed.changed, dict(pushed.base)) == (("a", "b", "c"), {"a": b"1", "b": b"0"})


def test_an_edit_while_the_push_is_taken(there: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    now = whole(there.folder)

    def check(_: Path) -> tuple[()]:
        edit(there.folder, DOMAIN, replaced("It is called off.", "By hand."))
        return ()

    found = read_incoming(there, read_push(write_push({**now, DOMAIN: now[DOMAIN] + b"\n# mine\n"}, now)), check=check)
    assert isinstance(found, Incoming)
    with pytest.raises(FilesChanged):
        found.put(there)
    assert "By hand." in (there.folder / DOMAIN).read_text()


def test_a_push_whose_beginning_is_lost(remote: Remote, there: Project, here: Path) -> None:
    """Without the state that it began from, what differs on both sides is a conflict and not a guess."""
    (here / ".studio" / "remote.zip").unlink()
    edit(there.folder, FLOWS, replaced("name: move an appointment", "name: another day"))
    edit(here, FLOWS, replaced("name: call off an appointment", "name: drop it"))
    assert push(remote, here).conflicts == (FLOWS,)


def test_folders_that_are_not_for_this(remote: Remote, there: Project, here: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(ProjectTaken, match="no assistant's folder"):
        pull(remote, tmp_path / "mine")
    with pytest.raises(ProjectTaken, match="is a file"):
        pull(remote, tmp_path / "mine" / "letter.txt")
    with pytest.raises(PushRefused, match=r"no config\.yml"):
        push(remote, tmp_path / "mine")
    other = Remote(
        parse_address("http://other.example/studio/hair"), transport=httpx.MockTransport(lambda _: httpx.Response(500))
    )
    with pytest.raises(ProjectTaken, match="not of http://other"):
        pull(other, here)


class Crash(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("name", ["apply_changes", "_remember", "put_folder", "write_files"])
def test_a_crash_while_pulling(
    remote: Remote, there: Project, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    edit(there.folder, FLOWS, replaced("name: move an appointment", "name: another day"))
    edit(here, FLOWS, replaced("name: call off an appointment", "name: drop it"))

    def crash(*_: object) -> None:
        raise Crash

    monkeypatch.setattr(copies, name, crash)
    is_new = name in ("put_folder", "write_files")
    with pytest.raises(Crash):
        pull(remote, tmp_path / "other" if is_new else here)
    monkeypatch.undo()
    if is_new:
        assert not (tmp_path / "other").exists()
    assert pull(remote, here).conflicts == ()
    assert "name: drop it" in (here / FLOWS).read_text()
    assert "name: another day" in (here / FLOWS).read_text()


def test_a_full_disk_while_pulling(remote: Remote, there: Project, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(there.folder, FLOWS, replaced("name: move an appointment", "name: another day"))
    before = whole(here)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(WritingFailed, match="full"):
        pull(remote, here)
    monkeypatch.undo()
    assert whole(here) == before


def test_a_new_project_is_made_if_wished(remote: Remote, workspace: Workspace, here: Path, tmp_path: Path) -> None:
    other = Remote(parse_address("http://studio.example", "other"), transport=httpx.MockTransport(studio(workspace)))
    (here / ".studio" / "remote.json").unlink()
    with pytest.raises(RemoteFailed, match="no project 'other'"):
        push(other, here)
    assert push(other, here, makes=True).conflicts == ()
    assert whole(workspace.get("other").folder) == mine(here)
    edit(here, "docs/new.md", lambda _: "new\n")
    assert push(other, here).sent == ("docs/new.md",)


def test_archives_are_the_same_every_time(there: Project) -> None:
    assert archive(there) == archive(there)
