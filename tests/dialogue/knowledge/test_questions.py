"""The questions written by hand: by words alone no worse than when they were written, and with the encoder."""

from __future__ import annotations

import pytest

from models.cache import ModelCache
from models.encoder import MiniLmEncoder
from tests.bench.knowledge import REPORTED, TUNING, ask_all, questions_of, tallied


async def test_by_words_alone():
    told = tallied(await ask_all(REPORTED, None))

    assert told.said_rightly >= 30
    assert told.said_although <= 4


@pytest.mark.model
async def test_with_the_encoder():
    told = tallied(await ask_all(REPORTED, MiniLmEncoder.from_cache(ModelCache())))

    assert told.right_passage_first >= 45
    assert told.said_rightly >= 40
    assert told.said_although <= 6


def test_there_are_enough_questions_of_both_kinds():
    questions = [entry for name in (*TUNING, *REPORTED) for entry in questions_of(name)]

    assert len(questions) >= 120
    assert sum("expect" not in entry for entry in questions) >= 50
