"""Turns that are tried before they are certain: actions that do no harm run early, and once; others never do."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from dialogue.conversation import Conversation
from dialogue.events import ActionFailed, ActionReturned
from dialogue.rehearsal import Rehearsal
from dialogue.try_policy import TryPolicy, faults, try_policy
from dialogue.turn import Said, UserTurn
from flows.commands import Json
from flows.model import Assistant
from tests.support.conversations import ScriptedActions, new_conversation, outputs_of
from tests.support.small_shop import ACTIONS, EFFECTS, SlowActions, load_shop
from tests.support.virtual_clock import run_virtually


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("shop")
    return load_shop(folder)


async def try_all(rehearsal: Rehearsal) -> None:
    while await rehearsal.go_on():
        pass


async def test_harmless_actions_run_once_and_the_commit_says_what_was_foreseen(shop: Assistant) -> None:
    actions = ScriptedActions({name: [{"event": "slot", "name": "found", "value": name}] for name in ACTIONS})
    conversation = new_conversation(shop, actions=actions)
    understood = await conversation.understand(UserTurn("start flow look"))
    rehearsal = conversation.rehearse(understood)
    assert rehearsal.said == ()
    n_events, before = len(conversation.events), conversation.state
    await try_all(rehearsal)
    assert (len(conversation.events), conversation.state) == (n_events, before), "nothing came of it yet"
    assert rehearsal.action is None, "it is through to the question"
    foreseen = [said.text for said in rehearsal.said]
    assert "action_compute" in foreseen[0]
    assert "action_look_up" in foreseen[1]
    outputs = await outputs_of(conversation.commit(understood))
    assert [output.text for output in outputs if isinstance(output, Said)] == foreseen
    assert actions.runs == ["action_compute", "action_look_up"]


async def test_an_action_sees_in_a_rehearsal_what_it_sees_in_the_turn(shop: Assistant) -> None:
    tried = ScriptedActions({name: [] for name in ACTIONS})
    real = ScriptedActions({name: [] for name in ACTIONS})
    for actions, tries in ((tried, True), (real, False)):
        conversation = new_conversation(shop, actions=actions)
        understood = await conversation.understand(UserTurn("start flow look"))
        if tries:
            await try_all(conversation.rehearse(understood))
        await outputs_of(conversation.commit(understood))
    assert tried.trackers == real.trackers


async def test_reads_that_are_not_allowed_and_writes_are_never_tried(shop: Assistant) -> None:
    actions = ScriptedActions({name: [] for name in ACTIONS})
    conversation = new_conversation(shop, actions=actions)
    for flow, ran in (("guess", []), ("order", ["action_compute"]), ("visit", []), ("order_with_words", [])):
        actions.runs.clear()
        await try_all(conversation.rehearse(await conversation.understand(UserTurn(f"start flow {flow}"))))
        assert actions.runs == ran, flow


async def test_a_commit_waits_for_the_action_that_is_still_being_tried(shop: Assistant) -> None:
    actions = ScriptedActions({name: [] for name in ACTIONS})
    gate = actions.gates["action_compute"] = asyncio.Event()
    conversation = new_conversation(shop, actions=actions)
    understood = await conversation.understand(UserTurn("start flow look"))
    trying = asyncio.create_task(try_all(conversation.rehearse(understood)))
    await actions.has_begun.wait()
    committing = asyncio.create_task(outputs_of(conversation.commit(understood)))
    for _ in range(20):
        await asyncio.sleep(0)
    assert actions.runs == ["action_compute"]
    gate.set()
    await asyncio.gather(trying, committing)
    assert actions.runs == ["action_compute", "action_look_up"]


async def test_a_discarded_rehearsal_stops_its_action_and_gives_nothing(shop: Assistant) -> None:
    actions = ScriptedActions({name: [] for name in ACTIONS})
    gate = actions.gates["action_compute"] = asyncio.Event()
    conversation = new_conversation(shop, actions=actions)
    understood = await conversation.understand(UserTurn("start flow look"))
    rehearsal = conversation.rehearse(understood)
    trying = asyncio.create_task(try_all(rehearsal))
    await actions.has_begun.wait()
    rehearsal.discard()
    await asyncio.wait([trying])
    gate.set()
    await outputs_of(conversation.commit(understood))
    assert actions.runs == ["action_compute", "action_compute", "action_look_up"]


async def test_a_result_is_not_used_where_the_slots_have_changed(shop: Assistant) -> None:
    actions = ScriptedActions({name: [] for name in ACTIONS})
    conversation = new_conversation(shop, actions=actions)
    understood = await conversation.understand(UserTurn("start flow look"))
    await try_all(conversation.rehearse(understood))
    await conversation.set_slots({"sure": True})
    actions.runs.clear()
    await outputs_of(conversation.commit(understood))
    assert actions.runs == ["action_compute", "action_look_up"]


@pytest.mark.parametrize(
    ("turns", "is_held"),
    [
        (["start flow order"], True),
        (["start flow order_with_words"], True),  # its words are heard first, and guard it
        (["start flow order_after_look"], True),
        (["start flow visit"], False),
        (["start flow do_unknown"], False),  # never tried, and not held back either
        (["start flow look"], False),
        (["start flow ask_first"], False),
        (["start flow ask_first", "set slot sure True"], False),
        (["start flow ask_first", "start flow order"], True),
    ],
)
async def test_what_is_held_back(shop: Assistant, turns: list[str], is_held: bool) -> None:
    conversation = new_conversation(shop, actions=ScriptedActions({name: [] for name in ACTIONS}))
    for text in turns[:-1]:
        await outputs_of(conversation.commit(await conversation.understand(UserTurn(text))))
    rehearsal = conversation.rehearse(await conversation.understand(UserTurn(turns[-1])))
    await try_all(rehearsal)
    assert rehearsal.comes_to_write is is_held


def test_settings() -> None:
    assert try_policy({}) == TryPolicy()
    good: dict[str, Json] = {"speculation": {"reads": ["a"], "at_once": ["b"]}}
    assert try_policy(good) == TryPolicy(frozenset({"a"}), frozenset({"b"}))
    assert faults(good, frozenset({"a"})) == ("voice.yml: speculation: at_once: 'b' is no action of the domain",)
    for bad in ({"reads": "a"}, {"reads": [1]}, {"writes": ["a"]}, ["a"], 7, {"reads": {"a": 1}}):
        assert len(faults({"speculation": bad})) == 1, bad
        assert try_policy({"speculation": bad}) == TryPolicy(), "what cannot be read allows nothing"


async def _schedule(shop: Assistant, chance: Random) -> SlowActions:
    """Try revisions and drop or commit them, at any time; check after each what came of it."""
    actions = SlowActions(chance, failing=0.2)
    conversation = new_conversation(shop, actions=actions)
    for _ in range(6):
        flow = chance.choice(("look", "guess", "order", "order_with_words", "order_after_look", "visit"))
        first = len(actions.begun)
        dropped: set[int] = set()
        for _ in range(chance.choice((0, 1, 2))):
            begun = len(actions.begun)
            rehearsal, trying = await _try(conversation, flow)
            await asyncio.sleep(chance.choice((0.0, 0.02, 0.3, 3.0, 30.0)))
            rehearsal.discard()
            await asyncio.wait([trying])
            dropped |= set(range(begun, len(actions.begun)))
        for name, number in actions.begun[first:]:
            assert EFFECTS.get(name, "write") != "write", f"{name} ran before any commit"
            assert name != "action_audited", "a read that is not allowed was tried"
            assert number in dropped
        await _commit(conversation, actions, flow, dropped, chance)
    return actions


async def _try(conversation: Conversation, flow: str) -> tuple[Rehearsal, asyncio.Task[None]]:
    rehearsal = conversation.rehearse(await conversation.understand(UserTurn(f"start flow {flow}")))
    return rehearsal, asyncio.create_task(try_all(rehearsal))


async def _commit(
    conversation: Conversation, actions: SlowActions, flow: str, dropped: set[int], chance: Random
) -> None:
    n_begun = len(actions.begun)
    rehearsal, trying = await _try(conversation, flow)
    await asyncio.sleep(chance.choice((0.0, 0.02, 0.3, 3.0, 30.0)))
    tried = set(range(n_begun, len(actions.begun)))
    n_logged, foreseen = len(conversation.events), [said.text for said in rehearsal.said]
    outputs = await outputs_of(conversation.commit(rehearsal.understood))
    await asyncio.wait([trying])
    said = [output.text for output in outputs if isinstance(output, Said)]
    assert said[: len(foreseen)] == foreseen, "what was foreseen is what is said"
    logged = [event for event in conversation.events[n_logged:] if isinstance(event, ActionReturned | ActionFailed)]
    used = {next(n for n, made in actions.results.items() if made is event) for event in logged}
    assert not used & dropped, "a result of a revision that was thrown away"
    succeeded = {n for n in tried & set(actions.results) if isinstance(actions.results[n], ActionReturned)}
    assert succeeded <= used, "an action that was tried is not run again"


def test_sixty_schedules(shop: Assistant) -> None:
    writes = 0
    for seed in range(60):
        actions = run_virtually(lambda seed=seed: _schedule(shop, Random(seed)))  # type: ignore[misc]
        writes += sum(name == "action_order" for name, _ in actions.begun)
    assert writes > 50, "the schedules are about something"
