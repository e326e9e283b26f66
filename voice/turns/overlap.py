"""Speech over a reply: whether the caller takes the floor, only nods, or made a noise.

The reply is paused first and judged second, since a pause of half a second disturbs less than a lost sentence. Words
decide: "mhm" over a statement is a nod, and the reply goes on from the paused sample; the same "yes" over the question
that it answers is an answer. Escape words are heard even where a reply may not be interrupted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from flows.effects import Expectation
from voice.speech.sentences import has_words

Verdict = Literal["takes_floor", "backchannel", "noise", "echo"]

ECHO_WORDS = 4
"""Fewer of our own words may well be an answer that repeats them: "the debit card"."""
ECHO_SHARE = 0.8
"""Of the words heard, so many stand in this order in what the assistant was saying: its own voice, come back."""

_HUMMED = r"m+[\s-]*h+m+|u+h[\s-]*(?:h?u+h|oh)|a+ha+|[ao]+h?[\s-]?h[aou]+h?|huh|h*m+|mm+|(?:h[aeo]h?[\s,-]*){2,}"
_HUMS = re.compile(rf"(?:{_HUMMED})(?=\W|$)\W*", re.IGNORECASE)
_NODS = re.compile(
    rf"(?:{_HUMMED}|aj[aá]|yeah|yep|yes|yup|okay|ok|right|sure"
    r"|i see|i c|got it|alright|all right|fine|good|great|oh|ah|wow|really|of course|exactly|thanks|thank you|cool|nice"
    r"|jaja|ja|genau|ach so|stimmt|klar|gut|oui|ouais|d'accord|voilà|sí|si|vale|claro|bueno)"
    r"(?=\W|$)\W*",
    re.IGNORECASE,
)
"""What listeners say without wanting the floor, laughter too; in the languages that callers switch to most."""
_HUM = re.compile(r"[mhn\s.,-]+", re.IGNORECASE)
"""What a recogniser makes of "mhm": "M H N.", "Mmm"."""
_LAUGHTER = re.compile(r"(?:[b-df-hj-np-tv-z]{0,2}ah?)?((?:[b-df-hj-np-tv-z]{0,2}ah?){1,2})\1{2,}")
"""And of laughter that is not clear to it: one open syllable or two, over and over ("Sa-sa-sa", "Sada, sada, sada")."""
_ANSWERS = re.compile(
    r"\b(?:yeah|yep|yes|yup|okay|ok|right|sure|got it|alright|all right|fine|good|great|of course|exactly"
    r"|ja|genau|stimmt|klar|gut|oui|ouais|d'accord|sí|si|vale|claro|bueno)\b",
    re.IGNORECASE,
)
"""Those of the nods that also answer a question; "mhm" can, but over speech it is a nod far more often."""
_THANKS = re.compile(r"\b(?:thanks|thank you|danke|merci|gracias)\b", re.IGNORECASE)
_ESCAPES = re.compile(
    r"\b(?:stop|agent|operator|representative|human|real person|help|cancel|hang up|be quiet|shut up)\b", re.IGNORECASE
)
_INTERRUPTIONS = re.compile(
    r"\b(?:no|nope|nah|not|don't|wait|hold|hang|moment|minute|second|what|who|why|when|where|how|which|hey|hi|hello|help|sorry"
    r"|excuse|pardon|repeat|again|slower|louder|never|mind|enough|quiet|next|skip|forget|back|wrong|but|actually|listen|please"
    r"|start|talk|speak|nein|nicht|warte|halt|moment|stopp|falsch|non|arrête|attends|para|espera)\b",
    re.IGNORECASE,
)
"""With which people break in, be it ever so shortly: what is shorter than these and none of them is no word at all."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Speech of the caller while a reply is live. Times in ms of audio."""

    reply_id: int
    since_ms: int
    voiced_ms: int = 0
    is_paused: bool = False
    asked_ms: int = 0
    """How much of it, voiced, was known when its words were asked for last."""
    is_partial_due: bool = False
    """They were asked for, and have not come yet."""
    so_far: Verdict | None = None
    """What its words were taken for when they last came."""
    known_ms: int = 0
    """How much of it, voiced, those words were of."""
    has_thanked: bool = False
    """It was "thank you": a nod, unless more follows, as it often does ("thank you, that is enough")."""
    is_hum: bool = False
    """It is a hum, laughter, or no word at all: nothing follows, as it may behind "okay" ("okay, stop")."""
    is_final: bool = False
    """All of its words are known: none that come late, of a part of it, say otherwise."""

    @property
    def is_wordless(self) -> bool:
        """Whether it has been nods, noise or our own voice so far."""
        return self.so_far not in (None, "takes_floor")


