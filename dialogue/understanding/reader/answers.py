"""Yes or no to a question that asks for it: from shares of acts and from how the turn opens.

A yes that lets an action write counts where it is likely, nothing else is, and nothing is hedged. A no needs less: a
caller who is refused by mistake says so, and nothing has happened.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from dialogue.understanding.fast_path.yes_no import is_for_more, wants_no_more
from dialogue.understanding.reader.heads import Act
from dialogue.understanding.reader.openings import hedges, negates, opens_with, says_stop
from dialogue.understanding.reader.reading import Reading
from dialogue.understanding.situation import Situation
from dialogue.understanding.words import content_stems, label
from flows.model import Flow

OVERRULED = 0.8
"""Share of a no from which on an opening "yes" is none, and the other way round: "no trouble, we'd love to"."""
LEAST_ANSWER = 0.1
"""Share from which on a plain yes or no at the beginning counts as the answer."""
CONFIRMED, AGREED, REFUSED = 0.6, 0.4, 0.5
"""Shares from which on a question is answered whose yes lets an action write: of a yes, of one that opens the turn, of
a no. Of 36 turns of `tests/open` with a yes of 0.6 and more 35 were one, and the other has a value beside it; of 24
with a no of 0.5, 22 (2026-11-23)."""
BESIDE, BESIDE_AGREED = 0.3, 0.4
"""What else may be likely beside such a yes: a no, a value, a wish, a stop."""
CORRECTED, REPAIR = 0.5, 0.3
"""Share of values, and of the no, that make an opening "no" the beginning of a correction: "no wait, five o'clock"."""
ANSWERS = 0.4
"""Share of a yes or no from which on it goes before what says nothing, such as chat."""
SAYS_NOTHING: frozenset[Act] = frozenset({"none", "chat", "hold", "skip", "repeat"})
"""Acts of a turn that is no answer and no wish."""


def answer_instead(act: Act, reading: Reading, situation: Situation) -> Literal["yes", "no"] | None:
    """What answers the question though another kind of turn is likelier: "I'd better not" sounds like stopping."""
    asked = situation.asked
    if asked is None or asked.type != "bool" or act in ("yes", "no", "fill", "person"):
        return None
    if act == "cancel":
        return _answer_of_stopping(reading)
    shares = reading.acts()
    if act in SAYS_NOTHING | {"search", "clarify"} or shares[act] < ANSWERS:
        likelier: Act = "yes" if shares["yes"] > shares["no"] else "no"
        answer = yes_or_no([likelier], reading, situation) if shares[likelier] >= ANSWERS else None
        return None if answer is None else "yes" if answer else "no"
    return None


def yes_or_no(acts: Collection[Act], reading: Reading, situation: Situation) -> bool | None:
    """The answer to the question; None where that is not clear enough, and it is asked again."""
    asked = situation.asked
    if asked is None or asked.type != "bool":
        return None
    shares = reading.acts()
    yes, no = shares["yes"], shares["no"]
    opening = opens_with(reading.text)
    if opening is False and shares["fill"] >= CORRECTED and no < REPAIR:
        return None
    if not situation.expectation.confirms_write:
        if is_for_more(asked.name) and wants_no_more(reading.text):
            return False
        is_overruled = (no if opening else yes) >= OVERRULED
        if opening is not None and not is_overruled and (max(yes, no) > LEAST_ANSWER or {"yes", "no"} & set(acts)):
            return opening
        return yes > no if {"yes", "no"} & set(acts) else None
    if opening and no < REFUSED and _agrees_to_stop(reading, situation):
        return True
    others = max(no, shares["fill"], shares["cancel"], shares["start"])
    if opening is not False and yes >= (AGREED if opening else CONFIRMED):
        is_clear = others < (BESIDE_AGREED if opening else BESIDE) and not hedges(reading.text)
        return True if is_clear else None
    if opening is False:
        return False if yes <= REFUSED else None
    return False if no >= REFUSED and yes <= 1 - REFUSED else None


def _answer_of_stopping(reading: Reading) -> Literal["yes", "no"] | None:
    """What sounds like stopping and answers the question: "no, leave it", "I'd better not", "yes, cancel it"."""
    opening = opens_with(reading.text)
    if opening is None:
        return None if says_stop(reading.text) else "no"
    return "yes" if opening else "no"


def _agrees_to_stop(reading: Reading, situation: Situation) -> bool:
    """Whether a turn says yes to a flow that is called stopping something: "yes, cancel it".

    What its description says does not count: a transfer that "may be cancelled later" is none.
    """
    is_about_stopping = bool(_called(situation.active) & {"cancel", "stop"})
    return is_about_stopping and says_stop(reading.text) and not negates(reading.text)


def _called(flow: Flow | None) -> set[str]:
    """Stems of what a flow is called, by its author and in its files."""
    return set() if flow is None else {*content_stems(label(flow.name)), *content_stems(label(flow.id))}
