"""What an attacker tries at every door: names that lead elsewhere, links out of the folder, values that unfold."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.studio.api.conftest import Server
from tests.studio.api.studio_client import Studio, studio_over

AT = "/api/projects/bank"
SECRET = "quiet-heron-4711"
TRACE = Path("/tmp/vivavoce-attack")
NAMES = (
    "..",
    "%2e%2e",
    "..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2fetc%2fpasswd",
    "..%5c..%5cconfig.yml",
    "%00",
    "bank%0a",
    f"--output={str(TRACE).replace('/', '%2f')}",
    "HEAD:config.yml",
    "%ff%fe",
    "a" * 3_000,
)
READ = (
    "/api/projects/{}",
    "/api/projects/{}/export",
    f"{AT}/flows/{{}}",
    f"{AT}/content/{{}}",
    f"{AT}/files/{{}}",
    f"{AT}/history/{{}}/diff",
    f"{AT}/history/draft/diff?against={{}}",
    f"{AT}/history?start={{}}",
    f"{AT}/jobs/{{}}",
    "/rtc/calls/{}",
    "/api/conversations/{}/test",
)
GIVEN = ("..", "../../x", "/etc/passwd", "a\\b", "bank\n", f"--output={TRACE}", "@{-1}", "x\u0000")
WRITTEN: tuple[tuple[str, Any], ...] = (
    ("/api/projects", lambda name: {"name": "n", "id": name}),
    ("/api/projects", lambda name: {"name": "n", "template": name}),
    (f"{AT}/branches", lambda name: {"name": name}),
    (f"{AT}/branches", lambda name: {"name": "next", "start": name}),
    (f"{AT}/branches/switch", lambda name: {"name": name}),
    (f"{AT}/branches/merge", lambda name: {"name": name}),
    (f"{AT}/branches/delete", lambda name: {"name": name}),
    (f"{AT}/restore", lambda name: {"commit": name}),
    (f"{AT}/rollback", lambda name: {"environment": "staging", "version": name}),
    (f"{AT}/tests", lambda name: {"path": name, "yaml": "test_cases: []"}),
    (f"{AT}/edit", lambda name: {"commands": [{"op": "write_file", "path": name, "text": "x"}]}),
    (f"{AT}/edit", lambda name: {"commands": [{"op": "add_flow", "id": "ok", "name": "n", "file": name}]}),
)


def was_written() -> bool:
    return TRACE.exists()


def texts_of(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
async def studio(server: Server, tmp_path: Path) -> AsyncIterator[Studio]:
    async with studio_over(server, tmp_path) as studio:
        yield studio


@pytest.mark.parametrize("address", READ)
async def test_names_in_addresses_lead_nowhere_else(studio: Studio, address: str) -> None:
    for name in NAMES:
        answer = await studio.http.get(address.format(name))
        assert answer.status_code < 500 or answer.json()["code"] == "not-ready", (address, name[:40], answer.text[:300])
        assert "root:" not in answer.text
    assert not was_written()


@pytest.mark.parametrize(("address", "body"), WRITTEN)
async def test_names_in_bodies_lead_nowhere_else(studio: Studio, tmp_path: Path, address: str, body: Any) -> None:
    for name in GIVEN:
        answer = await studio.http.post(address, json=body(name))
        assert 400 <= answer.status_code < 500, (address, name, answer.status_code, answer.text[:300])
        assert answer.json()["message"]
    assert set(texts_of(tmp_path)) == set()
    assert not was_written()


@pytest.fixture
def outside(studio: Studio, tmp_path: Path) -> Path:
    """A folder elsewhere, with links to it from the assistant's."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for name in ("notes.md", "more.yml", "tool.py"):
        (folder / name).write_text(f"# {SECRET}\n")
    (studio.served / "docs").mkdir(exist_ok=True)
    (studio.served / "docs" / "notes.md").symlink_to(folder / "notes.md")
    (studio.served / "docs" / "folder").symlink_to(folder)
    (studio.served / "data" / "more.yml").symlink_to(folder / "more.yml")
    (studio.served / "actions" / "tool.py").symlink_to(folder / "tool.py")
    (studio.served / ".studio").mkdir(exist_ok=True)
    (studio.served / ".studio" / "comments.json").symlink_to(folder / "notes.md")
    return folder


