"""What a caller says, and when: one thing after the other, over a reply, or chosen by what the assistant said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from voice.caller.log import ServerEvent
from voice.caller.wav import Utterance


@dataclass(frozen=True, slots=True)
class Interjection:
    """A sound made over a reply, `after_ms` after its first audible sample.

    `expects_answer`: these are words that want an answer of their own; a cough or an "mhm" does not.
    """

    utterance: Utterance
    after_ms: float
    expects_answer: bool


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance, and what is put in over the reply to it."""

    utterance: Utterance
    interjection: Interjection | None = None


Chooser: TypeAlias = Callable[[Sequence[ServerEvent]], Utterance | Said | None]
"""Takes every event of the call so far and returns what to say next; None: hang up."""
Script: TypeAlias = Sequence[Utterance | Said] | Chooser


def as_chooser(script: Script) -> Chooser:
    """Make a chooser of a list: one entry after the other, whatever the assistant says."""
    if callable(script):
        return script
    rest = iter(script)
    return lambda _: next(rest, None)


def names_of(script: Script) -> list[str]:
    """Return the names of all that a list is going to say, in order; none for a chooser, which does not know."""
    if callable(script):
        return []
    names: list[str] = []
    for entry in script:
        said = as_said(entry)
        names.append(said.utterance.name)
        if said.interjection is not None:
            names.append(said.interjection.utterance.name)
    return names


def as_said(entry: Utterance | Said) -> Said:
    return entry if isinstance(entry, Said) else Said(entry)
