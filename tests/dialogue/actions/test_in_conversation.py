"""Custom actions in a conversation: what their events do, what runs at every turn, what replaces a built-in one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dialogue.actions.sdk import events as e
from dialogue.conversation import Conversation
from dialogue.events import ActionFailed, ActionReturned, AssistantSaid, UserSaid
from dialogue.replay import replay
from dialogue.turn import Ended, Understood, UserTurn, Waiting
from flows.commands import StartFlow
from flows.effects import Expectation
from flows.events import ActionExecuted, SlotSet
from flows.model import Assistant
from tests.support.conversations import ScriptedActions, new_conversation, outputs_of, script, turn
from tests.support.small_bank import small_bank

FLOWS = """
flows:
  act:
    description: Run the action
    run_pattern_completed: false
    steps:
      - action: action_x
      - action: utter_done
  ask:
    description: Ask for a nickname
    run_pattern_completed: false
    steps:
      - collect: nickname
      - action: utter_done
"""
DOMAIN = """
actions: [action_x, action_next]
slots:
  mood: {type: text, initial_value: fine, mappings: [{type: controlled}]}
  level: {type: float, mappings: [{type: controlled}]}
  size: {type: float}
responses:
  utter_done: [{text: Done.}]
  utter_ask_nickname: [{text: What shall I call you?}]
"""


@pytest.fixture(scope="module")
def acting(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return small_bank(tmp_path_factory.mktemp("acting"), flows=FLOWS, domain=DOMAIN)


def talking(assistant: Assistant, *events: Any, responses: tuple[Any, ...] = (), **others: Any) -> Conversation:
    actions = ScriptedActions({"action_x": ActionReturned("action_x", events, responses), **others})
    return new_conversation(assistant, actions=actions)


def actions_of(conversation: Conversation) -> list[str]:
    return conversation._actions.runs  # type: ignore[attr-defined]


def is_replayable(conversation: Conversation) -> bool:
    again = replay(conversation.events, conversation.assistant)
    return again == conversation.state and dict(again.slots) == dict(conversation.state.slots)


async def test_values_are_stored_as_they_are_and_after_what_is_said(acting: Assistant) -> None:
    conversation = talking(
        acting, e.SlotSet("level", "1200"), e.SlotSet("mood", {"a": [1]}), responses=({"text": "Hi"},)
    )
    assert await script(conversation, "start flow act") == ["Hi", "Done."]
    assert (conversation.state.slots["level"], conversation.state.slots["mood"]) == ("1200", {"a": [1]})
    log = list(conversation.events)
    assert log.index(AssistantSaid("Hi")) < log.index(SlotSet("level", "1200"))
    assert is_replayable(conversation)


async def test_a_reset_gives_every_slot_its_initial_value(acting: Assistant) -> None:
    conversation = talking(acting, e.SlotSet("mood", "bad"), e.AllSlotsReset(), e.SlotSet("level", 2))
    await script(conversation, "start flow act")
    assert (conversation.state.slots["level"], conversation.state.slots["mood"]) == (2, "fine")


async def test_a_bot_event_is_said_after_the_responses(acting: Assistant) -> None:
    conversation = talking(acting, e.BotUttered("Second"), responses=({"text": "First"},))
    assert await script(conversation, "start flow act") == ["First", "Second", "Done."]


async def test_a_followup_runs_before_the_flow_goes_on(acting: Assistant) -> None:
    conversation = talking(acting, e.FollowupAction("action_next"), action_next=[])
    await script(conversation, "start flow act")
    assert actions_of(conversation) == ["action_x", "action_next"]


async def test_a_session_that_an_action_ends_is_over(acting: Assistant) -> None:
    conversation = talking(acting, e.SessionEnded(), responses=({"text": "Bye"},))
    understood = await conversation.understand(UserTurn("start flow act"))
    outputs = await outputs_of(conversation.commit(understood))
    assert isinstance(outputs[-1], Ended)
    assert conversation.is_over


@pytest.mark.parametrize(
    "event",
    [
        e.UserUttered("x"),
        e.ActionExecuted("action_listen"),
        e.SessionStarted(),
        e.StoryExported(),
        e.UserUtteranceReverted(),
        e.ActionReverted(),
        e.AgentUttered("x"),
        e.ActiveLoop("f"),
        e.LoopInterrupted(True),
        e.ActionExecutionRejected("x"),
        {"event": "moon_landing", "name": 4},
        {"event": "stack", "update": "[]"},
    ],
    ids=lambda event: event["event"],
)
async def test_notes_and_events_of_other_tools_change_nothing(acting: Assistant, event: dict[str, Any]) -> None:
    conversation = talking(acting, event)
    assert await script(conversation, "start flow act") == ["Done."]
    assert dict(conversation.state.slots) == dict(acting.initial_slots)
    assert is_replayable(conversation)


async def test_a_paused_conversation_answers_nothing_until_it_begins_anew(acting: Assistant) -> None:
    conversation = talking(acting, e.ConversationPaused())
    assert await script(conversation, "start flow act") == ["Done."]
    assert conversation.agenda.is_paused
    before = conversation.state
    understood = await conversation.understand(UserTurn("start flow ask"))
    assert conversation.preview(understood) == ()
    outputs = await outputs_of(conversation.commit(understood))
    assert outputs == [Waiting(conversation.expectation)]
    assert conversation.state == before
    assert conversation.events[-1] == UserSaid("start flow ask", (StartFlow("ask"),), "llm", 5.0, is_answered=False)
    assert is_replayable(conversation)
    await script(conversation, "/restart")
    assert not conversation.agenda.is_paused
    assert await turn(conversation, "start flow ask") == ["What shall I call you?"]
    assert is_replayable(conversation)


async def test_the_tracker_says_that_the_conversation_is_paused(acting: Assistant) -> None:
    conversation = talking(acting, e.ConversationPaused(), e.FollowupAction("action_next"), action_next=[])
    await script(conversation, "start flow act")
    trackers = conversation._actions.trackers  # type: ignore[attr-defined]
    assert [tracker["paused"] for tracker in trackers] == [False, True]


async def test_a_paused_conversation_can_be_ended(acting: Assistant) -> None:
    conversation = talking(acting, e.ConversationPaused())
    await script(conversation, "start flow act")
    await conversation.end()
    assert conversation.is_over


OF_EVERY_TURN = "action_look, action_count, action_in_flow, action_no_flow, action_form, action_validate_slot_mappings"
EVERY_TURN = """
slots:
  a: {type: any, mappings: [{type: controlled, run_action_every_turn: action_look}]}
  b: {type: any, mappings: [{type: custom, action: action_count}]}
  c: {type: any, mappings: [{type: controlled, run_action_every_turn: action_look}]}
  d:
    type: any
    mappings: [{type: controlled, run_action_every_turn: action_in_flow, conditions: [{active_flow: ask}]}]
  e:
    type: any
    mappings: [{type: controlled, run_action_every_turn: action_no_flow, conditions: [{active_flow: null}]}]
  f: {type: any, mappings: [{type: custom, action: action_form, conditions: [{active_loop: form}]}]}
