"""Callers who need a moment: "hold on", "let me look", "one second please". No answer, and no order either."""

from __future__ import annotations

import re

from dialogue.understanding.words import plain

_OPENING = r"^(?:(?:uh|um|oh|ok|okay|well|hmm|hm|so|please|yes|yeah|sorry|sure|can you|could you|just)\s+)*"
_MOMENT = (
    r"(?:hang on|hold on|hold the line|wait|bear with me|stand by|(?:one|two|a|a few|a couple of) (?:moments?"
    r"|seconds?|minutes?"
    r"|secs?|ticks?)|just an? (?:moment|second|minute|sec)|just (?:one|two) (?:moments?|seconds?|minutes?|secs?)"
    r"|(?:give|gimme)(?: me)? (?:a|one|two|just a|a few) (?:seconds?|minutes?|moments?|secs?|ticks?)"
    r"|i(?:'ll)?(?: just)? need a (?:second|minute|moment|sec)|let me (?:think|see|check|look)|let us see"
    r"|i(?: just)? (?:have to|need to|must|will) (?:check|look|think|see)|i'll (?:just )?(?:check|look|think|see)|i see"
    r"|hmm+|thinking|don't hang up)"
)
WAITING = re.compile(_OPENING + _MOMENT + r"\b")
"""Words of a caller who needs a moment: no answer, whatever is asked. More may follow."""
_BUSY = (
    r"(?:(?:i'm|i am)(?: just| still)? (?:looking|getting|finding|checking|thinking|searching|fetching|grabbing"
    r"|opening)"
    r"|i(?:'ve| have) got it here|i(?:'ll| will| have to| need to| must|'ve got to| gotta)(?: just"
    r"| quickly)? (?:check|look"
    r"|get|find|fetch|grab|search|see|think|ask|pull|open)"
    r"|let me(?: just| quickly)? (?:have a look|check|look|see|think|get|find|fetch|grab|ask|pull|open|search)"
    r"|while i (?:look|check|get|find|think|search|fetch|grab))"
)
_WHAT = (
    r"(?: (?:for|at|on|up|in|through|into|over))?(?: (?:it|that|them|this|(?:my|our|his|her) [\w']+(?: [\w']+)?"
    r"|the (?:number|card|letter|papers?|code|details"
    r"|bill|email|date|calendar|folder|booking|confirmation|reference|form|phone|app)|a pen"
    r"|some paper|a look))?(?: (?:up|here|there|now|quickly|first|again|somewhere|please|sorry|thanks|thank you|sir"
    r"|madam|okay"
    r"|ok|well|for you|for me))*"
)
_WHOLE = re.compile(
    _OPENING + rf"(?:(?P<moment>{_MOMENT})(?: (?:a|one|just a) (?:second|minute|moment|sec"
    rf"|tick))?(?: for me)?(?: please)?(?: (?P<then>{_BUSY}))?"
    rf"|(?P<busy>{_BUSY}))(?P<rest>{_WHAT})$"
)


def asks_to_wait(text: str) -> bool:
    """Say whether the whole turn asks for a moment and says nothing else."""
    said = plain(text)
    return (
        "?" not in text
        and said != "i see"
        and not re.fullmatch(r"h+m+(?: h+m+)*", said)
        and _WHOLE.match(said) is not None
    )
