"""What tests name and the assistant does not have. Pure.

Such a name is a warning and no error: a test may well say that a response of an old version is not said. But an
expectation that something does not happen passes for ever when its name is misspelt, and nobody would see it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from dialogue.testing.case import Case, Suite
from dialogue.testing.definitions import MOCKED_TIME
from dialogue.testing.expectations import (
    BotDoesNotSay,
    BotSays,
    ClarificationOffers,
    Expectation,
    FlowEnds,
    FlowStarts,
    SlotIsNotSet,
    SlotIsSet,
)
from flows.errors import Finding
from flows.findings import did_you_mean
from flows.model import Assistant


def doubts(suite: Suite, assistant: Assistant) -> tuple[Finding, ...]:
    """Return a warning for each name that is not the assistant's, in the order of the files."""
    known = _Known(assistant)
    found: dict[Finding, None] = {}
    for case in suite.cases:
        found.update(dict.fromkeys(_of_fixtures(case, known)))
        for step in case.steps:
            for one in step.wanted:
                for kind, name in _names(one.expected):
                    finding = known.doubt(kind, name, case.file, one.line)
                    if finding is not None:
                        found[finding] = None
    return tuple(found)


class _Known:
    """What an assistant has, by kind."""

    def __init__(self, assistant: Assistant) -> None:
        names = {flow.name for flow in assistant.flows.values()}
        self._names: dict[str, Collection[str]] = {
            "flow": assistant.flows,
            "flow to clarify": assistant.flows.keys() | names,
            "slot": {*assistant.slots, MOCKED_TIME},
            "response": assistant.responses,
        }

    def doubt(self, kind: str, name: str, file: str, line: int) -> Finding | None:
        known = self._names[kind]
        if name in known:
            return None
        message = f"the assistant has no {kind.split()[0]} '{name}'"
        return Finding(file, line, 1, f"unknown-{kind.split()[0]}", message, did_you_mean(name, known), "warning")


def _of_fixtures(case: Case, known: _Known) -> Iterator[Finding]:
    for slot in case.slots:
        finding = known.doubt("slot", slot, case.file, case.line)
        if finding is not None:
            yield finding


def _names(expected: Expectation) -> Iterator[tuple[str, str]]:
    match expected:
        case FlowStarts(flow_ids=flow_ids):
            yield from (("flow", flow_id) for flow_id in flow_ids)
        case FlowEnds(flow_id=flow_id):
            yield "flow", flow_id
        case ClarificationOffers(flows=flows):
            yield from (("flow to clarify", name) for name in flows)
        case SlotIsSet(name=name) | SlotIsNotSet(name=name):
            yield "slot", name
        case BotSays(response=response) | BotDoesNotSay(unwanted=BotSays(response=response)):
            if response:
                yield "response", response
        case _:
            pass
