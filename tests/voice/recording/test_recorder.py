"""A whole call into a folder: aligned audio, the log beside it, consent, and what must never be on the disk."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import numpy as np
import pytest

from dialogue.events import AssistantSaid, ReplyCutShort, UserSaid
from flows.commands import SetSlot
from flows.effects import Expectation
from flows.events import SlotSet
from tests.voice.recording.talking import (
    ANSWER,
    DATE,
    KEPT,
    VOICE,
    Answer,
    Stalled,
    TalkingCall,
    everything,
    files_below,
    new_recorder,
)
from voice.events import (
    CallStarted,
    KeyPressed,
    PartialTranscript,
    SpeechStarted,
    TurnEnded,
)
from voice.recording.policy import RecordingPolicy
from voice.recording.reading import read_recording

ASK = RecordingPolicy(enabled=True, consent="ask", hold_s=5)
ANNOUNCE = RecordingPolicy(enabled=True, consent="announce")


def audio_of(path: Path) -> np.ndarray:
    with wave.open(str(path / "audio.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 2, 2)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)


def drawn(samples: np.ndarray) -> str:
    """Draw one side: `#` where there is sound in that 100 ms."""
    return "".join("#" if samples[at : at + 1600].any() else "." for at in range(0, len(samples), 1600))


def test_both_sides_stand_at_their_audio_time_with_the_log_beside_them(tmp_path):
    call = TalkingCall(new_recorder(tmp_path), ["hello"], [Answer(says="Good day.")])
    call.play(".....####...................").end()
    path = tmp_path / DATE / "call-1"
    samples = audio_of(path)
    recorded = read_recording(path)
    kinds = [line.event["type"] for line in recorded.events()]
    at = {line.event["type"]: line.event["at_ms"] for line in recorded.events() if "at_ms" in line.event}

    assert drawn(samples[:, 0]) == ".....####..................."
    assert kinds == [
        *("call_started", "conversation_started", "speech_started", "speech_paused", "final_transcript", "turn_ended"),
        *("user_said", "assistant_said", "reply_started", "reply_finished", "call_ended"),
    ]
    first_sound_ms = int(np.flatnonzero(samples[:, 1])[0]) // 16
    assert abs(first_sound_ms - at["reply_started"]) <= 20
    assert recorded.meta["state"] == "complete"
    assert recorded.meta["duration_ms"] == 2_800
    assert recorded.meta["dropped_frames"] == 0


def test_the_assistant_is_aligned_also_at_another_rate(tmp_path):
    recorder = new_recorder(tmp_path, rate_hz=48_000)
    voice = np.repeat(ANSWER, 3)
    for tick in range(50):
        recorder.heard(np.zeros(320, np.int16), tick * 20 + 20)
        recorder.played(voice if 20 <= tick < 30 else np.zeros(960, np.int16), tick * 20)
    recorder.close()
    loud = np.flatnonzero(np.abs(audio_of(tmp_path / DATE / "call-1")[:, 1]) > 300)

    assert abs(loud[0] / 16 - 400) <= 3
    assert abs(loud[-1] / 16 - 600) <= 3


def test_nothing_is_written_before_consent_and_all_of_it_after(tmp_path):
    call = TalkingCall(new_recorder(tmp_path, policy=ASK), ["hello"])
    call.play("..####............")
    assert files_below(tmp_path) == []
    call.recorder.logged(SlotSet("recording_consent", True))
    call.play("....").end()
    recorded = read_recording(tmp_path / DATE / "call-1")

    assert drawn(audio_of(recorded.path)[:, 0]).startswith("..####....")
    assert recorded.events()[0].event["type"] == "call_started"
    assert recorded.meta["consent"] == {"mode": "ask", "given_ms": 1_800}


def test_while_consent_is_awaited_memory_is_bounded_and_what_is_lost_is_told(tmp_path):
    call = TalkingCall(new_recorder(tmp_path, policy=ASK), ["hello"])
    call.play("#" * 20 + "." * 50)
    call.recorder.logged(SlotSet("recording_consent", True))
    call.play("##").end()
    recorded = read_recording(tmp_path / DATE / "call-1")

    assert drawn(audio_of(recorded.path)[:, 0]) == "." * 70 + "##"
    assert recorded.meta["lost_ms"] == 2_000


@pytest.mark.parametrize("policy", [ASK, ANNOUNCE], ids=["ask", "announce"])
def test_a_call_without_consent_leaves_no_file(tmp_path, policy):
    call = TalkingCall(new_recorder(tmp_path, policy=policy), ["hello"])
    call.play("..####.............").end()

    assert files_below(tmp_path) == []


def test_a_refused_call_leaves_no_file(tmp_path):
    call = TalkingCall(new_recorder(tmp_path, policy=ASK), ["hello"])
    call.play("..####...............")
    call.recorder.logged(SlotSet("recording_consent", False))
    call.play("####....................").end()

    assert files_below(tmp_path) == []


def test_a_later_refusal_deletes_what_was_kept(tmp_path):
    call = TalkingCall(new_recorder(tmp_path), ["hello"])
    call.play("..####..........................")
    assert files_below(tmp_path) != []
    call.recorder.logged(SlotSet("recording_consent", False))
    assert files_below(tmp_path) == []
    call.play("####................").end()

    assert files_below(tmp_path) == []


def test_what_waits_for_a_slow_disk_is_not_written_after_a_refusal(tmp_path):
    executor = Stalled()
    call = TalkingCall(new_recorder(tmp_path, executor=executor), ["hello"])
    call.play("..####..........................")
    call.recorder.logged(SlotSet("recording_consent", False))
    call.end()
    executor.go()

    assert files_below(tmp_path) == []


def test_a_yes_after_a_no_is_a_consent_from_then_on(tmp_path):
    call = TalkingCall(new_recorder(tmp_path, policy=ASK), ["hello"])
    call.play("####......")
    call.recorder.logged(SlotSet("recording_consent", False))
    call.play("####......")
    call.recorder.logged(SlotSet("recording_consent", True))
    call.play("..##......").end()
    recorded = read_recording(tmp_path / DATE / "call-1")

    assert drawn(audio_of(recorded.path)[:, 0]) == "." * 22 + "##......"
    assert recorded.meta["is_whole"] is False
    assert "conversation_started" not in [line.event["type"] for line in recorded.events()]


def test_that_a_flow_empties_the_slot_is_no_refusal(tmp_path):
    call = TalkingCall(new_recorder(tmp_path, policy=ASK), ["hello"])
    call.play("####......")
    call.recorder.logged(SlotSet("recording_consent", True))
    call.recorder.logged(SlotSet("recording_consent", None))
    call.play("......").end()

    assert (tmp_path / DATE / "call-1" / "audio.wav").exists()


def test_with_announce_the_notice_begins_the_recording(tmp_path):
    call = TalkingCall(new_recorder(tmp_path, policy=ANNOUNCE), ["hello"])
    call.play("..")
    call.recorder.event(AssistantSaid("This call is recorded.", "utter_recording_notice"))
    call.play("##........").end()

    assert (tmp_path / DATE / "call-1" / "audio.wav").exists()


PIN = Expectation(kind="text", slot="pin")
TELLS_PIN = Answer(
    (SetSlot("pin", "48151623"),), (SlotSet("pin", "48151623"),), "Thank you, 4815 1623. What else?", Expectation()
)


def sensitive_call(root: Path) -> TalkingCall:
    recorder = new_recorder(root, sensitive=["pin"])
    words = ["hello", "my number is four eight one five one six two three", "goodbye"]
    answers = [Answer(says="What is your number?", asks=PIN), TELLS_PIN, Answer(says="Goodbye.")]
    return TalkingCall(recorder, words, answers)


CALLER = "..####..................########..................####...................."


def test_a_sensitive_value_is_neither_heard_nor_read(tmp_path):
    call = sensitive_call(tmp_path)
    call.play(CALLER).end()
    path = tmp_path / DATE / "call-1"
    samples = audio_of(path)
    told = everything(tmp_path)

    # The turn that told the number and the sentence that read it back are silent, everything else is there.
    assert drawn(samples[:, 0]) == CALLER.replace("########", "........")
    assert drawn(samples[:, 1]).count("#") == 2 * 7
    assert "4815" not in told
    assert "four eight" not in told
    assert "[pin]" in told
    assert "Thank you, [pin]. What else?" in told
    assert read_recording(path).masked_slots == ("pin",)


def test_a_sensitive_value_is_at_no_moment_on_the_disk(tmp_path):
    call = sensitive_call(tmp_path)
    for column in CALLER:
        call.play(column)
        told = everything(tmp_path)
        assert "4815" not in told
        assert "four eight" not in told
    call.end()


def test_what_was_said_to_a_sensitive_question_is_masked_also_if_it_was_not_understood(tmp_path):
    recorder = new_recorder(tmp_path, sensitive=["pin"])
    TalkingCall(recorder, ["four ate one five"], [Answer(says="Sorry?", asks=PIN)]).ask(PIN).play(
        "..########.................."
    ).end()

    assert "####" not in drawn(audio_of(tmp_path / DATE / "call-1")[:, 0])
    assert "four ate" not in everything(tmp_path)


def test_a_value_that_becomes_known_late_is_masked_in_what_was_written(tmp_path):
    recorder = new_recorder(tmp_path, sensitive=["pin"])
    call = TalkingCall(recorder, ["take 48151623 please", "yes"], [Answer(says="Shall I?"), Answer(says="Done.")])
    call.play("..######........................" + "." * 60)
    assert "48151623" in everything(tmp_path)  # nobody knows yet that this is one
    call.recorder.logged(SlotSet("pin", "48151623"))
    call.play("..").end()
    samples = audio_of(tmp_path / DATE / "call-1")

    assert "48151623" not in everything(tmp_path)
    assert "#" not in drawn(samples[:, 0])
    assert "#" in drawn(samples[:, 1])


def test_where_sentences_are_told_only_the_one_with_the_value_is_silent(tmp_path):
    recorder = new_recorder(tmp_path, sensitive=["pin"])
    recorder.event(CallStarted("call-1", "Bank", "fake"))
    recorder.logged(SlotSet("pin", "48151623"))
    for tick in range(300):
        if tick in (50, 100, 150):
            text = {50: "I have heard you.", 100: "It is 4815 1623.", 150: "What else?"}[tick]
            recorder.sentence(text, tick * 20)
        recorder.heard(np.zeros(320, np.int16), tick * 20 + 20)
        recorder.played(ANSWER if 50 <= tick < 200 else np.zeros(320, np.int16), tick * 20)
    recorder.close()
    right = drawn(audio_of(tmp_path / DATE / "call-1")[:, 1])

    assert right[10:19] == "#########"
    assert right[20:30] == "." * 10
    assert right[30:40] == "#" * 10


def test_a_value_that_was_heard_in_part_is_masked(tmp_path):
    recorder = new_recorder(tmp_path, sensitive=["pin"])
    recorder.logged(SlotSet("pin", "48151623"))
    recorder.logged(AssistantSaid("Thank you. It is 4815 1623."))
    recorder.logged(ReplyCutShort("Thank you. It is 481"))
    recorder.logged(UserSaid("stop", (), "llm"))
    recorder.logged(AssistantSaid("All right."))
    recorder.logged(UserSaid("go on", (), "llm"))
    recorder.logged(AssistantSaid("Well."))
    recorder.logged(ReplyCutShort("We"))
    recorder.heard(VOICE, 20)
    recorder.close()
    heard = read_recording(tmp_path / DATE / "call-1").dialogue_events()

    assert "481" not in everything(tmp_path)
    assert ReplyCutShort("[pin]") in heard
    assert ReplyCutShort("We") in heard


def test_the_description_names_what_was_masked_and_no_value(tmp_path):
    call = sensitive_call(tmp_path)
    call.play(CALLER).end()
    meta = json.loads((tmp_path / DATE / "call-1" / "meta.json").read_text())

    assert meta["masked_slots"] == ["pin"]
    assert [side for side, _, _ in meta["masked_spans"]] == ["caller", "assistant"]
    assert meta["call_id"] == "call-1"


def test_no_consent_is_needed_where_none_is_asked(tmp_path):
    TalkingCall(new_recorder(tmp_path, policy=KEPT), ["hello"]).play("####......").end()

    assert (tmp_path / DATE / "call-1").is_dir()
    assert not (tmp_path / ".open" / DATE / "call-1").exists()


def test_a_turn_that_is_understood_after_a_minute_is_masked_all_the_same(tmp_path):
    recorder = new_recorder(tmp_path, sensitive=["pin"])
    for tick in range(60 * 50):
        if tick == 100:
            recorder.event(SpeechStarted(2_000))
        if tick == 200:
            recorder.event(PartialTranscript("four eight", 4_000))
        if tick == 2_900:
            recorder.event(TurnEnded(1, "four eight one five", 57_000, 58_000))
        recorder.heard(VOICE if 100 <= tick < 2_850 else np.zeros(320, np.int16), tick * 20 + 20)
    assert audio_of(tmp_path / ".open" / DATE / "call-1").any()  # the delay line has its bound
    assert "four" not in everything(tmp_path)
    recorder.logged(UserSaid("four eight one five", (SetSlot("pin", "4815"),), "llm"))
    recorder.close()

    assert not audio_of(tmp_path / DATE / "call-1").any()
    assert "four" not in everything(tmp_path)


def test_keys_are_not_written_where_something_is_sensitive(tmp_path):
    call = TalkingCall(new_recorder(tmp_path, sensitive=["pin"]), ["hello"])
    for key in "8314":
        call.recorder.event(KeyPressed(key, call.now_ms))
    call.play("..####..............").end()
    told = everything(tmp_path)
    assert told.count('"key": "[key]"') + told.count('"key":"[key]"') == 4
    assert '"key": "8"' not in told.replace('":"', '": "')


def test_a_sensitive_day_is_masked_in_every_usual_form(tmp_path):
    birth = Expectation(kind="text", slot="birth")
    said = "Your date of birth is March 5, 1980, or 5th of March 1980. What else?"
    answers = [
        Answer((), (), "When were you born?", birth),
        Answer((SetSlot("birth", "1980-03-05"),), (SlotSet("birth", "1980-03-05"),), said, Expectation()),
    ]
    call = TalkingCall(new_recorder(tmp_path, sensitive=["birth"]), ["hello", "fifth of march eighty"], answers)
    call.play("..####" + "." * 30 + "######" + "." * 40).end()
    told = everything(tmp_path)
    assert "March 5" not in told
    assert "5th of March" not in told
