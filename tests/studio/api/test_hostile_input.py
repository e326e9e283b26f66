"""Requests that no page sends, and files that somebody broke by hand: each is refused or borne, none is our mistake."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.studio.api.conftest import Server
from tests.studio.api.studio_client import Studio, studio_over

AT = "/api/projects/bank"
JSON = {"Content-Type": "application/json"}
DEEP = "[" * 900 + "]" * 900
ADD = {
    "op": "add_step",
    "flow": "transfer_money",
    "at": {"from": "START", "kind": "next", "index": 0},
    "step": {"type": "action", "fields": {"action": "utter_x"}},
}


@pytest.fixture
async def studio(server: Server, tmp_path: Path) -> AsyncIterator[Studio]:
    async with studio_over(server, tmp_path) as studio:
        yield studio


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (
            f"{AT}/edit",
            '{"commands":[{"op":"put","section":"slots","name":"d","value":{"type":"any","initial_value":'
            + DEEP
            + "}}]}",
        ),
        (f"{AT}/conditions/write", '{"tree":{"\\ud800":1}}'),
        (f"{AT}/commit", '{"message":"a\\u0000b","is_allowed":true}'),
        ("/api/projects/import", '{"folder": 5}'),
        ("/api/projects/import", "not json"),
        ("/api/projects/import", '{"folder":"a\\u0000b"}'),
    ],
)
async def test_bodies_that_no_page_sends(studio: Studio, path: str, body: str) -> None:
    answer = await studio.http.post(path, content=body.encode(), headers=JSON)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()["message"]


async def test_a_number_that_no_log_has(studio: Studio) -> None:
    assert (await studio.http.get(f"/api/audit?before={'9' * 30}")).status_code == 422


@pytest.mark.parametrize(
    "text",
    [
        '{"comments": 5}',
        "[" * 100_000,
        json.dumps({"comments": [{"id": "a", "flow": "transfer_money", "step": ["x"], "text": "t", "at": 1}]}),
        json.dumps(
            {
                "comments": [
                    {
                        "id": "a",
                        "flow": "transfer_money",
                        "step": {"x": 1},
                        "text": "t",
                        "person_id": "1",
                        "person_name": "n",
                        "at": 1,
                    }
                ]
            }
        ),
    ],
)
async def test_broken_comments_keep_nobody_from_working(studio: Studio, text: str) -> None:
    (studio.served / ".studio").mkdir(exist_ok=True)
    (studio.served / ".studio" / "comments.json").write_text(text)
    assert (await studio.http.get(f"{AT}/comments")).json() == []
    assert (await studio.http.post(f"{AT}/edit", json={"commands": [ADD]})).status_code == 200
