"""The fast path itself: tries what the waiting step expects, and answers only where the turn is certain.

    forced slot -> a value's own words -> yes or no -> a moment, please -> control words
                -> all words, for a slot that takes any (`from_text`) -> correction -> answer

What it returns are commands, or None: then the turn goes on to the router, which may read the same words with more
knowledge and less certainty.
"""

from __future__ import annotations

from datetime import datetime

from dialogue.understanding.corrections import has_correction_cue
from dialogue.understanding.fast_path.choices import exact_value
from dialogue.understanding.fast_path.control import read_control
from dialogue.understanding.fast_path.corrected import EXTRACTOR, corrected
from dialogue.understanding.fast_path.offered import chosen_flow
from dialogue.understanding.fast_path.reading import read_slot, topic_stems, wanted_elsewhere, yes_or_no
from dialogue.understanding.fast_path.waiting import asks_to_wait
from dialogue.understanding.fast_path.yes_no import read_yes_no
from dialogue.understanding.from_text import take_words, takes_words
from dialogue.understanding.situation import Situation
from dialogue.understanding.slot_kinds import kind_of
from dialogue.understanding.spans import same_text
from dialogue.understanding.spoken import smooth
from dialogue.understanding.words import content_stems, label, plain, stem
from flows.commands import Command, Json, Noop, SetSlot, StartFlow
from flows.model import Slot

__all__ = ["EXTRACTOR", "match_fast", "topic_stems", "wanted_elsewhere"]

_WHICH_FLOW = "interrupted_flow_to_continue"
_NO_FLOW = frozenset(
    ("none", "neither", "no", "nothing", "none of them", "neither of them", "none of those", "none of these", "not any")
)
_LOOKING = content_stems("check look find get see search open think ask fetch grab hold")
LONGEST_CERTAIN = 400
"""Characters of a turn that may be certain: more is a story, and no answer."""


def match_fast(text: str, situation: Situation, now: datetime | None = None) -> tuple[Command, ...] | None:
    """Read the turn where it is certain; None where it is not.

    Args:
        text: the cleaned turn.
        situation: what the conversation waits for.
        now: the caller's local time, for slots whose author asks for dates in a format ("YYYY-MM-DD").
    """
    asked = situation.asked
    if asked is not None and situation.takes_everything:
        return (SetSlot(asked.name, _forced(text, asked, situation, now), EXTRACTOR),)
    if len(text) > LONGEST_CERTAIN:
        return take_words(text, situation)
    chosen = chosen_flow(text, situation)
    if chosen is not None:
        return (StartFlow(chosen.id),)
    if asked is not None and asked.name == _WHICH_FLOW:
        return _which_flow(text, asked, situation)
    own_words = asked is not None and takes_words(asked)
    if asked is not None and not own_words:
        value = _by_words(text, asked, situation)
        if value is not None:
            return (SetSlot(asked.name, value, EXTRACTOR),)
    if asked is not None and _waits(text, situation):
        return (Noop(),)
    control = read_control(smooth(text), situation) or read_control(text, situation)
    if control is not None:
        return control
    if own_words:
        return take_words(text, situation)
    meant = corrected(text, situation, now)
    if meant is not None or asked is None:
        return meant
    value = _answer(text, asked, situation, now)
    return None if value is None else (SetSlot(asked.name, value, EXTRACTOR),)


def _waits(text: str, situation: Situation) -> bool:
    """Say whether the caller needs a moment; to "let me see my balance" a flow may be the answer."""
    return asks_to_wait(text) and not (content_stems(text) - _LOOKING) & wanted_elsewhere(situation)


def _by_words(text: str, asked: Slot, situation: Situation) -> Json:
    """A yes or no, or a category's own words: before they can be taken for an order ("stop")."""
    if asked.type == "bool":
        return yes_or_no(text, asked, situation)
    return exact_value(text, asked.values) if kind_of(asked) == "category" else None


def _answer(text: str, asked: Slot, situation: Situation, now: datetime | None) -> Json:
    """The value of the asked slot; not where a number that is corrected may be that of another slot."""
    if has_correction_cue(text) and asked.type == "float" and _others_with_number(asked, situation):
        return None
    return read_slot(text, asked, situation, now)


def _forced(text: str, asked: Slot, situation: Situation, now: datetime | None) -> Json:
    """Whatever is said is the value: read by its kind where it can be, else word for word."""
    value = read_slot(text, asked, situation, now) if len(text) <= LONGEST_CERTAIN else None
    is_cut = asked.type in ("text", "any") and value is not None and not same_text(str(value), text)
    return text if value is None or is_cut else value


def _others_with_number(asked: Slot, situation: Situation) -> list[Slot]:
    return [
        slot
        for slot in situation.fillable
        if slot.type == "float" and slot is not asked and situation.values.get(slot.name) is not None
    ]


def _which_flow(text: str, asked: Slot, situation: Situation) -> tuple[Command, ...] | None:
    """Which of several interrupted flows to go on with: its name, or "none"."""
    if plain(text) in _NO_FLOW or read_yes_no(text) is False:
        return (SetSlot(asked.name, "none", EXTRACTOR),)
    said = content_stems(text)
    named = [
        flow
        for flow in situation.assistant.user_flows
        if said and said <= {stem(word) for word in label(flow.name).split()}
    ]
    return (SetSlot(asked.name, named[0].name, EXTRACTOR),) if len(named) == 1 else None
