"""The fast path itself: tries what the waiting step expects, and answers only where the turn is certain.

    forced slot -> control words -> corrections of a number -> yes/no | category | number | typed or short text

What it returns are commands, or None: then the turn goes on to the router, which may read the same words with more
knowledge and less certainty.
"""

from __future__ import annotations

from dialogue.understanding.corrections import has_correction_cue
from dialogue.understanding.fast_path.answers import read_category, read_number, read_text, read_typed
from dialogue.understanding.fast_path.control import read_control
from dialogue.understanding.fast_path.yes_no import read_stance, read_yes_no
from dialogue.understanding.filling import number_fits
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.numbers import find_numbers
from dialogue.understanding.situation import Situation
from dialogue.understanding.slot_kinds import kind_of
from dialogue.understanding.spans import same_text
from dialogue.understanding.words import content_stems, label, plain, stem
from flows.commands import Command, Json, SetSlot
from flows.model import Flow, Slot

EXTRACTOR = "fast_path"
_WHICH_FLOW = "interrupted_flow_to_continue"
_NO_FLOW = frozenset(words_of("none neither no nothing of them"))


def match_fast(text: str, situation: Situation) -> tuple[Command, ...] | None:
    """Read the turn where it is certain; None where it is not."""
    asked = situation.asked
    if asked is not None and situation.takes_everything:
        return (SetSlot(asked.name, _forced(text, asked, situation), EXTRACTOR),)
    if asked is not None and asked.name == _WHICH_FLOW:
        return _which_flow(text, asked, situation)
    if asked is not None and asked.type == "bool":
        said = _yes_no(text, asked, situation)
        if said is not None:
            return (SetSlot(asked.name, said, EXTRACTOR),)
    control = read_control(text, situation)
    if control is not None:
        return control
    corrected = _corrected_number(text, situation)
    if corrected is not None:
        return corrected
    value = _answer(text, asked, situation) if asked is not None else None
    return (SetSlot(asked.name, value, EXTRACTOR),) if asked is not None and value is not None else None


def _forced(text: str, asked: Slot, situation: Situation) -> Json:
    """Whatever is said is the value: read by its kind where it can be, else word for word."""
    value = _answer(text, asked, situation)
    is_cut = asked.type in ("text", "any") and value is not None and not same_text(str(value), text)
    return text if value is None or is_cut else value


def wanted_elsewhere(situation: Situation) -> frozenset[str]:
    """Stems by which the flows that could be started are known, those of the active flow left out."""
    stems: set[str] = set()
    for flow in situation.startable:
        if situation.active is None or flow.id != situation.active.id:
            stems |= content_stems(label(flow.id)) | content_stems(flow.name)
    return frozenset(stems - topic_stems(situation.active))


def topic_stems(flow: Flow | None) -> frozenset[str]:
    """Stems by which a flow is known: of its name, id and description."""
    return content_stems(f"{label(flow.id)} {flow.name} {flow.description}") if flow else frozenset()


def _yes_no(text: str, asked: Slot, situation: Situation) -> bool | None:
    is_write = situation.expectation.confirms_write
    said = read_yes_no(text, slot=asked.name, confirms_write=is_write, topic=topic_stems(situation.active))
    if said is not None or is_write:
        return said
    about = content_stems(f"{label(asked.name)} {situation.description(asked)}")
    return read_stance(text, about)


def _answer(text: str, asked: Slot, situation: Situation) -> Json:
    kind = kind_of(asked, situation.description(asked))
    match kind:
        case "yes_no":
            return _yes_no(text, asked, situation)
        case "category":
            return _category(text, asked)
        case "money" | "count":
            return _number(text, asked, situation)
        case "person" | "place" | "address" | "free":
            return read_text(text, kind, wanted_elsewhere(situation))
        case "date" | "time" | "code" | "email":
            return read_typed(text, kind)


def _category(text: str, asked: Slot) -> str | None:
    found = read_category(text, asked.values)
    if found is not None:
        return found
    truths = {label(value): value for value in asked.values}
    said = read_yes_no(text) if {"yes", "no"} <= set(truths) else None
    return None if said is None else truths["yes" if said else "no"]


def _number(text: str, asked: Slot, situation: Situation) -> int | float | None:
    value = read_number(text)
    if value is None or has_correction_cue(text):
        return None if _others_with_number(asked, situation) else value
    heard = [number for number in find_numbers(text) if number.value == value]
    kind = kind_of(asked, situation.description(asked))
    fits = all(number_fits(number, asked, situation.description(asked), kind) > 0 for number in heard)
    return value if fits else None


def _others_with_number(asked: Slot | None, situation: Situation) -> list[Slot]:
    return [
        slot
        for slot in situation.fillable
        if slot.type == "float" and slot is not asked and situation.values.get(slot.name) is not None
    ]


def _corrected_number(text: str, situation: Situation) -> tuple[Command, ...] | None:
    """ "No, I meant sixty": the only number given so far is the one that is meant."""
    if not has_correction_cue(text) or (situation.asked is not None and situation.asked.type == "float"):
        return None
    given = _others_with_number(situation.asked, situation)
    value = read_number(text)
    return (SetSlot(given[0].name, value, EXTRACTOR),) if len(given) == 1 and value is not None else None


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
