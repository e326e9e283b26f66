"""Endpointing of open speech played offline: the texts, and what counts as ended early."""

from __future__ import annotations

import random

from tests.bench.open_pauses import Known, Text, play, read_texts, row, shape_of_kind, spoken_pieces
from tests.support.server import ROOT
from voice.turns.policy import TurnPolicy

POLICY = TurnPolicy()
DRAWN = 200


def outcomes(known: list[Known], kind: str) -> list:
    chance = random.Random(1)
    return [play(known, shape_of_kind(kind), POLICY, chance) for _ in range(DRAWN)]


def test_every_text_is_for_an_assistant_and_is_written_once():
    texts = read_texts()

    assert len(texts) >= 150
    assert len({text.pieces for text in texts}) == len(texts)
    assert all(
        (ROOT / text.assistant / "domain.yml").exists() or (ROOT / text.assistant / "domain").exists() for text in texts
    )
    assert {text.is_seen for text in texts} == {True, False}


def test_pieces_sound_as_if_they_went_on_but_the_last():
    assert spoken_pieces(Text("request", "a", True, ("Hello.", "I need", "a card."))) == [
        "Hello.",
        "I need,",
        "a card.",
    ]


def test_a_story_is_never_ended_in_a_pause_however_finished_it_sounds():
    told = [Known("There was a leak.", 0.99), Known("There was a leak. The floor is wet.", 0.99)]

    assert not any(outcome.ended_early for outcome in outcomes(told, "story"))


def test_a_whole_request_that_grows_is_ended_early_in_long_pauses_and_taken_back_where_words_come_first():
    known = [Known("I want to send money.", 0.99, confidence=0.99), Known("I want to send money to Joe.", 0.9)]
    found = outcomes(known, "request")
    early = sum(outcome.ended_early for outcome in found)

    assert 0.4 * DRAWN <= early <= 0.9 * DRAWN
    assert not any(outcome.cut_off for outcome in found)
    acting = [Known("I want to send money.", 0.99, confidence=0.99, has_words=False), known[1]]
    assert sum(outcome.cut_off for outcome in outcomes(acting, "request")) == early


def test_what_is_fluent_is_waited_for_once():
    found = outcomes([Known("What is my limit?", 0.97, confidence=0.9)], "request")

    assert {outcome.waited_ms for outcome in found} == {POLICY.request_wait_ms}
    assert str(POLICY.request_wait_ms) in row(
        "fluent", [(Text("request", "a", True, ("What is my limit?",)), found[0])]
    )
