"""Trying an assistant: slots set by hand, going back, turns taken again, what prompts hide, tests made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dialogue.events import AssistantSaid, UserSaid
from dialogue.replaying import again
from dialogue.store import MemoryEventStore
from dialogue.testing.from_log import case_from_log
from dialogue.turn import Said, Understood, UserTurn, Waiting
from flows.commands import SetSlot
from flows.events import SlotSet
from flows.loader import load_assistant
from flows.model import Assistant
from studio.authoring.project import OpenProject
from studio.made_tests import TestFileRefused as FileRefused
from studio.made_tests import save_and_run
from studio.tried_conversation import SAID_BEFORE
from studio.trying import CONVERSATION, ConversationUnknown, Rewinding, Tried, Trying, TurnUnknown, shown
from studio.versions import Dialogue, Version
from tests.support.conversations import ScriptedActions, SpokenCommands, outputs_of, turn
from tests.support.small_bank import small_bank

TRANSFER = (
    "start flow transfer_money",
    "set slot recipient Anna",
    "set slot amount 50",
    "set slot confirmed true",
)


@pytest.fixture
def bank(tmp_path: Path) -> Assistant:
    return small_bank(tmp_path / "bank")


class World:
    """A server's conversations, its actions, and one that is being tried."""

    def __init__(self, assistant: Assistant) -> None:
        self.actions = ScriptedActions(
            {"action_pay": [], "action_balance": [{"event": "slot", "name": "balance", "value": 7}]}
        )
        self.store = MemoryEventStore()
        self.dialogue = Dialogue(Version(assistant, SpokenCommands(assistant), self.actions, "v1"), self.store)
        self.trying = Trying()

    async def begun(self, *texts: str, about: dict[str, str] | None = None, call_id: str = "call-1") -> Tried:
        tried = await self.trying.begin(self.dialogue, call_id, about or {}, ("bank", "draft"))
        await outputs_of(tried.conversation.start())
        for text in texts:
            await turn(tried.conversation, text)
        return tried


@pytest.fixture
def world(bank: Assistant) -> World:
    return World(bank)


async def test_a_slot_that_was_set_by_hand_is_found_by_the_next_turn(world: World) -> None:
    tried = await world.begun("start flow transfer_money")
    (event,) = await world.trying.set_slots("call-1", {"amount": "80"})
    assert event == {"type": "slot_set", "name": "amount", "value": 80.0, "by": "designer"}
    assert await turn(tried.conversation, "set slot recipient Anna") == ["Send 80 to Anna?"]
    done = await again(tried.conversation.events, tried.conversation.assistant)
    assert done.divergence is None


@pytest.mark.parametrize("values", [{"nobody": 1}, {"amount": "a lot"}, {"card": "Golden"}, {"amount": [1]}])
async def test_what_no_slot_takes_is_refused_and_changes_nothing(world: World, values: dict[str, object]) -> None:
    tried = await world.begun("start flow transfer_money")
    n_events = len(tried.conversation.events)
    with pytest.raises(TurnUnknown):
        await world.trying.set_slots("call-1", {"recipient": "Anna", **values})  # type: ignore[dict-item]
    assert len(tried.conversation.events) == n_events


async def test_going_back_runs_no_action_and_goes_on_live(world: World) -> None:
    tried = await world.begun(*TRANSFER)
    assert world.actions.runs == ["action_pay"]
    rewound = await world.trying.rewind("call-1", world.dialogue, Rewinding(2))
    assert rewound.tried.conversation.state.slots["recipient"] == "Anna"
    assert rewound.tried.conversation.state.slots["amount"] is None
    told = {CONVERSATION: rewound.tried.conversation.conversation_id}
    taken_up = await world.begun(about=told, call_id="call-2")
    assert world.actions.runs == ["action_pay"]
    assert await turn(taken_up.conversation, "set slot amount 20") == ["Send 20 to Anna?"]
    await turn(taken_up.conversation, "set slot confirmed true")
    assert world.actions.runs == ["action_pay", "action_pay"]
    assert len(await world.store.load("call-2")) == len(taken_up.conversation.events)
    assert tried.conversation.state.slots["amount"] is None, "the first conversation is over with its flow"


