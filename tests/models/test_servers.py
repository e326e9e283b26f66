"""Entries of model groups to clients: addresses, keys, dialects; and what is learnt of a refusal."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.configuration.settings import ModelEntry
from models.completion_requests import RequestStyle, after_refusal, payload, style_for_thinkers
from models.completion_stream import AnswerMalformed, AnswerReader, EventLines
from models.servers import settings_for


@pytest.mark.parametrize(
    ("entry", "base", "endpoint", "header", "query"),
    [
        (ModelEntry("vllm", "m", "http://gpu:8000"), "http://gpu:8000/v1", "completions", "Authorization", {}),
        (
            ModelEntry("vllm", "m", "http://gpu/v1", is_chat=True),
            "http://gpu/v1",
            "chat/completions",
            "Authorization",
            {},
        ),
        (ModelEntry("compatible", "m", "http://a/api/v3"), "http://a/api/v3", "completions", "Authorization", {}),
        (ModelEntry("openai", "m", "https://a/v1"), "https://a/v1", "chat/completions", "Authorization", {}),
        (
            ModelEntry("azure", "east/1", "https://x.example/", api_version="7"),
            "https://x.example/openai/deployments/east%2F1",
            "chat/completions",
            "api-key",
            {"api-version": "7"},
        ),
        (
            ModelEntry("azure", "e", "https://x/openai/v1", api_version="7"),
            "https://x/openai/v1",
            "chat/completions",
            "api-key",
            {},
        ),
    ],
)
def test_each_provider_is_asked_at_its_address(
    entry: ModelEntry, base: str, endpoint: str, header: str, query: dict[str, str]
) -> None:
    settings = settings_for(entry)
    assert (settings.api_base, settings.style.endpoint, settings.key_header) == (base, endpoint, header)
    assert settings.query == query


def test_only_far_servers_are_asked_through_the_environments_proxy() -> None:
    assert settings_for(ModelEntry("openai", "m", "https://api.example/v1")).is_proxied
    assert not settings_for(ModelEntry("openai", "m", "http://localhost:1/v1")).is_proxied
    assert not settings_for(ModelEntry("vllm", "m", "https://gpu.example/v1")).is_proxied


@pytest.mark.parametrize(
    ("name", "effort"),
    [
        ("gpt-5.1-2025-11-13", "none"),
        ("gpt-5-mini", "minimal"),
        ("openai/o3-mini", "low"),
        ("gpt-4o", None),
        ("q", None),
    ],
)
def test_models_that_think_are_told_to_think_least(name: str, effort: str | None) -> None:
    style = style_for_thinkers(RequestStyle(name, endpoint="chat/completions"))
    body = payload(style, "p", "t", grammar=None, max_tokens=48, stop=("\n",))
    assert body.get("reasoning_effort") == effort
    assert ("temperature" in body) == ("stop" in body) == (effort is None)
    assert body["max_tokens" if effort is None else "max_completion_tokens"] >= 48


def test_vllm_chat_templates_are_told_not_to_think() -> None:
    style = settings_for(ModelEntry("vllm", "m", "http://a/v1", is_chat=True, fields={"seed": 1})).style
    body = payload(style, "p", "t", grammar="root ::= [a]", max_tokens=8, stop=())
    assert body["chat_template_kwargs"] == {"enable_thinking": False}
    assert (body["seed"], body["structured_outputs"]) == (1, {"grammar": "root ::= [a]"})


@pytest.mark.parametrize(
    ("reason", "without"),
    [
        ("Failed to parse grammar", None),
        ("structured_outputs: Grammar error: unexpected character", None),
        ("Unrecognized request argument supplied: grammar", {"grammar"}),
        ("body.grammar: Extra inputs are not permitted", {"grammar"}),
        ("this model does not support a grammar", {"grammar"}),
    ],
)
def test_a_refused_grammar_is_not_a_refused_field(reason: str, without: set[str] | None) -> None:
    style = RequestStyle("m", grammar_field="grammar")
    body = payload(style, "p", "t", grammar="root ::= [a]", max_tokens=8, stop=("\n",))
    changed = after_refusal(style, 400, reason, body)
    assert (changed.without if changed else None) == without


@given(
    st.lists(
        st.tuples(
            st.sampled_from([400, 404, 405, 422, 500]),
            st.text(max_size=60)
            | st.sampled_from(
                [
                    "max_completion_tokens",
                    "temperature and stop",
                    "grammar",
                    "use chat/completions",
                    "seed",
                    "maximum context",
                ]
            ),
        ),
        max_size=30,
    )
)
def test_a_server_that_refuses_everything_is_given_up_soon(refusals: list[tuple[int, str]]) -> None:
    style: RequestStyle | None = RequestStyle("m", fields={"seed": 1})
    n_changes = 0
    for status, reason in refusals:
        assert style is not None
        body = payload(style, "p", "t", grammar="root ::= [a]", max_tokens=8, stop=("\n",))
        assert body["model"] == "m"
        assert ("prompt" in body) != ("messages" in body)
        changed = after_refusal(style, status, reason, body)
        if changed is not None:
            assert changed != style
            style, n_changes = changed, n_changes + 1
    assert n_changes <= 12


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_no_bytes_make_the_reader_fail_otherwise_than_by_saying_so(pieces: list[bytes]) -> None:
    lines, reader = EventLines(), AnswerReader(("\n\n",))
    with suppress(AnswerMalformed):
        for piece in pieces:
            for event in lines.feed(b"data: " + piece + b"\n"):
                reader.feed(event)
    reader.end()
    assert all(count >= 0 for count in reader.tokens())


@given(
    st.text(alphabet="ab\n", max_size=30),
    st.lists(st.sampled_from(["\n\n", "b\n", "ab"]), max_size=2),
    st.integers(1, 5),
)
def test_what_is_told_is_the_text_before_the_first_stop(text: str, stop: list[str], size: int) -> None:
    reader = AnswerReader(stop)
    told = ""
    for at in range(0, len(text), size):
        if not reader.is_over:
            told += reader.feed(json.dumps({"choices": [{"text": text[at : at + size]}]}))
    told += reader.end()
    ends = [text.index(one) for one in stop if one in text]
    assert reader.text == told == text[: min(ends, default=len(text))]
