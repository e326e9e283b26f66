"""A domain that cannot be read, over HTTP: shown as it was, not changed, not run, and back once it is mended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from flows.errors import AssistantInvalid
from studio.assistants import load
from tests.studio.api.conftest import Server
from tests.studio.api.studio_client import Studio, studio_over

AT = "/api/projects/bank"
FILE = "domain/transfers.yml"


@pytest.fixture
async def studio(server: Server, tmp_path: Path) -> AsyncIterator[Studio]:
    async with studio_over(server, tmp_path) as studio:
        yield studio


async def get(studio: Studio, rest: str) -> Any:
    answer = await studio.http.get(f"{AT}/{rest}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def lost(studio: Studio) -> dict[str, set[str]]:
    """Return the names that cannot be read now, by section: as the lists have them, which the outline has as well."""
    outline = await get(studio, "outline")
    found = {}
    for section in ("slots", "responses", "actions"):
        named = {one["name"] for one in await get(studio, f"content/{section}") if one.get("unreadable")}
        assert named == {one["name"] for one in outline[section] if one.get("unreadable")}
        found[section] = named
    return found


async def test_a_broken_domain_file_loses_nothing(studio: Studio) -> None:
    slots = await get(studio, "content/slots")
    own = {one["name"] for one in slots if one["file"] == FILE}
    assert own
    whole = (studio.served / FILE).read_text()
    broken = whole.replace("slots:\n", "slots: [\n", 1)
    assert broken != whole
    (studio.served / FILE).write_text(broken)
    await (await studio.bench.document("bank")).refresh()
    assert (await lost(studio))["slots"] == own
    assert (await lost(studio))["responses"]
    assert {one["name"] for one in await get(studio, "content/slots")} == {one["name"] for one in slots}
    (lead,) = (one for one in await get(studio, "findings") if one["severity"] == "error")
    assert (lead["file"], lead["code"]) == (FILE, "yaml")
    for value in ({"value": {"type": "text"}}, {}):
        put = {"op": "put", "section": "slots", "name": min(own), **value}
        refused = await studio.http.post(f"{AT}/edit", json={"commands": [put]})
        assert refused.status_code == 409, refused.text
        assert f"{FILE}, which has to be mended in the text first" in refused.json()["message"]
    publish = {"environment": "staging", "message": "first", "is_allowed": True}
    not_published = await studio.http.post(f"{AT}/publish", json=publish)
    assert not_published.status_code == 422, not_published.text
    assert [one["file"] for one in not_published.json()["findings"]] == [FILE]
    with pytest.raises(AssistantInvalid) as stopped:  # as a training and a conversation that is tried begin
        load(studio.served)
    assert [one.file for one in stopped.value.findings if one.severity == "error"] == [FILE]
    assert (studio.served / FILE).read_text() == broken
    etag = (await get(studio, f"files/{FILE}"))["etag"]
    write = {"op": "write_file", "path": FILE, "text": whole}
    mended = await studio.http.post(f"{AT}/edit", json={"commands": [write], "base": {"files": {FILE: etag}}})
    assert mended.status_code == 200, mended.text
    assert (await lost(studio))["slots"] == set()
    assert await get(studio, "findings") == []
