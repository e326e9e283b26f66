"""Set-up on machines that lack something: it installs what it may, and otherwise says exactly what to type."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NO_VENV_MODULE = """
case "$2" in
    *version_info*print*|*'"%d.%d"'*) echo 3.11 ;;
    *ensurepip*) exit 1 ;;
esac
"""


class Machine:
    """A machine whose system commands are scripts of the test; what apt-get was asked for is in `asked`."""

    def __init__(self, folder: Path, user_id: int) -> None:
        self.folder = folder / "a folder with spaces"
        self.commands = folder / "commands"
        self.asked = folder / "asked"
        self.commands.mkdir()
        (self.folder / ".ci").mkdir(parents=True)
        shutil.copy(ROOT / ".ci" / "setup", self.folder / ".ci" / "setup")
        for name in ("bash", "dirname", "env", "cat", "sha256sum", "cut", "mkdir", "mktemp", "awk", "rm"):
            (self.commands / name).symlink_to(shutil.which(name) or name)
        self.has("id", f"echo {user_id}")
        self.has("sudo", "exit 1")
        self.has("apt-get", f'echo "$@" >>"{self.asked}"')

    def has(self, name: str, script: str) -> None:
        path = self.commands / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def set_up(self) -> subprocess.CompletedProcess[str]:
        bash = shutil.which("bash") or "bash"
        environment = {key: value for key, value in os.environ.items() if key not in ("PATH", "PYTHON")}
        return subprocess.run(
            [bash, str(self.folder / ".ci" / "setup"), "run"],
            env={**environment, "PATH": str(self.commands)},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )


@pytest.fixture
def of_user(tmp_path: Path) -> Machine:
    return Machine(tmp_path, user_id=1000)


@pytest.fixture
def of_root(tmp_path: Path) -> Machine:
    return Machine(tmp_path, user_id=0)


def test_a_user_is_told_which_package_has_the_venv_module(of_user: Machine):
    of_user.has("python3.11", NO_VENV_MODULE)

    result = of_user.set_up()

    assert result.returncode == 1
    assert "    sudo apt-get install python3.11-venv\n" in result.stderr
    assert not of_user.asked.exists()


def test_root_gets_the_venv_module_installed(of_root: Machine):
    of_root.has("python3.11", NO_VENV_MODULE)

    of_root.set_up()

    assert "install --no-install-recommends python3.11-venv" in of_root.asked.read_text(encoding="utf-8")


def test_a_user_without_a_usable_python_is_told_what_to_type(of_user: Machine):
    of_user.has("python3", "exit 1")
    of_user.has("apt-cache", "exit 1")

    result = of_user.set_up()

    assert result.returncode == 1
    assert "sudo apt-get install python3.11 python3.11-venv" in result.stderr


def test_the_python_of_a_newer_system_is_offered(of_user: Machine):
    of_user.has("apt-cache", '[ "$2" = python3.12-venv ]')

    result = of_user.set_up()

    assert "    sudo apt-get install python3.12 python3.12-venv\n" in result.stderr


def test_root_on_a_system_without_package_lists_gets_them_first(of_root: Machine):
    of_root.has("apt-cache", f'grep -q update "{of_root.asked}" && [ "$2" = python3.11-venv ]')
    (of_root.commands / "grep").symlink_to(shutil.which("grep") or "grep")
    of_root.asked.touch()

    of_root.set_up()

    asked = of_root.asked.read_text(encoding="utf-8").splitlines()
    assert asked[0] == "-qq update"
    assert asked[1] == "-qq -y install --no-install-recommends python3.11 python3.11-venv"


def test_a_system_without_apt_is_told_so(of_user: Machine):
    of_user.has("python3.11", NO_VENV_MODULE)
    (of_user.commands / "apt-get").unlink()

    result = of_user.set_up()

    assert result.returncode == 1
    assert "this system has no apt-get" in result.stderr


def test_an_unknown_purpose_is_refused(of_user: Machine):
    bash = shutil.which("bash") or "bash"
    result = subprocess.run(
        [bash, str(of_user.folder / ".ci" / "setup"), "walk"], capture_output=True, text=True, check=False
    )

    assert result.returncode == 1
    assert "unknown purpose 'walk'" in result.stderr
