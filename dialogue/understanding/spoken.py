"""What recognition writes between the words that count: hesitations, stutters, restarts, and words taken back.

Nothing here knows what is asked. `smooth` may be used on any turn; `last_said` needs to know what an answer looks
like, since a bare "no" or "sorry" between two words takes the first one back only if both are answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from dialogue.understanding.corrections import RATHER, TWO_WORDS, last_meant

_HESITATION: Final = re.compile(
    r"(?<!mm )(?<!mm-)\b(?!(?-i:[A-Z]{2,4})[ -]?\d)(?:u+h+|u+m+|uhm|erm?|ehm|h+m+)\b(?!\s+(?:huh|hmm)\b)[,.…]*\s*",
    re.IGNORECASE,
)
_STUTTER: Final = re.compile(
    r"\b(the|an?|my|your|it's|its|it is|is|to|for|on|at|in|of|and|i|i'm|i'd|we|you|this|that|with|from|please"
    r"|(?:i|we|it|my|the|can|could|to|for|it's)(?:\s+(?!oh\b|zero\b|one\b|two\b|three\b|four\b|five\b|six\b|seven\b"
    r"|eight\b|nine\b|double\b)[a-z']{2,}){1,3})[,.…]*\s+(?=\1\b)",
    re.IGNORECASE,
)
_RESTART: Final = re.compile(
    r"^((?:i|we)(?:'d| would)? (?:want|need|like|have|am|was|think)(?: to)?)[,.…]*\s+(?=(?:i|we)(?:'d|'m| need| want"
    r"| would| have| am)\b)",
    re.IGNORECASE,
)
_BARE_CUE: Final = re.compile(
    rf"[\s,.;…-]+(?:(?:oh|uh|um) )?(?:{TWO_WORDS}|no|nope|sorry|wait|actually|i mean|{RATHER})[\s,.]+"
    r"(?:(?:no|sorry|actually|i mean|i meant|make it"
    r"|it's)[\s,.]+)*",
    re.IGNORECASE,
)
MOST_ROUNDS: Final = 3
LONGEST: Final = 500
"""Characters of a turn in which repairs are looked for."""


def smooth(text: str) -> str:
    """Take out hesitations, stutters and restarts: "uh the the i want to i need to pay" is "the i need to pay"."""
    if len(text) > LONGEST:
        return text
    said = _HESITATION.sub("", text)
    for _ in range(MOST_ROUNDS):
        shorter = _RESTART.sub("", _STUTTER.sub("", said))
        if shorter == said:
            break
        said = shorter
    return said.strip(" ,") or text


def last_said(text: str, is_answer: Callable[[str], bool]) -> str:
    """Cut what the caller took back, without punctuation to show it: "two weeks no ten days" leaves "ten days".

    Args:
        text: the turn.
        is_answer: whether a stretch could answer the question; the words on both sides of a cue have to.
    """
    if len(text) > LONGEST:
        return text
    meant = last_meant(text)
    if meant != text and is_answer(text[: len(text) - len(meant)]) and is_answer(meant):
        return meant
    for cue in reversed(list(_BARE_CUE.finditer(text))):
        before, after = text[: cue.start()].strip(" ,.;…"), text[cue.end() :].strip()
        if before and after and is_answer(after) and is_answer(before):
            return after
    return text
