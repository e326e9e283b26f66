"""Words that tell how a turn is meant: a plain yes or no, a stop, orders to the machinery."""

from __future__ import annotations

import re

from dialogue.understanding.lexicon import words_of
from dialogue.understanding.words import split_words, strip_fillers

_YES = frozenset(words_of("yes yeah yep yup yea sure certainly absolutely definitely correct right exactly"))
_NO = frozenset(words_of("no nope nah never"))
_NOT_A_YES = re.compile(
    r"^\W*(?:right|sure)\W+(?:now|away|thing|but|about|enough)\b|\b(?:but|except|unless|however)\b", re.IGNORECASE
)


_NOT_A_NO = re.compile(
    r"^\W*(?:(?:oh|well|uh|um)\W+)*(?:no (?:worries|problem|trouble|matter|doubt|wonder|bother)|never ?mind)\b",
    re.IGNORECASE,
)
_NEGATES = re.compile(r"\b(?:not|never|no)\b|n['’]t\b", re.IGNORECASE)


def negates(text: str) -> bool:
    """Whether a turn says that something is not so, or is not wanted."""
    return _NEGATES.search(text) is not None


def opens_with(text: str) -> bool | None:
    """True for an opening yes, False for a no, None for neither."""
    words = strip_fillers(split_words(text[:200]))
    if not words or _NOT_A_YES.search(text[:200]) or _NOT_A_NO.search(text[:200]):
        return None
    first = words[0].lower
    if first in _YES and len(words) > 1 and words[1].lower == "not":
        return False  # "absolutely not"
    return True if first in _YES else False if first in _NO else None


_HEDGES = re.compile(r"\b(?:but|except|unless|however|only if|depends|maybe|perhaps)\b", re.IGNORECASE)


def hedges(text: str) -> bool:
    """Whether a turn takes back half of what it says: "well yes but"."""
    return _HEDGES.search(text) is not None


_STOPS = re.compile(
    r"\b(?:cancel|stop|abort|quit|exit|forget (?:it|that|about)|never ?mind|drop it|leave it|scrap|call (?:it|that) off"
    r"|changed my mind|don'?t bother|start over|hang up)\b",
    re.IGNORECASE,
)


def says_stop(text: str) -> bool:
    """Whether a turn names stopping, and does not only sound like it."""
    return _STOPS.search(text) is not None


_ORDERS = re.compile(
    r"\b(?:ignore|forget|disregard|override)\b.{0,25}\b(?:instructions?|rules|prompts?|guidelines|guards?)\b"
    r"|\b(?:system|developer|admin|debug) (?:prompt|mode|override|message)\b"
    r"|\bstart flow\b|\bset slot\b|\bsetslots?\b|\bstartflow\b|\bjailbreak\b"
    r"|\b(?:you are|act as|pretend (?:to be|that you are)) (?:now )?(?:a |an |my |the )?"
    r"(?:unrestricted|root|admin|developer)\b",
    re.IGNORECASE,
)


def orders_the_model(text: str) -> bool:
    """Whether a turn tries to give orders to the machinery behind the assistant and not to the assistant."""
    return _ORDERS.search(text) is not None
