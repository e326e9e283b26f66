"""What vLLM's real server said once, replayed to our client and our generator. How it is recorded: docs/vllm.md.

The requests are compared too: what the client sends today must be what that server took. Where that changed on
purpose, check it against the server (`make check-vllm`) and record anew.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from dialogue.ports import Completion
from dialogue.understanding.generator import CommandGenerator
from dialogue.understanding.parsing import format_command
from models.completion_requests import RequestStyle
from models.completion_stream import AnswerReader, EventLines
from models.errors import ModelUnavailable
from models.openai_compatible import OpenAiCompatible, ServerSettings
from models.vllm import WARM_FIELDS, load_adapter, vllm_style
from tests.support.model_server import ModelServer
from tests.vllm.turns import Turn, load_bank, situation

RECORDING = Path(__file__).parents[1] / "support" / "recordings" / "vllm.jsonl"
LINES: list[dict[str, Any]] = [json.loads(line) for line in RECORDING.read_text(encoding="utf-8").splitlines()]
TURNS = [line for line in LINES if line["what"] == "turn"]
COMPLETIONS = [line for line in LINES if line["match"]["path"] == "/v1/completions" and line["what"] != "warm"]


def named(line: dict[str, Any]) -> str:
    return f"{line.get('trust', '')} {line['turn']['said']}" if "turn" in line else str(line["what"])


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ModelServer]:
    serving = ModelServer.from_recording(RECORDING)
    await serving.start()
    yield serving
    await serving.stop()


async def ask(server: ModelServer, model: str, **request: Any) -> Completion:
    client = connected(server, model)
    try:
        return await client.complete(**request)
    finally:
        await client.close()


def connected(server: ModelServer, model: str) -> OpenAiCompatible:
    style = vllm_style(RequestStyle(model=model))
    client = OpenAiCompatible(ServerSettings("vllm", server.url, style, timeout_s=10.0, warm_fields=WARM_FIELDS))
    client.open()
    return client


@pytest.mark.network
@pytest.mark.parametrize("line", COMPLETIONS, ids=named)
async def test_the_client_sends_what_was_taken_and_reads_what_was_said(
    server: ModelServer, line: dict[str, Any]
) -> None:
    sent = line["sent"]
    request = {
        "prefix": sent["prompt"],
        "tail": "",
        "grammar": sent["structured_outputs"]["grammar"],
        "max_tokens": sent["max_tokens"],
        "stop": sent.get("stop", ()),
    }
    if "error" in line:
        with pytest.raises(ModelUnavailable) as problem:
            await ask(server, sent["model"], **request)
        assert problem.value.reason == line["error"]
    else:
        told: list[str] = []
        done = await ask(server, sent["model"], **request, on_text=lambda piece: bool(told.append(piece)))
        heard = {name: getattr(done, name) for name in line["heard"]}
        assert heard == line["heard"]
        assert "".join(told) == done.text
    assert server.requests[0].body == sent


@pytest.mark.network
@pytest.mark.parametrize("line", TURNS, ids=named)
async def test_the_generator_makes_the_same_commands_of_it(server: ModelServer, line: dict[str, Any]) -> None:
    """Today's prompt and grammar may be others; the answer is found by the caller's words."""
    bank, turn = load_bank(), Turn(**line["turn"])
    client = connected(server, line["sent"]["model"])
    try:
        generator = CommandGenerator(bank, client, line["trust"])
        generated = await generator.generate(turn.said, situation(turn, bank), ())
    finally:
        await client.close()
    assert [format_command(command) for command in generated.commands or ()] == line["commands"]


@pytest.mark.network
async def test_warming_is_what_the_server_took(server: ModelServer) -> None:
    for line in (line for line in LINES if line["what"] == "warm"):
        client = connected(server, line["sent"]["model"])
        await client.warm(line["sent"]["prompt"])
        await client.close()
        assert server.requests[-1].body == line["sent"]


@pytest.mark.network
async def test_adapters_are_loaded_once_and_asked_for_by_name(server: ModelServer) -> None:
    client = connected(server, "smollm2")
    for line in (line for line in LINES if line["match"]["path"] == "/v1/load_lora_adapter"):
        sent = line["sent"]
        if line["error"] is None:
            await load_adapter(client, sent["lora_name"], sent["lora_path"])
        else:
            with pytest.raises(ModelUnavailable) as problem:
                await load_adapter(client, sent["lora_name"], sent["lora_path"])
            assert problem.value.reason == line["error"]
        assert server.requests[-1].body == sent
    await client.close()


@pytest.mark.parametrize("line", TURNS, ids=named)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_it_does_not_matter_how_the_network_cuts_it(line: dict[str, Any], size: int) -> None:
    data = "".join(line["chunks"]).encode()
    events, reader = EventLines(), AnswerReader(line["sent"].get("stop", ()))
    for start in range(0, len(data), size):
        for event in events.feed(data[start : start + size]):
            reader.feed(event)
    prompt, cached, written = reader.tokens()
    assert reader.text == line["heard"]["text"]
    assert (prompt, cached, written) == tuple(
        line["heard"][name] for name in ("prompt_tokens", "cached_tokens", "completion_tokens")
    )


def test_the_recording_has_both_ways_of_asking_and_every_refusal() -> None:
    assert {line["trust"] for line in TURNS} == {"full", "trained"}
    refused = {line["what"] for line in LINES if line.get("error")}
    assert refused == {"no such model", "bad grammar", "too long", "wrong key", "adapter missing"}
