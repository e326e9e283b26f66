"""The public SDK, where it is installed: ours has its surface, and its action server and classes run with us."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from dialogue.actions.endpoint import ActionServer
from dialogue.actions.errors import ActionServerUnavailable
from dialogue.actions.in_process import InProcessActions
from dialogue.actions.webhook import WebhookActions
from dialogue.events import ActionFailed, ActionReturned

pytest.importorskip("rasa_sdk", reason="the extra rasa-sdk is not installed: pip install 'vivavoce[rasa-sdk]'")

ACTIONS = """
from typing import Any, Dict, List, Text

from rasa_sdk import Action, FormValidationAction, Tracker, ValidationAction
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection
from rasa_sdk.types import DomainDict


class Greet(Action):
    def name(self) -> Text:
        return "action_greet"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[Dict[Text, Any]]:
        dispatcher.utter_message(text=f"Hello {tracker.get_slot('name')}")
        dispatcher.utter_message(response="utter_more", fee=2)
        return [SlotSet("domain", sorted(domain)), FollowupAction("action_next"), {"no": "event"}]


class Refuse(Action):
    def name(self) -> Text:
        return "action_refuse"

    async def run(self, dispatcher, tracker, domain):
        raise ActionExecutionRejection(self.name(), "not now")


class Fail(Action):
    def name(self) -> Text:
        return "action_fail"

    def run(self, dispatcher, tracker, domain):
        raise ValueError("oops")


class Order(FormValidationAction):
    def name(self) -> Text:
        return "validate_order"

    async def required_slots(self, domain_slots, dispatcher, tracker, domain):
        return [*domain_slots, "size"]

    def validate_name(self, value, dispatcher, tracker, domain):
        return {"name": value.upper()}


class Checks(ValidationAction):
    async def extract_weight(self, dispatcher, tracker, domain):
        return {"weight": 3}
"""
TRACKER = {
    "sender_id": "c",
    "slots": {"name": "Ann"},
    "events": [{"event": "slot", "name": "name", "value": "Ann"}],
    "latest_message": {},
    "active_loop": {},
    "paused": False,
}
DOMAIN = {
    "slots": {"name": {"type": "text", "mappings": [{"type": "from_llm"}]}, "weight": {"type": "float"}},
    "forms": {"order": {"required_slots": ["name"]}},
}


@pytest.mark.parametrize("name", ["events", "executor", "forms", "interfaces", "types"])
def test_our_modules_have_the_names_and_parameters_of_theirs(name: str) -> None:
    ours, theirs = importlib.import_module(f"dialogue.actions.sdk.{name}"), importlib.import_module(f"rasa_sdk.{name}")
    inner = {"ActionExecutor", "ActionExecutorRunResult", "ActionName", "TimestampModule"}  # of their server
    for key, value in vars(theirs).items():
        if key.startswith("_") or key in inner or getattr(value, "__module__", None) != theirs.__name__:
            continue
        assert hasattr(ours, key), key
        if inspect.isfunction(value):
            assert list(inspect.signature(getattr(ours, key)).parameters) == list(inspect.signature(value).parameters)
        for method, function in vars(value).items() if inspect.isclass(value) and name != "types" else ():
            if not method.startswith("_"):
                assert _parameters(getattr(ours, key), method) == _parameters(value, method), f"{key}.{method}"
                assert function is not None


def _parameters(kind: type, name: str) -> list[str]:
    method = inspect.getattr_static(kind, name, None)
    assert method is not None, f"{kind.__name__}.{name}"
    function = method.__func__ if isinstance(method, classmethod | staticmethod) else method
    return ["property"] if isinstance(function, property) else list(inspect.signature(function).parameters)


async def check(run: Any) -> None:
    """Run the actions above, wherever they run, and look at what comes of them."""
    greeted = await run("action_greet", TRACKER, DOMAIN)
    assert isinstance(greeted, ActionReturned), greeted
    assert [event["name"] for event in greeted.events] == ["domain", "action_next"]
    assert greeted.events[0]["value"] == ["forms", "slots"]
    assert [(one["text"], one["response"]) for one in greeted.responses] == [("Hello Ann", None), (None, "utter_more")]
    assert greeted.responses[1]["fee"] == 2
    for name, reason in (("action_refuse", "rejected: not now"), ("action_fail", "oops"), ("action_nobody", "")):
        failed = await run(name, TRACKER, DOMAIN)
        assert isinstance(failed, ActionFailed)
        assert reason in failed.reason
    ordered = await run("validate_order", TRACKER, DOMAIN)
    assert isinstance(ordered, ActionReturned), ordered
    assert [(one["name"], one["value"]) for one in ordered.events] == [("name", "ANN"), ("requested_slot", "size")]
    checked = await run("action_validate_slot_mappings", TRACKER, DOMAIN)
    assert isinstance(checked, ActionReturned), checked
    assert sorted((one["name"], one["value"]) for one in checked.events) == [("name", "Ann"), ("weight", 3)]


async def test_its_classes_run_in_process(tmp_path: Path) -> None:
    (tmp_path / "actions.py").write_text(dedent(ACTIONS))
    actions = InProcessActions(tmp_path)
    actions.load()
    try:
        await check(actions.run)
    finally:
        actions.close()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[WebhookActions]:
    (tmp_path / "actions.py").write_text(dedent(ACTIONS))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ("-m", "rasa_sdk", "--actions", "actions", "--port", str(port))
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=tmp_path, stdout=quiet, stderr=quiet)
    actions = WebhookActions(ActionServer(f"http://127.0.0.1:{port}/webhook"))
    actions.open()
    try:
        await _is_up(actions, process)
        yield actions
    finally:
        await actions.close()
        process.terminate()
        await process.wait()


async def _is_up(actions: WebhookActions, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(60):
        while process.returncode is None:
            try:
                await actions.health()
            except ActionServerUnavailable:
                await asyncio.sleep(0.1)
            else:
                return
    raise AssertionError(f"the action server ended with {process.returncode}")


@pytest.mark.network
@pytest.mark.slow
async def test_its_server_runs_our_webhook(served: WebhookActions) -> None:
    assert "action_greet" in await served.list_actions()
    await check(served.run)
