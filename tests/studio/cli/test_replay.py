"""`vivavoce replay`, from a recording made by a whole call and from the event log."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialogue.conversation import Conversation
from dialogue.store import SqliteEventStore
from flows.loader import load_assistant
from flows.model import Assistant
from studio.recordings import RecordedStore, Recordings
from studio.versions import Dialogue, Version
from tests.studio.cli.conftest import Vivavoce
from tests.studio.conftest import NoActions, ScriptedUnderstanding
from tests.support.conversations import script
from tests.voice.recording.talking import Answer, TalkingCall
from voice.turns.policy import TurnPolicy

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def folder(assistant_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (assistant_folder / "voice.yml").write_text("recording: {enabled: true, consent: none}\n")
    monkeypatch.setenv("VIVAVOCE_ASSISTANT", str(assistant_folder))
    return assistant_folder


class Talk(TalkingCall):
    """A call whose answers are logged by a conversation instead."""

    def _answer(self, text: str) -> None:
        pass


async def hold(folder: Path, data: Path, turns: tuple[str, ...] = ("paint", "red", "bye")) -> Assistant:
    """Hold a call with a real conversation, its store and its recorder, as the server does."""
    assistant = load_assistant(folder)
    recordings = Recordings(data, lambda: NOW)
    await recordings.open(assistant)
    store = SqliteEventStore(data / "conversations.sqlite")
    await store.open()
    dialogue = Dialogue(
        Version(assistant, ScriptedUnderstanding(), NoActions(), "v1"), RecordedStore(store, recordings)
    )
    conversation: Conversation = dialogue.new_conversation("call-7", "voice")
    recorder = recordings.new_call("call-7", assistant, TurnPolicy(), output_rate_hz=16_000)
    assert recorder is not None
    call = TalkingCall.__new__(Talk)
    async for _ in conversation.start({}):
        pass
    call.__init__(_CallOnly(recorder), list(turns), [Answer()])  # type: ignore[misc]
    for turn in turns:
        call.play("..####............")
        await script(conversation, turn)
    await conversation.end("hangup")
    call.end()
    await recordings.close()
    await store.close()
    return assistant


class _CallOnly:
    """Passes everything on but what `TalkingCall` invents of the conversation."""

    def __init__(self, recorder: object) -> None:
        self._recorder = recorder

    def logged(self, _: object) -> None:
        pass

    def __getattr__(self, name: str) -> object:
        return getattr(self._recorder, name)


@pytest.fixture
def recording(folder: Path, tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    asyncio.run(hold(folder, tmp_path / "data"))
    return tmp_path / "data" / "recordings" / "2026-11-23" / "call-7"


def test_a_recording_and_its_log_are_replayed_to_the_byte(vivavoce: Vivavoce, recording: Path) -> None:
    for call in (recording, "call-7"):
        ran = vivavoce("replay", call)
        assert ran.code == 0, ran.out + ran.err
        assert "The conversation is the same" in ran.out
        assert "Turn-taking is the same" in ran.out


def test_without_a_recording_the_event_log_is_replayed(vivavoce: Vivavoce, recording: Path) -> None:
    shutil.rmtree(recording)
    ran = vivavoce("replay", "call-7", "--json")
    told = json.loads(ran.out)

    assert ran.code == 0
    assert told["exact"] is True
    assert told["turn_events"] is None
    assert vivavoce("replay", "call-7", "--set", "turns.certain_wait_ms=300").code == 1


def test_of_a_recording_that_is_not_whole_the_event_log_is_replayed(vivavoce: Vivavoce, recording: Path) -> None:
    meta = json.loads((recording / "meta.json").read_text())
    (recording / "meta.json").write_text(json.dumps({**meta, "is_whole": False}))
    lines = (recording / "events.jsonl").read_text().splitlines(keepends=True)
    (recording / "events.jsonl").write_text("".join(lines[8:]))
    ran = vivavoce("replay", recording)

    assert ran.code == 0
    assert "the event log is replayed" in ran.out
    assert "is not compared" in ran.out


def test_a_folder_of_the_same_name_does_not_hide_a_call(
    vivavoce: Vivavoce, recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "call-7").mkdir()
    monkeypatch.chdir(tmp_path)
    assert vivavoce("replay", "call-7").code == 0


@pytest.mark.parametrize("file", ["events.jsonl", "inputs.jsonl.gz", "meta.json"])
def test_a_damaged_recording_is_one_message(vivavoce: Vivavoce, recording: Path, file: str) -> None:
    (recording / file).write_bytes(b"\x00\xff{nonsense\n" * 3)
    for options in ([], ["--set", "turns.certain_wait_ms=300"]):
        if file == "events.jsonl" or not options:
            ran = vivavoce("replay", recording, *options)
            assert ran.code == 1
            assert file in ran.err
            assert "Traceback" not in ran.err


def test_a_difference_is_told_with_its_event_and_exit_code_1(vivavoce: Vivavoce, recording: Path, folder: Path) -> None:
    domain = folder / "domain.yml"
    domain.write_text(domain.read_text().replace("Which colour?", "What colour?"))
    ran = vivavoce("replay", recording)

    assert ran.code == 1
    assert "The conversation differs at event" in ran.out
    assert "Which colour?" in ran.out
    assert "What colour?" in ran.out


def test_a_changed_assistant_is_compared_turn_by_turn(
    vivavoce: Vivavoce, recording: Path, folder: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(folder, changed)
    domain = changed / "domain.yml"
    domain.write_text(domain.read_text().replace("It is {colour} now.", "Painted {colour}."))
    ran = vivavoce("replay", recording, "--with", changed)
    told = json.loads(vivavoce("replay", "call-7", "--with", changed, "--json").out)

    assert ran.code == 0
    assert "turn 2: red" in ran.out
    assert "- It is red now." in ran.out
    assert "+ Painted red." in ran.out
    assert "1 of 4 turns differ." in ran.out
    assert told["differing"] == 1
    assert [turn["differs"] for turn in told["turns"]] == [[], [], ["said"], []]


def test_other_thresholds_show_which_turns_would_have_ended_when(vivavoce: Vivavoce, recording: Path) -> None:
    waits = [f"turns.{name}_wait_ms=700" for name in ("certain", "finished", "unsure")]
    options = [part for wait in waits for part in ("--set", wait)]
    ran = vivavoce("replay", recording, *options)
    told = json.loads(vivavoce("replay", recording, *options, "--json").out)

    assert ran.code == 0
    assert "ms later" in ran.out
    assert told["counts"] == {"later": 3}
    assert told["turns"][0]["recorded"]["text"] == "paint"
    same = json.loads(vivavoce("replay", recording, "--set", "turns.max_turn_ms=20000", "--json").out)
    assert same["counts"] == {"same": 3}


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("certain_wait_ms=1", "type turns.NAME=VALUE"),
        ("turns.nonsense=1", "is not a setting"),
        ("turns.certain_wait_ms=x", "no number"),
        ("turns.certain_wait_ms=inf", "must be a number"),
        ("turns.certain_wait_ms", "type turns.NAME=VALUE"),
    ],
)
def test_a_setting_that_is_none_is_refused(vivavoce: Vivavoce, recording: Path, setting: str, said: str) -> None:
    ran = vivavoce("replay", recording, "--set", setting)
    assert ran.code == 2
    assert said in " ".join(ran.err.replace("│", " ").split())


@pytest.mark.parametrize("call", ["nobody", "../../etc/passwd", "a\0b", "x" * 5000, "", "/"])
def test_what_is_no_call_is_told(vivavoce: Vivavoce, folder: Path, call: str) -> None:
    ran = vivavoce("replay", call)
    assert ran.code == 1
    assert "recording" in ran.err
    assert "Traceback" not in ran.err


def test_the_wrong_assistant_is_told(
    vivavoce: Vivavoce, recording: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.rename(tmp_path / "moved")
    other = tmp_path / "other"
    shutil.copytree(tmp_path / "moved", other)
    config = other / "config.yml"
    config.write_text(config.read_text().replace("greeter", "painter"))
    ran = vivavoce("replay", recording, "--assistant", tmp_path / "moved")
    assert ran.code == 0
    monkeypatch.setenv("VIVAVOCE_ASSISTANT", str(other))
    ran = vivavoce("replay", recording)
    assert ran.code == 1
    assert "--assistant DIR" in ran.err


def test_with_and_set_are_two_replays(vivavoce: Vivavoce, recording: Path, folder: Path) -> None:
    ran = vivavoce("replay", recording, "--with", folder, "--set", "turns.certain_wait_ms=300")
    assert ran.code == 2
