"""Word lists written as running text, which is how a person reads and extends them."""

from __future__ import annotations


def words_of(text: str) -> tuple[str, ...]:
    """The words of a list written with spaces between them."""
    return tuple(text.split())


def phrases_of(text: str) -> tuple[str, ...]:
    """The phrases of a list written with bars between them."""
    return tuple(" ".join(phrase.split()) for phrase in text.split("|") if phrase.strip())
