"""The classifier of intents: separable examples are told apart, strange sentences are not decided on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dialogue.turn import Understood, UserTurn
from dialogue.understanding.intents import NEVER, IntentClassifier, fit_intents, sentences_of
from dialogue.understanding.nlu_adapter import NluCommandAdapter, has_adapter, intent_commands
from dialogue.understanding.trained import KnowingEncoder, KnowingReader, artefact_key
from flows.commands import CannotHandle, SetSlot, StartFlow
from flows.model import Assistant, Mapped, NluTrigger, Response, Slot
from flows.state import ConversationState, initial_state
from tests.dialogue.understanding.model_scripts import WordEncoder

EXAMPLES = {
    "transfer_money": ("send money to Joe", "transfer money", "send some money", "money transfer please", "wire money"),
    "check_balance": (
        "what is my balance",
        "tell me the balance",
        "balance please",
        "account balance",
        "my balance now",
    ),
}


async def fitted() -> tuple[IntentClassifier, WordEncoder]:
    encoder = WordEncoder()
    made = fit_intents({intent: await encoder.encode(said) for intent, said in EXAMPLES.items()})
    assert made is not None
    return made[0], encoder


async def test_what_is_like_the_examples_is_decided() -> None:
    classifier, encoder = await fitted()
    intent, share = classifier.classify((await encoder.encode(["send money"]))[0]) or ("", 0.0)
    assert intent == "transfer_money"
    assert share >= classifier.threshold


async def test_what_is_like_no_example_is_not() -> None:
    classifier, encoder = await fitted()
    strange = (await encoder.encode(["purple elephants sing"]))[0]
    assert replace(classifier, threshold=0.0).classify(strange) is None, "whatever the softmax says"


def test_fitting_is_the_same_every_time_and_judges_unseen_examples() -> None:
    chance = np.random.default_rng(1)
    centres = np.eye(8, dtype=np.float32)

    def around(centre: Any) -> Any:
        vectors = centre + 0.05 * chance.normal(size=(10, 8)).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    apart = {f"intent_{place}": around(centres[place]) for place in range(4)}
    first, second = fit_intents(apart), fit_intents(apart)
    assert first is not None
    assert second is not None
    assert np.array_equal(first[0].weights, second[0].weights)
    assert first[1].accuracy == 1.0
    assert first[1].coverage == 1.0
    same = {f"intent_{place}": around(centres[0]) for place in range(4)}
    confused = fit_intents(same)
    assert confused is not None
    assert confused[1].accuracy < 0.6
    assert confused[1].coverage < 0.5


def test_too_little_to_learn_from() -> None:
    one = np.ones((3, 4), np.float32) / 2
    assert fit_intents({}) is None
    assert fit_intents({"only": one}) is None
    assert fit_intents({"only": one, "empty": one[:0]}) is None
    lonely = fit_intents({"a": one[:1], "b": -one[:1]})
    assert lonely is not None
    assert lonely[0].threshold == NEVER, "what nobody could check decides nothing"


def test_examples_lose_their_marks() -> None:
    said = sentences_of({"a": ("pay [Joe](name)", "pay Joe", 'pay [Ann]{"entity": "name"}', " ")})
    assert said == {"a": ("pay Joe", "pay Ann")}


@pytest.fixture
def nlu_bank(bank: Assistant) -> Assistant:
    """The small bank with an adapter, a trigger and a slot that an intent fills."""
    spoken = Slot("period", "text", mappings=(Mapped("from_intent", {"intent": "check_balance", "value": "today"}),))
    flow = bank.flows["transfer_money"]
    flows = {**bank.flows, flow.id: replace(flow, nlu_trigger=(NluTrigger("transfer_money"),))}
    config = {"pipeline": [{"name": "dialogue.NLUCommandAdapter"}]}
    slots = {**bank.slots, "period": spoken}
    return replace(bank, config=config, flows=flows, slots=slots, intents=tuple(EXAMPLES))


class Others:
    """The other stages: they always start block_card."""

    def __init__(self) -> None:
        self.turns: list[str] = []

    async def understand(self, turn: UserTurn, _state: ConversationState) -> Understood:
        self.turns.append(turn.text)
        return Understood(turn, (StartFlow("block_card"),), "llm")


def test_an_intent_speaks_as_its_payload_would(nlu_bank: Assistant) -> None:
    assert intent_commands("transfer_money", 0.9, nlu_bank) == (StartFlow("transfer_money", "nlu"),)
    assert intent_commands("check_balance", 0.9, nlu_bank) == (SetSlot("period", "today", "nlu"),)
    assert intent_commands("no such intent!", 0.9, nlu_bank) == ()
    assert intent_commands("unknown", 0.9, nlu_bank) == ()


async def test_the_adapter_is_heard_before_the_others(nlu_bank: Assistant) -> None:
    classifier, encoder = await fitted()
    others = Others()
    adapter = NluCommandAdapter(others, nlu_bank, classifier, encoder)
    state = initial_state(nlu_bank)
    heard = await adapter.understand(UserTurn("send money"), state)
    assert (heard.commands, heard.stage) == ((StartFlow("transfer_money", "nlu"),), "router")
    assert others.turns == []
    for text in ("purple elephants sing", "/restart", "", "x" * 9000):
        await adapter.understand(UserTurn(text), state)
    assert len(others.turns) == 4
    encoder.is_broken = True
    assert (await adapter.understand(UserTurn("send money"), state)).stage == "llm"


async def test_the_others_are_asked_as_well_where_the_pipeline_says_so(nlu_bank: Assistant) -> None:
    classifier, encoder = await fitted()
    config = {"pipeline": [{"name": "NLUCommandAdapter"}, {"name": "X", "minimize_num_calls": False}, "y"]}
    adapter = NluCommandAdapter(Others(), replace(nlu_bank, config=config), classifier, encoder)
    heard = await adapter.understand(UserTurn("send money"), initial_state(nlu_bank))
    assert heard.commands == (StartFlow("transfer_money", "nlu"), StartFlow("block_card"))
    assert heard.stage == "llm"
    assert not any(isinstance(command, CannotHandle) for command in heard.commands)


@pytest.mark.parametrize(
    ("config", "has_one"),
    [
        ({"pipeline": [{"name": "NLUCommandAdapter"}]}, True),
        ({"pipeline": [{"name": "rasa.x.NLUCommandAdapter"}]}, True),
        ({"pipeline": [{"name": "Other"}, {"name": None}, "NLUCommandAdapter"]}, False),
        ({"pipeline": None}, False),
        ({}, False),
    ],
)
def test_adapters_in_pipelines(bank: Assistant, config: dict[str, Any], has_one: bool) -> None:
    assert has_adapter(replace(bank, config=config)) is has_one


async def test_known_sentences_need_no_encoder() -> None:
    encoder = WordEncoder()
    learning = KnowingEncoder(encoder)
    vectors = await learning.encode(["send money", "my card", "send money"])
    knowing = KnowingEncoder(encoder, learning.known)
    encoder.is_broken = True
    assert np.array_equal(await knowing.encode(["send money", "my card", "send money"]), vectors)
    with pytest.raises(RuntimeError):
        await knowing.encode(["something new"])
    encoder.is_broken = False
    assert len(await knowing.encode(["something new", "my card"])) == 2
    assert set(knowing.known) == {"send money", "my card"}, "turns of callers are not kept"
    assert (await knowing.encode([])).shape == (0, 384)


def test_the_key_follows_what_understanding_is_built_from(bank: Assistant) -> None:
    key = artefact_key(bank, ("a", "b"))
    flow = bank.flows["transfer_money"]
    assert key == artefact_key(replace(bank, folder="elsewhere", actions=("x",)), ("a", "b"))
    told = {**bank.flows, flow.id: replace(flow, description="Something else")}
    changed = [
        artefact_key(bank, ("a", "c")),
        artefact_key(replace(bank, flows=told), ("a", "b")),
        artefact_key(replace(bank, examples={"a": ("b",)}), ("a", "b")),
        artefact_key(replace(bank, config={"pipeline": []}), ("a", "b")),
        artefact_key(replace(bank, responses={"utter_ask_amount": (Response("Say how much."),)}), ("a", "b")),
    ]
    assert len({key, *changed}) == 6


async def test_a_known_reader_still_reads() -> None:
    class Reading(WordEncoder):
        heads = "the heads"

        async def read(self, asked: str, text: str) -> Any:
            return asked, text

    reader: Any = KnowingReader(Reading())  # type: ignore[arg-type]
    assert reader.heads == "the heads"
    assert await reader.read("slot", "text") == ("slot", "text")
