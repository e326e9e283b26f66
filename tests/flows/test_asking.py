"""Asking in one go does what walking the default pattern does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from flows import engine
from flows.inputs import EngineInput
from flows.model import Assistant
from flows.state import initial_state
from tests.flows.test_engine_properties import CONVERSATIONS


@settings(max_examples=250, deadline=None)
@given(CONVERSATIONS)
def test_same_effects_and_state_as_walking(bank: Assistant, inputs: list[EngineInput]) -> None:
    state = walked = initial_state(bank)
    for given_input in inputs:
        state, effects = engine.step(state, given_input, bank)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "can_ask", lambda _flow, _assistant: False)
            walked, walked_effects = engine.step(walked, given_input, bank)
        assert effects == walked_effects
        assert state.stack == walked.stack
        assert dict(state.slots) == dict(walked.slots)
        assert (state.misfits, state.pending_action) == (walked.misfits, walked.pending_action)
