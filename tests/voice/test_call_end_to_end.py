"""The whole loop: a real server with real models, called over WebRTC by the `call` verb with recorded speech."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pytest

from models.cache import ModelCache
from models.whisper import WhisperRecogniser
from tests.support.recordings import load_call
from tests.support.server import VIVAVOCE, Served, serve_assistant
from tests.support.words import normalise
from voice.audio import LISTEN_RATE_HZ, to_float
from voice.caller.wav import CALL_RATE_HZ, load_utterance
from voice.ports import Priority
from voice.resampling import Resampler

pytestmark = [pytest.mark.model, pytest.mark.network, pytest.mark.slow]

TRANSFER = load_call("transfer")
CALL_LIMIT_S = 300
MAX_WORD_ERROR_RATE = 0.10
MARGIN_MS = 200
"""Put around an answer before it is recognised, so that soft first and last sounds are heard."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve_assistant(tmp_path_factory.mktemp("served")) as server:
        yield server


def place_call(served: Served, out: Path, *words: str) -> dict[str, Any]:
    """Run `vivavoce call --json` and return what it printed."""
    arguments = [str(VIVAVOCE), "call", served.url, *words, "--out", str(out), "--json", "--turn-timeout", "40"]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=CALL_LIMIT_S, check=False)
    said = f"exit {done.returncode}\n{done.stdout}\n{done.stderr}\nserver:\n{served.output}"
    assert done.returncode == 0, said
    given = json.loads(done.stdout)
    assert isinstance(given, dict)
    return given


@pytest.fixture(scope="module")
def transfer(served: Served, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """The recorded transfer, called once; the tests look at it from different sides."""
    out = tmp_path_factory.mktemp("transfer") / "reply.wav"
    return place_call(served, out, "--wav", *(str(each.path) for each in TRANSFER)), out


def transfers(served: Served) -> list[tuple[str, str, int]]:
    with sqlite3.connect(served.bank_database) as connection:
        return connection.execute("SELECT customer, recipient, amount_cents FROM transfer").fetchall()


def slots_after(call: dict[str, Any], turn: int) -> dict[str, Any]:
    """Return every value that the call had set up to and with a turn, the last one of each slot."""
    return {slot["name"]: slot["value"] for each in call["turns"][: turn + 1] for slot in each["slots"]}


def was_set(call: dict[str, Any], turn: int, name: str, value: Any) -> bool:
    """Tell whether a slot has a value after a turn, or had it before the flow's end took it away."""
    given = [slot["value"] for slot in call["turns"][turn]["slots"] if slot["name"] == name]
    return value in given or slots_after(call, turn).get(name) == value


def test_the_transfer_is_understood_turn_by_turn(transfer: tuple[dict[str, Any], Path]) -> None:
    call, _ = transfer
    assert len(call["turns"]) == len(TRANSFER) == 5
    for number, expected in enumerate(TRANSFER):
        turn = call["turns"][number]
        if expected.answer is not None:
            assert expected.answer in turn["responses"], turn
        for name, value in expected.slots.items():
            assert was_set(call, number, name, value), (number, name, turn)
        for name, count in expected.actions.items():
            assert turn["actions"].count(name) == count, turn
    assert call["faults"] == []


def test_the_money_is_sent_exactly_once(served: Served, transfer: tuple[dict[str, Any], Path]) -> None:
    call, _ = transfer
    assert call["actions"].count("action_execute_transfer") == 1
    sent = [(recipient, cents) for _, recipient, cents in transfers(served)]
    assert sent.count(("Joe", 50_00)) == 1


def test_every_reply_is_audible_and_its_gap_is_measured(transfer: tuple[dict[str, Any], Path]) -> None:
    call, out = transfer
    received = load_utterance(out).samples
    for turn in call["turns"]:
        heard = received[turn["answer_start_ms"] * 48 : turn["answer_end_ms"] * 48]
        assert len(heard) > CALL_RATE_HZ // 5, turn
        assert np.abs(heard).max() > 3_000, turn
        assert 0 < turn["gap_ms"] < 20_000, turn
        assert set(turn["parts"]) >= {"endpoint", "recognition", "understanding", "flow", "first_audio", "transport"}
        assert abs(turn["unaccounted_ms"]) <= 5, turn
        assert -20 <= turn["uplink_ms"] <= 400, turn
        assert -20 <= turn["downlink_ms"] <= 400, turn


def test_the_replies_can_be_understood(transfer: tuple[dict[str, Any], Path]) -> None:
    """What was received, recognised again, has at most one word in ten wrong over the whole call."""
    call, out = transfer
    recognised = asyncio.run(recognise_answers(call, load_utterance(out).samples))
    said = [normalise(turn["answered"]) for turn in call["turns"]]
    heard = [normalise(text) for text in recognised]
    rate = jiwer.wer(said, heard)
    assert rate <= MAX_WORD_ERROR_RATE, f"{rate:.3f}: " + "; ".join(
        f"{a!r} / {b!r}" for a, b in zip(said, heard, strict=True)
    )


async def recognise_answers(call: dict[str, Any], received: np.ndarray[Any, np.dtype[np.int16]]) -> list[str]:
    recogniser = WhisperRecogniser(ModelCache())
    await recogniser.start()
    try:
        texts = []
        for turn in call["turns"]:
            begin = max(turn["answer_start_ms"] - MARGIN_MS, 0) * 48
            samples = received[begin : (turn["answer_end_ms"] + MARGIN_MS) * 48]
            listened = Resampler(LISTEN_RATE_HZ).convert(samples, CALL_RATE_HZ)
            texts.append((await recogniser.recognise(to_float(listened), priority=Priority.FINAL)).text)
        return texts
    finally:
        await recogniser.close()


def test_two_calls_at_once_do_not_disturb_each_other(served: Served, tmp_path: Path) -> None:
    before = len(transfers(served))
    sends = ["--wav", *(str(each.path) for each in TRANSFER)]
    asks = ["--say", "Who are my contacts?", "No, thank you."]
    with ThreadPoolExecutor(2) as pool:
        sending = pool.submit(place_call, served, tmp_path / "sends.wav", *sends)
        asking = pool.submit(place_call, served, tmp_path / "asks.wav", *asks)
        sent, asked = sending.result(), asking.result()
    assert sent["call_id"] != asked["call_id"]
    assert sent["actions"].count("action_execute_transfer") == 1
    assert asked["actions"].count("action_execute_transfer") == 0
    assert was_set(sent, 2, "transfer_amount", 50)
    assert not any(name.startswith("transfer_") and value for name, value in asked["slots"].items()), asked["slots"]
    assert "anna" in normalise(asked["turns"][0]["answered"])
    assert not any("contacts are" in turn["answered"].lower() for turn in sent["turns"])
    assert len(transfers(served)) == before + 1
