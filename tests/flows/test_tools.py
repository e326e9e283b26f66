"""A call step of an MCP tool: what the engine orders, what it takes from the result, and what load refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.commands import Json, StartFlow
from flows.effects import Emit, Listen, RunAction, ToolCall, Utter
from flows.engine import step
from flows.errors import AssistantInvalid
from flows.events import FlowCancelled, SlotSet
from flows.inputs import ActionBroke, ActionDone, CommandsReceived, EngineInput
from flows.loader import find_problems
from flows.model import Assistant
from flows.state import ConversationState, initial_state
from tests.flows.talking import assistant_in

SERVERS = """
mcp_servers:
- name: broker
  url: http://localhost:1/mcp
  type: http
  meta_map:
    static: {tenant: t1}
    from_slots: {customer: customer_id, nobody: nothing}
- {name: plain, url: http://localhost:2/mcp}
"""
DOMAIN = """
slots:
  ticker: {type: text, initial_value: ABC}
  pieces: {type: float}
  price: {type: float}
  sure: {type: bool}
  customer_id: {type: text, initial_value: c7}
  nothing: {type: text}
responses:
  utter_done: [{text: done}]
  utter_ask_sure: [{text: sure?}]
"""
CONTROLLED = DOMAIN.replace(
    "responses:",
    "  filled: {type: text, mappings: [{type: controlled}]}\n  never: {type: text, mappings: [{type: controlled}]}\n"
    "responses:\n  utter_ask_filled: [{text: a?}]\n  utter_ask_never: [{text: b?}]",
)
STEP = """
    - call: order
      mcp_server: broker
      mapping:
        input: [{param: symbol, slot: ticker}, {param: n, slot: pieces}]
        output: [{slot: price, value: result.structuredContent.price}]
"""


def assistant(folder: Path, steps: str = STEP, **files: str) -> Assistant:
    (folder / "endpoints.yml").write_text(files.get("endpoints", SERVERS))
    flow = f"  buy:\n    description: Buy shares\n    steps:{steps}    - action: utter_done\n"
    return assistant_in(folder, "flows:\n" + flow + files.get("flows", ""), files.get("domain", DOMAIN))


def given(made: Assistant, *inputs: EngineInput) -> tuple[ConversationState, list[object]]:
    state, seen = initial_state(made), list[object]()
    for one in inputs:
        state, effects = step(state, one, made)
        seen = list(effects)
    return state, seen


START = CommandsReceived((StartFlow("buy"),))


def result(content: Json) -> ActionDone:
    return ActionDone("order", result={"content": [], "structuredContent": content})


def test_the_call_has_the_slots_that_are_set(tmp_path: Path) -> None:
    state, effects = given(assistant(tmp_path), START)
    call = ToolCall("broker", "order", {"symbol": "ABC"}, {"tenant": "t1", "customer": "c7"})
    step_id = assistant(tmp_path).flows["buy"].first
    assert effects[-1] == RunAction("order", "buy", step_id, "write", call)
    assert state.pending_action == "order"


def test_a_server_without_a_meta_map(tmp_path: Path) -> None:
    _, effects = given(assistant(tmp_path, STEP.replace("broker", "plain")), START)
    assert isinstance(effects[-1], RunAction)
    assert effects[-1].call == ToolCall("plain", "order", {"symbol": "ABC"})


@pytest.mark.parametrize("effect", ["none", "read", "write"])
def test_the_effect_of_a_tool(tmp_path: Path, effect: str) -> None:
    confirming = f"\n    - {{collect: sure, ask_before_filling: true}}{STEP}      effect: {effect}\n"
    made = assistant(tmp_path, confirming)
    asking, calling = made.flows["buy"].steps[:2]
    assert asking.confirms_write is (effect == "write")
    _, effects = given(assistant(tmp_path, f"{STEP}      effect: {effect}\n"), START)
    assert isinstance(effects[-1], RunAction)
    assert effects[-1].effect == effect
    assert calling.task.effect == effect  # type: ignore[union-attr]


def test_a_tool_writes_unless_it_says_otherwise(tmp_path: Path) -> None:
    made = assistant(tmp_path, f"\n    - {{collect: sure, ask_before_filling: true}}{STEP}")
    assert made.flows["buy"].steps[0].confirms_write


@pytest.mark.parametrize(
    ("content", "stored"),
    [({"price": 12}, 12), ({"price": "a lot"}, "a lot"), ({"price": [1]}, [1]), ({"price": None}, None), ({}, None)],
)
def test_what_comes_back_is_stored_as_it_is(tmp_path: Path, content: Json, stored: Json) -> None:
    state, effects = given(assistant(tmp_path), START, result(content))
    assert state.slots["price"] == stored
    assert Emit(SlotSet("price", stored)) in effects
    assert any(isinstance(effect, Utter) and effect.response == "utter_done" for effect in effects)
    assert isinstance(effects[-1], Listen)


def test_a_stub_gives_slots_and_no_result(tmp_path: Path) -> None:
    state, _ = given(assistant(tmp_path), START, ActionDone("order", (("price", 3),)))
    assert state.slots["price"] == 3


@pytest.mark.parametrize("answer", [ActionBroke("order"), result({"price": {"a": 1}})])
def test_what_fails_ends_the_flow(tmp_path: Path, answer: EngineInput) -> None:
    steps = STEP.replace("structuredContent.price", "structuredContent.price + 1")
    state, effects = given(assistant(tmp_path, steps), START, answer)
    assert any(isinstance(effect, Emit) and isinstance(effect.event, FlowCancelled) for effect in effects)
    said = [effect.response for effect in effects if isinstance(effect, Utter)]
    assert said == ["utter_internal_error_rasa"]
    assert state.slots["price"] is None
    assert state.pending_action is None


def test_nothing_is_stored_where_one_of_several_expressions_fails(tmp_path: Path) -> None:
    steps = STEP.rstrip().removesuffix("]") + ", {slot: ticker, value: 1 / 0}]\n"
    state, _ = given(assistant(tmp_path, steps), START, result({"price": 5}))
    assert (state.slots["price"], state.slots["ticker"]) == (None, "ABC")


@pytest.mark.parametrize("late", [result({"price": 5}), ActionBroke("order")])
def test_a_result_that_nobody_waits_for(tmp_path: Path, late: EngineInput) -> None:
    state, effects = given(assistant(tmp_path), late)
    assert state.slots["price"] is None
    assert isinstance(effects[-1], Listen)


@pytest.mark.parametrize(
    ("steps", "line", "column", "code"),
    [
        (STEP.replace("broker", "brokr"), 6, 19, "unknown-server"),
        (STEP.replace("slot: ticker", "slot: tickr"), 8, 39, "unknown-slot"),
        (STEP.replace("slot: price", "slot: prize"), 9, 25, "unknown-slot"),
        (STEP.replace("value: result.structuredContent.price", "value: 'result['"), 9, 39, "template"),
        (STEP.replace("value: result.structuredContent.price", "result_key: result | nope"), 9, 44, "template"),
        ("\n    - call: order\n      mcp_server: broker\n", 6, 19, "call"),
        (STEP + "      effect: sometimes\n", 10, 15, "effect"),
        (STEP.replace("order", "child"), 5, 7, "call"),
    ],
)
def test_what_load_refuses(tmp_path: Path, steps: str, line: int, column: int, code: str) -> None:
    child = "  child:\n    description: A flow\n    steps: [{action: utter_done}]\n"
    with pytest.raises(AssistantInvalid):
        assistant(tmp_path, steps, flows=child)
    (error,) = [finding for finding in find_problems(tmp_path) if finding.severity == "error"]
    assert (error.file, error.line, error.column, error.code) == ("data/flows.yml", line, column, code)


def test_a_name_that_is_nearly_right(tmp_path: Path) -> None:
    with pytest.raises(AssistantInvalid):
        assistant(tmp_path, STEP.replace("broker", "brokr"))
    (error,) = [finding for finding in find_problems(tmp_path) if finding.severity == "error"]
    assert error.suggestion == "did you mean 'broker'?"


def test_a_sub_agent_is_a_warning_and_fails_when_it_is_reached(tmp_path: Path) -> None:
    (tmp_path / "sub_agents" / "helper").mkdir(parents=True)
    (tmp_path / "sub_agents" / "helper" / "config.yml").write_text("agent: {name: helper}\n")
    made = assistant(tmp_path, "\n    - call: helper\n")
    assert any("is a sub-agent, which is not run here" in finding.message for finding in find_problems(tmp_path))
    _, effects = given(made, START)
    assert [effect.response for effect in effects if isinstance(effect, Utter)] == ["utter_internal_error_rasa"]


@pytest.mark.parametrize("servers", ["", "mcp_servers:\n", "mcp_servers: 7\n", "mcp_servers: [7, {url: x}, null]\n"])
def test_servers_that_are_none(tmp_path: Path, servers: str) -> None:
    with pytest.raises(AssistantInvalid, match="no MCP server 'broker'"):
        assistant(tmp_path, endpoints=servers)


def test_a_slot_that_only_a_tool_fills_can_be_asked_for(tmp_path: Path) -> None:
    steps = STEP.replace("slot: price", "slot: filled")
    made = assistant(tmp_path, f"{steps}    - collect: filled\n    - collect: never\n", domain=CONTROLLED)
    warned = [finding.message for finding in find_problems(tmp_path) if finding.code == "never-filled"]
    assert made.slots["filled"].mappings[0].kind == "controlled"
    assert [message.split("'")[1] for message in warned] == ["never"]
