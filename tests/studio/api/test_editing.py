"""The document over HTTP: read, changed by gestures, and by two people at once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.studio.api.conftest import Server
from tests.studio.api.studio_client import Studio, studio_over

AT = "/api/projects/bank"
FIRST = {"from": "START", "kind": "next", "index": 0}


@pytest.fixture
async def studio(server: Server, tmp_path: Path) -> AsyncIterator[Studio]:
    async with studio_over(server, tmp_path) as studio:
        yield studio


def texts(studio: Studio) -> dict[str, bytes]:
    files = [path for path in sorted(studio.served.rglob("*")) if path.is_file() and ".studio" not in path.parts]
    return {path.relative_to(studio.served).as_posix(): path.read_bytes() for path in files}


async def flow_of(studio: Studio, name: str) -> dict[str, object]:
    answer = await studio.http.get(f"{AT}/flows/{name}")
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


async def test_reading_changes_nothing(studio: Studio) -> None:
    before = texts(studio)
    outline = (await studio.http.get(f"{AT}/outline")).json()
    assert {"transfer_money"} <= {flow["id"] for flow in outline["flows"]}
    for flow in outline["flows"]:
        assert (await studio.http.get(f"{AT}/flows/{flow['id']}")).status_code == 200
    for section in ("responses", "slots", "intents", "entities", "actions", "documents", "voice"):
        assert (await studio.http.get(f"{AT}/content/{section}")).status_code == 200, section
    assert (await studio.http.get(f"{AT}/findings")).json() == []
    assert (await studio.http.get(f"{AT}/search?q=transfer")).json()
    assert texts(studio) == before


async def test_a_gesture_and_its_undo(studio: Studio) -> None:
    before = texts(studio)
    step = {"type": "action", "fields": {"action": "utter_goodbye_new"}}
    add = {
        "op": "add_step",
        "flow": "transfer_money",
        "at": {"from": "START", "kind": "next", "index": 0},
        "step": step,
    }
    edited = await studio.http.post(f"{AT}/edit", json={"commands": [add], "label": "step added"})
    assert edited.status_code == 200, edited.text
    told = edited.json()
    assert [flow["id"] for flow in told["flows"]] == ["transfer_money"]
    findings = (await studio.http.get(f"{AT}/findings")).json()
    assert [finding["flow"] for finding in findings if "utter_goodbye_new" in finding["message"]] == ["transfer_money"]
    assert texts(studio) != before
    undone = await studio.http.post(f"{AT}/edit", json={"commands": told["undo"], "label": "undo"})
    assert undone.status_code == 200, undone.text
    assert texts(studio) == before


async def test_two_people_at_one_description(studio: Studio) -> None:
    seen = (await flow_of(studio, "transfer_money"))["etag"]
    base = {"flows": {"transfer_money": seen}}

    def describe(text: str) -> dict[str, object]:
        command = {"op": "set_field", "flow": "transfer_money", "path": ["description"], "value": text}
        return {"commands": [command], "base": base}

    assert (await studio.http.post(f"{AT}/edit", json=describe("Ada's words."))).status_code == 200
    clash = await studio.http.post(f"{AT}/edit", json=describe("Bob's words."))
    assert clash.status_code == 409
    told = clash.json()
    assert told["code"] == "conflict"
    assert "Ada's words." in told["theirs"]
    assert "Bob's words." in told["mine"]
    assert (await flow_of(studio, "transfer_money"))["description"] == "Ada's words."


async def test_two_people_at_one_response(studio: Studio) -> None:
    entry = (await studio.http.get(f"{AT}/content/responses")).json()[0]
    name, seen = entry["name"], {"value": entry["value"]}

    def say(text: str) -> dict[str, object]:
        value = [{**entry["value"][0], "text": text}, *entry["value"][1:]]
        command = {"op": "put", "section": "responses", "name": name, "value": value, "seen": seen}
        return {"commands": [command], "label": text}

    assert (await studio.http.post(f"{AT}/edit", json=say("Ada's words."))).status_code == 200
    saved = texts(studio)
    clash = await studio.http.post(f"{AT}/edit", json=say("Bob's words."))
    assert clash.status_code == 409
    told = clash.json()
    assert (told["code"], told["entry"], told["file"]) == ("conflict", name, entry["file"])
    assert "Ada's words." in told["merged"]
    assert "Bob's words." in told["mine"]
    assert texts(studio) == saved
    # What settles it is the file as Bob decides; what he leaves out can be put in its place later.
    settle = {"op": "write_file", "path": told["file"], "text": told["merged"]}
    body = {"commands": [settle, *told["rest"]], "base": {"files": {told["file"]: told["etag"]}}}
    assert (await studio.http.post(f"{AT}/edit", json=body)).status_code == 200
    assert texts(studio) == saved
    own = await studio.http.post(f"{AT}/edit", json={"commands": told["back"]})
    assert own.status_code == 200, own.text
    assert (studio.served / told["file"]).read_text() == told["mine"]


async def test_sentences_of_two_people_and_the_undo_of_one(studio: Studio) -> None:
    intents = (await studio.http.get(f"{AT}/content/intents")).json()
    entry = next(one for one in intents if one["examples"])
    seen = entry["examples"]

    def add(sentence: str) -> dict[str, object]:
        command = {"op": "put_examples", "intent": entry["name"], "examples": [*seen, sentence], "seen": seen}
        return {"commands": [command]}

    assert (await studio.http.post(f"{AT}/edit", json=add("Ada asks"))).status_code == 200
    before = texts(studio)
    merged = await studio.http.post(f"{AT}/edit", json=add("Bob asks"))
    assert merged.status_code == 200, merged.text
    intents = (await studio.http.get(f"{AT}/content/intents")).json()
    now = next(one["examples"] for one in intents if one["name"] == entry["name"])
    assert now == [*seen, "Ada asks", "Bob asks"]
    undone = await studio.http.post(f"{AT}/edit", json={"commands": merged.json()["undo"]})
    assert undone.status_code == 200
    assert texts(studio) == before


async def test_what_waits_behind_a_question_is_held_against_the_answer(studio: Studio) -> None:
    seen = (await flow_of(studio, "transfer_money"))["etag"]

    async def describe(text: str, base: object) -> Any:
        command = {"op": "set_field", "flow": "transfer_money", "path": ["description"], "value": text}
        return await studio.http.post(f"{AT}/edit", json={"commands": [command], "base": {"flows": base}})

    assert (await describe("Ada's words.", {"transfer_money": seen})).status_code == 200
    told = (await describe("Bob's words.", {"transfer_money": seen})).json()
    # Bob keeps what Ada wrote. What he had sent behind his words was made on them, and does not lift over hers.
    again = await describe("Bob's second words.", told["own"]["flows"])
    assert again.status_code == 409
    assert "Ada's words." in again.json()["merged"]
    assert (await flow_of(studio, "transfer_money"))["description"] == "Ada's words."


async def test_broken_yaml_says_where_and_overwrites_nothing(studio: Studio) -> None:
    path = next(name for name in texts(studio) if name.startswith("data/") and name.endswith(".yml"))
    seen = (await studio.http.get(f"{AT}/files/{path}")).json()
    write = {"op": "write_file", "path": path, "text": "flows:\n  a: [1, 2\n"}
    refused = await studio.http.post(f"{AT}/edit", json={"commands": [write], "base": {"files": {path: seen["etag"]}}})
    assert refused.status_code == 422
    assert refused.json()["place"]["file"] == path
    assert (studio.served / path).read_text() == seen["text"]


@pytest.mark.parametrize("path", ["../outside.yml", "/etc/passwd", "actions/x.py", ".git/config", "a\\b.yml"])
async def test_files_that_are_none_of_the_project(studio: Studio, path: str) -> None:
    write = {"op": "write_file", "path": path, "text": "a: 1\n"}
    refused = await studio.http.post(f"{AT}/edit", json={"commands": [write]})
    assert refused.status_code in (400, 422), refused.text


async def test_unknown_commands_and_fields_are_refused(studio: Studio) -> None:
    for command in ({"op": "explode"}, {"op": "delete_flow", "flow": "x", "force": True}, {"op": "delete_flow"}):
        assert (await studio.http.post(f"{AT}/edit", json={"commands": [command]})).status_code == 422
    assert (await studio.http.post(f"{AT}/edit", json={"commands": []})).status_code == 422
    assert (await studio.http.get(f"{AT}/flows/nowhere")).status_code == 404


async def test_a_file_that_is_changed_by_hand_is_seen(studio: Studio) -> None:
    before = await flow_of(studio, "transfer_money")
    file = studio.served / str(before["file"])
    file.write_text(file.read_text().replace(str(before["description"]).split(".")[0], "Send somebody money", 1))
    await (await studio.bench.document("bank")).refresh()
    assert (await flow_of(studio, "transfer_money"))["etag"] != before["etag"]


async def test_conditions_both_ways(studio: Studio) -> None:
    read = (await studio.http.post(f"{AT}/conditions", json={"text": "slots.amount > 100 and not slots.done"})).json()
    assert read["parsed"] is not None
    written = (await studio.http.post(f"{AT}/conditions/write", json={"tree": read["parsed"]})).json()
    again = (await studio.http.post(f"{AT}/conditions", json=written)).json()
    assert again["parsed"] == read["parsed"]
    broken = (await studio.http.post(f"{AT}/conditions", json={"text": "slots.amount >"})).json()
    assert broken["parsed"] is None
    assert broken["error"]


async def test_comments_stay_with_their_step(studio: Studio) -> None:
    flow = await flow_of(studio, "transfer_money")
    steps = flow["steps"]
    assert isinstance(steps, list)
    key = next(step["key"] for step in steps if step["id"] is None)
    said = await studio.http.post(f"{AT}/comments", json={"flow": "transfer_money", "step": key, "text": "Why here?"})
    assert said.status_code == 201, said.text
    step = {"type": "action", "fields": {"action": "utter_ask_amount"}}
    add = {
        "op": "add_step",
        "flow": "transfer_money",
        "at": {"from": "START", "kind": "next", "index": 0},
        "step": step,
    }
    edited = (await studio.http.post(f"{AT}/edit", json={"commands": [add]})).json()
    moved = edited["moved"].get("transfer_money", {}).get(key, key)
    comments = (await studio.http.get(f"{AT}/comments")).json()
    assert [(one["step"], one["text"]) for one in comments] == [(moved, "Why here?")]
    answered = await studio.http.post(
        f"{AT}/comments", json={"flow": "", "text": "Because.", "thread": comments[0]["id"]}
    )
    assert answered.json()["step"] == moved
    assert (await studio.http.delete(f"{AT}/comments/{comments[0]['id']}")).status_code == 204
    assert (await studio.http.get(f"{AT}/comments")).json() == []
    assert json.loads((studio.served / ".studio" / "comments.json").read_text()) == {"comments": []}


async def test_presence(studio: Studio) -> None:
    here = {"client": "page-0001", "flow": "transfer_money", "step": None}
    there = (await studio.http.post(f"{AT}/presence", json=here)).json()
    assert [(one["name"], one["flow"]) for one in there] == [("You", "transfer_money")]
    gone = (await studio.http.post(f"{AT}/presence", json={**here, "is_leaving": True})).json()
    assert gone == []