async def test_who_takes_up_hears_the_last_words_again_and_nothing_is_written(world: World) -> None:
    await world.begun(*TRANSFER[:2])
    rewound = await world.trying.rewind("call-1", world.dialogue, Rewinding(2))
    tried = await world.trying.begin(
        world.dialogue, "call-2", {CONVERSATION: rewound.tried.conversation.conversation_id}, ("bank", "draft")
    )
    n_events = len(tried.conversation.events)
    outputs = await outputs_of(tried.conversation.start())
    assert [(one.text, one.source) for one in outputs if isinstance(one, Said)] == [("How much for Anna?", SAID_BEFORE)]
    assert isinstance(outputs[-1], Waiting)
    assert len(tried.conversation.events) == n_events


async def test_a_changed_turn_is_taken_again_with_those_behind_it(world: World) -> None:
    await world.begun(*TRANSFER)
    rewound = await world.trying.rewind("call-1", world.dialogue, Rewinding(2, "set slot recipient Ben"))
    assert [one.changed.user for one in rewound.turns] == ["set slot recipient Ben", *TRANSFER[2:]]
    assert rewound.turns[0].changed.said == ("How much for Ben?",)
    assert "said" in rewound.turns[1].differences
    assert world.actions.runs == ["action_pay"], "money is sent once"
    assert rewound.notes == ("action_pay writes, and was not run again: its result is the recorded one",)
    await world.begun(
        "start flow check_balance", about={CONVERSATION: rewound.tried.conversation.conversation_id}, call_id="c"
    )
    assert world.actions.runs[-1] == "action_balance"


async def test_the_same_turn_again_gets_the_recorded_result_without_a_note(world: World) -> None:
    await world.begun(*TRANSFER)
    rewound = await world.trying.rewind("call-1", world.dialogue, Rewinding(4, TRANSFER[3]))
    assert world.actions.runs == ["action_pay"]
    assert rewound.notes == ()
    assert rewound.turns[0].differences == ()


async def test_a_slot_can_be_changed_before_a_turn(world: World) -> None:
    await world.begun(*TRANSFER[:3])
    rewound = await world.trying.rewind("call-1", world.dialogue, Rewinding(3, slots={"recipient": "Carla"}))
    assert rewound.turns[0].changed.said == ("Send 50 to Carla?",)


async def test_silences_are_no_turns_that_one_can_go_back_to(world: World) -> None:
    tried = await world.begun(TRANSFER[0])
    await outputs_of(tried.conversation.commit(Understood(UserTurn(""), (), "none")))
    await turn(tried.conversation, TRANSFER[1])
    rewound = await world.trying.rewind("call-1", world.dialogue, Rewinding(2))
    assert rewound.tried.conversation.state.slots["recipient"] == "Anna"
    for number in (3, 99):
        with pytest.raises(TurnUnknown):
            await world.trying.rewind("call-1", world.dialogue, Rewinding(number))
    with pytest.raises(TurnUnknown):
        await world.trying.rewind("call-1", world.dialogue, Rewinding(0, "hello"))


async def test_a_conversation_can_be_looked_into_after_it_is_over(world: World) -> None:
    tried = await world.begun(*TRANSFER[:2])
    await tried.conversation.end("caller-hung-up")
    told = shown(world.trying.find("call-1"))
    assert told["is_over"] is True
    assert next(event["type"] for event in told["events"]) == "conversation_started"
    rewound = await world.trying.rewind("call-1", world.dialogue, Rewinding(2))
    assert not rewound.tried.conversation.is_over
    json.dumps(told)


async def test_only_so_many_are_kept(bank: Assistant) -> None:
    world = World(bank)
    world.trying = Trying(most_kept=2)
    for number in range(3):
        await world.begun(call_id=f"call-{number}")
    with pytest.raises(ConversationUnknown):
        world.trying.find("call-0")
    assert world.trying.find("call-2").project == "bank"


