"""The sentence encoder: vectors of unit length that are near where meanings are, and clear errors."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from models.cache import ModelCache
from models.encoder import DIMENSIONS, MiniLmEncoder
from models.errors import ModelMissing, ModelUnavailable


@pytest.fixture(scope="module")
def encoder() -> MiniLmEncoder:
    return MiniLmEncoder.from_cache(ModelCache())


def test_a_missing_file_says_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="models fetch minilm-l6-v2"):
        MiniLmEncoder(tmp_path / "model.onnx", tmp_path / "tokenizer.json")


def test_a_broken_file_is_reported(tmp_path: Path) -> None:
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"no model")
    with pytest.raises(ModelUnavailable):
        MiniLmEncoder(tmp_path / "model.onnx", tmp_path / "tokenizer.json")


@pytest.mark.model
async def test_meaning_is_nearness(encoder: MiniLmEncoder) -> None:
    said, flow, other = await encoder.encode(
        ["I want to wire some cash to Anna", "transfer money: send money to a contact", "opening hours of the shop"]
    )
    assert said @ flow > said @ other + 0.2


@pytest.mark.model
async def test_rows_are_unit_vectors_in_the_order_asked(encoder: MiniLmEncoder) -> None:
    texts = ["one", "a much longer sentence with many more words in it", "one", "", "x" * 5000]
    rows = await encoder.encode(texts)
    assert rows.shape == (5, DIMENSIONS)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert np.array_equal(rows[0], rows[2])
    assert (await encoder.encode([])).shape == (0, DIMENSIONS)


@pytest.mark.model
async def test_company_in_a_batch_changes_little(encoder: MiniLmEncoder) -> None:
    alone = (await encoder.encode(["send money to a friend"]))[0]
    fresh = MiniLmEncoder.from_cache(ModelCache())
    together = (await fresh.encode(["send money to a friend", "what is the weather like in the mountains today"]))[0]
    assert alone @ together > 0.98


@pytest.mark.model
async def test_calls_overlap(encoder: MiniLmEncoder) -> None:
    rows = await asyncio.gather(*(encoder.encode([f"sentence {number}"]) for number in range(8)))
    assert len(rows) == 8
