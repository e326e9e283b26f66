"""What counts as a change of an assistant's folder, and that a burst of writes is one change."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from studio.watching import FolderWatch, stamps

TICK_S = 0.01
LIMIT_S = 10.0


def names(folder: Path) -> set[str]:
    return {Path(path).relative_to(folder).as_posix() for path in stamps(folder)}


def test_only_what_an_assistant_is_made_of_is_looked_at(tmp_path: Path) -> None:
    for name in ("config.yml", "data/a/flows.yaml", "actions/x.py", "prompts/p.jinja2"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    counted = names(tmp_path)
    for name in (".git/config.yml", "actions/__pycache__/x.py", "recording.wav", ".hidden.yml", "node_modules/a.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert names(tmp_path) == counted == {"config.yml", "data/a/flows.yaml", "actions/x.py", "prompts/p.jinja2"}


def test_links_that_go_round_and_folders_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "again").symlink_to(tmp_path)
    (tmp_path / "lost.yml").symlink_to(tmp_path / "nowhere.yml")
    assert names(tmp_path) == set()
    assert stamps(tmp_path / "nowhere") == {}


@pytest.mark.parametrize("how", ["write", "replace", "add", "remove"])
async def test_every_kind_of_change_is_seen(tmp_path: Path, how: str) -> None:
    file = tmp_path / "config.yml"
    file.write_text("a: 1\n")
    watch = FolderWatch(tmp_path, every_s=TICK_S)
    if how == "write":
        file.write_text("a: 22\n")
    elif how == "replace":  # as editors save: same size, same time, another file
        other = tmp_path / "new"
        other.write_text("a: 2\n")
        status = file.stat()
        os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
        other.replace(file)
    elif how == "add":
        (tmp_path / "domain.yml").touch()
    else:
        file.unlink()
    async with asyncio.timeout(LIMIT_S):
        await anext(aiter(watch.changes()))


async def test_a_burst_is_one_change_and_quiet_is_none(tmp_path: Path) -> None:
    watch = FolderWatch(tmp_path, every_s=TICK_S)
    changes = 0
    seen = asyncio.Event()

    async def count() -> None:
        nonlocal changes
        async for _ in watch.changes():
            changes += 1
            seen.set()

    async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as group:
        counting = group.create_task(count())
        for number in range(30):
            (tmp_path / f"{number}.yml").touch()
            await asyncio.sleep(0)
        await seen.wait()
        seen.clear()
        assert changes == 1
        (tmp_path / "last.yml").touch()
        await seen.wait()
        assert changes == 2
        counting.cancel()
