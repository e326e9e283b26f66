"""What a turn gives for one slot, by the slot's kind; None where it is not certain."""

from __future__ import annotations

from datetime import datetime

from dialogue.understanding.accepted import chooser
from dialogue.understanding.dates import wanted_format, written_as
from dialogue.understanding.fast_path.amounts import read_amount
from dialogue.understanding.fast_path.answers import read_address, read_name, read_typed
from dialogue.understanding.fast_path.choices import read_category
from dialogue.understanding.fast_path.yes_no import read_stance, read_yes_no
from dialogue.understanding.filling import fill_slots
from dialogue.understanding.normalising import normalised
from dialogue.understanding.situation import Situation
from dialogue.understanding.slot_kinds import Kind, is_phone, kind_of
from dialogue.understanding.spelling import read_spelled
from dialogue.understanding.spoken import smooth
from dialogue.understanding.words import STOP_WORDS, content_stems, label, split_words
from flows.commands import Json
from flows.model import Flow, Slot


def read_slot(text: str, slot: Slot, situation: Situation, now: datetime | None = None) -> Json:
    """Read the whole turn as a value of `slot`, in the form in which the slot wants it."""
    about = situation.description(slot)
    kind = kind_of(slot, about)
    found = _found(text, slot, kind, situation, now)
    if found is None or slot.type in ("bool", "float", "categorical", "strict_categorical"):
        return found
    return normalised(slot, found, description=about, now=now)  # which half of a day is meant is settled above


def _found(text: str, slot: Slot, kind: Kind, situation: Situation, now: datetime | None) -> Json:
    about = situation.description(slot)
    match kind:
        case "yes_no":
            return yes_or_no(text, slot, situation)
        case "category":
            return _category(smooth(text), slot, about)
        case "money" | "count":
            return read_amount(smooth(text), slot, about)
        case "person" | "place" | "address":
            return _text(text, slot, kind, situation)
        case "free":
            return None  # any words may be the answer, or a joke, a wish, a complaint: no pattern tells
        case "date" | "time":
            wanted = wanted_format(about)
            found = read_typed(smooth(text), wanted.what if wanted else kind)
            return written_as(found, wanted, now, chooser(slot, situation)) if wanted and found is not None else found
        case "code" | "email":
            named = tuple(label(slot.name).split())
            said = text if read_spelled(text) else smooth(text)
            return read_typed(said, kind, about=named, is_phone=is_phone(slot, about))


def yes_or_no(text: str, slot: Slot, situation: Situation) -> bool | None:
    """Read a turn as the answer to a yes-or-no question, or as taking or leaving what it is about."""
    is_write = situation.expectation.confirms_write
    said = read_yes_no(text, slot=slot.name, confirms_write=is_write, topic=topic_stems(situation.active))
    if said is not None or is_write:
        return said
    return read_stance(text, content_stems(label(slot.name)))


def _category(text: str, slot: Slot, description: str) -> str | None:
    about = content_stems(f"{label(slot.name)} {description}") | topic_stems(None)
    found = read_category(text, slot.values, about)
    if found is not None:
        return found
    truths = {label(value): value for value in slot.values}
    said = read_yes_no(text) if {"yes", "no"} <= set(truths) else None
    return None if said is None else truths["yes" if said else "no"]


def _text(text: str, slot: Slot, kind: Kind, situation: Situation) -> str | None:
    """Read a name or an address: no yes or no, and nothing that another slot of the flow is for."""
    if kind == "person":
        spelled = read_spelled(text)
        if spelled is not None and spelled.isalpha():
            return spelled.capitalize()
    said = smooth(text)
    if read_yes_no(said) is not None or (kind != "address" and _is_of_others(said, slot, situation)):
        return None
    return read_address(said) if kind == "address" else read_name(said, kind, wanted_elsewhere(situation))


def _is_of_others(text: str, slot: Slot, situation: Situation) -> bool:
    """Say whether all that a turn says are values of other slots of the running flow: "mobile", "twelve months"."""
    others = tuple(one for one in situation.fillable if one.name != slot.name and one.type != "bool")
    if not others or len(text) > 100:
        return False
    typed = tuple(one for one in others if kind_of(one, situation.description(one)) not in ("person", "place", "free"))
    spans = fill_slots(text, typed, situation.descriptions)
    named = {word.start for span in spans for word in split_words(text) if span.start <= word.start < span.end}
    units = {word for one in typed for word in content_stems(f"{label(one.name)} {situation.description(one)}")}
    left = [
        word
        for word in split_words(text)
        if word.start not in named and word.lower not in STOP_WORDS and not content_stems(word.text) & units
    ]
    is_small = not any(char.isupper() for char in text)
    return bool(spans) and (not left or (is_small and any(isinstance(one.value, str) for one in spans)))


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
