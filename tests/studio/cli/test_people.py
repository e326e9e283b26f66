"""`vivavoce people link`: back in without the password, by whoever has the file of accounts."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from studio.people.accounts import Accounts
from studio.people.store import PeopleStore
from tests.studio.cli.conftest import Vivavoce

PASSWORD = "a lamp on the table"


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Accounts]:
    store = PeopleStore(folder / "data" / "people.sqlite")
    await store.open()
    yield Accounts(store)
    await store.close()


async def with_people(folder: Path, *names: str) -> None:
    async with opened(folder) as accounts:
        for name in names:
            link = await accounts.first_link()
            if link is None:
                _, link = await accounts.invite((await accounts.people())[0], name, "designer")
            await accounts.redeem(link, PASSWORD, name)


async def entered(folder: Path, url: str) -> tuple[str, list[str]]:
    """Take a link, as the page does; return whose it was and what the audit log has."""
    async with opened(folder) as accounts:
        session = await accounts.redeem(url.partition("#")[2], "another lamp altogether")
        return session.person.name, [f"{row['person_name']}: {row['action']}" for row in await accounts.audited()]


def test_the_first_admin_gets_in_without_a_name(vivavoce: Vivavoce, tmp_path: Path) -> None:
    asyncio.run(with_people(tmp_path))
    ran = vivavoce("people", "link", "--json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert told["role"] == "admin"
    assert told["link"].startswith("http://127.0.0.1:8080/studio/welcome#vvl_")
    name, audit = asyncio.run(entered(tmp_path, told["link"]))
    assert name == "Admin"
    assert audit == ["Admin: password set", "The command line: link made"]


def test_somebody_who_has_forgotten_the_password(vivavoce: Vivavoce, tmp_path: Path) -> None:
    asyncio.run(with_people(tmp_path, "Ada", "Bob"))
    ran = vivavoce("people", "link", "bob")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("Bob (designer): open http://")
    url = next(word for word in ran.out.split() if word.startswith("http"))
    assert asyncio.run(entered(tmp_path, url))[0] == "Bob"


async def test_beside_a_server_that_has_the_file_open(vivavoce: Vivavoce, tmp_path: Path) -> None:
    await with_people(tmp_path, "Ada")
    async with opened(tmp_path) as accounts:
        assert await accounts.any_exist()
        ran = await asyncio.to_thread(vivavoce, "people", "link", "Ada", "--json")
        assert ran.code == 0, ran.err
        link = json.loads(ran.out)["link"].partition("#")[2]
        assert (await accounts.redeem(link, "another lamp altogether")).person.name == "Ada"


def test_names_that_lead_nowhere(vivavoce: Vivavoce, tmp_path: Path) -> None:
    asyncio.run(with_people(tmp_path, "Ada", "Bob"))
    unknown = vivavoce("people", "link", "Zoë")
    assert unknown.code == 1
    assert "Ada (admin), Bob (designer)" in unknown.err
    none = vivavoce("people", "link")
    assert none.code == 1
    assert "Say whose" in none.err
    assert vivavoce("people", "link", "Ada", "Bob").code == 2


def test_no_file_is_made_where_there_is_none(vivavoce: Vivavoce, tmp_path: Path) -> None:
    ran = vivavoce("people", "link")
    assert ran.code == 1
    assert "VIVAVOCE_DATA_DIR" in ran.err
    assert not (tmp_path / "data").exists()


def test_files_of_other_programs_stay_as_they_are(vivavoce: Vivavoce, tmp_path: Path) -> None:
    file = tmp_path / "data" / "people.sqlite"
    file.parent.mkdir()
    file.write_bytes(b"a diary, and no database" * 50)
    before = file.read_bytes(), file.stat().st_mode
    ran = vivavoce("people", "link")
    assert ran.code == 1
    assert "cannot be read as a file of accounts" in ran.err
    assert (file.read_bytes(), file.stat().st_mode) == before
    file.unlink()
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("CREATE TABLE people (born INTEGER)")
    before = file.read_bytes(), file.stat().st_mode
    ran = vivavoce("people", "link", "Ada")
    assert ran.code == 1
    assert "is no file of accounts" in ran.err
    assert (file.read_bytes(), file.stat().st_mode) == before
    assert [path.name for path in file.parent.iterdir()] == ["people.sqlite"]
