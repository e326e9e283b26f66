"""User code runs as assistants expect, and nothing that it does gets out as anything but a result."""

from __future__ import annotations

import asyncio
import sys
import threading
from textwrap import dedent

import pytest

from dialogue.errors import ActionsUnloadable
from dialogue.events import ActionFailed, ActionReturned
from tests.support.action_folders import HEAD, TRACKER, Folders, action


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
async def test_an_action_speaks_and_returns_events(folders: Folders, is_async: bool) -> None:
    body = (
        "dispatcher.utter_message(text='Hello', buttons=[{'title': 'Hi', 'payload': '/hi'}])",
        "dispatcher.utter_message(response='utter_x', fee=2)",
        "return [SlotSet('amount', tracker.get_slot('amount') + 1), FollowupAction('action_next')]",
    )
    actions = folders.load({"actions/__init__.py": action("greet", *body, is_async=is_async)})
    assert actions.names == ("greet",)
    assert actions.knows("greet")
    assert not actions.knows("other")
    result = await actions.run("greet", TRACKER, {})
    assert isinstance(result, ActionReturned)
    assert [(event["event"], event["name"]) for event in result.events] == [
        ("slot", "amount"),
        ("followup", "action_next"),
    ]
    assert result.events[0]["value"] == 6
    assert result.responses[0]["text"] == "Hello"
    assert result.responses[1]["fee"] == 2


async def test_returning_nothing_is_fine(folders: Folders) -> None:
    actions = folders.load({"actions/__init__.py": action("quiet", "return None")})
    result = await actions.run("quiet", TRACKER, {})
    assert isinstance(result, ActionReturned)
    assert (result.events, result.responses) == ((), ())


async def test_two_assistants_have_their_own_actions_module(folders: Folders) -> None:
    def files(answer: str) -> dict[str, str]:
        return {
            "actions/__init__.py": "",
            "actions/words.py": f"WORD = '{answer}'\nCOUNTS = []",
            "actions/speak.py": HEAD
            + "from actions.words import WORD\nimport actions.words\nfrom actions import words\n"
            + "from . import words as w\n"
            + action(
                "speak",
                "assert actions.words is words is w",
                "words.COUNTS.append(1)",
                "return [SlotSet('word', WORD), SlotSet('n', len(words.COUNTS))]",
                head="",
            ),
        }

    first, second = folders.load(files("one"), "one"), folders.load(files("two"), "two")
    for actions, word in ((first, "one"), (second, "two")):
        result = await actions.run("speak", TRACKER, {})
        assert isinstance(result, ActionReturned), result
        assert [event["value"] for event in result.events] == [word, 1]
    assert "actions" not in sys.modules


async def test_modules_beside_the_package_and_late_imports(folders: Folders) -> None:
    actions = folders.load(
        {
            "ledger.py": "TOTAL = 7",
            "actions/deep/__init__.py": "",
            "actions/deep/more.py": action("late", "from ledger import TOTAL", "return [SlotSet('t', TOTAL)]"),
            "actions/__init__.py": "",
        }
    )
    result = await actions.run("late", TRACKER, {})
    assert isinstance(result, ActionReturned), result
    assert result.events[0]["value"] == 7


async def test_code_written_for_the_public_sdk_runs_without_it(folders: Folders) -> None:
    head = """
    import rasa_sdk
    import rasa_sdk.events as e
    from typing import Any
    from rasa_sdk import Action, Tracker
    from rasa_sdk.events import SlotSet, SessionStarted, ActionExecuted
    from rasa_sdk.executor import CollectingDispatcher
    from rasa_sdk.types import DomainDict
    """
    actions = folders.load({"actions.py": action("old", "return [e.SlotSet('x', 1)]", head=dedent(head))})
    result = await actions.run("old", TRACKER, {})
    assert isinstance(result, ActionReturned), result
    assert actions.names == ("old",)


async def test_a_module_of_another_name(folders: Folders) -> None:
    files = {"code/mine.py": action("mine", "return []")}
    assert folders.load(files, module="code.mine").names == ("mine",)
    assert folders.load({"data/x.yml": ""}, "empty").names == ()


async def test_what_is_no_event_is_left_out(folders: Folders) -> None:
    body = "return [SlotSet('a', 1), 'slot', {'name': 'b'}, None, SlotSet('c')]"
    result = await folders.load({"actions/__init__.py": action("odd", body)}).run("odd", TRACKER, {})
    assert isinstance(result, ActionReturned)
    assert [event["name"] for event in result.events] == ["a", "c"]


