"""Files on the disk: crashes, full disks, slow disks, strange ids, and what is refused when it is read."""

from __future__ import annotations

import errno
import json
import os
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.events import SlotSet
from tests.voice.recording.talking import DATE, Stalled, TalkingCall, new_recorder
from voice.recording.errors import RecordingNotFound, RecordingUnfinished, RecordingUnreadable
from voice.recording.folder import CallFolder, folder_name, recover
from voice.recording.line_files import LineFile, read_lines
from voice.recording.reading import find_recording, read_recording
from voice.recording.writer import MOST_WAITING_FRAMES


def finished(root: Path, call_id: str = "call-1") -> Path:
    TalkingCall(new_recorder(root, call_id=call_id), ["hello"]).play("..####..............").end()
    return next(root.glob("2*/*"))


def cut_off(root: Path) -> Path:
    """Leave a call as a process that was killed does: files open, lock gone with it, half of something written."""
    recorder = new_recorder(root)
    TalkingCall(recorder, ["hello"]).play("..####.............." + "." * 20)
    path = root / ".open" / DATE / "call-1"
    recorder._writer._folder.close()  # the system does so for a process that dies
    with (path / "audio.wav").open("ab") as file:
        file.write(b"\1\2\3")
    with (path / "events.jsonl").open("ab") as file:
        file.write(b'{"at_ms": 12, "eve')
    inputs = (path / "inputs.jsonl.gz").read_bytes()
    (path / "inputs.jsonl.gz").write_bytes(inputs[:-9])
    return path


@pytest.mark.parametrize(
    "call_id", ["../../etc", "a/b", "a\\b", "..", ".hidden", "", "a" * 300, "ü\0", "\ud800", "a b"]
)
def test_no_id_leads_out_of_the_folder(tmp_path, call_id):
    root = tmp_path / "recordings"
    TalkingCall(new_recorder(root, call_id=call_id), ["hello"]).play("..####..............").end()
    kept = list((root / DATE).iterdir())

    assert [path.parent for path in kept] == [root / DATE]
    assert list(tmp_path.iterdir()) == [root]
    found = find_recording(root, call_id)
    assert found is not None
    assert found.path == kept[0]


@settings(deadline=None)
@given(st.text(max_size=200))
def test_a_folder_is_named_by_plain_characters(call_id):
    name = folder_name(call_id)
    assert name == Path(name).name
    assert name.isascii()
    assert 0 < len(name) <= 100
    assert not name.startswith(".")


def test_two_calls_of_one_id_are_both_kept(tmp_path):
    finished(tmp_path)
    finished(tmp_path)
    assert sorted(path.name for path in (tmp_path / DATE).iterdir()) == ["call-1", "call-1.2"]


def test_while_a_call_runs_its_file_can_be_played_and_it_is_not_found(tmp_path):
    call = TalkingCall(new_recorder(tmp_path), ["hello"]).play("..####.............." + "." * 10)
    path = tmp_path / ".open" / DATE / "call-1"

    with wave.open(str(path / "audio.wav")) as file:
        assert file.getnframes() == 16_000 * 3
    with pytest.raises(RecordingUnfinished, match="still being recorded"):
        find_recording(tmp_path, "call-1")
    with pytest.raises(RecordingUnfinished):
        read_recording(path)
    assert recover(tmp_path) == []
    call.end()
    assert find_recording(tmp_path, "call-1") is not None


def test_what_a_crash_leaves_is_mended(tmp_path):
    path = cut_off(tmp_path)
    with pytest.raises(RecordingUnfinished, match="cut off"):
        find_recording(tmp_path, "call-1")

    assert recover(tmp_path) == [tmp_path / DATE / "call-1"]
    assert not path.exists()
    call = read_recording(tmp_path / DATE / "call-1")
    with wave.open(str(call.path / "audio.wav")) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        assert len(samples) == file.getnframes() * 2
    assert samples.any()
    assert (call.meta["state"], call.meta["is_whole"]) == ("recovered", False)
    assert call.meta["duration_ms"] == 4_000
    assert [line.event["type"] for line in call.events()][:2] == ["call_started", "conversation_started"]
    assert len(call.turn_inputs()[1]) > 0
    assert sorted(path.name for path in call.path.iterdir()) == [
        *("audio.wav", "events.jsonl", "inputs.jsonl.gz", "meta.json"),
    ]


def test_a_crash_before_any_audio_leaves_nothing(tmp_path):
    path = cut_off(tmp_path)
    (path / "audio.wav").write_bytes(b"RIFF")

    assert recover(tmp_path) == []
    assert not path.exists()


def test_a_full_disk_ends_the_recording_and_not_the_call(tmp_path, monkeypatch):
    faults: list[str] = []
    call = TalkingCall(new_recorder(tmp_path, faults=faults), ["hello"])
    call.play("..####..............")

    def full(*_: object) -> bool:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(CallFolder, "write_audio", full)
    call.play("..####..............").end()

    assert faults == ["recording-failed: [Errno 28] No space left on device"]
    assert not (tmp_path / DATE).exists()


