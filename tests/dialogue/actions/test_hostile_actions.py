"""Actions that would stop the server, or the actions of others, do not."""

from __future__ import annotations

import sys

import pytest

from dialogue.actions.in_process import InProcessActions
from dialogue.errors import ActionsUnloadable
from dialogue.events import ActionFailed, ActionReturned
from tests.support.action_folders import HEAD, TRACKER, Folders, action


@pytest.mark.parametrize(
    ("script", "is_async"),
    [
        (("while True:", "    yield SlotSet('amount', 1)"), False),
        (("raise SystemExit(3)",), True),
        (("raise KeyboardInterrupt()",), True),
        (("raise __import__('asyncio').CancelledError()",), True),
        (("next(iter(()))",), False),
        (("class Mute(Exception):", "    def __str__(self): raise SystemError", "raise Mute()"), False),
    ],
    ids=["endless", "exit", "interrupt", "cancelled", "stop-iteration", "mute"],
)
async def test_what_would_stop_the_server_is_a_result(
    folders: Folders, script: tuple[str, ...], is_async: bool
) -> None:
    good = action("good", "return []", is_async=True)
    actions = folders.load({"actions/__init__.py": action("bad", *script, is_async=is_async) + good})
    result = await actions.run("bad", TRACKER, {})
    assert isinstance(result, ActionFailed)
    assert "took longer" not in result.reason
    assert isinstance(await actions.run("good", TRACKER, {}), ActionReturned)


async def test_a_task_that_an_action_leaves_behind_cannot_end_the_loop_of_all(folders: Folders) -> None:
    body = ("async def leave(): raise SystemExit(3)", "import asyncio", "asyncio.ensure_future(leave())")
    text = action("bad", *body, "await asyncio.sleep(0)", "return []", is_async=True)
    actions = folders.load({"actions/__init__.py": text + action("good", "return []", is_async=True)})
    await actions.run("bad", TRACKER, {})
    assert isinstance(await actions.run("good", TRACKER, {}), ActionReturned)


async def test_a_plain_run_may_return_something_to_await(folders: Folders) -> None:
    body = ("async def later(): return [SlotSet('amount', 7)]", "return later()")
    actions = folders.load({"actions/__init__.py": action("wrapped", *body)})
    result = await actions.run("wrapped", TRACKER, {})
    assert isinstance(result, ActionReturned)
    assert result.events[0]["value"] == 7


async def test_an_async_action_that_blocks_does_not_stop_the_others_for_good(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialogue.actions.in_process.BLOCKED_S", 0)
    bad = action("bad", "import actions", "actions.gate.wait()", "return []", is_async=True)
    head = f"import threading\ngate = threading.Event()\n{HEAD}"
    good = action("good", "return []", is_async=True)
    actions = folders.load({"actions/__init__.py": head + bad + good}, time_limit_s=0.05)
    assert isinstance(await actions.run("bad", TRACKER, {}), ActionFailed)
    actions._time_limit_s = 30.0
    assert isinstance(await actions.run("good", TRACKER, {}), ActionReturned)
    module = next(
        module for name, module in sys.modules.items() if name.endswith(".actions") and "gate" in vars(module)
    )
    module.gate.set()


async def test_code_that_never_gets_imported_is_given_up_on(folders: Folders) -> None:
    folders.load({"actions/__init__.py": "", "other/__init__.py": "import threading\nthreading.Event().wait(0.5)\n"})
    slow = InProcessActions(folders.root / "one", "other")
    with pytest.raises(ActionsUnloadable, match="importing takes longer than"):
        await slow.open(time_limit_s=0.01)


async def test_an_action_cannot_change_the_domain_of_others(folders: Folders) -> None:
    actions = folders.load({"actions/__init__.py": action("vandal", "domain['slots'].clear()", "return []")})
    domain = {"slots": {"amount": {"type": "float"}}}
    await actions.run("vandal", TRACKER, domain)
    assert domain["slots"]
