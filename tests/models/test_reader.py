"""The reader's network: what a text means to it depends on the text alone."""

from __future__ import annotations

import numpy as np

from models.reader import ReaderModel

TEXTS = ("Send money to somebody.", "Block a card that was lost or stolen, debit, credit or travel.", "Hours", "ja")


async def test_a_text_is_encoded_as_it_would_be_alone() -> None:
    together = await ReaderModel().encode(TEXTS)
    for text, row in zip(TEXTS, together, strict=True):
        assert np.array_equal((await ReaderModel().encode([text]))[0], row)
