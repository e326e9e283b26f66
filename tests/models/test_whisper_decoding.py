"""What the recogniser's worker makes of real audio: batches, steps, languages, words, and audio nobody should send."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import jiwer
import numpy as np
import pytest
import pytest_asyncio

from models.cache import ModelCache
from models.errors import ModelUnavailable
from models.whisper import WhisperConfig, WhisperRecogniser
from models.workers.whisper import Ask, Found, WhisperModel
from tests.support.recordings import load_call
from tests.support.words import normalise
from voice.caller.wav import CALL_RATE_HZ, load_utterance
from voice.ports import Audio, Priority, RecognitionDropped, Transcript
from voice.resampling import Resampler

pytestmark = [pytest.mark.model, pytest.mark.slow]

_RATE_HZ = 16_000
_LADDER = (12.0, 30.0)


@pytest.fixture(scope="module")
def spoken() -> list[tuple[str, Audio]]:
    """The utterances of the bank example's recorded calls, with their texts."""
    found = []
    for each in load_call("transfer"):
        samples = load_utterance(each.path).samples
        found.append(
            (each.text, Resampler(_RATE_HZ).convert(samples, CALL_RATE_HZ).astype(np.float32) / np.float32(32768))
        )
    return found


@pytest.fixture(scope="module")
def model() -> WhisperModel:
    folder = ModelCache().path("whisper-base", "model.bin").parent
    return WhisperModel(folder, threads=1)


def _ask(audio: Audio, **changes: object) -> Ask:
    return replace(Ask(audio, "en", (), _LADDER, -0.7), **changes)  # type: ignore[arg-type]


def _recognise(model: WhisperModel, asks: Sequence[Ask]) -> tuple[list[list[Found]], int]:
    """Return what was found, and how often it could have been stopped on the way."""
    working = model.recognise(asks)
    stops = 0
    while True:
        try:
            next(working)
        except StopIteration as end:
            return end.value, stops
        stops += 1


def _error_rate(model: WhisperModel, spoken: list[tuple[str, Audio]]) -> float:
    texts = [_text(_recognise(model, [_ask(audio)])[0][0]) for _, audio in spoken]
    return float(jiwer.wer([normalise(text) for text, _ in spoken], [normalise(text) or "-" for text in texts]))


def _text(pieces: list[Found]) -> str:
    return " ".join(piece.decoded.text for piece in pieces)


def test_a_batch_gives_what_each_gives_alone(model: WhisperModel, spoken: list[tuple[str, Audio]]) -> None:
    asks = [_ask(audio) for _, audio in spoken[:3]]
    asks.append(_ask(spoken[0][1], hints=("Siobhan", "Joaquin")))  # another length of prompt
    asks.append(_ask(np.zeros(10, dtype=np.float32)))  # nothing in it
    together, _ = _recognise(model, asks)
    alone = [_recognise(model, [ask])[0][0] for ask in asks]
    assert [_text(pieces) for pieces in together] == [_text(pieces) for pieces in alone]
    assert together[-1] == []


@pytest.mark.parametrize("hints", [(), ("Siobhan", "Joaquin", "John Miller", "the electricity company", "Priya Patel")])
def test_steps_give_the_same_text_and_can_be_stopped_between(
    model: WhisperModel, spoken: list[tuple[str, Audio]], hints: tuple[str, ...]
) -> None:
    audio = np.concatenate([spoken[0][1], spoken[1][1], spoken[2][1]])
    (whole,), _ = _recognise(model, [_ask(audio, hints=hints)])
    (stepped,), stops = _recognise(model, [_ask(audio, hints=hints, is_stoppable=True)])
    assert whole[0].decoded.tokens > 8
    assert _text(stepped) == _text(whole)
    assert stepped[0].decoded.log_probability == pytest.approx(whole[0].decoded.log_probability, abs=0.05)
    assert stops > 1


def test_each_word_has_a_confidence_and_an_unclear_one_less(
    model: WhisperModel, spoken: list[tuple[str, Audio]]
) -> None:
    audio = spoken[0][1]
    ((clear,),), _ = _recognise(model, [_ask(audio)])
    assert [word.text for word in clear.words] == clear.decoded.text.split()
    noise = np.random.default_rng(3).normal(0, 0.15, len(audio)).astype(np.float32)
    ((unclear,),), _ = _recognise(model, [_ask(audio + noise)])
    assert np.mean([word.confidence for word in unclear.words]) < np.mean([word.confidence for word in clear.words])
    tokens = [word.confidence for word in clear.words]
    assert all(0 < confidence <= 1 for confidence in tokens)


def test_the_telephone_costs_few_words(model: WhisperModel, spoken: list[tuple[str, Audio]]) -> None:
    """µ-law at 8 kHz and back: at most 3 points more errors."""
    telephone = [(text, _over_the_telephone(audio)) for text, audio in spoken]
    assert _error_rate(model, telephone) <= _error_rate(model, spoken) + 0.03


