"""The index: what it finds with vectors and without, what is encoded again, and what it is on disk."""

from __future__ import annotations

import numpy as np
import pytest

from dialogue.knowledge import index as index_module
from dialogue.knowledge.index import build_index
from dialogue.knowledge.index_files import KEPT, SUFFIX, load_index, save_index
from dialogue.knowledge.relevancy import THRESHOLD
from tests.support.bag_encoder import BagEncoder

FILES = {
    "hours.md": "# Opening hours\nThe office opens at nine. It closes at five.\n# Parking\nThere are ten spaces.\n",
    "faq.yml": "- question: Is there wifi?\n  answer: Yes, everywhere.\n",
}


async def ranked(index, question, encoder=None):
    vector = None if encoder is None else (await encoder.encode([question]))[0]
    return index.rank(question, vector, 2)


@pytest.mark.parametrize("encoder", [BagEncoder(), None], ids=["encoder", "words"])
async def test_the_nearest_passage_and_its_sentence(write, encoder):
    index = await build_index(write(FILES), encoder)
    found = await ranked(index, "when does it close", encoder)

    assert found[0].passage.heading == "Opening hours"
    assert found[0].sentence == 1
    assert (found[0].score or 0) > THRESHOLD > (found[1].score or 0)


@pytest.mark.parametrize("encoder", [BagEncoder(), None], ids=["encoder", "words"])
async def test_what_has_nothing_to_do_with_the_documents_is_not_relevant(write, encoder):
    found = await ranked(await build_index(write(FILES), encoder), "who composed the magic flute", encoder)

    assert (found[0].score or 0) < THRESHOLD


@pytest.mark.parametrize("question", ["", "?!", "a" * 10_000, "word " * 50_000, "\0\u200b", "的" * 300])
async def test_any_question_is_looked_up(write, question):
    encoder = BagEncoder()
    index = await build_index(write(FILES), encoder)

    assert len(await ranked(index, question, encoder)) == 2


async def test_an_empty_index_finds_nothing(write):
    encoder = BagEncoder()

    assert await ranked(await build_index(write({}), encoder), "anything", encoder) == ()


async def test_of_many_passages_the_right_one_is_found(write, monkeypatch):
    monkeypatch.setattr(index_module, "CANDIDATES", 5)
    parts = "".join(f"# Part {number}\nThe colour of number {number} is shade{number}.\n" for number in range(300))
    encoder = BagEncoder()
    index = await build_index(write({"parts.md": parts}), encoder)
    found = await ranked(index, "shade217", encoder)

    assert found[0].passage.heading == "Part 217"


async def test_only_what_changed_is_encoded_again(write):
    encoder = BagEncoder()
    index = await build_index(write(FILES), encoder)
    before = encoder.encoded
    assert await build_index(write({}), encoder, known=index) is index
    told: list[tuple[int, int]] = []
    changed = await build_index(
        write({"pets.md": "Dogs are welcome here."}), encoder, known=index, progress=lambda *now: told.append(now)
    )

    assert encoder.encoded - before == 1
    assert told == [(0, 1), (1, 1)]
    assert changed.digest != index.digest


async def test_an_index_on_disk_is_the_same(write, tmp_path):
    encoder = BagEncoder()
    index = await build_index(write(FILES), encoder)
    save_index(index, tmp_path / "kept")
    loaded = load_index(index.digest, tmp_path / "kept")

    assert loaded is not None
    assert loaded.passages == index.passages
    assert loaded.vectors is not None
    assert index.vectors is not None
    assert np.allclose(loaded.vectors, index.vectors, atol=1e-3)
    question = "when does the office open"
    assert [one.passage for one in await ranked(loaded, question, encoder)] == [
        one.passage for one in await ranked(index, question, encoder)
    ]


async def test_a_damaged_index_on_disk_is_none(write, tmp_path):
    index = await build_index(write(FILES), BagEncoder())
    path = save_index(index, tmp_path)
    content = path.read_bytes()
    for damaged in (b"", b"nonsense", content[: len(content) // 2], content[:100] + b"\0" * 200 + content[300:]):
        path.write_bytes(damaged)
        assert load_index(index.digest, tmp_path) is None
    path.write_bytes(content)
    path.rename(tmp_path / f"other{SUFFIX}")
    assert load_index("other", tmp_path) is None
    assert load_index(index.digest, tmp_path) is None


async def test_old_indexes_go(write, tmp_path):
    for number in range(KEPT + 3):
        save_index(await build_index(write({"n.md": f"Number {number} is here."}), None), tmp_path)

    assert len(list(tmp_path.glob(f"*{SUFFIX}"))) == KEPT