async def test_what_databases_and_calendars_give_is_taken(folders: Folders) -> None:
    body = (
        "from decimal import Decimal",
        "from datetime import date",
        "return [SlotSet('a', Decimal('2.5')), SlotSet('b', date(2026, 1, 2)), SlotSet('c', (1, 2))]",
    )
    result = await folders.load({"actions/__init__.py": action("rich", *body)}).run("rich", TRACKER, {})
    assert isinstance(result, ActionReturned)
    assert [event["value"] for event in result.events] == [2.5, "2026-01-02", [1, 2]]


async def test_half_a_character_is_replaced(folders: Folders) -> None:
    actions = folders.load({"actions/__init__.py": action("half", "return [SlotSet('a', 'x\\ud800\u00e9')]")})
    result = await actions.run("half", TRACKER, {})
    assert isinstance(result, ActionReturned)
    assert result.events[0]["value"] == "x?\u00e9"


async def test_validation_actions_run_under_their_names(folders: Folders) -> None:
    source = """
    from rasa_sdk import FormValidationAction, Tracker, ValidationAction
    from rasa_sdk.executor import CollectingDispatcher
    from rasa_sdk.types import DomainDict

    class Sizes(FormValidationAction):
        def name(self):
            return "validate_order_form"

        def validate_size(self, value, dispatcher, tracker, domain: DomainDict):
            return {"size": value.upper()}

    class Slots(ValidationAction):
        async def extract_weight(self, dispatcher, tracker, domain):
            return {"weight": 3}
    """
    actions = folders.load({"actions/__init__.py": dedent(source)})
    assert set(actions.names) == {"validate_order_form", "action_validate_slot_mappings"}
    tracker = {**TRACKER, "slots": {"size": "s"}, "events": [{"event": "slot", "name": "size", "value": "s"}]}
    domain = {"forms": {"order_form": {"required_slots": ["size"]}}, "slots": {"weight": {"type": "float"}}}
    form = await actions.run("validate_order_form", tracker, domain)
    assert isinstance(form, ActionReturned), form
    assert [(event["name"], event["value"]) for event in form.events] == [("size", "S")]
    slots = await actions.run("action_validate_slot_mappings", tracker, domain)
    assert isinstance(slots, ActionReturned), slots
    assert [(event["name"], event["value"]) for event in slots.events] == [("weight", 3)]


async def test_a_module_of_the_public_sdk_that_is_not_here_says_what_to_type(folders: Folders) -> None:
    with pytest.raises(ActionsUnloadable, match=r"pip install 'vivavoce\[rasa-sdk\]'"):
        folders.load({"actions/__init__.py": "from rasa_sdk.knowledge_base.actions import ActionQueryKnowledgeBase"})


async def test_a_base_class_whose_name_comes_from_its_children_is_no_action(folders: Folders) -> None:
    code = HEAD + dedent(
        """
        class Lookup(Action):
            def name(self):
                return f"action_look_up_{self.topic}"

            def run(self, dispatcher, tracker, domain):
                return [SlotSet("topic", self.topic)]

        class LookupOrder(Lookup):
            topic = "order"
        """
    )
    assert folders.load({"actions/__init__.py": code}).names == ("action_look_up_order",)


async def test_base_classes_and_plain_classes_are_no_actions(folders: Folders) -> None:
    source = """
    class Base(Action):
        def run(self, dispatcher, tracker, domain):
            return []

    class Record:
        name = "x"

    class Job:
        def __init__(self, needed):
            pass
        def name(self):
            return "job"
        def run(self):
            pass
    """
    files = {"actions/__init__.py": HEAD + dedent(source) + action("real", "return []", head="")}
    assert folders.load(files).names == ("real",)


