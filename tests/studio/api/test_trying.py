"""The routes of trying an assistant: what each answers, and what each refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from dialogue.store import MemoryEventStore
from studio.assistants import load
from studio.trying import Trying
from studio.versions import Dialogue, Version
from tests.studio.api.conftest import Server
from tests.studio.api.studio_client import Studio, studio_over
from tests.support.conversations import ScriptedActions, SpokenCommands, outputs_of, turn

AT = "/api/conversations/call-1"


class Running:
    """Runs one assistant, whatever is asked for."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    async def dialogue(self, folder: Path, *, is_draft: bool) -> Dialogue:
        return self._dialogue


@pytest.fixture
async def studio(server: Server, tmp_path: Path) -> AsyncIterator[Studio]:
    """The bank with a conversation of two turns."""
    async with studio_over(server, tmp_path) as opened:
        assistant = load(opened.served)
        version = Version(
            assistant,
            SpokenCommands(assistant),
            ScriptedActions({"action_open_demo_account": [], "action_check_recipient": []}),
            "v",
        )
        dialogue, trying = Dialogue(version, MemoryEventStore()), Trying()
        tried = await trying.begin(dialogue, "call-1", {}, ("bank", "draft"))
        await outputs_of(tried.conversation.start())
        await turn(tried.conversation, "start flow transfer_money")
        await turn(tried.conversation, "set slot transfer_recipient Joe")
        services = server.app.state.services
        running = Running(dialogue)
        server.app.state.services = replace(services, trying=trying, running=lambda: running)  # type: ignore[arg-type]
        yield opened


async def test_a_conversation_is_shown(studio: Studio) -> None:
    told = (await studio.http.get(AT)).json()
    assert told["project"] == "bank"
    assert [turn["text"] for turn in told["turns"]] == ["start flow transfer_money", "set slot transfer_recipient Joe"]
    assert {"name", "type", "values", "value", "is_sensitive", "is_set"} == set(told["slots"][0])
    unknown = await studio.http.get("/api/conversations/nobody")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "conversation-unknown")


async def test_slots_are_set_and_wrong_ones_refused(studio: Studio) -> None:
    done = await studio.http.post(f"{AT}/slots", json={"transfer_amount": 20})
    assert done.json()["events"] == [{"type": "slot_set", "name": "transfer_amount", "value": 20.0, "by": "designer"}]
    for wrong in ({"nobody": 1}, {"transfer_amount": "lots"}):
        assert (await studio.http.post(f"{AT}/slots", json=wrong)).status_code == 400
    assert (await studio.http.post(f"{AT}/slots", json=[1])).status_code in (400, 422)


async def test_going_back_gives_a_conversation_that_a_call_takes_up(studio: Studio) -> None:
    back = await studio.http.post(f"{AT}/rewind", json={"turn": 2, "text": "set slot transfer_recipient Ann"})
    assert back.status_code == 201
    told = back.json()
    assert told["again"][0]["changed"]["commands"] == ["set slot transfer_recipient Ann"]
    assert "commands" in told["again"][0]["differs"]
    assert (await studio.http.get(f"/api/conversations/{told['conversation_id']}")).status_code == 200
    offer = {"content": "v=0\r\nm=audio 9\r\n", "headers": {"Content-Type": "application/sdp"}}
    where = "/rtc/offer?project=bank&is_chat=true&conversation="
    assert (await studio.http.post(f"{where}{told['conversation_id']}", **offer)).status_code == 201  # type: ignore[arg-type]
    assert (await studio.http.post(f"{where}nobody", **offer)).status_code == 404  # type: ignore[arg-type]
    for wrong in ({"turn": 9}, {"turn": -1}, {"turn": 0, "text": "hi"}, {"turn": 1, "more": 1}, {}):
        assert (await studio.http.post(f"{AT}/rewind", json=wrong)).status_code in (400, 422)


async def test_a_test_is_made_saved_and_run(studio: Studio) -> None:
    made = (await studio.http.get(f"{AT}/test", params={"name": "money for Joe"})).json()
    assert "test_case: money for Joe" in made["yaml"]
    given = {"path": "e2e_tests/joe.yml", "yaml": made["yaml"], "conversation": "call-1", "client": "me"}
    saved = await studio.http.post("/api/projects/bank/tests", json=given)
    assert saved.status_code == 201, saved.text
    assert saved.json()["is_passed"] is True, saved.text
    assert (studio.served / "e2e_tests" / "joe.yml").is_file()
    assert (await studio.http.post("/api/projects/bank/tests", json=given)).json()["code"] == "test-file-refused"
    for path in ("../x.yml", "data/x.yml", "/etc/x.yml", "e2e_tests/../data/x.yml", "e2e_tests/commands.yml"):
        answer = await studio.http.post("/api/projects/bank/tests", json={**given, "path": path})
        assert 400 <= answer.status_code < 500, path
    broken = await studio.http.post(
        "/api/projects/bank/tests", json={**given, "path": "e2e_tests/b.yml", "yaml": "a: ["}
    )
    assert 400 <= broken.status_code < 500
    assert not (studio.served / "e2e_tests" / "b.yml").exists()
