"""A turn that names one of a category's values: by its words, nearly by them, by their sound, or by its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rapidfuzz import fuzz

from dialogue.understanding.carriers import bare_answer
from dialogue.understanding.fast_path.answers import ASIDE, ASKS
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.spans import Span, find_categories
from dialogue.understanding.spoken import last_said
from dialogue.understanding.words import FILLERS, STOP_WORDS, label, plain, split_words, stem

CERTAIN_RATIO = 90
"""Similarity (rapidfuzz, 0 to 100) from which a misheard category counts as said; "econmy" for "economy" is 92."""
ALIKE_RATIO = 70
"""The same for words that sound alike: "ceasar" and "caesar" are 83."""
SHORTEST_SOUND = 5
_AROUND = frozenset(
    words_of(
        "the my a an one ones i i'd i'll like want would take have prefer choose think it it's that's is with "
        "for to by please option card account type kind class only just go let us let's need mine was use pay "
        "using via of be same me give right away in on"
    )
)
_POINTING = frozenset(words_of("this that same in on"))
"""Words that may change which value a part of its name means: "this month" is not `next month`."""
_ORDINAL = re.compile(
    r"^(?:the |number |option (?:number )?)?(first|second|third|fourth|fifth|last|one|two|three|four|five|[1-5])"
    r"(?: (?P<noun>one|option|choice))?$"
)
PLACES = ("first", "second", "third", "fourth", "fifth")
_ORDINAL_WORDS = frozenset((*PLACES, "last"))
_NUMBERED = {
    **{word: place for place, word in enumerate(words_of("one two three four five"))},
    **{str(n + 1): n for n in range(5)},
}


def read_category(text: str, values: Collection[str], about: Collection[str] = ()) -> str | None:
    """Read a turn that names one of `values`.

    Args:
        text: the turn.
        values: of the asked slot, in the order in which the question lists them.
        about: stems of what is asked about, which may stand beside a value: "the cardiology department".
    """
    listed = tuple(values)
    meant = last_said(text, lambda part: bool(find_categories(part, listed)))
    said = plain(bare_answer(meant))
    exact = [value for value in listed if label(value) in (said, plain(meant))] or [
        value for value in listed if said and label(value).replace(" ", "") == said.replace(" ", "")
    ]
    if exact:
        return exact[0]
    if "?" in text or plain(meant).split(" ", 1)[0] in ASKS:
        return None
    is_named = any(set(label(value).split()) & set(said.split()) & _ORDINAL_WORDS for value in listed)
    place = None if is_named else _place(said, len(listed))  # "first" means `first class` where there is one
    if place is not None:
        return listed[place]
    if {word.lower for word in split_words(meant)} & ASIDE or re.search(r"\bor\b|n't\b", plain(meant)):
        return None
    spans = find_categories(meant, listed)
    named = {span.value for span in spans}
    if len(named) == 1 and _explained(meant, spans, about):
        return next(iter(named))
    return _misheard(said, listed) if not named else None


def exact_value(text: str, values: Collection[str]) -> str | None:
    """Return the value whose own words the turn is, politeness aside: "stop" where that is one of the values."""
    said = {plain(text), plain(bare_answer(text))}
    found = [value for value in values if label(value) in said]
    return found[0] if len(found) == 1 else None


def _place(said: str, n_values: int) -> int | None:
    """Read "the second one" as a place among the values; a bare number only with its noun ("option two")."""
    chosen = _ORDINAL.match(said)
    if chosen is None or n_values < 2:
        return None
    word = chosen[1]
    if word == "last":
        return n_values - 1
    is_number = word in _NUMBERED
    if is_number and not said.startswith(("option", "number")):
        return None
    place = _NUMBERED[word] if is_number else PLACES.index(word)
    return place if place < n_values else None


def _explained(text: str, spans: Collection[Span], about: Collection[str]) -> bool:
    inside = {stem(part) for span in spans for part in label(span.value).split()}
    whole = any({stem(word.lower) for word in split_words(text)} >= _stems(span.value) for span in spans)
    outside = [word for word in split_words(text) if not any(span.start <= word.start < span.end for span in spans)]
    return all(
        (word.lower in _AROUND and (whole or word.lower not in _POINTING))
        or word.lower in FILLERS
        or stem(word.lower) in inside
        or (stem(word.lower) in about and word.lower not in STOP_WORDS)
        for word in outside
    )


def _stems(value: str) -> set[str]:
    return {stem(part) for part in label(value).split()}


def _misheard(said: str, listed: Sequence[str]) -> str | None:
    """Find the one value that what was said is nearly, letter by letter or by its sound."""
    said = re.sub(r"^(?:the|an?|my) ", "", said)
    close = [value for value in listed if fuzz.ratio(label(value), said) >= CERTAIN_RATIO]
    alike = close or [value for value in listed if _sounds_like(label(value), said)]
    return alike[0] if len(alike) == 1 else None


def _sounds_like(value: str, said: str) -> bool:
    if min(len(value), len(said)) < SHORTEST_SOUND or len(value.split()) != len(said.split()):
        return False
    return fuzz.ratio(value, said) >= ALIKE_RATIO and all(
        sound(one) == sound(other) for one, other in zip(value.split(), said.split(), strict=True)
    )


_SOUNDS = (
    ("ph", "f"), ("ck", "k"), ("qu", "kw"), ("wr", "r"), ("kn", "n"), ("wh", "w"), ("x", "ks"), ("ce", "se"),
    ("ci", "si"),
    ("cy", "sy"), ("c", "k"), ("q", "k"), ("z", "s"), ("dge", "j"), ("gh", ""), ("v", "f"), ("th", "t"),
)  # fmt: skip


def sound(word: str) -> str:
    """A rough key of how an English word sounds: its consonants, like ones written alike, doubled ones once."""
    for letters, sounds in _SOUNDS:
        word = word.replace(letters, sounds)
    bare = word[:1] + re.sub(r"[aeiouyhw]", "", word[1:])
    first = "a" if bare[:1] in "aeiou" else bare[:1]
    return re.sub(r"(.)\1+", r"\1", first + bare[1:])
