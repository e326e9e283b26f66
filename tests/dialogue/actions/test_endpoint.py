"""What endpoints.yml says about where actions run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dialogue.actions.endpoint import action_server
from dialogue.actions.errors import ActionEndpointInvalid
from flows.model import ActionTask, Assistant, Flow, Step

URL = "http://localhost:5055/webhook"


def assistant_with(endpoint: Any, folder: Path | None = None, **parts: Any) -> Assistant:
    endpoints = {} if endpoint is None else {"action_endpoint": endpoint}
    content = {"flows": {}, "slots": {}, "responses": {}, **parts}
    return Assistant(id="a", name="a", folder=str(folder or "."), language="en", endpoints=endpoints, **content)


@pytest.mark.parametrize("endpoint", [None, {}, {"actions_module": "code"}, {"actions_module": "code", "url": URL}])
def test_actions_run_in_process(endpoint: Any) -> None:
    assert action_server(assistant_with(endpoint)) is None


@pytest.mark.parametrize("url", ["http://localhost:5055", "http://localhost:5055/", URL, f"  {URL} "])
def test_the_webhook_is_the_path_unless_another_is_given(url: str) -> None:
    server = action_server(assistant_with({"url": url}))
    assert server is not None
    assert server.url == URL
    other = action_server(assistant_with({"url": "https://[::1]:1/x/run?a=b"}))
    assert other is not None
    assert other.url == "https://[::1]:1/x/run?a=b"
    assert other.beside("health") == "https://[::1]:1/x/health"


def test_the_source_goes_before_the_file() -> None:
    assert action_server(assistant_with({"url": URL}), "in-process") is None
    server = action_server(assistant_with({"actions_module": "code", "token": "t"}), "http://other:1")
    assert server is not None
    assert (server.url, server.token) == ("http://other:1/webhook", "t")


def test_every_key_reaches_the_server(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("x")
    endpoint = {
        "url": URL,
        "token": "t",
        "cafile": "ca.pem",
        "enable_selective_domain": True,
        "headers": {"X-A": "b"},
    }
    domain = {"actions": ["action_a", {"action_b": {"send_domain": True}}, {"action_c": {"send_domain": False}}]}
    server = action_server(assistant_with(endpoint, tmp_path, domain=domain), is_compressed=True)
    assert server is not None
    assert (server.token, server.cafile, dict(server.headers)) == ("t", tmp_path / "ca.pem", {"X-A": "b"})
    assert (server.is_selective, server.is_compressed) == (True, True)
    assert server.full_domain_for == {"action_b"}


def test_what_no_step_calls_a_write_may_be_repeated() -> None:
    step = Step(id="s", flow_id="f", order=0, task=ActionTask("action_c", effect="write"), next=())
    flow = Flow(id="f", name="f", description="", steps=(step,))
    effects = {"action_a": "write", "action_b": "read", "action_c": "read", "action_d": "none"}
    server = action_server(assistant_with({"url": URL}, flows={"f": flow}, action_effects=effects))
    assert server is not None
    assert server.repeatable == {"action_b", "action_d"}


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        ("http://x", "must be a map"),
        ({"url": 5}, "must be a text"),
        ({"url": " "}, "must be a text"),
        ({"url": "grpc://localhost:5055"}, "gRPC, which is not supported"),
        ({"url": "localhost:5055"}, "write it as http://localhost:5055/webhook"),
        ({"url": "http://"}, "write it as"),
        ({"url": "ftp://x/"}, "write it as"),
        ({"url": "http://x:notaport/"}, "is no address"),
        ({"url": "http://x:99999/"}, "is no address"),
        ({"url": "http://[::1/"}, "is no address"),
        ({"url": "http://${HOST}:5055/webhook"}, "environment variable 'HOST'"),
        ({"url": URL, "token": "${TOKEN}"}, "environment variable 'TOKEN'"),
        ({"url": URL, "cafile": "none.pem"}, "names 'none.pem', which is no file"),
        ({"url": URL, "headers": ["a"]}, "headers in endpoints.yml must be a map"),
        ({"url": URL, "headers": {"a": "ü"}}, "ASCII"),
    ],
)
def test_what_cannot_be_used_is_told(endpoint: Any, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ActionEndpointInvalid, match=reason):
        action_server(assistant_with(endpoint, tmp_path))


def test_a_cafile_that_is_no_certificate_is_told(tmp_path: Path) -> None:
    from dialogue.actions.webhook import WebhookActions

    (tmp_path / "ca.pem").write_text("no certificate")
    server = action_server(assistant_with({"url": URL, "cafile": "ca.pem"}, tmp_path))
    assert server is not None
    with pytest.raises(ActionEndpointInvalid, match="cafile cannot be used"):
        WebhookActions(server).open()
