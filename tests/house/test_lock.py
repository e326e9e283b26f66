"""The lock file fits the oldest Python that this project promises to run on."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

LOCK = Path(__file__).parents[2] / "requirements.lock"
OLDEST_PYTHON = "3.11.2"
"""That of Debian 12: a package may want 3.11.5 and so leave its users without a set-up."""
PINNED = re.findall(r"^([a-z0-9][\w.-]*)==(\S+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("name", "version"), PINNED, ids=[name for name, _ in PINNED])
def test_pinned_package_installs_on_the_oldest_python(name, version):
    assert metadata.version(name) == version, "not what is installed here: run make setup"
    wanted = metadata.metadata(name).get("Requires-Python") or ""

    assert SpecifierSet(wanted).contains(OLDEST_PYTHON), f"{name} {version} wants Python {wanted}"


def test_everything_is_pinned_by_hash():
    blocks = re.split(r"^(?=[a-z0-9])", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]

    assert len(blocks) == len(PINNED)
    assert [block for block in blocks if "--hash=sha256:" not in block] == []
