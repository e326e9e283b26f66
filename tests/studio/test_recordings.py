"""What a server does with recordings: settings, findings, mending at start, and the log's events, each told once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from dialogue.errors import StoreUnavailable
from dialogue.events import DialogueEvent
from dialogue.store import MemoryEventStore
from flows.events import SlotSet, StepEntered
from flows.loader import load_assistant
from flows.model import Assistant
from studio.recording_settings import recording_findings, recordings_root
from studio.recordings import RecordedStore, Recordings
from voice.recording.errors import RecordingPolicyInvalid
from voice.recording.policy import RecordingPolicy
from voice.recording.reading import find_recording
from voice.turns.policy import TurnPolicy

NOW = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)
SECOND = np.full(320, 5_000, np.int16)


def assistant_with(folder: Path, recording: str, domain: str = "") -> Assistant:
    (folder / "voice.yml").write_text(f"recording: {recording}\n")
    (folder / "domain.yml").write_text((folder / "domain.yml").read_text().replace("slots:\n", f"slots:\n{domain}"))
    return load_assistant(folder)


def recorder_of(recordings: Recordings, assistant: Assistant, call_id: str = "call-1"):
    return recordings.new_call(call_id, assistant, TurnPolicy(), output_rate_hz=48_000)


async def test_a_call_is_recorded_only_where_the_assistant_says_so(assistant_folder, tmp_path):
    recordings = Recordings(tmp_path / "data", lambda: NOW)
    assert recorder_of(recordings, load_assistant(assistant_folder)) is None
    assistant = assistant_with(assistant_folder, "{enabled: true, consent: none}")
    recorder = recorder_of(recordings, assistant)
    assert recorder is not None
    assert recordings.find("call-1") is recorder
    for tick in range(50):
        recorder.heard(SECOND, tick * 20 + 20)
    recorder.close()
    await recordings.close()
    call = find_recording(tmp_path / "data" / "recordings", "call-1")

    assert call is not None
    assert call.path.parent.name == "2026-11-23"
    assert call.meta["assistant"]["id"] == "greeter"


async def test_slots_that_are_marked_sensitive_are_masked(assistant_folder, tmp_path):
    domain = "  pin: {type: text, mappings: [{type: from_llm}], voice: {sensitive: true}}\n"
    assistant = assistant_with(assistant_folder, "{enabled: true, consent: none}", domain)
    recordings = Recordings(tmp_path / "data", lambda: NOW)
    recorder = recorder_of(recordings, assistant)
    assert recorder is not None
    recorder.heard(SECOND, 20)
    recorder.logged(SlotSet("pin", "48151623"))
    recorder.close()
    await recordings.close()
    call = find_recording(tmp_path / "data" / "recordings", "call-1")

    assert call is not None
    assert call.dialogue_events() == (SlotSet("pin", "[pin]"),)


async def test_what_a_crash_left_is_mended_at_the_start(assistant_folder, tmp_path):
    assistant = assistant_with(assistant_folder, "{enabled: true, consent: none}")
    recordings = Recordings(tmp_path / "data", lambda: NOW)
    recorder = recorder_of(recordings, assistant)
    assert recorder is not None
    for tick in range(100):
        recorder.heard(SECOND, tick * 20 + 20)
    await recordings.close()
    recorder._writer._folder.close()
    await Recordings(tmp_path / "data", lambda: NOW).open(assistant)
    call = find_recording(tmp_path / "data" / "recordings", "call-1")

    assert call is not None
    assert call.meta["state"] == "recovered"


async def test_a_call_that_outlives_the_writers_thread_is_recorded_to_its_end(assistant_folder, tmp_path):
    assistant = assistant_with(assistant_folder, "{enabled: true, consent: none}")
    recordings = Recordings(tmp_path / "data", lambda: NOW)
    recorder = recorder_of(recordings, assistant)
    assert recorder is not None
    await recordings.close()
    for tick in range(100):
        recorder.heard(SECOND, tick * 20 + 20)
    recorder.close()
    call = find_recording(tmp_path / "data" / "recordings", "call-1")

    assert call is not None
    assert call.meta["duration_ms"] == 2_000


class FailingStore(MemoryEventStore):
    """Cannot write the first so many times."""

    failures = 0

    async def append(self, conversation_id: str, events: Sequence[DialogueEvent]) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("the disk is full")
        await super().append(conversation_id, events)


class Told:
    def __init__(self) -> None:
        self.events: list[DialogueEvent] = []

    def logged(self, event: DialogueEvent) -> None:
        self.events.append(event)


STEP = StepEntered("pay", "ask")
LOG = [STEP, SlotSet("a", 1), STEP, STEP, SlotSet("b", 2), STEP]


@pytest.mark.parametrize("failures", [0, 1, 2, 3])
async def test_every_event_is_told_once_also_where_it_could_not_be_stored(tmp_path, failures):
    recordings, told, store = Recordings(tmp_path), Told(), FailingStore()
    recordings._recorders["call-1"] = told  # type: ignore[assignment]
    store.failures = failures
    recorded = RecordedStore(store, recordings)
    unsaved: list[DialogueEvent] = []
    for begin in range(0, len(LOG), 2):  # as `LogWriter` does: what failed comes again with what is new
        unsaved += LOG[begin : begin + 2]
        try:
            await recorded.append("call-1", tuple(unsaved))
        except StoreUnavailable:
            continue
        unsaved = []

    assert told.events == LOG
    assert await recorded.load("nobody") == ()
    assert await recorded.last_written("nobody") is None


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("[]", None),
        ("7", "must be a map"),
        ("{on: true}", "'on' is not a setting"),
        ("{enabled: perhaps}", "enabled must be true or false"),
        ("{consent: maybe}", "consent must be one of"),
        ("{hold_s: 0}", "hold_s must be a whole number"),
        ("{hold_s: 1.5}", "hold_s must be a whole number"),
        ("{folder: 3}", "folder must be a text"),
        ("{enabled: true, consent: ask}", "no such bool slot"),
        ("{enabled: true, consent: announce}", "the domain has none"),
        ("{enabled: true, consent: none}", None),
        ("{enabled: false, consent: ask}", None),
    ],
)
def test_settings_that_cannot_work_are_findings(assistant_folder, settings, said):
    findings = recording_findings(assistant_with(assistant_folder, settings))

    assert [said in finding.message for finding in findings] == ([] if said is None else [True])


def test_consent_needs_a_slot_that_is_there(assistant_folder):
    domain = "  recording_consent: {type: bool, mappings: [{type: from_llm}]}\n"
    assert recording_findings(assistant_with(assistant_folder, "{enabled: true}", domain)) == ()


def test_a_policy_is_read_whole():
    given = {
        "enabled": True,
        "consent": "announce",
        "consent_slot": "ok",
        "notice": "utter_n",
        "hold_s": 9,
        "folder": "x",
    }
    policy = RecordingPolicy.from_mapping(given)
    assert (policy.consent, policy.hold_s) == ("announce", 9)
    assert recordings_root(Path("data"), policy) == Path("data/x")
    assert recordings_root(Path("data"), RecordingPolicy()) == Path("data/recordings")
    with pytest.raises(RecordingPolicyInvalid):
        RecordingPolicy.from_mapping(None)
