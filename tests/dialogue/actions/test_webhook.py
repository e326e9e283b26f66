"""Actions on a server: what it is sent, and that whatever it answers comes back as a result."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from dialogue.actions.endpoint import ActionServer
from dialogue.actions.errors import ActionServerUnavailable
from dialogue.actions.webhook import WebhookActions
from dialogue.events import ActionFailed, ActionReturned

URL = "http://actions.test:5055/webhook"
TRACKER = {"sender_id": "call-1", "slots": {"amount": 5}, "events": []}
DOMAIN = {"slots": {"amount": {"type": "float"}}, "actions": ["action_pay"]}
EMPTY: dict[str, Any] = {"events": [], "responses": []}

Answer = Callable[[httpx.Request], httpx.Response] | httpx.Response | Exception


class Server:
    """Answers what the script says, one item a request, and repeats the last; `calls` are the bodies that came."""

    def __init__(self, *script: Answer) -> None:
        self.script = list(script)
        self.requests: list[httpx.Request] = []

    @property
    def calls(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.requests]

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(answer, Exception):
            raise answer
        response = answer(request) if callable(answer) else answer
        if not response.is_stream_consumed:
            return response
        return httpx.Response(  # as from a socket: not read yet
            response.status_code, headers=response.headers, stream=httpx.ByteStream(response.content)
        )


def answering(content: Any, status: int = 200) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(status, json=content)


class Opener:
    """Opens runners, and closes them after the test."""

    def __init__(self) -> None:
        self.opened: list[WebhookActions] = []

    def __call__(self, server: Server, *, time_limit_s: float = 5.0, **options: Any) -> WebhookActions:
        given = {"url": URL, **options}
        actions = WebhookActions(
            ActionServer(**given), time_limit_s=time_limit_s, transport=httpx.MockTransport(server)
        )
        actions.open()
        self.opened.append(actions)
        return actions


@pytest.fixture
async def opened() -> AsyncIterator[Opener]:
    opener = Opener()
    yield opener
    for actions in opener.opened:
        await actions.close()


async def test_an_action_is_asked_for_with_the_whole_tracker(opened: Opener) -> None:
    events = [{"event": "slot", "name": "amount", "value": "6"}, {"event": "followup", "name": "action_next"}]
    responses = [{"text": "Paid.", "buttons": [], "elements": [], "custom": {}, "image": None, "fee": 2}]
    server = Server(answering({"events": events, "responses": responses}))
    result = await opened(server).run("action_pay", TRACKER, DOMAIN)
    assert isinstance(result, ActionReturned)
    assert (result.name, list(result.events), list(result.responses)) == ("action_pay", events, responses)
    call = server.calls[0]
    assert (call["next_action"], call["sender_id"], call["tracker"]) == ("action_pay", "call-1", TRACKER)
    assert len(call["domain_digest"]) == 64
    assert call["version"]
    request = server.requests[0]
    assert (request.method, str(request.url)) == ("POST", URL)
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept-encoding"] == "identity"


async def test_each_request_is_a_span_in_the_trace_of_its_conversation(opened: Opener) -> None:
    server = Server(answering(EMPTY))
    actions = opened(server)
    for sender in ("a", "a", "b"):
        await actions.run("action_pay", {**TRACKER, "sender_id": sender}, DOMAIN)
    parents = [request.headers["traceparent"].split("-") for request in server.requests]
    assert all([len(part) for part in parent] == [2, 32, 16, 2] for parent in parents)
    assert parents[0][1] == parents[1][1] != parents[2][1]
    assert parents[0][2] != parents[1][2]


async def test_the_domain_is_sent_once_and_then_its_digest(opened: Opener) -> None:
    server = Server(answering(EMPTY))
    actions = opened(server)
    for domain in (DOMAIN, DOMAIN, {**DOMAIN, "actions": []}):
        await actions.run("action_pay", TRACKER, domain)
    assert ["domain" in call for call in server.calls] == [True, False, True]
    assert server.calls[0]["domain"] == DOMAIN
    digests = [call["domain_digest"] for call in server.calls]
    assert digests[0] == digests[1] != digests[2]


async def test_a_server_that_has_lost_the_domain_gets_it_again(opened: Opener) -> None:
    server = Server(answering(EMPTY), answering({"error": "no domain"}, 449), answering(EMPTY), answering(EMPTY))
    actions = opened(server)
    results = [await actions.run("action_pay", TRACKER, DOMAIN) for _ in range(3)]
    assert all(isinstance(result, ActionReturned) for result in results)
    assert ["domain" in call for call in server.calls] == [True, False, True, False]


async def test_a_server_that_never_has_the_domain_is_asked_no_third_time(opened: Opener) -> None:
    server = Server(answering({}, 449))
    selective = opened(server, is_selective=True)
    result = await selective.run("action_pay", TRACKER, DOMAIN)
    assert isinstance(result, ActionFailed)
    assert "asks for the domain again" in result.reason
    assert ["domain" in call for call in server.calls] == [False, True]


async def test_a_selective_server_gets_the_domain_where_an_action_asks_for_it(opened: Opener) -> None:
    server = Server(answering(EMPTY))
    actions = opened(server, is_selective=True, full_domain_for=frozenset({"action_look"}))
    for name in ("action_pay", "action_look", "action_look", "action_pay"):
        await actions.run(name, TRACKER, DOMAIN)
    assert ["domain" in call for call in server.calls] == [False, True, True, False]


async def test_token_headers_and_compression(opened: Opener) -> None:
    server = Server(answering(EMPTY))
    actions = opened(server, token="se cret", headers={"X-Team": "bank"}, is_compressed=True)
    await actions.run("action_pay", TRACKER, DOMAIN)
    request = server.requests[0]
    assert request.url.params["token"] == "se cret"
    assert request.headers["x-team"] == "bank"
    assert request.headers["content-encoding"] == "deflate"
    assert json.loads(zlib.decompress(request.content))["tracker"] == TRACKER


async def test_no_cookie_ties_two_callers_together(opened: Opener) -> None:
    server = Server(lambda request: httpx.Response(200, json=EMPTY, headers={"Set-Cookie": "session=1"}))
    actions = opened(server)
    for _ in range(2):
        await actions.run("action_pay", TRACKER, DOMAIN)
    assert "cookie" not in server.requests[1].headers


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (answering({"error": "not today", "action_name": "x"}, 400), "rejected: not today"),
        (answering([], 400), "rejected to run"),
        (answering({"error": "No registered action"}, 404), "not known to the action server: No registered action"),
        (answering({"error": "division by zero"}, 500), "failed on the action server (HTTP 500): division by zero"),
        (httpx.Response(500, html="<h1>Oh no</h1>"), "failed on the action server (HTTP 500)"),
        (httpx.Response(204), "failed on the action server (HTTP 204)"),
        (httpx.Response(302, headers={"Location": "http://elsewhere.test/"}), "sends elsewhere (HTTP 302)"),
        (httpx.Response(200, text="<p>hello</p>"), "did not answer with JSON"),
        (httpx.Response(200, text=""), "did not answer with JSON"),
        (httpx.Response(200, text='{"events": [{"event": "slot", "name": "a", "value": NaN}]}'), "NaN is no number"),
        (httpx.Response(200, text="[" * 100_000), "nested too deep"),
        (httpx.Response(200, content=b"\xff\xfe\xfa"), "did not answer with JSON"),
        (answering([1]), "answered with a list, where a map"),
        (httpx.Response(200, text="null"), "answered with nothing"),
        (answering({"events": 7}), "its 'events' is a number, where a list is due"),
        (answering({"events": {}}), "its 'events' is a map"),
        (answering({"events": ["slot"]}), "its 'events' has a text as item 1, where a map is due"),
        (answering({"events": [{"name": "a"}]}), "its event 1 does not say which event it is"),
        (answering({"events": [{"event": 5}]}), "its event 1 does not say"),
        (answering({"events": [{"event": "slot", "value": 1}]}), "its event 1 (slot) has nothing as 'name'"),
        (answering({"events": [{"event": "followup", "name": ""}]}), "has an empty text as 'name'"),
        (answering({"events": [{"event": "bot", "data": 3}]}), "(bot) has a number as 'data'"),
        (answering({"events": [{"event": "bot", "data": {"buttons": 3}}]}), "(bot) has a number as 'buttons'"),
        (
            answering({"events": [{"event": "reminder", "intent": "x", "date_time": "soon"}]}),
            "(reminder) has a text as 'date_time', where a date and time in ISO 8601 is due",
        ),
        (answering({"responses": [{"text": {}}]}), "its response 1 has a map as 'text', where a text is due"),
        (answering({"responses": [{"response": 1}]}), "its response 1 has a number as 'response'"),
        (answering({"responses": "hello"}), "its 'responses' is a text"),
        (httpx.Response(200, content=b" " * 3_000_000), "where at most 2,097,152 are taken"),
        (httpx.ConnectError("refused"), "cannot be reached (refused): start it, or correct action_endpoint.url"),
        (httpx.ReadError(""), "broke the connection off (ReadError)"),
        (httpx.RemoteProtocolError("no response"), "broke the connection off (no response)"),
        (httpx.ReadTimeout("slow"), "took longer than 5 s"),
        (httpx.PoolTimeout("all busy"), "took longer than 5 s"),
    ],
)
async def test_what_goes_wrong_is_a_result(opened: Opener, answer: Answer, reason: str) -> None:
    result = await opened(Server(answer)).run("action_pay", TRACKER, DOMAIN)
    assert isinstance(result, ActionFailed)
    assert result.name == "action_pay"
    assert reason in result.reason


async def test_an_answer_in_a_compression_that_nobody_asked_for(opened: Opener) -> None:
    def packed(content: bytes, encoding: str) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Encoding": encoding}, stream=httpx.ByteStream(content))

    body = json.dumps(EMPTY).encode()
    bomb = gzip.compress(b" " * 50_000_000)
    server = Server(
        packed(gzip.compress(body), "gzip"),
        packed(zlib.compress(body), "deflate"),
        packed(bomb, "gzip"),
        packed(b"no gzip", "gzip"),
        packed(body, "br"),
    )
    actions = opened(server)
    results = [await actions.run("action_pay", TRACKER, DOMAIN) for _ in range(5)]
    assert [type(result) for result in results] == [ActionReturned] * 2 + [ActionFailed] * 3
    reasons = [result.reason for result in results if isinstance(result, ActionFailed)]
    assert "where at most" in reasons[0]
    assert "damaged gzip" in reasons[1]
    assert "the encoding 'br'" in reasons[2]


async def test_events_that_nobody_knows_and_missing_lists_are_taken(opened: Opener) -> None:
    odd = [{"event": "moon_landing"}, {"event": "active_loop", "name": None}]
    server = Server(answering({"events": odd}), answering({"responses": None}), answering({}))
    actions = opened(server)
    results = [await actions.run("action_pay", TRACKER, DOMAIN) for _ in range(3)]
    assert [len(result.events) for result in results if isinstance(result, ActionReturned)] == [2, 0, 0]


@pytest.mark.parametrize(
    ("problem", "name", "n_requests"),
    [
        (httpx.ConnectError("refused"), "action_pay", 2),
        (httpx.ReadError("lost"), "action_pay", 1),
        (httpx.RemoteProtocolError("lost"), "action_pay", 1),
        (httpx.ReadError("lost"), "action_look", 2),
        (httpx.ReadTimeout("slow"), "action_look", 1),
        (httpx.ConnectTimeout("slow"), "action_look", 1),
    ],
)
async def test_only_what_cannot_have_had_an_effect_is_tried_again(
    opened: Opener, problem: Exception, name: str, n_requests: int
) -> None:
    server = Server(problem, answering(EMPTY))
    result = await opened(server, repeatable=frozenset({"action_look"})).run(name, TRACKER, DOMAIN)
    assert len(server.requests) == n_requests
    assert isinstance(result, ActionReturned) == (n_requests == 2)


async def test_an_action_is_tried_twice_at_most(opened: Opener) -> None:
    server = Server(httpx.ConnectError("refused"))
    assert isinstance(await opened(server).run("action_pay", TRACKER, DOMAIN), ActionFailed)
    assert len(server.requests) == 2


async def test_health_and_the_list_of_actions(opened: Opener) -> None:
    server = Server(answering({"status": "ok"}), answering([{"name": "b"}, {"name": "a"}, 7]))
    actions = opened(server, url="https://host.test/prefix/webhook?x=1")
    assert actions.knows("anything")
    await actions.health()
    assert await actions.list_actions() == ("a", "b")
    assert [str(request.url) for request in server.requests] == [
        "https://host.test/prefix/health",
        "https://host.test/prefix/actions",
    ]
    assert actions.knows("a")
    assert not actions.knows("anything")


@pytest.mark.parametrize("answer", [answering({}, 404), answering("x"), answering([])])
async def test_a_server_without_these_pages_is_well_and_knows_everything(opened: Opener, answer: Answer) -> None:
    actions = opened(Server(answer))
    await actions.health()
    assert await actions.list_actions() == ()
    assert actions.knows("anything")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (answering({}, 503), "is not well (HTTP 503)"),
        (httpx.ConnectError("refused"), "cannot be reached (refused)"),
        (httpx.ReadTimeout("slow"), "does not answer in time"),
    ],
)
async def test_a_server_that_is_not_well_says_what_to_do(opened: Opener, answer: Answer, reason: str) -> None:
    with pytest.raises(ActionServerUnavailable) as told:
        await opened(Server(answer)).health()
    assert reason in str(told.value)
    assert URL in str(told.value)
    assert "start it, or correct action_endpoint.url" in str(told.value)


async def test_a_closed_runner_answers_with_a_failure() -> None:
    actions = WebhookActions(ActionServer(URL))
    result = await actions.run("action_pay", TRACKER, DOMAIN)
    assert isinstance(result, ActionFailed)
    await actions.close()