def test_what_can_not_be_masked_on_a_full_disk_is_deleted(tmp_path, monkeypatch):
    faults: list[str] = []
    call = TalkingCall(new_recorder(tmp_path, sensitive=["pin"], faults=faults), ["it is 48151623"])
    call.play("..####.............." + "." * 60)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(CallFolder, "rewrite", full)
    call.recorder.logged(SlotSet("pin", "48151623"))
    call.play("......").end()

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert len(faults) == 1


def test_a_folder_that_cannot_be_made_ends_the_recording_and_not_the_call(tmp_path):
    (tmp_path / "file").write_text("")
    faults: list[str] = []
    TalkingCall(new_recorder(tmp_path / "file", faults=faults), ["hello"]).play("..####.............").end()

    assert len(faults) == 1


def test_a_disk_that_stalls_loses_audio_in_its_place_and_nothing_waits(tmp_path):
    executor = Stalled()
    call = TalkingCall(new_recorder(tmp_path, executor=executor), ["hello"])
    call.play("#" + "." * 9 + "." * (MOST_WAITING_FRAMES // 5))
    executor.go()
    call.play("." * 10 + "#" * 10).end()
    executor.go()
    recorded = read_recording(tmp_path / DATE / "call-1")

    assert recorded.meta["dropped_frames"] == 50
    with wave.open(str(recorded.path / "audio.wav")) as file:
        assert file.getnframes() == recorded.meta["duration_ms"] * 16
        file.setpos(file.getnframes() - 16_000)
        assert np.frombuffer(file.readframes(16_000), "<i2").any()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: (path / "meta.json").write_text("{"), "meta.json cannot be read"),
        (lambda path: (path / "meta.json").write_text("[]"), "no map"),
        (lambda path: (path / "meta.json").write_text('{"format": 99}'), "of format 99"),
        (lambda path: (path / "audio.wav").unlink(), "lacks audio.wav"),
        (lambda path: (path / "events.jsonl").unlink(), "lacks events.jsonl"),
    ],
)
def test_a_damaged_recording_is_refused_and_told(tmp_path, damage, said):
    path = finished(tmp_path)
    damage(path)
    with pytest.raises(RecordingUnreadable, match=said):
        read_recording(path)


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"at_ms": "1", "event": {}}', '{"at_ms": 1, "event": {"x": 1}}'])
def test_a_damaged_event_is_told_with_its_line(tmp_path, line):
    path = finished(tmp_path)
    text = (path / "events.jsonl").read_text().splitlines()
    (path / "events.jsonl").write_text("\n".join([text[0], line, *text[1:]]) + "\n")
    with pytest.raises(RecordingUnreadable, match=r"events\.jsonl line 2"):
        read_recording(path).events()


def test_an_event_of_the_conversation_that_is_none_is_told(tmp_path):
    path = finished(tmp_path)
    with (path / "events.jsonl").open("a") as file:
        file.write(json.dumps({"at_ms": 0, "event": {"type": "slot_set"}}) + "\n")
    with pytest.raises(RecordingUnreadable, match="lacks its field"):
        read_recording(path).dialogue_events()


@pytest.mark.parametrize("damage", ["empty", "nonsense", "missing"])
def test_damaged_inputs_are_told(tmp_path, damage):
    path = finished(tmp_path) / "inputs.jsonl.gz"
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(b"" if damage == "empty" else os.urandom(500))
    with pytest.raises(RecordingUnreadable):
        read_recording(path.parent).turn_inputs()


def test_a_folder_that_is_no_recording_is_told(tmp_path):
    with pytest.raises(RecordingNotFound):
        read_recording(tmp_path)
    assert find_recording(tmp_path, "nobody") is None


def test_a_file_that_unpacks_without_end_is_refused(tmp_path):
    path = tmp_path / "bomb.jsonl.gz"
    file = LineFile(path, "w")
    file.write("x" * 5_000_000)
    file.close()

    with pytest.raises(ValueError, match="more than"):
        list(read_lines(path, 1_000_000))


@settings(deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r")), max_size=8), st.integers(0, 8))
def test_lines_come_back_also_when_appended_in_two_goes(tmp_path_factory, lines, cut):
    for name in ("a.jsonl", "a.jsonl.gz"):
        path = tmp_path_factory.mktemp("lines") / name
        for mode, part in (("w", lines[:cut]), ("a", lines[cut:])):
            file = LineFile(path, mode)
            for line in part:
                file.write(line)
            file.flush()
            file.close()
        assert list(read_lines(path)) == lines


def test_what_could_not_be_deleted_is_not_published_at_the_next_start(tmp_path, monkeypatch):
    recorder = new_recorder(tmp_path)
    TalkingCall(recorder, ["hello"]).play("..####..............")
    folder = recorder._writer._folder

    def busy(_path: object) -> None:
        raise OSError(errno.EBUSY, "busy")

    with monkeypatch.context() as patched:
        patched.setattr("voice.recording.folder.shutil.rmtree", busy)
        with pytest.raises(OSError, match="busy"):
            folder.delete()
    folder._unlock()
    assert recover(tmp_path) == []
    assert not list(tmp_path.glob("2*/*"))
