"""Cuts what the assistant says into sentences, the unit of synthesis: the first is spoken while the next is made."""

from __future__ import annotations

import re

MAX_SENTENCE_CHARACTERS = 220
"""Longer stretches are cut at a clause, so that the wait for the first sound stays bounded."""

_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+(?=[^a-z\s])|\n+")
_ABBREVIATION = re.compile(r"(?:\b(?:mr|mrs|ms|dr|st|no|vs|etc|e\.g|i\.e|a\.m|p\.m)|\b[A-Z])\.$", re.IGNORECASE)
_CLAUSE = re.compile(r"(?<=[,;:])\s+|\s+[—–]\s+")
_SPEAKABLE = re.compile(r"\w")


def split_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text, in order, without what has nothing to speak."""
    pieces: list[str] = []
    for piece in _END.split(text.strip()):
        piece = " ".join(piece.split())
        if pieces and _ABBREVIATION.search(pieces[-1]):
            pieces[-1] = f"{pieces[-1]} {piece}"
        elif piece:
            pieces.append(piece)
    sentences = [part for piece in pieces for part in _split_long(piece)]
    return tuple(sentence for sentence in sentences if _SPEAKABLE.search(sentence))


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


def _split_words(clause: str) -> list[str]:
    """Cut a clause without punctuation between words: the last resort against an endless sentence."""
    parts = [""]
    for word in clause.split():
        if parts[-1] and len(parts[-1]) + len(word) >= MAX_SENTENCE_CHARACTERS:
            parts.append("")
        parts[-1] = f"{parts[-1]} {word}".strip()
    return parts