def _over_the_telephone(audio: Audio) -> Audio:
    """Return 16 kHz audio as it is after G.711 µ-law (ITU-T G.711: mu = 255, 8 bits) at 8 kHz."""
    pcm = (np.clip(audio, -1, 1) * 32767).astype(np.int16)
    down = Resampler(8_000)
    narrow = np.concatenate([down.convert(pcm, _RATE_HZ), down.flush()]).astype(np.float32) / np.float32(32768)
    companded = np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256)
    stepped = np.round(companded * 127) / 127
    expanded = np.sign(stepped) * (256 ** np.abs(stepped) - 1) / 255
    up = Resampler(_RATE_HZ)
    wide = np.concatenate([up.convert((expanded * 32767).astype(np.int16), 8_000), up.flush()])
    return wide.astype(np.float32) / np.float32(32768)


def test_the_language_is_detected_where_asked_for(model: WhisperModel, spoken: list[tuple[str, Audio]]) -> None:
    (auto, german), _ = _recognise(model, [_ask(spoken[0][1], language="auto"), _ask(spoken[0][1], language="de")])
    assert auto[0].language == "en"
    assert 0.5 < auto[0].language_probability <= 1
    assert (german[0].language, german[0].language_probability) == ("de", 1.0)


def _bad_audio() -> dict[str, Audio]:
    rng = np.random.default_rng(5)
    tone = np.sin(2 * np.pi * 220 * np.arange(2 * _RATE_HZ) / _RATE_HZ).astype(np.float32)
    return {
        "nothing": np.zeros(0, dtype=np.float32),
        "one sample": np.ones(1, dtype=np.float32),
        "silence": np.zeros(2 * _RATE_HZ, dtype=np.float32),
        "noise": rng.normal(0, 0.1, 2 * _RATE_HZ).astype(np.float32),
        "music": 0.3 * tone + 0.2 * np.roll(tone, 37) ** 3,
        "clipped": np.sign(tone),
        "beyond full scale": 50 * tone,
        "offset": np.full(2 * _RATE_HZ, 0.8, dtype=np.float32),
        "not numbers": np.full(2 * _RATE_HZ, np.nan, dtype=np.float32),
        "infinite": np.full(2 * _RATE_HZ, np.inf, dtype=np.float32),
    }


@pytest.mark.parametrize("name", list(_bad_audio()))
def test_bad_audio_gives_a_text_or_nothing(model: WhisperModel, name: str) -> None:
    (pieces,), _ = _recognise(model, [_ask(_bad_audio()[name], floors_s=(8.0, 12.0))])
    assert all(np.isfinite(piece.decoded.log_probability) for piece in pieces)


def test_spoilt_speech_is_still_speech(model: WhisperModel, spoken: list[tuple[str, Audio]]) -> None:
    text, audio = spoken[0]
    for spoilt in (np.clip(audio * 8, -0.5, 0.5), audio + 0.3, audio * 0.01):
        (pieces,), _ = _recognise(model, [_ask(spoilt.astype(np.float32))])
        assert jiwer.wer(normalise(text), normalise(_text(pieces)) or "-") <= 0.35


def test_two_people_at_once_are_text(model: WhisperModel, spoken: list[tuple[str, Audio]]) -> None:
    one, other = spoken[0][1], spoken[1][1]
    length = min(len(one), len(other))
    (pieces,), _ = _recognise(model, [_ask(one[:length] + other[:length])])
    assert len(pieces) == 1


def test_forty_seconds_are_heard_to_the_end(model: WhisperModel, spoken: list[tuple[str, Audio]]) -> None:
    text, audio = spoken[0]
    pause = np.zeros(_RATE_HZ, dtype=np.float32)
    times = int(40 * _RATE_HZ / (len(audio) + len(pause))) + 1
    (pieces,), _ = _recognise(model, [_ask(np.concatenate([audio, pause] * times))])
    assert len(pieces) > 1
    assert len(normalise(_text(pieces)).split()) >= 0.5 * times * len(normalise(text).split())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def recogniser() -> AsyncIterator[WhisperRecogniser]:
    recogniser = WhisperRecogniser(ModelCache(), WhisperConfig(batch_limit=2))
    await recogniser.start()
    yield recogniser
    await recogniser.close()


@pytest.mark.asyncio(loop_scope="module")
async def test_a_detected_language_is_kept_for_the_call(
    recogniser: WhisperRecogniser, spoken: list[tuple[str, Audio]]
) -> None:
    first = await recogniser.recognise(spoken[0][1], language="auto", priority=Priority.FINAL, key="call 1")
    assert first.language == "en"
    hum = np.random.default_rng(1).normal(0, 0.05, _RATE_HZ).astype(np.float32)
    kept = await recogniser.recognise(hum, language="auto", priority=Priority.FINAL, key="call 1")
    assert kept.language == "en"
    chosen = await recogniser.recognise(spoken[0][1], language="de", priority=Priority.FINAL, key="call 1")
    assert chosen.language == "de"


