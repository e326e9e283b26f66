"""What a rule of pronunciation is: a pattern in what is written, and what is said of it.

A claim says which stretch of the text a rule speaks for. Its parts remember where in the text each of them comes from,
so that whatever is spoken can be traced back to the word that was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

TAKEN = "\0"
"""Stands for each character that an earlier rule speaks for."""
TAKEN_VALUE = "\1"
"""The same, where it was a value (an amount, a day, a time): a dash between two of them means "to"."""


@dataclass(frozen=True, slots=True)
class Part:
    """Words to say, and the character of the written text that they come from."""

    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Say `parts` in place of the characters from `start` to `end`."""

    start: int
    end: int
    parts: tuple[Part, ...]
    is_value: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """`say` is called with every match of `pattern`; None leaves what is written to the rules after it."""

    pattern: re.Pattern[str]
    say: Callable[[re.Match[str]], Claim | None]


def said(found: re.Match[str], text: str, group: int | str = 0) -> Claim:
    """Say `text` for what a group matched."""
    return Claim(found.start(group), found.end(group), (Part(found.start(group), text),))


def value(found: re.Match[str], *parts: tuple[int | str, str]) -> Claim:
    """Say parts, each from a group, for the whole match, which is a value."""
    places = tuple(Part(found.start(group), text) for group, text in parts if text)
    return Claim(found.start(), found.end(), places, is_value=True)


def plural(count: str, one: str, many: str) -> str:
    """Return the form that goes with a number as it was written."""
    return one if count.lstrip("-−") in ("1", "1.0") else many


def letters(text: str, between: str = " ") -> str:
    """Return letters to be said one by one. Espeak takes a lone A for the article, but knows "eigh"."""
    return between.join("eigh" if letter in "aA" else letter.upper() for letter in text)
