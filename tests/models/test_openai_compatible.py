"""The client of OpenAI-compatible servers: what it sends, what it makes of answers, and of every kind of bad one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from models.completion_requests import RequestStyle
from models.errors import ModelBusy, ModelUnavailable
from models.openai_compatible import OpenAiCompatible, ServerSettings
from models.vllm import WARM_FIELDS, load_adapter, vllm_style
from tests.support.model_server import (
    Behaviour,
    ModelServer,
    breaks_off,
    chat,
    completion,
    goes_on,
    resets,
    says,
    sends,
)

pytestmark = pytest.mark.network
KEY = "sk-very-secret-key"
USAGE = {"prompt_tokens": 120, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 96}}


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ModelServer]:
    serving = ModelServer()
    await serving.start()
    yield serving
    await serving.stop()


@pytest_asyncio.fixture
async def client(server: ModelServer) -> AsyncIterator[OpenAiCompatible]:
    settings = ServerSettings("vllm/tiny", server.url, RequestStyle("tiny"), api_key=KEY, timeout_s=5)
    asking = OpenAiCompatible(settings)
    asking.open()
    yield asking
    await asking.close()


def answers(*chunks: str) -> Behaviour:
    return sends([chunk.encode() for chunk in chunks])


async def test_a_completion_is_streamed_with_prompt_grammar_and_usage(
    server: ModelServer, client: OpenAiCompatible
) -> None:
    server.behaviour = answers(*completion("start flow pay\n", usage=USAGE))
    told: list[str] = []
    given = await client.complete(
        "PREFIX\n",
        "tail",
        grammar="root ::= [a-z]",
        max_tokens=9,
        stop=("\n\n",),
        on_text=lambda text: told.append(text),
    )
    assert given.text == "start flow pay\n" == "".join(told)
    assert len(told) > 1
    assert (given.prompt_tokens, given.cached_tokens, given.completion_tokens) == (120, 96, 7)
    request = server.requests[0]
    assert request.path == "/v1/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body == {
        "model": "tiny",
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 9,
        "temperature": 0.0,
        "stop": ["\n\n"],
        "structured_outputs": {"grammar": "root ::= [a-z]"},
        "prompt": "PREFIX\ntail",
    }


async def test_reading_ends_at_a_stop_that_the_server_ignored(server: ModelServer, client: OpenAiCompatible) -> None:
    server.behaviour = goes_on(completion("cancel flow\n\nand so on", pieces=1)[0].encode())
    told: list[str] = []
    given = await client.complete("", "x", stop=("\n\n",), on_text=lambda text: told.append(text))
    assert given.text == "cancel flow" == "".join(told)


async def test_a_stop_in_two_pieces_is_never_told(server: ModelServer, client: OpenAiCompatible) -> None:
    server.behaviour = answers(*completion("a\n\nb", pieces=4))
    told: list[str] = []
    given = await client.complete("", "x", stop=("\n\n",), on_text=lambda text: told.append(text))
    assert given.text == "a" == "".join(told)


async def test_reading_ends_when_enough_was_said(server: ModelServer, client: OpenAiCompatible) -> None:
    server.behaviour = goes_on(completion("word ", pieces=1)[0].encode())
    given = await client.complete("", "x", on_text=lambda text: True)
    assert given.text.startswith("word ")
    assert given.completion_tokens < 1000


async def test_a_server_without_completions_is_asked_to_chat_from_then_on(
    server: ModelServer, client: OpenAiCompatible
) -> None:
    server.exchanges = ModelServer(
        [{"match": {"path": "/v1/chat/completions"}, "chunks": chat("cancel flow")}]
    ).exchanges
    assert (await client.complete("Say.", "Caller: stop")).text == "cancel flow"
    assert (await client.complete("Say.", "Caller: stop")).text == "cancel flow"
    assert [one.path for one in server.requests] == ["/v1/completions", *["/v1/chat/completions"] * 2]
    assert server.requests[-1].body["messages"] == [
        {"role": "system", "content": "Say."},
        {"role": "user", "content": "Caller: stop"},
    ]


async def test_fields_that_a_server_refuses_are_left_out_and_that_is_remembered(
    server: ModelServer, client: OpenAiCompatible
) -> None:
    refusal = {"error": {"message": "Extra inputs are not permitted: structured_outputs"}}

    async def picky(writer: object, request: object) -> None:
        body = server.requests[-1].body
        behave = says(refusal, 400) if "structured_outputs" in body else answers(*completion("ok"))
        await behave(writer, request)  # type: ignore[arg-type]

    server.behaviour = picky
    for _ in range(2):
        assert (await client.complete("", "x", grammar="root ::= [a]")).text == "ok"
    assert len(server.requests) == 3
    assert "temperature" in server.requests[-1].body


async def test_a_grammar_that_cannot_be_read_fails_its_turn_alone(
    server: ModelServer, client: OpenAiCompatible
) -> None:
    server.behaviour = says({"error": {"message": "Invalid grammar specification."}}, 400)
    with pytest.raises(ModelUnavailable, match="Invalid grammar specification"):
        await client.complete("", "x", grammar="root ::= nowhere")
    server.behaviour = answers(*completion("ok"))
    assert (await client.complete("", "x", grammar="root ::= [a]")).text == "ok"
    assert server.requests[-1].body["structured_outputs"] == {"grammar": "root ::= [a]"}


async def test_a_refusal_without_a_name_drops_every_optional_field(
    server: ModelServer, client: OpenAiCompatible
) -> None:
    async def picky(writer: object, request: object) -> None:
        is_bare = set(server.requests[-1].body) == {"model", "stream", "max_tokens", "prompt"}
        await (answers(*completion("ok")) if is_bare else says({"error": "bad request"}, 400))(writer, request)  # type: ignore[arg-type]

    server.behaviour = picky
    assert (await client.complete("", "x", grammar="root ::= [a]", stop=("\n",))).text == "ok"
    assert len(server.requests) == 2


async def test_the_name_of_the_limit_is_learnt(server: ModelServer, client: OpenAiCompatible) -> None:
    told = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."

    async def newer(writer: object, request: object) -> None:
        is_new = "max_completion_tokens" in server.requests[-1].body
        await (answers(*completion("ok")) if is_new else says({"error": {"message": told}}, 400))(writer, request)  # type: ignore[arg-type]

    server.behaviour = newer
    assert (await client.complete("", "x")).text == "ok"


async def test_an_answer_that_is_not_streamed_is_read(server: ModelServer, client: OpenAiCompatible) -> None:
    body = {"choices": [{"text": "cancel flow\n", "finish_reason": "stop"}], "usage": USAGE}
    server.behaviour = says(body)
    told: list[str] = []
    given = await client.complete("", "x", on_text=lambda text: told.append(text))
    assert (given.text, given.cached_tokens, told) == ("cancel flow\n", 96, ["cancel flow\n"])


async def test_thoughts_are_no_answer(server: ModelServer, client: OpenAiCompatible) -> None:
    server.behaviour = answers(*chat("<think>\nstart flow pay?\n\nno</think>\n\ncancel flow\n\nmore", pieces=20))
    told: list[str] = []
    given = await client.complete("", "x", stop=("\n\n",), on_text=lambda text: told.append(text))
    assert given.text == "cancel flow" == "".join(told)


async def test_a_line_that_was_cut_is_known_by_its_tokens(server: ModelServer, client: OpenAiCompatible) -> None:
    server.behaviour = answers(*completion("set slot amount 5", finish="length"))
    assert (await client.complete("", "x", max_tokens=5)).completion_tokens >= 5


BAD: dict[str, tuple[Behaviour, str]] = {
    "no JSON": (sends([b"data: {nope\n\n"]), "no JSON"),
    "another shape": (sends([b'data: {"choices": 7}\n\n']), "'choices'"),
    "an array": (sends([b"data: [1, 2]\n\n"]), "no JSON object"),
    "deep JSON": (sends([b"data: " + b"[" * 100_000 + b"\n\n"]), "no JSON"),
    "a text that is none": (sends([b'data: {"choices": [{"text": {"a": 1}}]}\n\n']), "is no text"),
    "no UTF-8": (sends([b'data: {"choices": [{"text": "\xff"}]}\n\n']), "UTF-8"),
    "nothing": (sends([]), "broke the answer off"),
    "half an answer": (sends([completion("start flow pay")[0].encode()]), "broke the answer off"),
    "less than promised": (breaks_off(completion("start flow pay")[:1]), "broke the connection off"),
    "an error within": (sends([b'data: {"error": {"message": "engine is dead"}}\n\n']), "engine is dead"),
    "an endless line": (goes_on(b"data: " + b"x" * 10_000), "longer than"),
    "endless comments": (goes_on(b": " + b"x" * 10_000 + b"\n"), "longer than"),
    "a redirect": (says({}, 302, {"Location": "http://127.0.0.1:1/"}), "final address"),
    "a wrong key": (says({"error": {"message": f"Incorrect key {KEY}"}}, 401), "check api_key"),
    "a fault": (says({"error": "out of memory"}, 500), "HTTP 500): out of memory"),
    "a page": (sends([b"<html>Bad Gateway</html>"], 502, {"Content-Type": "text/html"}), "HTTP 502"),
    "a reset": (resets, "broke the connection off"),
}


@pytest.mark.parametrize("name", BAD)
async def test_bad_servers_are_unavailable_and_no_key_is_told(
    server: ModelServer, client: OpenAiCompatible, name: str
) -> None:
    server.behaviour, told = BAD[name]
    with pytest.raises(ModelUnavailable) as problem:
        await client.complete("", "x", grammar="root ::= [a]")
    assert told in problem.value.reason
    assert KEY not in str(problem.value)
    server.behaviour = answers(*completion("ok"))
    assert (await client.complete("", "x")).text == "ok"


async def test_endless_tokens_are_read_no_further_than_an_answer_may_be(
    server: ModelServer, client: OpenAiCompatible
) -> None:
    server.behaviour = goes_on(completion("start flow pay\n", pieces=1)[0].encode())
    given = await client.complete("", "x", stop=("\n\n",))
    assert 1000 < len(given.text) <= 8000


@pytest.mark.parametrize("slow", ["hang", "trickle"])
async def test_servers_that_do_not_answer_are_given_up(server: ModelServer, slow: str) -> None:
    server.behaviour = getattr(server, slow)
    asking = OpenAiCompatible(ServerSettings("vllm/tiny", server.url, RequestStyle("tiny"), timeout_s=0.05))
    asking.open()
    with pytest.raises(ModelUnavailable, match=r"took longer than 0\.05 s"):
        await asking.complete("", "x")
    await asking.close()


@pytest.mark.parametrize(
    ("given", "wait_s"),
    [("7", 7.0), ("999999", 600.0), ("-5", 0.0), ("soon", None), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0), ("nan", None)],
)
async def test_a_busy_server_says_how_long_to_wait(
    server: ModelServer, client: OpenAiCompatible, given: str, wait_s: float | None
) -> None:
    server.behaviour = says({"error": "slow down"}, 429, {"Retry-After": given})
    with pytest.raises(ModelBusy) as problem:
        await client.complete("", "x")
    assert problem.value.retry_after_s == wait_s


async def test_a_server_that_is_not_there_is_said_without_the_password_in_its_address() -> None:
    settings = ServerSettings("vllm/tiny", "http://me:hunter2@127.0.0.1:9/v1", RequestStyle("tiny"), timeout_s=5)
    asking = OpenAiCompatible(settings)
    asking.open()
    with pytest.raises(ModelUnavailable) as problem:
        await asking.complete("", "x")
    assert "cannot be reached at http://127.0.0.1:9/v1" in problem.value.reason
    assert "hunter2" not in str(problem.value)
    await asking.close()


def test_keys_stand_in_no_description() -> None:
    settings = ServerSettings("a", "http://b", RequestStyle("c"), api_key=KEY, headers={"X": KEY})
    assert KEY not in repr(settings)


def test_a_key_that_no_header_takes_is_refused_at_once() -> None:
    asking = OpenAiCompatible(ServerSettings("a", "http://b", RequestStyle("c"), api_key="line\r\nX-Evil: 1"))
    with pytest.raises(ModelUnavailable, match="characters that HTTP does not take"):
        asking.open()


async def test_vllm_is_warmed_behind_callers_until_it_refuses_that(server: ModelServer) -> None:
    async def without_priorities(writer: object, request: object) -> None:
        is_refused = "priority" in server.requests[-1].body
        told = {"error": {"message": "Got priority 10 but Priority scheduling is not enabled"}}
        await (says(told, 400) if is_refused else answers(*completion("x")))(writer, request)  # type: ignore[arg-type]

    server.behaviour = without_priorities
    settings = ServerSettings("vllm/tiny", server.url, vllm_style(RequestStyle("tiny")), warm_fields=WARM_FIELDS)
    asking = OpenAiCompatible(settings)
    asking.open()
    await asking.warm("PREFIX")
    await asking.warm("PREFIX", "tail")
    bodies = [one.body for one in server.requests]
    assert [body.get("priority") for body in bodies] == [10, None, None]
    assert bodies[-1]["prompt"] == "PREFIXtail"
    assert bodies[-1]["max_tokens"] == 1
    assert bodies[-1]["stream_options"] == {"include_usage": True, "continuous_usage_stats": True}
    await asking.close()


async def test_adapters_are_loaded_by_name(server: ModelServer, client: OpenAiCompatible) -> None:
    server.behaviour = says("Success: LoRA adapter 'ours' added successfully.")
    await load_adapter(client, "ours", "/adapters/ours")
    assert server.requests[0].path == "/v1/load_lora_adapter"
    assert server.requests[0].body == {"lora_name": "ours", "lora_path": "/adapters/ours"}
    server.behaviour = says({"error": {"message": "The lora adapter 'ours' has already been loaded."}}, 400)
    await load_adapter(client, "ours", "/adapters/ours")
    server.behaviour = says({"detail": "Not Found"}, 404)
    with pytest.raises(ModelUnavailable, match="--enable-lora"):
        await load_adapter(client, "ours", "/adapters/ours")
    told = {"error": {"message": "Loading lora ours failed: No adapter found for /adapters/ours", "code": 404}}
    server.behaviour = says(told, 404)
    with pytest.raises(ModelUnavailable, match="No adapter found for /adapters/ours"):
        await load_adapter(client, "ours", "/adapters/ours")
    server.behaviour = says({"detail": "Method Not Allowed"}, 405)
    with pytest.raises(ModelUnavailable, match="--enable-lora"):
        await load_adapter(client, "ours", "/adapters/ours")
    with pytest.raises(ModelUnavailable, match="cannot be named"):
        await load_adapter(client, "../x", "/adapters/ours")


async def test_whatever_pieces_the_bytes_come_in_the_answer_is_the_same(
    server: ModelServer, client: OpenAiCompatible
) -> None:
    whole = "".join(completion("start flow überweisen\nset slot amount 50\n", usage=USAGE)).encode()
    results = set()
    for size in (1, 2, 3, 7, 50, len(whole)):
        server.behaviour = sends([whole[at : at + size] for at in range(0, len(whole), size)])
        results.add(replace(await client.complete("", "x"), took_ms=0.0))
    assert [one.text for one in results] == ["start flow überweisen\nset slot amount 50\n"]


async def test_recorded_traffic_is_replayed(tmp_path: object) -> None:
    lines = [
        {
            "match": {"contains": ["hello"], "fields": {"model": "tiny"}},
            "chunks": completion("offtopic reply"),
            "times": 1,
        },
        {"match": {"contains": ["hello"]}, "chunks": completion("cannot handle")},
    ]
    serving = ModelServer(json.loads(json.dumps(lines)))
    await serving.start()
    asking = OpenAiCompatible(ServerSettings("a/tiny", serving.url, RequestStyle("tiny")))
    asking.open()
    assert [(await asking.complete("", "Caller: hello")).text for _ in range(2)] == ["offtopic reply", "cannot handle"]
    await asking.close()
    await serving.stop()