async def test_prompts_are_shown_without_sensitive_values(tmp_path: Path) -> None:
    small_bank(tmp_path / "bank")
    domain = tmp_path / "bank" / "domain" / "bank.yml"
    domain.write_text(
        domain.read_text().replace("nickname: {type: text}", "nickname: {type: text, voice: {sensitive: true}}")
    )
    world = World(load_assistant(tmp_path / "bank", profile="3.16"))
    tried = await world.begun()
    heard = UserTurn("call me Bumblebee")
    prompt = "USER: call me Bumblebee\ncommands:"
    understood = Understood(
        heard, (SetSlot("nickname", "Bumblebee"),), "llm", prompt=prompt, completion="Bumblebee", prompt_tokens=9
    )
    await outputs_of(tried.conversation.commit(understood))
    (shown_turn,) = shown(tried)["turns"]
    assert shown_turn["prompt"] == "USER: call me [nickname]\ncommands:"
    assert shown_turn["completion"] == "[nickname]"
    assert shown_turn["prompt_tokens"] == 9
    assert "Bumblebee" not in json.dumps(shown(tried)["slots"])


async def test_a_conversation_becomes_a_test_that_passes_without_a_model(world: World, bank: Assistant) -> None:
    tried = await world.begun("start flow transfer_money")
    await world.trying.set_slots("call-1", {"nickname": "Annie"})
    for text in (*TRANSFER[1:], "start flow check_balance", "/SetSlots(card=Debit)"):
        await turn(tried.conversation, text)
    made = case_from_log(tried.conversation.events, bank)
    assert [note for note in made.notes if "nickname" in note]
    document = await OpenProject.open(Path(bank.folder), "bank")
    try:
        saved = await save_and_run(document, "e2e_tests/made.yml", made.text, made.commands, ("me", "page"))
        (case,) = saved.result.cases
        assert case.failure is None
        assert case.turns == 7
        again_saved = await save_and_run(document, "e2e_tests/more.yml", made.text, made.commands, ("me", "page"))
        assert again_saved.result.failed == 0
        commands = (document.root / "e2e_tests" / "commands.yml").read_text()
        assert "made.yml::" in commands
        assert "more.yml::" in commands
        with pytest.raises(FileRefused):
            await save_and_run(document, "e2e_tests/made.yml", made.text, made.commands, ("me", "page"))
        with pytest.raises(FileRefused):
            await save_and_run(document, "data/made.yml", made.text, made.commands, ("me", "page"))
    finally:
        await document.close()


async def test_a_made_test_fails_once_the_assistant_does_something_else(world: World, bank: Assistant) -> None:
    tried = await world.begun(*TRANSFER)
    made = case_from_log(tried.conversation.events, bank)
    flows = Path(bank.folder) / "data" / "flows.yml"
    flows.write_text(flows.read_text().replace("- collect: amount", "- collect: card\n      - collect: amount"))
    document = await OpenProject.open(Path(bank.folder), "bank")
    try:
        saved = await save_and_run(document, "e2e_tests/made.yml", made.text, made.commands, ("me", "page"))
    finally:
        await document.close()
    failure = saved.result.cases[0].failure
    assert failure is not None
    assert failure.user == "set slot recipient Anna"


async def test_a_text_that_is_no_test_leaves_nothing_behind(bank: Assistant) -> None:
    document = await OpenProject.open(Path(bank.folder), "bank")
    try:
        with pytest.raises(Exception, match="step"):
            await save_and_run(
                document, "e2e_tests/x.yml", "test_cases:\n  - test_case: x\n    steps: []\n", None, "me"
            )
        assert not (document.root / "e2e_tests" / "x.yml").exists()
    finally:
        await document.close()


async def test_the_log_of_a_tried_conversation_is_as_any_other(world: World) -> None:
    tried = await world.begun(*TRANSFER)
    kinds = [type(event) for event in await world.store.load("call-1")]
    assert kinds.count(UserSaid) == 4
    assert AssistantSaid in kinds
    assert SlotSet in kinds
    assert tried.conversation.understood[0].turn.text == TRANSFER[0]