_WORDS = re.compile(r"[^\W_]+(?:'[a-z]+)?")
MOST_NODS = 6
"""More of them in a row are somebody who wants to end this: "yes, yes, okay, fine, right, thank you, good"."""
MOST_SAID = 600
"""Characters of what was being said that an echo is looked for in."""


def judge_words(text: str, expectation: Expectation, *, is_question_out: bool, said: str = "") -> Verdict:
    """Say what these words over a reply are, given what the flow asks and whether the question was being heard.

    `said` is what the assistant was saying meanwhile.
    """
    words = text.strip()
    if not has_words(words):
        return "noise"
    if is_echo(words, said):
        return "echo"
    if _is_nod(words) and not (is_question_out and _answers(words, expectation)):
        return "backchannel"
    return "takes_floor"


def is_interruption(text: str, expectation: Expectation) -> bool:
    """Whether who says this wants to be heard even if it took no time: a way out, "wait", a value that is asked for."""
    words = set(_WORDS.findall(text.lower()))
    is_value = any(words & set(_WORDS.findall(value.lower())) for value in expectation.values)
    return is_value or is_escape(text) or _INTERRUPTIONS.search(text) is not None


def count_words(text: str) -> int:
    """Return how many words there are: "bye-bye" has two."""
    return len(_WORDS.findall(text))


def is_echo(text: str, said: str) -> bool:
    """Whether what was heard is the assistant's own voice, which a loudspeaker brought back to the microphone."""
    heard, own = _WORDS.findall(text.lower()), _WORDS.findall(said.lower())
    if len(heard) < ECHO_WORDS or not own:
        return False
    matching = SequenceMatcher(None, heard, own, autojunk=False).get_matching_blocks()
    return sum(block.size for block in matching) >= ECHO_SHARE * len(heard)


def is_thanks(text: str) -> bool:
    """Whether somebody thanks, who may be about to end this."""
    return _THANKS.search(text) is not None


def is_answer(text: str) -> bool:
    """Whether these words may answer a question with yes or no."""
    return _ANSWERS.search(text) is not None


def is_escape(text: str) -> bool:
    """Whether these words are heard even over what may not be interrupted."""
    return _ESCAPES.search(text) is not None and len(text.split()) <= 8


def is_hum(text: str) -> bool:
    """Whether nothing was said that could begin a sentence: "mhm", laughter, a noise; but not "yes" or "okay"."""
    return not has_words(text) or _HUM.fullmatch(text.strip()) is not None or _is_made_of(text.strip(), _HUMS)


def is_like_laughter(text: str) -> bool:
    """Whether this may be laughter, if it was not heard well: who says a name three times says it clearly."""
    said = re.sub(r"[\W_]+", "", text.lower())
    return _LAUGHTER.fullmatch(said) is not None and _INTERRUPTIONS.search(text) is None


def _is_nod(words: str) -> bool:
    return _HUM.fullmatch(words) is not None or _is_made_of(words, _NODS)


def _is_made_of(words: str, nods: re.Pattern[str]) -> bool:
    """Whether these are only a few of such words."""
    rest, count = words.lstrip(" ,.!?'\"-…"), 0
    while rest:
        nod = nods.match(rest)
        if nod is None or count == MOST_NODS:
            return False
        rest, count = rest[nod.end() :], count + 1
    return count > 0


def _answers(words: str, expectation: Expectation) -> bool:
    return expectation.kind in {"yes_no", "category"} and is_answer(words)
