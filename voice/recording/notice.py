"""The notice that a call is recorded, said before everything else where no step of the assistant says it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from random import Random

from dialogue.responses import Moment, say_or_apologise
from dialogue.turn import Said, TurnOutput
from flows.model import ActionTask, Assistant
from voice.recording.policy import RecordingPolicy


def notice_to_say(policy: RecordingPolicy, assistant: Assistant) -> Said | None:
    """Return what a call has to say first; None where nothing is announced, or a step of the assistant does it."""
    if not policy.enabled or policy.consent != "announce" or policy.notice not in assistant.responses:
        return None
    for flow in assistant.flows.values():
        if any(isinstance(step.task, ActionTask) and step.task.name == policy.notice for step in flow.steps):
            return None
    said, problem = say_or_apologise(policy.notice, assistant, Moment(channel="voice"), Random(0))
    return said if problem is None else None


async def with_notice(notice: Said | None, outputs: AsyncIterator[TurnOutput]) -> AsyncIterator[TurnOutput]:
    """Put the notice before the outputs of a conversation's beginning."""
    if notice is not None:
        yield notice
    async for output in outputs:
        yield output
