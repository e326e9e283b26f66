"""What else we rely on of vLLM's server: adapters, priorities, cancelling, refusals, and what its key guards."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from dialogue.understanding.gbnf import literal
from flows.model import Assistant
from models.errors import ModelUnavailable
from models.openai_compatible import OpenAiCompatible
from models.vllm import load_adapter
from tests.dialogue.understanding.gbnf_sampler import Grammar
from tests.vllm.conftest import Connect
from tests.vllm.turns import NAMINGS, TURNS, request
from tests.vllm.vllm_server import ADAPTER, CONTEXT_TOKENS, MODEL, RunningVllm

pytestmark = [pytest.mark.vllm, pytest.mark.network]

PROMPT = "The caller said that"
LONG = f"root ::= {literal('one two three four ' * 200)}"
"""So much that it takes minutes here."""
POLLS, POLL_S = 400, 0.05


async def greedy(model: OpenAiCompatible, max_tokens: int = 8) -> str:
    return (await model.complete(PROMPT, "", max_tokens=max_tokens)).text


def metric(vllm: RunningVllm, name: str) -> float:
    with vllm.client() as client:
        told = client.get("/metrics").text
    return sum(float(value) for value in re.findall(rf"^vllm:{name}{{[^}}]*}} (\S+)$", told, re.MULTILINE))


async def until_idle(vllm: RunningVllm) -> None:
    for _ in range(POLLS):
        if metric(vllm, "num_requests_running") == 0:
            return
        await asyncio.sleep(POLL_S)
    pytest.fail("the server went on with a request that nobody waits for")


async def test_an_adapter_is_asked_for_by_name(connect: Connect, bank: Assistant) -> None:
    plain, adapted = await connect(MODEL), await connect(ADAPTER)
    assert await greedy(plain) != await greedy(adapted)
    asked = request(TURNS[0], bank, NAMINGS["short"](bank))
    done = await adapted.complete(asked.prefix, asked.tail, grammar=asked.grammar, max_tokens=48, stop=asked.stop)
    assert Grammar(asked.grammar).admits(done.text.removesuffix("\n") + "\n")


async def test_an_adapter_is_loaded_while_the_server_runs(vllm: RunningVllm, connect: Connect) -> None:
    name = f"later-{uuid4().hex}"
    with pytest.raises(ModelUnavailable, match=name):
        await greedy(await connect(name))
    model = await connect()
    await load_adapter(model, name, str(vllm.adapter))
    await load_adapter(model, name, str(vllm.adapter))
    assert await greedy(await connect(name)) == await greedy(await connect(ADAPTER)) != await greedy(model)


async def test_our_trained_adapter_is_loaded_and_writes_commands(
    vllm: RunningVllm, connect: Connect, bank: Assistant
) -> None:
    if vllm.trained_adapter is None:
        pytest.skip("no trained adapter was named")
    await load_adapter(await connect(), "trained", str(vllm.trained_adapter))
    asked = request(TURNS[0], bank, NAMINGS["short"](bank))
    done = await (await connect("trained")).complete(asked.prefix, asked.tail, max_tokens=24, stop=asked.stop)
    assert re.match(r"(f\d+|s\d+ |[a-z]+$)", done.text), "without a grammar, a trained model still writes commands"


@pytest.mark.parametrize("name", ["../up", "", "a b"])
async def test_no_adapter_has_such_a_name(connect: Connect, name: str) -> None:
    with pytest.raises(ModelUnavailable, match="cannot be named"):
        await load_adapter(await connect(), name, "anywhere")


async def test_what_is_no_adapter_is_not_loaded(connect: Connect, tmp_path: Path) -> None:
    model = await connect()
    with pytest.raises(ModelUnavailable, match="load"):
        await load_adapter(model, "none", str(tmp_path))
    assert await greedy(model)


async def test_a_cancelled_request_ends_on_the_server(vllm: RunningVllm, connect: Connect) -> None:
    model = await connect()
    is_writing = asyncio.Event()

    def heard(_: str) -> bool:
        is_writing.set()
        return False

    task = asyncio.ensure_future(model.complete(PROMPT, "", grammar=LONG, max_tokens=600, on_text=heard))
    await is_writing.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    await until_idle(vllm)


async def test_whoever_has_heard_enough_stops_the_server(vllm: RunningVllm, connect: Connect) -> None:
    model = await connect()
    done = await model.complete(PROMPT, "", grammar=LONG, max_tokens=600, on_text=lambda _: True)
    assert 0 < done.completion_tokens < 20
    assert done.prompt_tokens > 0
    await until_idle(vllm)


async def test_a_caller_goes_before_those_who_only_warm(connect: Connect) -> None:
    """Of nine at once the server runs four; the caller comes last and is not the last to be answered."""
    behind, caller = await connect(fields={"priority": 10}), await connect()
    grammar = f"root ::= {literal('one two three four five six seven eight nine ten ')}"
    answered: list[str] = []

    async def ask(model: OpenAiCompatible, who: str) -> None:
        await model.complete(PROMPT, f" {who}", grammar=grammar, max_tokens=40)
        answered.append(who)

    async with asyncio.TaskGroup() as group:
        for place in range(10):
            group.create_task(ask(behind, f"warming {place}"))
        for _ in range(10):
            await asyncio.sleep(0)
        group.create_task(ask(caller, "caller"))
    assert answered.index("caller") < 8


async def test_what_is_too_long_is_told(connect: Connect) -> None:
    model = await connect()
    with pytest.raises(ModelUnavailable, match=f"context length is {CONTEXT_TOKENS}"):
        await model.complete("many words " * 4000, "", grammar='root ::= "a"')
    assert model.style.without == frozenset()


@pytest.mark.parametrize("grammar", ["root ::= nowhere", "no grammar", 'root ::= "a', "root ::= ("])
async def test_a_bad_grammar_is_told_and_the_next_is_obeyed(connect: Connect, grammar: str) -> None:
    model = await connect()
    with pytest.raises(ModelUnavailable, match="grammar"):
        await model.complete(PROMPT, "", grammar=grammar, max_tokens=4)
    assert (await model.complete(PROMPT, "", grammar='root ::= "zyx"', max_tokens=8)).text == "zyx"


async def test_a_wrong_key_is_told_without_it(connect: Connect) -> None:
    with pytest.raises(ModelUnavailable, match="api_key") as told:
        await greedy(await connect(api_key="not-the-key"))
    assert "not-the-key" not in str(told.value)


def test_the_key_guards_some_paths_only(vllm: RunningVllm) -> None:
    """Why docs/vllm.md wants a proxy before a server that others can reach."""
    with httpx.Client(base_url=vllm.url, timeout=60.0) as stranger:
        assert stranger.get("/v1/models").status_code == 401
        assert stranger.post("/v1/load_lora_adapter", json={}).status_code == 401
        body = {"model": MODEL, "prompt": PROMPT, "max_tokens": 1}
        assert stranger.post("/invocations", json=body).status_code == 200
        assert stranger.post("/adapters", json={"name": "x", "src": str(vllm.adapter)}).status_code == 200
        assert stranger.delete("/adapters/x").status_code == 200
        assert stranger.get("/metrics").status_code == 200


def test_web_pages_from_elsewhere_are_not_let_in(vllm: RunningVllm) -> None:
    """With the flag that docs/vllm.md names; without it any page in a browser on that machine could read answers."""
    page = {"Origin": "http://elsewhere.example", "Access-Control-Request-Method": "POST"}
    with httpx.Client(base_url=vllm.url, timeout=60.0) as browser:
        for answer in (browser.get("/health", headers=page), browser.options("/invocations", headers=page)):
            assert "access-control-allow-origin" not in answer.headers
