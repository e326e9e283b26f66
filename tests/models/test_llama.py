"""The embedded language model: grammar, prefix cache, cancellation, and clear errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from dialogue.understanding.generator import CommandGenerator
from dialogue.understanding.grammar import turn_grammar
from dialogue.understanding.naming import short_names
from flows.model import Assistant
from models.cache import ModelCache
from models.errors import ModelMissing, ModelUnavailable
from models.llama import LlamaModel, LlamaSettings
from tests.dialogue.understanding.gbnf_sampler import Grammar
from tests.dialogue.understanding.spoken_turns import HERE, Case, load_small_assistant, situation_of

PREFIX = "A caller speaks.\n" + "".join(f"flow_{n}: does the thing of number {n}\n" for n in range(20))


async def test_a_missing_file_says_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="models fetch smollm2-135m-instruct"):
        await LlamaModel(tmp_path / "model.gguf").start()


async def test_a_missing_adapter_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").touch()
    with pytest.raises(ModelMissing, match=r"adapter .*calls\.gguf"):
        await LlamaModel(tmp_path / "model.gguf", LlamaSettings(adapter=tmp_path / "calls.gguf")).start()


async def test_before_it_is_started_it_is_unavailable(tmp_path: Path) -> None:
    model = LlamaModel(tmp_path / "model.gguf")
    assert not model.is_available
    with pytest.raises(ModelUnavailable):
        await model.complete("a", "b")


@pytest.mark.model
@pytest.mark.slow
async def test_a_file_that_is_no_adapter_is_reported(tmp_path: Path) -> None:
    (tmp_path / "calls.gguf").write_bytes(b"no adapter")
    model = LlamaModel.from_cache(ModelCache(), LlamaSettings(adapter=tmp_path / "calls.gguf"))
    with pytest.raises(ModelUnavailable):
        await model.start()
    await model.close()


@pytest.mark.model
@pytest.mark.slow
async def test_a_file_that_is_no_model_is_reported(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"no model")
    model = LlamaModel(tmp_path / "model.gguf")
    with pytest.raises(ModelUnavailable):
        await model.start()
    await model.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def model() -> AsyncIterator[LlamaModel]:
    model = LlamaModel.from_cache(ModelCache())
    await model.start()
    await model.warm(PREFIX)
    yield model
    await model.close()


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
async def test_it_writes_what_the_grammar_admits(model: LlamaModel) -> None:
    grammar = 'root ::= "start flow flow_" ("1" | "2") "\\n"'
    done = await model.complete(PREFIX, "Caller: do it\n", grammar=grammar, max_tokens=24)
    assert done.text in ("start flow flow_1\n", "start flow flow_2\n")
    assert done.completion_tokens > 0


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
async def test_the_prefix_comes_from_the_cache(model: LlamaModel) -> None:
    await model.complete(PREFIX, "Caller: one\n", max_tokens=1)
    done = await model.complete(PREFIX, "Caller: quite another wish\n", max_tokens=1)
    assert done.cached_tokens > 0.9 * (done.prompt_tokens - 10)


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
async def test_a_turn_reads_only_what_was_not_read_ahead(model: LlamaModel) -> None:
    await model.warm(PREFIX, "Asked for the amount.\nCaller:")
    done = await model.complete(PREFIX, "Asked for the amount.\nCaller: fifty\n", max_tokens=1)
    assert 0 < done.prompt_tokens - done.cached_tokens <= 4


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
async def test_it_tells_while_it_writes_and_stops_when_told_or_at_its_stop(model: LlamaModel) -> None:
    grammar = 'root ::= "one; two; three\\nfour"'
    pieces: list[str] = []

    def take(piece: str) -> bool:
        pieces.append(piece)
        return "two" in "".join(pieces)

    stopped = await model.complete(PREFIX, "Caller: count\n", grammar=grammar, on_text=take)
    assert stopped.text == "".join(pieces)
    assert "two" in stopped.text
    assert "three" not in stopped.text
    assert 0 < stopped.completion_tokens < 10
    whole = await model.complete(PREFIX, "Caller: count\n", grammar=grammar, stop=["\n"])
    assert whole.text == "one; two; three"


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
async def test_reading_ahead_gives_way_to_a_turn(model: LlamaModel) -> None:
    ahead = asyncio.ensure_future(model.warm("quite other words " * 700))
    waiting = asyncio.ensure_future(model.warm("and still others " * 700))
    await asyncio.sleep(0.2)
    done = await model.complete(PREFIX, "Caller: one\n", max_tokens=2)
    assert done.completion_tokens <= 2
    async with asyncio.timeout(10):
        await asyncio.gather(ahead, waiting)


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
async def test_a_conversation_is_understood_within_its_grammar(model: LlamaModel, bank: Assistant) -> None:
    """The real prompts and grammars of two turns: what is written is valid, and the prefix is read once."""
    generator = CommandGenerator(bank, model, "trained")
    await generator.warm()
    for said, asked in (("send fifty dollars to John", None), ('no; sixty "dollars" to O\'Brien', "amount")):
        case = Case("bank", said, (), asked, "transfer_money" if asked else None, {"recipient": "Joe"})
        situation = situation_of(case, bank)
        await generator.anticipate(situation)
        generated = await generator.generate(said, situation, ())
        written = generated.completion.text + "\n"
        assert Grammar(turn_grammar(said, situation, situation.startable, short_names(bank), "asked")).admits(written)
        assert generated.completion.prompt_tokens - generated.completion.cached_tokens < 20


@pytest.fixture(scope="module")
def bank() -> Assistant:
    return load_small_assistant(HERE / "assistants" / "bank.yml")


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
async def test_a_cancelled_completion_makes_room_for_the_next(model: LlamaModel) -> None:
    endless = asyncio.ensure_future(
        model.complete(PREFIX, "Caller: talk\n", grammar='root ::= "a" root', max_tokens=1500)
    )
    await asyncio.sleep(0.3)
    endless.cancel()
    await asyncio.gather(endless, return_exceptions=True)
    async with asyncio.timeout(10):
        done = await model.complete(PREFIX, "Caller: one\n", max_tokens=2)
    assert done.completion_tokens <= 2


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
async def test_what_it_cannot_do_is_an_error_and_not_its_end(model: LlamaModel) -> None:
    with pytest.raises(ModelUnavailable, match="grammar"):
        await model.complete(PREFIX, "x", grammar="root ::= nowhere")
    with pytest.raises(ModelUnavailable):
        await model.complete(PREFIX, "many words " * 4000)
    assert (await model.complete(PREFIX, "Caller: hello\n", max_tokens=1)).completion_tokens <= 1
