"""Names: which of the contacts a heard name means.

A recogniser writes "Jo" or "joe" for Joe and "to Anna" or "Ana" for Anna, so matching is lenient; but money
follows, so a name that fits two contacts about equally well is ambiguous and never a guess.

    heard ── same name, any case ──────────────→ found
          ── is one word of a contact's name ──→ found, or ambiguous when it is in several
          ── spelled nearly like one contact ──→ found, or ambiguous when a second is as near
          ── otherwise ───────────────────────→ unknown
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

NEAR_ENOUGH = 0.75
"""Similarity from which two spellings are one name: "Jo" and "Joe" have 0.8, "John" and "Joe" 0.57."""

CLEARLY_NEARER = 0.12
"""How much nearer the best contact must be than the next best."""

FILLER = frozenset({"to", "for", "my", "friend", "brother", "sister", "mr", "mrs", "ms", "please", "the", "it's"})


@dataclass(frozen=True, slots=True)
class Match:
    """`names` has the contact that was found, or all that it may be; it is empty when unknown."""

    kind: Literal["found", "ambiguous", "unknown"]
    names: tuple[str, ...] = ()


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case, without punctuation and without words around the name."""
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", name.lower())
    telling = tuple(word for word in words if word not in FILLER)
    return telling or tuple(words)


def tidy(name: str) -> str:
    """Write a heard name as a contact's name: single spaces, each word with a capital."""
    return " ".join(word[:1].upper() + word[1:] for word in words_of(name))


def match(heard: str, contacts: Sequence[str]) -> Match:
    """Return which of `contacts` is meant by `heard`."""
    wanted = words_of(heard)
    if not wanted:
        return Match("unknown")
    same = tuple(name for name in contacts if words_of(name) == wanted)
    containing = tuple(name for name in contacts if set(wanted) <= set(words_of(name)))
    for names in (same, containing):
        if names:
            return Match("found" if len(names) == 1 else "ambiguous", names)
    return _nearest(wanted, contacts)


def _nearest(wanted: tuple[str, ...], contacts: Sequence[str]) -> Match:
    ranked = sorted(((_similarity(wanted, words_of(name)), name) for name in contacts), reverse=True)
    near = [(value, name) for value, name in ranked if value >= NEAR_ENOUGH]
    if not near:
        return Match("unknown")
    best = near[0][0]
    rivals = tuple(name for value, name in near if best - value < CLEARLY_NEARER)
    return Match("found" if len(rivals) == 1 else "ambiguous", rivals)


def _similarity(heard: tuple[str, ...], name: tuple[str, ...]) -> float:
    """Return how alike two names are spelled, 0 to 1; one word heard is compared with each of the name."""
    if len(heard) == 1 and len(name) > 1:
        return max(_ratio(heard[0], word) for word in name)
    return _ratio(" ".join(heard), " ".join(name))


def _ratio(left: str, right: str) -> float:
    return SequenceMatcher(None, left, right).ratio()


def say_list(items: Sequence[str], joining: str = "and") -> str:
    """Join items as a sentence does: `Joe, Anna and Mary`."""
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joining} {items[-1]}"
