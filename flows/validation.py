"""Checks of a whole assistant, once all its files are read: the order in which they run, and those of flows' names."""

from __future__ import annotations

import re
from typing import Final

from flows.domain_checks import check_response, check_slot_definition, known_intents
from flows.findings import Findings, did_you_mean
from flows.flow_checks import check_references
from flows.flow_graph import check_shape
from flows.model import Assistant, Flow
from flows.reach_checks import check_reach
from flows.sources import Sources
from flows.usage import check_fillable, check_usage

DEFAULTS: Final = "default patterns"
"""The folder that findings and places name for what comes with the product."""


def check(assistant: Assistant, findings: Findings, sources: Sources | None = None) -> None:
    """Add every finding that needs the whole assistant to be known.

    Args:
        assistant: the assistant, with the defaults merged in.
        findings: what is added to.
        sources: what else its folder says; a name that occurs there counts as used.
    """
    sources = sources or Sources()
    for flow in assistant.flows.values():
        check_references(flow, assistant, findings)
        if not flow.is_default:
            check_shape(flow, findings)
    _check_names(assistant, findings)
    intents = known_intents(assistant)
    _check_triggers(assistant, intents, findings)
    check_reach(assistant, findings, set(sources.words_in_code))
    for slot in assistant.slots.values():
        check_slot_definition(slot, assistant, intents, sources, findings)
    for variations in assistant.responses.values():
        for response in variations:
            check_response(response, assistant, intents, sources, findings)
    check_fillable(assistant, sources, findings)
    if not findings.has_errors():  # what is wrong elsewhere makes much look unused
        check_usage(assistant, sources, findings)


def _check_names(assistant: Assistant, findings: Findings) -> None:
    for kind in ("name", "description"):
        seen: dict[str, Flow] = {}
        for flow in assistant.user_flows:
            text = re.sub(r"[^\w\s]", "", getattr(flow, kind)).strip().lower()
            other = seen.setdefault(text, flow)
            if text and other is not flow and flow.place is not None:
                message = f"flows '{other.id}' and '{flow.id}' have the same {kind}"
                findings.error(flow.place, f"duplicate-{kind}", message, "say what is different about them")


def _check_triggers(assistant: Assistant, known: frozenset[str], findings: Findings) -> None:
    for flow in assistant.flows.values():
        for trigger in flow.nlu_trigger:
            if trigger.intent not in known and flow.place is not None:
                message = f"flow '{flow.id}' is triggered by intent '{trigger.intent}', which is defined nowhere"
                findings.warning(flow.place, "unknown-intent", message, did_you_mean(trigger.intent, known))
