"""Endpointing: how much silence ends the caller's turn, from what was said, how it sounded and what was asked.

Three witnesses vote. *Understanding*: the words completely answer the question that waits. *The turn model*: it
sounded finished. *The words*: they break off ("I want to send it to"). Silence does the rest: every turn ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flows.effects import Expectation
from voice.policy import TurnPolicy

_BREAKS_OFF = re.compile(
    r"(?:\b(?:and|or|but|to|the|a|an|my|of|for|from|with|at|um+|uh+|er+|because|i|i'd|i'm)"
    r"|,|-|\.\.\.|…)\s*$",
    re.IGNORECASE,
)
_ASKS_FOR_TIME = re.compile(
    r"^(?:(?:oh|okay|um+|uh+|well|please)[,.\s]+)*"
    r"(?:hold on|hang on|wait|one (?:moment|second|sec)|just a (?:moment|second|minute|sec)"
    r"|let me (?:see|think|check|look)|give me a (?:moment|second|minute|sec))\b",
    re.IGNORECASE,
)
HOLD_ON_WAIT_MS = 4_000
"""Someone who says "let me see" is going to speak again; our own choice, to be learned from calls."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about one revision of a turn; None or False while it is not known yet."""

    text: str | None = None
    is_certain: bool = False
    probability: float | None = None


def wait_ms(evidence: Evidence, expectation: Expectation, policy: TurnPolicy) -> int:
    """Return the silence, counted from the last sound, after which the turn is over."""
    if evidence.text is None:
        return policy.unfinished_wait_ms
    if _ASKS_FOR_TIME.search(evidence.text) and len(evidence.text.split()) <= 8:
        return HOLD_ON_WAIT_MS
    if evidence.is_certain and expectation.kind in {"yes_no", "category"}:
        return policy.certain_wait_ms
    if _BREAKS_OFF.search(evidence.text.rstrip(" .")) and not evidence.is_certain:
        return policy.unfinished_wait_ms
    if evidence.is_certain:
        # The turn model calls "my number is four five," finished, so an open-ended value waits longer than a yes.
        return policy.finished_wait_ms
    if evidence.probability is None:
        return policy.unsure_wait_ms
    if evidence.probability >= policy.finished_probability:
        return policy.finished_wait_ms
    if evidence.probability <= policy.unfinished_probability:
        return policy.unfinished_wait_ms
    return policy.unsure_wait_ms