"""
AT_EVERY_TURN = ["action_look", "action_count"]


@pytest.fixture(scope="module")
def looking(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("looking")
    domain = DOMAIN.replace("\nslots:\n", EVERY_TURN).replace("action_next]", f"action_next, {OF_EVERY_TURN}]")
    return small_bank(folder, flows=FLOWS, domain=domain)


def watching(assistant: Assistant, **script: Any) -> Conversation:
    names = ("action_look", "action_count", "action_in_flow", "action_no_flow", "action_validate_slot_mappings")
    return new_conversation(assistant, actions=ScriptedActions({**dict.fromkeys(names, ()), **script}))


async def test_actions_of_every_turn_run_before_its_commands_once_each(looking: Assistant) -> None:
    conversation = watching(looking, action_look=[e.SlotSet("a", "5"), e.SlotSet("nickname", "Bo")])
    await outputs_of(conversation.start())
    assert actions_of(conversation) == []
    said = await turn(conversation, "start flow ask")
    assert said[0] == "Done."  # the nickname was there when the flow began
    assert actions_of(conversation) == [*AT_EVERY_TURN, "action_no_flow", "action_validate_slot_mappings"]
    assert conversation.state.slots["a"] == "5"
    log = list(conversation.events)
    spoken = next(index for index, event in enumerate(log) if isinstance(event, UserSaid))
    assert isinstance(log[spoken + 1], ActionReturned)
    assert log[spoken + 2 : spoken + 4] == [ActionExecuted("action_look"), SlotSet("a", "5")]
    assert is_replayable(conversation)


async def test_they_see_the_turn_and_what_was_set_before_them(looking: Assistant) -> None:
    conversation = watching(looking, action_look=[e.SlotSet("a", 1)])
    await script(conversation, "start flow ask")
    trackers = conversation._actions.trackers  # type: ignore[attr-defined]
    assert trackers[0]["latest_message"]["text"] == "start flow ask"
    assert trackers[-1]["slots"]["a"] == 1


async def test_conditions_name_the_flow_in_which_they_run(looking: Assistant) -> None:
    conversation = watching(looking)
    await script(conversation, "start flow ask", "nothing")
    ran = actions_of(conversation)
    assert ran == [
        *AT_EVERY_TURN,
        "action_no_flow",
        "action_validate_slot_mappings",
        *AT_EVERY_TURN,
        "action_in_flow",
        "action_validate_slot_mappings",
    ]
    assert is_replayable(conversation)


async def test_one_that_fails_does_not_break_the_turn(looking: Assistant) -> None:
    conversation = watching(looking, action_look=ValueError("oops"), action_count=ActionFailed("action_count", "no"))
    assert await turn(conversation, "start flow ask") == ["What shall I call you?"]
    assert sum(isinstance(event, ActionFailed) for event in conversation.events) == 2
    assert is_replayable(conversation)


async def test_one_may_say_something(looking: Assistant) -> None:
    said = ActionReturned("action_look", (), ({"text": "I see."},))
    conversation = watching(looking, action_look=said)
    assert await turn(conversation, "start flow ask") == ["I see.", "What shall I call you?"]
    assert is_replayable(conversation)


async def test_nothing_is_foretold_of_a_turn_that_an_action_precedes(looking: Assistant) -> None:
    conversation = watching(looking)
    assert conversation.preview(await conversation.understand(UserTurn("start flow ask"))) == ()
    assert actions_of(conversation) == []


async def test_none_runs_when_the_call_is_over(looking: Assistant) -> None:
    conversation = watching(looking)
    await outputs_of(conversation.start())
    await conversation.end()
    assert actions_of(conversation) == []
    assert is_replayable(conversation)


async def test_a_turn_that_a_crash_cut_off_is_forgotten(looking: Assistant) -> None:
    conversation = watching(looking, action_look=[e.SlotSet("a", 1)])
    await script(conversation, "start flow ask")
    log = list(conversation.events)
    cut = next(index for index, event in enumerate(log) if isinstance(event, ActionReturned)) + 3
    assert replay(log[:cut], looking).stack == ()
    again = [*log[:cut], *log]
    assert replay(again, looking).stack == conversation.state.stack


MEASURE = """
  measure:
    description: Ask for a size in words of an action's own
    run_pattern_completed: false
    steps:
      - collect: size
      - action: utter_done
