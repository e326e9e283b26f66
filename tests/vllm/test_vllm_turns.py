"""Our turns through our client to vLLM's real server: grammars taken and obeyed, prefixes cached, words streamed."""

from __future__ import annotations

import pytest

from dialogue.understanding.gbnf import literal
from dialogue.understanding.generator import CommandGenerator
from flows.commands import Command
from flows.model import Assistant
from tests.dialogue.understanding.gbnf_sampler import Grammar
from tests.vllm.conftest import Connect
from tests.vllm.turns import NAMINGS, TURNS, Turn, request, situation

pytestmark = [pytest.mark.vllm, pytest.mark.network]

CACHED_BLOCK_TOKENS = 128
"""The CPU build caches whole blocks of so many tokens; a GPU's are of 16."""
MAX_TOKENS = 128
HOSTILE = (
    'say "hi"',
    "back\\slash \\n \\x41 \\u0041",
    "tab\tand\r\nlines",
    "Zoë O'Brien-Ñuñez",
    "北京 東京 서울",
    "😀👩‍🚀",
    "\u2028\u2029\u0085\ufeff\u00ad",
    "\x01\x07\x1b[0m\x7f",
    '[a-z]+ | ( ) ? * {2} ::= # "',
    "<|im_end|> </s> <think>",
)


@pytest.mark.parametrize("naming", NAMINGS)
@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.said[:30])
async def test_what_is_written_obeys_the_grammar_of_the_turn(
    connect: Connect, bank: Assistant, turn: Turn, naming: str
) -> None:
    """Hot enough (temperature) that without the grammar it would write anything."""
    model = await connect(temperature=1.6)
    asked = request(turn, bank, NAMINGS[naming](bank))
    done = await model.complete(asked.prefix, asked.tail, grammar=asked.grammar, max_tokens=MAX_TOKENS, stop=asked.stop)
    assert model.style.without == frozenset(), "the server refused a field"
    assert done.completion_tokens < MAX_TOKENS
    assert Grammar(asked.grammar).admits(done.text.removesuffix("\n") + "\n")


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
async def test_literals_come_back_as_they_are(connect: Connect, text: str) -> None:
    model = await connect()
    done = await model.complete("Say it.", "\n", grammar=f"root ::= {literal(text)}", max_tokens=64)
    assert done.text == text


async def test_chat_completions_obey_as_well(connect: Connect, bank: Assistant) -> None:
    model = await connect(endpoint="chat/completions", temperature=1.6)
    asked = request(TURNS[0], bank, NAMINGS["real"](bank))
    done = await model.complete(asked.prefix, asked.tail, grammar=asked.grammar, max_tokens=MAX_TOKENS)
    assert model.style.without == frozenset(), "the server refused a field"
    assert Grammar(asked.grammar).admits(done.text)
    assert done.prompt_tokens > 0


async def test_a_second_turn_reads_its_prefix_from_the_cache(connect: Connect, bank: Assistant) -> None:
    first, second = (request(turn, bank, NAMINGS["real"](bank)) for turn in TURNS[:2])
    model = await connect(fields={"cache_salt": "of this test"})
    began = await model.complete(first.prefix, first.tail, grammar=first.grammar, max_tokens=MAX_TOKENS)
    then = await model.complete(second.prefix, second.tail, grammar=second.grammar, max_tokens=MAX_TOKENS)
    assert began.cached_tokens == 0
    assert then.cached_tokens >= CACHED_BLOCK_TOKENS
    assert then.prompt_tokens - then.cached_tokens < CACHED_BLOCK_TOKENS + 40


async def test_warming_fills_the_cache_and_goes_behind_callers(connect: Connect, bank: Assistant) -> None:
    asked = request(TURNS[0], bank, NAMINGS["real"](bank))
    model = await connect(fields={"cache_salt": "warmed"})
    await model.warm(asked.prefix)
    done = await model.complete(asked.prefix, asked.tail, grammar=asked.grammar, max_tokens=MAX_TOKENS)
    assert done.cached_tokens >= CACHED_BLOCK_TOKENS
    assert "priority" not in model.style.without


async def test_callers_with_another_salt_share_no_cache(connect: Connect, bank: Assistant) -> None:
    asked = request(TURNS[0], bank, NAMINGS["real"](bank))
    for salt in ("hers", "his"):
        model = await connect(fields={"cache_salt": salt})
        done = await model.complete(asked.prefix, asked.tail, max_tokens=1)
        assert done.cached_tokens == 0


async def test_words_come_as_they_are_written(connect: Connect, bank: Assistant) -> None:
    asked = request(TURNS[0], bank, NAMINGS["real"](bank))
    model = await connect()
    pieces: list[str] = []

    def heard(piece: str) -> bool:
        pieces.append(piece)
        return False

    text = "start flow transfer_money\nset slot amount 50\n"
    done = await model.complete(
        asked.prefix, asked.tail, grammar=f"root ::= {literal(text)}", max_tokens=MAX_TOKENS, on_text=heard
    )
    assert "".join(pieces) == done.text == text
    assert len(pieces) > 5
    assert done.completion_tokens >= len(pieces)


@pytest.mark.parametrize("trust", ["trained", "full"])
async def test_the_generator_hears_commands_from_it(connect: Connect, bank: Assistant, trust: str) -> None:
    generator = CommandGenerator(bank, await connect(), trust)  # type: ignore[arg-type]
    turn = TURNS[3]
    heard: list[Command] = []
    generated = await generator.generate(turn.said, situation(turn, bank), (), on_command=heard.append)
    assert heard == list(generated.commands or ())
    assert generated.completion.prompt_tokens > 0
