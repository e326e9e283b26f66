"""Self-corrections: a caller who takes a word back in mid-turn means the last one."""

from __future__ import annotations

import re

TWO_WORDS = "no wait|wait no|no sorry|sorry no|oh no|actually no"
RATHER = "or rather|rather|make that|scratch that|correction"
"""Cues of a repair that every reading of one knows: said in two words, and what comes instead."""
_TAKEN_BACK = re.compile(
    r"(?:(?:\.\.\.|[,.;…–-])\s*(?:no wait|oh wait|wait|no|nope|sorry|actually|rather|or rather|correction)"
    r"|[,.;…–-]?\s*\b(?:no wait|i mean|i meant|make that|scratch that|no sorry))\b[,.]?"
    r"\s*(?:i mean|i meant|sorry|actually|rather|make that|make it)?[,.]?\s+",
    re.IGNORECASE,
)
# "Not Monday, Tuesday": what follows is short, else it is another sentence ("it's not working, since Monday ...").
_NOT_THIS = re.compile(r"^(?:[\w', ]{0,12}\b)?not\s+[^,.;?]{1,30}[,.;]\s*(?:but\s+)?(?P<new>.+)$", re.IGNORECASE)
LONGEST_REPLACEMENT = 4
_OPENING = re.compile(
    r"^(?:(?:oh|uh|um|well|wait|hold on|no|nope|sorry|yes|yeah|ok|okay|but|and|please|not quite|wrong|that's wrong"
    r"|that is wrong|that's not right|that is not right|incorrect)\b[,.!]?\s*)*"
    r"(?P<cue>i meant|i mean|i said|actually|make it|make that|change it to|change that to|let's make it|let us make it"
    r"|it should be|it's supposed to be|it is supposed to be|should be|i want to change it to"
    r"|change the [\w ]{1,20}? to"
    r"|i'd rather have|rather)\b[,.]?\s*(?:it's |it is |to |make it |make that |send it to |that it's )?",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"^(?:(?:oh|uh|um|well|wait|sorry)\b[,.!]?\s*)*(?:no(?!\.\s*\d)|nope|wrong|incorrect|that's wrong"
    r"|that's not right)\b[,.!]?\s+",
    re.IGNORECASE,
)


def last_meant(text: str) -> str:
    """Cut what the caller took back: "two weeks... no, ten days" leaves "ten days"."""
    parts = list(_TAKEN_BACK.finditer(text))
    for cue in reversed(parts):
        before, after = text[: cue.start()].strip(" ,.;…"), text[cue.end() :].strip()
        if before and after:
            return after
    replaced = _NOT_THIS.search(text)
    if replaced and len(replaced["new"].split()) <= LONGEST_REPLACEMENT:
        return replaced["new"]
    return text


def has_correction_cue(text: str) -> bool:
    """Say whether the turn opens as a correction of what was said before: "no, I meant ..."."""
    return bool(_OPENING.match(text) or _DENIAL.match(text))


def without_opening(text: str) -> str:
    """Cut the opening of a correction, so that the new value is left: "no, I meant sixty" leaves "sixty"."""
    found = _OPENING.match(text) or _DENIAL.match(text)
    return text[found.end() :] if found else text