"""
REPLACED = (
    "action_ask_size, action_session_start, action_cancel_flow, action_hangup, action_repeat_bot_messages, "
    "validate_nickname"
)


@pytest.fixture(scope="module")
def replacing(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    domain = DOMAIN.replace("action_next]", f"action_next, {REPLACED}]")
    return small_bank(tmp_path_factory.mktemp("replacing"), flows=FLOWS + MEASURE[1:], domain=domain)


async def test_an_own_session_start_sets_slots_and_listens(replacing: Assistant) -> None:
    own = [e.SessionStarted(), e.SlotSet("nickname", "Bo"), e.ActionExecuted("action_listen")]
    conversation = new_conversation(replacing, actions=ScriptedActions({"action_session_start": own}))
    outputs = await outputs_of(conversation.start({"user_phone": "1"}))
    assert outputs[-1] == Waiting(Expectation())
    assert conversation.state.slots["nickname"] == "Bo"
    tracker = conversation._actions.trackers[0]  # type: ignore[attr-defined]
    assert tracker["slots"]["session_started_metadata"] == {"user_phone": "1"}
    assert is_replayable(conversation)


async def test_an_own_action_asks_for_a_slot(replacing: Assistant) -> None:
    asks = [e.BotUttered("How large?")]
    conversation = new_conversation(replacing, actions=ScriptedActions({"action_ask_size": asks}))
    assert await turn(conversation, "start flow measure") == ["How large?"]
    assert await turn(conversation, "offtopic reply") == ["Sorry, that is something I can't help with.", "How large?"]
    assert await turn(conversation, "set slot size 3") == ["Done."]
    assert is_replayable(conversation)


async def test_own_actions_take_the_place_of_built_in_ones(replacing: Assistant) -> None:
    conversation = new_conversation(
        replacing,
        actions=ScriptedActions(
            {
                "action_session_start": [],
                "action_repeat_bot_messages": [e.BotUttered("Again.")],
                "action_cancel_flow": [],
                "validate_nickname": [e.SlotSet("nickname", None)],
                "action_hangup": [e.SessionEnded()],
            }
        ),
    )
    await outputs_of(conversation.start())
    assert await turn(conversation, "start flow ask") == ["What shall I call you?"]
    assert (await turn(conversation, "repeat message"))[0] == "Again."
    assert await turn(conversation, "set slot nickname Bo") == ["What shall I call you?"]
    await turn(conversation, "cancel flow")
    assert actions_of(conversation) == [
        "action_session_start",
        "action_repeat_bot_messages",
        "validate_nickname",
        "action_cancel_flow",
    ]
    await turn(conversation, "/session_end")
    assert conversation.is_over
    assert is_replayable(conversation)


async def test_a_resumed_conversation_is_as_paused_as_it_was(acting: Assistant, tmp_path: Path) -> None:
    from dialogue.store import MemoryEventStore

    store = MemoryEventStore()
    actions = ScriptedActions({"action_x": [e.ConversationPaused()]})
    conversation = new_conversation(acting, actions=actions, store=store)
    await script(conversation, "start flow act", "start flow ask")
    resumed = new_conversation(acting, actions=actions, store=store)
    await resumed.resume()
    assert resumed.agenda.is_paused
    assert await turn(resumed, "start flow ask") == []


async def test_understood_turns_keep_their_metadata(acting: Assistant) -> None:
    conversation = talking(acting)
    understood = await conversation.understand(UserTurn("start flow act", {"channel_id": 7}))
    assert isinstance(understood, Understood)
    await outputs_of(conversation.commit(understood))
    tracker = conversation._actions.trackers[0]  # type: ignore[attr-defined]
    assert tracker["latest_message"]["metadata"] == {"channel_id": 7}
