"""A case called over WebRTC in this process: a real server, a real caller, models that follow a script."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dialogue.testing.case import Case, UserStep
from dialogue.testing.runner import Bench
from flows.model import Assistant
from models.rendered import RenderedSpeech
from studio.speech import Speech
from studio.spoken_tests.serving import URL, Served, conversation_of, serve_case
from tests.support.call import ScriptedRecogniser, engines
from tests.support.conversations import ScriptedActions, SpokenCommands, outputs_of
from voice.caller.client import CallOptions
from voice.caller.wav import Utterance
from voice.synthetic_callers.measured import measure_call
from voice.synthetic_callers.script import Turn
from voice.synthetic_callers.telephone import hold_stepped_call
from voice.synthetic_callers.told import heard_in, turn_of


def case(**slots) -> Case:
    step = UserStep("start flow transfer_money", {}, (), False, 3)
    return Case("f.yml", "calls", ("f.yml::calls",), slots, (step,), {}, 1)


def bench(assistant: Assistant) -> Bench:
    actions = ScriptedActions({"action_pay": [], "action_balance": []})
    return Bench(assistant, SpokenCommands(assistant), actions=actions)


async def test_fixtures_are_set_once_the_session_has_begun(bank: Assistant):
    conversation = conversation_of(case(recipient="Ann"), bench(bank))
    await outputs_of(conversation.start({}))

    assert conversation.state.slots["recipient"] == "Ann"


async def test_each_call_has_a_conversation_of_its_own(bank: Assistant):
    ids = {conversation_of(case(), bench(bank)).conversation_id for _ in range(3)}

    assert len(ids) == 3


@pytest.mark.network
@pytest.mark.slow
async def test_a_call_is_heard_answered_and_measured(bank: Assistant, tmp_path: Path):
    tone = (8_000 * np.sin(np.arange(48 * 700) / 16)).astype(np.int16)
    speech = Utterance("start flow transfer_money", tone, len(tone))
    heard = engines(ScriptedRecogniser(["start flow transfer_money"]))
    served = Served(bench(bank), Speech(heard, RenderedSpeech(heard.synthesiser)))
    turns = [Turn(speech), Turn(message="/SetSlots(recipient=Ann)")]
    async with serve_case(case(), served) as http:
        options = CallOptions(greeting_limit_ms=1_000)
        call = await hold_stepped_call(URL, turns, lambda _: True, options, http)

    measured = measure_call(call)
    assert call.log.failure is None
    assert [one.number for one in call.taken] == [0, 1, 2]
    assert heard_in(call.taken[1].events) == "start flow transfer_money"
    said = [event.text for event in turn_of(call.taken[1].events, bank, {}).events if hasattr(event, "text")]
    assert said[-1] == "Who is it for?"
    assert measured.steps[1].gap_ms is not None
    assert abs(measured.steps[1].unaccounted_ms) <= 20
    assert measured.steps[2].gap_ms is not None
