"""One vLLM server for all of these tests, and clients for it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any, TypeAlias

import pytest
import pytest_asyncio

from flows.model import Assistant
from models.completion_requests import RequestStyle
from models.openai_compatible import OpenAiCompatible, ServerSettings
from models.vllm import WARM_FIELDS, vllm_style
from tests.vllm.turns import load_bank
from tests.vllm.vllm_server import API_KEY, MODEL, PYTHON_VARIABLE, RunningVllm, serve_vllm

TIMEOUT_S = 120.0
"""A turn takes a second or two here, and this machine may be busy."""

Connect: TypeAlias = Callable[..., Awaitable[OpenAiCompatible]]


@pytest.fixture(scope="session")
def vllm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVllm]:
    """The running server."""
    python = os.environ.get(PYTHON_VARIABLE)
    if not python:
        pytest.skip(f"needs vLLM in an environment of its own ({PYTHON_VARIABLE}); type: make check-vllm")
    with serve_vllm(python, tmp_path_factory.mktemp("vllm")) as running:
        yield running


@pytest_asyncio.fixture
async def connect(vllm: RunningVllm) -> AsyncIterator[Connect]:
    """Make a client of ours: `await connect("chance", temperature=1.5)`; closed after the test."""
    async with AsyncExitStack() as clients:

        async def make(model: str = MODEL, *, api_key: str = API_KEY, **style: Any) -> OpenAiCompatible:
            settings = ServerSettings(
                label="vllm",
                api_base=f"{vllm.url}/v1",
                style=vllm_style(RequestStyle(model=model, **style)),
                api_key=api_key,
                timeout_s=TIMEOUT_S,
                warm_fields=WARM_FIELDS,
            )
            client = OpenAiCompatible(settings)
            client.open()
            clients.push_async_callback(client.close)
            return client

        yield make


@pytest.fixture(scope="session")
def bank() -> Assistant:
    return load_bank()
