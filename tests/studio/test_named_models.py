"""The terminal's conversation and the tests of one stage ask the models that the assistant's files name."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from dialogue.turn import Understood, UserTurn
from flows.commands import StartFlow
from studio.assistants import load
from studio.cli.chat import _chat
from studio.conversations import open_text
from studio.parts import PartBoard
from studio.settings import Settings, load_settings
from studio.understanding_tests import UnderstandOptions, run_understanding_tests
from tests.support.model_server import ModelServer, completion, says

CONFIG = "language: en\nassistant_id: greeter\npipeline:\n- name: CompactLLMCommandGenerator\n  llm: {model_group: g}\n"
KEYLESS = "  - {provider: openai, model: gpt-5-mini, api_key: '${OPENAI_API_KEY}'}\n"
TESTS = """\
test_cases:
  - test_case: paints
    steps:
      - user: purple elephants please
        commands: [StartFlow(paint)]
"""


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ModelServer]:
    serving = ModelServer([{"chunks": completion("start flow paint\n")}])
    await serving.start()
    yield serving
    await serving.stop()


@pytest.fixture
def folder(assistant_folder: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    served = f"  - {{provider: vllm, model: big, api_base: '{server.url}'}}\n"
    (assistant_folder / "config.yml").write_text(CONFIG)
    (assistant_folder / "endpoints.yml").write_text(f"model_groups:\n- id: g\n  models:\n{KEYLESS}{served}")
    (assistant_folder / "dialogue_understanding_tests").mkdir()
    (assistant_folder / "dialogue_understanding_tests" / "all.yml").write_text(TESTS)
    return assistant_folder


@pytest.fixture
def without_weights() -> Settings:
    return load_settings(language_model=False, sentence_encoder=False, reader=False)


@pytest.mark.network
@pytest.mark.parametrize("stage", ["llm", "cascade"])
async def test_the_stage_asks_the_named_model_and_says_which(
    folder: Path, server: ModelServer, without_weights: Settings, stage: str
) -> None:
    said: list[str] = []
    options = UnderstandOptions(folder, stage=stage)  # type: ignore[arg-type]
    result = await run_understanding_tests(options, without_weights, say=said.append)
    assert (result.model, result.failed) == ("vllm/big", ()), said
    assert any("purple elephants please" in one.body["prompt"] for one in server.requests)


@pytest.mark.network
async def test_a_named_model_that_fails_leaves_the_stage_without_commands(
    folder: Path, server: ModelServer, without_weights: Settings
) -> None:
    server.behaviour = says({"error": "no memory"}, 500)
    result = await run_understanding_tests(UnderstandOptions(folder, stage="llm"), without_weights, say=print)
    assert [case.name for case in result.failed] == ["paints"]


@pytest.mark.network
@pytest.mark.parametrize("asks", [True, False])
async def test_the_terminal_asks_the_named_models_unless_told_not_to(
    folder: Path, server: ModelServer, without_weights: Settings, asks: bool
) -> None:
    async with AsyncExitStack() as stack:
        conversation = await open_text(stack, load(folder), without_weights, PartBoard(), asks_servers=asks)
        understood = await conversation.understand(UserTurn("purple elephants please"))
    assert isinstance(understood, Understood)
    assert (understood.commands == (StartFlow("paint"),)) == asks == bool(server.requests)


@pytest.mark.network
async def test_chat_says_at_its_start_which_models_are_not_asked(
    folder: Path, without_weights: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "typed").write_text("/stop\n")
    with (folder / "typed").open() as typed:
        monkeypatch.setattr(sys, "stdin", typed)
        await asyncio.wait_for(_chat(folder, without_weights, False, asks_servers=True), 20)
    told = capsys.readouterr().out
    assert "model openai/gpt-5-mini is not asked: the environment variable OPENAI_API_KEY must be set" in told
    assert "vllm/big is not asked" not in told