@pytest.mark.asyncio(loop_scope="module")
async def test_words_come_with_a_final_and_not_with_a_partial(
    recogniser: WhisperRecogniser, spoken: list[tuple[str, Audio]]
) -> None:
    final = await recogniser.recognise(spoken[0][1], priority=Priority.FINAL, is_short_expected=True)
    assert [word.text for word in final.words] == final.text.split()
    partial = await recogniser.recognise(spoken[0][1], priority=Priority.PARTIAL, key="call 1")
    assert partial.words == ()
    assert jiwer.wer(normalise(final.text), normalise(partial.text)) <= 0.5


@pytest.mark.asyncio(loop_scope="module")
async def test_words_are_found_in_the_audio(recogniser: WhisperRecogniser, spoken: list[tuple[str, Audio]]) -> None:
    pause = np.zeros(_RATE_HZ // 2, dtype=np.float32)
    audio = np.concatenate([pause, spoken[1][1], pause, spoken[0][1]])
    heard = await recogniser.recognise(audio, priority=Priority.FINAL)
    words = await recogniser.find_words(audio, heard)
    assert [word.text for word in words] == heard.text.split()
    assert [word.confidence for word in words] == [word.confidence for word in heard.words]
    times = [(word.start_ms or 0, word.end_ms or 0) for word in words]
    assert all(begin <= end for begin, end in times)
    assert times == sorted(times)
    second_ms = (len(spoken[1][1]) + 2 * len(pause)) * 1000 // _RATE_HZ
    begins = {word.text.casefold().strip(".,"): word.start_ms or 0 for word in words}
    assert begins["please"] < second_ms < begins["money"] < len(audio) * 1000 // _RATE_HZ
    assert await recogniser.find_words(pause, replace(heard, text="", words=())) == ()


@pytest.mark.asyncio(loop_scope="module")
async def test_one_bad_request_of_a_batch_leaves_the_others_alone(
    recogniser: WhisperRecogniser, spoken: list[tuple[str, Audio]]
) -> None:
    running = asyncio.create_task(recogniser.recognise(spoken[0][1], priority=Priority.FINAL))
    await asyncio.sleep(0)
    good = asyncio.create_task(recogniser.recognise(spoken[1][1], priority=Priority.FINAL))
    bad = asyncio.create_task(recogniser.recognise(spoken[1][1], language="xx", priority=Priority.FINAL))
    await running
    with pytest.raises(ModelUnavailable, match="does not know the language 'xx'"):
        await bad
    assert (await good).text


@pytest.mark.asyncio(loop_scope="module")
async def test_calls_at_once_get_their_finals_whatever_partials_they_ask_for(
    recogniser: WhisperRecogniser, spoken: list[tuple[str, Audio]]
) -> None:
    async def call(number: int) -> str:
        audio = spoken[number][1]
        partials = [
            asyncio.create_task(recogniser.recognise(audio[:length], priority=Priority.PARTIAL, key=f"call {number}"))
            for length in range(_RATE_HZ // 2, len(audio), _RATE_HZ // 2)
        ]
        await asyncio.sleep(0)
        final = await recogniser.recognise(audio, priority=Priority.FINAL, key=f"call {number}")
        outcomes = await asyncio.gather(*partials, return_exceptions=True)
        assert all(isinstance(one, Transcript | RecognitionDropped) for one in outcomes), outcomes
        assert not isinstance(outcomes[0], Transcript), "each newer one takes the place of the one before"
        return final.text

    together = await asyncio.gather(*(call(number) for number in range(3)))
    alone = [(await recogniser.recognise(audio, priority=Priority.FINAL)).text for _, audio in spoken[:3]]
    assert together == alone


@pytest.mark.asyncio(loop_scope="module")
async def test_a_final_outlives_the_process_that_it_was_in(
    recogniser: WhisperRecogniser, spoken: list[tuple[str, Audio]]
) -> None:
    pid = recogniser.pid
    assert pid is not None
    asked = [
        asyncio.create_task(recogniser.recognise(spoken[0][1], priority=priority, key="call 1"))
        for priority in (Priority.FINAL, Priority.PARTIAL)
    ]
    await asyncio.sleep(0.05)  # until it has begun, or else it simply waits
    os.kill(pid, signal.SIGKILL)
    final, partial = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(final, Transcript)
    assert jiwer.wer(normalise(spoken[0][0]), normalise(final.text)) <= 0.35
    assert not isinstance(partial, asyncio.CancelledError)
    assert recogniser.pid not in (None, pid)
