"""The playback queue: one live reply, late audio dropped, and an exact account of what was heard."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voice.audio import first_audible_sample
from voice.speech.playback import KEPT_PAUSE_MS, SKIPPED_PAUSE_MS, PlaybackQueue

RATE_HZ = 16_000
FRAME = 320


def tone(samples: int) -> np.ndarray:
    return (8000 * np.sin(np.arange(samples) / 5)).astype(np.int16)


def test_silence_when_there_is_nothing_to_play() -> None:
    frame = PlaybackQueue(RATE_HZ).next_frame()
    assert len(frame.samples) == FRAME
    assert not frame.samples.any()
    assert frame.reply_id is None


@given(st.lists(st.integers(1, 900), min_size=1, max_size=20))
def test_whatever_the_pieces_the_samples_come_out_in_order(sizes: list[int]) -> None:
    queue = PlaybackQueue(RATE_HZ)
    queue.open(1)
    whole = tone(sum(sizes))
    for piece in np.split(whole, np.cumsum(sizes)[:-1]):
        assert queue.put(1, piece)
    queue.complete(1)
    played = []
    while not (frame := queue.next_frame()).is_last:
        played.append(frame.samples)
    assert np.array_equal(np.concatenate(played)[: len(whole)], whole)
    assert sum(1 for frame in played if len(frame) != FRAME) == 0


def test_the_first_audible_frame_is_told_once_with_its_onset() -> None:
    queue = PlaybackQueue(RATE_HZ)
    queue.open(1)
    queue.put(1, np.concatenate([np.zeros(FRAME + 160, dtype=np.int16), tone(FRAME * 2)]))
    frames = [queue.next_frame() for _ in range(4)]
    assert [frame.is_first_audible for frame in frames] == [False, True, False, False]
    assert frames[1].onset_ms == 10


def test_audio_of_a_stopped_reply_is_dropped_by_its_id() -> None:
    queue = PlaybackQueue(RATE_HZ)
    queue.open(1)
    queue.put(1, tone(FRAME * 10))
    queue.next_frame()
    queue.next_frame()
    assert queue.stop(1) == 40
    assert not queue.put(1, tone(FRAME))
    faded = queue.next_frame().samples
    assert abs(int(faded[-1])) < 60
    assert not queue.next_frame().samples.any()
    assert queue.stop(1) is None


def test_a_new_reply_replaces_the_old_one() -> None:
    queue = PlaybackQueue(RATE_HZ)
    queue.open(1)
    queue.put(1, tone(FRAME * 3))
    queue.open(2)
    assert not queue.put(1, tone(FRAME))
    queue.put(2, tone(FRAME))
    assert queue.next_frame().reply_id == 2
    assert queue.heard_ms == 20


def test_a_reply_that_pauses_between_sentences_stays_live() -> None:
    queue = PlaybackQueue(RATE_HZ)
    queue.open(1)
    queue.put(1, tone(FRAME))
    queue.next_frame()
    assert not queue.next_frame().is_last
    queue.put(1, tone(FRAME))
    queue.complete(1)
    assert queue.next_frame().reply_id == 1
    assert queue.next_frame().is_last
    assert queue.reply_id is None


def test_what_lies_behind_a_place_is_cut_off_without_a_click() -> None:
    queue = PlaybackQueue(48_000)
    queue.open(1)
    queue.begin_sentence(1, 0)
    queue.put(1, np.full(48 * 50, 8_000, np.int16))
    queue.begin_sentence(1, 1)
    queue.put(1, np.full(48 * 50, 8_000, np.int16))
    queue.next_frame()
    assert queue.cut(2, 30) is None, "another reply's"
    assert queue.cut(1, 100) is None, "there is nothing behind its end"
    assert queue.cut(1, 35) == 35 * 48
    assert queue.buffered_ms == 15
    queue.put(1, np.full(48 * 5, 7_000, np.int16))
    frame = queue.next_frame()
    assert frame.sentence is None, "the second sentence never begins"
    kept = frame.samples[: 15 * 48].astype(np.int64)
    assert kept[0] == 8_000
    assert abs(kept[-1]) < 20
    assert np.abs(np.diff(kept)).max() < 20
    assert frame.samples[15 * 48] == 7_000, "what is put next follows at once"


def test_a_cut_before_what_was_played_leaves_nothing_and_takes_nothing_back() -> None:
    queue = PlaybackQueue(48_000)
    queue.open(1)
    queue.put(1, np.full(48 * 60, 8_000, np.int16))
    queue.next_frame()
    assert queue.cut(1, 0) == 20 * 48
    assert queue.buffered_ms == 0
    assert queue.heard_ms == 20
    queue.complete(1)
    assert queue.next_frame().is_last


def test_a_reply_that_goes_on_in_a_pause_of_its_own_leaves_the_pause_out() -> None:
    queue = PlaybackQueue(RATE_HZ)
    queue.open(1)
    queue.begin_sentence(1, 0)
    queue.put(1, tone(FRAME * 3))
    queue.put(1, np.zeros(FRAME * 10, dtype=np.int16))
    queue.begin_sentence(1, 1)
    queue.put(1, tone(FRAME * 3))
    queue.complete(1)
    before = [queue.next_frame() for _ in range(4)]
    queue.pause(1)
    held = [queue.next_frame() for _ in range(5)]
    queue.resume(1)
    after = [queue.next_frame() for _ in range(3)]

    assert [frame.sentence for frame in before] == [0, None, None, None]
    assert not any(frame.samples.any() for frame in held)
    kept = RATE_HZ * KEPT_PAUSE_MS // 1000
    assert [bool(frame.samples.any()) for frame in after] == [True] * 3
    assert not after[0].samples[:kept].any()
    assert np.array_equal(after[0].samples[kept:], tone(FRAME * 3)[: FRAME - kept]), "its first sound is all there"
    assert [frame.sentence for frame in after] == [1, None, None]
    assert queue.heard_ms == 16 * 20 - KEPT_PAUSE_MS


def test_a_breath_before_the_next_sentence_is_still_its_pause() -> None:
    queue = PlaybackQueue(RATE_HZ)
    queue.open(1)
    queue.put(1, tone(FRAME * 3))
    breath = tone(FRAME * 40) // 80
    queue.put(1, breath)
    queue.put(1, tone(FRAME * 10))
    for _ in range(4):
        queue.next_frame()
    queue.pause(1)
    queue.resume(1)

    assert first_audible_sample(breath, RATE_HZ) == 0, "by itself it would be heard"
    assert queue.heard_ms == 80 + SKIPPED_PAUSE_MS - KEPT_PAUSE_MS


def test_a_pause_that_ends_what_there_is_so_far_is_left_out_too() -> None:
    queue = PlaybackQueue(RATE_HZ)
    queue.open(1)
    queue.put(1, tone(FRAME * 2))
    queue.put(1, np.zeros(FRAME * 10, dtype=np.int16))
    for _ in range(3):
        queue.next_frame()
    queue.pause(1)
    queue.resume(1)

    assert queue.buffered_ms == KEPT_PAUSE_MS


def test_a_reply_that_goes_on_amid_a_sound_loses_nothing_of_it() -> None:
    queue = PlaybackQueue(RATE_HZ)
    queue.open(1)
    queue.put(1, tone(FRAME * 6))
    queue.next_frame()
    queue.next_frame()
    queue.pause(1)
    queue.next_frame()
    queue.resume(1)

    assert queue.heard_ms == 40
    assert queue.buffered_ms == 80
