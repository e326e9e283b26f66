"""A turn that wants two things, "cancel that one and tell me when the next is", read half by half.

One look at the whole finds the louder wish only, and gives it the values of both. So where words join what may be
two wishes, each half is read on its own; both count where each starts a flow and the flows are two.
"""

from __future__ import annotations

import re

from dialogue.understanding.reader.deciding import Decision
from dialogue.understanding.reader.reading import Reading
from dialogue.understanding.situation import Situation
from dialogue.understanding.words import content_stems

MOST_HALVES = 3
"""Joints of a turn that are tried, the first ones; each costs two short readings."""
STARTS, MEANT = 0.5, 0.4
"""Shares from which on half a turn starts something, and from which on it is that flow."""
_JOINT = re.compile(
    r"(?:[,;.!?]\s*)?\b(?:and (?:then|also|after that)|after that|and|then|also|plus|oh and)\b,?\s+|[;.!?]\s+",
    re.IGNORECASE,
)


def halves(text: str) -> tuple[tuple[str, str], ...]:
    """The ways to cut a turn in two where words join, each half with something to say."""
    cuts = [(text[: joint.start()].strip(), text[joint.end() :].strip()) for joint in _JOINT.finditer(text)]
    return tuple(cut for cut in cuts if all(content_stems(half) for half in cut))[:MOST_HALVES]


def starts_two(first: Reading, second: Reading, situation: Situation) -> bool:
    """Whether two halves look as if each starts a flow of its own; a first look at each is enough to tell."""
    running = situation.active.id if situation.active is not None else None
    meant = []
    for reading in (first, second):
        acts, flows = reading.acts(), reading.flows()
        wish = max(acts["start"], acts["search"], acts["clarify"])
        if not flows or wish < STARTS or flows[0].share < MEANT or flows[0].flow.id == running:
            return False
        meant.append(flows[0].flow.id)
    return meant[0] != meant[1]


def joined(first: Decision, second: Decision) -> Decision:
    """The commands of two halves in the order said; nothing is said twice."""
    commands = tuple(dict.fromkeys((*first.commands, *second.commands)))
    return Decision(commands, min(first.share, second.share), first.acts, first.flows)
