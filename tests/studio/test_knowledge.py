"""Opening an assistant's documents: which store, what is kept between versions, and what is told when it cannot be."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from dialogue.ports import Completion
from studio import knowledge
from studio.knowledge import KNOWLEDGE, LEAST_SAVED_ROWS, Shelf, open_search
from studio.parts import PartBoard
from tests.support.bag_encoder import BagEncoder
from tests.support.small_bank import small_bank

TRACKER = {"events": [{"event": "user", "text": "when does the office open"}], "latest_input_channel": "voice"}


@pytest.fixture
def bank(tmp_path: Path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "hours.md").write_text("# Hours\nThe office opens at nine.\n", encoding="utf-8")
    return small_bank(tmp_path)


def with_policy(assistant, **policy):
    return replace(assistant, config={"policies": [{"name": "EnterpriseSearchPolicy", **policy}]})


@pytest.fixture
async def stack():
    async with AsyncExitStack() as opened:
        yield opened


async def test_an_assistant_without_the_policy_has_no_search(stack, bank):
    board = PartBoard()

    assert await open_search(stack, bank, None, board) is None
    assert board.parts == ()


async def test_documents_are_answered_from(stack, bank, tmp_path):
    board = PartBoard()
    search = await open_search(stack, with_policy(bank), BagEncoder(), board, shelf=Shelf(tmp_path / "kept"))

    assert search is not None
    assert (await search.run(TRACKER)).responses[0]["text"] == "The office opens at nine."
    assert [(part.name, part.state) for part in board.parts] == [(KNOWLEDGE, "ready")]


async def test_only_changed_documents_are_encoded_again(stack, bank, tmp_path):
    encoder, shelf = BagEncoder(), Shelf(tmp_path / "kept")
    await open_search(stack, with_policy(bank), encoder, PartBoard(), shelf=shelf)
    before = encoder.encoded
    await open_search(stack, with_policy(bank), encoder, PartBoard(), shelf=shelf)
    assert encoder.encoded == before
    (tmp_path / "docs" / "pets.txt").write_text("Dogs are welcome in every room.", encoding="utf-8")
    await open_search(stack, with_policy(bank), encoder, PartBoard(), shelf=shelf)

    assert encoder.encoded == before + 1
    assert not (tmp_path / "kept").exists()


async def test_a_large_index_is_kept_on_disk(stack, bank, tmp_path):
    text = "".join(f"# Part {number}\nNumber {number} is here.\n" for number in range(LEAST_SAVED_ROWS))
    (tmp_path / "docs" / "parts.md").write_text(text, encoding="utf-8")
    encoder = BagEncoder()
    for _ in range(2):
        search = await open_search(stack, with_policy(bank), encoder, PartBoard(), shelf=Shelf(tmp_path / "kept"))

    assert search is not None
    n_texts = encoder.encoded
    assert n_texts < 3 * LEAST_SAVED_ROWS, "the second time it was read from disk"
    assert len(list((tmp_path / "kept").iterdir())) == 1


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ({"vector_store": {"type": "qdrant"}}, "needs the sentence encoder"),
        ({"vector_store": {"type": "nowhere.Store"}}, "there is no module 'nowhere'"),
    ],
)
async def test_a_store_that_cannot_be_opened_is_on_the_board_and_finds_nothing(stack, bank, policy, told):
    board = PartBoard()
    search = await open_search(stack, with_policy(bank, **policy), None, board)

    assert told in board.parts[0].detail
    assert search is not None
    assert (await search.run(TRACKER)).responses == ()


async def test_a_prompt_template_that_is_not_there_is_as_good_as_none(stack, bank):
    policy = {"prompt_template": "prompts/none.jinja2", "llm": {"model_group": "writer"}}

    assert await open_search(stack, with_policy(bank, **policy), None, PartBoard()) is not None


async def test_the_policys_model_writes_the_answers(stack, bank, monkeypatch):
    class Writer:
        async def complete(self, prefix, tail, **_):
            return Completion("At nine, says the paper.", 1, 0, 1, 1.0)

    async def open_writer(_stack, group, _board, *, budget_s):
        assert [entry.name for entry in group.models] == ["small"]
        return Writer()

    monkeypatch.setattr(knowledge, "open_group", open_writer)
    model = {"provider": "self-hosted", "model": "small", "api_base": "http://localhost:1"}
    assistant = with_policy(bank, llm={"model_group": "writer"})
    assistant = replace(assistant, endpoints={"model_groups": [{"id": "writer", "models": [model]}]})
    search = await open_search(stack, assistant, BagEncoder(), PartBoard())
    without = await open_search(stack, assistant, BagEncoder(), PartBoard(), has_writer=False)

    assert search is not None
    assert without is not None
    assert (await search.run(TRACKER)).responses[0]["text"] == "At nine, says the paper."
    assert (await without.run(TRACKER)).responses[0]["text"] == "The office opens at nine."


async def test_a_model_group_that_is_not_there_leaves_the_documents_own_words(stack, bank):
    search = await open_search(stack, with_policy(bank, llm={"model_group": "none"}), BagEncoder(), PartBoard())

    assert search is not None
    assert (await search.run(TRACKER)).result["outcome"] == "extracted"