@pytest.mark.parametrize(
    "script",
    [
        ("raise KeyError('oops')", "KeyError: 'oops'"),
        ("raise SystemExit", "SystemExit"),
        ("return [SlotSet('x', object())]", "not JSON serializable"),
        ("return [SlotSet('x', float('nan'))]", "not JSON compliant"),
        ("return 3", "not iterable"),
        ("return [{'event': 'slot'}]", "its event 1 (slot) has nothing as 'name', where a name is due"),
        ("dispatcher.utter_message(buttons=7)", "its response 1 has a number as 'buttons', where a list is due"),
        ("return [SlotSet('x', 'long' * 600_000)]", "at most 2,097,152 are taken"),
        ("x = []", "for _ in range(100): x = [x]", "return [SlotSet('x', x)]", "nested deeper than 64 levels"),
        (
            "from dialogue.actions.sdk import ActionExecutionRejection as No",
            "raise No('bad', 'not now')",
            "rejected: not now",
        ),
    ],
)
async def test_what_goes_wrong_is_a_result(folders: Folders, script: tuple[str, ...]) -> None:
    *body, reason = script
    actions = folders.load({"actions/__init__.py": action("bad", *body)})
    result = await actions.run("bad", TRACKER, {})
    assert isinstance(result, ActionFailed)
    assert reason in result.reason


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
async def test_a_slow_action_is_given_up_on_and_the_loop_stays_free(folders: Folders, is_async: bool) -> None:
    body = ("import threading", "threading.Event().wait(0.3)", "return []")
    actions = folders.load({"actions/__init__.py": action("slow", *body, is_async=is_async)}, time_limit_s=0.05)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.005)

    ticking = asyncio.create_task(tick())
    result = await actions.run("slow", TRACKER, {})
    ticking.cancel()
    assert isinstance(result, ActionFailed)
    assert result.reason == "took longer than 0.05 s"
    assert ticks > 3
    await asyncio.sleep(0.3)  # let the thread end within the test


async def test_an_action_cannot_change_the_tracker_it_was_given(folders: Folders) -> None:
    actions = folders.load({"actions/__init__.py": action("rude", "tracker.slots['deep'].append(1)", "return []")})
    tracker = {**TRACKER, "slots": {"deep": []}}
    assert isinstance(await actions.run("rude", tracker, {}), ActionReturned)
    assert tracker["slots"] == {"deep": []}


async def test_async_actions_share_one_loop(folders: Folders) -> None:
    body = ("import asyncio, threading", "return [SlotSet('l', id(asyncio.get_running_loop()))]")
    actions = folders.load({"actions/__init__.py": action("where", *body, is_async=True)})
    first, second = [await actions.run("where", TRACKER, {}) for _ in range(2)]
    assert isinstance(first, ActionReturned)
    assert isinstance(second, ActionReturned)
    assert first.events[0]["value"] == second.events[0]["value"]
    assert first.events[0]["value"] != id(asyncio.get_running_loop())


async def test_an_unknown_action_is_a_result(folders: Folders) -> None:
    result = await folders.load({"actions/__init__.py": ""}).run("nobody", TRACKER, {})
    assert isinstance(result, ActionFailed)
    assert "no action 'nobody'" in result.reason


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"actions/__init__.py": "x = 1\nimport nowhere_at_all\n"}, "actions/__init__.py:2: ModuleNotFoundError"),
        ({"actions/__init__.py": "", "actions/broken.py": "def f(:\n"}, "actions/broken.py:1: SyntaxError"),
        (
            {"actions/__init__.py": action("odd", "return []").replace("return 'odd'", "return 3")},
            "must return a string",
        ),
        (
            {"actions/__init__.py": action("odd", "return []") + "    def __init__(self, needed):\n        pass\n"},
            "cannot create Odd",
        ),
        ({"actions/__init__.py": "import sys\nsys.exit(1)\n"}, "actions/__init__.py:2: SystemExit: 1"),
        (
            {"actions/__init__.py": action("odd", "return []") + "    def __init__(self):\n        raise SystemExit\n"},
            "cannot create Odd",
        ),
    ],
    ids=["import", "syntax", "name", "constructor", "exit", "exit in a constructor"],
)
def test_code_that_does_not_load_is_named_with_its_place(folders: Folders, files: dict[str, str], message: str) -> None:
    with pytest.raises(ActionsUnloadable, match=message):
        folders.load(files)


def test_closing_forgets_every_module(folders: Folders) -> None:
    actions = folders.load({"actions/__init__.py": action("x", "return []")})
    assert any(name.startswith("vivavoce_assistant") for name in sys.modules)
    n_finders = len(sys.meta_path)
    actions.close()
    assert len(sys.meta_path) == n_finders - 1
    assert actions.names == ()
    assert threading.active_count() < 50
