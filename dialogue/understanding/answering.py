"""What a turn gives to the running flow: the answer to its question, values of other slots, corrections."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dialogue.understanding.accepted import as_slot
from dialogue.understanding.corrections import has_correction_cue, last_meant
from dialogue.understanding.evidence import EXTRACTOR
from dialogue.understanding.fast_path.answers import (
    ACTION_WORDS,
    ASIDE,
    LONGEST_SHORT_ANSWER,
    RELATION,
    WAITING,
    bare_answer,
    read_address,
    without_article,
)
from dialogue.understanding.fast_path.matcher import topic_stems, wanted_elsewhere
from dialogue.understanding.filling import SURE_FIT, Filled, fill_slots, number_fits
from dialogue.understanding.numbers import find_numbers
from dialogue.understanding.situation import Situation
from dialogue.understanding.slot_kinds import Kind, kind_of
from dialogue.understanding.words import (
    QUESTION_STARTS,
    STOP_WORDS,
    expand,
    plain,
    split_words,
    stem,
    strip_fillers,
)
from flows.commands import (
    Command,
    Json,
    SetSlot,
)
from flows.model import Slot

LONGEST_STATEMENT = 10
"""Words of an answer to a question of date, time or place that no pattern knows and that is still taken."""
_SEGMENT_END = re.compile(r"\s*[,;.!?]\s+|\s+and\s+")
_REQUEST = re.compile(
    r"^(?:i (?:want|need|would like|would love|have to|must|lost|am looking|am trying)|i'd (?:like"
    r"|love|rather)|i've lost"
    r"|can|could|would|will|please|let me|help|tell|show|check|give me|how|what|when|where|which|who"
    r"|is there|are there|do you"
    r"|does|is my|are my|list|cancel|block|book|order|add|remove|delete|change|report|open|close"
    r"|find|get|make|pay|send|transfer"
    r"|my .* (?:is|are|does|do|was|were|has|have) )\b",
    re.IGNORECASE,
)
_INTERJECTION = re.compile(
    r"^(?:(?:uh|um|uhm|oh|well|so|ok|okay|wait|hold on|actually|sorry|no|yes|yeah|first|but|and"
    r"|before that|one moment|by the way|(?:one |quick |another )?question|hey|hi)\b[,.!]?\s+)+",
    re.IGNORECASE,
)


_WONDERS = re.compile(
    r"^(?:i (?:wonder|was (?:just )?wondering|am (?:just )?wondering|am curious)|(?:please )?tell me"
    r"|i(?:'d| would)? (?:want|need|like|love) to (?:know|ask|hear)|any idea|no idea)\b",
    re.IGNORECASE,
)


def sounds_like_question(text: str) -> bool:
    """Say whether a turn wants to know something."""
    bare = expand(_INTERJECTION.sub("", text))
    first = bare.split(" ", 1)[0]
    return text.rstrip().endswith("?") or first in QUESTION_STARTS or bool(_WONDERS.match(bare))


def sounds_like_request(text: str) -> bool:
    """Say whether a turn is put as a request or a question, and not as an answer."""
    return sounds_like_question(text) or bool(_REQUEST.match(expand(_INTERJECTION.sub("", text))))


def fill_answer(text: str, situation: Situation) -> tuple[Command, ...]:
    """Values that a turn gives to the running flow: the asked slot, others with it, corrections of earlier ones."""
    asked = situation.asked
    slots = [slot for slot in situation.fillable if slot.type != "bool"]
    if asked is not None and asked.type != "bool" and asked not in slots:
        slots.append(asked)
    taken = topic_stems(situation.active)
    wanted = "" if asked is None else asked.name
    found = list(fill_slots(text, slots, situation.descriptions, taken=taken, asked=wanted, now=situation.now))
    if asked is not None and asked.type in ("text", "any"):
        others = [one for one in found if one.slot != asked.name and not _is_stray(one, text, asked, situation)]
        named = next((one for one in found if one.slot == asked.name), None)
        own = _own_words(text, asked, others, situation)
        if own is not None and (named is None or str(named.value) in str(own.value)):
            found = [replace(own, value=_normalised(own.value, asked, situation)), *others]
        else:
            found = [*([named] if named else []), *others]
    return tuple(
        SetSlot(one.slot, one.value, EXTRACTOR) for one in found if situation.values.get(one.slot) != one.value
    )


def _is_stray(one: Filled, text: str, asked: Slot, situation: Situation) -> bool:
    """Say whether a number was given to another slot for no better reason than that it is one."""
    slot = situation.assistant.slots[one.slot]
    if slot.type != "float" or kind_of(asked, situation.description(asked)) != "free":
        return False
    about = situation.description(slot)
    heard = [number for number in find_numbers(text) if number.start == one.start]
    return all(number_fits(number, slot, about, kind_of(slot, about)) < SURE_FIT for number in heard)


def _normalised(value: Json, asked: Slot, situation: Situation) -> Json:
    return as_slot(asked, value, situation)


def _unit_end(one: Filled, text: str) -> int:
    """Where the stretch of a value ends, with the word that says what is counted."""
    number = next((number for number in find_numbers(text) if number.start == one.start and number.unit), None)
    unit = re.match(rf"\s+{re.escape(number.unit)}\b", text[one.end :], re.IGNORECASE) if number else None
    return one.end + unit.end() if unit else one.end


def _own_words(text: str, asked: Slot, others: Sequence[Filled], situation: Situation) -> Filled | None:
    """What the turn says to the question once the values of other slots are cut out."""
    kind = kind_of(asked, situation.description(asked))
    if (has_correction_cue(text) and others) or WAITING.match(plain(text)):
        return None
    rest = text
    for one in sorted(others, key=lambda one: -one.start):
        rest = rest[: one.start] + " " + rest[_unit_end(one, text) :]
    rest = " ".join(rest.split())
    elsewhere = wanted_elsewhere(situation)
    for part in (rest, _SEGMENT_END.split(rest)[0] if others else rest):
        short = _short_text(part, kind, elsewhere)
        if short is not None and kind not in ("code", "email"):
            return Filled(asked.name, short, 0, 0)
    if others or sounds_like_request(rest) or "?" in text:
        return None
    return _whole_statement(text, asked, kind)


def _short_text(text: str, kind: Kind, wanted_elsewhere: frozenset[str]) -> str | None:
    """Read a short answer to a question whose answer may be any text; less certain than what the fast path takes."""
    if WAITING.match(plain(text)) or "?" in text:
        return None
    address = read_address(text) if kind == "address" else None
    if address is not None:
        return address
    bare = without_article(RELATION.sub("", bare_answer(last_meant(text))))
    words = strip_fillers(split_words(bare))
    lower = [word.lower for word in words]
    if not words or len(words) > LONGEST_SHORT_ANSWER + (4 if kind == "address" else 0):
        return None
    if lower[0] in QUESTION_STARTS or set(lower) & (ACTION_WORDS | ASIDE) or all(word in STOP_WORDS for word in lower):
        return None
    if (kind in ("person", "place") and find_numbers(bare)) or {stem(word) for word in lower} & wanted_elsewhere:
        return None
    return bare[words[0].start : words[-1].end]


def _whole_statement(text: str, asked: Slot, kind: Kind) -> Filled | None:
    """Take a turn that is no question and wants nothing else as the answer to a question about anything."""
    words = strip_fillers(split_words(text))
    bare = bare_answer(text)
    is_short = len(split_words(bare)) <= LONGEST_SHORT_ANSWER
    if kind == "free" and len(words) > 2:
        said = without_article(bare) if is_short else text[words[0].start : words[-1].end]
        return Filled(asked.name, said, 0, len(text))
    if kind == "code" and is_short and any(char.isdigit() for char in bare):
        return Filled(asked.name, bare, 0, len(text))
    if kind in ("date", "time", "place", "address") and 0 < len(words) <= LONGEST_STATEMENT:
        return Filled(asked.name, bare, 0, len(text))
    return None
