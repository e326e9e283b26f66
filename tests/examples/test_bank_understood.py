"""The bank with the real sentence encoder: what callers say is understood without any recording."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from ruamel.yaml import YAML

from dialogue.actions.in_process import InProcessActions
from dialogue.conversation import Conversation
from dialogue.events import ActionReturned, AssistantSaid
from dialogue.store import MemoryEventStore
from dialogue.testing.runner import Bench, run_suite
from dialogue.testing.suite import load_suite
from dialogue.turn import Ended, UserTurn
from dialogue.understanding.cascade import Cascade
from flows.loader import load_assistant
from models.cache import ModelCache
from models.encoder import MiniLmEncoder

BANK = Path(__file__).parents[2] / "examples" / "bank"
ENCODER = "minilm-l6-v2"
LEAST_UNDERSTOOD = 0.85
"""Of the end-to-end tests, by rules and encoder alone. The texts were written with the flows: no figure to publish."""

pytestmark = [pytest.mark.model]


@pytest.fixture
async def bench(bank_database):
    assistant = load_assistant(BANK)
    cache = ModelCache()
    encoder = MiniLmEncoder(cache.path(ENCODER, "model.onnx"), cache.path(ENCODER, "tokenizer.json"))
    understanding = Cascade(assistant, encoder=encoder)
    await understanding.prepare()
    actions = InProcessActions(BANK, "actions")
    actions.load()
    yield Bench(assistant, understanding=understanding, actions=actions)
    actions.close()


async def test_the_recorded_call_makes_its_transfer_in_text(bench):
    call = YAML(typ="safe").load(BANK / "calls" / "transfer.yml")
    conversation = Conversation(
        "a call",
        bench.assistant,
        understanding=bench.understanding,
        actions=bench.actions,
        store=MemoryEventStore(),
        random=Random(0),
    )
    outputs = [output async for output in conversation.start()]
    assert [output.response for output in outputs if hasattr(output, "response")] == ["utter_greeting"]

    for utterance in call["utterances"]:
        mark = len(conversation.events)
        understood = await conversation.understand(UserTurn(utterance["text"]))
        outputs = [output async for output in conversation.commit(understood)]
        happened = conversation.events[mark:]
        said = [event.response for event in happened if isinstance(event, AssistantSaid)]
        returned = [event.name for event in happened if isinstance(event, ActionReturned)]

        assert utterance["answer"] in said, utterance["text"]
        assert {name: conversation.state.slots[name] for name in utterance["slots"]} == utterance["slots"]
        for action, times in utterance.get("actions", {}).items():
            assert returned.count(action) == times
        assert isinstance(outputs[-1], Ended) is utterance.get("ended", False)


@pytest.mark.slow
async def test_most_of_what_the_tests_say_is_understood(bench):
    result = await run_suite(load_suite([], BANK), bench)

    assert result.passed / len(result.cases) >= LEAST_UNDERSTOOD, [
        f"{case.name}: {case.failure}" for case in result.cases if not case.passed
    ]
