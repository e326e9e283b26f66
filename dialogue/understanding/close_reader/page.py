"""A page: a turn and, behind it, the flows, slots and choices that it may mean, as tokens.

    <s> what is asked </s> words </s> wish transfer money: … field amount: how much … choice savings …

Each item begins with a word for its kind, one token of the encoder's vocabulary; its vector, and the mean of those of
the whole item, answer for the item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

ItemKind: TypeAlias = Literal["wish", "current", "asked", "known", "open", "field", "choice"]
FLOW_KINDS: frozenset[ItemKind] = frozenset({"wish", "current"})
SLOT_KINDS: frozenset[ItemKind] = frozenset({"asked", "known", "open", "field"})
TYPES = {"bool": "yes or no", "float": "number"}
"""What is written behind a slot of a type that its text need not tell."""
MAX_TOKENS = 320
MAX_ASKED, MAX_WORDS, MAX_ITEM = 24, 96, 28
"""Tokens that each part may take; what is longer is cut."""
BEGIN, END = 0, 2


@dataclass(frozen=True, slots=True)
class Item:
    """Something a turn may mean: a flow by its text, a slot in its role, or a choice of the slot `slot`."""

    kind: ItemKind
    name: str
    text: str
    type: str = ""
    slot: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A turn behind what was asked for, a line about the slot, and what it may mean."""

    asked: str
    text: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A page as tokens. `places` has the characters of each of the turn's tokens, which begin at `first`.

    `stretches` has the first token of each item and the one behind its last; items that found no room are left out.
    """

    ids: tuple[int, ...]
    first: int
    places: tuple[tuple[int, int], ...]
    stretches: tuple[tuple[int, int], ...]
    items: tuple[Item, ...]


class Tokenizer(Protocol):
    """Cuts texts into tokens with the characters that each stands for."""

    def tokens(self, text: str) -> tuple[Sequence[int], Sequence[tuple[int, int]]]:
        """Return ids and places, without tokens for the beginning and the end."""
        ...


def page_of(page: Page, tokenizer: Tokenizer) -> Written:
    """Write a page as tokens."""
    asked = [*tokenizer.tokens(page.asked)[0][:MAX_ASKED], END] if page.asked else []
    said, places = tokenizer.tokens(page.text)
    said, places = said[:MAX_WORDS], places[:MAX_WORDS]
    ids = [BEGIN, *asked, *said, END]
    stretches, kept = [], []
    for item in page.items:
        told = f"{item.text} ({TYPES[item.type]})" if item.type in TYPES else item.text
        tokens = [*tokenizer.tokens(item.kind)[0], *tokenizer.tokens(told)[0][:MAX_ITEM]]
        if len(ids) + len(tokens) >= MAX_TOKENS:
            continue
        stretches.append((len(ids), len(ids) + len(tokens)))
        kept.append(item)
        ids += tokens
    ids.append(END)
    return Written(tuple(ids), 1 + len(asked), tuple((a, b) for a, b in places), tuple(stretches), tuple(kept))
