"""Cuts what the assistant says into sentences, the unit of synthesis: the first is spoken while the next is made.

A long sentence is cut once more where somebody waits for its first sound. Such a cut is heard as a short pause, so it
is made only where a speaker would make one: after a comma, semicolon or colon, at a dash, before a conjunction.
"""

from __future__ import annotations

import re

MAX_SENTENCE_CHARACTERS = 220
"""Longer stretches are cut at a clause, so that the wait for the first sound stays bounded."""

LONG_SENTENCE_CHARACTERS = 48
"""A shorter sentence is spoken whole: piper needs 80 ms a second of speech (measured), which is a quarter of a second
for this one, and a cut would save less than a third of it."""
FEWEST_WORDS = 3
"""Of a first clause. Fewer sound chopped off, and may be over before the rest is made."""
FEWEST_WORDS_BEFORE_CONJUNCTION = 6
"""Without a comma there is no pause in the sentence, and only a long clause bears one."""
MOST_GROWTH = 5.0
"""A piece is at most so many times longer than the one that is heard while it is made: less than half of the 12 that
piper reaches alone on a core, since a core is seldom alone."""

_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+(?=[^a-z\s])|\n+")
_ABBREVIATION = re.compile(r"(?:\b(?:mr|mrs|ms|dr|st|no|vs|etc|e\.g|i\.e|a\.m|p\.m)|\b[A-Z])\.$", re.IGNORECASE)
_BEFORE_FIGURES = re.compile(
    r"\b(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|approx|ext|tel|no|nr|p|pp|ch|art|fig|max|min)\.$",
    re.IGNORECASE,
)
"""These end a sentence too, but not before a figure: "on Dec. 24"."""
_CLAUSE = re.compile(r"(?<=[,;:])\s+|\s+[—–]\s+")
_PAUSE = re.compile(r"(?<=[,;:—–])\s+(?=\w)")
_CONJUNCTION = re.compile(
    r"\s+(?=(?:and|but|or|so|because|if|when|while|which|although|unless|before|after)\s)", re.IGNORECASE
)
_AMOUNT = re.compile(r"(?:hundred|thousand|million|billion|ty|teen|dollars?|euros?|pounds?|francs?|\d)$", re.IGNORECASE)
"""Before "and" these belong to what comes: "two hundred and ten", "five dollars and ten cents"."""
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+(?=[^a-z\s])")
_SPEAKABLE = re.compile(r"\w")


def has_words(text: str) -> bool:
    """Whether there is anything in a text but marks."""
    return any(character.isalnum() for character in text)


def split_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text, in order, without what has nothing to speak."""
    pieces: list[str] = []
    for piece in _END.split(text.strip()):
        piece = " ".join(piece.split())
        if pieces and piece and _is_abbreviation(pieces[-1], piece):
            pieces[-1] = f"{pieces[-1]} {piece}"
        elif piece:
            pieces.append(piece)
    sentences = [part for piece in pieces for part in _split_long(piece)]
    return tuple(sentence for sentence in sentences if _SPEAKABLE.search(sentence))


def _is_abbreviation(before: str, after: str) -> bool:
    """Whether the dot at which a text was cut is one of an abbreviation."""
    is_figure = after[0].isdigit() and _BEFORE_FIGURES.search(before) is not None
    return is_figure or _ABBREVIATION.search(before) is not None


def _split_long(sentence: str) -> list[str]:
    if len(sentence) <= MAX_SENTENCE_CHARACTERS:
        return [sentence]
    parts: list[str] = []
    for clause in _CLAUSE.split(sentence):
        if parts and len(parts[-1]) + len(clause) < MAX_SENTENCE_CHARACTERS:
            parts[-1] = f"{parts[-1]} {clause}"
        else:
            parts.append(clause)
    return [piece for part in parts for piece in _split_words(part)]


def cut_for_first_sound(text: str) -> tuple[str, ...]:
    """Return the pieces in which a text is spoken if its first sound is to come soon; whole where that saves little.

    Joined by spaces, the pieces are the text: no word is lost, and none is cut.
    """
    rest = " ".join(text.split())
    pieces: list[str] = []
    while len(rest) > (LONG_SENTENCE_CHARACTERS if not pieces else MOST_GROWTH * len(pieces[-1])):
        place = _place_to_cut(rest)
        if place is None:
            break
        pieces.append(rest[:place].rstrip())
        rest = rest[place:].lstrip()
    return (*pieces, rest) if rest else tuple(pieces)


def _place_to_cut(text: str) -> int | None:
    """Return where the first clause ends that can stand alone, and leaves something to be said."""
    places = [(found.start(), FEWEST_WORDS) for found in _PAUSE.finditer(text)]
    places += [
        (found.start(), 1)
        for found in _SENTENCE_END.finditer(text)
        if not _is_abbreviation(text[: found.start()], text[found.end() :])
    ]
    places += [
        (found.start(), FEWEST_WORDS_BEFORE_CONJUNCTION)
        for found in _CONJUNCTION.finditer(text)
        if not _AMOUNT.search(text[: found.start()])
    ]
    for place, fewest in sorted(places):
        begins, ends = text[:place], text[place:]
        if len(begins.split()) >= fewest and _SPEAKABLE.search(begins) and len(ends.split()) >= FEWEST_WORDS - 1:
            return place
    return None


def _split_words(clause: str) -> list[str]:
    """Cut a clause without punctuation between words: the last resort against an endless sentence."""
    parts = [""]
    for word in [part for whole in clause.split() for part in _split_letters(whole)]:
        if parts[-1] and len(parts[-1]) + len(word) >= MAX_SENTENCE_CHARACTERS:
            parts.append("")
        parts[-1] = f"{parts[-1]} {word}".strip()
    return parts


def _split_letters(word: str) -> list[str]:
    """Cut what is no word, but would keep a voice busy for minutes."""
    return [word[place : place + MAX_SENTENCE_CHARACTERS] for place in range(0, len(word), MAX_SENTENCE_CHARACTERS)]