async def test_links_lead_nobody_out_of_the_folder(studio: Studio, outside: Path) -> None:
    reads = (
        "outline",
        f"search?q={SECRET}",
        "files/docs/notes.md",
        "files/docs/folder/notes.md",
        "files/data/more.yml",
    )
    for read in (*reads, "files/.studio/comments.json", "comments", "content/documents", "findings"):
        assert SECRET not in (await studio.http.get(f"{AT}/{read}")).text.replace(f"q={SECRET}", ""), read
    for whole in ("export", "archive"):
        content = (await studio.http.get(f"{AT}/{whole}")).content
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert not [name for name in archive.namelist() if SECRET.encode() in archive.read(name)]
    before = texts_of(outside)
    for command in (
        {"op": "write_file", "path": "docs/notes.md", "text": "x"},
        {"op": "write_file", "path": "docs/folder/new.md", "text": "x"},
        {"op": "delete_file", "path": "docs/folder/notes.md"},
    ):
        assert (await studio.http.post(f"{AT}/edit", json={"commands": [command]})).status_code in (400, 404), command
    said = await studio.http.post(f"{AT}/comments", json={"flow": "transfer_money", "step": None, "text": "hello"})
    assert said.status_code == 400
    assert texts_of(outside) == before
    published = {"environment": "staging", "message": "first", "is_allowed": True}
    assert (await studio.http.post(f"{AT}/publish", json=published)).status_code == 201
    kept = [path for path in studio.data.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert kept == []


async def written(studio: Studio, text: str) -> int:
    command = {"op": "write_file", "path": "data/attack.yml", "text": text}
    answer = await studio.http.post(f"{AT}/edit", json={"commands": [command]})
    return answer.status_code


async def test_yaml_that_unfolds_or_never_ends_is_refused(studio: Studio) -> None:
    laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    laughs += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 15))
    deep = "a: " + "[" * 100_000 + "]" * 100_000
    for text in (laughs, deep, "a: " + "{a: " * 20_000 + "1" + "}" * 20_000, "a: &a\n  b: *a\n"):
        assert await written(studio, text) == 422
    assert not (studio.served / "data" / "attack.yml").exists()


async def test_bodies_that_are_nested_without_end(studio: Studio) -> None:
    headers = {"Content-Type": "application/json"}
    for path, body in (
        ("edit", b'{"commands":' + b"[" * 300_000 + b"]" * 300_000 + b"}"),
        ("conditions/write", b'{"tree":' + b'{"not":' * 100_000 + b"1" + b"}" * 100_000 + b"}"),
    ):
        answer = await studio.http.post(f"{AT}/{path}", content=body, headers=headers)
        assert answer.status_code == 400, answer.text[:300]
    for text in ("(" * 4_000 + "slots.a" + ")" * 4_000, "not " * 2_400 + "slots.a"):
        answer = await studio.http.post(f"{AT}/conditions", json={"text": text})
        assert answer.json()["parsed"] is None


async def test_what_is_in_variables_of_the_server_is_told_nobody(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a value cannot be used, what is wrong is told without it."""
    names = ("KEY", "URL", "KIND", "NUMBER", "FLAG")
    for name in names:
        monkeypatch.setenv(f"ATTACKED_{name}", f"{SECRET}-{name.lower()}")
    (studio.served / "endpoints.yml").write_text(
        "action_endpoint:\n  url: ${ATTACKED_URL}\n"
        "tracker_store:\n  type: ${ATTACKED_KIND}\n"
        "vector_store:\n  type: ${ATTACKED_KIND}\n  threshold: ${ATTACKED_NUMBER}\n"
        "nlg:\n  type: rephrase\n  rephrase_all: ${ATTACKED_FLAG}\n  llm:\n    model_group: ${ATTACKED_KIND}\n"
        "mcp_servers:\n  - name: shop\n    url: ${ATTACKED_URL}\n    type: ${ATTACKED_KIND}\n"
        "model_groups:\n  - id: big\n    router:\n      routing_strategy: ${ATTACKED_KIND}\n    models:\n"
        "      - provider: ${ATTACKED_KIND}\n        model: ${ATTACKED_KIND}\n        api_base: ${ATTACKED_URL}\n"
        "        api_key: ${ATTACKED_KEY}\n        temperature: ${ATTACKED_NUMBER}\n        stream: ${ATTACKED_FLAG}\n"
        "  - id: ${ATTACKED_KIND}\n    models: ${ATTACKED_KIND}\n"
    )
    (studio.served / "credentials.yml").write_text("rest:\n  token: ${ATTACKED_KEY}\n")
    for read in ("findings", "outline", "files/endpoints.yml", f"search?q={SECRET}", "search?q=ATTACKED", "changes"):
        answer = await studio.http.get(f"{AT}/{read}")
        assert answer.status_code == 200, answer.text
        assert SECRET not in answer.text.replace(f"q={SECRET}", ""), read
    assert "${ATTACKED_KEY}" in (await studio.http.get(f"{AT}/files/endpoints.yml")).json()["text"]
    refused = await studio.http.post(
        f"{AT}/publish", json={"environment": "staging", "message": "m", "is_allowed": True}
    )
    assert SECRET not in refused.text
