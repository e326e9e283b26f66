"""Large assistants are checked in a process of its own: the same findings, which ends with the server and may die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.model import Assistant
from studio import check_process
from studio.assistants import examined
from studio.authoring.project_files import ProjectFiles
from studio.authoring.quick_checks import FlowText, quick_findings
from studio.authoring.states import read_first
from studio.check_process import AssistantThere, CheckProcess, ChecksEnded, CheckStuck
from tests.bench.many_flows import write_assistant
from tests.studio.test_ended_by_parent import LIMIT_S, gone, is_running

N_FLOWS = 30
FLOWS = "data/flows.yml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "many").mkdir()
    return write_assistant(tmp_path / "many", N_FLOWS)


@pytest.fixture(scope="module")
def checks() -> Iterator[CheckProcess]:
    """One that no test ends: it takes a second to start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check_process, "LARGE_BYTES", 0)
        patch.setattr(check_process, "_FLOWS_LIMIT_S", LIMIT_S)
        made = CheckProcess()
        yield made
        made.close()


@pytest.fixture
def own_checks(monkeypatch: pytest.MonkeyPatch) -> Iterator[CheckProcess]:
    monkeypatch.setattr(check_process, "LARGE_BYTES", 0)
    monkeypatch.setattr(check_process, "_FLOWS_LIMIT_S", LIMIT_S)
    made = CheckProcess()
    yield made
    made.close()


def changed(folder: Path, old: str, new: str) -> None:
    text = (folder / FLOWS).read_text()
    assert old in text
    (folder / FLOWS).write_text(text.replace(old, new, 1))


def test_it_finds_what_is_found_here(checks: CheckProcess, folder: Path) -> None:
    loaded, found = checks.examined(folder)
    assert isinstance(loaded, AssistantThere)
    assert found == examined(folder)[1]
    changed(folder, "action: utter_large", "action: utter_huge")
    loaded, found = checks.examined(folder)
    assert (loaded, found) == (None, examined(folder)[1])
    assert [one.code for one in found] == ["unknown-response"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("collect: item_3\n", "collect: itme_3\n"),
        ("action: action_do_3", "action: action_undo_3"),
        ("slots.confirm_3", "slots.confirm_3 and slots.nothing"),
        ("next: confirm", "next: nowhere"),
        ("next: END\n", "link: task_44\n"),
        ("name: task 3", "name: task 3"),
    ],
)
def test_flows_of_an_edit_are_asked_about_there(checks: CheckProcess, folder: Path, old: str, new: str) -> None:
    there, here = checks.examined(folder)[0], examined(folder)[0]
    changed(folder, old, new)
    files = read_first(folder).files
    flows = [f"task_{number}" for number in range(N_FLOWS)]
    assert quick_findings(files, there, flows) == quick_findings(files, here, flows)


def test_small_folders_are_checked_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_process, "LARGE_BYTES", 1_000_000)
    checks = CheckProcess()
    assert isinstance(checks.examined(folder)[0], Assistant)
    assert checks.pid is None


def test_one_that_died_is_started_again_and_edits_do_without_it(own_checks: CheckProcess, folder: Path) -> None:
    there, found = own_checks.examined(folder)
    first = own_checks.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert gone([first])
    changed(folder, "next: confirm", "next: nowhere")
    files = read_first(folder).files
    assert quick_findings(files, there, ["task_0"]) == quick_findings(files, None, ["task_0"]) != []
    changed(folder, "next: nowhere", "next: confirm")
    assert own_checks.examined(folder)[1] == found
    assert own_checks.pid not in (None, first)


def test_flows_are_answered_while_a_folder_is_checked(checks: CheckProcess, folder: Path, tmp_path: Path) -> None:
    loaded, _ = checks.examined(folder)
    assert isinstance(loaded, AssistantThere)
    (tmp_path / "large").mkdir()
    large = write_assistant(tmp_path / "large", 500)
    text = read_first(folder).files.flow_text("task_2").replace("item_2", "no_slot")
    checking = threading.Thread(target=checks.examined, args=(large,))
    checking.start()
    while not loaded.running.is_checking:
        assert checking.is_alive()
    found = loaded.found([FlowText("task_2", FLOWS, text)])
    assert loaded.running.is_checking, "the answer came after the check"
    checking.join(LIMIT_S)
    assert found is not None
    assert [one.code for one in found[0]] == ["unknown-slot"]


def test_closing_ends_it_and_nothing_is_checked_any_more(own_checks: CheckProcess, folder: Path) -> None:
    own_checks.examined(folder)
    pid = own_checks.pid
    assert pid is not None
    own_checks.close()
    assert gone([pid])
    with pytest.raises(ChecksEnded):
        own_checks.examined(folder)


def test_an_edit_does_without_one_that_hangs(
    own_checks: CheckProcess, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much the edit has changed: what the process has not taken yet would keep it waiting for ever."""
    loaded, _ = own_checks.examined(folder)
    pid = own_checks.pid
    assert isinstance(loaded, AssistantThere)
    assert pid is not None
    right = read_first(folder).files.flow_text("task_2")
    wrong = right.replace("item_2", "no_slot")
    large = [FlowText("task_2", FLOWS, f"{right}# {'x' * 500_000}\n")]
    told: list[object] = []
    asking = threading.Thread(target=lambda: told.extend(loaded.found(large) for _ in range(2)), daemon=True)
    os.kill(pid, signal.SIGSTOP)
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)  # until then it may answer yet
    try:
        with monkeypatch.context() as patch:
            patch.setattr(check_process, "_FLOWS_LIMIT_S", 0.05)
            assert loaded.found([FlowText("task_2", FLOWS, right)]) is None
            asking.start()
            asking.join(LIMIT_S)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert told == [None, None]
    found = loaded.found([FlowText("task_2", FLOWS, wrong)])
    assert found is not None, "it answers again, and not what was asked before"
    assert [one.code for one in found[0]] == ["unknown-slot"]


def test_a_check_that_does_not_end_keeps_no_other_waiting(
    own_checks: CheckProcess, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = own_checks.examined(folder)[1]
    pid = own_checks.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)
    with monkeypatch.context() as patch:
        patch.setattr(check_process, "_CHECK_LIMIT_S", 0.05)
        with pytest.raises(CheckStuck, match="many"):
            own_checks.examined(folder)
    assert gone([pid])
    assert own_checks.examined(folder)[1] == found


def test_what_nobody_needs_any_more_is_let_go(checks: CheckProcess, folder: Path) -> None:
    """An assistant that is asked about after it was let go is not there: its flows are checked without it."""
    loaded, _ = checks.examined(folder)
    assert isinstance(loaded, AssistantThere)
    running, number = loaded.running, loaded.number
    text = ProjectFiles.of({FLOWS: (folder / FLOWS).read_text()}).flow_text("task_1").replace("item_1", "no_slot")
    asked = [FlowText("task_1", FLOWS, text)]
    assert running.found(number, asked) != [()]
    del loaded
    again, _ = checks.examined(folder)
    assert running.found(number, asked) == [()]
    assert again is not None


SERVER = """
    import sys, time
    from pathlib import Path
    from studio import check_process
    check_process.LARGE_BYTES = 0
    checks = check_process.CheckProcess()
    checks.examined(Path(sys.argv[1]))
    print(checks.pid, flush=True)
    time.sleep(600)
"""


def test_it_ends_with_a_server_that_was_killed(folder: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(SERVER), str(folder)]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    try:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        assert is_running(pid)
        server.kill()
        server.wait(LIMIT_S)
        assert gone([pid])
    finally:
        server.kill()
        server.communicate()
