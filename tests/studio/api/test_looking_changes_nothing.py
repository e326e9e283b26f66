"""Round trip: whoever only looks at an assistant leaves every byte of its folder as it is."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.studio.api.conftest import Server
from tests.studio.api.studio_client import EXAMPLES, Studio, studio_over

NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/config.yml"))
SECTIONS = ("slots", "responses", "intents", "entities", "actions", "documents", "voice")
N_MANY = 1_000


def whole(folder: Path) -> dict[str, bytes]:
    """Every file of a folder; what git keeps of its own aside."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


async def look_at_everything(studio: Studio, project: str) -> int:
    """Open all pages of a project; returns how many flows it has."""

    async def get(rest: str) -> Any:
        answer = await studio.http.get(f"/api/projects/{project}{rest}")
        assert answer.status_code == 200, (rest, answer.text)
        return answer.json()

    outline = await get("/outline")
    for flow in outline["flows"]:
        seen = await get(f"/flows/{flow['id']}")
        assert len(seen["steps"]) == flow["n_steps"]
    for section in SECTIONS:
        await get(f"/content/{section}")
    for file in outline["files"]:
        if file["is_editable"]:
            assert (await get(f"/files/{file['path']}"))["text"].encode() == (studio.served / file["path"]).read_bytes()
    for rest in ("/findings", "/search?q=the", "/history", "/environments", "/changes", "/comments"):
        await get(rest)
    return len(outline["flows"])


@pytest.mark.parametrize("example", NAMES)
async def test_an_example_that_is_only_looked_at(server: Server, tmp_path: Path, example: str) -> None:
    async with studio_over(server, tmp_path, example=example) as studio:
        before = whole(studio.served)
        assert await look_at_everything(studio, example) > 0
        exported = await studio.http.get(f"/api/projects/{example}/export")
        assert exported.status_code == 200
        assert whole(studio.served) == before


@pytest.mark.slow
async def test_a_thousand_flows_that_are_only_looked_at(server: Server, tmp_path: Path) -> None:
    async with studio_over(server, tmp_path, example="clinic") as studio:
        path = studio.served / "data" / "many.yml"
        path.write_text("flows:\n" + "\n".join(many(number) for number in range(N_MANY)))
        before = whole(studio.served)
        began_s = time.perf_counter()
        n_flows = await look_at_everything(studio, "clinic")
        print(f"{n_flows} flows visited in {time.perf_counter() - began_s:.1f} s")
        assert n_flows > N_MANY
        assert whole(studio.served) == before


def many(number: int) -> str:
    """A generated flow in one of several ways to write the same thing."""
    quote = ("", "'", '"')[number % 3]
    comment = f"  # the flow of number {number}\n" if number % 5 == 0 else ""
    return (
        f"{comment}  many_{number}:\n"
        f"    description: {quote}Flow number {number} – à la carte{quote}\n"
        "    steps:\n"
        f"    - id: ask   # {number}\n"
        "      collect: appointment_day\n"
        "      next:\n"
        f"      - if: slots.appointment_day = 'day {number}'\n"
        "        then:\n"
        "        - {action: utter_appointment_booked}\n"
        "      - else: END\n"
    )
